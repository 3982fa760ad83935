"""Held letters: the part of the store's contract about envelopes that come at a minute unless somebody cancels them.

Implements spec/protocol.md §7.9. A held letter is an ordinary envelope with a due minute before it.

- *Firing* takes the row away and leaves the letter in its box, in one transaction: a letter is held or delivered,
  never both, and what was cancelled has no row that could fire.
- *Extending* is cancelling one and holding another, in one transaction.
- A row shows its day and nothing else: minute, box and kind are sealed under the hub secret, the letter is sealed to
  its readers besides. All letters have one size, so that no row tells what it waits for.
- Held letters are in no copy that is kept: a restored one would fire what was cancelled since.

Does not know what time it is: the scheduler (`jiwar.node`) says which minute it is, the day comes from the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

HELD_SIZE = 2_048 + 1_136
"""Bytes of every held letter: the smaller class of letters and what sealing to somebody adds (spec §8)."""
HELD_DAYS = 366
"""How far ahead a letter may be due."""
FIRED_ENVELOPES = 256
"""What a box holds at most when a held letter comes due: four times what anybody may fill it with by hand."""
DAY_MINUTES = 1_440
ALARM, PLACE = range(2)
"""Kinds: what has to come even when the hub's clock has leapt; what then waits for somebody who extends it to now."""


@dataclass(frozen=True, slots=True)
class Held:
    """A letter to hold. `minute` counts from 1970 in UTC; the letter is sealed for the day of that minute."""

    hid: bytes
    cancel_hash: bytes
    minute: int
    kind: int
    inbox: bytes
    eid: bytes
    value: bytes

    @property
    def day(self) -> int:
        return self.minute // DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Due:
    """What the scheduler knows of a held letter."""

    hid: bytes
    minute: int
    kind: int


Told = Callable[[Due], None]


class HeldStore(Protocol):
    """What every store does with held letters."""

    async def put_held(self, shelf: bytes, token: bytes, held: Held) -> None:
        """Hold a letter; the append token of any shelf admits.

        Raises NotThere, KeysChanged, Conflict (the hid is taken), BadInput (sizes; a day that is over or too far).
        """

    async def cancel_held(self, hid: bytes, token: bytes) -> None:
        """Let go of a letter by the token whose digest(TOKEN_HASH) is its cancel hash.

        Raises NotThere, also when it has been delivered: whoever gets no error knows that it never will be.
        """

    async def extend_held(self, shelf: bytes, token: bytes, hid: bytes, cancel: bytes, held: Held) -> None:
        """Cancel one letter and hold another, in one transaction. Raises what `put_held` and `cancel_held` raise."""

    def due_held(self, first: int, last: int) -> list[Due]:
        """Letters due on the days first..last (both included), by minute; without those that stay."""

    async def fire_held(self, hid: bytes, minute: int, late: bool) -> None:
        """Move a letter that is due by `minute` into its box, in one transaction.

        Raises NotThere (cancelled, fired, not due, or it stays), TooMuch (FIRED_ENVELOPES are in the box).
        """

    async def stay_held(self, hid: bytes) -> None:
        """Have a letter wait until it is extended or cancelled, whatever the clock says. Raises NotThere."""

    async def postpone_held(self, days: int, page: bytes, value: bytes) -> None:
        """Move every due minute on by whole days, and keep `value` as a page, in one transaction: so that it is known
        after a crash whether it was done."""

    def watch_held(self, told: Told) -> None:
        """Have every letter told, in the event loop, once it is on disk. There is one listener."""
