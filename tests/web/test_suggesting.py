"""What could fit one of mine: three of the other side with why, for its owner alone, and nothing is written."""

from __future__ import annotations

import pytest

from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import NOW, Wish
from tests.web.client import Page, World
from tests.web.pages import LANGUAGES
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token
from tests.web.test_needs import asked as waits
from tests.web.test_needs import board, page_of

RIDE = Wish(NEED, "توصيلة إلى المستوصف", kind="transport", area="جهة السوق")


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def offer(text: str, kind: str = "transport", area: str = "جهة السوق") -> Wish:
    return Wish(OFFER, text, kind=kind, area=area)


def asked(talk: Talk, who: Someone, wish: Wish) -> bytes:
    """One that has come, and waits in its owner's keyring no longer."""
    obj = waits(talk, who, wish)
    board(who)
    return obj


def fits(talk: Talk, who: Someone, obj: bytes) -> Page:
    page = page_of(talk, who, obj)
    return who.post(who.world.url("need_fits", need=who.name(talk.circle[:16] + obj)), {"token": token(page)})


def test_three_are_shown_with_why_the_best_first(talk: Talk) -> None:
    obj = asked(talk, talk.fig, RIDE)
    for wish in (
        offer("سيارة مساءً", area=""),
        offer("أيّ عون", kind=""),
        offer("سيارة صباحاً"),
        offer("درّاجة", area=""),
    ):
        asked(talk, talk.palm, wish)
    asked(talk, talk.palm, offer("خبز", kind="food"))
    page = fits(talk, talk.fig, obj)
    assert page.status == 200
    assert page.text.index("سيارة صباحاً") < page.text.index("سيارة مساءً")
    assert (
        LANGUAGES[talk.fig.language].beside(talk.fig.word("the same kind"), talk.fig.word("the same part of town"))
        in page.text
    )
    assert "خبز" not in page.text
    assert page.html.count(" row-go") == 3


def test_an_offer_is_shown_who_needs_it_most(talk: Talk) -> None:
    obj = asked(talk, talk.palm, offer("سيارة صباحاً"))
    asked(talk, talk.fig, RIDE)
    asked(talk, talk.fig, Wish(NEED, "إلى المحطّة", when=NOW, kind="transport", area="جهة السوق"))
    page = fits(talk, talk.palm, obj)
    assert page.text.index("إلى المحطّة") < page.text.index("توصيلة")


def test_what_is_my_own_is_not_suggested_to_me(talk: Talk) -> None:
    obj = asked(talk, talk.fig, RIDE)
    asked(talk, talk.fig, offer("سيارة صباحاً"))
    page = fits(talk, talk.fig, obj)
    assert "سيارة صباحاً" not in page.text
    assert talk.fig.word("Nothing fits yet. It can be tried again when something new is listed.") in page.text


def test_nobody_else_may_ask_and_nothing_is_written(talk: Talk) -> None:
    obj = asked(talk, talk.fig, RIDE)
    size = talk.opened_by(talk.palm).log.state.size
    assert fits(talk, talk.palm, obj).status == 404
    assert fits(talk, talk.fig, obj).status == 200
    assert talk.opened_by(talk.palm).log.state.size == size
