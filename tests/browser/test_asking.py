"""Somebody asks to come into a group, a word goes to and fro, the door opens; somebody else is answered kindly."""

from __future__ import annotations

from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, pairwise
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_story import SAID


@pairwise
def test_a_request_to_join_answered(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    founder, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(founder, width)
        examination.of(guest, width)
    founder.found(hub.founding_link(), said.group, said.about, said.founder)
    founder.open_group(said.group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Name, text and rules"))
    founder.type("public", said.text)
    founder.type("questions", said.title)
    founder.choose("access", "asked")
    founder.press("Save")

    guest.arrive("/")
    with guest.way() as way:
        guest.press("A look around")
        guest.open(said.group)
        assert guest.sees(said.title)
        assert not guest.sees(said.about), "what is for members stays inside"
        guest.type("answer0", said.answer)
        guest.press("I agree to the rules, and ask")
        guest.press("Continue")
        guest.type("own", said.guest)
        guest.press("Continue")
        guest.take_key()
    assert len(way.screens) == 5 + 1, way.screens
    assert way.taps <= 6
    assert guest.path == "/groups"
    assert guest.sees(guest.word("It is with the care team."))

    _read_request(founder, said.group, said.guest)
    assert founder.sees(said.answer)
    founder.type("word", said.brief)
    founder.press("Send")

    _read_answer(guest)
    assert guest.sees(said.brief)
    guest.type("word", said.call)
    guest.press("Send")

    _read_request(founder, said.group, said.guest)
    assert founder.sees(said.call)
    founder.press("Let them in")

    _read_answer(guest)
    assert guest.sees(said.about)
    guest.press("I agree")
    assert guest.sees(said.group)
    assert guest.sees(said.guest)
    guest.open_group(said.group)

    other = Measured(browser(width, js, lang), hub, lang, js)
    other.arrive("/")
    other.press("A look around")
    other.open(said.group)
    other.press("I agree to the rules, and ask")
    other.press("Continue")
    other.type("own", said.echo)
    other.press("Continue")
    other.take_key()
    _read_request(founder, said.group, said.echo)
    driving.tap(founder.driver, founder.named("Saying no, kindly"))
    founder.press("Answer so")
    _read_answer(other)
    assert other.sees(other.word("The group takes in nobody new for now. That says nothing about who asked."))
    other.press("Take off the list")
    assert not other.sees(said.group)
    assert examination.says() == ""


def _read_request(founder: Measured, group: str, name: str) -> None:
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Who asks to come in"))
    founder.open(name)


def _read_answer(guest: Measured) -> None:
    guest.go("/groups")
    guest.press("Read")
