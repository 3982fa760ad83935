"""What the writer of shelves.db knows while it gathers a batch: shelves, objects and rows that are not written yet.

- One batch changes a shelf's row, an object's row and a tree's upper nodes once, however many records it brings,
  and writes its rows in key order, so that the order within a batch is not on disk.
- A shelf's tree is carried on from its *peaks*, the complete subtrees at its right edge; nothing else is read.
- All of it is forgotten when writing pauses: RAM is no record of who wrote last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from jiwar.crypto import merkle
from jiwar.errors import StoreDamaged
from jiwar.store.contract import KEPT, Cover
from jiwar.store.sqlite.connection import File, query

MOST_REMEMBERED = 1_024
_SHELF = "SELECT epoch, h_read, h_append, control, size, root FROM shelf WHERE shelf = ?"
_OBJECT = "SELECT tag, head, epoch, day, keep, v FROM {} WHERE shelf = ? AND obj = ?"
_NODE = (
    "SELECT h FROM node WHERE shelf = ?1 AND level = ?2 AND i = ?3 UNION ALL "
    "SELECT h FROM fresh_node WHERE shelf = ?1 AND level = ?2 AND i = ?3"
)
_RECORD = (
    "SELECT day, keep FROM rec WHERE shelf = ?1 AND obj = ?2 AND slot = ?3 AND seq = ?3 AND part = 0 UNION ALL "
    "SELECT day, keep FROM fresh_rec WHERE shelf = ?1 AND obj = ?2 AND slot = ?3 AND seq = ?3 AND part = 0"
)
_OLDEST = "SELECT slot, seq, keep FROM {} WHERE shelf = ?1 AND obj = ?2 ORDER BY slot, seq, part LIMIT 1"
_FIRST = (
    f"SELECT keep FROM (SELECT * FROM ({_OLDEST.format('rec')}) UNION ALL "  # noqa: S608 # Two names of our own.
    f"SELECT * FROM ({_OLDEST.format('fresh_rec')})) ORDER BY slot, seq LIMIT 1"
)


@dataclass(slots=True)
class Standing:
    """A shelf's row, and its tree's right edge once it has grown."""

    epoch: int
    read_hash: bytes
    append_hash: bytes
    control: bytes
    size: int
    root: bytes
    peaks: dict[tuple[int, int], bytes] | None = None
    changed: bool = False


@dataclass(slots=True)
class Place:
    """An object's row; `merged` while it stands in the main table, `kept` when its first record is kept for good."""

    tag: bytes
    head: int
    cover: Cover
    kept: bool
    merged: bool = False
    changed: bool = False


