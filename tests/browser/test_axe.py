"""axe-core finds no fault on any page: each language in light and in dark, on a phone and on a desk."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
from selenium.webdriver import Chrome

from jiwar.cli.demo import content
from tests.browser import driving, tour
from tests.browser.conftest import Demo, OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RUN = """
const [done] = arguments;
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((one) => one.id + ": " + one.help + "\\n    "
    + one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html.slice(0, 200)).join("\\n    "))),
  (error) => done(["axe failed: " + error]));
"""
BY_DAY = pytest.mark.parametrize(("lang", "width"), [("ar", driving.PHONE), ("en", driving.DESK)])
"""The language, and the screen that every page is looked at in light; in dark it is looked at on the other one."""


def faults(driver: Chrome, width: int = driving.PHONE) -> list[str]:
    """What axe finds on the page, in light on this screen and in dark on the other.

    So two walks see every pair of language, theme and screen; a page is fetched once.
    """
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(AXE)
    found = [f"in light: {one}" for one in driver.execute_async_script(_RUN)]
    driving.set_theme(driver, "dark")
    driving.set_screen(driver, driving.PHONE + driving.DESK - width)
    found += [f"in dark: {one}" for one in driver.execute_async_script(_RUN)]
    driving.set_screen(driver, width)
    driving.set_theme(driver, "light")
    return found


MOST_LOOKS = 12
"""At pages of one kind."""


class Examination:
    """Looks at screens, and remembers what was found where."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.found: list[str] = []

    def of(self, person: Person, width: int) -> None:
        """Look at every screen of this person from now on. Axe is there before each page: sending it takes longer."""
        person.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": AXE})

        def look(name: str) -> None:
            self.seen[name] += 1
            if self.seen[name] > MOST_LOOKS:
                return
            self.found += [f"{name or person.path}: {fault}" for fault in faults(person.driver, width)]

        tour.watch(person, look)

    def says(self) -> str:
        return "\n".join(dict.fromkeys(self.found))


@BY_DAY
def test_no_fault_on_the_ways_in_and_in_empty_groups(
    hub: Served, browser: OpenBrowser, lang: str, width: int
) -> None:
    examination = Examination()
    founder, newcomer = (Person(browser(width, lang=lang), hub, lang) for _ in range(2))
    for person in (founder, newcomer):
        examination.of(person, width)
    tour.enter(founder, newcomer)
    for name in ("home", "talk", "groups"):
        founder.go(f"/{name}")
    tour.talk(founder)
    founder.close()
    assert examination.says() == ""


@BY_DAY
def test_no_fault_on_any_page_of_a_full_hub(demo: Demo, browser: OpenBrowser, lang: str, width: int) -> None:
    examination = Examination()
    steward = Person(browser(width, lang=lang), demo.hub, lang)
    steward.sign_in(demo.keys["steward"])
    steward.read_in(lang)
    examination.of(steward, width)
    tour.draw_attention(steward, content.load().circles[0].name)
    tour.walk(steward, each=2)
    assert examination.says() == ""
    entrances = {"door", "founding", "joining"}
    led_through = {name for name in tour.PAGES if name.split("_")[0] in entrances}
    by_buttons = {"post", "message", "invite_slip"}
    assert tour.PAGES - set(examination.seen) - led_through - by_buttons == set(), "no link leads there"


def test_faults_that_are_there_are_found(hub: Served, browser: OpenBrowser) -> None:
    person = Person(browser(), hub)
    person.go("/")
    person.driver.execute_script("document.documentElement.removeAttribute('lang')")
    person.driver.execute_script("document.querySelector('h1').style.color = 'var(--line)'")
    found = "\n".join(faults(person.driver))
    for theme in ("light", "dark"):
        assert f"in {theme}: html-has-lang: " in found
        assert f"in {theme}: color-contrast: " in found
