"""Many at once: what the care team brings for others, and what it takes along.

Implements spec/protocol.md §9.5. What is brought is written by one-offs that nobody keeps: nobody can end one or
change it, the care team can remove it, and words to whoever is behind it go to the care team's desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jiwar.circles import oneoffs
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD, Desk
from jiwar.errors import BadInput, NotAllowed, NotThere
from jiwar.keyring.model import OneOff
from jiwar.store.contract import Append
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.model import COLLECTIONS, Need
from jiwar.systems.needs.rules import Wish
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import encode

MOST = 1_000
"""Brought at once."""
MOST_TAKEN = 2_000


def judged(circle: Circle, wish: Wish) -> Need:
    """What would be said of it. Raises TextMissing, TextTooLong, BadChoice, NotAllowed."""
    desk = _desk(circle)
    return rules.new_need(wish, circle.charter.aid, circle.services.clock.day(), desk.kem, desk.inbox)


def _desk(circle: Circle) -> Desk:
    """The care team's. Raises NotAllowed for anybody else, and where there are no needs and offers."""
    desk = circle.state.desk_of(STEWARD)
    if desk is None or not circle.me.holds(STEWARD) or not circle.charter.aid.on:
        raise NotAllowed
    return desk


async def bring(circle: Circle, wishes: Sequence[Wish]) -> None:
    """Put all of them on the board, or none; they stand there when it returns, in no order.

    Raises TextMissing, TextTooLong, BadChoice, NotAllowed, BadInput (none, or too many), KeysChanged, Busy.
    """
    if not 0 < len(wishes) <= MOST:
        raise BadInput
    needs = [judged(circle, wish) for wish in wishes]
    needs.sort(key=lambda _: circle.services.random(8))
    await circle.services.store.begin_together([await _first(circle, need) for need in needs])


async def _first(circle: Circle, need: Need) -> Append:
    """What a one-off says that is forgotten with this call."""
    clock = circle.services.clock
    keep = rules.lane(need, clock.day(), circle.policy.topic_days)
    shown = encode(rules.cover(need, clock.day(), clock.part()))
    seed, collection = circle.services.random(32), COLLECTIONS[need.side]
    return await oneoffs.first_word(
        circle, OneOff(circle.id, seed, collection, clock.day(), keep, need.side, encode(need), shown)
    )


def all_open(circle: Circle, sides: Iterable[str]) -> list[Shown]:
    """What stands open, whole, the latest first; MOST_TAKEN at most of each side. Raises NotAllowed."""
    _desk(circle)
    return [shown for side in sides for shown in _open(circle, side)]


def _open(circle: Circle, side: str) -> list[Shown]:
    found: list[Shown] = []
    before: int | None = None
    while len(found) < MOST_TAKEN and (rows := view.rows(circle, side, before)):
        before = rows[-1].head
        for line in view.lines(circle, side, rows):
            try:
                found.append(view.one(circle, line.obj))
            except NotThere:
                continue
    return [shown for shown in found if shown.is_open][:MOST_TAKEN]
