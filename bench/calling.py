"""A load generator: a few connections, each sending its next request when the last answer has come.

Speaks just enough HTTP/1.1 to count answers: every answer but an empty one has a Content-Length, or comes in chunks
of JSON, which has no line ends of its own; anything but the expected status stops the measurement. Requests are bytes
made beforehand, so that the client costs little.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_EMPTY = b"HTTP/1.1 204 "
_CHUNKED = b"transfer-encoding: chunked"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class Unexpected(Exception):
    """The hub answered something else than was asked for; nothing was measured."""


@dataclass
class Window:
    """One short measurement. `all_answered` counts those as well that came before the counting began."""

    seconds: float = 0.0
    answered: int = 0
    all_answered: int = 0
    size: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    cpu: float = 0.0

    @property
    def cpu_each(self) -> float:
        """Processor time of the server for one answer, in milliseconds."""
        return 1000 * self.cpu / self.all_answered

    @property
    def page_bytes(self) -> float:
        return self.size / max(self.answered, 1)


class _Caller(asyncio.Protocol):
    """One connection in a closed loop."""

    def __init__(self, requests: Iterator[bytes], status: int, window: Window, done: asyncio.Future[None]) -> None:
        self._requests, self._window, self._done = requests, window, done
        self._start = b"HTTP/1.1 %d " % status
        self._received: list[bytes] = []
        self._missing = 0
        self._chunked, self._ending = False, b""
        self._asked = 0.0
        self.stopping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(next(self._requests))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self._missing == 0:
            data = b"".join((*self._received, data))
            end = data.find(_HEAD_END)
            if end < 0:
                self._received = [data]
                return
            self._received = []
            self._begin(data, end)
        else:
            self._go_on(data)
        if self._missing == 0:
            self._finish()

    def _begin(self, data: bytes, end: int) -> None:
        head = data[:end].lower()
        at = head.find(_LENGTH)
        self._chunked, self._ending = _CHUNKED in head, b"\r\n"
        if not data.startswith(self._start) or (at < 0 and not self._chunked and self._start != _EMPTY):
            self._fail(Unexpected(data[:1000].decode("latin-1")))
            return
        self._missing = int(head[at + len(_LENGTH) :].split(b"\r", 1)[0]) if at >= 0 else 0
        self._go_on(data[end + len(_HEAD_END) :])

    def _go_on(self, data: bytes) -> None:
        self._window.size += len(data)
        if self._chunked:
            self._ending = (self._ending + data)[-len(_LAST_CHUNK) :]
            self._missing = int(self._ending != _LAST_CHUNK)
        else:
            self._missing -= len(data)

    def _finish(self) -> None:
        self._window.answered += 1
        self._window.all_answered += 1
        self._window.waits.append(time.perf_counter() - self._asked)
        if self.stopping:
            self._transport.close()
        else:
            self._ask()

    def _fail(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def call(
    port: int, loops: list[Iterator[bytes]], seconds: float, status: int = 200, settle: float = 0.1
) -> Window:
    """Keep one connection a loop busy for some seconds; what comes in the first `settle` seconds isn't counted."""
    loop = asyncio.get_running_loop()
    window = Window()
    callers, endings = [], []
    for requests in loops:
        ending: asyncio.Future[None] = loop.create_future()
        _, caller = await loop.create_connection(
            lambda requests=requests, ending=ending: _Caller(requests, status, window, ending),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        callers.append(caller)
        endings.append(ending)
    await asyncio.wait(endings, timeout=settle, return_when=asyncio.FIRST_EXCEPTION)
    window.answered, window.size = 0, 0
    window.waits.clear()
    started = time.perf_counter()
    await asyncio.wait(endings, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    counted = Window(time.perf_counter() - started, window.answered, 0, window.size, list(window.waits))
    for caller in callers:
        caller.stopping = True
    await asyncio.gather(*endings)
    counted.all_answered = window.all_answered
    return counted
