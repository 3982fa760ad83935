"""Hashes and keys for one purpose each; HKDF and Argon2id against known answers."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.crypto import labels
from jiwar.crypto.hashing import digest, digester, same
from jiwar.crypto.kdf import derive, derive_salted, stretch
from jiwar.crypto.labels import EPOCH_READ, EPOCH_RECORD, ROW
from jiwar.crypto.random import system_random
from jiwar.wire.frame import join

LABELS = {name: value for name, value in vars(labels).items() if name.isupper()}


def test_labels_are_different_and_of_this_version() -> None:
    assert len(set(LABELS.values())) == len(LABELS) > 50
    assert {value for value in LABELS.values() if not value.startswith("jiwar/1/")} == set()


@given(st.lists(st.binary(max_size=9), max_size=4))
def test_digest_is_sha256_over_what_was_joined(parts: list[bytes]) -> None:
    assert digest(ROW, *parts) == hashlib.sha256(join(ROW, *parts)).digest()
    assert digest(ROW, *parts) != digest(EPOCH_READ, *parts)


def test_same_compares_two_secrets() -> None:
    assert same(b"one", b"one")
    assert not same(b"one", b"two")


def test_derive_is_the_expand_step_of_hkdf() -> None:
    key, info = b"k" * 32, join(EPOCH_READ, b"shelf")
    assert derive(key, EPOCH_READ, b"shelf") == hmac.digest(key, info + b"\x01", "sha256")


def test_derived_keys_are_one_purpose_s_own() -> None:
    key = b"k" * 32
    made = {
        derive(key, EPOCH_READ),
        derive(key, EPOCH_RECORD),
        derive(key, EPOCH_READ, b"a"),
        derive(b"l" * 32, EPOCH_READ),
    }
    assert len(made) == 4
    assert len(derive(key, EPOCH_READ, length=96)) == 96


def test_derive_salted_is_test_case_one_of_rfc_5869() -> None:
    made = derive_salted(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert made.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


@pytest.mark.parametrize("hub", [b"one hub", b"another"])
def test_stretch_depends_on_phrase_and_hub(hub: bytes) -> None:
    assert stretch(5, hub) == stretch(5, hub) != stretch(6, hub)
    assert len(stretch(5, hub)) == 64


def test_stretch_of_two_hubs_differs() -> None:
    assert stretch(5, b"one hub") != stretch(5, b"another")


def test_system_random_does_not_repeat() -> None:
    assert len({system_random(16) for _ in range(100)}) == 100


@given(st.lists(st.binary(max_size=9), max_size=3), st.binary(max_size=9))
def test_a_digester_gives_the_same_for_every_last_part(first: list[bytes], last: bytes) -> None:
    finish = digester(ROW, *first)
    assert finish(last) == digest(ROW, *first, last) == finish(last)
