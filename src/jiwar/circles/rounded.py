"""Numbers about people that may be shown to many and kept: never exact, and none below five. Pure.

A number that is shown is the lowest of the `STEP` next to each other for which it stands: 5 says "from 5 to 9". What
is below `STEP` is held back, and so is every number of a group of fewer than `FEWEST_PEOPLE`.

Rounding alone doesn't keep it: two numbers may be subtracted. Whoever shows some has to see to it that

- nobody is counted in two of them: no sum beside its parts (five parts of "from 5" beside a sum of "from 45" are
  nine each), no week beside its month;
- each is of dates that were settled before, and is said once, when they are over: two readings of one number on two
  days say what came between them.

Does not keep: those who watched and counted themselves from knowing better.
"""

from __future__ import annotations

STEP = 5
"""The smallest number that is shown, and how far the next one is from it."""
FEWEST_PEOPLE = 20
"""In a group with fewer no number is shown: there, whoever was there knows whom it counts."""


def rounded(count: int, step: int = STEP) -> int | None:
    """The number to show for a count, or None where it is held back. `step`: of sums of money, a coarser one."""
    return count - count % step if count >= step else None


def is_large_enough(people: int) -> bool:
    """Whether a group of so many may have numbers at all."""
    return people >= FEWEST_PEOPLE
