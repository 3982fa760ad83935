"""The bell rings once a day, near the hour that somebody chose, and keeps nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from jiwar.circles.nudges import AT_ONCE as URGENT
from jiwar.circles.nudges import MAIL, PUSH, Target, seal_target
from jiwar.circles.rung import Rung
from jiwar.clock import SetClock
from jiwar.crypto import envelopes
from jiwar.crypto.random import system_random
from jiwar.nudging.bell import AT_ONCE, AT_ONE_HOST, MOST_ALARMS, REST_SECONDS, SPREAD_SECONDS, Bell
from jiwar.nudging.channels import Ways
from tests.core.nudging.receivers import PushServer, Silent
from tests.core.nudging.ringing import look

pytestmark = pytest.mark.anyio
HERE = "127.0.0.1"
HUB, SEED = b"h" * 16, bytes(range(envelopes.SEED))
AHEAD = 3.0
"""Hours by which the community's clock is ahead of UTC."""


class Tower:
    """A bell over a push server; it is nine in the morning UTC, noon in the community."""

    def __init__(self, server: PushServer) -> None:
        self.server, self.clock, self.rung = server, SetClock(hour=9), Rung()
        ways = Ways(push=True, private=True, known=True)
        self.bell = Bell(SEED, HUB, self.rung, ways, self.clock, system_random, AHEAD)

    def endpoint(self, topic: str) -> str:
        return f"http://{HERE}:{self.server.port}/{topic}"

    def target(self, topic: str, hour: int) -> Target:
        return Target(PUSH, self.endpoint(topic), hour, "a text")

    def ring_now(self, endpoint: str) -> None:
        self.bell.try_once(seal_target(self.bell.key, HUB, Target(PUSH, endpoint, 21, "a text")))

    def hand_in(self, topic: str, hour: int) -> None:
        self.rung.sealed.add(seal_target(self.bell.key, HUB, self.target(topic, hour)))

    async def pass_(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.forward(seconds=60)
            await look(self.bell)

    def rang(self) -> list[str]:
        return sorted(one.head.split()[1] for one in self.server.received)


async def test_reminder_comes_soon_after_its_hour() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        tower.hand_in("evening", 21)
        await tower.pass_(9 * 60 - 1)
        assert tower.rang() == []
        await tower.pass_(1 + SPREAD_SECONDS // 60 + 1)
        assert tower.rang() == ["/evening"]


@pytest.mark.parametrize("hour", [12, 11, 0])
async def test_hour_that_is_over_is_tomorrows(hour: int) -> None:
    async with PushServer() as server:
        tower = Tower(server)
        tower.hand_in("later", hour)
        await tower.pass_((24 + hour - 12) % 24 * 60 or 24 * 60 - 1)
        assert tower.rang() == []
        await tower.pass_(SPREAD_SECONDS // 60 + 2)
        assert tower.rang() == ["/later"]


async def test_many_words_in_a_day_ring_once() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        for _ in range(30):
            tower.hand_in("one", 21)
            tower.hand_in("two", 21)
            await tower.pass_(10)
        await tower.pass_(5 * 60)
        assert tower.rang() == ["/one", "/two"]
        await tower.pass_(2 * 24 * 60)
        assert tower.rang() == ["/one", "/two"]
        tower.hand_in("one", 21)
        await tower.pass_(24 * 60)
        assert tower.rang() == ["/one", "/one", "/two"]


async def test_moments_are_spread() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        moments = {tower.bell._moment(21) for _ in range(200)}
        assert max(moments) - min(moments) > SPREAD_SECONDS / 2
        assert all(0 <= moment % 86_400 - 18 * 3_600 < SPREAD_SECONDS for moment in moments)


async def test_trial_comes_at_the_next_look() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        tower.ring_now(tower.endpoint("now"))
        await tower.pass_(1)
        assert tower.rang() == ["/now"]


async def test_what_does_not_open_or_arrive_keeps_nobody_from_theirs() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        target = tower.target("wrong", 21).endpoint
        tower.rung.sealed |= {b"", b"x" * 2_160, seal_target(tower.bell.key, b"o" * 16, tower.target("other", 21))}
        for wrong in (
            Target("web", "https://example.org/", 21, "a text"),
            Target(PUSH, "http://127.0.0.1:1/", 21, "a text"),
            Target(PUSH, "nonsense", 21, "a text"),
            Target(PUSH, "http://nowhere.invalid/", 21, "a text"),
            Target(PUSH, "http://a..b/", 21, "a text"),
            Target(PUSH, target, 21, "a text\nand more"),
            Target(PUSH, target, 21, "a text" * 11),
            Target(PUSH, target, 25, "a text"),
        ):
            tower.rung.sealed.add(seal_target(tower.bell.key, HUB, wrong))
        tower.hand_in("mine", 21)
        await tower.pass_(10 * 60)
        assert tower.rang() == ["/mine"]
        assert tower.bell._waiting == {}


async def test_what_waits_stays_sealed() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        tower.hand_in("somebody", 21)
        await tower.pass_(1)
        [(name, (_, sealed))] = tower.bell._waiting.items()
        assert b"somebody" not in name + sealed


async def test_regression_no_failure_ends_the_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(ways: Ways, target: Target, signer: object) -> None:
        raise ValueError(target.text)  # As `email` does for a text that is no header.

    async with PushServer() as server:
        tower = Tower(server)
        tower.hand_in("one", 21)
        with monkeypatch.context() as broken:
            broken.setattr(Ways, "send", refuse)
            await tower.pass_(10 * 60)
        tower.hand_in("two", 21)
        await tower.pass_(24 * 60)
        assert tower.rang() == ["/two"]


async def test_regression_addresses_that_never_answer_keep_nobody_from_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One look waited for all that it had begun: ten seconds for every sixteen."""
    asking = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **more: asking(HERE, *rest, **more))
    async with PushServer() as server, Silent() as silent:
        tower = Tower(server)
        for number in range(200):
            tower.ring_now(f"http://name{number}.silent.example:{silent.port}/")
        for number in range(20):
            tower.ring_now(tower.endpoint(f"mine{number}"))
        async with running(tower.bell):
            await _until(lambda: len(server.received) == 20)
        assert silent.most == AT_ONE_HOST


async def test_regression_names_that_are_never_found_keep_nobody_from_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looking one up takes a thread, and there were fewer threads than places."""
    over, asking = threading.Event(), socket.getaddrinfo

    def ask(host: str, *rest: int, **more: int) -> object:
        if host.endswith(".example"):
            over.wait(10)
            raise OSError
        return asking(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    async with PushServer() as server:
        tower = Tower(server)
        for number in range(AT_ONCE - 1):
            tower.ring_now(f"http://name{number}.example/")
        tower.ring_now(tower.endpoint("mine"))
        async with running(tower.bell):
            await _until(lambda: bool(server.received))
            over.set()


def test_names_under_one_name_are_one_host() -> None:
    ways = Ways(push=True, known=True)
    hosts = [
        ways.host(Target(channel, endpoint, 21, "a text"))
        for channel, endpoint in (
            (PUSH, "https://one.push.example/t"),
            (PUSH, "https://two.of.push.example./t"),
            (PUSH, "https://1.2.3.4/t"),
            (PUSH, "https://5.6.3.4/t"),
            (MAIL, "somebody@push.example"),
        )
    ]
    assert hosts == ["push.example", "push.example", "1.2.3.4", "5.6.3.4", MAIL]


async def test_what_is_being_sent_ends_with_the_bell() -> None:
    async with PushServer() as server, Silent() as silent:
        tower = Tower(server)
        for number in range(10):
            tower.ring_now(f"http://{HERE}:{silent.port}/{number}")
        async with running(tower.bell):
            await _until(lambda: silent.most == AT_ONE_HOST)
        assert not tower.bell._sendings
        await _until(lambda: not silent.there)


@asynccontextmanager
async def running(bell: Bell) -> AsyncIterator[None]:
    task = asyncio.create_task(bell.run())
    yield
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.cancelled()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


async def test_who_is_to_be_woken_is_rung_at_once_and_then_left_alone_for_a_while() -> None:
    async with PushServer() as server:
        tower = Tower(server)
        for _ in range(3):
            tower.hand_in("night", URGENT)
            tower.hand_in("evening", 21)
            await tower.pass_(1)
            assert tower.rang() == ["/night"]
        head = {line.partition(":")[0]: line.partition(": ")[2] for line in server.received[0].head.split("\r\n")}
        assert (head["TTL"], head["Urgency"], head["Priority"]) == ("3600", "high", "high")
        tower.clock.forward(seconds=REST_SECONDS)
        tower.hand_in("night", URGENT)
        await tower.pass_(1)
        assert tower.rang() == ["/night", "/night"]
        for _ in range(12):
            tower.clock.forward(seconds=REST_SECONDS)
            tower.hand_in("night", URGENT)
            await tower.pass_(1)
        assert tower.rang().count("/night") == MOST_ALARMS
