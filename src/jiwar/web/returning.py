"""The key is lost: what helps, on the way in; a slip by the care team; and the old account, which can stop it."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from jiwar.circles import returning
from jiwar.circles.circle import Circle
from jiwar.errors import JiwarError, NotThere
from jiwar.web.app import At
from jiwar.web.inviting import hand_over
from jiwar.web.limits import SLOW
from jiwar.web.people import for_care
from jiwar.web.persons import cares, person
from jiwar.web.visit import Visit


async def show_lost(visit: Visit) -> Response:
    """The same for everybody: nothing is asked, nothing is known."""
    return visit.page("returning/lost.html", languages=visit.languages("lost_key"))


# the helper: who, confirm, give the slip


async def show_who(visit: Visit) -> Response:
    circle = visit.circle()
    if not cares(circle):
        raise NotThere
    others = [one for one in circle.state.members if one.active and one.persona != circle.log.persona.key]
    rows = [person(visit, circle, one.persona) for one in sorted(others, key=lambda one: -one.since)]
    return visit.page("returning/who.html", tab="more", key=visit.circle_name(circle.id), rows=rows)


async def show_confirm(visit: Visit) -> Response:
    circle, target = for_care(visit)
    who = person(visit, circle, target.persona)
    return visit.page("returning/confirm.html", tab="more", key=visit.circle_name(circle.id), who=who)


async def give(visit: Visit) -> Response:
    """Write the slip; it is handed on like an invitation."""
    visit.limit(SLOW)
    circle, target = for_care(visit)
    ticket = await returning.invite_back(circle, target.persona, visit.reader.language.code)
    return await hand_over(visit, circle, ticket)


async def known(visit: Visit) -> Response:
    """Say that I know who has come back."""
    visit.limit(SLOW)
    circle, target = for_care(visit)
    await returning.confirm(circle, target.persona)
    visit.tell("Noted. With two of the care team, and after two days, they can take part in it again.")
    return visit.go("person", person=visit.object_name(circle.id, target.persona[:16]))


# the old account


async def show_stop(visit: Visit) -> Response:
    circle = visit.circle()
    if returning.of_old(circle, circle.log.persona.key) is None:
        raise NotThere
    return visit.page("returning/stop.html", key=visit.circle_name(circle.id), group=circle.name)


async def stop(visit: Visit) -> Response:
    """That was not me."""
    visit.limit(SLOW)
    circle = visit.circle()
    await returning.stop(circle)
    visit.tell("Stopped. Everything here is as it was.")
    return visit.go("group", circle=visit.circle_name(circle.id))


def followed(visit: Visit) -> Circle | None:
    """A group of mine in which somebody has come under my name, while I can stop that."""
    for one in visit.member.memberships():
        with suppress(JiwarError):
            circle = Circle(visit.member, one.circle)
            if returning.of_old(circle, circle.log.persona.key) is not None:
                return circle
    return None


ROUTES = (
    At("lost_key", "/lost", show_lost, public=True),
    At("return_who", "/group/{circle}/again", show_who),
    At("return_slip", "/person/{person}/again", show_confirm, give),
    At("return_known", "/person/{person}/known", post=known),
    At("return_stop", "/group/{circle}/before", show_stop, stop),
)
