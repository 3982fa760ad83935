"""Each channel is seen arriving at a server of its protocol, and says nothing but the text."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from jiwar.circles.nudges import MAIL, PUSH, Target
from jiwar.errors import BadChoice
from jiwar.nudging import channels
from jiwar.nudging.channels import Relay, Ways
from tests.core.nudging.receivers import MailServer, PushServer, certificate

pytestmark = pytest.mark.anyio
TEXT = "تحديث الوصفة"
SENDER = "notes@kitchen.example"


async def test_push_arrives_over_https(tmp_path: Path) -> None:
    served, trusted = certificate(tmp_path, "localhost")
    async with PushServer(context=served) as server:
        ways = Ways(push=True, private=True, trusted=trusted)
        await ways.send(Target(PUSH, f"https://localhost:{server.port}/topic?up=1", 21, TEXT))
    [received] = server.received
    assert received.body == TEXT
    assert received.head.startswith("POST /topic?up=1 HTTP/1.1\r\n")
    names = {line.split(":")[0] for line in received.head.split("\r\n")[1:] if line}
    assert names == {"Host", "Content-Type", "Content-Length", "TTL", "Connection"}


async def test_push_is_not_sent_to_who_cannot_show_whose_it_is(tmp_path: Path) -> None:
    served, trusted = certificate(tmp_path, "elsewhere.example")
    async with PushServer(context=served) as server:
        for ways in (Ways(push=True, private=True), Ways(push=True, private=True, trusted=trusted)):
            with pytest.raises(OSError):
                await ways.send(Target(PUSH, f"https://localhost:{server.port}/", 21, TEXT))
    assert server.received == []


async def test_push_into_the_own_network_is_for_the_keeper_to_allow() -> None:
    async with PushServer() as server:
        target = Target(PUSH, f"http://127.0.0.1:{server.port}/topic", 21, TEXT)
        with pytest.raises(BadChoice):
            await Ways(push=True, known=True).send(target)
        secure = Target(PUSH, f"https://127.0.0.1:{server.port}/topic", 21, TEXT)
        with pytest.raises(BadChoice):
            await Ways(push=True, known=True).send(secure)
        assert server.received == []
        await Ways(push=True, private=True).send(target)
    assert [one.body for one in server.received] == [TEXT]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\n\r\n",
        b"",
        b"nonsense\r\n",
        b"x" * 100_000,
    ],
)
async def test_answer_that_is_no_yes_is_a_failure(answer: bytes) -> None:
    async with PushServer(answer=answer) as server:
        with pytest.raises(OSError):
            await Ways(push=True, private=True).send(Target(PUSH, f"http://127.0.0.1:{server.port}/", 1, TEXT))


async def test_regression_no_redirect_is_followed() -> None:
    async with PushServer() as inside:
        to = f"HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:{inside.port}/\r\n\r\n".encode()
        async with PushServer(answer=to) as server:
            with pytest.raises(OSError):
                await Ways(push=True, private=True).send(Target(PUSH, f"http://127.0.0.1:{server.port}/", 1, TEXT))
    assert inside.received == []


async def test_regression_silent_server_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        ended.set()

    monkeypatch.setattr(channels, "DEADLINE", 0.2)
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(TimeoutError):
        await Ways(push=True, private=True).send(Target(PUSH, f"http://127.0.0.1:{port}/", 1, TEXT))
    server.close()
    await ended.wait()


async def test_mail_arrives_at_the_relay() -> None:
    async with MailServer() as server:
        relay = Relay("127.0.0.1", server.port, SENDER, security="none")
        await Ways(relay=relay, known=True).send(Target(MAIL, "someone@mail.example.org", 21, TEXT))
    [received] = server.received
    assert SENDER in received.head
    assert "someone@mail.example.org" in received.head
    head, _, body = received.body.partition("\r\n\r\n")
    names = {line.split(":")[0] for line in head.split("\r\n") if line and not line.startswith(" ")}
    standing = {
        "From",
        "To",
        "Subject",
        "Date",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert names == standing
    assert body.strip()


async def test_mail_that_the_relay_refuses_is_a_failure() -> None:
    async with MailServer(refuse=True) as server:
        relay = Relay("127.0.0.1", server.port, SENDER, security="none")
        with pytest.raises(OSError):
            await Ways(relay=relay, known=True).send(Target(MAIL, "someone@mail.example.org", 21, TEXT))
        starttls = Relay("127.0.0.1", server.port, SENDER)
        with pytest.raises(OSError):
            await Ways(relay=starttls, known=True).send(Target(MAIL, "someone@mail.example.org", 21, TEXT))
    assert server.received == []


@pytest.mark.parametrize("channel", [PUSH, MAIL, "", "web"])
async def test_channel_that_the_keeper_does_not_allow_is_not_there(channel: str) -> None:
    assert Ways().channels == ()
    for endpoint in ("https://ntfy.sh/topic", "someone@mail.example.org"):
        with pytest.raises(BadChoice):
            await Ways().send(Target(channel, endpoint, 1, TEXT))


def test_regression_no_text_of_a_relay_shows_its_password() -> None:
    assert "open sesame" not in repr(Relay("relay.example", 587, "a@b.example", "tls", "me", "open sesame"))
