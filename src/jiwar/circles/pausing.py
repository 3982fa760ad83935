"""Holding back what somebody writes, and letting it show: what a session does about it, and what it may see of it.

Implements spec/protocol.md §4.12; the rules are `pauses`. Who is held is told to the two who said so and to stewards,
with the number of words that wait; what they say is nobody's to read until they show, but their author's.
"""

from __future__ import annotations

from collections.abc import Iterable

from jiwar.circles import pauses
from jiwar.circles.circle import Circle
from jiwar.circles.founding import write_own
from jiwar.circles.quiet import Held, Lift, Pause
from jiwar.clock import QUARTERS, quarter_of
from jiwar.errors import NotAllowed, NotThere
from jiwar.log.shelf import LAST_NUMBER
from jiwar.wire.canonical import encode

MOST_OBJECTS = 30
MOST_SLOTS = 30
"""How much is looked through when waiting words are counted: of each collection, and of each of its objects."""


def may_say(circle: Circle, persona: bytes) -> bool:
    """Whether my word about somebody would count now."""
    return pauses.may_say(circle.state, circle.log.persona.key, persona, quarter_of(circle.services.clock))


async def hold(circle: Circle, persona: bytes) -> bool:
    """Say that what somebody writes should wait; whether it does by now. Raises NotAllowed."""
    if not may_say(circle, persona):
        raise NotAllowed
    quarter = quarter_of(circle.services.clock) % QUARTERS
    await write_own(circle, "pause", encode(Pause(persona, quarter)))
    found = seen(circle, persona)
    return found is not None and found.begun


def seen(circle: Circle, persona: bytes) -> Held | None:
    """The pause of somebody else that I may know of: by my own word, or, once it stands, as a steward."""
    clock, me = circle.services.clock, circle.me
    found = pauses.open_of(circle.state.pauses, persona, clock.day())
    if found is None or not pauses.may_lift(circle.state, me.persona, found):
        return None
    if found.begun:
        return found if found.stands(quarter_of(clock)) else None
    return found if me.persona in found.by else None


def all_seen(circle: Circle) -> list[Held]:
    """Every pause that stands and that I may know of."""
    found = (seen(circle, one.persona) for one in circle.held_back)
    return [one for one in found if one is not None]


async def lift(circle: Circle, persona: bytes) -> None:
    """Let what waits show, or take my first word back. Raises NotThere."""
    if seen(circle, persona) is None:
        raise NotThere
    await write_own(circle, "lift", encode(Lift(persona)))


def words(circle: Circle, held: Held, collections: Iterable[str]) -> int:
    """How many new posts and messages wait, as far as the liveliest places tell."""
    found = 0
    for collection in collections:
        for row in circle.log.covers(collection, None, MOST_OBJECTS):
            if row.head > held.since:
                rows = circle.log.rows(row.obj, held.since + 1, LAST_NUMBER, MOST_SLOTS, newest=True)
                own = [one for one in rows if one.number == one.slot and one.value]
                found += sum(one.author == held.persona for one in circle.log.readable(row.obj, own))
    return found
