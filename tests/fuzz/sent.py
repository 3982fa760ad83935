"""Targets of the web: heads of requests, forms, whole requests, and the texts that pages show."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import nh3
from starlette.requests import Request
from uvicorn import Config
from uvicorn.server import ServerState

from jiwar.clock import SetClock
from jiwar.errors import BadChoice, NotCanonical, SheetTooLarge, TextTooLong
from jiwar.node import memory_hub
from jiwar.web import bounded, forms, markdown
from jiwar.web import uploads as uploads_
from jiwar.web.app import make_app
from jiwar.web.comers import Comers
from jiwar.web.lined import Lined
from jiwar.web.routes import ALL
from tests.web.client import Client, World, with_file

SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def form(data: bytes) -> None:
    """A form is refused, or says the same when it is written again."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    with suppress(NotCanonical):
        read = _loop().run_until_complete(forms.read_form(Request(SCOPE, receive)))
        fields = read._fields
        assert parse_qs(urlencode(fields, doseq=True), keep_blank_values=True) == fields
        for name in fields:
            assert not set(read.typed(name)) & {chr(code) for code in forms._INVISIBLE}
            with suppress(TextTooLong):
                assert len(read.text(name)) <= 200
            with suppress(BadChoice):
                assert 0 <= read.number(name, 0, 9) <= 9


def uploads(data: bytes) -> None:
    """A form that carries a file is refused, or gives pieces of what was sent."""
    for body in (data, with_file({"token": "x"}, data)):
        with suppress(NotCanonical, SheetTooLarge):
            read = uploads_.read_parts(body, b"x7Qb0undary", uploads_.SHEET)
            assert read.file in body
            assert all(value.encode() in body for values in read._fields.values() for value in values)


def texts(data: bytes) -> None:
    """Whatever is written, a page shows what the list lets through, and no more than so much of it."""
    text = data.decode("utf-8", "replace")
    for shown in (str(markdown.prose(text)), str(markdown.plain(text))):
        assert nh3.is_html(shown) in (True, False)
        assert not set(_tags(shown)) - markdown.TAGS
        assert str(markdown._CLEANER.clean(shown)) == shown


def _tags(html: str) -> list[str]:
    return [found.group()[1:-1].lstrip("/").split(" ")[0] for found in markdown._TAG.finditer(html)]


class _Wire(asyncio.Transport):
    """A connection that remembers only whether it was ended."""

    ended = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self.ended

    def abort(self) -> None:
        self.ended = True

    close = abort

    def write(self, data: Any) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@cache
def _config() -> Config:
    config = Config(_hello, log_config=None, access_log=False, lifespan="off", ws="none")
    config.load()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    return config


@cache
def _comers() -> Comers:
    return Comers(_world().site, ALL)


def head(data: bytes) -> None:
    """Bytes of a connection, in two pieces: nothing is thrown, and what is held has an end."""

    async def talk() -> None:
        wire = _Wire()
        here = Lined(_comers(), config=_config(), server_state=ServerState(), app_state={}, _loop=_loop())
        here.connection_made(wire)
        for piece in (data[: len(data) // 2], data[len(data) // 2 :]):
            here.data_received(piece)
            assert wire.ended or here._head <= bounded.MOST_HEAD
            assert len(here.pipeline) <= bounded.MOST_AHEAD
            await asyncio.sleep(0)
        if here.cycle is not None:
            assert _comers().crowd(here.cycle.scope).body
        here.connection_lost(None)
        await asyncio.sleep(0)

    _loop().run_until_complete(talk())


@cache
def _world() -> World:
    hub = memory_hub(SetClock(20_500, 9))
    return World(hub, make_app(hub, ALL), _loop())


def request(data: bytes) -> None:
    """A stranger's request: path, cookie and form are anything, and the hub has an answer."""
    world = _world()
    path, _, rest = data.partition(b"\n")
    cookie, _, body = rest.partition(b"\n")
    for at in ALL:
        if path.decode("utf-8", "replace") == at.name:
            path = at.path.encode()
    asked = "/" + quote(path.lstrip(b"/"), safe="/?&=%{}")
    client = Client(world)
    headers = {"cookie": f"{world.site.cookie}={cookie.hex()}"} if cookie else {}
    for method in ("GET", "POST"):
        page = _loop().run_until_complete(client.asks(method, asked, body, headers))
        assert page.status < 500, (method, asked)
