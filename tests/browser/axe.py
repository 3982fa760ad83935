"""What axe-core finds on the pages that a person comes to, in light and in dark, on a phone and on a desk."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

from selenium.webdriver import Chrome

from tests.browser import driving, tour
from tests.browser.people import Person

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RUN = """
const [done] = arguments;
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((one) => one.id + ": " + one.help + "\\n    "
    + one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html.slice(0, 200)).join("\\n    "))),
  (error) => done(["axe failed: " + error]));
"""


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
