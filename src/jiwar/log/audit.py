"""What a reader who keeps (size, root) can prove about a hub's answers. Pure: nodes come from a function.

Implements spec/protocol.md §6.3. The reader trusts one root, the one it saw last; everything else follows from it.

- `check_growth`: the tree of today extends the one seen before. Catches truncating, forking, restoring.
- `check_rows`: rows stand in the tree at the numbers they are shown with. Catches replaying, reordering, inventing.
- `check_object`: an object's records are those that its cover was folded over. Catches leaving out.

Does not catch a hub that shows two groups two logs and never the same one to both: for that people compare words.
"""

from __future__ import annotations

from collections.abc import Iterable

from jiwar.crypto import merkle
from jiwar.crypto.merkle import Node
from jiwar.errors import BadProof, NotThere
from jiwar.log.record import FIRST_HEAD, next_head
from jiwar.store.contract import RecordRow, ShelfState
from jiwar.store.signed import record_leaf


def check_growth(seen_size: int, seen_root: bytes, now: ShelfState, node: Node) -> None:
    """Raises BadProof unless the shelf of now continues the one that was seen."""
    if seen_size > now.size:
        raise BadProof
    if not seen_size:
        return
    try:
        proof = merkle.consistency(seen_size, now.size, node)
    except NotThere:
        raise BadProof from None
    merkle.verify_consistency(seen_size, seen_root, now.size, now.root, proof)


def check_rows(shelf: bytes, obj: bytes, rows: Iterable[RecordRow], now: ShelfState, node: Node) -> None:
    """Raises BadProof unless every row is in the tree where it says it is.

    A row that was erased has no value any more: its leaf is all that is left, and proves only that it was there.
    """
    for row in rows:
        if row.value:
            place = (row.epoch, row.day, row.keep, row.rid, row.value)
            _check_leaf(record_leaf(shelf, row.number, obj, row.slot, *place), row.number, now, node)


def _check_leaf(leaf: bytes, number: int, now: ShelfState, node: Node) -> None:
    if number >= now.size:
        raise BadProof
    try:
        path = merkle.inclusion(number, now.size, node)
    except NotThere:
        raise BadProof from None
    merkle.verify_inclusion(leaf, number, now.size, path, now.root)


def check_object(rows: Iterable[RecordRow], head: int, head_digest: bytes) -> None:
    """Raises BadProof unless these are all records in slots of their own, up to the head that a cover was folded at.

    Only for objects of which nothing has expired or was erased: what is gone can't be told from what is hidden.
    """
    digest, last = FIRST_HEAD, -1
    for row in rows:
        if row.slot == row.number:
            digest, last = next_head(digest, row.rid, row.value), row.number
    if (last, digest) != (head, head_digest):
        raise BadProof
