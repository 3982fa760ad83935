"""Records and covers that this process has checked, or signed itself, kept as fragments.

Implements spec/protocol.md §5.6. Named by the row and its place, sealed under a key that comes from the row's own:
what was checked at one place is not found at another, and nobody opens it who couldn't open the row.
"""

from __future__ import annotations

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import FRAGMENT
from jiwar.log import record
from jiwar.log.fragments import Fragments
from jiwar.log.keys import PlaceKeys
from jiwar.log.record import OWN_SLOT, Place, SignedCover
from jiwar.store.contract import KEPT, ObjectRow, RecordRow
from jiwar.wire.canonical import Wire, encode, reread


class Said(Wire, frozen=True):
    """What a record says, without its place."""

    kind: str
    author: bytes
    part: int
    body: bytes


class Checked:
    """What has been checked on one shelf, as far as one member's keys open it."""

    def __init__(self, circle: bytes, shelf: bytes, keys: PlaceKeys, fragments: Fragments) -> None:
        self._circle, self._shelf, self._keys, self._fragments = circle, shelf, keys, fragments

    def written(self, place: Place, rid: bytes, value: bytes, said: Said) -> None:
        """Remember a record that this process is about to write: those who read along need not check it."""
        opener = self._keys.outer(place.epoch, place.keep, place.day)
        self._fragments.put(opener, self._name(place, rid, value), encode(said))

    def record(self, obj: bytes, row: RecordRow, again: bool = False) -> Said:
        """What a record says; where it is read `again` and again, it is remembered.

        Raises Unopenable, NotCanonical, BadSignature.
        """
        place = record.place_of(self._circle, self._shelf, obj, row)
        opener = self._keys.outer(row.epoch, row.keep, row.day)
        kept = self._fragments.get(opener, self._name(place, row.rid, row.value))
        if kept is not None:
            return reread(kept, Said)
        read = record.read_record(self._keys.of(row.epoch, row.keep, row.day), place, row.rid, row.value)
        said = Said(read.kind, read.author, read.part, read.body)
        if again or row.keep == KEPT:
            # What is kept is judged again and again: what opened a room, by everybody who writes into it. What
            # expires is mostly rendered once, and kept as that.
            self._fragments.put(opener, self._name(place, row.rid, row.value), encode(said))
        return said

    def _name(self, place: Place, rid: bytes, value: bytes) -> bytes:
        slot = OWN_SLOT if place.slot is None else place.slot
        return digest(FRAGMENT, "record", *place.sealed, slot, rid, value)

    def cover(self, row: ObjectRow) -> SignedCover:
        """A cover, opened and checked. Raises Unopenable, NotCanonical, BadSignature."""
        cover = row.cover
        place = record.cover_place(self._circle, self._shelf, row.obj, cover)
        return record.read_cover(self._keys.of(cover.epoch, cover.keep, cover.day), place, cover.value)

    def lasting_cover(self, row: ObjectRow) -> SignedCover:
        """The same for a cover that few records move: checked once, then kept."""
        cover = row.cover
        place = record.cover_place(self._circle, self._shelf, row.obj, cover)
        opener = self._keys.outer(cover.epoch, cover.keep, cover.day)
        name = digest(FRAGMENT, "cover", *place.sealed, cover.value)
        kept = self._fragments.get(opener, name)
        if kept is not None:
            return reread(kept, SignedCover)
        signed = self.cover(row)
        self._fragments.put(opener, name, encode(signed))
        return signed
