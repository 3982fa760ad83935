"""Ed25519 by RFC 8032, and the public keys that are not worth trusting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.crypto.signing import public_key, require_sound_key, sign, verify
from jiwar.errors import BadSignature

PRIME = 2**255 - 19
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNED_NOTHING = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)

# y of the eight points of small order, with their sign bits.
Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
TORSION = [
    1,
    PRIME - 1,
    0,
    0 | 1 << 255,
    Y8,
    Y8 | 1 << 255,
    PRIME - Y8,
    (PRIME - Y8) | 1 << 255,
]
NOT_CANONICAL = [PRIME, PRIME + 1, PRIME + 18, 2**255 - 1, 1 | 1 << 255, (PRIME - 1) | 1 << 255, PRIME | 1 << 255]


def test_first_vector_of_rfc_8032() -> None:
    assert public_key(SEED) == KEY
    assert sign(SEED, b"") == SIGNED_NOTHING
    verify(KEY, SIGNED_NOTHING, b"")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_what_is_signed_verifies_and_its_key_is_sound(seed: bytes, message: bytes) -> None:
    key = public_key(seed)
    verify(key, sign(seed, message), message)
    require_sound_key(key)


@pytest.mark.parametrize(
    ("key", "signature", "message"),
    [
        (KEY, SIGNED_NOTHING, b"something"),
        (KEY, SIGNED_NOTHING[:-1], b""),
        (KEY, bytes(64), b""),
        (public_key(bytes(32)), SIGNED_NOTHING, b""),
        (KEY[:31], SIGNED_NOTHING, b""),
        (b"", b"", b""),
    ],
)
def test_verify_refuses(key: bytes, signature: bytes, message: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(key, signature, message)


D = -121665 * pow(121666, -1, PRIME) % PRIME


def _added(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of edwards25519."""
    (a, b), (c, d) = first, second
    product = D * a * b * c * d
    x = (a * d + b * c) * pow(1 + product, -1, PRIME)
    y = (b * d + a * c) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def _point(y: int) -> tuple[int, int]:
    """One of the two points with this y."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    for x in (root, root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
        if x * x % PRIME == square:
            return x, y
    raise ValueError(y)


@pytest.mark.parametrize("encoded", TORSION, ids=hex)
def test_the_points_are_those_whose_eightfold_is_the_neutral_one(encoded: int) -> None:
    point = _point(encoded & (1 << 255) - 1)
    for _ in range(3):
        point = _added(point, point)
    assert point == (0, 1)


def test_the_library_takes_a_key_of_small_order() -> None:
    """The reason for the check: one signature fits every message."""
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)
    verify(identity, forged, b"one thing")
    verify(identity, forged, b"and another")


@pytest.mark.parametrize("point", TORSION + NOT_CANONICAL, ids=hex)
def test_key_of_small_order_or_not_canonical_is_refused(point: int) -> None:
    """A slip in one of the constants once let the two points -(x, y) of order eight through."""
    with pytest.raises(BadSignature):
        require_sound_key(point.to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(BadSignature):
        require_sound_key(b"\x58" * size)
