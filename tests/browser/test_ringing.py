"""A browser lets itself be rung: the script asks it for an address, the worker shows what comes, and both go again.

The browser's own push service is Google's, which no test may ask: in its place stands one of this machine, whose
addresses the page is given. Everything else is the browser's: the worker, its policy, the notification.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from jiwar.nudging.channels import Ways
from tests.browser import driving
from tests.browser.conftest import OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served
from tests.core.nudging.browsers import Browser, PushService, bytes_of
from tests.core.nudging.ringing import look

TEXT = "الشاي جاهز"
_GIVEN = """
PushManager.prototype.subscribe = function (wanted) {
  window.name = JSON.stringify(Array.from(wanted.applicationServerKey));
  return wanted.userVisibleOnly ? Promise.resolve({ toJSON: function () { return %s; } }) : Promise.reject();
};
"""
_WORKERS = """
const done = arguments[0];
navigator.serviceWorker.getRegistrations().then(async (all) => done(await Promise.all(all.map(async (one) =>
  ({ script: one.active && one.active.scriptURL, scope: one.scope,
     shown: (await one.getNotifications()).map((news) => news.title) })))));
"""


@pytest.mark.slow
def test_browser_is_rung_until_it_is_left_alone(hub: Served, browser: OpenBrowser) -> None:
    driver, mine = browser(driving.PHONE), Browser()
    origin = {"origin": hub.address}
    driver.execute_cdp_cmd("Browser.grantPermissions", {**origin, "permissions": ["notifications"]})
    there = PushService(mine, b"", hub.hub.services.clock.seconds())
    hub.run(there.__aenter__())
    hub.hub.bell.ways = Ways(web=True, private=True)
    address, point, auth, _ = mine.subscription(f"{there.origin}/ring", b"").split(" ")
    given = {"endpoint": address, "keys": {"p256dh": point, "auth": auth}}
    source = {"source": _GIVEN % json.dumps(given)}
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)

    who = Person(driver, hub)
    who.found(hub.founding_link(), "مقهى", "", "نخلة")
    who.go("/more/settings/reminders")
    assert workers(who) == []
    there.sender = bytes_of(str(who.one("form[data-key]").get_attribute("data-key")))
    who.choose("channel", "web")
    who.type("own", TEXT)
    who.tap(who.one("input[name=try]"))
    who.press("Save")
    assert who.sees(who.word("Saved. The first one is on its way."))
    assert json.loads(driver.execute_script("return window.name")) == list(there.sender)
    [worker] = workers(who)
    assert worker == {"script": worker["scope"], "scope": f"{hub.address}/more/settings/reminders/b.js", "shown": []}

    hub.run(look(hub.hub.bell))
    hub.run(there.__aexit__())
    assert (there.said, there.refused) == ([TEXT], [])
    driver.execute_cdp_cmd("ServiceWorker.enable", {})
    news = {**origin, "registrationId": "0", "data": there.said[0]}
    driver.execute_cdp_cmd("ServiceWorker.deliverPushMessage", news)
    assert shown_soon(who) == [TEXT]

    who.choose("channel", "")
    who.press("Save")
    assert who.sees(who.word("Saved."))
    assert workers(who) == []


def workers(who: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.driver.execute_async_script(_WORKERS)
    return found


def shown_soon(who: Person) -> list[str]:
    until = time.monotonic() + driving.PATIENCE
    while not (shown := workers(who)[0]["shown"]) and time.monotonic() < until:
        time.sleep(0.1)
    return list(shown)
