"""A browser and its push service, as RFC 8030 describes them: it takes what is POSTed over HTTP, sees who sent it
(RFC 8292), and opens it (RFC 8188, 8291). Written from the texts of those, not from ours.
"""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.core.nudging.receivers import _ended, _Server

P256 = ec.SECP256R1()
A_DAY = 86_400


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


@dataclass
class Browser:
    """Holds the key and the secret of one subscription."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(P256))
    auth: bytes = b"a secret of 16 B"

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, address: str, name: bytes) -> str:
        """The line that our page sends."""
        return " ".join((address, text_of(self.point), text_of(self.auth), text_of(name)))

    def open(self, body: bytes) -> bytes:
        """RFC 8188, one record. Raises InvalidTag."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, sender))
        secret = _hkdf(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain[-1:] == b"\2", "the last record"
        return plain[:-1]


def claims_of(authorization: str) -> tuple[dict[str, object], bytes]:
    """What a sender claims, and the key that it is signed with. Raises InvalidSignature."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert (scheme.lower(), json.loads(bytes_of(head))) == ("vapid", {"typ": "JWT", "alg": "ES256"})
    raw, point = bytes_of(signature), bytes_of(parts["k"])
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    signed = f"{head}.{claims}".encode()
    ec.EllipticCurvePublicKey.from_encoded_point(P256, point).verify(der, signed, ec.ECDSA(SHA256()))
    return json.loads(bytes_of(claims)), point


@dataclass
class PushService(_Server):
    """Serves one browser at `/ring`, for one sender. `now`: its clock."""

    browser: Browser
    sender: bytes
    now: float
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"{'https' if self.context else 'http'}://localhost:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        head = dict(line.split(": ", 1) for line in lines)
        body = await reader.readexactly(int(head["Content-Length"]))
        why = self._refusal(first, head)
        if why:
            self.refused.append(why)
        else:
            self.heads.append(head)
            self.bodies.append(body)
            self.said.append(self.browser.open(body).decode())
        writer.write(f"HTTP/1.1 {why or '201 Created'}\r\nContent-Length: 0\r\n\r\n".encode())
        await _ended(writer)

    def _refusal(self, first: str, head: dict[str, str]) -> str:
        if first != "POST /ring HTTP/1.1":
            return "404 Not Found"
        if head.get("Content-Encoding") != "aes128gcm" or not head.get("TTL", "").isdigit():
            return "400 Bad Request"
        try:
            claims, point = claims_of(head["Authorization"])
        except InvalidSignature:
            return "401 Unauthorized"
        until = claims["exp"]
        assert isinstance(until, int)
        fits = claims["aud"] == self.origin and self.now < until <= self.now + A_DAY and "sub" in claims
        return "" if fits and point == self.sender else "403 Forbidden"
