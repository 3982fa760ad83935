"""What a pause is, and which words it holds back. Pure; the rules by which one comes about stand in `pauses`.

Implements spec/protocol.md §4.12. Time is counted in quarters of a UTC day: coarser than the part of the day that
every sealed record says, and fine enough that twelve hours need nobody to come by and end them.
"""

from __future__ import annotations

from jiwar.clock import QUARTERS
from jiwar.wire.canonical import Wire

LASTS = 3
"""Quarters: from somewhere within the first of them it takes twelve to eighteen hours until the fourth begins."""
NOT_YET = -1


class Pause(Wire, frozen=True):
    """Kind `pause`: a word that what a persona writes should wait; `quarter` is that of the record's day, 0..3."""

    persona: bytes
    quarter: int


class Lift(Wire, frozen=True):
    """Kind `lift`: it need not wait any longer; a first word is taken back."""

    persona: bytes


class Held(Wire, frozen=True):
    """A pause of one persona, by one or two members: what comes after record `since` waits.

    `moment` is the quarter, counted from 1970, of the last word; `since` is NOT_YET until the second has come.
    """

    persona: bytes
    by: tuple[bytes, ...]
    moment: int
    since: int = NOT_YET
    lifted: bool = False

    @property
    def begun(self) -> bool:
        """Whether two have said it, whatever came of it since."""
        return self.since != NOT_YET

    @property
    def day(self) -> int:
        """The day of the last word."""
        return self.moment // QUARTERS

    def stands(self, now: int) -> bool:
        """Whether words wait; one that is said to begin on a day to come holds nothing: clocks differ a little."""
        return self.begun and not self.lifted and self.moment - QUARTERS <= now < self.moment + LASTS


Pauses = tuple[Held, ...]


def standing(pauses: Pauses, now: int) -> Pauses:
    """The pauses by which words wait now."""
    return tuple(one for one in pauses if one.stands(now))


def are_held(pauses: Pauses, persona: bytes, number: int, now: int) -> bool:
    """Whether others are not shown, for now, what somebody wrote in a record. When it was written is told by its
    number, which nobody chooses, and not by its day, which its author does.
    """
    return any(one.persona == persona and one.since < number for one in standing(pauses, now))
