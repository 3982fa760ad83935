"""«لم يأتِ أحد» and «شكراً» on pages: what one can do, what the care team reads, and what nobody else does."""

from __future__ import annotations

from copy import copy

import pytest
from msgspec.structs import replace

from jiwar.circles import cases, noshows, rights, thanks
from jiwar.circles.model import TRUSTED
from jiwar.systems.needs.model import OFFER
from jiwar.systems.needs.rules import Wish
from tests.web import test_teams as team
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk
from tests.web.test_cases import NAMES, again, agreed, do
from tests.web.test_needs import asked, page_of

MORE = "انتظرت ساعة تحت المطر"


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def second_look(who: Someone, case: Page) -> Page:
    return who.get(next(link for link in again(who, case).links if link.endswith("/nobody")))


def told(who: Someone, case: Page, more: str = MORE) -> Page:
    return who.send(second_look(who, case), "followup_nobody", more=more)


def desk(talk: Talk) -> Page:
    return talk.palm.to("care_reports", talk.circle)


def test_nobody_came_says_who_reads_what_before_it_is_told(talk: Talk) -> None:
    asks, _ = agreed(talk, asked(talk, talk.fig))
    page = second_look(talk.fig, asks)
    for sentence in ("Another try", "Who reads it", "What they read", "What they can do"):
        assert talk.fig.word(sentence) in page.text
    assert NAMES[0] in page.text, "who is in the care team"
    assert talk.palm.word("Nothing is waiting.") in desk(talk).text


def test_the_care_team_reads_it_and_no_name_is_on_it(talk: Talk) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    landed = told(talk.fig, asks)
    assert landed.path == asks.path
    assert talk.fig.word("The care team reads it when it comes by. The other side isn't told.") in landed.text
    page = desk(talk)
    assert MORE in page.text
    assert NAMES[1] not in page.text
    assert talk.palm.word("Nobody came") in page.text
    assert MORE not in again(talk.palm, helps).text
    assert talk.fig.to("care_reports", talk.circle).status == 404
    assert talk.fig.word("The care team has been told.") in second_look(talk.fig, asks).text
    assert talk.palm.word("The care team has been told.") not in second_look(talk.palm, helps).text


def test_the_care_team_goes_to_what_it_was_about_and_is_done(talk: Talk) -> None:
    obj = asked(talk, talk.fig, Wish(OFFER, "سيارة صباحاً"))
    _, helps = agreed(talk, obj)
    told(talk.palm, helps, more="")
    page = desk(talk)
    assert talk.palm.word("Whoever offers it is said not to have come.") in page.text
    where = page_of(talk, talk.palm, obj).path
    assert where in page.links
    done = talk.palm.send(page, "care_missed")
    assert talk.palm.word("Done: it is gone for the whole team.") in done.text
    assert talk.palm.word("Nothing is waiting.") in done.text
    assert talk.palm.send(page, "care_missed").status == 404


def test_done_is_what_was_shown_and_not_what_came_since(talk: Talk) -> None:
    _, helps = agreed(talk, asked(talk, talk.fig))
    told(talk.palm, helps)
    page, since, circle = desk(talk), "وأنا كنت هناك", talk.opened_by(talk.palm)
    (case,) = circle.member.keyring.cases
    talk.seats.world.run(noshows.tell(circle, replace(case, seed=bytes(32)), since, rights.NONE))
    done = talk.palm.send(page, "care_missed")
    assert talk.palm.word("What came in the meantime is still here.") in done.text
    assert since in done.text
    assert MORE not in done.text
    assert since not in talk.palm.send(done, "care_missed").text


def test_what_is_too_long_is_given_back_and_nothing_is_told(talk: Talk) -> None:
    asks, _ = agreed(talk, asked(talk, talk.fig))
    page = told(talk.fig, asks, "ط" * (noshows.MORE_LIMIT + 1))
    assert page.status == 400
    assert "ط" * (noshows.MORE_LIMIT + 1) in page.html
    assert talk.palm.word("Nothing is waiting.") in desk(talk).text


