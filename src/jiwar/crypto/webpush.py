"""What browsers' push services ask for: a message sealed to one subscription (RFC 8188 and 8291, aes128gcm), and a
signature by which the service knows a sender again (RFC 8292, ES256 over P-256).

Used for nothing else. A message is one record of one size, whatever it says. The sender's pair for sealing is new for
each message; the pair for signing is made from a secret and a name, so that it need not be kept.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jiwar.crypto.kdf import derive, derive_salted
from jiwar.crypto.labels import NUDGE
from jiwar.crypto.random import Random
from jiwar.errors import NotCanonical

POINT, AUTH, NAME = 65, 16, 16
"""Sizes of a public key, of the secret of a subscription, and of a name for a signing pair."""
PLAIN = 256
"""Every message is as long as the longest that a reminder can be, and a bit."""
_RECORD = 4_096
_TAG = 16
_END = b"\2"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE = SECP256R1()


def to_text(raw: bytes) -> str:
    """Bytes as these protocols write them: base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Raises NotCanonical for what `to_text` would not have written."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        raise NotCanonical from None
    if to_text(raw) != text:
        raise NotCanonical
    return raw


def require_sound_point(key: bytes) -> None:
    """Raises NotCanonical for what is no point of the curve; there are none of small order on this one."""
    _point(key)


def _point(key: bytes) -> EllipticCurvePublicKey:
    try:
        if len(key) == POINT:
            return EllipticCurvePublicKey.from_encoded_point(_CURVE, key)
    except ValueError:
        pass
    raise NotCanonical


def _raw(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def seal_message(point: bytes, auth: bytes, plain: bytes, random: Random) -> bytes:
    """At most 255 bytes for whoever holds the subscription's key. Raises NotCanonical for a key that is none."""
    padded = (plain + _END).ljust(PLAIN, b"\0")
    if len(padded) != PLAIN:
        raise NotCanonical
    return _sealed(point, auth, padded, generate_private_key(_CURVE), random(16))


def _sealed(point: bytes, auth: bytes, padded: bytes, own: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    there, mine = _point(point), _raw(own.public_key())
    secret = derive_salted(own.exchange(ECDH(), there), auth, b"WebPush: info\0" + point + mine, 32)
    key = derive_salted(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derive_salted(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes((len(mine),)) + mine
    return head + AESGCM(key).encrypt(nonce, padded, None)


def _signing(seed: bytes, name: bytes) -> EllipticCurvePrivateKey:
    """Forty-eight bytes, so that no scalar is likelier than another."""
    wide = int.from_bytes(derive(seed, NUDGE, "vapid", name, length=48), "big")
    return derive_private_key(wide % (_ORDER - 1) + 1, _CURVE)


def signing_point(seed: bytes, name: bytes) -> bytes:
    """The public key that a subscription is made for."""
    return _raw(_signing(seed, name).public_key())


def authorization(seed: bytes, name: bytes, origin: str, subject: str, until: int) -> str:
    """The header that shows the sender to be who a subscription was made for, to one push service until a second."""
    pair = _signing(seed, name)
    claims = {"aud": origin, "exp": until, "sub": subject}
    signed = ".".join(
        to_text(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(pair.sign(signed.encode(), ECDSA(SHA256())))
    token = f"{signed}.{to_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={to_text(_raw(pair.public_key()))}"
