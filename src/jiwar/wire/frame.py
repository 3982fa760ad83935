"""Length-prefixed parts and padding: the bytes under every hash, key and seal.

Implements spec/protocol.md §1.2 and §1.3. Holds no secrets, does no I/O.
"""

from __future__ import annotations

from jiwar.errors import NotCanonical, Unopenable

Part = bytes | str | int
MINIMUM_PADDED = 256
LARGEST_NUMBER = 2**64 - 1
_SHORT = tuple(length.to_bytes(4, "big") for length in range(256))
"""The lengths of most parts, made once: each time they would be memory to fetch and to overwrite."""


def join(*parts: Part) -> bytes:
    """Join parts so that no two different lists give the same bytes (LP in the spec).

    Each part is a 4-byte big-endian length and its bytes; text is UTF-8, a number 8 bytes big-endian. Raises
    NotCanonical for a number below 0 or of more than 8 bytes: what was read may hold any, and nothing of ours does.
    """
    # A plain loop: this runs some hundred times a page, and a generator costs twice as much.
    pieces: list[bytes] = []
    for part in parts:
        raw = part if isinstance(part, bytes) else _raw(part)
        length = len(raw)
        pieces.append(_SHORT[length] if length < len(_SHORT) else length.to_bytes(4, "big"))
        pieces.append(raw)
    return b"".join(pieces)


def _raw(part: str | int) -> bytes:
    if isinstance(part, str):
        return part.encode()
    if not 0 <= part <= LARGEST_NUMBER:
        raise NotCanonical
    return part.to_bytes(8, "big")


def padme(size: int) -> int:
    """The Padmé length for `size` bytes (Nikitin et al., "Reducing metadata leakage", 2019): overhead ≤ 12 %."""
    if size <= MINIMUM_PADDED:
        return MINIMUM_PADDED
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def pad(plain: bytes, size: int | None = None) -> bytes:
    """Append 0x80 and zeros up to `size`, or up to the Padmé length.

    Raises ValueError when `plain` does not fit into `size`: sizes are the caller's to choose.
    """
    wanted = padme(len(plain) + 1) if size is None else size
    if len(plain) >= wanted:
        raise ValueError("plain text longer than its fixed size")
    return plain + b"\x80" + bytes(wanted - len(plain) - 1)


def unpad(padded: bytes) -> bytes:
    """Undo `pad`. Raises Unopenable for anything that `pad` can't have made."""
    end = len(padded.rstrip(b"\x00"))
    if end == 0 or padded[end - 1] != 0x80:
        raise Unopenable
    return padded[: end - 1]
