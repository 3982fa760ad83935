"""Seals open under their key, label and context, whole, and under nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.crypto.kdf import derive_salted
from jiwar.crypto.labels import COVER_SEAL, RECORD_SEAL
from jiwar.crypto.sealing import (
    COMMITMENT,
    OUTER_OVERHEAD,
    SALT,
    SEAL_OVERHEAD,
    seal,
    seal_outer,
    unseal,
    unseal_outer,
)
from jiwar.errors import Unopenable
from jiwar.wire.frame import join, padme

KEY, OTHER = b"k" * 32, b"o" * 32
CONTEXT = (b"shelf", 7)


@given(st.binary(max_size=700))
def test_unseal_undoes_seal(plain: bytes) -> None:
    sealed = seal(KEY, RECORD_SEAL, CONTEXT, plain)
    assert unseal(KEY, RECORD_SEAL, CONTEXT, sealed) == plain
    assert len(sealed) == SEAL_OVERHEAD + padme(len(plain) + 1)


def test_size_can_be_fixed() -> None:
    assert {len(seal(KEY, RECORD_SEAL, (), text, size=64)) for text in (b"", b"x" * 63)} == {64 + SEAL_OVERHEAD}


@pytest.mark.parametrize(
    ("key", "label", "context"),
    [
        (OTHER, RECORD_SEAL, CONTEXT),
        (KEY, COVER_SEAL, CONTEXT),
        (KEY, RECORD_SEAL, (b"shelf", 8)),
        (KEY, RECORD_SEAL, ()),
    ],
    ids=["another key", "another purpose", "another place", "no place"],
)
def test_unseal_refuses(key, label, context) -> None:
    with pytest.raises(Unopenable):
        unseal(key, label, context, seal(KEY, RECORD_SEAL, CONTEXT, b"text"))


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_byte_of_a_seal_can_be_changed(place: int, change: int) -> None:
    sealed = bytearray(seal(KEY, RECORD_SEAL, CONTEXT, b"text"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Unopenable):
        unseal(KEY, RECORD_SEAL, CONTEXT, bytes(sealed))


@pytest.mark.parametrize("size", [0, SEAL_OVERHEAD - 1, SEAL_OVERHEAD])
def test_a_seal_that_is_too_short_is_refused(size: int) -> None:
    with pytest.raises(Unopenable):
        unseal(KEY, RECORD_SEAL, CONTEXT, bytes(size))


def test_the_commitment_is_compared_before_anything_is_decrypted() -> None:
    """A sealed text that decrypts under two keys would need two commitments; only one is written."""
    sealed = seal(KEY, RECORD_SEAL, CONTEXT, b"text")
    info = join(RECORD_SEAL, *CONTEXT)
    committed = sealed[SALT : SALT + COMMITMENT]
    assert committed == derive_salted(KEY, sealed[:SALT], info, 64)[32:]
    assert committed != derive_salted(OTHER, sealed[:SALT], info, 64)[32:]
    other_commitment = derive_salted(OTHER, sealed[:SALT], info, 64)[32:]
    with pytest.raises(Unopenable):
        unseal(KEY, RECORD_SEAL, CONTEXT, sealed[:SALT] + other_commitment + sealed[SALT + COMMITMENT :])


def test_every_seal_has_its_own_key() -> None:
    first, second = (seal(KEY, RECORD_SEAL, CONTEXT, b"text") for _ in range(2))
    assert first[:SALT] != second[:SALT]
    assert first[SALT:] != second[SALT:]


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_outer_seals_open_in_their_row_only(plain: bytes, name: bytes) -> None:
    sealed = seal_outer(KEY, name, plain)
    assert unseal_outer(KEY, name, sealed) == plain
    assert len(sealed) == len(plain) + OUTER_OVERHEAD
    for key, row in ((OTHER, name), (KEY, name + b"x")):
        with pytest.raises(Unopenable):
            unseal_outer(key, row, sealed)


@pytest.mark.parametrize("size", [0, OUTER_OVERHEAD - 1])
def test_an_outer_seal_that_is_too_short_is_refused(size: int) -> None:
    with pytest.raises(Unopenable):
        unseal_outer(KEY, b"", bytes(size))
