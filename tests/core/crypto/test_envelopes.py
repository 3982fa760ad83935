"""Hybrid HPKE: round trips, wrong recipients and purposes, and keys that nothing can be sealed to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiwar.crypto.envelopes import OVERHEAD, PUBLIC, SEED, open_with, public_key, require_sound_key, seal_to
from jiwar.errors import NotCanonical, Unopenable

MINE, THEIRS = b"m" * SEED, b"t" * SEED
# u coordinates of small order on curve25519: sealing to them fails, whoever tries.
SMALL_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    2**255 - 20,
    2**255 - 19,
    2**255 - 18,
]


@settings(max_examples=25)
@given(st.binary(min_size=SEED, max_size=SEED), st.binary(max_size=80), st.binary(max_size=200))
def test_open_undoes_seal(seed: bytes, info: bytes, plain: bytes) -> None:
    key = public_key(seed)
    sealed = seal_to(key, info, plain)
    require_sound_key(key)
    assert (len(key), len(sealed)) == (PUBLIC, len(plain) + OVERHEAD)
    assert open_with(seed, info, sealed) == plain


def test_two_envelopes_of_one_text_differ() -> None:
    assert seal_to(public_key(MINE), b"", b"text") != seal_to(public_key(MINE), b"", b"text")


@pytest.mark.parametrize(
    ("seed", "info"),
    [(THEIRS, b"purpose"), (MINE, b"another purpose"), (MINE, b"")],
    ids=["recipient", "info", "none"],
)
def test_open_refuses_another(seed: bytes, info: bytes) -> None:
    with pytest.raises(Unopenable):
        open_with(seed, info, seal_to(public_key(MINE), b"purpose", b"text"))


@pytest.mark.parametrize("place", [0, 1_087, 1_088, 1_119, 1_120, -1], ids=str)
def test_no_part_of_an_envelope_can_be_changed(place: int) -> None:
    sealed = bytearray(seal_to(public_key(MINE), b"purpose", b"text"))
    sealed[place] ^= 1
    with pytest.raises(Unopenable):
        open_with(MINE, b"purpose", bytes(sealed))


@pytest.mark.parametrize("size", [0, OVERHEAD - 1, OVERHEAD, 5_000])
def test_what_is_no_envelope_is_refused(size: int) -> None:
    with pytest.raises(Unopenable):
        open_with(MINE, b"", bytes(size))


@pytest.mark.parametrize("key", [b"", bytes(PUBLIC - 1), bytes(PUBLIC + 1), b"\xff" * PUBLIC])
def test_a_malformed_key_is_refused(key: bytes) -> None:
    with pytest.raises(NotCanonical):
        require_sound_key(key)
    with pytest.raises(NotCanonical):
        seal_to(key, b"", b"text")


@pytest.mark.parametrize("u", SMALL_ORDER, ids=hex)
def test_regression_a_curve_point_of_small_order_is_refused(u: int) -> None:
    """Well formed, and nothing can be sealed to it: in a roster it would stop every rotation."""
    key = public_key(MINE)[:1184] + u.to_bytes(32, "little")
    with pytest.raises(NotCanonical):
        require_sound_key(key)
    with pytest.raises(NotCanonical):
        seal_to(key, b"", b"text")
