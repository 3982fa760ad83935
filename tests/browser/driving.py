"""Chromium as people hold it: a phone or a desk, JavaScript on or off, a light or a dark room."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webelement import WebElement

PHONE, DESK = 360, 1280
PATIENCE = 120
"""Seconds that a page may take on a busy machine before a test gives up."""
HEIGHTS = {PHONE: 740, DESK: 900}
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-search-engine-choice-screen",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
_ACCEPTED = {"ar": "ar,en;q=0.5", "en": "en,ar;q=0.5", "fr": "fr,ar;q=0.5"}


def _first(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"{names[0]} is needed: run `make test`, which sees to it")


def options(profile: Path, width: int, js: bool, lang: str) -> ChromeOptions:
    """What Chromium is started with."""
    made = ChromeOptions()
    made.binary_location = _first("chromium", "chromium-browser", "google-chrome")
    for argument in (*_QUIET, f"--user-data-dir={profile}", f"--window-size={width},{HEIGHTS.get(width, 900)}"):
        made.add_argument(argument)
    preferences: dict[str, object] = {"intl.accept_languages": _ACCEPTED[lang]}
    if not js:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    made.add_experimental_option("prefs", preferences)
    if width < 600:
        screen = {"width": width, "height": HEIGHTS.get(width, 740), "pixelRatio": 2.0, "touch": True, "mobile": True}
        made.add_experimental_option("mobileEmulation", {"deviceMetrics": screen})
    return made


def start(profile: Path, width: int = PHONE, js: bool = True, lang: str = "ar", watched: bool = False) -> Chrome:
    """A browser with a profile of its own; with `watched`, everything it asks for and gets is logged."""
    # Neither the driver nor the browser may look for a proxy, or for anything outside this machine.
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    service = Service(executable_path=_first("chromedriver"), env=environment)
    made = options(profile, width, js, lang)
    if watched:
        made.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = Chrome(options=made, service=service)
    driver.set_script_timeout(PATIENCE)
    return driver


_CENTRE = """
const box = arguments[0];
box.scrollIntoView({block: "center", inline: "center"});
const first = Array.from(box.getClientRects()).find((one) => one.width && one.height);
return first ? [first.left + first.width / 2, first.top + first.height / 2] : null;
"""


def tap(driver: Chrome, element: WebElement) -> None:
    """Tap the middle of an element, wherever the page has to be scrolled to.

    The driver's own click waits for a script of its own and never returns where JavaScript is off.
    """
    at = driver.execute_script(_CENTRE, element)
    if at is None:
        raise AssertionError(f"nobody can tap this: {str(element.get_attribute('outerHTML'))[:200]}")
    for kind in ("mousePressed", "mouseReleased"):
        event = {"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def follow(driver: Chrome, element: WebElement) -> None:
    """Tap what leads to another page, and wait until that is there."""
    with another_page(driver):
        tap(driver, element)


@contextmanager
def another_page(driver: Chrome) -> Iterator[None]:
    """Do what leads to another page; at the end of the block that is there."""
    before = _document(driver)[0]
    yield
    until = time.monotonic() + PATIENCE
    while True:
        with suppress(WebDriverException):  # Between two pages there is nothing to ask.
            name, state = _document(driver)
            if name != before and state == "complete":
                return
        if time.monotonic() > until:
            raise AssertionError(f"this led nowhere from {driver.current_url}")
        time.sleep(0.02)


def _document(driver: Chrome) -> tuple[float, str]:
    """What tells the document on the screen from every other: when it began, and how far it has come."""
    name, state = driver.execute_script("return [performance.timeOrigin, document.readyState]")
    return name, state


def set_theme(driver: Chrome, theme: str) -> None:
    """What the system prefers: light or dark."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def set_screen(driver: Chrome, width: int) -> None:
    """Hold the same page on a phone or on a desk."""
    phone = width < 600
    metrics = {"width": width, "height": HEIGHTS[width], "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def stop(driver: Chrome) -> None:
    """End a browser; one that is already gone is gone."""
    with suppress(WebDriverException):
        driver.quit()
