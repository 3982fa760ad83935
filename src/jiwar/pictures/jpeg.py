"""What a picture of ours looks like: a JPEG file (ITU-T T.81, annex B) of nothing but tables and one scan of pixels.

Whoever takes over the process that decodes pictures decides what it answers; so its answer is looked at as well.
"""

from __future__ import annotations

from jiwar.errors import BadPicture

START, END, SCAN = 0xD8, 0xD9, 0xDA
LONGEST = 1_024
"""Pixels of the longer side."""
_JFIF, _JFIF_BODY = 0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""The one header that an encoder of ours writes: no density, no thumbnail."""
_FRAME = 0xC0
_TABLES = frozenset({0xDB, 0xC4, _FRAME, SCAN})
"""Quantisation, Huffman, baseline frame, scan. No comment, no application's segment."""


def require_plain(raw: bytes) -> None:
    """Raises BadPicture for anything that holds more than the pixels of one baseline picture."""
    if raw[:2] != bytes((0xFF, START)) or raw[-2:] != bytes((0xFF, END)):
        raise BadPicture
    at, marker, frames = 2, START, 0
    while marker != SCAN:
        marker, body, at = _segment(raw, at)
        frames += marker == _FRAME
        if marker == _FRAME and not _is_small(body):
            raise BadPicture
        if marker not in _TABLES and (marker, body) != (_JFIF, _JFIF_BODY):
            raise BadPicture
    if frames != 1:
        raise BadPicture
    _require_entropy_alone(raw[at:-2])


def _is_small(frame: bytes) -> bool:
    """Whether a frame is no larger than ours: whoever looks at it has to hold all of its pixels."""
    sides = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    return all(0 < side <= LONGEST for side in sides)


def _segment(raw: bytes, at: int) -> tuple[int, bytes, int]:
    """One segment: its marker, its body, and where the next one begins."""
    head = raw[at : at + 4]
    size = int.from_bytes(head[2:], "big")
    if len(head) < 4 or head[0] != 0xFF or size < 2 or at + 2 + size > len(raw) - 2:
        raise BadPicture
    return head[1], raw[at + 4 : at + 2 + size], at + 2 + size


def _require_entropy_alone(scan: bytes) -> None:
    """Behind the head of the scan 0xFF stands for itself only before a nought."""
    at = scan.find(0xFF)
    while at != -1:
        if scan[at + 1 : at + 2] != b"\0":
            raise BadPicture
        at = scan.find(0xFF, at + 2)
