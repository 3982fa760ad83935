"""The contract in memory: for tests, for a hub that is tried out, and for worlds with a lying hub.

Implements spec/protocol.md §7. The plainest thing that can be right; the SQLite store has to answer like it.
Keeps its rows unsealed, because nothing of it outlives the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jiwar.clock import Clock
from jiwar.crypto import merkle, signing
from jiwar.crypto.hashing import digest, same
from jiwar.crypto.labels import INBOX, INVITE_NUMBER, TOKEN_HASH
from jiwar.crypto.random import Random, system_random
from jiwar.errors import BadSignature, Conflict, KeysChanged, NotThere, TooMuch
from jiwar.store import checks
from jiwar.store.contract import (
    BOX_BYTES,
    BOX_ENVELOPES,
    KEPT,
    MAIL_DAYS,
    TRANSFER_DAYS,
    Append,
    Cover,
    Mail,
    NewShelf,
    ObjectRow,
    Outer,
    Receipt,
    RecordRow,
    Rotation,
    ShelfState,
    Woken,
)
from jiwar.store.memory_accounts import MemoryAccounts
from jiwar.store.memory_held import MemoryHeld
from jiwar.store.signed import drop_message, erase_message, object_seen, record_leaf, rotation_message
from jiwar.store.watchers import Watchers


@dataclass(slots=True)
class _Record:
    row: RecordRow
    erase_hash: bytes


@dataclass(slots=True)
class _Object:
    tag: bytes
    cover: Cover
    kept: bool
    head: int = -1
    records: dict[tuple[int, int], _Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Transfer:
    day: int
    read_hash: bytes
    append_hash: bytes
    value: bytes


@dataclass(slots=True)
class _Shelf:
    keys: NewShelf
    epoch: int = 0
    size: int = 0
    root: bytes = merkle.EMPTY_ROOT
    objects: dict[bytes, _Object] = field(default_factory=dict)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    transfers: dict[int, _Transfer] = field(default_factory=dict)
    halves: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def grow(self, leaf: bytes) -> None:
        for level, index, value in merkle.complete(self.size, leaf, self.node):
            self.nodes[level, index] = value
        self.size += 1
        self.root = merkle.root(self.size, self.node)

    def has_half(self, cover: Cover) -> bool:
        """Whether the hub's half of a cover's key is there."""
        return (cover.keep, cover.day) in self.halves


class MemoryStore(MemoryHeld, MemoryAccounts):
    """`jiwar.store.contract.Store` over dictionaries."""

    def __init__(self, clock: Clock, random: Random = system_random) -> None:
        MemoryHeld.__init__(self)
        MemoryAccounts.__init__(self)
        self._clock, self._random = clock, random
        self._shelves: dict[bytes, _Shelf] = {}
        self._boxes: dict[bytes, dict[bytes, Mail]] = {}
        self._invites: dict[bytes, tuple[int, bytes]] = {}
        self._pages: dict[bytes, bytes] = {}
        self._watchers = Watchers()

    # who is admitted

    def _reader(self, shelf: bytes, token: bytes) -> _Shelf:
        shown, found = digest(TOKEN_HASH, token), self._there(shelf)
        if not same(shown, found.keys.read_hash):
            raise KeysChanged if any(shown == old.read_hash for old in found.transfers.values()) else NotThere
        return found

    def _writer(self, shelf: bytes, token: bytes) -> _Shelf:
        shown, found = digest(TOKEN_HASH, token), self._there(shelf)
        if not same(shown, found.keys.append_hash):
            raise (KeysChanged if any(shown == old.append_hash for old in found.transfers.values()) else NotThere)
        return found

    def _admit(self, shelf: bytes, token: bytes) -> None:
        self._writer(shelf, token)

    def _there(self, shelf: bytes) -> _Shelf:
        try:
            return self._shelves[shelf]
        except KeyError:
            raise NotThere from None

    # shelves

    async def open_shelf(self, new: NewShelf) -> None:
        checks.check_shelf(new)
        if new.shelf in self._shelves:
            raise Conflict
        self._shelves[new.shelf] = _Shelf(new)

    def shelf(self, shelf: bytes, token: bytes) -> ShelfState:
        found = self._reader(shelf, token)
        return ShelfState(found.epoch, found.keys.control, found.size, found.root)

    async def append(self, append: Append) -> Receipt:
        checks.check_append(append, self._clock.day())
        shelf = self._writer(append.shelf, append.token)
        if append.epoch != shelf.epoch:
            raise KeysChanged
        place = self._place(shelf, append)
        number = shelf.size
        slot = number if append.slot is None else append.slot
        if append.slot is None:
            place.head = number
        if append.cover is not None:
            place.cover = append.cover
        row = RecordRow(slot, number, append.epoch, append.day, append.keep, append.rid, append.value)
        place.records[slot, number] = _Record(row, append.erase_hash)
        shelf.objects[append.obj] = place
        shelf.grow(
            record_leaf(append.shelf, number, append.obj, slot, row.epoch, row.day, row.keep, row.rid, row.value)
        )
        self._watchers.wake(append.shelf, [(append.obj, slot, number)])
        return Receipt(number)

    async def begin_together(self, appends: Sequence[Append]) -> None:
        checks.check_together(appends, self._clock.day())
        for append in appends:
            shelf = self._writer(append.shelf, append.token)
            if append.epoch != shelf.epoch:
                raise KeysChanged
            if append.obj in shelf.objects:
                raise Conflict
            _born(shelf, append)
        for append in appends:
            await self.append(append)

    @staticmethod
    def _place(shelf: _Shelf, append: Append) -> _Object:
        place = shelf.objects.get(append.obj)
        if place is None:
            return _born(shelf, append)
        if append.slot is not None:
            own = place.records.get((append.slot, append.slot))
            if own is None:
                raise NotThere
            checks.check_beside(append, (own.row.day, own.row.keep))
        if append.expects is not None and append.expects != object_seen(place.head, place.cover):
            raise Conflict
        if not place.kept:
            checks.check_lane(append, place.cover)
        if append.cover is not None:
            if not place.kept:
                checks.check_next_cover(append, place.cover, append.cover)
            checks.check_cover_half(append.cover, shelf.has_half(append.cover))
        return place

    @staticmethod
    def _object(shelf: _Shelf, obj: bytes) -> _Object:
        try:
            return shelf.objects[obj]
        except KeyError:
            raise NotThere from None

    def objects(self, shelf: bytes, token: bytes, tag: bytes, before: int | None, limit: int) -> list[ObjectRow]:
        rows = [
            ObjectRow(obj, place.head, place.cover)
            for obj, place in self._reader(shelf, token).objects.items()
            if place.tag == tag and (before is None or place.head < before)
        ]
        return sorted(rows, key=lambda row: row.head, reverse=True)[: max(limit, 0)]

    def object(self, shelf: bytes, token: bytes, obj: bytes) -> ObjectRow:
        place = self._object(self._reader(shelf, token), obj)
        return ObjectRow(obj, place.head, place.cover)

    def records(
        self, shelf: bytes, token: bytes, obj: bytes, first: int, last: int, limit: int, newest: bool = False
    ) -> list[RecordRow]:
        place = self._object(self._reader(shelf, token), obj)
        slots = sorted({slot for slot, _ in place.records if first <= slot <= last}, reverse=newest)
        wanted = set(slots[: max(limit, 0)])
        return [place.records[key].row for key in sorted(place.records) if key[0] in wanted]

    def record(self, shelf: bytes, token: bytes, obj: bytes, slot: int, number: int) -> RecordRow:
        return self._record(self._reader(shelf, token), obj, slot, number).row

    def _record(self, shelf: _Shelf, obj: bytes, slot: int, number: int) -> _Record:
        try:
            return self._object(shelf, obj).records[slot, number]
        except KeyError:
            raise NotThere from None

    async def erase(self, shelf: bytes, obj: bytes, slot: int, number: int, erase_token: bytes) -> None:
        record = self._record(self._there(shelf), obj, slot, number)
        if not same(digest(TOKEN_HASH, erase_token), record.erase_hash):
            raise NotThere
        self._empty(shelf, obj, record)

    async def erase_by_control(self, shelf: bytes, obj: bytes, slot: int, number: int, signature: bytes) -> None:
        found = self._there(shelf)
        record = self._record(found, obj, slot, number)
        _require_control(found, signature, erase_message(shelf, obj, slot, number))
        self._empty(shelf, obj, record)

    def _empty(self, shelf: bytes, obj: bytes, record: _Record) -> None:
        row = record.row
        record.row = RecordRow(row.slot, row.number, row.epoch, row.day, row.keep, row.rid, b"")
        self._watchers.wake(shelf, [(obj, row.slot, row.number)])

    async def rotate(self, rotation: Rotation) -> None:
        checks.check_rotation(rotation)
        shelf = self._there(rotation.shelf)
        if rotation.epoch != shelf.epoch:
            raise Conflict
        signing.verify(shelf.keys.control, rotation.signature, rotation_message(rotation))
        if (rotation.size, rotation.root) != (shelf.size, shelf.root):
            raise Conflict
        old = shelf.keys
        shelf.transfers[shelf.epoch] = _Transfer(self._clock.day(), old.read_hash, old.append_hash, rotation.transfer)
        shelf.keys = NewShelf(old.shelf, rotation.read_hash, rotation.append_hash, rotation.control)
        shelf.epoch += 1
        self._watchers.end(rotation.shelf)

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        cell = self._there(shelf).transfers.get(epoch)
        if cell is None or not same(digest(TOKEN_HASH, token), cell.read_hash):
            raise NotThere
        return cell.value

    async def drop(self, shelf: bytes, signature: bytes) -> None:
        _require_control(self._there(shelf), signature, drop_message(shelf))
        del self._shelves[shelf]
        self._watchers.end(shelf)

    def node(self, shelf: bytes, token: bytes, level: int, index: int) -> bytes:
        try:
            return self._reader(shelf, token).node(level, index)
        except KeyError:
            raise NotThere from None

    # day halves

    def day_halves(self, shelf: bytes, token: bytes, keep: int, days: Iterable[int]) -> Mapping[int, bytes]:
        halves = self._reader(shelf, token).halves
        return {day: halves[keep, day] for day in days if (keep, day) in halves}

    async def make_day_half(self, shelf: bytes, token: bytes, keep: int, day: int, half: bytes) -> bytes:
        checks.check_half(keep, day, half, self._clock.day())
        return self._writer(shelf, token).halves.setdefault((keep, day), half)

    # boxes

    async def put_mail(self, shelf: bytes, token: bytes, inbox: bytes, mail: Mail) -> None:
        checks.check_mail(inbox, mail, self._clock.day())
        self._writer(shelf, token)
        self._leave(inbox, mail)

    async def answer_invite(self, number: bytes, inbox: bytes, mail: Mail) -> None:
        checks.check_mail(inbox, mail, self._clock.day())
        self.invite(number)
        self._leave(inbox, mail)

    def _leave(self, inbox: bytes, mail: Mail) -> None:
        box = self._boxes.setdefault(inbox, {})
        if mail.eid in box:
            return
        size = sum(len(other.value) for other in box.values())
        if len(box) >= BOX_ENVELOPES or size + len(mail.value) > BOX_BYTES:
            raise TooMuch
        box[mail.eid] = mail

    def mail(self, read_token: bytes) -> list[Mail]:
        box = self._boxes.get(digest(INBOX, read_token), {})
        return [box[eid] for eid in sorted(box)]

    async def delete_mail(self, read_token: bytes, eid: bytes) -> None:
        self._boxes.get(digest(INBOX, read_token), {}).pop(eid, None)

    async def put_invite(self, number: bytes, last_day: int, value: bytes) -> None:
        checks.check_invite(last_day, value)
        name = digest(INVITE_NUMBER, number)
        if self._invites.get(name, (-1, b""))[0] >= self._clock.day():
            raise Conflict
        self._invites[name] = last_day, value

    def invite(self, number: bytes) -> bytes:
        last_day, value = self._invites.get(digest(INVITE_NUMBER, number), (-1, b""))
        if last_day < self._clock.day():
            raise NotThere
        return value

    async def remove_invite(self, number: bytes) -> None:
        self._invites.pop(digest(INVITE_NUMBER, number), None)

    async def put_page(self, name: bytes, value: bytes) -> None:
        checks.check_page(name, value)
        self._pages[name] = value

    def page(self, name: bytes) -> bytes:
        try:
            return self._pages[name]
        except KeyError:
            raise NotThere from None

    async def remove_page(self, name: bytes) -> None:
        self._pages.pop(name, None)

    # live and upkeep

    def watch(self, shelf: bytes, token: bytes, woken: Woken) -> Callable[[], None]:
        self._reader(shelf, token)
        return self._watchers.add(shelf, woken)

    async def turn_day(self, today: int, outer: Outer) -> None:
        self._turn_guards(today)
        for shelf in self._shelves.values():
            _sweep(shelf, today)
        for box in self._boxes.values():
            for mail in [one for one in box.values() if one.day + MAIL_DAYS < today]:
                del box[mail.eid]
        self._sweep_held(today)
        self._invites = {name: kept for name, kept in self._invites.items() if kept[0] >= today}

    async def close(self) -> None:
        return


def _born(shelf: _Shelf, append: Append) -> _Object:
    if append.cover is None or append.slot is not None:
        raise NotThere
    if append.expects:
        raise Conflict
    checks.check_birth(append, append.cover)
    checks.check_cover_half(append.cover, shelf.has_half(append.cover))
    return _Object(append.tag, append.cover, append.keep == KEPT)


def _require_control(shelf: _Shelf, signature: bytes, message: bytes) -> None:
    try:
        signing.verify(shelf.keys.control, signature, message)
    except BadSignature:
        raise NotThere from None


def _expired(day: int, keep: int, today: int) -> bool:
    return keep != KEPT and day + keep < today


def _sweep(shelf: _Shelf, today: int) -> None:
    shelf.halves = {(keep, day): half for (keep, day), half in shelf.halves.items() if not _expired(day, keep, today)}
    shelf.transfers = {epoch: cell for epoch, cell in shelf.transfers.items() if cell.day + TRANSFER_DAYS >= today}
    for obj, place in list(shelf.objects.items()):
        place.records = {
            key: record
            for key, record in place.records.items()
            if not _expired(record.row.day, record.row.keep, today)
        }
        filled = any(slot == number and record.row.value for (slot, number), record in place.records.items())
        if not filled and _expired(place.cover.day, place.cover.keep, today):
            del shelf.objects[obj]
