"""Joining is injective; padding comes off again and shows a size class only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.errors import NotCanonical, Unopenable
from jiwar.wire.frame import MINIMUM_PADDED, join, pad, padme, unpad

PARTS = st.lists(st.one_of(st.binary(max_size=20), st.text(max_size=20), st.integers(0, 2**64 - 1)), max_size=6)


def test_join_writes_lengths_text_and_numbers() -> None:
    expected = bytes.fromhex("00000002" + "6162" + "00000002" + "d98a" + "00000008" + "0000000000000102")
    assert join(b"ab", "ي", 258) == expected


@given(PARTS, PARTS)
def test_join_of_different_parts_differs(left, right) -> None:
    def raw(parts):
        return [
            p if isinstance(p, bytes) else p.encode() if isinstance(p, str) else p.to_bytes(8, "big") for p in parts
        ]

    assert (join(*left) == join(*right)) == (raw(left) == raw(right))


@pytest.mark.parametrize("number", [-1, 2**64])
def test_join_refuses_numbers_that_do_not_fit(number: int) -> None:
    with pytest.raises(NotCanonical):
        join(number)


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 256), (256, 256), (257, 272), (272, 272), (273, 288), (1_000, 1_024), (1_025, 1_088), (65_535, 65_536)],
)
def test_padme_of_known_sizes(size: int, padded: int) -> None:
    assert padme(size) == padded


@given(st.integers(1, 2**40))
def test_padme_costs_an_eighth_at_most(size: int) -> None:
    padded = padme(size)
    assert size <= padded
    assert padded == padme(padded)
    assert padded <= max(MINIMUM_PADDED, size + size // 8)


@given(st.binary(max_size=2_000))
def test_unpad_undoes_pad(plain: bytes) -> None:
    padded = pad(plain)
    assert unpad(padded) == plain
    assert len(padded) == padme(len(plain) + 1)


@given(st.binary(max_size=60))
def test_pad_to_a_fixed_size(plain: bytes) -> None:
    assert len(pad(plain, 64)) == 64
    assert unpad(pad(plain, 64)) == plain


@pytest.mark.parametrize("size", [3, 2, 0])
def test_pad_refuses_a_size_without_room(size: int) -> None:
    with pytest.raises(ValueError, match="longer"):
        pad(b"abc", size)


@given(st.binary(max_size=600))
def test_whatever_unpads_has_exactly_one_padding(padded: bytes) -> None:
    try:
        plain = unpad(padded)
    except Unopenable:
        assert not padded.rstrip(b"\0").endswith(b"\x80")
    else:
        assert pad(plain, len(padded)) == padded
