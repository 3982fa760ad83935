"""What tests of pages are given: a hub in RAM, browsers in front of it, and the ways in, walked as people do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from zlib import crc32

import pytest

from jiwar.clock import SetClock
from jiwar.errors import PhraseMistyped
from jiwar.i18n import LANGUAGES
from jiwar.keyring import phrase
from jiwar.node import memory_hub
from jiwar.web.app import make_app
from jiwar.web.render import Pages
from jiwar.web.routes import ALL
from jiwar.web.site import load_pages
from tests.web.client import Client, Page, World

WORDS_OF_A_KEY = re.compile(r"<li><bdi>([^<]+)</bdi></li>")
DIGITS_OF_A_KEY = re.compile(r"<bdi>(\d{5} \d{5} \d{5})</bdi>")
LINK_OF_A_SLIP = re.compile(r">http://[^/<]+(/in/[a-z2-7]+)<")
SPOKEN_OF_A_SLIP = re.compile(r"<b><bdi>([^<]+)</bdi></b><b><bdi>([^<]+)</bdi></b>")
DAY = 20_500
FIRST = "ar"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(DAY, 9)


@pytest.fixture(scope="session")
def ready_pages() -> Pages:
    """The templates, read once: they are the same for every hub."""
    return load_pages(memory_hub(SetClock()))


@pytest.fixture
def world(clock: SetClock, ready_pages: Pages) -> Iterator[World]:
    """A hub that lives as long as the test."""
    loop = asyncio.new_event_loop()
    hub = memory_hub(clock)
    yield World(hub, make_app(hub, ALL, pages=ready_pages), loop)
    loop.run_until_complete(hub.close())
    loop.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of pages runs in Arabic and in one other language, which its name picks, unless it says in which.

    Languages differ in words, and those are all read by the walks through every page (`tests/promises`) and by the
    tests of the catalogues.
    """
    chosen = any(mark.args[0] == "language" for mark in metafunc.definition.iter_markers("parametrize"))
    if "language" in metafunc.fixturenames and not chosen:
        others = [code for code in LANGUAGES if code != FIRST]
        other = others[crc32(metafunc.function.__name__.encode()) % len(others)]
        metafunc.parametrize("language", [FIRST, other], indirect=True)


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(world: World) -> Callable[..., Client]:
    """`client(language)`: somebody's browser, with nothing in it."""
    return lambda language="ar": Client(world, language)


@pytest.fixture
def founder(client: Callable[..., Client]) -> Client:
    """Somebody who has founded «قهوة العصر» and is on the home page."""
    return found(client())


def founding_link(world: World) -> str:
    return world.url("founding", code=world.run(world.hub.founding_code()))


def shown_key(page: Page) -> tuple[str, str]:
    """The key on the screen: nine words, thirty digits."""
    digits = "".join(DIGITS_OF_A_KEY.findall(page.html)).replace(" ", "")
    assert len(digits) == 30, page.text
    return " ".join(WORDS_OF_A_KEY.findall(page.html)), digits


def found(client: Client, card: str = "close", name: str = "", handle: str = "", invite: bool = False) -> Client:
    """Walk through the six screens of founding; with `invite` the last one writes its two invitations."""
    page = client.get(founding_link(client.world) + f"?l={client.language}")
    page = client.send(page, "founding")
    page = client.send(page, "founding_about", name=name)
    page = client.send(page, "founding_card", card=card)
    page = client.send(page, "founding_name", own=handle)
    client.key = shown_key(page)[0]
    page = client.send(page, "founding_key", _button="taken=yes")
    if invite:
        client.slips = slips_on(client.send(page, "founding_stewards"))
    client.send(client.get(client.world.url("founding_stewards")), "founding_done")
    return client


def slips_on(page: Page) -> list[tuple[str, str]]:
    """Every invitation on a page: its path, its two words."""
    links = LINK_OF_A_SLIP.findall(page.html)
    words = [" ".join(pair) for pair in SPOKEN_OF_A_SLIP.findall(page.html)]
    return list(zip(links, words, strict=True))


def join(client: Client, slip: tuple[str, str], handle: str = "", on: str = "own", pin: str = "") -> Client:
    """Walk through the five screens of joining (three for a member)."""
    page = client.get(slip[0] + f"?l={client.language}")
    page = client.send(page, "joining", words=slip[1])
    if any(form.action == client.world.url("joining_phone") for form in page.forms):
        page = client.send(page, "joining_phone", on=on, pin=pin)
    page = client.send(page, "joining_welcome")
    page = client.send(page, "joining_name", own=handle)
    if any(form.action == client.world.url("joining_key") for form in page.forms):
        client.key = shown_key(page)[0]
        client.send(page, "joining_key", _button="taken=yes")
    return client


def mistyped(digits: str) -> str:
    """The same key with its last digit wrong, in a way that its check bits tell."""
    for last in "0123456789":
        try:
            phrase.parse(digits[:-1] + last)
        except PhraseMistyped:
            return digits[:-1] + last
    raise AssertionError("every last digit passes")


def sign_in(client: Client, key: str) -> Page:
    """Come back with a key."""
    return client.send(client.get(client.world.url("door", l=client.language)), "door", key=key)
