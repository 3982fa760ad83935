"""Two halves of a secret: each alone is random, both together are the secret.

Implements spec/protocol.md §2.7.
"""

from __future__ import annotations

from jiwar.crypto.random import Random
from jiwar.errors import NotCanonical


def halve(secret: bytes, random: Random) -> tuple[bytes, bytes]:
    """Two halves, drawn anew every time."""
    first = random(len(secret))
    return first, put_together(first, secret)


def put_together(first: bytes, second: bytes) -> bytes:
    """What two halves give. Raises NotCanonical for halves of two lengths."""
    if len(first) != len(second):
        raise NotCanonical
    return bytes(one ^ other for one, other in zip(first, second, strict=True))
