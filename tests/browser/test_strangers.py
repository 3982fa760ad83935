"""A bed at two in the morning for somebody without a key: found by two strangers, who know each other by two words.

Whoever asks has six words and no account; whoever helps is a member whose name nobody asks for; between them is a
dispatcher, who learns neither. Afterwards nothing of it is left in any box.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jiwar.circles import cases
from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, Timed
from tests.browser.measured import Measured
from tests.browser.test_desk import open_the_desk
from tests.browser.test_story import SAID

WALKED = [("ar", False, driving.PHONE), ("en", True, driving.DESK)]
BED = {"ar": "سرير لليلة واحدة، قرب السوق", "en": "A bed for one night, near the market"}
WHERE = {"ar": "التاسعة، عند المخبز", "en": "At nine, by the bakery"}


def letters_of(day: int, data: Path) -> int:
    """How many letters of a day lie in all boxes of a hub."""
    with closing(sqlite3.connect(f"file:{data / 'boxes.db'}?mode=ro", uri=True)) as boxes:
        return int(boxes.execute("SELECT count(DISTINCT inbox || eid) FROM box WHERE day = ?", (day,)).fetchone()[0])


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), WALKED)
def test_a_bed_found_by_two_strangers(
    timed: Timed, browser: OpenBrowser, tmp_path: Path, lang: str, js: bool, width: int
) -> None:
    hub, said, examination = timed.hub, SAID[lang], Examination()
    desk, helps, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(3))
    if js:
        for one in (desk, helps, guest):
            examination.of(one, width)
    slip, *_ = desk.found(hub.founding_link(), said.group, said.about, said.founder)
    helps.join(slip, said.guest)
    open_the_desk(desk, said.group, said.text)
    night, data = timed.clock.day(), tmp_path / "hub" / "data"
    before = letters_of(night, data)

    code = _asks(guest, BED[lang])
    _makes_a_request_of_it(desk, lang)
    hub.run(hub.hub.services.later.look(hub.hub.store, float("inf")))

    helps.go("/help")
    helps.open(BED[lang])
    helps.press("I will help")
    helps.type("text", said.brief)
    helps.press("Send")
    desk.go("/home")
    desk.open(BED[lang])
    assert desk.sees(said.brief)
    desk.press("I accept")
    helps.go("/home")
    helps.open(BED[lang])
    helps.press("Yes, it begins")
    words = _words(helps)
    desk.go("/home")
    desk.open(BED[lang])
    desk.press("Open it")
    assert _words(desk) == words
    with desk.way() as way:
        desk.press("To the queue")
        desk.open(desk.word("A place tonight"))
        desk.press("Put the words in the box")
        _adds(desk, WHERE[lang])
        desk.press("Leave the answer")
    assert way.taps <= 4

    with guest.way() as way:
        guest.arrive("/desk")
        guest.press("I was here before")
        guest.type("code", code)
        guest.press("Look for the answer")
    assert way.taps <= 3
    assert all(guest.sees(word) for word in (*words, WHERE[lang])), "both strangers have the same words"
    assert letters_of(night, data) > before
    names = (said.founder, said.guest)
    for one in (desk, helps, guest):
        assert not any(one.sees(name) for name in names if one.path.startswith(("/desk", "/help")))

    helps.go(helps.path)
    helps.press("Arrived")
    guest.type("text", said.echo)
    guest.press("Hand it in")
    driving.tap(guest.driver, guest.named("Take the request back"))
    guest.press("Delete it all")
    desk.go("/home")
    desk.open(BED[lang])
    desk.press("Arrived")
    desk.go("/help/mine")
    desk.follow(desk.one('main a[href*="/help/one/"]'))
    driving.tap(desk.driver, desk.named("How did it end?"))
    desk.press("It worked out")
    timed.days_pass(cases.AFTER + 1)
    for one in (desk, helps):
        one.sign_in()
        one.go("/help/mine")
        assert not one.all('main a[href*="/followup/"]')
    assert letters_of(night, data) == before
    assert examination.says() == ""


def _asks(guest: Measured, text: str) -> str:
    """Three screens; the six words."""
    guest.arrive("/")
    with guest.way() as way:
        guest.press("Help desk, without a key")
        guest.press("A place tonight")
        guest.type("text", text)
        guest.press("Hand it in")
    assert way.taps <= 3
    assert len(way.screens) <= 3
    return " ".join(word.text for word in guest.all("ol ol bdi"))


def _makes_a_request_of_it(desk: Measured, lang: str) -> None:
    """From the tab of the bar to a request that waits: the dispatcher's way."""
    with desk.way() as way:
        desk.press("Help")
        desk.open(desk.word("Help desk"))
        desk.press("Look for new ones")
        desk.open(desk.word("A place tonight"))
        assert desk.sees(BED[lang])
        desk.press("I look after it")
        desk.press("Make a request of it")
        desk.press("Check, then send")
        desk.press("Send")
    assert way.taps <= 8


def _words(one: Measured) -> list[str]:
    return [word.text for word in one.all("b[lang]")]


def _adds(desk: Measured, text: str) -> None:
    """Type behind what stands in the box."""
    box = desk.one("#text")
    assert box.get_attribute("value")
    box.send_keys(text)
