"""Many at once: what the care team brings for others, and what it takes along.

Implements spec/protocol.md §9.5. What is brought is written by one-offs that nobody keeps: nobody can end one,
change it, or be written to behind it; the care team can remove it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from jiwar.circles import issuing, oneoffs
from jiwar.circles.circle import Circle
from jiwar.circles.issuing import Mint
from jiwar.circles.model import STEWARD
from jiwar.errors import BadInput, NotAllowed, NotThere
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Append
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.model import COLLECTIONS, NO_BOX
from jiwar.systems.needs.rules import Wish
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import encode

MOST = 1_000
"""Brought at once."""
MOST_TAKEN = 2_000


def _require_care(circle: Circle) -> None:
    """Raises NotAllowed for anybody but the care team, and where there are no needs and offers."""
    if not circle.me.holds(STEWARD) or not circle.charter.aid.on:
        raise NotAllowed


async def bring(circle: Circle, wishes: Sequence[Wish]) -> None:
    """Put all of them on the board, or none; they stand there when it returns, in no order.

    Raises TextMissing, TextTooLong, BadChoice, NotAllowed, BadInput (none, or too many), KeysChanged, Busy.
    """
    if not 0 < len(wishes) <= MOST:
        raise BadInput
    _require_care(circle)
    in_no_order = sorted(wishes, key=lambda _: circle.services.random(8))
    mint = issuing.minter(circle)
    await circle.services.store.begin_together([await _first(circle, wish, mint) for wish in in_no_order])


async def _first(circle: Circle, wish: Wish, mint: Mint) -> Append:
    """What a one-off says that is forgotten with this call."""
    await asyncio.sleep(0)  # Others' pages come in between.
    clock, seed = circle.services.clock, circle.services.random(32)
    persona = Persona(seed)
    need = rules.new_need(wish, circle.charter.aid, clock.day(), persona.kem_key, NO_BOX, mint(persona.key))
    keep = rules.lane(need, clock.day(), circle.policy.topic_days)
    shown = encode(rules.cover(need, clock.day(), clock.part()))
    return await oneoffs.first_word(
        circle, OneOff(circle.id, seed, COLLECTIONS[need.side], clock.day(), keep, need.side, encode(need), shown)
    )


async def all_open(circle: Circle, sides: Iterable[str]) -> list[Shown]:
    """What stands open, whole, the latest first; MOST_TAKEN at most of each side. Raises NotAllowed."""
    _require_care(circle)
    return [shown for side in sides for shown in await _open(circle, side)]


async def _open(circle: Circle, side: str) -> list[Shown]:
    found: list[Shown] = []
    before: int | None = None
    while len(found) < MOST_TAKEN and (rows := view.rows(circle, side, before)):
        before = rows[-1].head
        for line in view.lines(circle, side, rows):
            await asyncio.sleep(0)
            try:
                found.append(view.one(circle, line.obj))
            except NotThere:
                continue
    return [shown for shown in found if shown.is_open][:MOST_TAKEN]
