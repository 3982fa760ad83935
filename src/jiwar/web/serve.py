"""Runs the web server in this process: one worker, no access log, nothing about the server in its answers.

No header that a proxy adds is believed or looked at: no address, no agent, no time of a visit is kept anywhere.
"""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from jiwar.node import Hub
from jiwar.web.app import make_app
from jiwar.web.bounded import Bounded
from jiwar.web.comers import Comers
from jiwar.web.lined import Lined
from jiwar.web.routes import ALL
from jiwar.web.site import Site

HOST = "127.0.0.1"
GRACE_SECONDS = 5
"""How long open pages, live ones among them, may take to end when the hub stops."""
WAITING = 2048
"""Connections that the system holds until the server takes them."""
TAKEN_AT_ONCE = 16
"""Connections that are taken before the loop looks at others: a thousand new ones don't stand before a request."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"brief": {"()": "jiwar.web.serve.Brief"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "brief"}},
    "root": {"handlers": ["terminal"], "level": "ERROR"},
    "loggers": {"uvicorn": {"level": "ERROR", "propagate": True}, "uvicorn.error": {"level": "ERROR"}},
}
"""Only what stops the server or is a mistake of the program, on the terminal, in no file. All of it goes by the root,
also what the event loop says of a task whose mistake nobody waited for."""


class Brief(logging.Formatter):
    """Says which kind of mistake happened and where in the program; never with which values."""

    def format(self, record: logging.LogRecord) -> str:
        """Another handler's formatter keeps what it made of a mistake with the record, values and all: not for us."""
        record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The first line: on those after it the event loop shows the task, and with it the mistake's values."""
        return record.getMessage().partition("\n")[0]

    def formatException(self, ei: Any) -> str:
        kind, _, trace = ei
        places = traceback.extract_tb(trace)[-3:]
        where = " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(places))
        return f"{kind.__name__} at {where}"


class _Server(uvicorn.Server):
    """Says when it has begun to listen, and when it is about to stop."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self.listening: Callable[[], None] = lambda: None
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in (one for server in self.servers for one in server.sockets):
            with listening.dup() as same:
                same.listen(WAITING)  # asyncio has one number for both.
        if self.started:
            self.listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


@dataclass(frozen=True)
class Serving:
    """A composed application and the server that will answer for it."""

    app: Starlette
    server: _Server
    port: int

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def founding_link(self, code: str) -> str:
        """Where whoever has a founding code begins."""
        site: Site = self.app.state.site
        return self.address + site.paths.url("founding", code=code)

    async def run(self, listening: Callable[[], None]) -> None:
        """Answer until told to stop; `listening` is called when the first answer could be given."""
        self.server.listening = listening
        await self.server.serve()


def make_server(hub: Hub, port: int, *, secure: bool = False, development: bool = False) -> Serving:
    """The server over an open hub. `secure` says that people reach it by https."""
    app = make_app(hub, ALL, secure, development)
    site: Site = app.state.site
    return Serving(app, server_over(app, port, site.end_streams, Comers(site, ALL)), port)


def server_over(
    app: Starlette, port: int, stopping: Callable[[], None] = lambda: None, comers: Comers | None = None
) -> _Server:
    """A server as every hub runs it. `stopping` is called before it waits for what is still open; without `comers`
    everybody comes alike.
    """
    return _Server(
        uvicorn.Config(
            app,
            host=HOST,
            port=port,
            http=partial(Lined, comers) if comers else Bounded,  # type: ignore[arg-type]
            backlog=TAKEN_AT_ONCE,
            ws="none",
            access_log=False,
            log_config=LOGGING,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
        stopping,
    )
