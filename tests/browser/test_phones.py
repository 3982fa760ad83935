"""Two phones: one's own, that comes back in one screen for a month, and the family's, on which nothing stays."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenBrowser, Timed
from tests.browser.driving import DESK, PHONE
from tests.browser.measured import Measured
from tests.browser.people import Person, Slip
from tests.browser.serving import Served

PAIRS = [("ar", True, PHONE), ("en", False, PHONE), ("ar", False, DESK), ("en", True, DESK)]
PIN, WRONG, SECOND = "402317", "402318", "916250"
GROUP = "قهوة العصر"


def _invited(hub: Served, driver: object, lang: str) -> Slip:
    """Somebody founds a group and writes two invitations; the first of them."""
    host = Person(driver, hub, lang)  # type: ignore[arg-type]
    return host.found(hub.founding_link(), GROUP, "نلتقي على فنجان.", "نخلة")[0]


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), PAIRS)
def test_an_own_phone_comes_back_in_one_screen_for_a_month(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    slip = _invited(timed.hub, browser(), lang)
    who = Measured(browser(width, js, lang), timed.hub, lang, js)
    with who.way() as way:
        who.join(slip, "زيتونة", PIN)
    assert (len(way.screens), way.typed <= 40) == (5 + 1, True)
    for days in (0, 15, 15):
        who.close()
        timed.days_pass(days)
        with who.way() as way:
            who.go("/")
            who.type("pin", PIN)
            who.press("Come in")
        assert who.path == "/home"
        assert (len(way.screens), way.typed) == (1 + 1, 6)
    timed.clock.forward(seconds=301)
    who.go("/home")
    assert who.one('input[name="pin"]').is_displayed()
    timed.days_pass(1)
    who.go("/")
    assert who.one('textarea[name="key"]').is_displayed()
    who.sign_in()
    assert who.path == "/home"


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), PAIRS[:2])
def test_a_taken_phone_forgets_after_five_wrong_numbers(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    slip = _invited(timed.hub, browser(), lang)
    who = Person(browser(width, js, lang), timed.hub, lang, js)
    who.join(slip, "زيتونة", PIN)
    who.close()
    who.go("/")
    for _ in range(5):
        assert who.one('input[name="pin"]').is_displayed()
        who.type("pin", WRONG)
        who.press("Come in")
    assert who.sees(who.word("This phone is no longer remembered. The key opens as before."))
    assert who.driver.get_cookies() == []


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), [("fr", True, PHONE), ("ar", False, PHONE)])
def test_a_phone_taken_with_a_number_shows_the_second_notebook(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    """Who insists on the number of the phone is given the second one, and sees recipes."""
    slip = _invited(timed.hub, browser(), lang)
    who = Person(browser(width, js, lang), timed.hub, lang, js)
    who.join(slip, "زيتونة", PIN)
    who.press("More")
    who.open(who.word("My key"))
    who.open(who.word("A second notebook"))
    who.type("pin", SECOND)
    who.press("To its key")
    own = who.key
    second = who.take_key()
    assert who.sees(who.word("The second notebook is ready."))
    assert not who.sees(who.word("A second notebook")), "nothing leads there any more"
    who.close()

    who.go("/")
    who.type("pin", SECOND)
    who.press("Come in")
    assert who.path == "/home"
    who.press("More")
    who.open(who.word("Groups"))
    assert not who.sees(GROUP)
    assert len(who.all('main a[href^="/group/"]')) > 1, "a few ordinary groups"
    who.close()

    who.go("/")
    who.type("pin", PIN)
    who.press("Come in")
    assert who.sees(GROUP)

    elsewhere = Person(browser(width, js, lang), timed.hub, lang, js)
    for key, is_mine in ((second, False), (own, True)):
        elsewhere.sign_in(key)
        assert elsewhere.sees(GROUP) == is_mine
        elsewhere.close()


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), PAIRS[:2])
def test_on_a_family_phone_nothing_stays(timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    slip = _invited(timed.hub, browser(), lang)
    who = Person(browser(width, js, lang), timed.hub, lang, js)
    who.join(slip, "زيتونة", shared=True)
    who.close()
    assert who.driver.get_cookies() == []
    who.arrive("/")
    who.tap(who.one('label[for="on-shared"]'))
    digits = who.one('input[name="digits"]')
    assert digits.is_displayed()
    assert not who.one('textarea[name="key"]').is_displayed()
    assert (digits.get_attribute("type"), digits.get_attribute("inputmode")) == ("text", "numeric")
    who.type("digits", who.key)
    who.press("Come in")
    assert who.path == "/home"
    assert [one["name"] for one in who.driver.get_cookies()] == [timed.hub.cookie]
    timed.clock.forward(seconds=601)
    who.go("/home")
    assert who.path == "/"
