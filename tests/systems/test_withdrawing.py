"""Somebody erases everything that they wrote before they go; what others said stays, and nobody else can do it."""

from __future__ import annotations

import pytest

from jiwar.circles import erasing
from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view as topics
from jiwar.systems.forum.model import FORUM
from jiwar.systems.rooms import service as rooms
from jiwar.systems.rooms import view as chats
from jiwar.systems.rooms.model import ROOMS
from tests.systems.company import Company

pytestmark = pytest.mark.anyio


def authors(circle: Circle, collection: str) -> set[bytes]:
    """Whose records are left in a collection."""
    found = set()
    for obj in erasing.objects_of(circle, collection):
        rows = [row for row in circle.log.rows(obj, 0, LAST_NUMBER, 1000) if row.value]
        found |= {one.author for one in circle.log.readable(obj, rows)}
    return found


async def test_nothing_of_theirs_is_left_and_the_others_words_are(company: Company) -> None:
    mine = await forum.start_topic(company.fig(), "Chairs", "Who has some?")
    answer = await forum.reply(company.palm(), mine, "Six of them.")
    theirs = await forum.start_topic(company.palm(), "Bread", "Without an oven?")
    await forum.reply(company.fig(), theirs, "On a pan.")
    await forum.react(company.fig(), theirs, topics.topics(company.fig())[0].cover.pages[0], "thanks")
    await forum.edit(company.fig(), mine, topics.topic(company.fig(), mine).cover.pages[0], "Who has four?")
    fig = company.fig()
    me = fig.log.persona.key
    await forum.withdraw(fig)
    palm = company.palm()
    assert authors(palm, FORUM) == {palm.log.persona.key}
    left = topics.topic(palm, mine)
    assert left.cover.title == ""
    assert topics.post(palm, mine, answer.slot).text == "Six of them."
    assert topics.post(palm, theirs, topics.topic(palm, theirs).cover.pages[0]).reactions == ()
    assert me not in authors(palm, FORUM)


async def test_a_topic_that_was_theirs_alone_is_listed_no_more(company: Company) -> None:
    obj = await forum.start_topic(company.fig(), "Chairs", "Who has some?")
    await forum.withdraw(company.fig())
    assert topics.topics(company.palm()) == []
    with pytest.raises(NotThere):
        topics.topic(company.lamp(), obj)


async def test_rooms_that_they_opened_end_and_their_messages_elsewhere_are_gone(company: Company) -> None:
    mine = await rooms.open_room(company.fig(), "Quick tea", 7)
    theirs = await rooms.open_room(company.palm(), "Kitchen", 7)
    stays = await rooms.write(company.palm(), theirs, "The dough is ready")
    goes = await rooms.write(company.fig(), theirs, "So is the tea")
    await rooms.react(company.fig(), theirs, stays.slot, "thanks")
    await rooms.withdraw(company.fig())
    palm = company.palm()
    assert [room.obj for room in chats.rooms(palm)] == [theirs]
    assert authors(palm, ROOMS) == {palm.log.persona.key}
    assert chats.message(palm, theirs, stays.slot).reactions == ()
    with pytest.raises(NotThere):
        chats.message(palm, theirs, goes.slot)
    with pytest.raises(NotThere):
        chats.room(palm, mine)


async def test_regression_what_opens_no_more_is_erased_as_well(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erase token needs no key of the epoch; whoever reads with older keys would still find the words."""
    obj = await forum.start_topic(company.palm(), "Bread", "Without an oven?")
    said = await forum.reply(company.fig(), obj, "On a pan.")
    fig = company.fig()
    readable = fig.log.readable
    monkeypatch.setattr(
        fig.log, "readable", lambda obj, rows: [one for one in readable(obj, rows) if one.number != said.number]
    )
    await erasing.erase_mine(fig, FORUM)
    assert company.palm().log.row(obj, said.slot, said.number).value == b""
    assert topics.post(company.lamp(), obj, topics.topic(company.lamp(), obj).cover.pages[0]).text


async def test_nobody_empties_what_another_wrote(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = await forum.start_topic(company.palm(), "Bread", "Without an oven?")
    row = company.palm().log.rows(obj, 0, LAST_NUMBER, 1)[0]
    lamp = company.lamp()
    monkeypatch.setattr(lamp.log, "readable", lambda obj, rows: [])
    await erasing.erase_mine(lamp, FORUM)
    assert company.palm().log.row(obj, row.slot, row.number).value
