"""Talk: topics and rooms in one list, what is new first, by filter and by group."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import founding, leaving, people
from jiwar.systems.forum import service
from jiwar.systems.forum.rules import PAGE
from jiwar.web.lately import BESIDE
from jiwar.web.offers import cards
from tests.web.client import Page, World
from tests.web.pages import LANGUAGES
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk

ROW = re.compile(r'<li><a class="row(?: read)?" href="[^"]*"[^>]*>.*?</a></li>', re.DOTALL)


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _rows(page: Page) -> list[str]:
    return ROW.findall(page.html)


def _second_group(talk: Talk) -> bytes:
    ready = cards(talk.seats.language)["close"]
    charter = founding.first_charter("close", "مطبخ الأربعاء", ready.about, ready.rules, "link")
    return talk.seats.world.run(founding.found_circle(talk.palm.member, charter, "بصلة")).id


def test_topics_and_rooms_stand_in_one_list(talk: Talk) -> None:
    talk.topic(talk.palm, "عقد إيجار")
    room = talk.room(talk.palm, "قعدة المساء")
    talk.say(talk.palm, room, "مساء الخير")
    rows = _rows(talk.fig.get("/talk"))
    assert ["عقد إيجار" in rows[1], "قعدة المساء" in rows[0], "مساء الخير" in rows[0]] == [True] * 3
    assert "نخلة" in rows[0]


def test_what_is_new_comes_first_and_is_counted(talk: Talk, world: World) -> None:
    old, new = talk.topic(talk.palm, "قديم"), talk.topic(talk.palm, "جديد فيه")
    talk.reads_topic(talk.fig, old)
    talk.reads_topic(talk.fig, new)
    for number in range(3):
        talk.reply(talk.palm, new, f"ردّ {number}")
    talk.topic(talk.fig, "لي أنا")
    rows = _rows(talk.fig.get("/talk"))
    assert ["جديد فيه" in rows[0], "لي أنا" in rows[1], "قديم" in rows[2]] == [True] * 3
    three = world.site.languages[talk.fig.language].number(3)
    assert f'<span class="n">{three}<span class="unseen">' in rows[0]
    assert ['class="row read"' in row for row in rows] == [False, True, True]
    talk.reads_topic(talk.fig, new)
    assert '<span class="n"></span>' in _rows(talk.fig.get("/talk"))[1]


def test_unread_messages_are_counted_without_own_and_blocked_ones(talk: Talk, world: World) -> None:
    room = talk.room(talk.palm)
    talk.say(talk.palm, room, "واحد")
    talk.say(talk.fig, room, "اثنان")
    talk.say(talk.palm, room, "ثلاثة")
    numbers = world.site.languages[talk.palm.language]
    guest = talk.seats.joins(talk.palm, talk.circle, "قنديل")
    talk.say(talk.palm, room, "أربعة")
    talk.say(talk.fig, room, "خمسة")
    assert f'<span class="n">{numbers.number(2)}<' in _rows(guest.get("/talk"))[0]
    talk.seats.run(people.block(talk.opened_by(guest), talk.palm.persona(talk.circle), True))
    assert f'<span class="n">{numbers.number(1)}<' in _rows(guest.get("/talk"))[0]


def test_filters_show_new_ones_and_rooms(talk: Talk) -> None:
    _second_group(talk)
    read, new = talk.topic(talk.fig, "مقروء"), talk.topic(talk.fig, "غير مقروء")
    talk.reads_topic(talk.palm, read)
    talk.reads_room(talk.palm, talk.room(talk.palm, "غرفة"))
    assert new
    shown = {name: "".join(_rows(talk.palm.get(f"/talk?show={name}"))) for name in ("all", "new", "rooms")}
    assert ["مقروء</b>" in shown["all"], "غرفة" in shown["all"]] == [True, True]
    assert ["غير مقروء" in shown["new"], ">مقروء<" in shown["new"], "غرفة" in shown["new"]] == [True, False, False]
    assert ["مقروء" in shown["rooms"], "غرفة" in shown["rooms"]] == [False, True]


def test_a_group_has_its_own_list(talk: Talk) -> None:
    second = _second_group(talk)
    talk.topic(talk.palm, "سكن")
    talk.seats.run(service.start_topic(talk.palm.circle(second), "بصل", "كم كيلو؟"))
    every = talk.palm.get("/talk")
    named = f"مطبخ الأربعاء</bdi>{LANGUAGES[talk.palm.language].between}"
    assert ["سكن" in every.text, "بصل" in every.text, named in every.html] == [True] * 3
    own = talk.palm.to("talk", second)
    assert ["سكن" in own.text, "بصل" in own.text] == [False, True]
    assert named not in own.html
    assert talk.fig.to("talk", second).status == 404


def test_a_group_list_goes_on_to_older_topics(talk: Talk) -> None:
    for number in range(PAGE + 2):
        talk.topic(talk.palm, f"موضوع {number}.")
    first = talk.fig.to("talk", talk.circle)
    assert len(_rows(first)) == PAGE
    older = next(link for link in first.links if "before=" in link).replace("&amp;", "&")
    second = talk.fig.get(older)
    assert [f"موضوع {number}." in row for number, row in zip((1, 0), _rows(second), strict=True)] == [True, True]
    assert "before=" not in "".join(second.links)
    assert talk.palm.get(older).status == 404
    assert talk.fig.get(talk.fig.at("talk", talk.circle, before="xyz")).status == 404


@pytest.mark.parametrize("show", ["", "?show=new", "?show=rooms", "?show=strange"])
def test_an_empty_list_says_so_and_offers_one_thing(talk: Talk, show: str) -> None:
    _second_group(talk)
    page = talk.palm.get(f"/talk{show}")
    assert page.status == 200
    assert _rows(page) == []
    assert '<svg class="art' in page.html


def test_a_note_stands_in_the_row(talk: Talk) -> None:
    talk.topic(talk.palm, "كلام ثقيل", "…", "فقد")
    assert "فقد" in _rows(talk.fig.get("/talk"))[0]


def test_who_is_in_no_group_is_led_to_the_groups(talk: Talk) -> None:
    nobody = talk.seats.someone()
    page = nobody.get("/talk")
    assert nobody.word("No group yet. The first one can be small.") in page.text
    assert nobody.get("/new/topic").path == "/talk"
    assert nobody.get("/new/room").path == "/talk"


def test_a_closed_group_is_left_out(talk: Talk) -> None:
    talk.topic(talk.palm, "عقد إيجار")
    guest = talk.seats.joins(talk.palm, talk.circle, "قنديل")
    talk.seats.run(leaving.remove(talk.opened_by(talk.palm), guest.persona(talk.circle)))
    assert _rows(guest.get("/talk")) == []
    assert guest.get("/home").status == 200


def test_own_name_of_a_group_stands_in_rows(talk: Talk) -> None:
    _second_group(talk)
    talk.topic(talk.palm, "عقد إيجار")
    talk.seats.run(people.name_circle(talk.opened_by(talk.palm), "جيراني"))
    assert "جيراني" in _rows(talk.palm.get("/talk"))[0]


def test_no_stable_name_stands_in_a_path(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    links = {name: who.get("/talk").links for name, who in (("palm", talk.palm), ("fig", talk.fig))}
    topics = {name: [link for link in found if link.startswith("/talk/")] for name, found in links.items()}
    assert topics["palm"]
    assert not set(topics["palm"]) & set(topics["fig"])
    assert obj.hex() not in "".join(topics["palm"])


def _cost(talk: Talk, who: Someone, monkeypatch: pytest.MonkeyPatch) -> int:
    calls, store = [0], talk.seats.world.hub.store
    with monkeypatch.context() as patch:
        for name in ("shelf", "objects", "object", "records", "record", "day_halves"):
            real = getattr(store, name)

            def count(*given: object, real=real, **more: object) -> object:
                calls[0] += 1
                return real(*given, **more)

            patch.setattr(store, name, count)
        who.get("/home")
        who.get("/talk")
    return calls[0]


def test_lists_cost_the_same_reads_however_much_was_written(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    room = talk.room(talk.palm)
    talk.say(talk.palm, room, "واحد")
    for _ in range(3):
        talk.topic(talk.palm)
    _cost(talk, talk.fig, monkeypatch)
    few = _cost(talk, talk.fig, monkeypatch)
    for number in range(40):
        talk.topic(talk.palm, f"موضوع {number}")
        talk.say(talk.palm, room, f"كلمة {number}")
    _cost(talk, talk.fig, monkeypatch)
    assert _cost(talk, talk.fig, monkeypatch) == few


def test_the_open_talk_stays_in_the_list_beside_it(talk: Talk) -> None:
    """Once read it is older than all that is new, and there is more of that than the list holds."""
    first = talk.topic(talk.palm, "المفتوح")
    for number in range(BESIDE - 1):
        talk.topic(talk.palm, f"جديد {number}")
    talk.say(talk.palm, talk.room(talk.palm), "مساء الخير")
    rows = _rows(talk.reads_topic(talk.fig, first))
    assert [('aria-current="true"' in row, "المفتوح" in row) for row in rows if "المفتوح" in row] == [(True, True)]


def test_a_phone_is_spared_what_only_a_wide_screen_shows(talk: Talk) -> None:
    """Most readers have one, and would fetch on every page what their browser hides."""
    obj = talk.topic(talk.palm, "عقد إيجار")
    path = talk.seats.world.url("topic", topic=talk.fig.name(talk.circle[:16] + obj))
    agent = "Mozilla/5.0 (Android 13; %s; rv:128.0) Gecko/128.0 Firefox/128.0"
    assert _rows(talk.fig.ask("GET", path, user_agent=agent % "Tablet"))
    narrow = talk.fig.ask("GET", path, user_agent=agent % "Mobile")
    assert "عقد إيجار" in narrow.text
    assert not _rows(narrow)
