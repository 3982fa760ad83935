"""Gives back what requests have left behind: texts and keys in reference cycles, which CPython frees only by chance.

Implements spec/protocol.md §3.4 (between two requests nothing opens). A template's context, a task and its exception
refer to each other; until the collector finds them, what they hold stands in memory, and with it what somebody wrote.
A quarter of a second after an answer the collector runs; what was there at the start is left out of its way. It runs
seldom by itself: some twenty times for each page it would look for what it finds a quarter of a second later as well.
"""

from __future__ import annotations

import asyncio
import gc

from starlette.types import ASGIApp, Receive, Scope, Send

AFTER_SECONDS = 0.25
SELDOM = 20_000
"""Objects more than before after which the collector runs by itself; Python's own number is 700."""


class Tidying:
    """One per process. Many answers in a row share one collection."""

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def settle(self) -> None:
        """Leave what is there now, modules and templates, out of every collection to come."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(SELDOM)

    def later(self) -> None:
        """An answer was made; collect soon."""
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(AFTER_SECONDS, self.now)

    def now(self) -> None:
        """Collect everything that has come since the start."""
        self._due = None
        gc.collect()


class Forgetting:
    """Empties a request's headers once it is answered, and has the rest collected.

    A server keeps them, cookie included, for as long as the browser keeps the connection.
    """

    def __init__(self, app: ASGIApp, tidying: Tidying) -> None:
        self._app, self._tidying = app, tidying

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept_by_the_server = scope.get("headers", [])
        try:
            await self._app(scope, receive, send)
        finally:
            # Reading a header puts a copy in the place of the server's own list: both go.
            kept_by_the_server.clear()
            scope["headers"] = []
            self._tidying.later()
