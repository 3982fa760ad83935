"""The vectors of spec/vectors, each put through the program; and that the generator writes the same again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jiwar.circles import fold, invitations, letters, transfer
from jiwar.circles.handles import require_sound_handle
from jiwar.circles.model import EMPTY
from jiwar.crypto import envelopes, handles, kdf, merkle, sealing, signing
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ACCOUNT_INNER, COVER_SEAL, INVITE_SEAL, RECORD_SEAL, Label
from jiwar.errors import (
    BadProof,
    BadSignature,
    NotCanonical,
    NotThere,
    PhraseLength,
    PhraseMistyped,
    Removed,
    StoreDamaged,
    TextMissing,
    TextTooLong,
    UnknownWord,
    Unopenable,
)
from jiwar.keyring import epochs, phrase
from jiwar.keyring.account import Access
from jiwar.keyring.epochs import Chain, EpochKeys
from jiwar.keyring.hub_secret import HubSecret
from jiwar.keyring.model import Mark
from jiwar.keyring.persona import Persona
from jiwar.keyring.phone import PhoneKey
from jiwar.log.record import Place, read_cover, read_record
from jiwar.log.shelf import Opened
from jiwar.store.contract import Mail, Rotation
from jiwar.store.signed import rotation_message
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import join, unpad
from tests.core.vectors import (
    FOLDER,
    FORGED,
    GOOD,
    MALFORMED,
    NO_MATCH,
    OUTCOMES,
    PASSED,
    UNPROVEN,
    Vector,
    all_vectors,
    why_closed,
)

ROOT = Path(__file__).parents[2]
VECTORS = all_vectors()


@dataclass(frozen=True)
class Ended:
    """How it ended, and what came of it."""

    outcome: str
    result: object = None


def ended(read: Callable[[], object], closed: Callable[[], str] = lambda: FORGED) -> Ended:
    """Run the program; `closed` says why something didn't open."""
    try:
        return Ended(GOOD, read())
    except Unopenable:
        return Ended(closed())
    except (NotThere, Removed, UnknownWord):
        return Ended(NO_MATCH)
    except (BadSignature, PhraseMistyped):
        return Ended(FORGED)
    except BadProof:
        return Ended(UNPROVEN)
    except (NotCanonical, PhraseLength, StoreDamaged, TextMissing, TextTooLong):
        return Ended(MALFORMED)


def _join(one: Vector) -> Ended:
    return Ended(GOOD if join(*one.parts()) == one.body else FORGED)


def _unpad(one: Vector) -> Ended:
    return ended(lambda: unpad(one.body), lambda: MALFORMED)


def _mark(one: Vector) -> Ended:
    found = ended(lambda: decode(one.body, Mark))
    if isinstance(found.result, Mark):
        assert found.result == Mark(one.raw("obj"), one.number("number"))
        assert encode(found.result) == one.body
    return found


def _digest(one: Vector) -> Ended:
    return Ended(GOOD if digest(Label(one.text("label")), *one.parts()) == one.body else FORGED)


def _derive(one: Vector) -> Ended:
    made = kdf.derive(one.raw("key"), Label(one.text("label")), *one.parts(), length=one.number("length"))
    return Ended(GOOD if made == one.body else FORGED)


def _stretch(one: Vector) -> Ended:
    access = Access.of_phrase(one.number("phrase"), one.raw("hub"))
    return Ended(GOOD if access.locator + access.unlock == one.body else FORGED)


def _seal(one: Vector) -> Ended:
    place = (one.raw("key"), Label(one.text("label")), one.parts(), one.body)
    return ended(lambda: sealing.unseal(*place), lambda: why_closed(*place))


def _outer(one: Vector) -> Ended:
    why = MALFORMED if len(one.body) < sealing.OUTER_OVERHEAD else FORGED
    return ended(lambda: sealing.unseal_outer(one.raw("key"), one.raw("name"), one.body), lambda: why)


def _signing_key(one: Vector) -> Ended:
    found = ended(lambda: signing.require_sound_key(one.body))
    return Ended(MALFORMED if found.outcome == FORGED else found.outcome)


def _kem_key(one: Vector) -> Ended:
    return ended(lambda: envelopes.require_sound_key(one.body))


def _signature(one: Vector) -> Ended:
    return ended(lambda: signing.verify(one.raw("key"), one.body, one.raw("message")))


def _envelope(one: Vector) -> Ended:
    why = MALFORMED if len(one.body) < envelopes.OVERHEAD else FORGED
    return ended(lambda: envelopes.open_with(one.raw("seed"), one.raw("info"), one.body), lambda: why)


