"""What moderators remove: gone for every reader at once, erased when a steward comes by; by nobody else."""

from __future__ import annotations

import pytest

from jiwar.circles import entering, leaving, removals, roles, speech
from jiwar.circles.circle import circle_object
from jiwar.circles.model import MODERATOR
from jiwar.circles.removals import KEEP, Removal
from jiwar.circles.speech import Takedown
from jiwar.errors import NotAllowed, NotThere
from jiwar.log.shelf import Entry
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view as forum_view
from jiwar.systems.rooms import service as rooms
from jiwar.systems.rooms import view as rooms_view
from jiwar.wire.canonical import encode
from tests.systems.company import Company

pytestmark = pytest.mark.anyio


@pytest.fixture
async def court(company: Company) -> Company:
    """Lamp is a moderator."""
    await roles.open_circle(company.palm(), MODERATOR)
    await roles.give(company.palm(), company.lamp().log.persona.key, MODERATOR)
    await leaving.turn_all_due(company.palm().member)
    lamp = company.lamp()
    assert await entering.take_keys(lamp.member, lamp.membership) is not None
    return company


async def topic(company: Company) -> bytes:
    obj = await forum.start_topic(company.fig(), "عنوان", "كلام جارح")
    assert forum_view.post(company.palm(), obj, slot(company, obj)).fate == "stands"
    return obj


def slot(company: Company, obj: bytes) -> int:
    return company.palm().log.rows(obj, 0, 2**62, 1)[0].slot


def values(company: Company, obj: bytes, at: int) -> list[bool]:
    return [bool(row.value) for row in company.palm().log.rows(obj, at, at, 1)]


async def test_a_moderator_removes_a_post(court: Company) -> None:
    obj = await topic(court)
    at = slot(court, obj)
    await forum.take_down(court.lamp(), obj, at)
    for circle in (court.palm(), court.fig(), court.lamp()):
        assert forum_view.post(circle, obj, at).fate == "removed"
        assert forum_view.post(circle, obj, at).text == ""
    assert values(court, obj, at) == [True, True]
    await speech.erase_removed_everywhere(court.palm().member)
    assert values(court, obj, at) == [False, True]
    assert forum_view.post(court.fig(), obj, at).fate == "removed"
    await speech.erase_removed_everywhere(court.palm().member)
    assert values(court, obj, at) == [False, True]


async def test_a_moderator_removes_a_message_and_ends_no_room(court: Company) -> None:
    obj = await rooms.open_room(court.fig(), "قعدة", 7)
    said = await rooms.write(court.fig(), obj, "كلام جارح")
    await rooms.take_down(court.lamp(), obj, said.slot)
    assert [one.fate for one in rooms_view.messages(court.fig(), obj)] == ["removed"]
    with pytest.raises(NotAllowed):
        await rooms.close(court.lamp(), obj)
    first = rooms_view.first_slot(court.lamp(), obj)[0]
    await speech.write_beside(court.lamp(), obj, first, "takedown", Takedown())
    assert [room.room.name for room in rooms_view.rooms(court.fig())] == ["قعدة"]


async def test_whoever_is_no_moderator_removes_nothing(court: Company) -> None:
    obj = await topic(court)
    at = slot(court, obj)
    with pytest.raises(NotAllowed):
        await forum.take_down(court.fig(), obj, at)
    # With a program of their own: a note of their own, and word for the stewards.
    fig = court.fig()
    own = fig.log.rows(obj, at, at, 1)[0]
    await speech.write_beside(fig, obj, own, "takedown", Takedown())
    await removals.ask(fig, obj, at)
    await speech.erase_removed_everywhere(court.palm().member)
    assert forum_view.post(court.palm(), obj, at).fate == "stands"
    assert values(court, obj, at) == [True, True]


async def test_who_was_a_moderator_removes_nothing_more(court: Company) -> None:
    obj = await topic(court)
    await roles.take(court.palm(), court.lamp().log.persona.key, MODERATOR)
    with pytest.raises(NotAllowed):
        await forum.take_down(court.lamp(), obj, slot(court, obj))


@pytest.mark.parametrize(
    "body", [b"?", encode(Removal(b"", 0)), encode(Removal(b"o" * 16, -1)), encode(Removal(b"o" * 16, 9))]
)
async def test_word_of_something_else_breaks_nothing(court: Company, body: bytes) -> None:
    fig = court.fig()
    await fig.log.append(Entry(circle_object(fig.id), "removal", body, KEEP))
    obj = await topic(court)
    await forum.take_down(court.lamp(), obj, slot(court, obj))
    await speech.erase_removed_everywhere(court.palm().member)
    assert values(court, obj, slot(court, obj)) == [False, True]


async def test_nobody_else_has_anything_erased(court: Company) -> None:
    """Word of a slot where a moderator removed nothing leaves it as it is."""
    obj = await topic(court)
    await removals.ask(court.lamp(), obj, slot(court, obj))
    await speech.erase_removed_everywhere(court.palm().member)
    assert values(court, obj, slot(court, obj)) == [True]
    with pytest.raises(NotThere):
        await speech.erase_removed(court.fig())
