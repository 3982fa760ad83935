"""Open live pages: connections that wait for events and note when something comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bench.calling import Unexpected

_OPENED = b"HTTP/1.1 200 "
Heard = Callable[[float, bytes], None]
"""Called with the time and the bytes of whatever came."""


class Listener(asyncio.Protocol):
    """One open live page."""

    def __init__(self, request: bytes, heard: Heard) -> None:
        self._request, self._heard = request, heard
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.opened.done():
            self._heard(time.perf_counter(), data)
        elif data.startswith(_OPENED):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(Unexpected(data[:1000].decode("latin-1")))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Unexpected("closed before it was open"))
        if not self.closed.done():
            self.closed.set_result(None)

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def listening(port: int, requests: list[bytes], heard: Heard) -> AsyncIterator[list[Listener]]:
    """Open a live page for each request and close them all at the end. Raises Unexpected when one has ended early."""
    loop = asyncio.get_running_loop()
    listeners = []
    for request in requests:
        _, one = await loop.create_connection(lambda request=request: Listener(request, heard), "127.0.0.1", port)  # type: ignore[misc]
        await one.opened
        listeners.append(one)
    try:
        yield listeners
        if any(one.closed.done() for one in listeners):
            raise Unexpected("a live page ended while it was measured")
    finally:
        for one in listeners:
            one.close()
