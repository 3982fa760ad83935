"""`python -m tests.browser.screenshots [FOLDER]`: pictures of the main pages, into `screenshots/`.

In every language, on a phone and on a desk, in light and dark: of a hub with the demo in it, and of one in which
nothing has been said (`empty-`). The names are those of the design's pictures: `dark-phone-ar-home.png`.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiwar.cli.demo import content
from jiwar.i18n import LANGUAGES
from tests.browser import driving, tour
from tests.browser.album import EMPTY, FULL, HELPED, WINDOW, Pages, agree
from tests.browser.people import Person, Slip
from tests.browser.serving import Served, filled_hub, fresh_hub, printed_keys, serving

SCREENS = {"phone": (driving.PHONE, 740, 2), "desktop": (driving.DESK, 800, 1)}
TALLEST = 2600


class Camera:
    """Takes each page in light and in dark, as tall as it is."""

    def __init__(self, person: Person, screen: str, folder: Path, prefix: str = "") -> None:
        self._person, self._screen, self._folder, self._prefix = person, screen, folder, prefix
        self.taken: set[Path] = set()

    def take(self, name: str) -> None:
        driver, (width, height, scale) = self._person.driver, SCREENS[self._screen]
        self._sized(width, height, scale)
        needed = int(driver.execute_script("return document.documentElement.scrollHeight"))
        self._sized(width, min(max(height, needed), TALLEST), scale)
        driver.execute_script("scrollTo(0, 0)")
        for theme in ("light", "dark"):
            driving.set_theme(driver, theme)
            raw = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
            dark = "dark-" if theme == "dark" else ""
            file = self._folder / f"{self._prefix}{dark}{self._screen}-{self._person.lang}-{name}.png"
            file.write_bytes(base64.b64decode(raw))
            self.taken.add(file)
        driving.set_theme(driver, "light")
        self._sized(width, height, scale)

    def _sized(self, width: int, height: int, scale: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": self._screen == "phone"}
        self._person.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _tour(camera: Camera, person: Person, pages: Pages) -> None:
    for name, come in pages.items():
        come(person)
        camera.take(name)


WAYS_IN = {
    "founding": "found-link",
    "founding_about": "found-about",
    "founding_card": "founding",
    "founding_name": "found-name",
    "founding_key": "key",
    "joining": "join-words",
    "joining_phone": "join-phone",
    "joining_welcome": "welcome",
    "joining_name": "join-name",
    "joining_key": "key",
}


def _enter(camera: Camera, person: Person, hub: Served) -> Slip:
    """Founding, one picture a screen, up to the empty home; one of its two invitations."""
    person.arrive("/")
    camera.take("door")

    def look(page: str) -> None:
        if page == "founding_stewards":
            camera.take("found-slips" if person.slips() else "found-two")
        elif page in WAYS_IN:
            camera.take(WAYS_IN[page])

    tour.watch(person, look)
    slips = person.found(hub.founding_link(), "قهوة العصر", "نحكي ونطبخ ونضحك.", "نخلة")
    person.on_screen = lambda: None
    return slips[0]


def _join(camera: Camera, person: Person, slip: Slip) -> None:
    """Joining, one picture a screen."""
    person.close()
    tour.watch(person, lambda page: camera.take(WAYS_IN[page]) if page.startswith("joining") else None)
    person.join(slip, "زيتونة")
    person.on_screen = lambda: None


@contextmanager
def _person(hub: Served, screen: str, lang: str) -> Iterator[Person]:
    with tempfile.TemporaryDirectory() as profile:
        driver = driving.start(Path(profile), SCREENS[screen][0], lang=lang)
        try:
            yield Person(driver, hub, lang)
        finally:
            driving.stop(driver)


def take_all(
    folder: Path, screens: tuple[str, ...] = tuple(SCREENS), langs: tuple[str, ...] = tuple(LANGUAGES)
) -> int:
    """Take every picture; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        with serving(filled_hub(demo, content.load())) as full, serving(fresh_hub(Path(scratch))) as empty:
            for screen in screens:
                for lang in langs:
                    taken += _take_full(full, printed_keys(demo), screen, lang, folder)
                    taken += _take_empty(empty, screen, lang, folder)
    return taken


def _take_full(hub: Served, keys: dict[str, str], screen: str, lang: str, folder: Path) -> int:
    with _person(hub, screen, lang) as person, _person(hub, screen, lang) as helper:
        camera = Camera(person, screen, folder)
        _tour(camera, person, WINDOW)
        for one, who in ((person, "steward"), (helper, "member")):
            one.sign_in(keys[who])
            one.read_in(lang)
        _tour(camera, person, FULL)
        agree(person, helper)
        _tour(camera, person, HELPED)
        return len(camera.taken)


def _take_empty(hub: Served, screen: str, lang: str, folder: Path) -> int:
    with _person(hub, screen, lang) as person:
        camera = Camera(person, screen, folder)
        slip = _enter(camera, person, hub)
        inside = Camera(person, screen, folder, "empty-")
        _tour(inside, person, EMPTY)
        _join(camera, person, slip)
        return len(camera.taken) + len(inside.taken)


if __name__ == "__main__":
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    print(f"{take_all(where)} pictures are in {where}/.")
