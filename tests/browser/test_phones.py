"""Phones: one's own, that comes back in one screen for a month; a taken one; the family's, on which nothing stays."""

from __future__ import annotations

from tests.browser.axe import faults
from tests.browser.conftest import OpenBrowser, Timed, in_passing, pairwise
from tests.browser.measured import Measured
from tests.browser.people import Person, Slip
from tests.browser.serving import Served
from tests.browser.test_lost import to_friend, to_owner
from tests.browser.test_story import SAID

PIN, WRONG, SECOND = "402317", "402318", "916250"


def _host(hub: Served, browser: OpenBrowser, lang: str) -> tuple[Measured, Slip]:
    """Somebody who has founded a group, and the first of two invitations."""
    host, said = Measured(browser(lang=lang), hub, lang), SAID[lang]
    return host, host.found(hub.founding_link(), said.group, said.about, said.founder)[0]


@pairwise
def test_an_own_phone_comes_back_in_one_screen_for_a_month(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    _, slip = _host(timed.hub, browser, lang)
    who = Measured(browser(width, js, lang), timed.hub, lang, js)
    with who.way() as way:
        who.join(slip, SAID[lang].guest, PIN)
    assert (len(way.screens), way.typed <= 40) == (5 + 1, True)
    for days in (0, 15, 15):
        who.close()
        timed.days_pass(days)
        with who.way() as way:
            who.go("/")
            who.type("pin", PIN)
            who.press("Come in")
        assert (who.path, who.sees(SAID[lang].group)) == ("/home", True)
        assert (len(way.screens), way.taps, way.typed) == (1 + 1, 1, 6)
    timed.clock.forward(seconds=301)
    who.go("/home")
    assert who.one('input[name="pin"]').is_displayed()
    assert not who.sees(SAID[lang].group)
    timed.days_pass(1)
    who.go("/")
    assert who.one('textarea[name="key"]').is_displayed()
    who.sign_in()
    assert who.path == "/home"


@in_passing
def test_a_taken_phone_forgets_after_five_wrong_numbers(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    _, slip = _host(timed.hub, browser, lang)
    who = Person(browser(width, js, lang), timed.hub, lang, js)
    who.join(slip, SAID[lang].guest, PIN)
    who.close()
    who.go("/")
    for _ in range(5):
        assert who.one('input[name="pin"]').is_displayed()
        who.type("pin", WRONG)
        who.press("Come in")
    assert who.sees(who.word("This phone is no longer remembered. The key opens as before."))
    assert who.driver.get_cookies() == []


@pairwise
def test_a_phone_taken_with_its_number(timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    """Who insists on the number is given the second one, and sees recipes; a friend closes what the first one opens,
    and after three days it opens again.
    """
    said = SAID[lang]
    friend, slip = _host(timed.hub, browser, lang)
    who = Measured(browser(width, js, lang), timed.hub, lang, js)
    who.join(slip, said.guest, PIN)
    own = who.key
    second = _second_notebook(who)
    to_owner(who, said.group, said.founder)
    who.open(who.word("My own lock"))
    who.press("Give the lock")
    who.close()

    def comes_back(pin: str) -> bool:
        """Whether the group is seen by who comes in with this number."""
        who.go("/")
        who.type("pin", pin)
        who.press("Come in")
        return who.sees(said.group)

    assert not comes_back(SECOND)
    assert who.path == "/home"
    who.press("More")
    who.open(who.word("Groups"))
    assert not who.sees(said.group)
    assert len(who.all('main a[href^="/group/"]')) > 1, "a few ordinary groups"
    who.close()
    assert comes_back(PIN), "until the friend hears of it"

    to_friend(friend, said.group, said.guest)
    with friend.way() as way:
        friend.open(friend.word("Close their account"))
        assert not js or faults(friend.driver) == []
        friend.press("Close now")
    assert way.taps == 2, "act, confirm"
    assert friend.sees(friend.word("Closed for three days. Who tries the key now is told that it opens nothing."))
    who.go("/home")
    assert not who.sees(said.group), "an open page ends at once"
    assert not comes_back(PIN)
    assert who.one('input[name="pin"]').is_displayed(), "answered like a wrong number"
    assert not comes_back(SECOND)
    assert who.path == "/home"
    who.close()
    elsewhere = Person(browser(width, js, lang), timed.hub, lang, js)
    elsewhere.sign_in(own)
    assert elsewhere.sees(elsewhere.word("This key opens nothing here."))
    elsewhere.sign_in(second)
    assert (elsewhere.path, elsewhere.sees(said.group)) == ("/home", False)

    timed.days_pass(3)
    assert comes_back(PIN)
    assert who.sees(who.word("The account was closed for three days."))


def _second_notebook(who: Person) -> str:
    """Fill it, behind a number of its own; the key that opens it too."""
    own = who.key
    who.press("More")
    who.open(who.word("My key"))
    who.open(who.word("A second notebook"))
    who.type("pin", SECOND)
    who.press("To its key")
    second, who.key = who.take_key(), own
    assert who.sees(who.word("The second notebook is ready."))
    assert not who.sees(who.word("A second notebook")), "nothing leads there any more"
    return second


@pairwise
def test_somebody_nervous_on_a_family_phone(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    """First a look around, without a key; another day a key; then digits. Nothing stays on the phone, ever."""
    said = SAID[lang]
    host, slip = _host(timed.hub, browser, lang)
    host.open_group(said.group)
    host.open(host.word("Care"))
    host.open(host.word("Name, text and rules"))
    host.type("public", said.text.replace("*", ""))
    host.choose("access", "open")
    host.press("Save")

    who = Measured(browser(width, js, lang), timed.hub, lang, js)
    who.arrive("/")
    with who.way() as way:
        who.press("A look around")
        who.open(said.group)
    assert len(way.screens) == 2, "no question before a look around"
    assert who.sees(said.text.replace("*", ""))
    who.close()
    assert who.driver.get_cookies() == []

    with who.way() as way:
        _answer_shared(who, slip)
    assert len(way.screens) == 2 + 1, "two words, whose phone, and what the group says of itself"
    assert (way.typed <= 40, who.sees(said.about)) == (True, True)
    who.press("Another day")
    assert (who.path, who.driver.get_cookies()) == ("/", [])

    timed.days_pass(1)
    _answer_shared(who, slip)
    who.press("I agree")
    who.type("own", said.guest)
    who.press("Continue")
    who.take_key()
    assert (who.path, who.sees(said.group)) == ("/home", True)
    who.close()
    assert who.driver.get_cookies() == []

    who.arrive("/")
    with who.way() as way:
        who.tap(who.one('label[for="on-shared"]'))
        digits = who.one('input[name="digits"]')
        assert digits.is_displayed()
        assert not who.one('textarea[name="key"]').is_displayed()
        assert (digits.get_attribute("type"), digits.get_attribute("inputmode")) == ("text", "numeric")
        who.type("digits", who.key)
        who.press("Come in")
    assert (way.screens, way.taps, way.typed) == (["/home"], 2, 30)
    assert [one["name"] for one in who.driver.get_cookies()] == [timed.hub.cookie]
    timed.clock.forward(seconds=599)
    who.go("/home")
    assert who.path == "/home"
    timed.clock.forward(seconds=601)
    who.go("/home")
    assert (who.path, who.sees(said.group)) == ("/", False)


def _answer_shared(who: Person, slip: Slip) -> None:
    who.arrive(slip.link)
    who.type("words", slip.words)
    who.press("Continue")
    who.tap(who.one('label[for="on-shared"]'))
    who.press("Continue")
