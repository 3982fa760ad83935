"""Erasing everything that I wrote in a circle, before I leave it.

Implements spec/protocol.md §9.1. Each record goes by its own erase token, which nobody but its author has: the hub
empties the row and learns no name. What a system keeps beside its records (titles on covers, open rooms) is its own
to clear first: `withdraw` in its `service`. A circle's own records stay: who folds them has to find who was there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import RecordRow

_BATCH = 100


def objects_of(circle: Circle, collection: str) -> Iterator[bytes]:
    """Every object of a collection, the latest first."""
    before = None
    while rows := circle.log.covers(collection, before, _BATCH):
        yield from (row.obj for row in rows)
        before = rows[-1].head


async def erase_mine(circle: Circle, collection: str) -> None:
    """Empty everything that I wrote in the objects of a collection, also beside what others said."""
    for obj in list(objects_of(circle, collection)):
        await erase_in(circle, obj)


async def erase_in(circle: Circle, obj: bytes) -> None:
    """Empty everything that I wrote in one object."""
    first = 0
    while rows := circle.log.rows(obj, first, LAST_NUMBER, _BATCH):
        filled = [row for row in rows if row.value]
        await asyncio.gather(*(_erase(circle, obj, row) for row in _mine_or_closed(circle, obj, filled)))
        first = rows[-1].slot + 1


def _mine_or_closed(circle: Circle, obj: bytes, rows: list[RecordRow]) -> Iterator[RecordRow]:
    """Records of mine, and those that don't open to me any more: whose they are, the token tells."""
    authors = {one.number: one.author for one in circle.log.readable(obj, rows)}
    me = circle.log.persona.key
    return (row for row in rows if authors.get(row.number, me) == me)


async def _erase(circle: Circle, obj: bytes, row: RecordRow) -> None:
    with suppress(NotThere):
        await circle.log.erase_own(obj, row.slot, row.number, row.rid)


async def empty_box(circle: Circle, purpose: str) -> None:
    """Delete what still lies in my box."""
    store, token = circle.services.store, circle.log.persona.box(purpose)
    await asyncio.gather(*(store.delete_mail(token, mail.eid) for mail in store.mail(token)))
