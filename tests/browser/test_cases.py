"""A request without a name, «سأساعد», two yeses, a word that both know, «وصلت»; days later nothing is left. And when
one of the two ends it: the request still stands, and somebody else helps.
"""

from __future__ import annotations

from jiwar.circles import cases
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, Timed, in_passing
from tests.browser.measured import Measured
from tests.browser.test_needs import RIDE
from tests.browser.test_story import SAID


@in_passing
def test_two_help_each_other(timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    hub = timed.hub
    asks, helps = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    said, examination, title = SAID[lang], Examination(), RIDE[lang].partition(".")[0]
    if js:
        examination.of(asks, width)
    slip, *_ = asks.found(hub.founding_link(), said.group, said.about, said.founder)
    helps.join(slip, said.guest)
    asks.go("/help")
    asks.press("Ask for something")
    asks.type("text", RIDE[lang])
    asks.press("Check, then send")
    asks.press("Send")
    hub.run(hub.hub.services.later.look(hub.hub.store, float("inf")))

    helps.go("/help")
    helps.open(title)
    with helps.way() as way:
        helps.press("I will help")
        helps.type("text", said.brief)
        helps.press("Send")
    assert way.taps <= 3
    asks.go("/home")
    with asks.way() as way:
        asks.open(title)
        assert asks.sees(said.brief)
        asks.press("I accept")
    assert way.taps <= 2
    helps.go("/home")
    helps.open(title)
    helps.press("Yes, it begins")
    asks.go("/home")
    asks.open(title)
    asks.press("Open it")
    for one in (asks, helps):
        assert one.sees(one.word("Recognition words"))
        assert not one.sees(said.founder)
        assert not one.sees(said.guest)
    known = [[word.text for word in one.all("b[lang]")] for one in (asks, helps)]
    assert known[0] == known[1]
    assert len(set(known[0])) == 2

    asks.type("text", said.call)
    asks.press("Send")
    helps.go(helps.path)
    assert helps.sees(said.call)
    helps.open(helps.word("Nobody came"))
    assert helps.sees(helps.word("Who reads it"))
    helps.open(helps.word("Back to the follow-up"))
    helps.press("Arrived")
    asks.go(asks.path)
    asks.press("Arrived")
    assert asks.sees(asks.word("Both have arrived."))
    row = 'main a[href*="/followup/"]'
    asks.go("/help/mine")
    assert asks.all(row)
    timed.days_pass(cases.AFTER + 1)
    for one in (asks, helps):
        one.sign_in()
        one.go("/help/mine")
        assert not one.all(row)
    assert examination.says() == ""


@in_passing
def test_one_ends_it_and_somebody_else_helps(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    hub = timed.hub
    asks, first, second = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(3))
    said, title = SAID[lang], RIDE[lang].partition(".")[0]
    for one, slip in zip(
        (first, second),
        asks.found(hub.founding_link(), said.group, said.about, said.founder),
        strict=True,
    ):
        one.join(slip, said.guest if one is first else said.room)
    asks.go("/help")
    asks.press("Ask for something")
    asks.type("text", RIDE[lang])
    asks.press("Check, then send")
    asks.press("Send")
    hub.run(hub.hub.services.later.look(hub.hub.store, float("inf")))

    before = _agree(asks, first, title)
    with first.way() as way:
        first.tap(first.named("End it"))
        first.press("End it now")
    assert way.taps == 2
    assert not first.all("textarea"), "no reason is asked for"
    asks.go("/home")
    asks.follow(asks.one('main a[href*="/followup/"]'))
    assert asks.sees(asks.word("It has ended"))
    assert not asks.sees(before[0])
    asks.press("Take off the list")
    after = _agree(asks, second, title)
    assert after != before, "other words: who helped before knows none of these"
    for one in (asks, second):
        one.press("Arrived")
    asks.go(asks.path)
    assert asks.sees(asks.word("Both have arrived."))
    first.go("/help/mine")
    assert not first.all('main a[href*="/followup/"]')


def _agree(asks: Measured, helps: Measured, title: str) -> list[str]:
    """From the board to the follow-up, which both have open then; the recognition words."""
    helps.go("/help")
    helps.open(title)
    helps.press("I will help")
    helps.press("Send")
    asks.go("/home")
    asks.open(title)
    asks.press("I accept")
    helps.go("/home")
    helps.open(title)
    helps.press("Yes, it begins")
    asks.go("/home")
    asks.open(title)
    asks.press("Open it")
    known = [[word.text for word in one.all("b[lang]")] for one in (asks, helps)]
    assert known[0] == known[1]
    return known[0]
