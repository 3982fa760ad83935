"""Going in three ways: what others see of who left, and what they don't."""

from __future__ import annotations

import re

import pytest

from tests.web.client import World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk

GONE = "Somebody who has left"


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _goes(talk: Talk, who: Someone, way: str) -> None:
    page = who.send(who.to("group_leave", talk.circle), "group_leave", way=way)
    assert who.word("That was the goodbye: the group is out of my key.") in page.text
    assert not who.member.has(talk.circle)


def test_the_three_ways_stand_on_the_page_and_the_mildest_is_chosen(talk: Talk) -> None:
    page = talk.fig.to("group_leave", talk.circle)
    assert page.form(talk.seats.world.site.paths.pattern("group_leave")).fields["way"] == "leave"
    assert re.findall(r'name="way" value="(\w+)"', page.html) == ["leave", "nameless", "erase"]
    assert talk.fig.word("What can't be taken back") in page.text


def test_who_just_leaves_is_still_named_beside_their_words(talk: Talk) -> None:
    obj = talk.topic(talk.fig)
    _goes(talk, talk.fig, "leave")
    page = talk.reads_topic(talk.palm, obj)
    assert "تينة" in page.text
    assert talk.palm.word(GONE) not in page.text


def test_who_leaves_without_a_name_is_named_nowhere(talk: Talk) -> None:
    topic, room = talk.topic(talk.fig), talk.room(talk.palm)
    talk.say(talk.fig, room, "مساء الخير")
    persona = talk.fig.persona(talk.circle)
    assert "تينة" in talk.reads_topic(talk.palm, topic).text
    _goes(talk, talk.fig, "nameless")
    for page in (talk.reads_topic(talk.palm, topic), talk.reads_room(talk.palm, room), talk.palm.get("/talk")):
        assert "تينة" not in page.text
        assert talk.palm.word(GONE) in page.text
    about = talk.palm.get(talk.palm.about("person", talk.circle, persona))
    assert talk.palm.word(GONE) in about.text
    assert "تينة" not in about.text
    assert "هل من طريقة؟" in talk.reads_topic(talk.palm, topic).text


def test_the_name_can_be_had_by_others_afterwards(talk: Talk) -> None:
    _goes(talk, talk.fig, "nameless")
    talk.palm.post(
        talk.palm.at("care_keys", talk.circle), {"token": talk.palm.to("care", talk.circle).forms[0].fields["token"]}
    )
    assert talk.seats.joins(talk.palm, talk.circle, "تينة").circle(talk.circle).me.handle == "تينة"


def test_who_erases_leaves_no_word(talk: Talk) -> None:
    topic, room = talk.topic(talk.palm), talk.room(talk.fig, "دردشة التين")
    talk.reply(talk.fig, topic, "عندي طريقة")
    assert "عندي طريقة" in talk.reads_topic(talk.palm, topic).text
    _goes(talk, talk.fig, "erase")
    page = talk.reads_topic(talk.palm, topic)
    assert page.status == 200
    assert "عندي طريقة" not in page.text
    assert "تينة" not in page.text
    assert talk.reads_room(talk.palm, room).status == 410
    assert "دردشة التين" not in talk.palm.get("/talk").text


@pytest.mark.parametrize("way", ["", "all"])
def test_another_way_than_the_three_changes_nothing(talk: Talk, way: str) -> None:
    page = talk.fig.send(talk.fig.to("group_leave", talk.circle), "group_leave", way=way)
    assert page.status == 400
    assert talk.fig.member.has(talk.circle)


def test_the_last_of_the_care_team_erases_nothing(talk: Talk) -> None:
    obj = talk.topic(talk.palm, title="بلا فرن")
    token = talk.palm.to("care", talk.circle).forms[0].fields["token"]
    page = talk.palm.post(talk.palm.at("group_leave", talk.circle), {"token": token, "way": "erase"})
    assert talk.palm.word("Somebody has to take over first.") in page.text
    assert "بلا فرن" in talk.reads_topic(talk.fig, obj).text