def _phrase(one: Vector) -> Ended:
    return ended(lambda: phrase.parse(one.text("text")))


def _phone(one: Vector) -> Ended:
    key = PhoneKey(one.raw("cookie"), one.raw("hub"))

    def opened() -> bytes:
        memory = key.open(one.body)
        _, access = key.find(memory, kdf.stretch_pin(one.text("pin"), memory.pepper))
        return access.unlock + access.locator

    return ended(opened, lambda: NO_MATCH)


def _keyring(one: Vector) -> Ended:
    access = Access(one.raw("locator"), one.raw("unlock"), one.raw("hub"))
    place = (access.unlock, ACCOUNT_INNER, (access.locator, access.hub_id), one.body)
    return ended(lambda: encode(access.open(one.body)), lambda: why_closed(*place))


def _name(one: Vector) -> Ended:
    return ended(lambda: handles.resolve(one.raw("key"), one.text("text")))


def _hub_secret(one: Vector, folder: Path) -> Ended:
    path = folder / "secret"
    path.write_bytes(one.body)
    found = ended(lambda: HubSecret(path))
    if isinstance(found.result, HubSecret):
        newest = found.result._newest
        assert (newest.generation, newest.secret) == (one.number("generation"), one.raw("secret"))
    return found


def _persona(one: Vector) -> Ended:
    persona, purpose = Persona(one.raw("seed")), one.text("purpose")
    made = (persona.key, persona.kem_key, persona.inbox(purpose), persona.erase_token(one.raw("rid")))
    told = tuple(one.raw(field) for field in ("key", "kem", "inbox", "erase"))
    return Ended(GOOD if made == told else FORGED)


def _handle(one: Vector) -> Ended:
    return ended(lambda: require_sound_handle(one.text("text")))


def _epoch(one: Vector) -> Ended:
    day, begins = one.number("day"), one.number("begins")
    keys = epochs.begin(one.raw("secret"), one.number("epoch"), one.raw("shelf"), day, begins)
    return Ended(GOOD if keys == decode(one.body, EpochKeys) else FORGED)


def _day_key(one: Vector) -> Ended:
    chain = Chain(one.number("keep"), one.number("chain_day"), one.raw("chain"))
    secret = epochs.day_secrets(chain, one.number("day"))[-1]
    return Ended(GOOD if epochs.day_key(secret, one.raw("half")) == one.body else FORGED)


def _fold(one: Vector) -> Ended:
    """The last record counts, or is passed over; all before it count."""
    circle = one.raw("circle")
    records = [_opened(*told) for told in decode(one.body, list[Any])]
    before = fold.fold(circle, EMPTY, records[:-1])
    after = fold.fold(circle, before, records[-1:])
    active = " ".join(member.handle for member in after.members if member.active)
    assert sorted(active.split()) == sorted(one.text("result").split())
    return Ended(GOOD if before.members != after.members else PASSED)


def _opened(
    slot: int, number: int, day: int, keep: int, epoch: int, rid: bytes, kind: str, author: bytes, body: bytes
) -> Opened:
    return Opened(slot, number, day, keep, epoch, rid, kind, author, 0, body)


class Shelf:
    """A hub that has one transfer cell."""

    def __init__(self, cell: bytes) -> None:
        self._cell = cell

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        return self._cell


def _transfer(one: Vector) -> Ended:
    old = EpochKeys(one.number("epoch"), b"", one.raw("transfer_key"), b"", b"", b"", one.number("begins"), ())
    place = (one.raw("circle"), one.raw("shelf"), old, Persona(one.raw("seed")))
    found = ended(lambda: transfer.follow(Shelf(one.body), *place), lambda: NO_MATCH)  # type: ignore[arg-type]
    if isinstance(found.result, transfer.Begun):
        assert found.result.steward == one.raw("steward")
        return Ended(GOOD, encode(found.result.keys))
    return found


def _rotation(one: Vector) -> Ended:
    hashes = (one.raw("root"), one.raw("read_hash"), one.raw("append_hash"), one.raw("next_control"))
    place = (one.raw("shelf"), one.number("epoch"), one.number("size"))
    rotation = Rotation(*place, *hashes, one.body, one.raw("signature"))
    return ended(lambda: signing.verify(one.raw("control"), rotation.signature, rotation_message(rotation)))


