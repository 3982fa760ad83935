"""Holding back what somebody writes, by two members and for half a day: saying it, and letting it show."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import pausing
from jiwar.circles.circle import Circle
from jiwar.circles.model import Member
from jiwar.circles.pauses import MOST_HELD, MOST_WORDS, SETTLED_DAYS
from jiwar.errors import NotAllowed, NotThere
from jiwar.systems.forum.model import FORUM
from jiwar.systems.rooms.model import ROOMS
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.people import addressed
from jiwar.web.persons import person
from jiwar.web.visit import Visit


def _addressed(visit: Visit) -> tuple[Circle, Member]:
    """Somebody else who is in the circle. Raises NotThere."""
    circle, target = addressed(visit)
    if not target.active or target.persona == circle.log.persona.key:
        raise NotThere
    return circle, target


async def show(visit: Visit) -> Response:
    circle, target = _addressed(visit)
    held = pausing.seen(circle, target.persona)
    begun = held is not None and held.begun
    return visit.page(
        "people/hold.html",
        tab="more",
        group=circle.name,
        who=person(visit, circle, target.persona),
        waits=held is not None and not begun,
        begun=begun,
        words=pausing.words(circle, held, (FORUM, ROOMS)) if held and begun else 0,
        may=pausing.may_say(circle, target.persona),
        settled=SETTLED_DAYS,
        most_words=MOST_WORDS,
        most_held=MOST_HELD,
    )


async def act(visit: Visit) -> Response:
    visit.limit(WRITE)
    circle, target = _addressed(visit)
    if visit.form.choice("act", ("hold", "lift")) == "lift":
        held = pausing.seen(circle, target.persona)
        await pausing.lift(circle, target.persona)
        if held and held.begun:
            visit.tell("What they wrote shows again.")
        else:
            visit.tell("Taken back. Nothing has begun.")
        await visit.member.flush()
        return visit.go("person", person=visit.request.path_params["person"])
    try:
        begun = await pausing.hold(circle, target.persona)
    except NotAllowed:
        return visit.go("person_hold", person=visit.request.path_params["person"])
    await visit.member.flush()
    if begun:
        visit.tell("From now on what they write waits.")
    else:
        visit.tell("Said. It begins when a second member says the same, by tomorrow.")
    return visit.go("person_hold", person=visit.request.path_params["person"])


ROUTES = (At("person_hold", "/person/{person}/hold", show, act),)
