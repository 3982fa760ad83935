"""What one connection may ask of the server before it has asked for a page: so much memory, so much time.

The server library bounds neither: it gathers a request's head, and requests sent ahead of their answers, for as long
as they come. A hub may stand behind an onion service, which hands on what it gets.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 32 * 1024
"""Bytes of a request besides its body: line, headers, frames of chunks, trailers. Browsers send one or two KiB."""
HEAD_SECONDS = 20.0
"""How long a head may take, from the connection's beginning or the request's; Tor is slow, people are not."""
AT_ONCE = 8 * 1024
"""Bytes that are parsed before it is asked again whether the connection is still there."""
MOST_AHEAD = 8
"""Requests that may wait for the answer to one before them. No browser sends any."""


class Bounded(HttpToolsProtocol):
    """Closes a connection that goes beyond, without a word: nobody's browser does."""

    _head = 0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        for at in range(0, len(data), AT_ONCE):
            if self.transport.is_closing():
                return
            piece = data[at : at + AT_ONCE]
            self._head += len(piece)
            super().data_received(piece)
            if self._head > MOST_HEAD:
                self._give_up()

    def on_message_begin(self) -> None:
        if self._patience is None:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._wait_no_more()
        if len(self.pipeline) >= MOST_AHEAD:
            self._give_up()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head -= len(body)
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._head = 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        """Not `close`: what is still to be written to somebody who reads nothing would be waited for."""
        self.transport.abort()
