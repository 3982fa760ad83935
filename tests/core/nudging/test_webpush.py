"""A browser is rung: over real HTTP, to a push service that knows the sender, and in words that it alone can read."""

from __future__ import annotations

from pathlib import Path
from ssl import SSLContext

import pytest

from jiwar.circles.nudges import TEXT_LIMIT, WEB, Target
from jiwar.clock import SetClock
from jiwar.crypto.random import system_random
from jiwar.errors import BadChoice
from jiwar.nudging.channels import Ways
from jiwar.nudging.dial import Proxy
from jiwar.nudging.webpush import SUBJECT, Signer, read_subscription
from tests.core.nudging.browsers import Browser, PushService, bytes_of, claims_of
from tests.core.nudging.receivers import certificate

pytestmark = pytest.mark.anyio
TEXT, NAME, SEED = "تحديث الوصفة", b"n" * 16, b"s" * 32
BESIDE = Ways(web=True, private=True)
CLOCK = SetClock()
SIGNER = Signer(SEED, CLOCK, system_random)


def service(browser: Browser, name: bytes = NAME, context: SSLContext | None = None) -> PushService:
    return PushService(browser, bytes_of(SIGNER.point(name)), CLOCK.seconds(), context=context)


async def test_text_arrives_at_the_browser_and_nothing_beside(tmp_path: Path) -> None:
    served, trusted = certificate(tmp_path, "localhost")
    browser = Browser()
    async with service(browser, context=served) as there:
        line = browser.subscription(f"{there.origin}/ring", NAME)
        await Ways(web=True, private=True, trusted=trusted).send(Target(WEB, line, 21, TEXT), SIGNER)
    assert (there.said, there.refused) == ([TEXT], [])
    [head] = there.heads
    names = {"Host", "Authorization", "Content-Encoding", "Content-Type", "Content-Length", "TTL", "Connection"}
    assert set(head) == names
    claims, _ = claims_of(head["Authorization"])
    assert claims["sub"] == SUBJECT
    assert TEXT.encode() not in there.bodies[0]


async def test_all_texts_are_as_long_and_no_two_members_have_one_key() -> None:
    browser = Browser()
    async with service(browser) as there:
        line = browser.subscription(f"{there.origin}/ring", NAME)
        for text in ("x", "𝔵" * TEXT_LIMIT):
            await BESIDE.send(Target(WEB, line, 21, text), SIGNER)
    assert len({len(body) for body in there.bodies}) == 1
    assert there.said == ["x", "𝔵" * TEXT_LIMIT]
    assert SIGNER.point(NAME) != SIGNER.point(b"m" * 16)


async def test_service_refuses_another_sender_and_that_is_a_failure() -> None:
    browser = Browser()
    async with service(browser, b"m" * 16) as there:
        line = browser.subscription(f"{there.origin}/ring", NAME)
        with pytest.raises(OSError):
            await BESIDE.send(Target(WEB, line, 21, TEXT), SIGNER)
        gone = browser.subscription(f"{there.origin}/gone", NAME)
        with pytest.raises(OSError):
            await BESIDE.send(Target(WEB, gone, 21, TEXT), SIGNER)
    assert there.said == []
    assert there.refused == ["403 Forbidden", "404 Not Found"]


@pytest.mark.parametrize("ways", [Ways(web=True), Ways(push=True, known=True), Ways(web=True, known=True)])
async def test_no_browser_is_rung_inside_the_network_or_where_the_keeper_did_not_allow_it(ways: Ways) -> None:
    browser = Browser()
    async with service(browser) as there:
        for host in ("localhost", "127.0.0.1", "[::1]"):
            for scheme in ("http", "https"):
                line = browser.subscription(f"{scheme}://{host}:{there.port}/ring", NAME)
                with pytest.raises(BadChoice):
                    await ways.send(Target(WEB, line, 21, TEXT), SIGNER)
    assert (there.said, there.refused) == ([], [])


async def test_nothing_is_sent_to_a_browser_without_the_hubs_pair() -> None:
    browser = Browser()
    async with service(browser) as there:
        with pytest.raises(BadChoice):
            await BESIDE.send(Target(WEB, browser.subscription(f"{there.origin}/ring", NAME), 21, TEXT))
    assert there.said == []


def test_hub_that_hides_has_it_through_a_proxy_alone() -> None:
    assert Ways(web=True).channels == ()
    assert Ways(web=True).shut
    assert Ways(web=True, known=True).channels == (WEB,)
    assert Ways(web=True, proxy=Proxy("127.0.0.1", 9_050)).channels == (WEB,)
    line = Browser().subscription("https://inside.lan/ring", NAME)
    with pytest.raises(BadChoice):
        Ways(web=True, proxy=Proxy("127.0.0.1", 9_050)).check(WEB, line)


def _broken() -> dict[str, str]:
    sound = Browser().subscription("https://push.example/ring", NAME).split(" ")
    return {
        "nothing": "",
        "an address alone": sound[0],
        "a part too many": " ".join((*sound, "x")),
        "two spaces": "  ".join(sound),
        "no point": " ".join((sound[0], sound[2], sound[2], sound[3])),
        "a short secret": " ".join((*sound[:2], sound[2][:-2], sound[3])),
        "a short name": " ".join((*sound[:3], sound[3][:-2])),
        "padding": " ".join((*sound[:3], sound[3] + "==")),
    }


@pytest.mark.parametrize("what", list(_broken()))
def test_line_that_no_browser_of_ours_sends_is_refused(what: str) -> None:
    with pytest.raises(BadChoice):
        read_subscription(_broken()[what])


def test_regression_no_line_of_the_request_comes_from_the_subscription() -> None:
    for address in ("https://push.example/a\r\nX: y", "https://push.example/ä", "ftp://push.example/", "/ring"):
        with pytest.raises(BadChoice):
            Ways(web=True, known=True).check(WEB, Browser().subscription(address, NAME))
