"""An object's cover between two records: what the next one is folded from, where it stands, what it chains to.

Implements spec/protocol.md §5.3. Pure: rows come from a function.

- A cover lasts as long as the record of its object that lasts longest, in the lane that the object began with.
- A cover that doesn't open, though its key is the reader's, was spoiled by somebody. It counts as a fold that says
  nothing; whoever reads it folds the object anew from its records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jiwar.log.record import FIRST_HEAD, Place, next_head
from jiwar.store.contract import KEPT, Cover, ObjectRow, RecordRow

_BATCH = 200
Read = Callable[[int, int], list[RecordRow]]
"""Whole slots of an object from a number on, at most so many."""


@dataclass(frozen=True, slots=True)
class Folded:
    """An opened cover: the fold, its head, and the day whose key seals it.

    It is soundly signed; whether `signer` may speak for the object is for the reader of the roster to say. Of one
    that was spoiled, `fold`, `head_digest` and `signer` are empty.
    """

    obj: bytes
    head: int
    head_digest: bytes
    fold: bytes
    signer: bytes
    day: int
    keep: int
    epoch: int

    def cut(self, keep: int) -> int:
        """The lane of a record that is to be kept for `keep` days: no longer than the object's own."""
        return keep if self.keep == KEPT else min(keep, self.keep)

    def after(self, place: Place) -> tuple[int, int]:
        """Day and lane of the cover that a record at a place brings."""
        if place.slot is not None or self.keep == KEPT:
            return self.day, self.keep
        return Cover(self.epoch, self.day, self.keep, b"").after(place.day, place.keep)

    def head_before(self, read: Read) -> bytes:
        """The head that the next one chains to; over a spoiled cover it is made again of the object's records."""
        if self.head_digest:
            return self.head_digest
        head, first = FIRST_HEAD, 0
        while rows := read(first, _BATCH):
            for row in rows:
                if row.slot == row.number:
                    head = next_head(head, row.rid, row.value)
            first = rows[-1].slot + 1
        return head


def spoiled(row: ObjectRow) -> Folded:
    """What a cover says that doesn't open."""
    return Folded(row.obj, row.head, b"", b"", b"", row.cover.day, row.cover.keep, row.cover.epoch)