def _invitation(one: Vector) -> Ended:
    secret = b32decode(one.text("link").upper() + "======")
    assert invitations.number_of(one.text("link")) == one.raw("number")
    first, second = one.text("words").split()
    key = invitations._key(secret, (first, f" {second}"))
    place = (key, INVITE_SEAL, (one.raw("number"),), one.body)
    return ended(lambda: encode(decode(sealing.unseal(*place), invitations.Admission)), lambda: why_closed(*place))


def _place(one: Vector) -> Place:
    slot = None if one.text("slot") == "own" else int(one.text("slot"))
    ids = (one.raw("circle"), one.raw("shelf"), one.raw("obj"))
    return Place(*ids, one.number("epoch"), one.number("day"), one.number("keep"), slot)


def _record(one: Vector) -> Ended:
    place, key, rid = _place(one), one.raw("key"), one.raw("rid")
    closed = (key, RECORD_SEAL, (*place.sealed, rid), one.body)
    return ended(lambda: encode(read_record(key, place, rid, one.body)), lambda: why_closed(*closed))


def _cover(one: Vector) -> Ended:
    place, key = _place(one), one.raw("key")
    closed = (key, COVER_SEAL, place.sealed, one.body)
    return ended(lambda: encode(read_cover(key, place, one.body)), lambda: why_closed(*closed))


def _inclusion(one: Vector) -> Ended:
    place = (one.raw("leaf"), one.number("index"), one.number("size"), one.raws("path"), one.raw("root"))
    return ended(lambda: merkle.verify_inclusion(*place))


def _consistency(one: Vector) -> Ended:
    old, new = (one.number("old"), one.raw("old_root")), (one.number("new"), one.raw("new_root"))
    return ended(lambda: merkle.verify_consistency(*old, *new, one.raws("proof")))


def _letter(one: Vector) -> Ended:
    mail = Mail(one.raw("eid"), one.number("day"), one.body)
    found = ended(lambda: letters.read_letter(one.raw("seed"), one.text("purpose"), one.raw("inbox"), mail))
    if isinstance(found.result, letters.Received):
        assert found.result.sender == one.raw("sender")
        return Ended(GOOD, found.result.body)
    return found


RUN: dict[str, Callable[[Vector], Ended]] = {
    "join": _join,
    "unpad": _unpad,
    "mark": _mark,
    "digest": _digest,
    "derive": _derive,
    "stretch": _stretch,
    "seal": _seal,
    "outer": _outer,
    "signing key": _signing_key,
    "kem key": _kem_key,
    "signature": _signature,
    "envelope": _envelope,
    "phrase": _phrase,
    "keyring": _keyring,
    "phone": _phone,
    "name": _name,
    "persona": _persona,
    "handle": _handle,
    "epoch": _epoch,
    "day key": _day_key,
    "fold": _fold,
    "transfer": _transfer,
    "rotation": _rotation,
    "invitation": _invitation,
    "record": _record,
    "cover": _cover,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "letter": _letter,
}


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one.name)
def test_vector_ends_as_it_says(one: Vector, tmp_path: Path) -> None:
    found = _hub_secret(one, tmp_path) if one.kind == "hub secret" else RUN[one.kind](one)
    assert found.outcome == one.expect
    if found.outcome == GOOD and one.has("result") and one.kind != "fold":
        wanted = one.number("result") if isinstance(found.result, int) else one.raw("result")
        assert found.result == wanted


def test_every_kind_has_a_success_and_is_described() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    kinds = {one.kind for one in VECTORS}
    assert kinds == {*RUN, "hub secret"}
    assert {one.kind for one in VECTORS if one.expect == GOOD} == kinds
    assert [kind for kind in kinds if f"`{kind}`" not in readme] == []
    assert {one.expect for one in VECTORS} == set(OUTCOMES)
    assert all(f"`{outcome}`" in readme for outcome in OUTCOMES)


def test_every_file_begins_alike() -> None:
    for one in VECTORS:
        assert list(one.fields)[:4] == ["vector", "kind", "expect", "comment"]
        assert one.fields["vector"] == "jiwar/1"


def test_the_generator_writes_the_same_again(tmp_path: Path) -> None:
    copy = tmp_path / "spec" / "vectors"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "spec.vectors.generate"], cwd=tmp_path, check=True, capture_output=True)
    names = {path.name for path in FOLDER.glob("*.txt")}
    assert {path.name for path in copy.glob("*.txt")} == names
    assert [name for name in names if (copy / name).read_bytes() != (FOLDER / name).read_bytes()] == []
