"""A room's other pages: another name, its end, and what everybody sees of both."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import speech
from jiwar.circles.speech import Takedown
from jiwar.systems.rooms import rules, view
from jiwar.systems.rooms.model import Naming
from tests.systems.company import bring
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, press, token

OLD, NEW = "قعدة المساء", "قعدة الصباح"


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _tends(talk: Talk, who: Someone, obj: bytes) -> Page:
    """From the room to the page about it."""
    path = who.about("room_tend", talk.circle, obj)
    assert path in talk.reads_room(who, obj).links
    return who.get(path)


def _ends(talk: Talk, who: Someone, obj: bytes) -> Page:
    """From there to the page that asks once more."""
    path = who.about("room_close", talk.circle, obj)
    assert path in _tends(talk, who, obj).links
    return who.get(path)


def test_a_room_gets_another_name(talk: Talk) -> None:
    obj = talk.room(talk.fig)
    for who, name in ((talk.fig, NEW), (talk.palm, "قعدة الظهر")):
        page = who.send(_tends(talk, who, obj), "room_tend", name=name)
        assert f">{name}</h1>" in page.html
    for page in (talk.reads_room(talk.fig, obj), talk.fig.get("/talk")):
        assert "قعدة الظهر" in page.text
        assert OLD not in page.text
        assert NEW not in page.text


@pytest.mark.parametrize("name", [" ", "x" * 61])
def test_a_name_that_cannot_be_changes_nothing(talk: Talk, name: str) -> None:
    obj = talk.room(talk.fig)
    page = talk.fig.send(_tends(talk, talk.fig, obj), "room_tend", name=name)
    assert page.status == 400
    assert page.form("/room/{room}/about").fields["name"] == name
    assert view.room(talk.opened_by(talk.palm), obj).room.name == OLD


def test_a_room_is_ended_and_gone_for_everybody(talk: Talk) -> None:
    obj = talk.room(talk.fig)
    slot = talk.say(talk.fig, obj, "كلام المساء")
    room = talk.reads_room(talk.fig, obj)
    more = press(talk.fig, room, f"open:{slot}:")
    page = _ends(talk, talk.palm, obj)
    assert talk.palm.word("What was said in it is erased.") in page.text
    listed = talk.palm.send(page, "room_close")
    assert listed.path.startswith("/talk")
    assert OLD not in listed.text
    assert talk.palm.word("This chat was ended.") in listed.text
    for who in (talk.palm, talk.fig):
        gone = talk.reads_room(who, obj)
        assert gone.status == 410
        assert who.word("This chat was ended.") in gone.text
        assert "كلام المساء" not in who.get("/home").text
        assert OLD not in who.get("/talk").text
    for do in ("open", "retract", "laugh", "quote", "send"):
        assert press(talk.fig, more, do, text="بعد").status == 410
    kept = press(talk.fig, room, "send", text="جملة طويلة")
    assert kept.status == 410
    assert "جملة طويلة" in kept.html


def test_who_opened_a_room_is_told_what_ending_it_erases(talk: Talk) -> None:
    obj = talk.room(talk.fig)
    page = _ends(talk, talk.fig, obj)
    told = "What I wrote in it is erased at once, what others wrote when its days are over."
    assert talk.fig.word(told) in page.text
    talk.fig.send(page, "room_close")
    assert talk.reads_room(talk.palm, obj).status == 410


def test_others_find_no_such_place(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    world, name = talk.seats.world, talk.fig.name(talk.circle[:16] + obj)
    assert world.url("room_tend", room=name) not in talk.reads_room(talk.fig, obj).html
    for place in ("room_tend", "room_close"):
        assert talk.fig.get(world.url(place, room=name)).status == 403
    page = talk.reads_room(talk.fig, obj)
    for place in ("room_tend", "room_close"):
        sent = talk.fig.post(world.url(place, room=name), {"token": token(page), "name": NEW})
        assert sent.status == 403
    assert view.room(talk.opened_by(talk.palm), obj).room.name == OLD


def test_regression_an_old_cover_shows_no_closed_room_and_no_old_name(talk: Talk) -> None:
    """What was rendered under a cover is kept; who puts that cover back must not bring it back."""
    first, second = talk.room(talk.fig, "الأولى"), talk.room(talk.fig, "الثانية")
    before = {obj: talk.opened_by(talk.fig).log.cover(obj).cover for obj in (first, second)}
    assert "الأولى" in talk.fig.get("/talk").text
    talk.palm.send(_ends(talk, talk.palm, first), "room_close")
    talk.palm.send(_tends(talk, talk.palm, second), "room_tend", name="الثالثة")
    for obj, cover in before.items():
        talk.seats.world.run(bring(talk.opened_by(talk.fig), obj, cover))
    listed = talk.fig.get("/talk").text
    assert "الثالثة" in listed
    assert "الأولى" not in listed
    assert "الثانية" not in listed


@pytest.mark.parametrize("body", [Takedown(), Naming(NEW)])
def test_what_others_write_beside_it_changes_no_page(talk: Talk, body: Takedown | Naming) -> None:
    obj = talk.room(talk.palm)
    circle = talk.opened_by(talk.fig)
    own = view.first_slot(circle, obj)[0]
    talk.seats.run(speech.write_beside(circle, obj, own, type(body).__name__.lower(), body))
    for who in (talk.palm, talk.fig):
        assert f">{OLD}</h1>" in talk.reads_room(who, obj).html


def test_the_fourth_room_of_one_person_is_refused_with_a_sentence(talk: Talk) -> None:
    for _ in range(rules.MOST_OWN):
        obj = talk.room(talk.fig)
    new = talk.fig.get(talk.seats.world.url("new_room"))
    page = talk.fig.send(new, "new_room", name=NEW, keep="7")
    assert page.status == 409
    sentence = "I have opened %(most)s chats here, which is as many as one may. Ending one makes room."
    assert talk.fig.word(sentence) % {"most": {"ar": "٣"}.get(talk.fig.language, "3")} in page.text
    assert page.form("/new/room").fields["name"] == NEW
    assert not re.search(r"<input[^>]*aria-invalid", page.html)
    talk.fig.send(_ends(talk, talk.fig, obj), "room_close")
    assert talk.fig.send(page, "new_room", name=NEW, keep="7").status == 200
