"""Reading a form that carries a file (RFC 7578): bounded, kept in RAM, one file.

Only what browsers send is taken: no parts within parts, no other encoding of a part.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from jiwar.errors import BadPicture, JiwarError, NotCanonical, SheetTooLarge
from jiwar.pictures.decoder import MOST_BYTES as MOST_PICTURE
from jiwar.sheets.model import MOST_BYTES as MOST_SHEET
from jiwar.web.forms import Form

MOST_BESIDE = 64 * 1024
"""Bytes of everything but the file."""
MOST_PARTS = 40
MOST_HEAD = 1_024
"""Bytes of what stands before a part."""
SLOWEST_SECONDS = 300.0
AT_ONCE = 4
"""So many forms with a file are in RAM at once; the next is read when one of them is done."""


@dataclass(frozen=True)
class Files:
    """What a page takes: so many bytes at most, and what is raised for more."""

    most: int
    refused: Callable[[], JiwarError]


SHEET = Files(MOST_SHEET, SheetTooLarge)
PICTURE = Files(MOST_PICTURE, BadPicture)
_MULTIPART = "multipart/form-data"
_BOUNDARY = re.compile(r'multipart/form-data;\s*boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'(?:^|;)\s*name="([^"\r\n]{1,60})"')
_FILE = re.compile(rb"(?:^|;)\s*filename\*?=", re.IGNORECASE)


def carries(request: Request) -> bool:
    """Whether a form was sent in the way in which files are."""
    return request.headers.get("content-type", "").lower().startswith(_MULTIPART)


async def read_upload(request: Request, files: Files) -> Form:
    """The fields, and the file as `Form.file`; what it is called is not looked at.

    Raises what `files` says for one that is too large, NotCanonical for what is too slow or no such form.
    """
    said = _BOUNDARY.fullmatch(request.headers.get("content-type", ""))
    if said is None:
        raise NotCanonical
    try:
        async with asyncio.timeout(SLOWEST_SECONDS):
            body = await _read(request, files)
    except TimeoutError:
        raise NotCanonical from None
    return read_parts(body, said[1].encode(), files)


async def _read(request: Request, files: Files) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > files.most + MOST_BESIDE:
            raise files.refused()
        body += chunk
    return bytes(body)


def read_parts(body: bytes, boundary: bytes, files: Files) -> Form:
    """Raises NotCanonical, and what `files` says."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if parts[0].strip() or not parts[-1].startswith(b"--") or len(parts) > MOST_PARTS + 2:
        raise NotCanonical
    fields: dict[str, list[str]] = {}
    file, beside = b"", 0
    for part in parts[1:-1]:
        head, between, content = part.partition(b"\r\n\r\n")
        if len(head) > MOST_HEAD:
            raise NotCanonical
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
    if len(file) > files.most:
        raise files.refused()
    return Form(fields, file)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotCanonical from None
