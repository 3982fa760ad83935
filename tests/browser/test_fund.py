"""The fund: money comes in, two say yes, it is handed over; everybody else reads no more than figures."""

from __future__ import annotations

import pytest

from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served
from tests.browser.test_story import SAID

AMOUNT = "١٢٠"


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), [("ar", False, driving.PHONE), ("en", True, driving.DESK)])
def test_two_say_yes(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    founder, second = (Person(browser(width, js, lang), hub, lang, js) for _ in range(2))
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(founder, width)
    slips = founder.found(hub.founding_link(), said.group, said.about, said.founder)
    second.join(slips[0], said.guest)
    _open_the_fund(founder, said.group)
    assert founder.sees(
        founder.word("Two have to agree before anything is handed over, and the care team is one person.")
    )
    _write(founder, "income", AMOUNT, said.brief)
    _write(founder, "help", "٤٠", said.call)
    founder.press("I agree")
    assert not _has(founder, "It was handed over"), "one yes is not enough"

    _take_into_care(founder, second, said.group, said.guest)
    second.go("/home")
    second.open_group(said.group)
    second.open(second.word("Care"))
    second.open(second.word("The fund"))
    second.open(said.call)
    second.press("I agree")
    second.press("It was handed over")
    second.press("It arrived")
    assert second.sees(second.word("What it was for is gone."))
    second.open(second.word("The account of the fund"))
    assert not second.sees(said.call)
    assert second.sees("٨٠ دينار" if lang == "ar" else "80 دينار")
    founder.go("/help")
    founder.open(founder.word("The fund"))
    assert not founder.sees(said.brief)
    assert examination.says() == ""


def _has(person: Person, sentence: str) -> bool:
    return any(person.word(sentence) in one.text for one in person.all("main button"))


def _open_the_fund(person: Person, group: str) -> None:
    person.go("/home")
    person.open_group(group)
    person.open(person.word("Care"))
    person.open(person.word("The fund"))
    person.choose("on", "yes")
    person.type("currency", "دينار")
    person.press("Save")


def _write(person: Person, kind: str, amount: str, text: str) -> None:
    if "/new" not in person.path:
        person.press("Write something down")
    person.choose("kind", kind)
    person.type("amount", amount)
    person.type("text", text)
    person.press("Write it down")


def _take_into_care(founder: Person, second: Person, group: str, name: str) -> None:
    """Name somebody to the care team, who says yes."""
    founder.go("/home")
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("People"))
    founder.open(name)
    founder.follow(founder.one('main a[href*="team=care"]'))
    founder.press("Ask them")
    second.go("/home")
    second.open_group(group)
    second.press("I'll take part")
