"""Shelves, read: in the event loop, by key or index, everything fetched before anything else happens.

Implements spec/protocol.md §7.2. A wrong token, an unknown shelf and an outdated token go the same way (P12): the
shelf is looked up by id *and* token hash, and what isn't found is looked for among the outdated ones. Rows are asked
for together with the token; only when none comes the shelf is asked for itself, to say why.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, cast

import msgspec

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.errors import KeysChanged, NotThere
from jiwar.store.contract import Cover, ObjectRow, Outer, RecordRow, ShelfState
from jiwar.store.sqlite.connection import File, as_damage
from jiwar.store.sqlite.shelves import DAY_HALF, half_name

LAST = 2**62


_ADMITTED = "shelf = ?1 AND EXISTS(SELECT 1 FROM shelf WHERE shelf = ?1 AND h_read = ?2)"


def _of(sql: str, table: str) -> str:
    """A question to a table, or with "fresh_" to its twin; `admitted` stands for the shelf and its read token."""
    return sql.format(table, admitted=_ADMITTED)


def _both(sql: str, then: str = "") -> str:
    """The same question to a table and to its twin, `then` over both."""
    return f"{_of(sql, '')} UNION ALL {_of(sql, 'fresh_')} {then}"


_SHELF = "SELECT epoch, control, size, root FROM shelf WHERE shelf = ? AND h_read = ?"
_OUTDATED = _both("SELECT 1 FROM {}xfer WHERE shelf = ?1 AND h_read = ?2 AND part = 0")
_APPENDER = "SELECT 1 FROM shelf WHERE shelf = ? AND h_append = ?"
_OUTDATED_APPENDER = _both("SELECT 1 FROM {}xfer WHERE shelf = ?1 AND h_append = ?2 AND part = 0")
_OBJECT = _both("SELECT obj, head, epoch, day, keep, v FROM {}obj WHERE {admitted} AND obj = ?3")
_OBJECTS = _both(
    "SELECT obj, head, epoch, day, keep, v FROM {}obj WHERE {admitted} AND tag = ?3 AND head < ?4",
    "ORDER BY head DESC LIMIT ?5",
)
_PARTS = "SELECT slot, seq, part, epoch, day, keep, rid, v FROM {}rec WHERE {admitted} AND obj = ?3 AND "
_RECORD = _both(_PARTS + "slot = ?4 AND seq = ?5", "ORDER BY part")
# Both tables are read in the order of their keys and merged on the way: nothing beyond what is fetched is read.
_BETWEEN = _PARTS + "slot BETWEEN ?4 AND ?5"
_SLOTS = {
    False: _both(_BETWEEN, "ORDER BY slot, seq, part"),
    True: _both(_BETWEEN, "ORDER BY slot DESC, seq DESC, part DESC"),
}
_NODE = _both("SELECT h FROM {}node WHERE {admitted} AND level = ?3 AND i = ?4")
_TRANSFER = _both("SELECT part, h_read, v FROM {}xfer WHERE shelf = ?1 AND epoch = ?2", "ORDER BY part")
_HALVES = _both("SELECT day, v FROM {}dayhalf WHERE {admitted} AND keep = ?3 AND day BETWEEN ?4 AND ?5")
Row = tuple[Any, ...]


class ShelfReads:
    """The reading half of shelves.db. `outer` changes with the hub secret."""

    def __init__(self, file: File, outer: Outer) -> None:
        self._file, self.outer = file, outer

    def shelf(self, shelf: bytes, token: bytes) -> ShelfState:
        return self._shelf(shelf, digest(TOKEN_HASH, token))

    def _shelf(self, shelf: bytes, shown: bytes) -> ShelfState:
        rows = self._file.rows(_SHELF, (shelf, shown))
        if rows:
            return ShelfState(*cast(Row, rows[0]))
        if self._file.rows(_OUTDATED, (shelf, shown)):
            raise KeysChanged
        raise NotThere

    def admit_writer(self, shelf: bytes, token: bytes) -> None:
        """Raises NotThere, KeysChanged for what is not the append token."""
        shown = digest(TOKEN_HASH, token)
        if not self._file.rows(_APPENDER, (shelf, shown)):
            raise KeysChanged if self._file.rows(_OUTDATED_APPENDER, (shelf, shown)) else NotThere

    def _rows(self, sql: str, shelf: bytes, token: bytes, *values: bytes | int) -> list[Row]:
        """What stands on a shelf. Raises NotThere, KeysChanged for what is not the read token."""
        shown = digest(TOKEN_HASH, token)
        rows = self._file.rows(sql, (shelf, shown, *values))
        if not rows:
            self._shelf(shelf, shown)
        return rows

    def objects(self, shelf: bytes, token: bytes, tag: bytes, before: int | None, limit: int) -> list[ObjectRow]:
        below = LAST if before is None else before
        return [_object(row) for row in self._rows(_OBJECTS, shelf, token, tag, below, max(limit, 0))]

    def object(self, shelf: bytes, token: bytes, obj: bytes) -> ObjectRow:
        return _object(_one(self._rows(_OBJECT, shelf, token, obj)))

    def records(
        self, shelf: bytes, token: bytes, obj: bytes, first: int, last: int, limit: int, newest: bool = False
    ) -> list[RecordRow]:
        values = (shelf, digest(TOKEN_HASH, token), obj, first, min(last, LAST))
        try:
            rows = self._slots(_SLOTS[newest], values, limit)
        except sqlite3.DatabaseError as error:
            raise as_damage(error) from error
        if not rows:
            self.object(shelf, token, obj)
        if newest:
            rows.reverse()
        return _records(rows)

    def _slots(self, sql: str, values: tuple[bytes, bytes, bytes, int, int], limit: int) -> list[Row]:
        """The first `limit` slots; one statement, and no transaction left open."""
        cursor = self._file.reader.execute(sql, values)
        rows = cursor.fetchmany(max(limit, 0) + 1)
        while len(rows) > limit and rows and len({row[0] for row in rows}) <= limit:
            more = cursor.fetchmany(limit + 1)
            if not more:
                break
            rows += more
        cursor.close()
        return _cut(rows, limit)

    def record(self, shelf: bytes, token: bytes, obj: bytes, slot: int, number: int) -> RecordRow:
        rows = self._rows(_RECORD, shelf, token, obj, slot, number)
        _one(rows)
        return _records(rows)[0]

    def node(self, shelf: bytes, token: bytes, level: int, index: int) -> bytes:
        return cast(bytes, _one(self._rows(_NODE, shelf, token, level, index))[0])

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        rows = self._file.rows(_TRANSFER, (shelf, epoch))
        if not rows or rows[0][1] != digest(TOKEN_HASH, token):
            raise NotThere
        return b"".join(cast(bytes, row[2]) for row in rows)

    def day_halves(self, shelf: bytes, token: bytes, keep: int, days: Iterable[int]) -> Mapping[int, bytes]:
        wanted = set(days)
        if not wanted:
            self.shelf(shelf, token)
            return {}
        rows = self._rows(_HALVES, shelf, token, keep, min(wanted), max(wanted))
        return {
            day: self.outer.open(DAY_HALF, half_name(shelf, keep, day), sealed)
            for day, sealed in cast(list[tuple[int, bytes]], rows)
            if day in wanted
        }


def _one(rows: list[Row]) -> Row:
    if not rows:
        raise NotThere
    return rows[0]


def _object(row: Row) -> ObjectRow:
    obj, head, epoch, day, keep, value = row
    return ObjectRow(obj, head, Cover(epoch, day, keep, value))


def _cut(rows: list[Row], limit: int) -> list[Row]:
    """The rows of the first `limit` slots; rows of a slot stand together."""
    if len(rows) <= limit:
        return rows
    if len({row[0] for row in rows}) == len(rows):
        return rows[: max(limit, 0)]
    slots = [list(group) for _, group in groupby(rows, key=lambda row: row[0])]
    return [row for slot in slots[: max(limit, 0)] for row in slot]


def _records(rows: list[Row]) -> list[RecordRow]:
    """Records from their parts, which come in order."""
    found: list[RecordRow] = []
    for slot, number, part, epoch, day, keep, rid, value in rows:
        if part == 0:
            found.append(RecordRow(slot, number, epoch, day, keep, rid, value))
        else:
            found[-1] = msgspec.structs.replace(found[-1], value=found[-1].value + value)
    return found
