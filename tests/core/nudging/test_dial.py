"""Through a proxy: each channel arrives, the proxy alone is reached from here, and nothing is looked up here."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from jiwar.circles.nudges import MAIL, PUSH, Target
from jiwar.errors import BadChoice
from jiwar.nudging.channels import NAMELESS, Relay, Ways
from jiwar.nudging.dial import Proxy
from tests.core.nudging.receivers import MailServer, PushServer, SocksServer, certificate

pytestmark = pytest.mark.anyio
TEXT, PUSHED, RELAY = "Time for tea", "push.example", "relay.example"
ONION = "a" * 56 + ".onion"


@pytest.fixture(autouse=True)
def _nobody_is_asked_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = socket.getaddrinfo

    def ask(host: str, *rest: int, **more: int) -> object:
        assert host == "127.0.0.1", f"a name server was asked for {host}"
        return asking(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ask)


def through(server: SocksServer) -> Proxy:
    return Proxy("127.0.0.1", server.port)


@pytest.mark.parametrize("asks", [True, False])
async def test_push_goes_out_by_name(tmp_path: Path, asks: bool) -> None:
    served, trusted = certificate(tmp_path, PUSHED)
    async with PushServer(context=served) as push, SocksServer({PUSHED: push.port}, asks) as proxy:
        ways = Ways(push=True, proxy=through(proxy), trusted=trusted)
        await ways.send(Target(PUSH, f"https://{PUSHED}/topic", 21, TEXT))
    assert [one.body for one in push.received] == [TEXT]
    assert proxy.asked == [(PUSHED, 443)]


async def test_push_to_an_onion_needs_no_https_and_a_proxy() -> None:
    target = Target(PUSH, f"http://{ONION}/topic", 21, TEXT)
    async with PushServer() as push, SocksServer({ONION: push.port}) as proxy:
        await Ways(push=True, proxy=through(proxy)).send(target)
    assert [one.body for one in push.received] == [TEXT]
    for ways in (
        Ways(push=True, known=True),
        Ways(push=True, private=True),
        Ways(push=True, private=True, known=True),
    ):
        with pytest.raises(BadChoice):
            await ways.send(target)


async def test_two_addresses_go_two_ways() -> None:
    async with PushServer() as push, SocksServer({ONION: push.port}) as proxy:
        for topic in ("one", "two", "one"):
            await Ways(push=True, proxy=through(proxy)).send(Target(PUSH, f"http://{ONION}/{topic}", 21, TEXT))
    first, second, again = proxy.named
    assert first == again
    assert first != second
    assert b"one" not in first


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
@pytest.mark.parametrize("proxied", [True, False])
async def test_mail_arrives_as_the_keeper_says(tmp_path: Path, security: str, proxied: bool) -> None:
    host = RELAY if proxied else "127.0.0.1"
    served, trusted = certificate(tmp_path, host)
    server = MailServer(context=None if security == "none" else served, at_once=security == "tls")
    async with server, SocksServer({RELAY: server.port}) as proxy:
        relay = Relay(host, server.port, "notes@kitchen.example", security)
        ways = Ways(relay=relay, trusted=trusted, proxy=through(proxy) if proxied else None, known=not proxied)
        await ways.send(Target(MAIL, "someone@mail.example.org", 21, TEXT))
    assert [TEXT in one.body for one in server.received] == [True]
    assert proxy.asked == ([(RELAY, server.port)] if proxied else [])
    assert {line for line in server.said if "EHLO" in line.upper()} == {f"ehlo {NAMELESS}"}


async def test_relay_that_cannot_show_whose_it_is_gets_nothing(tmp_path: Path) -> None:
    served, trusted = certificate(tmp_path, "elsewhere.example")
    for security in ("tls", "starttls"):
        server = MailServer(context=served, at_once=security == "tls")
        async with server, SocksServer({RELAY: server.port}) as proxy:
            relay = Relay(RELAY, server.port, "notes@kitchen.example", security)
            with pytest.raises(OSError):
                await Ways(relay=relay, trusted=trusted, proxy=through(proxy)).send(
                    Target(MAIL, "someone@mail.example.org", 21, TEXT)
                )
        assert server.received == []


async def test_proxy_that_says_no_is_a_failure() -> None:
    async with SocksServer({}) as proxy:
        for channel, endpoint in ((PUSH, f"https://{PUSHED}/t"), (MAIL, "someone@mail.example.org")):
            relay = Relay(RELAY, 25, "notes@kitchen.example", "none")
            with pytest.raises(OSError):
                await Ways(push=True, relay=relay, proxy=through(proxy)).send(Target(channel, endpoint, 21, TEXT))
    assert [name for name, _ in proxy.asked] == [PUSHED, RELAY]


async def test_proxy_that_is_not_there_is_no_reason_to_go_without() -> None:
    async with PushServer() as push:
        with pytest.raises(OSError):
            await Ways(push=True, proxy=Proxy("127.0.0.1", 1), known=True).send(
                Target(PUSH, f"https://{PUSHED}:{push.port}/", 21, TEXT)
            )
    assert push.received == []


@pytest.mark.parametrize("answer", [b"", b"\5", b"\5\xff", b"\4\0", b"\5\2\1\1", b"\5\0\5\1\0\1", b"\5\0\5\0\0\7"])
async def test_regression_proxy_that_speaks_nonsense_is_a_failure(answer: bytes) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read(4)
        writer.write_eof()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    proxy = Proxy("127.0.0.1", server.sockets[0].getsockname()[1])
    relay = Relay(RELAY, 25, "notes@kitchen.example", "none")
    for channel, endpoint in ((PUSH, f"https://{PUSHED}/t"), (MAIL, "someone@mail.example.org")):
        with pytest.raises(OSError):
            await Ways(push=True, relay=relay, proxy=proxy).send(Target(channel, endpoint, 21, TEXT))
    server.close()


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "router", "router.local",
     "2130706433", "0x7f.1", "127.1", "printer.lan", "a.localhost", "short.onion", "push.example."],
)  # fmt: skip
def test_regression_nothing_inside_is_reached_through_a_proxy(host: str) -> None:
    with pytest.raises(BadChoice):
        Ways(push=True, proxy=Proxy("127.0.0.1", 9_050)).check(PUSH, f"https://{host}/topic")


async def test_server_beside_the_hub_is_reached_without_the_proxy() -> None:
    async with PushServer() as push:
        target = Target(PUSH, f"http://127.0.0.1:{push.port}/topic", 21, TEXT)
        for ways in (Ways(push=True, private=True), Ways(push=True, private=True, proxy=Proxy("127.0.0.1", 1))):
            await ways.send(target)
    assert len(push.received) == 2


@pytest.mark.parametrize("endpoint", [f"https://{PUSHED}/t", "https://1.1.1.1/t", "https://router.lan/t"])
async def test_hidden_hub_without_a_proxy_goes_nowhere_else(endpoint: str) -> None:
    with pytest.raises(BadChoice):
        await Ways(push=True, private=True).send(Target(PUSH, endpoint, 21, TEXT))
    assert Ways(push=True).channels == ()
    assert Ways(push=True).shut
    relay = Relay("127.0.0.1", 25, "notes@kitchen.example", "none")
    assert Ways(relay=relay).shut
