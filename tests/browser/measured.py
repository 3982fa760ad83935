"""A person whose way is measured: which screens, how many taps and typed characters, how heavy each page was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import driving, tour
from tests.browser.people import Person
from tests.promises.walking import PICTURES

HEAVIEST = 14 * 1024
"""Bytes that a page may take on the wire, headers and script included."""
_ARRIVED = """
const came = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"));
return came.filter((one) => one.initiatorType !== "fetch" && one.initiatorType !== "other")
  .filter((one) => one.transferSize > 0) // a script that is off is named but never fetched
  .map((one) => [new URL(one.name).pathname, one.transferSize, one.encodedBodySize, one.decodedBodySize]);
"""


@dataclass
class Way:
    """What one flow took: screens that differ by their path, one after another; taps; characters."""

    screens: list[str] = field(default_factory=list)
    taps: int = 0
    typed: int = 0


class Measured(Person):
    """Every page that comes is weighed; between the bars of `way` everything is counted."""

    heaviest = 0
    _way: Way | None = None

    def go(self, address: str) -> None:
        super().go(address)
        self._weigh()

    def follow(self, element: WebElement) -> None:
        super().follow(element)
        self._weigh()

    def _weigh(self) -> None:
        arrived = self.driver.execute_script(_ARRIVED)
        assert arrived, self.path
        # A photo comes where somebody asks for one; it is packed by itself.
        arrived = [one for one in arrived if tour.page_of(one[0]) not in PICTURES]
        for path, _, packed, whole in arrived:
            assert packed < whole, f"{path} came as it is: {packed} of {whole} bytes"
        weight = sum(moved for _, moved, _, _ in arrived)
        assert weight <= HEAVIEST, f"{self.path} weighs {weight} bytes: {arrived}"
        self.heaviest = max(self.heaviest, weight)
        if self._way and self._way.screens[-1:] != [self.path]:
            self._way.screens.append(self.path)

    @contextmanager
    def way(self) -> Iterator[Way]:
        """Count a flow. The screen that it starts from is not one of its own, the one it ends on is."""
        self._way, way = Way(), Way()
        taps, typed = self.taps, self.typed
        yield way
        way.screens, self._way = self._way.screens, None
        way.taps, way.typed = self.taps - taps, self.typed - typed

    # what the other verbs are made of

    def do(self, button: WebElement) -> None:
        """Press a button of an open talk: with JavaScript the page stays where it is."""
        if self.js:
            self.tap(button)
        else:
            self.follow(button)

    def until_one(self, css: str) -> WebElement:
        """Wait for something to be on the page."""
        found = WebDriverWait(self.driver, driving.PATIENCE).until(lambda _: self.all(css), f"no {css} came")
        return found[0]
