"""A hub that is really served, in a thread of this process, on a free port: what browsers are pointed at."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import uvicorn

from jiwar.cli.demo import play
from jiwar.cli.demo.content import Community
from jiwar.clock import Clock
from jiwar.node import Config, Hub, open_hub
from jiwar.store.sqlite.store import Pace
from jiwar.web.app import make_app
from jiwar.web.routes import ALL

T = TypeVar("T")
AT_ONCE = Pace(accounts=0, accounts_jitter=0, boxes=0, shelves_loaded=0)
Make = Callable[[], Awaitable[Hub]]


class Served:
    """A running server. Its hub belongs to the server's thread: `run` brings a coroutine there."""

    def __init__(self, hub: Hub, address: str, loop: asyncio.AbstractEventLoop, cookie: str) -> None:
        self.hub, self.address, self.cookie = hub, address, cookie
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Run a coroutine beside the server and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def founding_link(self) -> str:
        """A link that lets whoever opens it found one community."""
        return f"{self.address}/start/{self.run(self.hub.founding_code())}"


class _Quiet(uvicorn.Server):
    """A server in a thread: signals belong to the test runner."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def serving(make: Make) -> Iterator[Served]:
    """Serve the hub that `make` opens, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        loop = asyncio.new_event_loop()
        hub = loop.run_until_complete(make())
        app = make_app(hub, ALL)
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, server_header=False, timeout_graceful_shutdown=1
        )
        server = _Quiet(config)
        thread = Thread(target=_serve, args=(loop, server, listening, hub), name="hub")
        thread.start()
        try:
            port = listening.getsockname()[1]
            yield Served(hub, f"http://127.0.0.1:{port}", loop, app.state.site.cookie)
        finally:
            server.should_exit = True
            thread.join()
            loop.close()


def _serve(loop: asyncio.AbstractEventLoop, server: uvicorn.Server, listening: socket.socket, hub: Hub) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server.serve(sockets=[listening]))
    loop.run_until_complete(hub.close())
    loop.run_until_complete(loop.shutdown_asyncgens())


def fresh_hub(folder: Path, clock: Clock | None = None) -> Make:
    """How to make an empty hub in a folder; its writes wait for nobody."""
    return lambda: open_hub(Config(folder / "data", folder / "secret" / "hub"), clock, pace=AT_ONCE)


def _demo(folder: Path) -> Config:
    return Config(folder / "data", folder / "secret" / "demo")


def filled_hub(folder: Path, community: Community) -> Make:
    """How to make a hub with the demo in it."""

    async def make() -> Hub:
        await play.fill(_demo(folder), community)
        return await open_hub(_demo(folder), pace=AT_ONCE)

    return make


def printed_keys(folder: Path) -> dict[str, str]:
    """The thirty digits of the demo's founder, steward, member and newcomer."""
    lines = play.key_lines(play.keys_file(_demo(folder).secret))
    return {who.split(":")[0]: digits.strip() for who, digits in zip(lines[::3], lines[2::3], strict=True)}
