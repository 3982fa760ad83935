"""Two members hold what somebody writes: what they see, what everybody else sees, and what who is held sees."""

from __future__ import annotations

import pytest

from jiwar.circles.pauses import SETTLED_DAYS
from jiwar.circles.quiet import LASTS
from jiwar.clock import QUARTERS, SetClock
from jiwar.systems.rooms import service
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, press

WORDS = "اكتبوا أسماءكم هنا"


class Settled(Talk):
    """Palm cares; fig, lamp and olive have been here for a week. Fig is the one who was taken."""

    def __init__(self, seats: Seats, clock: SetClock) -> None:
        super().__init__(seats)
        self.clock = clock
        self.lamp = seats.joins(self.palm, self.circle, "قنديل")
        self.olive = seats.joins(self.palm, self.circle, "زيتونة")
        self.later(days=SETTLED_DAYS)

    def later(self, days: float = 0, hours: float = 0) -> None:
        """Time passes, and everybody signs in again."""
        self.clock.forward(days=days, seconds=hours * 3_600)
        for one in (self.palm, self.fig, self.lamp, self.olive):
            one.sign_in()


@pytest.fixture
def talk(world: World, language: str, clock: SetClock) -> Settled:
    return Settled(Seats(world, language), clock)


def page_of(talk: Settled, who: Someone, about: Someone | None = None) -> Page:
    return who.meets("person_hold", talk.circle, about or talk.fig)


def held(talk: Settled) -> None:
    for who in (talk.lamp, talk.olive):
        page = page_of(talk, who)
        who.send(page, "person_hold")


def others(talk: Settled) -> tuple[Someone, ...]:
    return (talk.palm, talk.lamp, talk.olive)


class TestHolding:
    def test_takes_two_and_begins_with_the_second(self, talk: Settled) -> None:
        page = talk.lamp.send(page_of(talk, talk.lamp), "person_hold")
        assert page.status == 200
        assert talk.lamp.word("I have said so.") in page.text
        room = talk.room(talk.palm)
        talk.say(talk.fig, room, "قبل")
        assert "قبل" in talk.reads_room(talk.olive, room).text
        page = talk.olive.send(page_of(talk, talk.olive), "person_hold")
        assert talk.olive.word("What they write waits.") in page.text
        talk.say(talk.fig, room, WORDS)
        for one in others(talk):
            shown = talk.reads_room(one, room).text
            assert "قبل" in shown
            assert WORDS not in shown

    def test_keeps_words_from_every_page_of_others_and_from_none_of_their_own(self, talk: Settled) -> None:
        room, topic = talk.room(talk.palm), talk.topic(talk.palm)
        held(talk)
        talk.say(talk.fig, room, WORDS)
        talk.reply(talk.fig, topic, WORDS)
        mine = talk.topic(talk.fig, title="عنوان من يد أخرى", text=WORDS)
        for one in others(talk):
            pages = [talk.reads_room(one, room), talk.reads_topic(one, topic), one.get("/home"), one.get("/talk")]
            for page in pages:
                assert page.status == 200
                assert WORDS not in page.text
                assert "عنوان من يد أخرى" not in page.text
            assert talk.reads_topic(one, mine).status == 404
        assert WORDS in talk.reads_room(talk.fig, room).text
        assert WORDS in talk.reads_topic(talk.fig, topic).text
        assert WORDS in talk.reads_topic(talk.fig, mine).text
        assert "عنوان من يد أخرى" in talk.fig.get("/talk").text

    def test_keeps_a_new_wording_of_old_words(self, talk: Settled) -> None:
        room = talk.room(talk.palm)
        slot = talk.say(talk.fig, room, "قديم")
        held(talk)
        talk.seats.run(service.edit(talk.opened_by(talk.fig), room, slot, WORDS))
        assert WORDS not in talk.reads_room(talk.olive, room).text
        assert WORDS in talk.reads_room(talk.fig, room).text

    def test_is_over_by_itself_and_the_words_show(self, talk: Settled) -> None:
        room, topic = talk.room(talk.palm), talk.topic(talk.palm)
        held(talk)
        talk.say(talk.fig, room, WORDS)
        talk.reply(talk.fig, topic, WORDS)
        hours = 24 / QUARTERS
        talk.later(hours=(LASTS - 1) * hours)
        assert WORDS not in talk.reads_room(talk.olive, room).text
        talk.later(hours=hours)
        assert WORDS in talk.reads_room(talk.olive, room).text
        assert WORDS in talk.reads_topic(talk.olive, topic).text

    def test_is_ended_by_one_of_the_two_or_the_care_team(self, talk: Settled) -> None:
        room = talk.room(talk.palm)
        for who in (talk.lamp, talk.palm):
            talk.later(days=40)
            held(talk)
            talk.say(talk.fig, room, WORDS)
            assert WORDS not in talk.reads_room(talk.palm, room).text
            page = who.send(page_of(talk, who), "person_hold")
            assert who.word("What they wrote shows again.") in page.text
            assert WORDS in talk.reads_room(talk.palm, room).text

    def test_a_first_word_is_taken_back(self, talk: Settled) -> None:
        page = talk.lamp.send(page_of(talk, talk.lamp), "person_hold")
        page = talk.lamp.send(page, "person_hold")
        assert talk.lamp.word("Taken back. Nothing has begun.") in page.text
        talk.olive.send(page_of(talk, talk.olive), "person_hold")
        room = talk.room(talk.palm)
        talk.say(talk.fig, room, WORDS)
        assert WORDS in talk.reads_room(talk.palm, room).text


