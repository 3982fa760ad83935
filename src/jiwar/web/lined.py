"""A connection whose requests wait for their turn, unless a member makes them.

A stranger's request is held until its form is there, whole, because nobody is waited for in their turn; then it
stands in its line (`web.turns`). Where that has no place left, one answer that stands ready is written at once,
without a task or the application, and the connection isn't read for a moment; what came with the request behind it
has no answer. A form that is larger than any without a file may be stands in line as it is, and is read on or refused
there; so does what is sent where no page reads it. Large forms share so much memory, all together. The parser alone
says where a request ends. Nothing is left of a request that never was the application's.
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
SMALL = 16 * 1024
"""Bytes of a form that share no memory with others', as a head's don't: a crowd of large ones keeps no words out."""
MOST_GATHERED = 16 * 1024 * 1024
"""Bytes of all forms beyond those, until the application has them."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Lined(Bounded):
    """Members' requests go on at once. What is waited for longer than a form may take is closed without a word."""

    _ours: RequestResponseCycle | None = None
    """Held, or standing in line."""
    _session = b""
    _shared = 0
    _slowest: asyncio.TimerHandle | None = None
    """While it is held."""
    _looks_away: asyncio.TimerHandle | None = None

    def __init__(self, comers: Comers, **told: Any) -> None:
        super().__init__(**told)
        self._comers = comers

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Where the server library begins a request: the one just read, or one sent ahead whose turn has come."""
        self._unset_keepalive_if_required()  # The answer before may have set it after this was read.
        self._session = self._comers.session(cycle.scope)
        if self._comers.is_member(self._session):
            self._go_first(cycle, app)
        else:
            self._ours = cycle
            self._hold(cycle)

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
        self._slowest = self.loop.call_later(SLOWEST_SECONDS, self._give_up)
        if cycle.more_body and cycle.waiting_for_100_continue:
            cycle.waiting_for_100_continue = False
            self.transport.write(_CONTINUE)
        self._look_at_form(cycle)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self._ours is not None or self.pipeline:
            self._look_at_form(self.cycle)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._ours is not None:
            self._look_at_form(self.cycle)

    def _look_at_form(self, cycle: RequestResponseCycle) -> None:
        """Of what was just read: of the request that is held, or of one behind it."""
        length = len(cycle.body)
        if cycle is not self._ours:
            if length > SMALL:
                self._give_up()
            return
        self._share(length)
        if self._slowest is None:
            return
        most = MOST_BYTES if self._comers.reads_form(cycle.scope) else 0
        if self._shared and self._comers.gathered > MOST_GATHERED:
            self._turn_away(cycle)
        elif not cycle.more_body or length > most:
            self._stand(cycle)
        else:
            self.flow.resume_reading()

    def _share(self, length: int) -> None:
        shared = max(0, length - SMALL)
        self._comers.gathered += shared - self._shared
        self._shared = shared

    def connection_lost(self, exc: Exception | None) -> None:
        """What the application never had is emptied here: it empties only what it had."""
        never = [cycle for cycle, _ in self.pipeline] + ([self._ours] if self._ours else [])
        self.pipeline.clear()
        self._let_go()
        for cycle in never:
            cycle.disconnected = True
            _empty(cycle)
        if never:
            self._comers.went_away()
        if self._looks_away is not None:
            self._looks_away.cancel()
        super().connection_lost(exc)

    def _let_go(self) -> None:
        self._ours = None
        self._share(0)
        self._wait_for_form_no_more()

    def _wait_for_form_no_more(self) -> None:
        if self._slowest is not None:
            self._slowest.cancel()
            self._slowest = None

    def _stand(self, cycle: RequestResponseCycle) -> None:
        self._wait_for_form_no_more()
        place = self._comers.place(cycle.scope, self._session, cycle.body)
        begin, leave = (lambda: self._begin(cycle)), (lambda: self._turn_away(cycle))
        if not self._comers.turns.stand(place, cycle, begin, leave):
            self._turn_away(cycle)

    def _begin(self, cycle: RequestResponseCycle) -> None:
        self._let_go()
        super()._start_asgi_task(cycle, self.app)

    def _turn_away(self, cycle: RequestResponseCycle) -> None:
        """Answer as the server library would have, and leave nothing of the request behind."""
        self._let_go()
        if self._looks_away is not None or self.flow.write_paused:
            _empty(cycle)
            self._give_up()  # Somebody asks and asks, and reads no answer.
            return
        ready = self._comers.crowd(cycle.scope)
        keep = cycle.keep_alive and not cycle.more_body
        body = b"" if cycle.scope["method"] == "HEAD" else ready.body
        end = b"\r\n" if keep else b"connection: close\r\n\r\n"
        cycle.response_started = cycle.response_complete = True
        _empty(cycle)
        # Before the next one of those sent ahead is begun.
        self._looks_away = self.loop.call_later(MOMENT, self._look_again)
        self.transport.write(ready.head + end + body)
        if not keep:
            self.transport.close()
        cycle.on_response()
        cycle.on_response = lambda: None
        if not self.transport.is_closing():
            self.flow.pause_reading()

    def _look_again(self) -> None:
        self._looks_away = None
        self.flow.resume_reading()


def _empty(cycle: RequestResponseCycle) -> None:
    cast(list[Any], cycle.scope["headers"]).clear()
    cycle.body.clear()
