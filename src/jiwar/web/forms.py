"""Reading a submitted form: bounded, urlencoded, one value or several for a name."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from jiwar.errors import BadChoice, JiwarError, NotCanonical, TextMissing, TextTooLong

MOST_BYTES = 256 * 1024
SLOWEST_SECONDS = 60.0
"""A form that takes longer holds the hub, not a hand."""
MOST_FIELDS = 200
LONGEST_NUMBER = 18
_INVISIBLE = {ord(c): None for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"}
_INVISIBLE |= {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in b"\t\n\r"}
"""Characters that turn the direction of what follows, and controls: they belong to no text (spoofing)."""

_SECRET = frozenset({"key", "digits", "pin", "words", "token"})


class Form:
    """The fields of one submission, and the file that came with it where the page takes one."""

    def __init__(self, fields: dict[str, list[str]], file: bytes = b"") -> None:
        self._fields, self._file = fields, file
        self.refused: JiwarError | None = None

    @property
    def file(self) -> bytes:
        """The file, empty where none was chosen. Raises why it was not taken, if it wasn't."""
        if self.refused is not None:
            raise self.refused
        return self._file

    def text(self, name: str, limit: int = 200, *, required: bool = False) -> str:
        """One line or text, trimmed. Raises TextMissing, TextTooLong (limit in characters)."""
        value = self._fields.get(name, [""])[0].translate(_INVISIBLE)
        value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if required and not value:
            raise TextMissing
        if len(value) > limit:
            raise TextTooLong(limit=limit)
        return value

    def typed(self, name: str, most: int = 4_000) -> str:
        """What was typed, to show it again: never refused, cut where no page would take more."""
        return self._fields.get(name, [""])[0].translate(_INVISIBLE)[:most]

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of a few values. Raises BadChoice."""
        value = self._fields.get(name, [default or ""])[0]
        if value not in allowed:
            raise BadChoice
        return value

    def number(self, name: str, lowest: int, highest: int) -> int:
        """A number in a range. Raises BadChoice."""
        value = self._fields.get(name, [""])[0]
        if not value.isascii() or not value.isdigit() or len(value) > LONGEST_NUMBER:
            raise BadChoice
        if not lowest <= int(value) <= highest:
            raise BadChoice
        return int(value)

    def ticked(self, name: str) -> bool:
        return name in self._fields

    def texts(self) -> list[str]:
        """What somebody wrote rather than chose, long enough to be sorry about; no keys."""
        written = (values for name, values in self._fields.items() if name not in _SECRET)
        return [text for values in written for text in values if " " in text.strip()]

    def several(self, name: str) -> list[str]:
        return list(self._fields.get(name, []))


EMPTY = Form({})


async def read_form(request: Request) -> Form:
    """Raises NotCanonical for what is too large or too slow, never came whole, or is no urlencoded text."""
    try:
        async with asyncio.timeout(SLOWEST_SECONDS):
            body = await _read(request)
    except (TimeoutError, ClientDisconnect):
        raise NotCanonical from None
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise NotCanonical from None
    return Form(fields)


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NotCanonical
    return body
