"""Rooms through the real log: messages, answers, what is new, and that everything disappears."""

from __future__ import annotations

import pytest

from jiwar.circles import leaving
from jiwar.circles.circle import Circle
from jiwar.circles.policy import FIRST_LEVELS
from jiwar.clock import SetClock
from jiwar.errors import BadChoice, Full, NotAllowed, NotThere, OwnRoomsFull, TextMissing, TextTooLong
from jiwar.log.shelf import Entry
from jiwar.store.contract import KEPT
from jiwar.systems.rooms import rules, service, view
from jiwar.systems.rooms.model import ROOM, ROOMS, Message, RoomCover
from jiwar.wire.canonical import encode
from tests.systems.company import Company, spoil

pytestmark = pytest.mark.anyio


async def _room(circle: Circle, keep: int = 7) -> bytes:
    return await service.open_room(circle, "قعدة المساء", keep)


async def test_messages_are_read_by_others_in_their_order(company: Company) -> None:
    obj = await _room(company.palm())
    for name, text in (("palm", "مساء الخير"), ("fig", "مساء النور"), ("palm", "كيف عرفت")):
        await service.write(company.opened_by(name), obj, text)
    lamp = company.lamp()
    (room,) = view.rooms(lamp)
    assert (room.room.name, room.room.keep) == ("قعدة المساء", 7)
    said = view.messages(lamp, obj)
    assert [(lamp.handle_of(one.author), one.text) for one in said] == [
        ("نخلة", "مساء الخير"),
        ("تينة", "مساء النور"),
        ("نخلة", "كيف عرفت"),
    ]
    assert all(one.last_day() == one.day + 7 for one in said)


async def test_the_newest_messages_are_shown_and_older_ones_on_demand(company: Company) -> None:
    obj = await _room(company.palm())
    for number in range(7):
        await service.write(company.palm(), obj, f"كلمة {number}")
    fig = company.fig()
    newest = view.messages(fig, obj, limit=3)
    assert [one.text for one in newest] == ["كلمة 4", "كلمة 5", "كلمة 6"]
    assert [one.text for one in view.messages(fig, obj, 3, newest[0].slot)] == ["كلمة 1", "كلمة 2", "كلمة 3"]


async def test_an_answer_is_a_reference(company: Company) -> None:
    obj = await _room(company.palm())
    first = await service.write(company.palm(), obj, "شكو ماكو؟")
    second = await service.write(company.fig(), obj, "ماكو شي", first.slot)
    assert view.message(company.lamp(), obj, second.slot).reply_to == first.slot
    await service.unsend(company.palm(), obj, first.slot)
    with pytest.raises(NotThere):
        await service.write(company.fig(), obj, "وين راح؟", first.slot)
    assert [one.fate for one in view.messages(company.lamp(), obj)] == ["retracted", "stands"]


async def test_a_message_is_worded_anew_by_its_author_only(company: Company) -> None:
    obj = await _room(company.palm())
    first = await service.write(company.palm(), obj, "شكو ماكوو؟")
    second = await service.write(company.fig(), obj, "ماكو شي", first.slot)
    await service.edit(company.palm(), obj, first.slot, "شكو ماكو؟")
    await service.edit(company.fig(), obj, second.slot, "ماكو شي أبداً")
    shown = view.messages(company.lamp(), obj)
    assert [(one.text, one.edited) for one in shown] == [("شكو ماكو؟", True), ("ماكو شي أبداً", True)]
    assert shown[1].reply_to == first.slot
    with pytest.raises(NotAllowed):
        await service.edit(company.lamp(), obj, first.slot, "أنا")
    with pytest.raises(NotAllowed):
        await service.unsend(company.lamp(), obj, first.slot)


async def test_a_steward_removes_a_message(company: Company) -> None:
    obj = await _room(company.fig())
    said = await service.write(company.fig(), obj, "كلام جارح")
    with pytest.raises(NotAllowed):
        await service.take_down(company.lamp(), obj, said.slot)
    await service.take_down(company.palm(), obj, said.slot)
    (shown,) = view.messages(company.lamp(), obj)
    assert (shown.fate, shown.text) == ("removed", "")


async def test_reactions_are_counted_and_taken_back(company: Company) -> None:
    obj = await _room(company.palm())
    said = await service.write(company.palm(), obj, "بيجاما فوق بيجاما")
    await service.react(company.fig(), obj, said.slot, "laugh")
    await service.react(company.lamp(), obj, said.slot, "laugh")
    assert [len(who) for _, who in view.message(company.palm(), obj, said.slot).reactions] == [2]
    await service.react(company.fig(), obj, said.slot, "laugh")
    assert [len(who) for _, who in view.message(company.palm(), obj, said.slot).reactions] == [1]
    with pytest.raises(BadChoice):
        await service.react(company.fig(), obj, said.slot, "wow")


async def test_what_is_new_is_what_came_after_the_mark(company: Company) -> None:
    obj = await _room(company.palm())
    records = [await service.write(company.palm(), obj, f"كلمة {number}") for number in range(40)]
    fig = company.fig()
    (room,) = view.rooms(fig)
    assert len(view.new_rows(fig, room)) == rules.MOST_UNREAD
    fig.has_seen(obj, records[36].number)
    fig = company.fig()
    assert [slot[0].slot for slot in view.new_rows(fig, room)] == [record.slot for record in records[37:]]
    fig.has_seen(obj, room.head)
    assert view.new_rows(company.fig(), room) == []


