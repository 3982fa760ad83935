"""What a moderator has removed and a steward has still to erase.

Implements spec/protocol.md §9.1. A moderator's `takedown` is honoured by everybody who reads; only the control key
empties the row. So a moderator leaves word on the circle's own object, and the next steward to come erases. Such a
word changes nothing by itself: it says where to look, and only a note that counts there has anything erased.
"""

from __future__ import annotations

from collections.abc import Iterator

from jiwar.circles.circle import Circle, circle_object
from jiwar.errors import NotCanonical
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.wire.canonical import Wire, decode, encode

KEEP = 30
"""Days that a word is kept."""
MOST_LOOKED_AT = 200
"""The newest of the circle's own records among which words are looked for."""
_OBJ = 16


class Removal(Wire, frozen=True):
    """Kind `removal`: beside this slot stands a `takedown` of mine."""

    obj: bytes
    slot: int


KINDS: dict[str, type[Wire]] = {"removal": Removal}


async def ask(circle: Circle, obj: bytes, slot: int) -> None:
    """Leave word for the stewards."""
    await circle.log.append(Entry(circle_object(circle.id), "removal", encode(Removal(obj, slot)), KEEP))
    circle.keep_trail(circle.trail)


def asked(circle: Circle) -> Iterator[Removal]:
    """Where something may be left to erase, the oldest first."""
    own = circle_object(circle.id)
    rows = circle.log.rows(own, 0, LAST_NUMBER, MOST_LOOKED_AT, newest=True)
    for record in circle.log.readable(own, [row for row in rows if row.keep == KEEP and row.value]):
        if record.kind == "removal" and circle.counts(record):
            try:
                removal = decode(record.body, Removal)
            except NotCanonical:
                continue
            if len(removal.obj) == _OBJ and 0 <= removal.slot <= LAST_NUMBER:
                yield removal
