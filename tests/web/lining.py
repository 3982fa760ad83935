"""Connections without a network, on a loop whose clock is turned by hand: to see in which order all is begun."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from http.client import HTTPResponse
from io import BytesIO
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from jiwar.web.comers import Comers
from jiwar.web.lined import Lined
from jiwar.web.routes import ALL
from tests.web.client import World


class HandLoop(asyncio.SelectorEventLoop):
    """Its time stands still unless somebody sets it forward."""

    now = 1_000.0

    def time(self) -> float:
        return self.now


class Wire(asyncio.Transport):
    """The server's end of a connection: what was written to it, and whether it is read."""

    def __init__(self) -> None:
        self.written, self.closed, self.read = b"", False, True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def write(self, data: Any) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.read = False

    def resume_reading(self) -> None:
        self.read = True

    def answers(self) -> list[Answered]:
        """All that was written, taken apart as a browser would; `body` of each is read."""
        found, rest = list[Answered](), BytesIO(self.written)
        while rest.tell() < len(self.written):
            found.append(_answer(rest))
        return found


class _Socket:
    def __init__(self, written: BytesIO) -> None:
        self.written = written

    def makefile(self, mode: str) -> BytesIO:
        return self.written


class Answered(HTTPResponse):
    body = b""

    def _close_conn(self) -> None:
        """More answers may follow on this connection."""


def _answer(written: BytesIO) -> Answered:
    answer = Answered(_Socket(written))  # type: ignore[arg-type]
    answer.begin()
    answer.body = written.read(int(answer.headers["content-length"]))
    return answer


class Entrance:
    """A server in front of a hub, and an application that writes down what it is asked.

    `events` has "begin" and "answer" with each path; a path in `held` is answered when its event is set, and what is
    in `during` is done in the same step in which a request is begun.
    """

    def __init__(self, world: World) -> None:
        self.world, self.loop = world, HandLoop()
        self.site = world.site
        self.comers = Comers(world.site, ALL)
        self.events: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.held: dict[str, asyncio.Event] = {}
        self.during: dict[str, Callable[[], object]] = {}
        self._config = Config(
            self._answer, log_config=None, access_log=False, lifespan="off", ws="none", interface="asgi3"
        )
        self._config.load()
        self._state = ServerState()
        self._open: list[Lined] = []

    def play(self, story: Coroutine[Any, Any, None]) -> None:
        """To the end, and until nothing of it is left."""
        self.loop.run_until_complete(story)
        self.loop.run_until_complete(self._closed())
        for event in self.held.values():
            event.set()
        self.loop.run_until_complete(pass_by(1_000))

    async def _closed(self) -> None:
        for here in self._open:
            here.connection_lost(None)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.events.append(("begin", path))
        self.during.get(path, lambda: None)()
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await self.held.get(path, _SET).wait()
        await pass_by(_STEPS)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
        self.events.append(("answer", path))

    def comes(self, *pieces: bytes) -> tuple[Lined, Wire]:
        """A new connection, on which these bytes come."""
        here, wire = self._connection(), Wire()
        here.connection_made(wire)
        for piece in pieces:
            here.data_received(piece)
        return here, wire

    async def connects(self) -> socket.socket:
        """A browser's end of a connection that the loop itself looks at."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        await self.loop.connect_accepted_socket(self._connection, ours)
        return theirs

    def _connection(self) -> Lined:
        here = Lined(self.comers, config=self._config, server_state=self._state, app_state={}, _loop=self.loop)
        self._open.append(here)
        return here

    def signed_in(self) -> str:
        """A member's cookie, as a header shows it."""
        return self._cookie("access")

    def on_the_way_in(self) -> str:
        return self._cookie("joining")

    def _cookie(self, slot: str) -> str:
        sessions = self.site.services.sessions
        cookie = sessions.start()
        sessions.find(cookie).write(slot, b"anything")
        return f"{self.site.cookie}={cookie.hex()}"

    def begun(self) -> list[str]:
        return [path for what, path in self.events if what == "begin"]


_STEPS = 5
"""Turns of the loop that an answer takes."""
_SET = asyncio.Event()
_SET.set()


def asks(path: str, cookie: str = "", version: str = "1.1", method: str = "GET", **headers: str) -> bytes:
    """A request without a body."""
    told = {**headers, **({"cookie": cookie} if cookie else {})}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items()]
    return f"{method} {path} HTTP/{version}\r\nhost: hub.test\r\n{''.join(lines)}\r\n".encode()


def hands_in(path: str, body: bytes, cookie: str = "", **headers: str) -> bytes:
    return asks(path, cookie, method="POST", content_length=str(len(body)), **headers) + body


def in_chunks(path: str, body: bytes, size: int) -> bytes:
    """The same form in chunks of HTTP's."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return asks(path, method="POST", transfer_encoding="chunked") + chunks + b"0\r\n\r\n"


async def pass_by(turns: int = 200) -> None:
    """So many turns of the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)
