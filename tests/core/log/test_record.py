"""Records and covers: signed over their place, sealed for it, and sound nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from jiwar.crypto.labels import COVER_SEAL, RECORD_SEAL
from jiwar.crypto.sealing import seal, unseal
from jiwar.errors import BadSignature, NotCanonical, Unopenable
from jiwar.keyring.persona import Persona
from jiwar.log.record import (
    FIRST_HEAD,
    Place,
    SignedCover,
    SignedRecord,
    cover_place,
    next_head,
    place_of,
    read_cover,
    read_record,
    row_digest,
    write_cover,
    write_record,
)
from jiwar.store.contract import RecordRow
from jiwar.wire.canonical import decode, encode

KEY, RID = b"k" * 32, b"r" * 16
PLACE = Place(b"c" * 32, b"s" * 16, b"o" * 16, 3, 20_000, 90)
AUTHOR, OTHER = Persona(b"a" * 32), Persona(b"b" * 32)
ELSEWHERE: dict[str, Place] = {
    "shelf": replace(PLACE, shelf=b"t" * 16),
    "object": replace(PLACE, obj=b"p" * 16),
    "epoch": replace(PLACE, epoch=4),
    "day": replace(PLACE, day=20_001),
    "lane": replace(PLACE, keep=7),
}
SIGNED_ONLY: dict[str, Place] = {"circle": replace(PLACE, circle=b"d" * 32), "slot": replace(PLACE, slot=5)}


def written(place: Place = PLACE, body: bytes = b"text") -> bytes:
    value, erase_hash = write_record(AUTHOR, KEY, place, RID, "say", body, 2, (7, b"R" * 32), b"P" * 32)
    assert erase_hash == AUTHOR.erase_hash(RID)
    return value


@given(st.binary(max_size=300), st.sampled_from([PLACE, *SIGNED_ONLY.values()]))
def test_read_undoes_write(body: bytes, place: Place) -> None:
    record = read_record(KEY, place, RID, written(place, body))
    assert (record.kind, record.author, record.body, record.part) == ("say", AUTHOR.key, body, 2)
    assert (record.seen_size, record.seen_root, record.previous) == (7, b"R" * 32, b"P" * 32)
    assert record.erase_hash == AUTHOR.erase_hash(RID)


@pytest.mark.parametrize("place", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_record_does_not_open_elsewhere(place: Place) -> None:
    with pytest.raises(Unopenable):
        read_record(KEY, place, RID, written())


@pytest.mark.parametrize("place", SIGNED_ONLY.values(), ids=SIGNED_ONLY.keys())
def test_a_record_is_not_sound_elsewhere(place: Place) -> None:
    with pytest.raises(BadSignature):
        read_record(KEY, place, RID, written())


def test_a_record_does_not_open_under_another_id_or_key() -> None:
    for key, rid in ((KEY, b"q" * 16), (b"l" * 32, RID)):
        with pytest.raises(Unopenable):
            read_record(key, PLACE, rid, written())


def test_a_slot_is_not_mistaken_for_an_own_one() -> None:
    own = place_of(PLACE.circle, PLACE.shelf, PLACE.obj, RecordRow(9, 9, 3, 20_000, 90, RID, b""))
    beside = place_of(PLACE.circle, PLACE.shelf, PLACE.obj, RecordRow(9, 10, 3, 20_000, 90, RID, b""))
    assert (own.slot, beside.slot) == (None, 9)
    with pytest.raises(BadSignature):
        read_record(KEY, beside, RID, written(own))


FORGED: dict[str, dict[str, Any]] = {
    "kind": {"kind": "erase"},
    "author": {"author": OTHER.key},
    "body": {"body": b"else"},
    "part": {"part": 3},
    "seen size": {"seen_size": 8},
    "seen root": {"seen_root": b"S" * 32},
    "previous": {"previous": b""},
    "erase hash": {"erase_hash": OTHER.erase_hash(RID)},
    "signature": {"signature": bytes(64)},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED.keys())
def test_every_member_can_seal_and_nobody_can_sign_for_another(change: dict[str, Any]) -> None:
    context = (*PLACE.sealed, RID)
    record = decode(unseal(KEY, RECORD_SEAL, context, written()), SignedRecord)
    forged = seal(KEY, RECORD_SEAL, context, encode(changed(record, **change)))
    with pytest.raises(BadSignature):
        read_record(KEY, PLACE, RID, forged)


def test_something_else_in_a_seal_is_not_canonical() -> None:
    with pytest.raises(NotCanonical):
        read_record(KEY, PLACE, RID, seal(KEY, RECORD_SEAL, (*PLACE.sealed, RID), b"something"))


def test_a_record_is_no_cover_and_a_cover_no_record() -> None:
    cover = write_cover(AUTHOR, KEY, PLACE, FIRST_HEAD, b"fold")
    with pytest.raises(Unopenable):
        read_cover(KEY, PLACE, written())
    with pytest.raises(Unopenable):
        read_record(KEY, PLACE, RID, cover.value)


def test_a_cover_says_what_it_folds() -> None:
    head = next_head(FIRST_HEAD, RID, written())
    cover = write_cover(AUTHOR, KEY, PLACE, head, b"fold")
    assert cover_place(PLACE.circle, PLACE.shelf, PLACE.obj, cover) == PLACE
    signed = read_cover(KEY, PLACE, cover.value)
    assert (signed.fold, signed.head, signed.signer) == (b"fold", head, AUTHOR.key)


@pytest.mark.parametrize("change", [{"fold": b"else"}, {"head": FIRST_HEAD}, {"signer": OTHER.key}], ids=str)
def test_a_cover_can_not_be_forged(change: dict[str, Any]) -> None:
    sealed = write_cover(AUTHOR, KEY, PLACE, b"h" * 32, b"fold").value
    signed = decode(unseal(KEY, COVER_SEAL, PLACE.sealed, sealed), SignedCover)
    forged = seal(KEY, COVER_SEAL, PLACE.sealed, encode(changed(signed, **change)))
    with pytest.raises(BadSignature):
        read_cover(KEY, PLACE, forged)


@pytest.mark.parametrize("place", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_cover_does_not_open_elsewhere(place: Place) -> None:
    with pytest.raises(Unopenable):
        read_cover(KEY, place, write_cover(AUTHOR, KEY, PLACE, FIRST_HEAD, b"fold").value)


def test_heads_depend_on_order_and_bytes() -> None:
    first, second = (b"1" * 16, b"one"), (b"2" * 16, b"two")
    forward = next_head(next_head(FIRST_HEAD, *first), *second)
    backward = next_head(next_head(FIRST_HEAD, *second), *first)
    assert len({forward, backward, next_head(FIRST_HEAD, *first)}) == 3
    assert row_digest(b"one") != row_digest(b"two")
