"""Authenticated encryption: the committing seal of records, the outer seal of rows, the seal of cached fragments.

Implements spec/protocol.md §2.4. Every failure to open is `Unopenable`, whatever its reason.
Does not choose keys or contexts; that is `log`, `keyring` and `circles`.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from jiwar.crypto.hashing import same
from jiwar.crypto.kdf import derive_salted
from jiwar.crypto.labels import Label
from jiwar.crypto.random import Random, system_random
from jiwar.errors import Unopenable
from jiwar.wire.frame import Part, join, pad, unpad

SALT = 32
COMMITMENT = 32
TAG = 16
SEAL_OVERHEAD = SALT + COMMITMENT + TAG
_FIXED_NONCE = bytes(12)
OUTER_OVERHEAD = 12 + TAG


def seal(
    key: bytes,
    label: Label,
    context: tuple[Part, ...],
    plain: bytes,
    *,
    size: int | None = None,
    random: Random = system_random,
) -> bytes:
    """Seal(k, ctx, pt): salt ‖ commitment ‖ AES-256-GCM-SIV. `size` fixes the padded length, else Padmé."""
    salt = random(SALT)
    info = join(label, *context)
    derived = derive_salted(key, salt, info, 64)
    # The nonce is fixed because the salt makes the key of every seal its own; GCM-SIV keeps a repeated salt
    # (a rolled-back machine) from giving the key stream away.
    body = AESGCMSIV(derived[:32]).encrypt(_FIXED_NONCE, pad(plain, size), info)
    return salt + derived[32:] + body


def unseal(key: bytes, label: Label, context: tuple[Part, ...], sealed: bytes) -> bytes:
    """Open a seal. Raises Unopenable; the commitment is compared before anything is decrypted."""
    if len(sealed) < SEAL_OVERHEAD:
        raise Unopenable
    info = join(label, *context)
    derived = derive_salted(key, sealed[:SALT], info, 64)
    if not same(derived[32:], sealed[SALT : SALT + COMMITMENT]):
        raise Unopenable
    try:
        return unpad(AESGCMSIV(derived[:32]).decrypt(_FIXED_NONCE, sealed[SALT + COMMITMENT :], info))
    except InvalidTag:
        raise Unopenable from None


class OuterKey:
    """Nonce ‖ AES-256-GCM, bound to the row it stands in. For rows under the hub secret and for what stays in RAM;
    adds no padding. For many values under one key.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, name: bytes, plain: bytes, random: Random = system_random) -> bytes:
        nonce = random(12)
        return nonce + self._cipher.encrypt(nonce, plain, name)

    def unseal(self, name: bytes, sealed: bytes) -> bytes:
        """Raises Unopenable."""
        if len(sealed) < OUTER_OVERHEAD:
            raise Unopenable
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], name)
        except InvalidTag:
            raise Unopenable from None


def seal_outer(key: bytes, name: bytes, plain: bytes, random: Random = system_random) -> bytes:
    """One value under an outer key."""
    return OuterKey(key).seal(name, plain, random)


def unseal_outer(key: bytes, name: bytes, sealed: bytes) -> bytes:
    """Undo `seal_outer`. Raises Unopenable."""
    return OuterKey(key).unseal(name, sealed)
