"""«I know this person»: saying it, saying it anew, taking it back. Nobody but the care team can count it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import vouches
from jiwar.circles.circle import Circle
from jiwar.circles.model import KNOWN, Member
from jiwar.errors import BadChoice, NotThere, Refused
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.people import addressed
from jiwar.web.persons import person
from jiwar.web.teams import NAMES, TEAMS
from jiwar.web.visit import Visit

SCOPES = {KNOWN: "known", **TEAMS}
"""What stands in a form for what a word counts for."""


@dataclass(frozen=True)
class Scope:
    """What one's word may count for; `until` is the last day of mine, or 0."""

    key: str
    team: str
    until: int


def _addressed(visit: Visit) -> tuple[Circle, Member]:
    """Somebody else who is in the circle, where words count. Raises NotThere."""
    circle, target = addressed(visit)
    me = circle.log.persona.key
    if not target.active or target.persona == me or not vouches.counted(circle):
        raise NotThere
    return circle, target


async def show(visit: Visit) -> Response:
    return _page(visit, *_addressed(visit))


def _page(visit: Visit, circle: Circle, target: Member, error: Refused | None = None) -> Response:
    return visit.page(
        "people/known.html",
        tab="more",
        status=messages.status(error) if error else 200,
        group=circle.name,
        who=person(visit, circle, target.persona),
        scopes=[_scope(visit, circle, target, scope) for scope in vouches.counted(circle)],
        left=vouches.left(circle),
        error=visit.sentence(error) if error else "",
    )


def _scope(visit: Visit, circle: Circle, target: Member, scope: int) -> Scope:
    mine = vouches.my_word(circle, target.persona, scope)
    until = mine.day + circle.policy.welcome.vouch_days if mine else 0
    return Scope(SCOPES[scope], visit.say(NAMES[scope]) if scope in NAMES else "", until)


async def act(visit: Visit) -> Response:
    visit.limit(WRITE)
    circle, target = _addressed(visit)
    scope = next((scope for scope, key in SCOPES.items() if key == visit.form.typed("scope")), None)
    if scope is None:
        raise BadChoice
    try:
        if visit.form.choice("act", ("say", "back")) == "say":
            await vouches.vouch(circle, target.persona, scope)
            visit.tell("It is on its way to the care team, sealed. They count it when they come by.")
        else:
            await vouches.take_back(circle, target.persona, scope)
            visit.tell("Taken back. What came of it meanwhile stays.")
    except Refused as error:
        return _page(visit, circle, target, error)
    return visit.go("vouch", person=visit.request.path_params["person"])


ROUTES = (At("vouch", "/person/{person}/word", show, act),)
