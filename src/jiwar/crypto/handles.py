"""Session-scoped names for stable ids: AES-SIV (RFC 5297), so that history and disk can't be joined.

Implements spec/protocol.md §3.4. The same id gives the same name within a session and another in every other.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from jiwar.errors import NotThere

KEY = 32


class Names:
    """The names of one session; made once a request."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def name(self, stable: bytes) -> str:
        """The name of `stable`: text for a URL."""
        return name_of_raw(self._cipher.encrypt(stable, None))

    def resolve(self, text: str) -> bytes:
        """The stable id behind a name. Raises NotThere for names of another session and for anything else."""
        try:
            raw = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            if name_of_raw(raw) != text:
                raise NotThere
            return self._cipher.decrypt(raw, None)
        except (InvalidTag, NotBase64, ValueError):
            raise NotThere from None


def name(key: bytes, stable: bytes) -> str:
    """One name under a session's key."""
    return Names(key).name(stable)


def resolve(key: bytes, text: str) -> bytes:
    """The stable id behind one name. Raises NotThere."""
    return Names(key).resolve(text)


def name_of_raw(raw: bytes) -> str:
    """The one spelling of these bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
