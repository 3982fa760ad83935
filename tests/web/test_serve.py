"""What a server says of mistakes: which kind and where, never with which values."""

from __future__ import annotations

import asyncio
import gc
import logging
import logging.config
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from jiwar.web.serve import HOST, LOGGING
from tests.web.served import served


class _Keeping(logging.Handler):
    """A handler of somebody else's: formatting a record leaves the mistake's text with it."""

    kept = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)
        self.kept = record.exc_text or ""


@pytest.fixture
def root() -> Iterator[None]:
    """The root logger of the tests, put back afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.usefixtures("root")
def test_a_mistake_that_nobody_waited_for_is_told_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise ValueError("a word of somebody's")

    async def forget() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        del task
        gc.collect()

    logging.config.dictConfig(LOGGING)
    asyncio.run(forget())
    said = capsys.readouterr().err
    assert "ValueError at test_serve.py" in said
    assert "somebody" not in said


@pytest.mark.usefixtures("root")
def test_a_mistake_in_a_page_is_told_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where something else in this process has set up the server's logging before."""
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    logging.config.dictConfig(LOGGING)
    before = _Keeping(logging.NOTSET)
    logging.getLogger().handlers.insert(0, before)
    try:
        raise KeyError("a word of somebody's")
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    assert before.kept
    said = capsys.readouterr().err
    assert said == "Exception in ASGI application\nKeyError at test_serve.py:" + said.rpartition(":")[2]


def test_what_is_open_is_told_before_the_server_stops() -> None:
    """An answer without an end would be waited for and then cut off, with a mistake on the terminal."""
    stopping, ended = asyncio.Event(), asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await stopping.wait()
        await send({"type": "http.response.body", "body": b"last"})
        ended.set()

    async def play() -> bytes:
        async with served(endless, stopping.set) as port:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"GET / HTTP/1.1\r\nhost: hub\r\n\r\n")
            said = await reader.readuntil(b"first")
        said += await reader.read()
        writer.close()
        return said

    assert b"last" in asyncio.run(play())
    assert ended.is_set()
