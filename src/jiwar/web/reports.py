"""Drawing the care team's attention to something written, or to somebody.

A path names what it is about as the session sees it: circle and person, or circle, object and slot.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import reports
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.errors import BadInput, NotThere, Refused
from jiwar.web import messages, teams
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.persons import person
from jiwar.web.teams import TEAMS
from jiwar.web.visit import Visit
from jiwar.web.written import ID, NAME, find


@dataclass(frozen=True)
class About:
    """What a report is about: somebody, and perhaps something they wrote; or something that has no name."""

    circle: Circle
    persona: bytes
    words: str = ""
    obj: bytes = b""
    slot: int = reports.NOWHERE


def _about(visit: Visit) -> About:
    """What the path names: nothing of my own, and only where there is a desk. Raises NotThere."""
    stable = visit.stable(visit.request.path_params["about"])
    circle = visit.circle(stable[:ID])
    about = _something(circle, stable[ID:]) if len(stable) == NAME else _somebody(circle, stable[ID:])
    if about.persona == circle.log.persona.key or not reports.recipients(circle):
        raise NotThere
    return about


def _somebody(circle: Circle, short: bytes) -> About:
    for one in circle.state.members:
        if one.persona[:ID] == short:
            return About(circle, one.persona)
    raise NotThere


def _something(circle: Circle, place: bytes) -> About:
    found = find(circle, place[:ID], int.from_bytes(place[ID:], "big"))
    known = circle.sketch.member(found.author) is not None
    return About(circle, found.author if known else b"", found.words[: reports.WORDS_LIMIT], found.obj, found.slot)


async def show(visit: Visit) -> Response:
    return _page(visit, _about(visit))


def _page(visit: Visit, about: About, error: BadInput | Refused | None = None) -> Response:
    circle = about.circle
    return visit.page(
        "reports/page.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        here=visit.request.path_params["about"],
        group=circle.name,
        who=person(visit, circle, about.persona),
        to=_recipients(visit, circle),
        chosen=visit.form.typed("team") or TEAMS[STEWARD],
        me=circle.me.handle,
        words=about.words,
        reason=visit.form.typed("reason"),
        more=visit.form.typed("more"),
        limit=reports.MORE_LIMIT,
        error=visit.sentence(error) if error else "",
    )


def _recipients(visit: Visit, circle: Circle) -> list[teams.Team]:
    return [teams.team(visit, circle, role) for role in reports.recipients(circle)]


async def write(visit: Visit) -> Response:
    visit.limit(SLOW)
    about, form = _about(visit), visit.form
    try:
        reason, more = form.choice("reason", reports.REASONS), form.text("more", reports.MORE_LIMIT)
        to = teams.asked(visit)
        await reports.report(about.circle, about.persona, about.words, reason, more, about.obj, about.slot, to)
    except (BadInput, Refused) as error:
        return _page(visit, about, error)
    if to == STEWARD:
        visit.tell(
            "It is with the care team: they read it when they come by. Whoever it is about doesn't learn who wrote. "
            "Until then, muting or blocking helps at once."
        )
    else:
        visit.tell(
            "It is with the moderators: they read it when they come by. Whoever it is about doesn't learn who wrote. "
            "Until then, muting or blocking helps at once."
        )
    if not about.persona:
        return visit.go("topic", topic=visit.object_name(about.circle.id, about.obj))
    return visit.go("person", person=visit.object_name(about.circle.id, about.persona[:ID]))


ROUTES = (At("report", "/attention/{about}", show, write),)