@dataclass(slots=True)
class Gathered:
    """State of the batch. `rows` are written by `flush`; `woken` and `ended` are told after the commit."""

    file: File
    shelves: dict[bytes, Standing] = field(default_factory=dict)
    places: dict[tuple[bytes, bytes], Place] = field(default_factory=dict)
    records: dict[tuple[bytes, bytes, int, int, int], tuple[Any, ...]] = field(default_factory=dict)
    nodes: dict[tuple[bytes, int, int], bytes] = field(default_factory=dict)
    woken: list[tuple[bytes, tuple[bytes, int, int]]] = field(default_factory=list)
    ended: list[bytes] = field(default_factory=list)
    tell: Callable[[list[tuple[bytes, tuple[bytes, int, int]]], list[bytes]], None] | None = None

    # looking things up

    def shelf(self, shelf: bytes) -> Standing | None:
        """The shelf's row, None for an unknown one."""
        found = self.shelves.get(shelf)
        if found is None:
            rows = query(self.file.writer, _SHELF, (shelf,))
            if rows:
                found = self.shelves[shelf] = Standing(*cast(tuple[Any, ...], rows[0]))
        return found

    def place(self, shelf: bytes, obj: bytes) -> Place | None:
        """The object's row, None for an unknown one."""
        found = self.places.get((shelf, obj))
        for table in ("fresh_obj", "obj") if found is None else ():
            rows = query(self.file.writer, _OBJECT.format(table), (shelf, obj))
            if rows:
                tag, head, epoch, day, keep, value = cast(tuple[Any, ...], rows[0])
                kept = keep == KEPT or self._first_is_kept(shelf, obj)
                found = Place(tag, head, Cover(epoch, day, keep, value), kept, merged=table == "obj")
                self.places[shelf, obj] = found
                break
        return found

    def _first_is_kept(self, shelf: bytes, obj: bytes) -> bool:
        rows = query(self.file.writer, _FIRST, (shelf, obj))
        return bool(rows) and rows[0][0] == KEPT

    def slot(self, shelf: bytes, obj: bytes, slot: int) -> tuple[int, int] | None:
        """Day and lane of the record that stands in a slot of its own there, None when none does."""
        gathered = self.records.get((shelf, obj, slot, slot, 0))
        if gathered is not None:
            _, day, keep, *_ = gathered
            return day, keep
        rows = query(self.file.writer, _RECORD, (shelf, obj, slot))
        return cast(tuple[int, int], rows[0]) if rows else None

    # growing a tree

    def grow(self, shelf: bytes, standing: Standing, leaf: bytes) -> None:
        """Add a leaf; the root is made when the batch is written."""
        if standing.peaks is None:
            standing.peaks = self._peaks(shelf, standing.size)
        peaks = standing.peaks
        grown = list(merkle.complete(standing.size, leaf, lambda *at: peaks[at]))
        for level, index, value in grown:
            self.nodes[shelf, level, index] = value
            if index % 2:
                del peaks[level, index - 1]
        level, index, value = grown[-1]
        peaks[level, index] = value
        standing.size += 1
        standing.changed = True

    def _peaks(self, shelf: bytes, size: int) -> dict[tuple[int, int], bytes]:
        places = [(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]
        return {place: self._node(shelf, *place) for place in places}

    def _node(self, shelf: bytes, level: int, index: int) -> bytes:
        rows = query(self.file.writer, _NODE, (shelf, level, index))
        if not rows:
            raise StoreDamaged
        return cast(bytes, rows[0][0])

    # writing

    def flush(self) -> None:
        """Write what was gathered, in key order."""
        execute = self.file.writer.executemany
        if self.records:
            rows = [(*key, *self.records[key]) for key in sorted(self.records)]
            execute("INSERT INTO fresh_rec VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        if self.nodes:
            nodes = [(*key, self.nodes[key]) for key in sorted(self.nodes)]
            execute("INSERT INTO fresh_node VALUES (?, ?, ?, ?)", nodes)
        self._flush_places()
        self._flush_shelves()
        self.records, self.nodes = {}, {}

    def _flush_places(self) -> None:
        changed = sorted(key for key, place in self.places.items() if place.changed)
        if not changed:
            return
        execute = self.file.writer.executemany
        execute("DELETE FROM obj WHERE shelf = ? AND obj = ?", [k for k in changed if self.places[k].merged])
        rows = []
        for key in changed:
            place = self.places[key]
            cover = place.cover
            rows.append((*key, place.tag, place.head, cover.epoch, cover.day, cover.keep, cover.value))
            place.merged = place.changed = False
        execute("INSERT OR REPLACE INTO fresh_obj VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _flush_shelves(self) -> None:
        rows = []
        for shelf in sorted(shelf for shelf, standing in self.shelves.items() if standing.changed):
            standing = self.shelves[shelf]
            if standing.peaks is not None:
                peaks = standing.peaks
                standing.root = merkle.root(standing.size, lambda *at, peaks=peaks: peaks[at])
            standing.changed = False
            rows.append((standing.size, standing.root, shelf))
        if rows:
            self.file.writer.executemany("UPDATE shelf SET size = ?, root = ? WHERE shelf = ?", rows)

    def forget(self) -> None:
        """Drop everything, also what was not written."""
        self.shelves, self.places, self.records, self.nodes = {}, {}, {}, {}
        self.woken, self.ended = [], []

    def committed(self) -> Callable[[], None] | None:
        """What to tell the watchers of this batch."""
        woken, ended, tell = self.woken, self.ended, self.tell
        self.woken, self.ended = [], []
        if len(self.places) > MOST_REMEMBERED or len(self.shelves) > MOST_REMEMBERED:
            self.forget()
        if tell is None or not (woken or ended):
            return None
        return lambda: tell(woken, ended)
