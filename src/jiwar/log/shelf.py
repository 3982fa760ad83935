"""A circle's log as one member sees it: seal and append, list and open, with the keys of that member.

Implements spec/protocol.md §5. Joins a keyring's epochs and a store's rows.

- Keys: the record key for what is kept, the day key of a lane for what expires (`keyring.epochs`). Day keys are made
  once a request and forgotten with it.
- An object's cover is written by whoever appends to it, under compare-and-swap over the object's whole row, one
  writer behind the other within a process (`queues`); on a conflict the writer reads again and folds again. Rooms
  have no such cover but a `Still` one, which folds no records: their writers never collide.
- How long a cover lasts, and what is done about a spoiled one, stands in `covers`.
- What can't be opened (an epoch or a day whose key is gone) is left out of lists, never half shown.
- Every number belongs to one epoch: a record or cover of an epoch that was over at its place is refused, so that
  whoever holds only old keys can add nothing, not even with the hub's help.
- An answer that isn't what was asked for (another object, another place, out of order) is `BadProof`.

Does not know what a fold or a body means; that is `systems` and `circles`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import COLLECTION_TAG, FRAGMENT, OBJECT_ID
from jiwar.crypto.random import Random, system_random
from jiwar.errors import BadProof, Conflict, Damaged, NotCanonical, NotThere, Unopenable
from jiwar.keyring.epochs import EpochKeys
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.checked import Checked, Said
from jiwar.log.covers import Folded, spoiled
from jiwar.log.fragments import Fragments
from jiwar.log.keys import PlaceKeys
from jiwar.log.queues import Queues
from jiwar.log.record import Place
from jiwar.store.contract import NEW_OBJECT, Append, Cover, ObjectRow, RecordRow, ShelfState, Store
from jiwar.store.signed import object_seen
from jiwar.wire.canonical import Wire

LAST_NUMBER = 2**62
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """What to append. `slot` and `day` are given for an annotation: its target's, so that both expire together.

    `keep` is cut to the lane of the object when that one is shorter.
    `rid` is random unless the writer gives one that means something (`circles.speech`).
    """

    obj: bytes
    kind: str
    body: bytes
    keep: int
    slot: int | None = None
    day: int | None = None
    collection: str = ""
    rid: bytes = b""


@dataclass(frozen=True, slots=True)
class Still:
    """A cover that folds no records and is written over whatever stood there before, in the lane `keep` of today."""

    fold: bytes
    keep: int


class Opened(Wire, frozen=True):
    """An opened and checked record."""

    slot: int
    number: int
    day: int
    keep: int
    epoch: int
    rid: bytes
    kind: str
    author: bytes
    part: int
    body: bytes


Refold = Callable[[Folded | None], bytes] | Still
"""From the fold that stands (None for a new object) to the one after the record; or a cover that folds none."""


class ShelfLog:
    """One shelf, opened for the length of a request. `state` raises NotThere or KeysChanged when first asked."""

    def __init__(
        self,
        store: Store,
        circle: bytes,
        shelf: bytes,
        index_key: bytes,
        keys: tuple[EpochKeys, ...],
        persona: Persona,
        clock: Clock,
        fragments: Fragments,
        random: Random = system_random,
        previous: bytes = b"",
        state: ShelfState | None = None,
        queues: Queues | None = None,
        seen_by_all: bool = False,
    ) -> None:
        """`seen_by_all`: records name the largest full tree rather than the head that their author saw."""
        self.store, self.circle, self.shelf = store, circle, shelf
        self.persona, self.clock, self.fragments, self.random = persona, clock, fragments, random
        self.previous, self.seen_by_all = previous, seen_by_all
        self._index_key = index_key
        self._keys = PlaceKeys(store, shelf, keys, clock, fragments)
        self._checked = Checked(circle, shelf, self._keys, fragments)
        self.newest = self._keys.newest
        self._state = state
        self._queues = queues or Queues()

    @property
    def state(self) -> ShelfState:
        """The shelf as the store shows it now."""
        if self._state is None:
            self._state = self.store.shelf(self.shelf, self.newest.read)
        return self._state

    def forget_state(self) -> None:
        """Ask the store again next time."""
        self._state = None

    def tag(self, collection: str) -> bytes:
        """The blind name of a collection, the same in every epoch."""
        return derive(self._index_key, COLLECTION_TAG, collection, length=16)

    # keys

    def prepare(self, places: Iterable[tuple[int, int, int]]) -> None:
        """Make the keys of many (epoch, keep, day) at once."""
        self._keys.prepare(places)

    def key(self, epoch: int, keep: int, day: int) -> bytes:
        """The key of a place. Raises Unopenable when it has expired or was never ours."""
        return self._keys.of(epoch, keep, day)

    async def _writing_key(self, keep: int, day: int) -> bytes:
        try:
            return self.key(self.newest.epoch, keep, day)
        except Unopenable:
            await self.store.make_day_half(self.shelf, self.newest.append, keep, day, self.random(32))
            return self.key(self.newest.epoch, keep, day)

    # reading

    def covers(self, collection: str, before: int | None, limit: int) -> list[ObjectRow]:
        """The latest objects of a collection, still sealed; keys for opening them are prepared."""
        rows = self.store.objects(self.shelf, self.newest.read, self.tag(collection), before, limit)
        heads = [LAST_NUMBER if before is None else before, *(row.head for row in rows)]
        _require(all(later > earlier for later, earlier in pairwise(heads)))
        self.prepare((row.cover.epoch, row.cover.keep, row.cover.day) for row in rows)
        return rows

    def cover(self, obj: bytes) -> ObjectRow:
        """Raises NotThere, KeysChanged, BadProof."""
        row = self.store.object(self.shelf, self.newest.read, obj)
        _require(row.obj == obj)
        return row

    def has(self, obj: bytes) -> bool:
        """Whether there is such an object."""
        try:
            self.cover(obj)
        except NotThere:
            return False
        return True

    def open_cover(self, row: ObjectRow, lasting: bool = False) -> Folded:
        """Open and check a cover. A `lasting` one, that few records move, is kept as a fragment: checked once.

        Raises Unopenable, NotCanonical, BadSignature, BadProof.
        """
        cover = row.cover
        self._require_epoch(cover.epoch, row.head, standing=True)
        signed = self._checked.lasting_cover(row) if lasting else self._checked.cover(row)
        return Folded(row.obj, row.head, signed.head, signed.fold, signed.signer, cover.day, cover.keep, cover.epoch)

    def standing(self, row: ObjectRow) -> Folded:
        """The cover as it stands, empty when it was spoiled. Raises Unopenable where its key isn't ours."""
        cover = row.cover
        self.key(cover.epoch, cover.keep, cover.day)
        try:
            return self.open_cover(row)
        except (Damaged, NotCanonical):
            return spoiled(row)

    def rows(self, obj: bytes, first: int, last: int, limit: int, newest: bool = False) -> list[RecordRow]:
        """Whole slots of an object, still sealed; keys for opening them are prepared."""
        rows = self.store.records(self.shelf, self.newest.read, obj, first, last, limit, newest)
        places = [(row.slot, row.number) for row in rows]
        _require(all(first <= slot <= last and slot <= number for slot, number in places))
        _require(all(earlier < later for earlier, later in pairwise(places)))
        self.prepare((row.epoch, row.keep, row.day) for row in rows)
        return rows

    def row(self, obj: bytes, slot: int, number: int) -> RecordRow:
        """Raises NotThere, KeysChanged, BadProof."""
        row = self.store.record(self.shelf, self.newest.read, obj, slot, number)
        _require((row.slot, row.number) == (slot, number))
        return row

    def _require_epoch(self, epoch: int, number: int, standing: bool = False) -> None:
        """Raises BadProof when an epoch did not hold at a number; a cover may be `standing` from an older head."""
        for keys in self._keys.epochs.values():
            over = keys.epoch > epoch and number >= keys.begins
            early = keys.epoch == epoch and number < keys.begins and not standing
            _require(not (over or early))

    def open(self, obj: bytes, row: RecordRow, again: bool = False) -> Opened:
        """Open and check one record. Raises Unopenable, NotCanonical, BadSignature, BadProof."""
        self._require_epoch(row.epoch, row.number)
        said = self._checked.record(obj, row, again)
        place = (row.slot, row.number, row.day, row.keep, row.epoch, row.rid)
        return Opened(*place, said.kind, said.author, said.part, said.body)

    def readable(self, obj: bytes, rows: Iterable[RecordRow], again: bool = False) -> list[Opened]:
        """Those of the records that open and are sound; with `again` each is checked once, then remembered."""
        found = []
        for row in rows:
            try:
                found.append(self.open(obj, row, again))
            except (Damaged, NotCanonical):
                continue
        return found

    def fragment_name(self, obj: bytes, row: RecordRow, variant: str) -> bytes:
        """What a rendered record is cached under: its bytes *and* its place, so that it can't be shown elsewhere."""
        place = (row.slot, row.number, row.epoch, row.day, row.keep, row.rid)
        return digest(FRAGMENT, variant, self.shelf, obj, *place, record.row_digest(row.value))

    def fragment_key(self, variant: str, *places: tuple[int, int, int]) -> bytes:
        """What seals what was made of some places (epoch, keep, day): dead when the key of one of them is.

        Raises Unopenable.
        """
        return self._keys.fragment(variant, *places)

    # writing

    async def append(self, entry: Entry, refold: Refold | None = None, create: bool = False) -> Opened:
        """Append one record. With `refold` the object's cover moves with it; `create` makes the object.

        Raises NotThere, KeysChanged, Conflict (creating what exists, or writers that never stop colliding).
        """
        if create or not _moves(refold):
            return await self._append_once(entry, refold, create)
        async with self._queues.of(self.shelf, entry.obj):
            for _ in range(_TRIES):
                try:
                    return await self._append_once(entry, refold, create)
                except Conflict:
                    continue
        raise Conflict

    async def _append_once(self, entry: Entry, refold: Refold | None, create: bool) -> Opened:
        append, said = await self.prepared(entry, refold, create)
        receipt = await self.store.append(append)
        self.previous = record.row_digest(append.value)
        slot = receipt.number if entry.slot is None else entry.slot
        place = (slot, receipt.number, append.day, append.keep, append.epoch, append.rid)
        return Opened(*place, said.kind, said.author, said.part, said.body)

    async def prepared(self, entry: Entry, refold: Refold | None = None, create: bool = False) -> tuple[Append, Said]:
        """A record as it would be appended now, signed and sealed, and what it says: for who appends it later.

        Raises NotThere, KeysChanged.
        """
        day = self.clock.day() if entry.day is None else entry.day
        row = self.cover(entry.obj) if _moves(refold) and not create else None
        standing = self.standing(row) if row else None
        keep = standing.cut(entry.keep) if standing else entry.keep
        place = Place(self.circle, self.shelf, entry.obj, self.newest.epoch, day, keep, entry.slot)
        rid = entry.rid or self.random(16)
        part = self.clock.part()
        key = await self._writing_key(keep, day)
        value, erase_hash = record.write_record(
            self.persona, key, place, rid, entry.kind, entry.body, part, self._seen(), self.previous
        )
        said = Said(entry.kind, self.persona.key, part, entry.body)
        self._checked.written(place, rid, value, said)
        cover = None
        if isinstance(refold, Still):
            cover = await self._still_cover(entry.obj, refold)
        elif refold is not None:
            cover = await self._next_cover(entry, place, standing, rid, value, refold(standing))
        append = Append(
            shelf=self.shelf,
            token=self.newest.append,
            obj=entry.obj,
            tag=self.tag(entry.collection),
            slot=entry.slot,
            expects=NEW_OBJECT if create else object_seen(row.head, row.cover) if row else None,
            epoch=place.epoch,
            day=day,
            keep=keep,
            rid=rid,
            erase_hash=erase_hash,
            value=value,
            cover=cover,
        )
        return append, said

    def _seen(self) -> tuple[int, bytes]:
        """The tree that a record says its author saw."""
        state = self.state
        if not self.seen_by_all:
            return state.size, state.root
        level = state.size.bit_length() - 1
        return 2**level, self.store.node(self.shelf, self.newest.read, level, 0)

    async def _next_cover(
        self, entry: Entry, place: Place, standing: Folded | None, rid: bytes, value: bytes, fold: bytes
    ) -> Cover:
        head, (day, keep) = record.FIRST_HEAD, (place.day, place.keep)
        if standing is not None:
            head = standing.head_before(lambda first, most: self.rows(entry.obj, first, LAST_NUMBER, most))
            day, keep = standing.after(place)
        if entry.slot is None:
            head = record.next_head(head, rid, value)
        cover_place = Place(self.circle, self.shelf, entry.obj, place.epoch, day, keep)
        key = await self._writing_key(keep, day)
        return record.write_cover(self.persona, key, cover_place, head, fold)

    async def _still_cover(self, obj: bytes, still: Still) -> Cover:
        place = Place(self.circle, self.shelf, obj, self.newest.epoch, self.clock.day(), still.keep)
        key = await self._writing_key(place.keep, place.day)
        return record.write_cover(self.persona, key, place, record.FIRST_HEAD, still.fold)

    def holds(self, epoch: int) -> bool:
        """Whether this member has the keys of an epoch: what doesn't open there is nothing."""
        return epoch in self._keys.epochs

    async def erase_own(self, obj: bytes, slot: int, number: int, rid: bytes) -> None:
        """Empty a record that this persona wrote. Raises NotThere."""
        await self.store.erase(self.shelf, obj, slot, number, self.persona.erase_token(rid))


def _moves(refold: Refold | None) -> bool:
    """Whether a cover follows from the one that stands."""
    return not (refold is None or isinstance(refold, Still))


def _require(sound: bool) -> None:
    if not sound:
        raise BadProof


def object_name(*parts: bytes | str) -> bytes:
    """A 16-byte object id that a circle's members can compute."""
    return digest(OBJECT_ID, *parts)[:16]
