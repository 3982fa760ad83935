"""An application over a real server, for as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from jiwar.web import serve
from jiwar.web.comers import Comers


@asynccontextmanager
async def served(
    app: ASGIApp, stopping: Callable[[], None] = lambda: None, comers: Comers | None = None
) -> AsyncIterator[int]:
    """The port on which it listens. `stopping` is called before the server waits for what is still open; with
    `comers` members go first.
    """
    server = serve.server_over(app, 0, stopping, comers)  # type: ignore[arg-type]
    server.config.lifespan = "off"
    begun = asyncio.Event()
    server.listening = begun.set
    task = asyncio.create_task(server.serve())
    await begun.wait()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
