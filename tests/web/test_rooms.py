"""A room's pages: opening, writing, reading along, answering, reacting, wording anew, taking back."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import people
from jiwar.systems.rooms import rules, view
from tests.web.client import Client, World
from tests.web.pages import Elements
from tests.web.seated import Seats
from tests.web.talking import Talk, bubbles, button, buttons, press, token


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def test_a_room_is_opened_and_said_into(talk: Talk) -> None:
    page = talk.palm.get(talk.seats.world.url("new_room"))
    page = talk.palm.send(page, "new_room", name="قعدة المساء", keep="1")
    assert "قعدة المساء" in page.text
    assert talk.palm.word("gone after a day") in page.text
    assert talk.palm.word("Nobody has said anything. A greeting is enough.") in page.text
    said = press(talk.palm, page, "send", text="مساء الخير")
    assert "مساء الخير" in bubbles(said)[0]
    (room,) = view.rooms(talk.opened_by(talk.fig))
    assert "مساء الخير" in bubbles(talk.reads_room(talk.fig, room.obj))[0]


def test_a_room_stays_no_longer_than_the_group_lets_it(talk: Talk) -> None:
    page = talk.palm.get(talk.seats.world.url("new_room"))
    talk.palm.send(page, "new_room", name="قعدة", keep="30")
    (room,) = view.rooms(talk.opened_by(talk.palm))
    assert room.room.keep == rules.keeps(talk.opened_by(talk.palm).policy)[-1]


@pytest.mark.parametrize(
    "typed", [{"name": " ", "keep": "7"}, {"name": "x" * 61, "keep": "7"}, {"name": "x", "keep": "9999"}]
)
def test_a_room_that_cannot_be_is_not_opened(talk: Talk, typed: dict[str, str]) -> None:
    page = talk.palm.send(talk.palm.get(talk.seats.world.url("new_room")), "new_room", **typed)
    assert page.status == 400
    assert page.form("/new/room").fields["name"] == typed["name"]
    assert view.rooms(talk.opened_by(talk.palm)) == []


def test_own_messages_stand_at_the_other_side_and_names_at_the_first_of_each(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    for who, text in ((talk.palm, "واحد"), (talk.palm, "اثنان"), (talk.fig, "ثلاثة")):
        talk.say(who, obj, text)
    mine = bubbles(talk.reads_room(talk.palm, obj))
    theirs = bubbles(talk.reads_room(talk.fig, obj))
    assert [one.startswith('<div class="msg me') for one in mine] == [True, True, False]
    assert [one.startswith('<div class="msg me') for one in theirs] == [False, False, True]
    assert ["first" in one[:30] for one in theirs] == [True, False, True]
    assert ["نخلة" in one for one in theirs] == [True, False, False]
    assert ["تينة" in one for one in mine] == [False, False, True]


def test_what_is_new_is_marked_and_asked_for_by_a_link(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.palm, obj, "واحد")
    page = talk.reads_room(talk.fig, obj)
    talk.say(talk.palm, obj, "اثنان")
    refresh = next(link for link in page.links if link.startswith("/room/") and link.endswith("#end"))
    again = talk.fig.get(refresh)
    assert talk.fig.word("New since") in again.text
    assert "اثنان" in bubbles(again)[1]
    assert talk.fig.word("New since") not in talk.fig.get(refresh).text


def test_earlier_messages_are_on_further_pages(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    for number in range(view.SHOWN + 3):
        talk.say(talk.palm, obj, f"كلمة {number}.")
    page = talk.reads_room(talk.fig, obj)
    assert len(bubbles(page)) == view.SHOWN
    older = talk.fig.get(next(link for link in page.links if "before=" in link))
    assert [f"كلمة {number}." in one for number, one in enumerate(bubbles(older))] == [True] * 3
    assert "data-live" not in older.html
    assert talk.palm.get(older.path).status == 404
    assert talk.reads_room(talk.fig, obj, before="abc").status == 404


def test_with_little_data_a_room_is_short_and_live_only_when_asked(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)
    for number in range(view.SHOWN // 3 + 2):
        talk.say(talk.palm, obj, f"كلمة {number}.")
    usual = talk.reads_room(talk.fig, obj)
    talk.fig.send(talk.fig.get(world.url("settings")), "settings", data="little")
    page = talk.reads_room(talk.fig, obj)
    assert len(bubbles(page)) == view.SHOWN // 3
    assert len(page.html.partition("<!--")[0]) < len(usual.html.partition("<!--")[0])
    assert "data-live" in usual.html
    assert not any(part in page.html for part in ("data-live", "<script"))
    older = talk.fig.get(next(link for link in page.links if "before=" in link))
    assert [f"كلمة {number}." in one for number, one in enumerate(bubbles(older))] == [True] * 2
    followed = talk.fig.get(next(link for link in page.links if "live=1" in link))
    assert all(part in followed.html for part in ("data-live", "<script"))


def test_an_answer_shows_what_it_answers_as_it_stands_now(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.palm, obj, "شكو ماكو؟")
    page = talk.reads_room(talk.fig, obj)
    composing = press(talk.fig, page, button(page.html, "quote"), text="ماكو")
    fields = composing.form("/room/{room}").fields
    assert fields["text"].strip() == "ماكو"
    without = press(talk.fig, composing, "unquote", text="ماكو", quote=fields["quote"])
    assert "quote" not in without.form("/room/{room}").fields
    answered = press(talk.fig, composing, "send", text="ماكو شي", quote=fields["quote"])
    assert re.search(r"<blockquote.*نخلة.*شكو ماكو.*</blockquote>", bubbles(answered)[1], re.DOTALL)
    mine = press(
        talk.palm, talk.reads_room(talk.palm, obj), button(bubbles(talk.reads_room(talk.palm, obj))[0], "open")
    )
    press(talk.palm, mine, "retract")
    after = bubbles(talk.reads_room(talk.fig, obj))
    assert talk.fig.word("Taken back by who wrote it.") in after[0]
    assert "شكو ماكو" not in after[1]


def test_a_reaction_is_counted_and_taken_back(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.palm, obj, "بيجاما")
    page = talk.reads_room(talk.fig, obj)
    laughed = press(talk.fig, page, button(page.html, "laugh"))
    assert 'aria-pressed="true"' in bubbles(laughed)[0]
    assert 'aria-pressed="true"' not in talk.reads_room(talk.palm, obj).html
    again = press(talk.fig, laughed, button(laughed.html, "laugh"), text="نصف جملة")
    assert 'aria-pressed="true"' not in again.html
    assert again.form("/room/{room}").fields["text"].strip() == "نصف جملة"


def test_a_message_is_worded_anew_or_taken_back_by_its_author_alone(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.palm, obj, "شكو ماكوو")
    page = talk.reads_room(talk.palm, obj)
    mine = press(talk.palm, page, button(page.html, "open"))
    assert mine.form("/room/message/{message}").fields["text"].strip() == "شكو ماكوو"
    assert press(talk.palm, mine, "send", text=" ").status == 400
    back = press(talk.palm, mine, "send", text="شكو ماكو؟")
    assert "شكو ماكو؟" in bubbles(back)[0]
    assert talk.palm.word("worded anew") in bubbles(back)[0]
    theirs = talk.reads_room(talk.fig, obj)
    other = press(talk.fig, theirs, button(theirs.html, "open"))
    assert "retract" not in buttons(other.html)
    assert talk.fig.word("Draw attention") in other.text
    for verb in ("send", "retract", "takedown"):
        assert press(talk.fig, other, verb, text="x").status == 403
    assert press(talk.fig, other, "nothing").status == 400
    assert press(talk.fig, other, button(other.html, "open")).path == other.path
    assert "quote" in press(talk.fig, other, button(other.html, "quote")).form("/room/{room}").fields
    assert 'aria-pressed="true"' in press(talk.fig, other, button(other.html, "with_you")).html


def test_the_care_team_removes_a_message(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.fig, obj, "كلام جارح")
    page = talk.reads_room(talk.palm, obj)
    removed = press(talk.palm, press(talk.palm, page, button(page.html, "open")), "takedown")
    assert talk.palm.word("Removed by the care team.") in bubbles(removed)[0]
    assert "كلام جارح" not in talk.reads_room(talk.fig, obj).html


def test_what_goes_tonight_stands_above_a_line(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm, keep=1)
    talk.say(talk.palm, obj, "من أمس")
    world.hub.services.clock.forward(days=1)  # type: ignore[attr-defined]
    for who in (talk.fig, talk.palm):
        who.sign_in()
    talk.say(talk.palm, obj, "من اليوم")
    page = talk.reads_room(talk.fig, obj)
    line = talk.fig.word("What is above goes tonight")
    assert page.html.index("من أمس") < page.html.index(line) < page.html.index("من اليوم")
    world.hub.services.clock.forward(days=1)  # type: ignore[attr-defined]
    talk.fig.sign_in()
    assert "من أمس" not in talk.reads_room(talk.fig, obj).html


def test_a_greeting_waits_in_the_composer(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    page = talk.reads_room(talk.fig, obj, greet="yes")
    assert page.form("/room/{room}").fields["text"].strip() == talk.fig.word("Good morning")
    assert bubbles(page) == []


def test_an_empty_or_endless_message_is_refused_in_place(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    page = talk.reads_room(talk.fig, obj)
    assert press(talk.fig, page, "send", text=" ").status == 400
    long = press(talk.fig, page, "send", text="x" * 4_001)
    assert long.status == 400
    assert len(long.form("/room/{room}").fields["text"].strip()) == 4_001
    assert press(talk.fig, page, "nothing").status == 400


def test_nothing_said_becomes_markup(talk: Talk) -> None:
    obj = talk.room(talk.palm, name='<b>"x')
    slot = talk.say(talk.palm, obj, '<script>alert(1)</script><img src=x onerror=y>\nhttps://example.org/"onclick=z')
    talk.say(talk.fig, obj, "x", slot)
    for page in (talk.reads_room(talk.fig, obj), talk.fig.get("/talk"), talk.fig.get("/home")):
        found = Elements(page.html).found
        assert not {tag for tag, _ in found} & {"img", "iframe"}
        assert not {name for _, at in found for name in at} & {"onerror", "onclick"}


def test_blocked_people_are_left_out_and_muted_people_folded(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    talk.say(talk.fig, obj, "كلام تينة")
    persona = talk.fig.persona(talk.circle)
    talk.seats.run(people.mute(talk.opened_by(talk.palm), persona, True))
    assert re.search(r"<details class=\"fold\">.*كلام تينة", talk.reads_room(talk.palm, obj).html, re.DOTALL)
    assert "كلام تينة" not in talk.palm.get("/home").text
    talk.seats.run(people.block(talk.opened_by(talk.palm), persona, True))
    assert "كلام تينة" not in talk.reads_room(talk.palm, obj).html


def test_a_room_belongs_to_its_group(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    path = talk.reads_room(talk.fig, obj).path
    assert talk.palm.get(path).status == 404
    stranger = talk.seats.someone()
    assert stranger.get(stranger.world.url("room", room=stranger.name(talk.circle[:16] + obj))).status == 404
    assert talk.reads_topic(talk.palm, obj).status == 404


def test_what_the_script_sends_is_answered_in_brief(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    page = talk.reads_room(talk.palm, obj)
    fields = {"token": token(page), "do": "send", "text": "بهدوء"}
    answer = talk.palm.ask("POST", page.path, fields, x_quiet="1")
    assert (answer.status, answer.body) == (204, b"")
    assert "بهدوء" in bubbles(talk.reads_room(talk.fig, obj))[0]
    seen = talk.fig.post(
        talk.reads_room(talk.fig, obj).path, {"token": token(talk.reads_room(talk.fig, obj)), "do": "seen"}
    )
    assert seen.status == 204


def test_the_script_is_for_members_only(talk: Talk, world: World) -> None:
    path = world.url("script")
    answer = talk.palm.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.body) < 8 * 1024
    assert b"eval(" not in answer.body
    assert b"EventSource" not in Client(world).get(path).body
