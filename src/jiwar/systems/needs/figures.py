"""Figures of the board: how many asked, offered, and found what they asked for, in four weeks of one group. Pure.

Implements spec/protocol.md §9.14.

- Counted is what came with an introduction and still stands when a steward comes by: asked or offered if its first
  record came after the log had the size that was counted before, worked out if what ended it did. So no name of
  anything is kept, and whoever counts when, the sums are the same, but for what was taken back, removed or expired
  in between.
- One line for the whole group: no kind, no area, no week; nothing is a part of something else that is shown.
- What is told is `circles.rounded`: steps of five, nothing below, nothing of a small group; each period once, when it
  is over.

Does not keep a steward's program from knowing exact numbers: stewards count, and can read the board every day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jiwar.circles.rights import Standing
from jiwar.circles.rounded import STEP, is_large_enough, rounded
from jiwar.systems.needs.model import NEED, OFFER, Counts, Tally, Told

INTRODUCED: tuple[Standing, ...] = ("member", "familiar")
NEVER = -1
MOST = 100_000
"""More than six introductions for each of the people of any circle."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One that stands: the number of its first record, and of what ended it as worked out, or NEVER."""

    side: str
    began: int
    worked: int = NEVER


def counted(standing: Tally | None, period: int, seen: Iterable[Seen], size: int) -> Tally:
    """The tally after what was seen, when the log has so many records. The first one begins at zero: nobody knows
    what was counted before it.
    """
    if standing is None:
        return Tally(period, size, Counts())
    new, board = range(standing.upto, size), list(seen)
    base = standing.counts if standing.period == period else Counts()
    asked = sum(one.side == NEED and one.began in new for one in board)
    offered = sum(one.side == OFFER and one.began in new for one in board)
    worked = sum(one.side == NEED and one.worked in new for one in board)
    sums = Counts(base.asked + asked, base.offered + offered, base.worked + worked)
    return Tally(period, max(size, standing.upto), sums)


def told(tally: Tally, people: int) -> Told | None:
    """What a group of so many is told of a period that is over; None in a small one."""
    if not is_large_enough(people):
        return None
    shown = Counts(*(rounded(one) or 0 for one in _cells(tally.counts)))
    return Told(tally.period, shown)


def is_sound_tally(tally: Tally, period: int, size: int) -> bool:
    """Whether it can be of this period or one before, and of no more than the log's so many records."""
    return 0 <= tally.period <= period and 0 <= tally.upto <= size and _are_sound(tally.counts)


def is_sound_told(said: Told, period: int) -> bool:
    """Whether `told` could have made it in a period: of one before, in steps."""
    in_steps = all(one % STEP == 0 for one in _cells(said.shown))
    return 0 <= said.period < period and in_steps and _are_sound(said.shown)


def _are_sound(counts: Counts) -> bool:
    return all(0 <= one <= MOST for one in _cells(counts))


def _cells(counts: Counts) -> tuple[int, int, int]:
    return counts.asked, counts.offered, counts.worked
