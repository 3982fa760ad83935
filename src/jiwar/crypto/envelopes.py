"""Sealing to somebody's public key: hybrid post-quantum HPKE (RFC 9180, MLKEM768-X25519, HKDF-SHA256, AES-256-GCM).

Implements spec/protocol.md §2.6. Base mode: the sender is not authenticated here; whoever needs that signs inside.
A pair is kept as 96 bytes, ML-KEM seed ‖ X25519 key, and rebuilt when used: the library has no serialiser for it.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from jiwar.errors import NotCanonical, Unopenable

SEED = 96
PUBLIC = 1184 + 32
OVERHEAD = 1088 + 32 + 16
_PROBE = X25519PrivateKey.from_private_bytes(b"\x40" * 32)
_suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _pair(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    return MLKEM768PrivateKey.from_seed_bytes(seed[:64]), X25519PrivateKey.from_private_bytes(seed[64:])


def public_key(seed: bytes) -> bytes:
    """The 1,216 public bytes of a 96-byte seed."""
    kem, curve = _pair(seed)
    return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def seal_to(key: bytes, info: bytes, plain: bytes) -> bytes:
    """Seal to a public key. Raises NotCanonical when the key is malformed or of small order."""
    try:
        return _suite.encrypt(plain, _public(key), info)
    except ValueError:
        raise NotCanonical from None


def _public(key: bytes) -> MLKEM768X25519PublicKey:
    if len(key) != PUBLIC:
        raise NotCanonical
    try:
        kem = MLKEM768PublicKey.from_public_bytes(key[:1184])
        return MLKEM768X25519PublicKey(kem, X25519PublicKey.from_public_bytes(key[1184:]))
    except ValueError:
        raise NotCanonical from None


def require_sound_key(key: bytes) -> None:
    """Raises NotCanonical for a key that nothing can be sealed to; called when a key enters a roster.

    A curve point of small order is well formed, and sealing to it fails: one such member would stop every rotation.
    """
    _public(key)
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(key[1184:]))
    except ValueError:
        raise NotCanonical from None


def open_with(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    """Open what was sealed to the pair of `seed`. Raises Unopenable."""
    if len(sealed) < OVERHEAD:
        raise Unopenable
    try:
        return _suite.decrypt(sealed, MLKEM768X25519PrivateKey(*_pair(seed)), info)
    except (InvalidTag, ValueError):
        raise Unopenable from None
