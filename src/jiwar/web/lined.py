"""A connection whose requests wait for their turn, unless a member makes them.

A stranger's request is held until its form is there, whole, because nobody is waited for in their turn; then it
stands in its line (`web.turns`). Where that has no place left, one answer that stands ready is written at once,
without a task or the application, and the connection isn't read for a moment. A form that is larger than any without
a file may be stands in line as it is, and is read on or refused there. The parser alone says where a request ends.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from jiwar.web.bounded import Bounded
from jiwar.web.comers import Comers
from jiwar.web.forms import MOST_BYTES, SLOWEST_SECONDS

MOMENT = 0.05
"""Seconds in which a connection isn't read that was just turned away."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Lined(Bounded):
    """Members' requests go on at once. What is waited for longer than a form may take is closed without a word."""

    _held: RequestResponseCycle | None = None
    _slowest: asyncio.TimerHandle | None = None

    def __init__(self, comers: Comers, **told: Any) -> None:
        super().__init__(**told)
        self._comers = comers

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Where the server library begins a request: the one just read, or one sent ahead whose turn has come."""
        if self._comers.is_member(cycle.scope):
            self._go_first(cycle, app)
        elif cycle.more_body:
            self._hold(cycle)
        else:
            self._stand(cycle)

    def _go_first(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        turns = self._comers.turns

        async def first(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            finally:
                turns.is_answered(cycle)

        turns.go_first(cycle)
        super()._start_asgi_task(cycle, first)

    def _hold(self, cycle: RequestResponseCycle) -> None:
        self._held = cycle
        self._slowest = self.loop.call_later(SLOWEST_SECONDS, self._give_up)
        if cycle.waiting_for_100_continue:
            cycle.waiting_for_100_continue = False
            self.transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        held = self._held
        if held is not None and len(held.body) > MOST_BYTES:
            self._let_go()
            self._stand(held)
        elif held is not None:
            self.flow.resume_reading()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        held = self._held
        if held is not None and not held.more_body:
            self._let_go()
            self._stand(held)

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)

    def _let_go(self) -> None:
        self._held = None
        if self._slowest is not None:
            self._slowest.cancel()
            self._slowest = None

    def _stand(self, cycle: RequestResponseCycle) -> None:
        place = self._comers.place(cycle.scope, bytes(cycle.body))
        if not self._comers.turns.stand(place, cycle, lambda: self._begin(cycle)):
            self._turn_away(cycle)

    def _begin(self, cycle: RequestResponseCycle) -> None:
        super()._start_asgi_task(cycle, self.app)

    def _turn_away(self, cycle: RequestResponseCycle) -> None:
        """Answer as the server library would have, and leave nothing of the request behind."""
        if self.flow.write_paused:
            self._give_up()  # Somebody asks and asks, and reads no answer.
            return
        ready = self._comers.crowd(cycle.scope)
        keep = cycle.keep_alive and not cycle.more_body
        body = b"" if cycle.scope["method"] == "HEAD" else ready.body
        end = b"\r\n" if keep else b"connection: close\r\n\r\n"
        cycle.response_started = cycle.response_complete = True
        cast(list[Any], cycle.scope["headers"]).clear()
        cycle.body.clear()
        self.transport.write(ready.head + end + body)
        if not keep:
            self.transport.close()
        cycle.on_response()
        cycle.on_response = lambda: None
        self._look_away()

    def _look_away(self) -> None:
        if not self.transport.is_closing():
            self.flow.pause_reading()
            self.loop.call_later(MOMENT, self.flow.resume_reading)