async def test_messages_disappear_and_the_room_stays(company: Company, clock: SetClock) -> None:
    obj = await _room(company.palm(), keep=1)
    await service.write(company.palm(), obj, "الليلة")
    clock.forward(days=1)
    await service.write(company.fig(), obj, "غداً")
    clock.forward(days=1)
    lamp = company.lamp()
    assert [one.text for one in view.messages(lamp, obj)] == ["غداً"]
    await company.services.store.turn_day(clock.day(), None)  # type: ignore[arg-type]
    clock.forward(days=1)
    lamp = company.lamp()
    assert view.messages(lamp, obj) == []
    (room,) = view.rooms(lamp)
    assert view.new_rows(lamp, room) == []


async def test_a_message_stays_no_longer_than_the_policy_lets_it(company: Company) -> None:
    policy = FIRST_LEVELS["close"][3]
    assert rules.kept_days(RoomCover("x", 7), policy) == policy.room_days == 1
    assert rules.keeps(policy) == (1,)
    with pytest.raises(BadChoice):
        rules.new_room("x", 7, policy)
    with pytest.raises(BadChoice):
        await _room(company.palm(), keep=30)


async def test_a_circle_holds_a_dozen_open_rooms(company: Company) -> None:
    for _ in range(rules.MOST_ROOMS):
        obj = await _room(company.palm())
    with pytest.raises(Full):
        await _room(company.palm())
    await service.close(company.palm(), obj)
    await _room(company.palm())


async def test_one_person_opens_three_and_no_more(company: Company) -> None:
    for _ in range(rules.MOST_OWN):
        obj = await _room(company.fig())
    with pytest.raises(OwnRoomsFull):
        await _room(company.fig())
    await _room(company.lamp())
    await service.close(company.fig(), obj)
    await _room(company.fig())


async def test_readers_let_the_rooms_of_one_person_give_way_when_they_are_too_many(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [await _room(company.lamp()), await _room(company.palm())]
    monkeypatch.setattr(rules, "require_place", lambda *_: None)
    flood = [await _room(company.fig()) for _ in range(rules.MOST_ROOMS + 5)]
    monkeypatch.undo()
    shown = [room.obj for room in view.rooms(company.palm())]
    assert len(shown) == rules.MOST_ROOMS
    assert {*first, *flood[: rules.MOST_OWN]} <= set(shown)
    mine = await _room(company.lamp())
    assert mine in [room.obj for room in view.rooms(company.palm())]


async def test_a_room_that_makes_no_sense_is_passed_over(company: Company) -> None:
    fig = company.fig()
    for fold in (b"\xc1", encode(RoomCover("", 7)), encode(RoomCover("x", 5))):
        entry = Entry(fig.services.random(16), ROOM, fold, KEPT, collection=ROOMS)
        await fig.log.append(entry, refold=lambda _, fold=fold: fold, create=True)
    obj = await _room(company.palm())
    assert [room.obj for room in view.rooms(company.lamp())] == [obj]
    with pytest.raises(NotThere):
        view.room(company.lamp(), entry.obj)


async def test_regression_a_room_whose_cover_nobody_can_open_stays_and_is_mended(company: Company) -> None:
    obj = await _room(company.palm())
    await service.write(company.fig(), obj, "مساء الخير")
    await spoil(company.lamp(), obj)
    (room,) = view.rooms(company.palm())
    assert (room.room, room.covered) == (RoomCover("قعدة المساء", 7), False)
    assert [one.text for one in view.messages(company.palm(), obj)] == ["مساء الخير"]
    await service.write(company.fig(), obj, "مساء النور")
    lamp = company.lamp()
    assert lamp.log.open_cover(lamp.log.cover(obj)).fold == encode(RoomCover("قعدة المساء", 7))
    assert view.room(lamp, obj).covered


async def test_texts_are_bounded(company: Company) -> None:
    obj = await _room(company.palm())
    with pytest.raises(TextMissing):
        await service.write(company.palm(), obj, " ")
    with pytest.raises(TextTooLong):
        await service.write(company.palm(), obj, "x" * 4_001)
    await service.write(company.palm(), obj, "🌙" * 4_000)
    assert not rules.is_sound_message(encode(Message("x", -2)))
    assert not rules.is_sound_message(b"\xc1")


async def test_writing_into_what_is_no_room_is_refused(company: Company) -> None:
    obj = await _room(company.palm())
    room_record = company.palm().log.rows(obj, 0, 10_000, 1)[0]
    with pytest.raises(NotThere):
        view.message(company.palm(), obj, room_record.slot)
    with pytest.raises(NotThere):
        await service.write(company.palm(), b"x" * 16, "مرحبا")


async def test_a_room_outlives_who_opened_it_and_the_keys_of_its_time(company: Company) -> None:
    obj = await _room(company.fig())
    await service.write(company.fig(), obj, "وداعاً")
    await leaving.leave(company.fig())
    await service.write(company.lamp(), obj, "مع السلامة")
    assert [one.text for one in view.messages(company.palm(), obj)] == ["وداعاً", "مع السلامة"]
    await leaving.turn_all_due(company.palm().member)
    await service.write(company.lamp(), obj, "فتحنا صفحة جديدة")
    await service.write(company.palm(), obj, "أهلاً")
    lamp = company.lamp()
    assert lamp.log.newest.epoch == 1
    (room,) = view.rooms(lamp)
    assert (room.room.name, room.covered) == ("قعدة المساء", True)
    assert len(view.messages(lamp, obj)) == 4
