"""Reading a form that carries a file (RFC 7578): bounded, kept in RAM, one file.

Only what browsers send is taken: no parts within parts, no other encoding of a part.
"""

from __future__ import annotations

import asyncio
import re

from starlette.requests import Request

from jiwar.errors import NotCanonical, SheetTooLarge
from jiwar.sheets.model import MOST_BYTES
from jiwar.web.forms import Form

MOST_BESIDE = 16 * 1024
"""Bytes of everything but the file."""
MOST_PARTS = 20
SLOWEST_SECONDS = 300.0
_BOUNDARY = re.compile(r'multipart/form-data;\s*boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'(?:^|;)\s*name="([^"\r\n]{1,60})"')
_FILE = re.compile(rb"(?:^|;)\s*filename\*?=", re.IGNORECASE)


async def read_upload(request: Request) -> Form:
    """The fields, and the file as `Form.file`; what it is called is not looked at.

    Raises SheetTooLarge, NotCanonical for what is too slow or no such form.
    """
    said = _BOUNDARY.fullmatch(request.headers.get("content-type", ""))
    if said is None:
        raise NotCanonical
    try:
        async with asyncio.timeout(SLOWEST_SECONDS):
            body = await _read(request)
    except TimeoutError:
        raise NotCanonical from None
    return read_parts(body, said[1].encode())


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > MOST_BYTES + MOST_BESIDE:
            raise SheetTooLarge
        body += chunk
    return bytes(body)


def read_parts(body: bytes, boundary: bytes) -> Form:
    """Raises NotCanonical, SheetTooLarge."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if parts[0].strip() or not parts[-1].startswith(b"--") or len(parts) > MOST_PARTS + 2:
        raise NotCanonical
    fields: dict[str, list[str]] = {}
    file, beside = b"", 0
    for part in parts[1:-1]:
        head, between, content = part.partition(b"\r\n\r\n")
        disposition = next(
            (one for one in head.split(b"\r\n") if one.lower().startswith(b"content-disposition:")), b""
        )
        name = _NAME.search(disposition.partition(b":")[2])
        if not between or name is None:
            raise NotCanonical
        if _FILE.search(disposition):
            file = content
        else:
            beside += len(content)
            fields.setdefault(_text(name[1]), []).append(_text(content))
    if beside > MOST_BESIDE:
        raise NotCanonical
    if len(file) > MOST_BYTES:
        raise SheetTooLarge
    return Form(fields, file)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotCanonical from None
