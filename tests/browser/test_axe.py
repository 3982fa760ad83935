"""axe-core finds no fault on any page, in both languages, in light and dark, on a phone and on a desk."""

from __future__ import annotations

from importlib.resources import files

import pytest
from selenium.webdriver import Chrome

from tests.browser import driving, tour
from tests.browser.conftest import Demo, OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RUN = """
const [rules, done] = arguments;
const options = {resultTypes: ["violations"]};
if (rules.length) options.runOnly = rules;
axe.run(document, options).then(
  (found) => done(found.violations.map((one) => one.id + ": " + one.help + "\\n    "
    + one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html.slice(0, 200)).join("\\n    "))),
  (error) => done(["axe failed: " + error]));
"""
EITHER_SCREEN = pytest.mark.parametrize(("lang", "width"), [("ar", driving.PHONE), ("en", driving.DESK)])


def faults(driver: Chrome) -> list[str]:
    """What axe finds on the page, in light, and of colours once more in dark."""
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(AXE)
    found = list(driver.execute_async_script(_RUN, []))
    driving.set_theme(driver, "dark")
    found += [f"in dark: {one}" for one in driver.execute_async_script(_RUN, ["color-contrast"])]
    driving.set_theme(driver, "light")
    return found


class Examination:
    """Looks at screens, and remembers what was found where."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.found: list[str] = []

    def of(self, person: Person) -> None:
        """Look at every screen of this person from now on."""

        def look(name: str) -> None:
            self.seen.add(name)
            self.found += [f"{name or person.path}: {fault}" for fault in faults(person.driver)]

        tour.watch(person, look)

    def says(self) -> str:
        return "\n".join(dict.fromkeys(self.found))


@EITHER_SCREEN
def test_no_fault_on_the_ways_in_and_in_empty_groups(
    hub: Served, browser: OpenBrowser, lang: str, width: int
) -> None:
    examination = Examination()
    founder, newcomer = (Person(browser(width, lang=lang), hub, lang) for _ in range(2))
    for person in (founder, newcomer):
        examination.of(person)
    tour.enter(founder, newcomer)
    for name in ("home", "talk", "groups"):
        founder.go(f"/{name}")
    tour.talk(founder)
    founder.close()
    assert examination.says() == ""


@EITHER_SCREEN
def test_no_fault_on_any_page_of_a_full_hub(demo: Demo, browser: OpenBrowser, lang: str, width: int) -> None:
    examination = Examination()
    steward = Person(browser(width, lang=lang), demo.hub, lang)
    steward.sign_in(demo.keys["steward"])
    steward.read_in(lang)
    examination.of(steward)
    tour.walk(steward, each=2)
    assert examination.says() == ""
    entrances = {"door", "founding", "joining"}
    led_through = {name for name in tour.PAGES if name.split("_")[0] in entrances}
    by_buttons = {"post", "message", "invite_slip"}
    assert tour.PAGES - examination.seen - led_through - by_buttons == set(), "no link leads there"


def test_faults_that_are_there_are_found(hub: Served, browser: OpenBrowser) -> None:
    person = Person(browser(), hub)
    person.go("/")
    person.driver.execute_script("document.documentElement.removeAttribute('lang')")
    person.driver.execute_script("document.querySelector('h1').style.color = 'var(--line)'")
    found = "\n".join(faults(person.driver))
    assert "html-has-lang: " in found
    assert found.count("color-contrast: ") == 2, "once in light, once in dark"
