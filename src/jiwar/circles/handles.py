"""Names in a circle: how they are written, and when two of them look alike. Pure.

Implements spec/protocol.md §4.1. A name is what people go by when they decide whom to trust, so nothing in it may be
invisible or turn the direction of what stands beside it, and nobody may enter under a name that reads like another's.
The fold holds every newcomer to it (`circles.fold`), whatever program they used.
"""

from __future__ import annotations

import unicodedata

from jiwar.errors import TextMissing, TextTooLong
from jiwar.keyring.wordlist import fold

HANDLE_LIMIT = 40
_SHAPELESS = "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5"
"""Letters, marks and symbols that draw nothing."""
_DIGITS = {code: str(unicodedata.digit(chr(code))) for base in (0x0660, 0x06F0) for code in range(base, base + 10)}


def sound_handle(text: str) -> str:
    """A name as it will stand in the circle: composed, on one line, without what can't be seen.

    Raises TextMissing, TextTooLong.
    """
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(c if c.isspace() else "" if _is_hidden(c) else c for c in composed)
    handle = unicodedata.normalize("NFC", " ".join(seen.split()))
    if not handle or not any(c.isalnum() or unicodedata.category(c).startswith("S") for c in handle):
        raise TextMissing
    if len(handle) > HANDLE_LIMIT:
        raise TextTooLong(limit=HANDLE_LIMIT)
    return handle


def _is_hidden(character: str) -> bool:
    """Controls, directions, joiners, unassigned and private characters, and what has no shape."""
    return unicodedata.category(character)[0] == "C" or character in _SHAPELESS


def require_sound_handle(handle: str) -> None:
    """Raises TextMissing, TextTooLong for a name that `sound_handle` would have written otherwise."""
    if sound_handle(handle) != handle:
        raise TextMissing


def look(handle: str) -> str:
    """What a name reads as: two with the same look may not be in a circle at once."""
    return "".join(fold(handle).translate(_DIGITS).split())
