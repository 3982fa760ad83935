"""Keys from keys, and keys from a phrase: HKDF-SHA256 (RFC 5869) and Argon2id (RFC 9106).

Implements spec/protocol.md §2.3. `derive` is K(ikm, label, ctx) of the spec.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ACCOUNT_HUB, PHONE_PIN, WINDOW_CODE, Label
from jiwar.wire.frame import Part, join

ARGON2_MEMORY_KIB = 32 * 1024
ARGON2_PASSES = 3
PIN_MEMORY_KIB = 8 * 1024
PIN_PASSES = 2
_sha256 = SHA256()


def derive(key: bytes, label: Label, *context: Part, length: int = 32) -> bytes:
    """A key for one purpose from a uniformly random key.

    Only the expand step of HKDF: every input is already uniform, RFC 5869 §3.3; 32 bytes or more, but for the
    secret of an invitation's link, which has 16.
    """
    return HKDFExpand(_sha256, length, join(label, *context)).derive(key)


def derive_salted(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """Full HKDF with a salt: seals use it to give every record its own key and commitment."""
    return HKDF(_sha256, length, salt, info).derive(key)


def stretch(phrase: int, hub_id: bytes) -> bytes:
    """64 bytes, locator ‖ unlock, from the integer of a code phrase; slow on purpose (§3.1)."""
    return _stretched(phrase, digest(ACCOUNT_HUB, hub_id), 64)


def stretch_code(code: int, hub_id: bytes) -> bytes:
    """32 bytes, the seed of whoever asks at a window, from their code; as slow as a phrase's (§4.13)."""
    return _stretched(code, digest(WINDOW_CODE, hub_id), 32)


def _stretched(secret: int, salt: bytes, length: int) -> bytes:
    slow = Argon2id(salt=salt, length=length, iterations=ARGON2_PASSES, lanes=1, memory_cost=ARGON2_MEMORY_KIB)
    return slow.derive(secret.to_bytes(16, "big"))


def stretch_pin(pin: str, pepper: bytes) -> bytes:
    """32 bytes from a remembered phone's PIN.

    A sixth of the work of a phrase: what is secret beside it are a cookie and a pepper of 256 bits each, and who has
    both tries a million numbers at any price that a person would wait for.
    """
    return Argon2id(
        salt=digest(PHONE_PIN, pepper),
        length=32,
        iterations=PIN_PASSES,
        lanes=1,
        memory_cost=PIN_MEMORY_KIB,
    ).derive(pin.encode())
