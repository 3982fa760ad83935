"""One connection can't make the server hold what has no end: a head, time, requests sent ahead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send

from jiwar.web import bounded, serve
from jiwar.web.comers import Comers
from jiwar.web.routes import ALL
from tests.web.client import World
from tests.web.served import served

Story = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Play = Callable[[Story], None]


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@pytest.fixture(params=["everybody alike", "members first"])
def play(request: pytest.FixtureRequest, world: World) -> Play:
    """Plays a story on a connection to a server: as it is, and as one of a hub whose members go first."""
    comers = Comers(world.site, ALL) if request.param == "members first" else None

    async def played(story: Story) -> None:
        async with served(_hello, comers=comers) as port:
            reader, writer = await asyncio.open_connection(serve.HOST, port)
            async with asyncio.timeout(20):
                await story(reader, writer)
            writer.close()

    return lambda story: asyncio.run(played(story))


async def _is_closed(reader: asyncio.StreamReader) -> bool:
    """Whether the other side hangs up without an answer."""
    with suppress(ConnectionError):
        return await reader.read() == b""
    return True


async def _pour(writer: asyncio.StreamWriter, piece: bytes, most: int) -> None:
    with suppress(ConnectionError):
        for _ in range(most // len(piece)):
            writer.write(piece)
            await writer.drain()


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
    ],
    ids=["first", "second", "trailers"],
)
def test_a_head_without_end_is_cut(play: Play, start: bytes) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await _pour(writer, b"a: " + b"x" * 1_000 + b"\r\n", 64 * 1024 * 1024)
        with suppress(ConnectionError):
            assert b"HTTP/1.1 200" not in (await reader.read()).replace(b"HTTP/1.1 200", b"", 1)
        assert reader.at_eof() or reader.exception()

    play(story)


def test_an_address_without_end_is_cut(play: Play) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /")
        await _pour(writer, b"a" * 1_000, 64 * 1024 * 1024)
        assert await _is_closed(reader)

    play(story)


@pytest.mark.parametrize("start", [b"", b"GET / HT"])
def test_who_says_nothing_is_not_waited_for(play: Play, start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "HEAD_SECONDS", 0.2)

    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        assert await _is_closed(reader)

    play(story)


def test_requests_far_ahead_of_their_answers_are_cut(play: Play) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 1_000)
        with suppress(ConnectionError):
            assert (await reader.read()).count(b"hello") <= bounded.MOST_AHEAD + 1
        assert reader.at_eof() or reader.exception()

    play(story)


def test_ordinary_requests_are_answered_one_after_the_other(play: Play) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(30):
            body = b"x" * 200_000
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            answer = await reader.readuntil(b"hello")
            assert answer.startswith(b"HTTP/1.1 200")

    play(story)


def test_nobody_is_handed_a_web_socket(play: Play) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")

    play(story)
