"""What members of a circle give each other to hold: locks (`guarding`) and halves of keys (`keeping`).

It comes by letter, and goes into the keyring when its holder comes by. Of each giver the latest counts, and there are
places for a few givers. Whoever came first keeps theirs: else a handful of strangers who give something to everybody
would push out what somebody relies on. What finds no place waits in its letter, and counts from there for as long as
letters are kept; a giver who has gone from the circle makes room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import BOX
from jiwar.circles.letters import Received


class Gift(Protocol):
    """`turn` is counted by the giver: letters of one day have no order in a box."""

    @property
    def persona(self) -> bytes: ...

    @property
    def turn(self) -> int: ...


G = TypeVar("G", bound=Gift)


def is_here(circle: Circle, persona: bytes) -> bool:
    """Whether somebody is in the circle now."""
    found = member_of(circle.state, persona)
    return found is not None and found.active


def latest(circle: Circle, held: Iterable[G], arrived: Iterable[G]) -> tuple[G, ...]:
    """One of each giver, that of the highest turn; in the order in which they came, whoever is gone last."""
    found = {one.persona: one for one in held}
    for one in arrived:
        before = found.get(one.persona)
        if before is None or one.turn > before.turn:
            found[one.persona] = one
    return tuple(sorted(found.values(), key=lambda one: not is_here(circle, one.persona)))


async def put_away(circle: Circle, arrived: Iterable[Received], waiting: Iterable[Gift]) -> None:
    """Delete the letters that are in the keyring now, and leave those of givers who found no place."""
    givers = {one.persona for one in waiting}
    for letter in arrived:
        if letter.sender not in givers:
            await circle.services.store.delete_mail(circle.log.persona.box(BOX), letter.eid)
