"""A connection to a peer that answers over HTTP in whatever way it likes: with a length, or in chunks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.calling import Unexpected
from jiwar.web.serve import HOST

_LARGEST = 64 * 1024 * 1024


class Connection:
    """One kept connection: a request, its answer, the next."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises Unexpected for anything but 200."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._body(head)
        if not head.startswith(b"http/1.1 200 "):
            raise Unexpected((head + body)[:1000].decode("latin-1"))
        return body

    async def _body(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" not in head:
            length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
            return await self._reader.readexactly(int(length or b"0"))
        chunks = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            chunks.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readuntil(b"\r\n")
        return b"".join(chunks)


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection(HOST, port, limit=_LARGEST)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


def request(method: str, path: str, token: str = "", body: object = None) -> bytes:
    """A whole request as bytes; `body` goes as JSON."""
    sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(sent)}"]
    head += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*head, "", ""]).encode() + sent
