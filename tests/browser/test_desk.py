"""A bed at two in the morning, without a key: three screens; a dispatcher answers; the six words find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_story import SAID
from tests.core.pictures.making import photo


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), [("ar", False, driving.PHONE), ("en", True, driving.DESK)])
def test_a_bed_at_night(hub: Served, browser: OpenBrowser, tmp_path: Path, lang: str, js: bool, width: int) -> None:
    founder, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(founder, width)
        examination.of(guest, width)
    founder.found(hub.founding_link(), said.group, said.about, said.founder)
    open_the_desk(founder, said.group, said.text)

    file = tmp_path / "photo.jpg"
    file.write_bytes(photo((1_600, 1_200)))
    guest.arrive("/")
    with guest.way() as way:
        guest.press("Help desk, without a key")
        guest.press("A place tonight")
        assert guest.sees(said.text), "what helps at once stands above the box"
        guest.type("text", said.brief)
        guest.one("#file").send_keys(str(file))
        guest.press("Hand it in")
    assert way.taps <= 3
    assert len(way.screens) <= 3
    assert guest.path.startswith("/desk")
    assert guest.driver.get_cookies() == []
    code = " ".join(word.text for word in guest.all("ol ol bdi"))
    assert len(code.split()) == 6

    founder.go("/home")
    founder.open_group(said.group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Dispatchers"))
    founder.open(founder.word("Help desk"))
    founder.press("Look for new ones")
    founder.open(founder.word("A place tonight"))
    assert founder.sees(said.brief)
    founder.open(founder.word("Show the photo"))
    assert founder.driver.execute_script("return document.querySelector('main img').naturalWidth") == 640
    founder.open(founder.word("The request"))
    founder.type("text", said.call)
    founder.press("Leave the answer")
    founder.press("Make a request of it")
    founder.press("Check, then send")
    founder.press("Send")
    assert founder.sees(said.brief)

    guest.arrive("/desk")
    guest.press("I was here before")
    guest.type("code", code)
    guest.press("Look for the answer")
    assert guest.sees(said.call)
    guest.type("text", said.echo)
    guest.press("Hand it in")
    assert guest.sees(said.echo)
    driving.tap(guest.driver, guest.named("Take the request back"))
    guest.press("Delete it all")
    assert guest.sees(guest.word("It is deleted"))
    assert examination.says() == ""
    assert not js or {"desk", "desk_back", "case", "case_photo"} <= set(examination.seen)


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), [("en", False, driving.PHONE), ("ar", True, driving.DESK)])
def test_a_member_asks_the_dispatchers_alone(
    hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    founder = Measured(browser(width, js, lang), hub, lang, js)
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(founder, width)
    founder.found(hub.founding_link(), said.group, said.about, said.founder)
    _begin_the_dispatchers(founder, said.group)

    founder.go("/help")
    with founder.way() as way:
        founder.press("Ask for something")
        founder.type("text", said.brief)
        founder.press("Check, then send")
        assert founder.sees(founder.word("Who is to read it?"))
        founder.choose("readers", "desk")
        founder.press("Send")
    assert way.screens == ["/help/new", "/help/mine"]
    assert way.taps <= 4
    founder.go("/help")
    founder.open(founder.word("Help desk"))
    founder.press("Look for new ones")
    queue = founder.path
    founder.go(f"{queue}?part=new")
    assert founder.one("main h1").text.startswith(founder.word("New"))
    founder.go(queue)
    founder.press("What could fit what")
    assert founder.sees(founder.word("At the desk alone"))
    founder.open(said.brief)
    assert founder.sees(founder.word("From a member, for the dispatchers alone."))
    founder.type("text", said.call)
    founder.press("Leave the answer")

    founder.go("/help/mine")
    assert founder.sees(founder.word("A word came"))
    founder.open(said.brief.partition(".")[0])
    assert founder.sees(said.call)
    founder.type("text", said.echo)
    founder.press("Send")
    assert founder.sees(said.echo)
    driving.tap(founder.driver, founder.named("Take the request back"))
    founder.press("Delete it all")
    assert founder.sees(founder.word("Nothing asked for, nothing offered."))
    assert examination.says() == ""


def _begin_the_dispatchers(founder: Measured, group: str) -> None:
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Dispatchers"))
    founder.press("Begin it")


def open_the_desk(founder: Measured, group: str, advice: str, ready: str = "") -> None:
    """Begin the dispatchers, and open a desk for who is without a place."""
    _begin_the_dispatchers(founder, group)
    founder.go("/home")
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Help desk"))
    founder.choose("on", "yes")
    founder.type("name", group)
    founder.choose("kind", "thrown_out")
    driving.tap(founder.driver, founder.named("What helps at once, for each"))
    founder.type("advice1", advice)
    founder.type("ready", ready)
    founder.press("Save")
