"""Reading a form that carries a file (RFC 7578): bounded, kept in RAM, one file.

Only what browsers send is taken: no parts within parts, no other encoding of a part.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from jiwar.errors import BadPicture, JiwarError, NotCanonical, PhotosFull, SheetTooLarge
from jiwar.pictures.decoder import MOST_BYTES as MOST_PICTURE
from jiwar.sheets.model import MOST_BYTES as MOST_SHEET
from jiwar.web.forms import Form

MOST_BESIDE = 64 * 1024
"""Bytes of everything but the file."""
MOST_PARTS = 40
MOST_HEAD = 1_024
"""Bytes of what stands before a part."""
MOST_PASSED_OVER = 32 * 1024 * 1024
"""Bytes of a form whose file isn't taken: that many are read and let go of, for the sake of the words before it."""
SLOWEST_SECONDS, STRANGERS_SECONDS = 300.0, 120.0
AT_ONCE = 4
"""So many forms with a file are in RAM at once; the next is read when one of them is done."""
STRANGERS_AT_ONCE = 2
"""The same for who has no account, apart: there the next one's file is not taken."""


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


def is_large(request: Request) -> bool:
    """Whether a form may hold more than everything but a file."""
    said = request.headers.get("content-length", "")
    return not said.isdigit() or int(said) > MOST_BESIDE


async def read_upload(request: Request, files: Files, place: bool = True, seconds: float = SLOWEST_SECONDS) -> Form:
    """The fields, and the file as `Form.file`; what it is called is not looked at.

    Without a `place` for it, or when it is too large, the file is let go of as it comes: the fields before it are
    read, and `Form.file` says why there is none. Raises NotCanonical for what is too slow or no such form, and what
    `files` says for what is too large even for that.
    """
    said = _BOUNDARY.fullmatch(request.headers.get("content-type", ""))
    if said is None:
        raise NotCanonical
    boundary = said[1].encode()
    try:
        async with asyncio.timeout(seconds):
            body, refused = await _read(request, files, place)
    except TimeoutError:
        raise NotCanonical from None
    form = read_parts(body if refused is None else _whole_parts(body, boundary), boundary, files)
    form.refused = refused
    return form


async def _read(request: Request, files: Files, place: bool) -> tuple[bytes, JiwarError | None]:
    """What was sent; or its beginning, and why there isn't more of it."""
    body, size = bytearray(), 0
    refused: JiwarError | None = None if place else PhotosFull()
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_PASSED_OVER:
            raise files.refused()
        if size > files.most + MOST_BESIDE and refused is None:
            refused = files.refused()
        body += chunk
        if refused is not None:
            del body[MOST_BESIDE:]
    return bytes(body), refused if size > MOST_BESIDE else None


def _whole_parts(body: bytes, boundary: bytes) -> bytes:
    """The beginning of a form up to the part that was cut off."""
    between = b"\r\n--" + boundary
    return body[: max(0, body.rfind(between))] + between + b"--\r\n"


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
