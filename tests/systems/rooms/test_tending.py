"""Naming rooms anew and closing them: who may, what is left, and what a program of one's own can't do about it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, leaving, roles, speech
from jiwar.circles.circle import Circle
from jiwar.circles.invitations import Tries
from jiwar.circles.speech import Retract, Takedown
from jiwar.clock import SetClock
from jiwar.errors import NotAllowed, NotThere, RoomClosed, TextMissing
from jiwar.log.shelf import Still
from jiwar.store.contract import KEPT
from jiwar.systems.rooms import service, view
from jiwar.systems.rooms.model import MESSAGE, NAMING, Message, Naming, RoomCover
from jiwar.wire.canonical import Wire, decode, encode
from tests.systems.company import Company, bring, join

pytestmark = pytest.mark.anyio

FORGED = Still(encode(RoomCover("غيره", 7)), KEPT)


async def _room(circle: Circle, name: str = "قعدة المساء") -> bytes:
    return await service.open_room(circle, name, 7)


def _names(circle: Circle) -> list[str]:
    return [room.room.name for room in view.rooms(circle)]


async def _beside_first(circle: Circle, obj: bytes, kind: str, body: Wire, cover: Still | None = None) -> None:
    """What a program of one's own writes where names and the end of a room stand."""
    await speech.write_beside(circle, obj, view.first_slot(circle, obj)[0], kind, body, cover)


async def test_who_opened_a_room_and_a_steward_name_it_anew(company: Company) -> None:
    obj = await _room(company.fig())
    await service.rename(company.fig(), obj, "قعدة الصباح")
    assert _names(company.lamp()) == ["قعدة الصباح"]
    await service.rename(company.palm(), obj, " قعدة  الظهر ")
    assert _names(company.lamp()) == ["قعدة الظهر"]
    with pytest.raises(NotAllowed):
        await service.rename(company.lamp(), obj, "لي")
    with pytest.raises(TextMissing):
        await service.rename(company.palm(), obj, " ")
    assert _names(company.fig()) == ["قعدة الظهر"]


async def test_a_former_name_is_erased(company: Company) -> None:
    obj = await _room(company.fig(), "اسم جارح")
    await service.rename(company.palm(), obj, "قعدة")
    own, *beside = view.first_slot(company.palm(), obj)
    assert own.value
    assert [bool(row.value) for row in beside] == [False, True]
    await service.rename(company.palm(), obj, "قعدة أخرى")
    assert [bool(row.value) for row in view.first_slot(company.palm(), obj)[1:]] == [False, False, True]


async def test_a_closed_room_leaves_nothing_that_opens(company: Company, clock: SetClock) -> None:
    obj = await _room(company.fig())
    said = await service.write(company.fig(), obj, "كلام")
    await service.react(company.lamp(), obj, said.slot, "laugh")
    before = company.palm().log.rows(obj, 0, 1_000, 100)
    await service.close(company.palm(), obj)
    left = company.palm().log.rows(obj, 0, 1_000, 100)
    assert [row.number for row in left if row.value] == [before[-1].number + 1]
    for circle in (company.palm(), company.fig(), company.lamp()):
        assert view.rooms(circle) == []
        with pytest.raises(RoomClosed):
            view.room(circle, obj)
        with pytest.raises(NotThere):
            view.message(circle, obj, said.slot)
        with pytest.raises(NotThere):
            await service.write(circle, obj, "بعد")
        with pytest.raises(NotThere):
            await service.react(circle, obj, said.slot, "laugh")
        with pytest.raises(NotThere):
            await service.close(circle, obj)
    clock.forward(days=2)
    await company.services.store.turn_day(clock.day(), None)  # type: ignore[arg-type]
    with pytest.raises(NotThere):
        company.palm().log.cover(obj)


async def test_who_opened_a_room_closes_it_and_erases_what_is_theirs(company: Company) -> None:
    obj = await _room(company.fig())
    mine = await service.write(company.fig(), obj, "كلامي")
    theirs = await service.write(company.lamp(), obj, "كلامك")
    with pytest.raises(NotAllowed):
        await service.close(company.lamp(), obj)
    await service.close(company.fig(), obj)
    filled = {row.slot for row in company.palm().log.rows(obj, 0, 1_000, 100) if row.value}
    assert mine.slot not in filled
    assert theirs.slot in filled
    assert view.rooms(company.lamp()) == []
    with pytest.raises(NotThere):
        view.message(company.palm(), obj, theirs.slot)


