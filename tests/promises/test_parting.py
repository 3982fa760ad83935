"""Going in three ways: who leaves without a name is named to nobody, who erases everything leaves no text.

The words of others stay, and the last of the care team, who may not leave, erases nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from jiwar.circles import erasing, fold, leaving, letters, roles
from jiwar.circles.circle import Circle, circle_object
from jiwar.circles.founding import BOX
from jiwar.circles.model import Leave
from jiwar.errors import LastSteward
from jiwar.log.shelf import LAST_NUMBER, ShelfLog
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view as topics
from jiwar.systems.forum.model import FORUM
from jiwar.systems.rooms import service as rooms
from jiwar.systems.rooms.model import ROOMS
from jiwar.web import parting
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, send_letter, village

pytestmark = pytest.mark.anyio

NAME = "Marguerite"
TITLE, FIRST, TEXT, ANSWER = "Chairs for Friday", "Who has some?", "Who has four to lend?", "Flat bread, on a pan."
ROOM, MESSAGE, CARED = "Quick tea", "It is ready.", "A word among stewards."
THEIRS = (TITLE, TEXT, ANSWER, ROOM, MESSAGE, CARED)
OTHERS = ("Bread without an oven", "How is it done?", "Kitchen", "The dough is ready.")

go = roles.go


async def _nothing(*_: Any) -> None:
    return None


async def _named_to_the_team(circle: Circle, nameless: bool = False) -> None:
    await go(circle, nameless and not circle.membership.parent)


def _keeps_the_name(walk: Any, state: Any, record: Any, body: Leave) -> Any:
    return fold._leave(walk, state, record, Leave(False))


MUTATIONS: Mutations = {
    "nobody leaves without a name": replaced(roles, "go", lambda circle, nameless=False: go(circle)),
    "the care team keeps the name": replaced(roles, "go", _named_to_the_team),
    "readers keep the name": replaced(fold, "_RULES", {**fold._RULES, Leave: _keeps_the_name}),
    "nothing is erased": replaced(erasing, "erase_mine", _nothing),
    "texts are hidden, not erased": replaced(ShelfLog, "erase_own", _nothing),
    "a topic keeps its title": replaced(forum, "retract", _nothing),
    "a room keeps its name": replaced(rooms, "close", _nothing),
    "rooms are forgotten": replaced(parting, "WITHDRAWALS", (forum.withdraw,)),
    "what was said in the care team stays": replaced(roles, "all_held", lambda circle: []),
    "letters stay in the box": replaced(erasing, "empty_box", _nothing),
    "erased first, then refused": replaced(leaving, "require_may_leave", lambda circle: None),
}


@dataclass
class Leaving:
    """A village, and somebody in its care team who has spoken everywhere."""

    here: Village
    who: Person

    async def part(self, way: str) -> None:
        await parting.part(self.who.circle(self.here.circle), way)

    def readers(self) -> Iterator[Circle]:
        """Every circle of everybody who stays."""
        for one in self.here.everybody:
            circle = one.circle(self.here.circle)
            yield circle
            if circle.is_steward:
                yield roles.open_role(circle)


@pytest.fixture
async def going(here: Village) -> Leaving:
    return await speaks(here)


async def speaks(here: Village) -> Leaving:
    who = await here.world.join(here.circle, here.founder, NAME)
    await here.world.make_steward(here.circle, here.founder, who)

    def mine() -> Circle:
        return who.circle(here.circle)

    def founders() -> Circle:
        return here.founder.circle(here.circle)

    topic = await forum.start_topic(founders(), *OTHERS[:2])
    await forum.reply(mine(), topic, ANSWER)
    own = await forum.start_topic(mine(), TITLE, FIRST)
    await forum.edit(mine(), own, topics.topic(mine(), own).head, TEXT)
    room = await rooms.open_room(founders(), OTHERS[2], 7)
    await rooms.write(founders(), room, OTHERS[3])
    await rooms.write(mine(), room, MESSAGE)
    await rooms.write(mine(), await rooms.open_room(mine(), ROOM, 7), MESSAGE)
    care = roles.open_role(mine())
    await rooms.write(care, await rooms.open_room(care, ROOM, 7), CARED)
    persona = mine().log.persona.key
    await send_letter(here.member.circle(here.circle), persona, letters.TRUST, b"for her alone")
    return Leaving(here, who)


def _named(circle: Circle) -> bytes:
    """Whoever has or had the name in this circle."""
    return next((one.persona for one in circle.state.members if one.handle == NAME), b"")


def opened(circle: Circle) -> str:
    """Everything that a reader of this circle opens: who is and was in it, what is listed, what was said."""
    found = [encode(circle.state), encode(circle.sketch)]
    for collection in (FORUM, ROOMS):
        for row in circle.log.covers(collection, None, 100):
            found += [row.cover.value and circle.log.standing(row).fold]
            found += [
                one.body for one in circle.log.readable(row.obj, circle.log.rows(row.obj, 0, LAST_NUMBER, 1000))
            ]
    return b"\n".join(found).decode(errors="replace")


async def test_who_just_leaves_is_still_named_beside_their_words(going: Leaving) -> None:
    await going.part("leave")
    for circle in going.readers():
        assert circle.handle_of(_named(circle)) == NAME
    said = "".join(opened(circle) for circle in going.readers())
    assert [text for text in (*THEIRS, *OTHERS) if text not in said] == []


async def test_who_leaves_without_a_name_is_named_to_nobody(going: Leaving) -> None:
    personas = [_named(circle) for circle in going.readers()]
    await going.part("nameless")
    for circle, persona in zip(going.readers(), personas, strict=True):
        assert circle.sketch.member(persona)
        assert circle.handle_of(persona) == ""
        assert NAME not in opened(circle)
    assert TEXT in opened(going.here.member.circle(going.here.circle))


async def test_newcomers_read_the_name_nowhere(going: Leaving) -> None:
    await going.part("nameless")
    assert NAME not in opened(await _newcomer(going.here, "before"))
    await leaving.turn_all_due(going.here.founder.member)
    assert NAME not in opened(await _newcomer(going.here, "after"))


async def test_newcomers_who_do_not_read_back_open_no_record_that_names_them() -> None:
    going = await speaks(await village(card="support"))
    assert not going.who.circle(going.here.circle).policy.newcomers_read_back
    await going.part("nameless")
    await leaving.turn_all_due(going.here.founder.member)
    circle = await _newcomer(going.here, "after")
    own = circle_object(circle.id)
    bodies = [one.body for one in circle.log.readable(own, circle.log.rows(own, 0, LAST_NUMBER, 1000))]
    assert any(b"after" in body for body in bodies)
    assert not any(NAME.encode() in body for body in bodies)


async def _newcomer(here: Village, handle: str) -> Circle:
    return (await here.world.join(here.circle, here.founder, handle)).circle(here.circle)


async def test_who_erases_everything_leaves_no_text(going: Leaving) -> None:
    rows = [(circle.log.shelf, one) for circle in going.readers() for one in _records_of(circle, _named(circle))]
    box = going.who.circle(going.here.circle).log.persona.box(BOX)
    assert len({one for _, one in rows}) >= 8
    assert going.here.world.store.mail(box)
    await going.part("erase")
    for circle in going.readers():
        said = opened(circle)
        assert NAME not in said
        assert [text for text in (FIRST, *THEIRS) if text in said] == []
        left = {(row[0], row[1], row[2]) for row in _filled(circle)}
        assert left.isdisjoint({one for shelf, one in rows if shelf == circle.log.shelf})
    said = opened(going.here.member.circle(going.here.circle))
    assert [text for text in OTHERS if text not in said] == []
    assert going.here.world.store.mail(box) == []


def _filled(circle: Circle) -> Iterator[tuple[bytes, int, int, bytes]]:
    """Rows that still hold something: object, slot, number, and whose it is, if it opens."""
    for collection in (FORUM, ROOMS):
        for obj in erasing.objects_of(circle, collection):
            rows = [row for row in circle.log.rows(obj, 0, LAST_NUMBER, 1000) if row.value]
            authors = {one.number: one.author for one in circle.log.readable(obj, rows)}
            yield from ((obj, row.slot, row.number, authors.get(row.number, b"")) for row in rows)


def _records_of(circle: Circle, persona: bytes) -> list[tuple[bytes, int, int]]:
    return [(obj, slot, number) for obj, slot, number, author in _filled(circle) if author == persona]


async def test_the_last_of_the_care_team_erases_nothing(here: Village) -> None:
    await roles.lay_down(here.steward.circle(here.circle))
    await forum.start_topic(here.founder.circle(here.circle), TITLE, TEXT)
    with pytest.raises(LastSteward):
        await parting.part(here.founder.circle(here.circle), "erase")
    assert TEXT in opened(here.member.circle(here.circle))
