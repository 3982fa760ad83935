"""Blind signatures: RSABSSA-SHA384-PSS-Randomized (RFC 9474) with keys of 2,048 bits and e = 65,537.

Implements spec/protocol.md §2.8. Who signs sees a number that says nothing of what they sign; who asked takes the
blinding off, and what is left is an ordinary RSASSA-PSS signature, which anybody verifies with the public key alone.

`cryptography` has no RSA without padding, so the one power that makes a signature is Python's own. It is not of
constant time: what it is given is blinded once more by whoever signs, and it is never made on a page's path.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from jiwar.crypto.random import Random
from jiwar.errors import BadSignature, NotCanonical

SIZE = 256
"""Bytes of a modulus, of what is blinded, and of a signature."""
PREFIX = 32
"""Random bytes before every message (RFC 9474 §4.1): a signer can't have prepared for what is signed."""
SALT = DIGEST = 48
EXPONENT = 65_537
_SPARE = 16
"""Bytes drawn beyond the size of a modulus, so that the rest of the division is as good as even."""
_pss = padding.PSS(padding.MGF1(SHA384()), SALT)


@dataclass(frozen=True, slots=True)
class Blinded:
    """A message on its way: `value` is for who signs; `message` (with its prefix) and `inverse` stay here."""

    value: bytes
    message: bytes
    inverse: int


def new_key() -> bytes:
    """A private key: its two primes, 128 bytes each. Takes some tenths of a second."""
    numbers = rsa.generate_private_key(EXPONENT, 8 * SIZE).private_numbers()
    return numbers.p.to_bytes(SIZE // 2, "big") + numbers.q.to_bytes(SIZE // 2, "big")


def public_key(key: bytes) -> bytes:
    """The modulus of a private key."""
    p, q = _primes(key)
    return (p * q).to_bytes(len(key), "big")


def blind(modulus: bytes, message: bytes, random: Random) -> Blinded:
    """RFC 9474 §4.2. The same `random` gives the same again. Raises BadSignature for what is no modulus."""
    n, size = _modulus(modulus), len(modulus)
    prepared = random(PREFIX) + message
    m = int.from_bytes(_encode(prepared, random(SALT), n.bit_length() - 1), "big")
    r = 1 + int.from_bytes(random(size + _SPARE), "big") % (n - 1)
    if gcd(m, n) != 1 or gcd(r, n) != 1:
        raise BadSignature
    return Blinded((m * pow(r, EXPONENT, n) % n).to_bytes(size, "big"), prepared, pow(r, -1, n))


def sign_blinded(key: bytes, value: bytes, random: Random) -> bytes:
    """RFC 9474 §4.3, some ten milliseconds. Raises NotCanonical for a value that no modulus of this key gives."""
    p, q = _primes(key)
    n, z = p * q, int.from_bytes(value, "big")
    if len(value) != len(key) or not 0 < z < n or gcd(z, n) != 1:
        raise NotCanonical
    b = 1 + int.from_bytes(random(len(key) + _SPARE), "big") % (n - 1)
    try:
        s = _root(z * pow(b, EXPONENT, n) % n, p, q) * pow(b, -1, n) % n
    except ValueError:  # No two primes.
        raise BadSignature from None
    if pow(s, EXPONENT, n) != z:
        raise BadSignature
    return s.to_bytes(len(key), "big")


def finish(modulus: bytes, blinded: Blinded, signed: bytes) -> bytes:
    """Take the blinding off (RFC 9474 §4.4): prefix ‖ signature. Raises BadSignature when it isn't one."""
    n = _modulus(modulus)
    if len(signed) != len(modulus):
        raise BadSignature
    signature = (int.from_bytes(signed, "big") * blinded.inverse % n).to_bytes(len(modulus), "big")
    found = blinded.message[:PREFIX] + signature
    verify(modulus, blinded.message[PREFIX:], found)
    return found


def sign(key: bytes, message: bytes, random: Random) -> bytes:
    """What `finish` gives, by whoever has the key themselves. Raises BadSignature for what is no key."""
    p, q = _primes(key)
    prefix = random(PREFIX)
    try:
        d = pow(EXPONENT, -1, (p - 1) * (q - 1))
        parts = d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
        numbers = rsa.RSAPrivateNumbers(p, q, *parts, rsa.RSAPublicNumbers(EXPONENT, p * q))
        # Its primes are not looked at anew for each signature: whoever reads a key has (`is_key`).
        signature = numbers.private_key(unsafe_skip_rsa_key_validation=True).sign(prefix + message, _pss, SHA384())
    except ValueError:
        raise BadSignature from None
    return prefix + signature


def verify(modulus: bytes, message: bytes, signature: bytes) -> None:
    """Raises BadSignature unless `signature`, with its prefix, is over `message`."""
    prefix, proper = signature[:PREFIX], signature[PREFIX:]
    try:
        key = rsa.RSAPublicNumbers(EXPONENT, _modulus(modulus)).public_key()
        key.verify(proper, prefix + message, _pss, SHA384())
    except (InvalidSignature, ValueError):
        raise BadSignature from None


def is_key(key: bytes) -> bool:
    """Whether these bytes can be a private key: two primes of the one size, as far as that can be told quickly."""
    p, q = _primes(key)
    sound = len(key) == SIZE and p != q and p & q & 1 and min(p, q) >> (4 * SIZE - 1)
    return bool(sound) and gcd(EXPONENT, (p - 1) * (q - 1)) == 1 and is_modulus(public_key(key))


def is_modulus(modulus: bytes) -> bool:
    """Whether these bytes can be the public key of a signer: of the one size, and odd."""
    return len(modulus) == SIZE and bool(modulus[0] & 0x80) and bool(modulus[-1] & 1)


def _modulus(modulus: bytes) -> int:
    n = int.from_bytes(modulus, "big")
    if n % 2 == 0 or n.bit_length() != 8 * len(modulus):
        raise BadSignature
    return n


def _primes(key: bytes) -> tuple[int, int]:
    half = len(key) // 2
    return int.from_bytes(key[:half], "big"), int.from_bytes(key[half:], "big")


def _root(value: int, p: int, q: int) -> int:
    """value^d mod pq, by its two halves (RFC 8017 §5.1.2)."""
    at_p = pow(value, pow(EXPONENT, -1, p - 1), p)
    at_q = pow(value, pow(EXPONENT, -1, q - 1), q)
    return at_q + q * ((at_p - at_q) * pow(q, -1, p) % p)


def _encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS (RFC 8017 §9.1.1) with SHA-384 and MGF1."""
    size = (bits + 7) // 8
    hashed = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = (b"\1" + salt).rjust(size - DIGEST - 1, b"\0")
    masked = bytearray(a ^ b for a, b in zip(block, _mask(hashed, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + hashed + b"\xbc"


def _mask(seed: bytes, size: int) -> bytes:
    """MGF1 (RFC 8017 §B.2.1)."""
    parts = (hashlib.sha384(seed + at.to_bytes(4, "big")).digest() for at in range(-(-size // DIGEST)))
    return b"".join(parts)[:size]
