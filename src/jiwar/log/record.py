"""One record and one cover: what is signed, what is sealed, and how both are checked.

Implements spec/protocol.md §5.1–5.3. Pure: no store, no clock. A record's signature covers its place (circle, shelf,
object, slot), its time (epoch, day, lane) and its text; a cover's covers the fold and the head that it folds.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import COVER, COVER_FOLD, COVER_SEAL, HEAD, RECORD, RECORD_BODY, RECORD_SEAL, ROW
from jiwar.crypto.sealing import seal, unseal
from jiwar.crypto.signing import verify
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Cover, RecordRow
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import Part, join

OWN_SLOT = b"own"
FIRST_HEAD = bytes(32)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when something stands. `slot` is None for a record in its own slot."""

    circle: bytes
    shelf: bytes
    obj: bytes
    epoch: int
    day: int
    keep: int
    slot: int | None = None

    @property
    def signed(self) -> tuple[Part, ...]:
        slot: Part = OWN_SLOT if self.slot is None else self.slot
        return (self.circle, self.shelf, self.obj, self.epoch, self.day, self.keep, slot)

    @property
    def sealed(self) -> tuple[Part, ...]:
        return (self.shelf, self.obj, self.epoch, self.day, self.keep)


class SignedRecord(Wire, frozen=True):
    """The plain text of a record. `part` is the part of the day, `previous` the author's last record's digest."""

    kind: str
    author: bytes
    body: bytes
    part: int
    seen_size: int
    seen_root: bytes
    previous: bytes
    erase_hash: bytes
    signature: bytes


def _signed_bytes(place: Place, rid: bytes, record: SignedRecord) -> bytes:
    return join(
        RECORD,
        *place.signed,
        rid,
        record.kind,
        record.part,
        record.seen_size,
        record.seen_root,
        record.previous,
        record.erase_hash,
        digest(RECORD_BODY, record.body),
    )


def write_record(
    persona: Persona,
    key: bytes,
    place: Place,
    rid: bytes,
    kind: str,
    body: bytes,
    part: int,
    seen: tuple[int, bytes],
    previous: bytes,
) -> tuple[bytes, bytes]:
    """Sign and seal one record; the value of its row, and the hash of the token that erases it."""
    erase_hash = persona.erase_hash(rid)
    unsigned = SignedRecord(kind, persona.key, body, part, seen[0], seen[1], previous, erase_hash, b"")
    signature = persona.sign(_signed_bytes(place, rid, unsigned))
    signed = SignedRecord(kind, persona.key, body, part, seen[0], seen[1], previous, erase_hash, signature)
    return seal(key, RECORD_SEAL, (*place.sealed, rid), encode(signed)), erase_hash


def read_record(key: bytes, place: Place, rid: bytes, value: bytes) -> SignedRecord:
    """Open and check one record. Raises Unopenable, NotCanonical, BadSignature.

    Whether the author may have written it is for the reader of the roster to say.
    """
    record = decode(unseal(key, RECORD_SEAL, (*place.sealed, rid), value), SignedRecord)
    verify(record.author, record.signature, _signed_bytes(place, rid, record))
    return record


def place_of(circle: bytes, shelf: bytes, obj: bytes, row: RecordRow) -> Place:
    """Where a stored row claims to stand."""
    slot = None if row.slot == row.number else row.slot
    return Place(circle, shelf, obj, row.epoch, row.day, row.keep, slot)


def row_digest(value: bytes) -> bytes:
    return digest(ROW, value)


class SignedCover(Wire, frozen=True):
    """The plain text of a cover: a folded state, the head digest it stands for, who folded it."""

    fold: bytes
    head: bytes
    signer: bytes
    signature: bytes


def _cover_bytes(place: Place, head: bytes, fold: bytes) -> bytes:
    return join(COVER, *place.signed, head, digest(COVER_FOLD, fold))


def next_head(head: bytes, rid: bytes, value: bytes) -> bytes:
    """The head digest of an object after one more record in a slot of its own."""
    return digest(HEAD, head, rid, row_digest(value))


def write_cover(persona: Persona, key: bytes, place: Place, head: bytes, fold: bytes) -> Cover:
    """Sign and seal a cover."""
    signed = SignedCover(fold, head, persona.key, persona.sign(_cover_bytes(place, head, fold)))
    value = seal(key, COVER_SEAL, place.sealed, encode(signed))
    return Cover(place.epoch, place.day, place.keep, value)


def read_cover(key: bytes, place: Place, value: bytes) -> SignedCover:
    """Open and check a cover. Raises Unopenable, NotCanonical, BadSignature."""
    cover = decode(unseal(key, COVER_SEAL, place.sealed, value), SignedCover)
    verify(cover.signer, cover.signature, _cover_bytes(place, cover.head, cover.fold))
    return cover


def cover_place(circle: bytes, shelf: bytes, obj: bytes, cover: Cover) -> Place:
    return Place(circle, shelf, obj, cover.epoch, cover.day, cover.keep)