def test_from_there_it_can_end_too(talk: Talk) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    ended = talk.fig.send(second_look(talk.fig, asks), "followup", _button="do=end")
    assert talk.fig.word("Ended. Nothing of it is left here.") in ended.text
    page = again(talk.palm, helps)
    assert talk.palm.word("It has ended") in page.text
    assert not [link for link in page.links if link.endswith("/nobody")]
    assert talk.palm.get(helps.path + "/nobody").status == 404
    assert talk.fig.get(asks.path + "/nobody").status == 404


def test_who_has_arrived_is_not_asked(talk: Talk) -> None:
    asks, _ = agreed(talk, asked(talk, talk.fig))
    page = do(talk.fig, asks, "arrived")
    assert not [link for link in page.links if link.endswith("/nobody")]


def test_among_trusted_people_there_is_no_care_team_to_tell(talk: Talk) -> None:
    team.begin(talk.palm, talk.circle, "trusted")
    team.bring(talk.palm, talk.fig, talk.circle, "trusted")
    among = copy(talk)
    among.circle = talk.fig.circle(talk.circle).state.inner_of(TRUSTED)
    asks, _ = agreed(among, asked(among, among.fig))
    page = second_look(talk.fig, asks)
    assert talk.fig.word("Another try") in page.text
    assert talk.fig.word("Who reads it") not in page.text
    fields = {"token": page.forms[0].fields["token"], "more": ""}
    assert talk.fig.post(page.path, fields).status == 404


# thanks


def test_a_thank_you_in_a_follow_up_needs_no_words(talk: Talk) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    page = do(talk.fig, again(talk.fig, asks), "thank", thanks="")
    assert talk.fig.word("Said: thank you.") in page.text
    assert talk.palm.word("Something new in the follow-up") in talk.palm.get("/home").text
    assert talk.palm.word("The other side says thank you.") in again(talk.palm, helps).text
    assert talk.palm.word("Said: thank you.") not in again(talk.palm, helps).text


def test_a_line_of_thanks_that_is_too_long_is_given_back(talk: Talk) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    page = do(talk.fig, again(talk.fig, asks), "thank", thanks="ط" * (cases.STEP_LIMIT + 1))
    assert page.status == 400
    assert "ط" * (cases.STEP_LIMIT + 1) in page.html
    assert talk.palm.word("The other side says thank you.") not in again(talk.palm, helps).text


def wrote(talk: Talk, obj: bytes) -> None:
    talk.palm.send(page_of(talk, talk.palm, obj), "need", _button="do=word", word0="عندي سيارة")


def ended(talk: Talk, obj: bytes, line: str) -> Page:
    return talk.fig.send(page_of(talk, talk.fig, obj), "need", _button="do=thank", thanks=line)


def test_whoever_wrote_is_thanked_when_it_worked_out(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert talk.fig.word("It worked out, with thanks") not in page_of(talk, talk.fig, obj).text
    wrote(talk, obj)
    landed = ended(talk, obj, "وصلنا على الوقت")
    assert talk.fig.word("Ended, with thanks. Its words are gone.") in landed.text
    says = talk.palm.word("Somebody says thank you.")
    assert says in talk.palm.get("/home").text
    mine = talk.palm.get(talk.palm.world.url("help_mine"))
    assert says in mine.text
    assert "وصلنا على الوقت" in mine.text
    assert not any(name in mine.text for name in NAMES)
    away = talk.palm.send(mine, "help_thanks")
    assert says not in away.text
    assert says not in talk.palm.get("/home").text
    assert says not in talk.fig.get("/home").text


def test_the_board_says_nothing_of_thanks(talk: Talk) -> None:
    lamp = talk.seats.joins(talk.palm, talk.circle, "سراج")
    thanked, plain = asked(talk, talk.fig), asked(talk, talk.fig)
    for obj in (thanked, plain):
        wrote(talk, obj)
    ended(talk, thanked, "وصلنا على الوقت")
    talk.fig.send(page_of(talk, talk.fig, plain), "need", _button="do=worked")
    assert page_of(talk, lamp, thanked).text == page_of(talk, lamp, plain).text


def test_thanks_that_are_too_long_end_nothing(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    wrote(talk, obj)
    page = ended(talk, obj, "ط" * (thanks.LIMIT + 1))
    assert page.status == 400
    assert "ط" * (thanks.LIMIT + 1) in page.html
    assert talk.fig.word("Withdraw it") in page_of(talk, talk.fig, obj).text
