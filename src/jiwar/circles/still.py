"""Objects that members find by a name they can compute: they are in no list, and their covers say nothing.

Implements spec/protocol.md §5.3 for covers that fold no records. What a record means, and who may write which, is for
the system to say that names the object: anybody in the circle can write there, so that whoever looks for the records
of a few reads on past those of others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from jiwar.circles.circle import Circle
from jiwar.errors import Conflict, NotThere
from jiwar.log.shelf import LAST_NUMBER, Entry, Opened, Still
from jiwar.store.contract import KEPT, RecordRow
from jiwar.wire.canonical import Wire, encode

PAGE = 200
MOST_READ = 2_000
"""Slots of one object that are looked through, the newest ones."""


async def begin(circle: Circle, obj: bytes, kind: str, body: Wire) -> None:
    """The first record of an object, which stays, where there is none."""
    if not circle.log.has(obj):
        with suppress(Conflict):  # Somebody else was faster.
            await write(circle, obj, kind, body, KEPT)


async def write(circle: Circle, obj: bytes, kind: str, body: Wire, keep: int) -> None:
    """One record, with a cover in the same lane; the object begins with it where there is none.

    Raises Conflict when somebody else began it in between.
    """
    entry = Entry(obj, kind, encode(body), keep, collection=kind)
    await circle.log.append(entry, refold=Still(b"", keep), create=not circle.log.has(obj))
    circle.keep_trail(circle.trail)


def rows(circle: Circle, obj: bytes, most: int = MOST_READ) -> Iterator[RecordRow]:
    """What has something in it of an object's newest slots, the newest first; nothing where there is no object."""
    last, left = LAST_NUMBER, most
    while left > 0:
        try:
            found = circle.log.rows(obj, 0, last, min(PAGE, left), newest=True)
        except NotThere:
            return
        yield from (row for row in reversed(found) if row.value)
        if not found or found[0].slot == 0:
            return
        last, left = found[0].slot - 1, left - len(found)


def records(circle: Circle, obj: bytes, most: int = MOST_READ) -> Iterator[Opened]:
    """Those that their authors might write, each in a slot of its own, the newest first."""
    for row in rows(circle, obj, most):
        for record in circle.log.readable(obj, [row], again=True):
            if record.slot == record.number and circle.counts(record):
                yield record