@pytest.mark.parametrize("body", [Takedown(), Retract(b"x" * 16), Naming("غيره")])
@pytest.mark.parametrize("cover", [FORGED, Still(b"", 1), None])
async def test_what_others_write_beside_it_is_ignored_by_everybody(
    company: Company, body: Wire, cover: Still | None
) -> None:
    obj = await _room(company.fig())
    kind = type(body).__name__.lower()
    assert kind in (*speech.KINDS, NAMING)
    await _beside_first(company.lamp(), obj, kind, body, cover)
    for circle in (company.palm(), company.fig(), company.lamp()):
        assert _names(circle) == ["قعدة المساء"]
    await service.write(company.palm(), obj, "ما زلنا هنا")
    assert view.room(company.lamp(), obj).covered


async def test_the_nonce_of_who_opened_a_room_closes_nothing_in_other_hands(company: Company) -> None:
    obj = await _room(company.fig())
    lamp = company.lamp()
    (said,) = lamp.log.readable(obj, view.first_slot(lamp, obj)[:1])
    nonce = decode(said.body, speech.Said).nonce
    await _beside_first(lamp, obj, "retract", Retract(nonce), FORGED)
    assert _names(company.palm()) == ["قعدة المساء"]


async def test_a_closed_room_stays_closed_whatever_is_written_into_it(company: Company, clock: SetClock) -> None:
    obj = await _room(company.fig())
    row = company.lamp().log.cover(obj)
    await service.close(company.palm(), obj)
    lamp = company.lamp()
    await speech.say(lamp, obj, MESSAGE, encode(Message("هنا")), 7, refold=FORGED)
    await _beside_first(lamp, obj, NAMING, Naming("غيره"), FORGED)
    assert view.rooms(company.palm()) == view.rooms(company.lamp()) == []
    await bring(lamp, obj, row.cover)
    assert view.rooms(company.palm()) == view.rooms(company.lamp()) == []
    assert (await _room(company.fig())) in [room.obj for room in view.rooms(company.lamp())]


async def test_a_steward_who_goes_leaves_closed_what_they_closed(company: Company) -> None:
    obj, other = await _room(company.fig()), await _room(company.fig())
    palm = company.palm()
    await roles.give(palm, company.fig().log.persona.key)
    await roles.offer(company.palm(), roles.open_role(company.palm()), company.fig().log.persona.key)
    await entering.take_keys(company.fig().member, company.fig().membership)
    await service.close(company.palm(), obj)
    await leaving.leave(company.palm())
    await leaving.turn_all_due(company.fig().member)
    assert [room.obj for room in view.rooms(company.lamp())] == [other]
    with pytest.raises(RoomClosed):
        view.room(company.lamp(), obj)


async def _reed_comes_later(company: Company) -> Circle:
    """Fig goes, the keys turn, and somebody comes in who gets none of the old ones."""
    palm = company.palm()
    await founding.change_charter(palm, replace(palm.charter, level=1))
    await leaving.leave(company.fig())
    await leaving.turn_all_due(company.palm().member)
    await join(company, Tries(), "reed", "قصب")
    return company.opened_by("reed")


async def test_who_comes_later_sees_open_rooms_and_no_closed_ones(company: Company) -> None:
    """Somebody whose keys begin later can't open a room's first record, and sees that it was emptied."""
    kept, closed = await _room(company.fig(), "باقية"), await _room(company.fig(), "منتهية")
    reed = await _reed_comes_later(company)
    assert view.rooms(reed) == []
    await service.write(company.lamp(), kept, "أهلاً")
    await service.write(company.lamp(), closed, "أهلاً")
    assert sorted(_names(company.opened_by("reed"))) == sorted(["باقية", "منتهية"])
    await service.rename(company.palm(), kept, "جديدة")
    await service.close(company.palm(), closed)
    cover = Still(encode(RoomCover("منتهية", 7)), KEPT)
    await speech.say(company.lamp(), closed, MESSAGE, encode(Message("هنا")), 7, refold=cover)
    assert _names(company.opened_by("reed")) == _names(company.lamp()) == ["جديدة"]


async def test_a_steward_closes_a_room_from_before_their_keys(company: Company) -> None:
    obj = await _room(company.palm())
    await _reed_comes_later(company)
    await service.write(company.palm(), obj, "أهلاً")
    reed = company.opened_by("reed")
    assert view.room(reed, obj).opener == b""
    await roles.give(company.palm(), reed.log.persona.key)
    await roles.offer(company.palm(), roles.open_role(company.palm()), reed.log.persona.key)
    await entering.take_keys(reed.member, reed.membership)
    await service.rename(company.opened_by("reed"), obj, "اسم آخر")
    assert _names(company.lamp()) == ["اسم آخر"]
    await service.close(company.opened_by("reed"), obj)
    assert view.rooms(company.lamp()) == view.rooms(company.palm()) == []
