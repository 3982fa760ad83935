"""Ed25519 (RFC 8032): sign, verify, and the check that a public key is worth trusting at all.

Implements spec/protocol.md §2.5. Verifying raises; it never returns a bool.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jiwar.errors import BadSignature

_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order on edwards25519, as canonical encodings without the sign bit.
# With such a key one signature fits every message, and OpenSSL accepts it (crypto.md trap 33).
_ORDER_EIGHT_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _PRIME - 1, _ORDER_EIGHT_Y, _PRIME - _ORDER_EIGHT_Y})


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """A 64-byte signature."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify(key: bytes, signature: bytes, message: bytes) -> None:
    """Raises BadSignature unless `signature` over `message` is by `key`."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise BadSignature from None


def require_sound_key(key: bytes) -> None:
    """Raises BadSignature for a key that is not canonical or has small order; called when a key enters a roster."""
    if len(key) != 32:
        raise BadSignature
    y = int.from_bytes(key, "little") & (2**255 - 1)
    if y >= _PRIME or y in _SMALL_ORDER_Y:
        raise BadSignature
