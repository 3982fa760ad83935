"""Structures as bytes, one way only: MessagePack arrays, and what decodes must encode to the same bytes again.

Implements spec/protocol.md §1.4. Every structure is a `Wire` subclass: fields in order, no names on the wire.
A structure grows by a new version or kind, never by a field at the end: a longer array is refused.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec

from jiwar.errors import NotCanonical


class Wire(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Base of everything that is written as bytes."""


T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()


_decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    return decoder


def encode(value: object) -> bytes:
    """The one encoding of `value`."""
    return _encoder.encode(value)


def decode(raw: bytes, kind: type[T]) -> T:
    """Read a `kind`. Raises NotCanonical when the bytes are not exactly what `encode` would write."""
    try:
        value = _decoder(kind).decode(raw)
        if _encoder.encode(value) == raw:
            return cast(T, value)
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
        pass
    raise NotCanonical


def reread(raw: bytes, kind: type[T]) -> T:
    """Read what this program itself wrote with `encode` and keeps under a seal of its reader's own: bytes that decode
    are not written once more for comparison. Raises NotCanonical.
    """
    try:
        return cast(T, _decoder(kind).decode(raw))
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
        raise NotCanonical from None
