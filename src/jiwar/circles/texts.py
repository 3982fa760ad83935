"""Text as members write it: cleaned on the way in, judged again when it is read.

Implements spec/protocol.md §9. What a client of somebody's own making wrote is judged by the same rules, so that a
text either stands for every reader or for none.
"""

from __future__ import annotations

import re

from jiwar.errors import TextMissing, TextTooLong

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Characters that turn the direction of what follows: they belong to no text (spoofing)."""
# Control characters but for tabs and line feeds, halves of surrogate pairs, and the above.
_FOREIGN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(_TURNING))}]")


def _require(text: str, limit: int, required: bool) -> str:
    if required and not text:
        raise TextMissing
    if len(text) > limit:
        raise TextTooLong(limit=limit)
    return text


def is_clean(text: str) -> bool:
    """Whether a text holds nothing that can't be seen and does something."""
    return not _FOREIGN.search(text)


def line(text: str, limit: int, *, required: bool = True) -> str:
    """One line, without doubled spaces. Raises TextMissing, TextTooLong (limit in characters)."""
    return _require(" ".join(_FOREIGN.sub("", text).split()), limit, required)


def passage(text: str, limit: int, *, required: bool = True) -> str:
    """Several lines. Raises TextMissing, TextTooLong (limit in characters)."""
    plain = _FOREIGN.sub("", text.replace("\r\n", "\n"))
    return _require(plain.strip(), limit, required)


def is_sound(text: str, limit: int, *, lines: bool = False, required: bool = True) -> bool:
    """Whether a text that was read could have come through `line`, or with `lines` through `passage`."""
    try:
        return text == (passage if lines else line)(text, limit, required=required)
    except (TextMissing, TextTooLong):
        return False


def excerpt(text: str, length: int) -> str:
    """The beginning of a text on one line, cut at a space where there is one."""
    flat = " ".join(text[: 4 * length].split())
    if len(flat) <= length:
        return flat
    whole_words = flat[: length + 1].rpartition(" ")[0]
    return (whole_words or flat[:length]).rstrip(" ،,.;:؛") + "…"
