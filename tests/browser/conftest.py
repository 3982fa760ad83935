"""What browser tests are given: a hub that is served, and browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from jiwar.cli.demo import content
from jiwar.clock import SetClock
from tests.browser import driving
from tests.browser.people import Person
from tests.browser.serving import Served, filled_hub, fresh_hub, printed_keys, serving

OpenBrowser = Callable[..., Chrome]
_WALKED = ("lang", "js", "width")
_PAIRS = [
    ("ar", False, driving.PHONE),
    ("ar", True, driving.DESK),
    ("en", False, driving.DESK),
    ("en", True, driving.PHONE),
    ("fr", False, driving.PHONE),
    ("fr", True, driving.DESK),
]
_IN_PASSING = [("ar", False, driving.PHONE), ("fr", True, driving.DESK)]


def pairwise(story: Callable[..., None]) -> Callable[..., None]:
    """Walk a story so that each two of language, script and width meet in every way."""
    return pytest.mark.slow(pytest.mark.parametrize(_WALKED, _PAIRS)(story))


def in_passing(walk: Callable[..., None]) -> Callable[..., None]:
    """Walk what lies beside the stories, with each script, width and direction once."""
    return pytest.mark.slow(pytest.mark.parametrize(_WALKED, _IN_PASSING)(walk))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    """An empty hub on a free port."""
    with serving(fresh_hub(tmp_path / "hub")) as served:
        yield served


@dataclass
class Timed:
    """A hub whose clock a test moves."""

    hub: Served
    clock: SetClock

    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.clock.forward(days=1)
            self.hub.run(self.hub.hub.turn_day())

    def hours_pass(self, hours: int) -> None:
        """Minute by minute, so that letters that wait come in theirs."""
        self.hub.run(self._minutes(hours * 60), driving.PATIENCE)

    async def _minutes(self, minutes: int) -> None:
        hub, today = self.hub.hub, self.clock.day()
        for _ in range(minutes):
            self.clock.forward(seconds=60)
            await hub.scheduler.look()
        if self.clock.day() > today:
            await hub.turn_day()


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Timed]:
    clock = SetClock(20_500, 9)
    with serving(fresh_hub(tmp_path / "hub", clock)) as served:
        yield Timed(served, clock)


@dataclass(frozen=True)
class Demo:
    """A hub with the demo in it, and the keys of its founder, steward, member and newcomer."""

    hub: Served
    keys: dict[str, str]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Some threads of the demo, filled once for every test that only looks."""
    folder = tmp_path_factory.mktemp("demo")
    make = filled_hub(folder, content.shortened(content.load(), 4))
    with serving(make) as served:
        yield Demo(served, printed_keys(folder))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[OpenBrowser]:
    """`browser(width=360, js=True, lang="ar")`: a browser with a fresh profile, as often as it is called."""
    opened: list[Chrome] = []

    def start(width: int = driving.PHONE, js: bool = True, lang: str = "ar") -> Chrome:
        opened.append(driving.start(tmp_path / f"profile{len(opened)}", width, js, lang))
        return opened[-1]

    yield start
    for one in opened:
        driving.stop(one)


@pytest.fixture
def person(hub: Served, browser: OpenBrowser) -> Callable[..., Person]:
    """`person(width=…, js=…, lang=…)`: somebody with a browser in front of the hub (tests/browser/people.py)."""

    def come(width: int = driving.PHONE, js: bool = True, lang: str = "ar") -> Person:
        return Person(browser(width, js, lang), hub, lang, js)

    return come
