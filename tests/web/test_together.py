"""The group's hour: its care team sets it; home, the group's page and its chats say it."""

import pytest
from msgspec.structs import replace

from jiwar.circles import founding
from jiwar.circles.charters import require_sound
from jiwar.errors import BadChoice
from tests.web.client import World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _sets(someone: Someone, circle: bytes, hour: str) -> None:
    someone.send(someone.to("care_words", circle), "care_words", hour=hour)


def _words(someone: Someone, hour: int) -> str:
    return someone.world.site.languages[someone.language].hour(hour)


def _said(someone: Someone, sentence: str, hour: int) -> str:
    return someone.word(sentence) % {"hour": _words(someone, hour)}


def test_a_group_begins_with_nine_in_the_evening_and_a_team_with_none(talk: Talk) -> None:
    circle = talk.palm.circle(talk.circle)
    assert circle.charter.hour == founding.FIRST_HOUR
    assert founding.first_charter(founding.ROLE_CARD, "x", "", (), "link").hour is None


@pytest.mark.parametrize("hour", [-1, 24])
def test_there_is_no_other_hour(hour: int, talk: Talk) -> None:
    charter = talk.palm.circle(talk.circle).charter
    with pytest.raises(BadChoice):
        require_sound(replace(charter, hour=hour))


def test_the_care_team_sets_it_and_nobody_is_asked_to_agree(talk: Talk) -> None:
    _sets(talk.palm, talk.circle, "18")
    assert talk.fig.circle(talk.circle).charter.hour == 18
    page = talk.fig.to("group", talk.circle)
    assert _said(talk.fig, "Together at %(hour)s", 18) in page.text
    assert talk.fig.word("Our rules have changed.") not in page.text
    _sets(talk.palm, talk.circle, "")
    assert talk.fig.circle(talk.circle).charter.hour is None
    assert _said(talk.fig, "Together at %(hour)s", 18) not in talk.fig.to("group", talk.circle).text


def test_an_hour_that_there_is_not_changes_nothing(talk: Talk) -> None:
    page = talk.palm.to("care_words", talk.circle)
    assert talk.palm.send(page, "care_words", hour="24").status == 400
    assert talk.palm.circle(talk.circle).charter.hour == founding.FIRST_HOUR


def test_home_says_what_is_still_to_come_today(talk: Talk) -> None:
    now = talk.palm.world.hub.services.clock.hour()
    for hour, sentence in [(now + 2, "Together at %(hour)s:"), (now, "Together now:")]:
        _sets(talk.palm, talk.circle, str(hour))
        assert _said(talk.fig, sentence, hour) in talk.fig.get("/home").text
    _sets(talk.palm, talk.circle, str(now - 1))
    page = talk.fig.get("/home").text
    assert talk.fig.word("Together now:") not in page
    assert _said(talk.fig, "Together at %(hour)s:", now - 1) not in page


def test_a_chat_says_when_people_come_together(talk: Talk) -> None:
    room = talk.room(talk.palm, "شاي")
    assert _said(talk.fig, "Together at %(hour)s", founding.FIRST_HOUR) in talk.reads_room(talk.fig, room).text