class TestWhoKnows:
    def test_the_two_and_the_care_team_see_it_with_a_number(self, talk: Settled) -> None:
        room, topic = talk.room(talk.palm), talk.topic(talk.palm)
        held(talk)
        for one in others(talk):
            assert one.word("Nothing was written so far.") in page_of(talk, one).text
        talk.say(talk.fig, room, WORDS)
        talk.reply(talk.fig, topic, WORDS)
        talk.say(talk.lamp, room, "كلام آخر")
        for one in others(talk):
            assert one.word("What they write waits.") in page_of(talk, one).text
            assert one.word("Nothing was written so far.") not in page_of(talk, one).text
            assert WORDS not in page_of(talk, one).text
        care = talk.palm.get(talk.palm.at("care", talk.circle))
        assert talk.palm.about("person_hold", talk.circle, talk.fig.persona(talk.circle)) in care.links

    def test_another_member_sees_nothing_of_it(self, talk: Settled) -> None:
        fourth = talk.seats.joins(talk.palm, talk.circle, "رمّانة")
        held(talk)
        page = page_of(talk, fourth)
        assert fourth.word("What they write waits.") not in page.text
        assert fourth.word("Said; it can be ended") not in fourth.meets("person", talk.circle, talk.fig).text

    def test_the_one_who_is_held_sees_what_they_always_saw(self, talk: Settled) -> None:
        room = talk.room(talk.fig)
        me = talk.fig.persona(talk.circle)

        def pages() -> list[str]:
            paths = ["/home", "/talk", talk.fig.at("group", talk.circle)]
            paths += [talk.fig.about(name, talk.circle, me) for name in ("person",)]
            return [talk.fig.get(path).text for path in paths] + [talk.reads_room(talk.fig, room).text]

        pages()
        before = pages()
        held(talk)
        assert pages() == before
        assert talk.fig.get(talk.fig.about("person_hold", talk.circle, me)).status == 404
        page = talk.fig.send(page_of(talk, talk.fig, talk.lamp), "person_hold")
        assert talk.fig.word("I have said so.") in page.text

    def test_a_steward_who_is_held_sees_nothing_of_it_either(self, talk: Settled) -> None:
        talk.seats.steward(talk.palm, talk.fig, talk.circle)
        held(talk)
        care = talk.fig.get(talk.fig.at("care", talk.circle))
        assert care.status == 200
        assert talk.fig.word("What they write waits.") not in care.text


class TestNobodyHolds:
    def test_who_has_just_come(self, talk: Settled) -> None:
        fourth = talk.seats.joins(talk.palm, talk.circle, "رمّانة")
        page = page_of(talk, fourth)
        assert fourth.word("Just now my word can't begin this.") in page.text
        assert 'value="hold"' not in page.html
        assert 'value="hold"' in page_of(talk, talk.lamp).html

    def test_the_only_steward(self, talk: Settled) -> None:
        assert talk.olive.word("Just now my word can't begin this.") in page_of(talk, talk.olive, talk.palm).text

    def test_twice_with_one_voice(self, talk: Settled) -> None:
        page = page_of(talk, talk.lamp)
        talk.lamp.send(page, "person_hold")
        talk.lamp.send(page, "person_hold", act="hold")
        room = talk.room(talk.palm)
        talk.say(talk.fig, room, WORDS)
        assert WORDS in talk.reads_room(talk.olive, room).text

    def test_what_the_form_never_offered_changes_nothing(self, talk: Settled) -> None:
        page = page_of(talk, talk.lamp)
        assert talk.lamp.send(page, "person_hold", act="erase").status == 400
        assert talk.lamp.send(page, "person_hold", act="lift").status == 404


def test_a_lively_room_stays_as_it_is_for_who_is_held(talk: Settled) -> None:
    room = talk.room(talk.palm)
    held(talk)
    page = talk.reads_room(talk.fig, room)
    page = press(talk.fig, page, "send", text=WORDS)
    assert WORDS in page.text
