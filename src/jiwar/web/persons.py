"""Somebody of a circle, as rows and pages show them; and whether I look after it."""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import roles
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.web.faces import NO_LETTER, colour, known_as, letter
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Person:
    """Somebody as a row shows them."""

    name: str
    handle: str
    key: str
    letter: str
    colour: int
    me: bool = False
    steward: bool = False
    muted: bool = False
    blocked: bool = False


def person(visit: Visit, circle: Circle, persona: bytes) -> Person:
    """Somebody of a circle, for a row; whoever began a topic without a name where there is no `persona`."""
    name = known_as(circle, persona, visit.reader.language) if persona else visit.say("Who began this")
    handle = next((one.handle for one in circle.state.members if one.persona == persona), "")
    return Person(
        name=name,
        handle=handle,
        key=visit.object_name(circle.id, persona[:16]),
        letter=letter(name) if persona else NO_LETTER,
        colour=colour(persona),
        me=persona == circle.log.persona.key,
        steward=any(one.persona == persona for one in circle.state.holders(STEWARD)),
        muted=persona in circle.membership.muted,
        blocked=persona in circle.membership.blocked,
    )


def cares(circle: Circle) -> bool:
    """Whether I am in the care team and hold its keys."""
    return roles.care_of(circle) is not None
