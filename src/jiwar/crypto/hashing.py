"""SHA-256 over labelled, length-prefixed parts (H in the spec, §2.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from jiwar.crypto.labels import Label
from jiwar.wire.frame import Part, join


def digest(label: Label, *parts: Part) -> bytes:
    """32 bytes that commit to the label and to each part."""
    return hashlib.sha256(join(label, *parts)).digest()


def digester(label: Label, *parts: Part) -> Callable[[bytes], bytes]:
    """`digest` for many last parts after the same first ones."""
    begun = hashlib.sha256(join(label, *parts))

    def finish(last: bytes) -> bytes:
        whole = begun.copy()
        whole.update(len(last).to_bytes(4, "big"))
        whole.update(last)
        return whole.digest()

    return finish


def same(left: bytes, right: bytes) -> bool:
    """Compare two secrets of equal length in constant time."""
    return hmac.compare_digest(left, right)
