"""Held letters in boxes.db: beside the boxes, so that one transaction moves a letter from its row into its box.

Implements spec/protocol.md §7.9. A row's `meta` (minute, box, envelope, kind) and its letter are both under the hub
secret; what is clear is the day. The reads open `meta` only, and only of the days that the index gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest, same
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.errors import Conflict, NotThere
from jiwar.store import checks
from jiwar.store.contract import Mail, Outer
from jiwar.store.held import DAY_MINUTES, FIRED_ENVELOPES, Due, Held, Told
from jiwar.store.sqlite.boxes import Boxes
from jiwar.store.sqlite.connection import File, query
from jiwar.store.sqlite.reads import ShelfReads
from jiwar.store.sqlite.writer import Writer
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import pad, unpad

HELD = "held"
META_SIZE = 128
DUE = "SELECT hid, meta FROM held WHERE day BETWEEN ? AND ?"
_ROW = "SELECT h_cancel, meta, v FROM held WHERE hid = ?"
_DELETE = "DELETE FROM held WHERE hid = ?"
_ALL = "SELECT hid, meta FROM held ORDER BY hid"
_UPDATE = "UPDATE held SET day = ?, meta = ? WHERE hid = ?"


class Meta(Wire, frozen=True):
    """What the hub has to know to fire a letter. `day` is the day that the letter was sealed for."""

    minute: int
    kind: int
    inbox: bytes
    eid: bytes
    day: int
    stays: bool


def seal_meta(outer: Outer, hid: bytes, meta: Meta) -> bytes:
    """Of one size for all: numbers take more bytes the larger they are."""
    return outer.seal(HELD, hid, pad(encode(meta), META_SIZE))


def open_meta(outer: Outer, hid: bytes, sealed: bytes) -> Meta:
    """Raises Unopenable."""
    return decode(unpad(outer.open(HELD, hid, sealed)), Meta)


def resealed(rows: Iterator[tuple[Any, ...]], old: Outer, new: Outer) -> Iterator[tuple[Any, ...]]:
    """Rows (hid, day, h_cancel, meta, v) as the night writes them."""
    for hid, day, cancel, sealed, value in rows:
        meta = open_meta(old, hid, sealed)
        letter = old.open(HELD, hid + meta.eid, value)
        yield hid, day, cancel, seal_meta(new, hid, meta), new.seal(HELD, hid + meta.eid, letter)


class HeldJobs:
    """What is done with held letters, in the event loop and in the writer's thread."""

    def __init__(self, file: File, boxes: Boxes) -> None:
        self._file, self._boxes = file, boxes

    # in the event loop

    def due(self, first: int, last: int) -> list[Due]:
        rows = cast(list[tuple[bytes, bytes]], self._file.rows(DUE, (first, last)))
        metas = ((hid, open_meta(self._boxes.outer, hid, sealed)) for hid, sealed in rows)
        found = (Due(hid, meta.minute, meta.kind) for hid, meta in metas if not meta.stays)
        return sorted(found, key=lambda due: (due.minute, due.hid))

    # in the writer's thread

    def put(self, held: Held) -> None:
        if self._row(held.hid):
            raise Conflict
        outer, name = self._boxes.outer, held.hid + held.eid
        meta = Meta(held.minute, held.kind, held.inbox, held.eid, held.day, False)
        sealed = seal_meta(outer, held.hid, meta), outer.seal(HELD, name, held.value)
        self._boxes.gather(HELD, [(held.hid, held.day, held.cancel_hash, *sealed)])
        self._boxes.tell_held(Due(held.hid, held.minute, held.kind))

    def cancel(self, hid: bytes, token: bytes) -> None:
        self._admit(hid, token)
        self._file.writer.execute(_DELETE, (hid,))

    def extend(self, hid: bytes, token: bytes, held: Held) -> None:
        self._admit(hid, token)
        self.put(held)
        self._file.writer.execute(_DELETE, (hid,))

    def fire(self, hid: bytes, minute: int, late: bool) -> None:
        _, sealed, value = self._there(hid)
        meta = open_meta(self._boxes.outer, hid, sealed)
        if meta.stays or meta.minute > minute:
            raise NotThere
        mail = Mail(meta.eid, meta.day, self._boxes.outer.open(HELD, hid + meta.eid, value), late)
        self._boxes.deliver(meta.inbox, mail, FIRED_ENVELOPES)
        self._file.writer.execute(_DELETE, (hid,))

    def stay(self, hid: bytes) -> None:
        _, sealed, _ = self._there(hid)
        meta = open_meta(self._boxes.outer, hid, sealed)
        self._set(hid, Meta(meta.minute, meta.kind, meta.inbox, meta.eid, meta.day, True))

    def postpone(self, days: int, page: bytes, value: bytes) -> None:
        self._boxes.flush()
        rows = cast(list[tuple[bytes, bytes]], query(self._file.writer, _ALL))
        # All are opened before the first is written: a job raises before that or not at all.
        for hid, meta in [(hid, open_meta(self._boxes.outer, hid, sealed)) for hid, sealed in rows]:
            minute = meta.minute + days * DAY_MINUTES
            self._set(hid, Meta(minute, meta.kind, meta.inbox, meta.eid, meta.day, meta.stays))
        self._boxes.put_page(page, value)

    def _set(self, hid: bytes, meta: Meta) -> None:
        sealed = seal_meta(self._boxes.outer, hid, meta)
        self._file.writer.execute(_UPDATE, (meta.minute // DAY_MINUTES, sealed, hid))

    def _row(self, hid: bytes) -> list[tuple[bytes, bytes, bytes]]:
        self._boxes.settle(hid)
        return cast(list[tuple[bytes, bytes, bytes]], query(self._file.writer, _ROW, (hid,)))

    def _there(self, hid: bytes) -> tuple[bytes, bytes, bytes]:
        rows = self._row(hid)
        if not rows:
            raise NotThere
        return rows[0]

    def _admit(self, hid: bytes, token: bytes) -> None:
        rows = self._row(hid)
        if not same(digest(TOKEN_HASH, token), rows[0][0] if rows else bytes(32)):
            raise NotThere


class SqliteHeld:
    """The part of `SqliteStore` that holds letters."""

    _clock: Clock
    _reads: ShelfReads
    _boxes: Boxes
    _boxes_writer: Writer
    _held: HeldJobs

    async def put_held(self, shelf: bytes, token: bytes, held: Held) -> None:
        checks.check_held(held, self._clock.day())
        self._reads.admit_writer(shelf, token)
        await self._boxes_writer.write(lambda: self._held.put(held))

    async def cancel_held(self, hid: bytes, token: bytes) -> None:
        await self._boxes_writer.write(lambda: self._held.cancel(hid, token))

    async def extend_held(self, shelf: bytes, token: bytes, hid: bytes, cancel: bytes, held: Held) -> None:
        checks.check_held(held, self._clock.day())
        self._reads.admit_writer(shelf, token)
        await self._boxes_writer.write(lambda: self._held.extend(hid, cancel, held))

    def due_held(self, first: int, last: int) -> list[Due]:
        return self._held.due(first, last)

    async def fire_held(self, hid: bytes, minute: int, late: bool) -> None:
        await self._boxes_writer.write(lambda: self._held.fire(hid, minute, late))

    async def stay_held(self, hid: bytes) -> None:
        await self._boxes_writer.write(lambda: self._held.stay(hid))

    async def postpone_held(self, days: int, page: bytes, value: bytes) -> None:
        checks.check_page(page, value)
        await self._boxes_writer.write(lambda: self._held.postpone(days, page, value))

    def watch_held(self, told: Told) -> None:
        self._boxes.told = told
