"""Shelves, written: open, append, cover, erase, rotate, drop, day halves. Each verb is one job of the writer.

Implements spec/protocol.md §7.2. A job raises before it changes anything. Rows of today go into the twins; a row of
an earlier day that is written to moves there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from jiwar.crypto import merkle, signing
from jiwar.crypto.hashing import digest, same
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.errors import BadSignature, Conflict, KeysChanged, NotThere
from jiwar.store import checks
from jiwar.store.contract import KEPT, Append, Cover, NewShelf, Outer, Receipt, Rotation
from jiwar.store.signed import drop_message, erase_message, object_seen, record_leaf, rotation_message
from jiwar.store.sqlite.connection import File, parts, query
from jiwar.store.sqlite.schema import FRESH
from jiwar.store.sqlite.standing import Gathered, Place, Standing
from jiwar.wire.frame import join

DAY_HALF = "dayhalf"
_OUTDATED = (
    "SELECT 1 FROM xfer WHERE shelf = ?1 AND h_append = ?2 AND part = 0 UNION ALL "
    "SELECT 1 FROM fresh_xfer WHERE shelf = ?1 AND h_append = ?2 AND part = 0"
)
_HALF = (
    "SELECT v FROM dayhalf WHERE shelf = ?1 AND keep = ?2 AND day = ?3 UNION ALL "
    "SELECT v FROM fresh_dayhalf WHERE shelf = ?1 AND keep = ?2 AND day = ?3"
)
_AT = "shelf = ? AND obj = ? AND slot = ? AND seq = ?"
Where = tuple[bytes, bytes, int, int]


def half_name(shelf: bytes, keep: int, day: int) -> bytes:
    """What the seal of a day half is bound to."""
    return join(shelf, keep, day)


class ShelfJobs:
    """What the writer of shelves.db can be asked to do. `outer` changes with the hub secret."""

    def __init__(self, file: File, gathered: Gathered, outer: Outer) -> None:
        self._file, self._gathered, self.outer = file, gathered, outer

    # who is admitted

    def admit(self, shelf: bytes, token: bytes) -> Standing:
        """The shelf, for its append token. Raises NotThere, KeysChanged."""
        shown = digest(TOKEN_HASH, token)
        standing = self._gathered.shelf(shelf)
        if standing is not None and same(shown, standing.append_hash):
            return standing
        if query(self._file.writer, _OUTDATED, (shelf, shown)):
            raise KeysChanged
        raise NotThere

    def _there(self, shelf: bytes) -> Standing:
        standing = self._gathered.shelf(shelf)
        if standing is None:
            raise NotThere
        return standing

    # records and covers

    def open_shelf(self, new: NewShelf) -> None:
        if self._gathered.shelf(new.shelf) is not None:
            raise Conflict
        row = (new.shelf, 0, new.read_hash, new.append_hash, new.control, 0, merkle.EMPTY_ROOT)
        self._file.writer.execute("INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def append(self, append: Append) -> Receipt:
        standing = self.admit(append.shelf, append.token)
        if append.epoch != standing.epoch:
            raise KeysChanged
        place = self._place_for(append)
        number = standing.size
        slot = number if append.slot is None else append.slot
        if append.slot is None:
            place.head, place.changed = number, True
        if append.cover is not None:
            place.cover, place.changed = append.cover, True
        self._gathered.places[append.shelf, append.obj] = place
        self._gather_record(append, slot, number)
        self._gathered.grow(append.shelf, standing, _leaf(append, slot, number))
        self._gathered.woken.append((append.shelf, (append.obj, slot, number)))
        return Receipt(number)

    def begin_together(self, appends: Sequence[Append]) -> None:
        """Each is judged before the first is written: from then on nothing refuses one."""
        for append in appends:
            if append.epoch != self.admit(append.shelf, append.token).epoch:
                raise KeysChanged
            if self._gathered.place(append.shelf, append.obj) is not None:
                raise Conflict
            self._born(append)
        for append in appends:
            self.append(append)

    def _place_for(self, append: Append) -> Place:
        place = self._gathered.place(append.shelf, append.obj)
        if place is None:
            return self._born(append)
        if append.slot is not None:
            beside = self._gathered.slot(append.shelf, append.obj, append.slot)
            if beside is None:
                raise NotThere
            checks.check_beside(append, beside)
        if append.expects is not None and append.expects != object_seen(place.head, place.cover):
            raise Conflict
        if not place.kept:
            checks.check_lane(append, place.cover)
        if append.cover is not None:
            if not place.kept:
                checks.check_next_cover(append, place.cover, append.cover)
            checks.check_cover_half(append.cover, self._has_half(append.shelf, append.cover))
        return place

    def _born(self, append: Append) -> Place:
        if append.cover is None or append.slot is not None:
            raise NotThere
        if append.expects:
            raise Conflict
        checks.check_birth(append, append.cover)
        checks.check_cover_half(append.cover, self._has_half(append.shelf, append.cover))
        return Place(append.tag, -1, append.cover, kept=append.keep == KEPT)

    def _has_half(self, shelf: bytes, cover: Cover) -> bool:
        """Whether the hub's half of a cover's key is there."""
        return bool(query(self._file.writer, _HALF, (shelf, cover.keep, cover.day)))

    def _gather_record(self, append: Append, slot: int, number: int) -> None:
        first, *others = parts(append.value)
        key = (append.shelf, append.obj, slot, number)
        self._gathered.records[*key, 0] = (
            *(append.epoch, append.day, append.keep, append.rid, append.erase_hash),
            first,
        )
        for part, value in enumerate(others, start=1):
            self._gathered.records[*key, part] = (None, None, None, None, None, value)

    # erasing

    def erase(self, where: Where, erase_token: bytes) -> None:
        table, erase_hash = self._find(where)
        if not same(digest(TOKEN_HASH, erase_token), erase_hash):
            raise NotThere
        self._empty(table, where)

    def erase_by_control(self, where: Where, signature: bytes) -> None:
        table, _ = self._find(where)
        self._require_control(where[0], signature, erase_message(*where))
        self._empty(table, where)

    def _find(self, where: Where) -> tuple[str, bytes]:
        self._there(where[0])
        self._gathered.flush()
        for table in ("fresh_rec", "rec"):
            sql = f"SELECT h_erase FROM {table} WHERE {_AT} AND part = 0"  # noqa: S608 # Two names of our own.
            rows = query(self._file.writer, sql, where)
            if rows:
                return table, cast(bytes, rows[0][0])
        raise NotThere

    def _empty(self, table: str, where: Where) -> None:
        execute = self._file.writer.execute
        execute(f"DELETE FROM {table} WHERE {_AT} AND part > 0", where)  # noqa: S608 # As above.
        if table == "rec":
            execute(
                "INSERT INTO fresh_rec SELECT shelf, obj, slot, seq, part, epoch, day, keep, rid, h_erase, x'' "  # noqa: S608
                f"FROM rec WHERE {_AT}",
                where,
            )
            execute(f"DELETE FROM rec WHERE {_AT}", where)  # noqa: S608 # As above.
        else:
            execute(f"UPDATE fresh_rec SET v = x'' WHERE {_AT}", where)  # noqa: S608 # As above.
        self._gathered.woken.append((where[0], where[1:]))

    def _require_control(self, shelf: bytes, signature: bytes, message: bytes) -> None:
        """Raises NotThere: who can't sign for a shelf doesn't learn that it is there."""
        try:
            signing.verify(self._there(shelf).control, signature, message)
        except BadSignature:
            raise NotThere from None

    # epochs

    def rotate(self, rotation: Rotation, today: int) -> None:
        standing = self._there(rotation.shelf)
        if rotation.epoch != standing.epoch:
            raise Conflict
        signing.verify(standing.control, rotation.signature, rotation_message(rotation))
        self._gathered.flush()
        if (rotation.size, rotation.root) != (standing.size, standing.root):
            raise Conflict
        self._put_transfer(rotation, standing, today)
        standing.epoch += 1
        standing.read_hash, standing.append_hash = rotation.read_hash, rotation.append_hash
        standing.control = rotation.control
        self._file.writer.execute(
            "UPDATE shelf SET epoch = ?, h_read = ?, h_append = ?, control = ? WHERE shelf = ?",
            (standing.epoch, standing.read_hash, standing.append_hash, standing.control, rotation.shelf),
        )
        self._gathered.ended.append(rotation.shelf)

    def _put_transfer(self, rotation: Rotation, standing: Standing, today: int) -> None:
        rows: list[tuple[Any, ...]] = []
        for part, value in enumerate(parts(rotation.transfer)):
            named = (None, None, None) if part else (today, standing.read_hash, standing.append_hash)
            rows.append((rotation.shelf, rotation.epoch, part, *named, value))
        self._file.writer.executemany("INSERT INTO fresh_xfer VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def drop(self, shelf: bytes, signature: bytes) -> None:
        self._require_control(shelf, signature, drop_message(shelf))
        self._gathered.flush()
        for table in ("shelf", *FRESH, *(f"fresh_{table}" for table in FRESH)):
            self._file.writer.execute(f"DELETE FROM {table} WHERE shelf = ?", (shelf,))  # noqa: S608 # From the schema.
        self._gathered.shelves.pop(shelf)
        for key in [key for key in self._gathered.places if key[0] == shelf]:
            del self._gathered.places[key]
        self._gathered.ended.append(shelf)

    # day halves

    def make_day_half(self, shelf: bytes, token: bytes, keep: int, day: int, half: bytes) -> bytes:
        self.admit(shelf, token)
        name = half_name(shelf, keep, day)
        rows = query(self._file.writer, _HALF, (shelf, keep, day))
        if rows:
            return self.outer.open(DAY_HALF, name, cast(bytes, rows[0][0]))
        sealed = self.outer.seal(DAY_HALF, name, half)
        self._file.writer.execute("INSERT INTO fresh_dayhalf VALUES (?, ?, ?, ?)", (shelf, keep, day, sealed))
        return half


def _leaf(append: Append, slot: int, number: int) -> bytes:
    return record_leaf(
        append.shelf,
        number,
        append.obj,
        slot,
        append.epoch,
        append.day,
        append.keep,
        append.rid,
        append.value,
    )
