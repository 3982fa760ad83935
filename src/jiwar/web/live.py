"""The live side of a room: what is said goes out to everybody who has the room open, as events of a stream.

- While a stream is open this process holds the keys of its circle (`web.watching`). That is its stated limit.
- A beat of one kibibyte goes out at constant times, so that the wire shows little.
- A stream ends with its session, when the keys of the circle turn, and when the room is closed or has another name:
  the page then asks again and says what is.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from jiwar.errors import TooMuch
from jiwar.systems.rooms import view
from jiwar.web import scripts
from jiwar.web.respond import ALWAYS
from jiwar.web.site import OpenPage
from jiwar.web.visit import Visit
from jiwar.web.watching import BEAT, Watcher, event

BEAT_SECONDS = 15.0
STUCK_SECONDS = 60.0
MOST_STREAMS = 6
"""Rooms that one session may follow at once: as many as a browser opens to one host."""
SCRIPT = Path(__file__).with_name("live.js")
QUIET = "x-quiet"
_OPENING = {**ALWAYS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


def is_quiet(visit: Visit) -> bool:
    """Whether the page's script sent the form: what it did comes back by the stream."""
    return QUIET in visit.request.headers


class Stream(Response):
    """The answer that stays open. It is its own only task."""

    def __init__(self, watcher: Watcher, token: bytes) -> None:
        super().__init__(None, 200, _OPENING)
        del self.headers["content-length"]
        self._watcher, self._token = watcher, token
        self._request: Request | None = None

    def end(self) -> None:
        """As in `OpenPage`."""
        self._watcher.end()

    async def is_left(self) -> bool:
        """As in `OpenPage`: known before the next beat."""
        return self._request is not None and await self._request.is_disconnected()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watcher, store = self._watcher, self._watcher.circle.log.store
        stop = store.watch(watcher.circle.log.shelf, self._token, watcher.woken)
        open_here = watcher.site.streams.setdefault(watcher.session, set())
        open_here.add(self)
        self._request = Request(scope, receive)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._send(send, BEAT)
            await self._go_on(self._request, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, TimeoutError, ClientDisconnect):
            pass
        finally:
            stop()
            open_here.discard(self)
            if not open_here:
                watcher.site.streams.pop(watcher.session, None)

    async def _go_on(self, request: Request, send: Send) -> None:
        loop, watcher = asyncio.get_running_loop(), self._watcher
        beat = loop.time() + BEAT_SECONDS
        while True:
            try:
                async with asyncio.timeout_at(beat):
                    await watcher.news.wait()
            except TimeoutError:
                beat += BEAT_SECONDS
                if await request.is_disconnected():
                    return
                if not watcher.site.services.sessions.lives(watcher.session):
                    watcher.waiting.append(event("again"))
                    watcher.over = True
                else:
                    watcher.waiting.append(BEAT)
            await self._send(send, watcher.collect())
            if watcher.over:
                return

    @staticmethod
    async def _send(send: Send, body: bytes) -> None:
        async with asyncio.timeout(STUCK_SECONDS):
            await send({"type": "http.response.body", "body": body, "more_body": True})


async def stream(visit: Visit) -> Response:
    """Open the stream of a room. Raises TooMuch for a session that holds many already."""
    circle, obj = visit.addressed("room")
    circle.me  # noqa: B018 - raises Removed
    await _require_place(visit.site.streams.get(visit.session.name, set()))
    watcher = Watcher(visit.site, visit, circle, view.room(circle, obj))
    _forget_cookie(visit)
    return Stream(watcher, circle.log.newest.read)


async def _require_place(pages: set[OpenPage]) -> None:
    """Let go of pages that were left since their last beat: somebody may walk through rooms quickly. Pages that are
    open stay: one that was ended for another would ask again, and end the next. Raises TooMuch.
    """
    if len(pages) >= MOST_STREAMS:
        for page in [one for one in pages if await one.is_left()]:
            page.end()
            pages.discard(page)
    if len(pages) >= MOST_STREAMS:
        raise TooMuch


def _forget_cookie(visit: Visit) -> None:
    """The request lives as long as its answer: what opens the session must not."""
    visit.request.cookies.clear()
    visit.request.scope["headers"].clear()
    for held in ("cookie", "session", "member"):
        visit.__dict__.pop(held, None)


async def script(visit: Visit) -> Response:
    """The one script of all pages but one."""
    return scripts.give(visit, SCRIPT)
