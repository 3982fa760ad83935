"""Home: at most one band, what waits for me, two things to do, what is new."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, people, two_steps
from tests.web.client import Client, Page, World
from tests.web.seated import Seats
from tests.web.talking import Talk


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _bands(page: Page) -> int:
    return page.html.count('<div class="band')


def test_home_greets_by_the_part_of_the_day(talk: Talk) -> None:
    page = talk.fig.get("/home")
    assert talk.fig.word("Good morning") in page.text
    assert talk.fig.word("Quiet. Nothing new today.") in page.text


def test_answers_to_what_i_began_wait_for_me(talk: Talk) -> None:
    obj = talk.topic(talk.palm, "عقد إيجار")
    talk.topic(talk.fig, "قماش")
    for number in range(3):
        talk.reply(talk.fig, obj, f"ردّ {number}")
    page = talk.palm.get("/home")
    count = talk.palm.world.site.languages[talk.palm.language].count(
        3, "%(n)s new answer to what I began", "%(n)s new answers to what I began"
    )
    assert "عقد إيجار" in page.text
    assert count in page.text
    assert talk.palm.word("For me") in page.text
    assert talk.fig.word("For me") not in talk.fig.get("/home").text
    talk.reads_topic(talk.palm, obj)
    assert count not in talk.palm.get("/home").text


def test_somebody_who_quoted_me_waits_for_me(talk: Talk) -> None:
    obj = talk.topic(talk.palm, "عقد إيجار")
    slot = talk.reply(talk.fig, obj, "عقد العمل يكفي")
    talk.reads_topic(talk.fig, obj)
    talk.reply(talk.palm, obj, "شكراً", quote=slot)
    assert talk.fig.word("An answer to my words") in talk.fig.get("/home").text
    talk.reads_topic(talk.fig, obj)
    assert talk.fig.word("An answer to my words") not in talk.fig.get("/home").text


def test_at_most_three_things_wait(talk: Talk) -> None:
    for number in range(5):
        talk.reply(talk.fig, talk.topic(talk.palm, f"موضوع {number}"), "ردّ")
    page = talk.palm.get("/home")
    assert page.html.count('class="row-go') + page.html.count(" row-go") == 3


def test_groups_show_how_much_is_new_and_the_last_word(talk: Talk) -> None:
    room = talk.room(talk.palm)
    talk.say(talk.palm, room, "مين شاف الفيلم؟")
    talk.topic(talk.palm, "عقد إيجار")
    page = talk.fig.get("/home")
    two = talk.fig.world.site.languages[talk.fig.language].number(2)
    assert f'<span class="n">{two}<' in page.html
    assert "عقد إيجار" in page.text
    talk.say(talk.palm, room, "النهاية خلّتني أعيد المشهد")
    assert "نخلة" in talk.fig.get("/home").text
    assert "النهاية خلّتني" in talk.fig.get("/home").text


def test_a_group_stands_under_my_own_name_for_it(talk: Talk) -> None:
    talk.seats.run(people.name_circle(talk.opened_by(talk.fig), "جيراني"))
    assert "جيراني" in talk.fig.get("/home").text
    assert "جيراني" not in talk.palm.get("/home").text


def test_a_greeting_leads_into_the_liveliest_room(talk: Talk) -> None:
    page = talk.fig.get("/home")
    assert any(link.startswith("/new/room") for link in page.links)
    quiet, lively = talk.room(talk.palm, "هادئة"), talk.room(talk.palm, "حيّة")
    talk.say(talk.palm, lively, "أهلاً")
    assert quiet
    link = next(link for link in talk.fig.get("/home").links if "greet=yes" in link)
    greeting = talk.fig.get(link.partition("#")[0])
    assert "حيّة" in greeting.text
    assert greeting.form("/room/{room}").fields["text"].strip() == talk.fig.word("Good morning")


def test_a_new_face_is_announced_without_a_name(talk: Talk, world: World) -> None:
    world.hub.services.clock.forward(days=30)  # type: ignore[attr-defined]
    for who in (talk.palm, talk.fig):
        who.sign_in()
    talk.seats.joins(talk.palm, talk.circle, "قنديل")
    page = talk.fig.get("/home")
    assert _bands(page) == 1
    assert "قنديل" not in page.text
    assert talk.fig.word("A new face in “%(name)s” this week. A greeting does good.").partition("%")[0] in page.text


def test_changed_rules_are_announced(talk: Talk) -> None:
    charter = talk.opened_by(talk.palm).charter
    talk.seats.run(founding.change_charter(talk.opened_by(talk.palm), replace(charter, rules=("بهدوء",))))
    assert talk.fig.word("Have a look") in talk.fig.get("/home").text


def test_a_store_that_was_put_back_is_announced_above_all_else(talk: Talk, world: World) -> None:
    talk.topic(talk.palm)
    talk.fig.get("/home")
    shelf = talk.opened_by(talk.fig).log.shelf
    kept = world.hub.store._shelves[shelf]  # type: ignore[attr-defined]
    kept.size -= 1
    page = talk.fig.get("/home")
    kept.size += 1
    assert _bands(page) == 1
    assert talk.fig.word("Something is missing.") in page.text


def test_who_is_in_no_group_is_led_to_the_groups(talk: Talk) -> None:
    nobody = talk.seats.someone()
    page = nobody.get("/home")
    assert nobody.word("No group yet. The first one can be small.") in page.text
    assert nobody.word("A new topic") not in page.text


def test_keys_that_have_come_are_announced(talk: Talk) -> None:
    founder, hidden = talk.seats.founder(access="hidden")
    guest = talk.seats.knocks(founder, hidden, "زيتونة")
    assert _bands(guest.get("/home")) == 0
    (waiting,) = two_steps.who_waits(founder.circle(hidden))
    talk.seats.run(two_steps.let_in(founder.circle(hidden), waiting))
    assert guest.word("To the groups") in guest.get("/home").text


def test_strangers_see_the_door(talk: Talk, world: World) -> None:
    assert Client(world).ask("GET", "/home").headers["location"] == "/"
