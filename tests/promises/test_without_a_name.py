"""Who began a topic without a name can't be told from who didn't: not from another member's keyring, nor from a
steward's, nor from their own once it is gone; and without a right, or where the charter has none, it is shown to
nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from jiwar.circles import issuing, nudges, oneoffs, rights
from jiwar.circles.circle import Circle
from jiwar.circles.founding import change_charter
from jiwar.circles.oneoffs import Aside, Together
from jiwar.circles.policy import OFF, THROTTLED
from jiwar.circles.rights import EACH, NONE, Right
from jiwar.errors import NotThere
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.record import SignedRecord
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.forum import rules, service, unnamed, view
from jiwar.systems.forum.model import UNNAMED, Post, Unnamed
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad
from tests.mutants.mutation import Mutations, replaced, together
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

SHORT, LONG = "What now?", "Has anybody been through this? " * 60


async def _forget_nothing(*_: object) -> None:
    """The keyring keeps it."""


MUTATIONS: Mutations = {
    "its further words chain to what its owner wrote": replaced(Aside, "keep_trail", Circle.keep_trail),
    "its size tells its length": replaced(unnamed, "body", lambda circle, post, first=b"": pad(encode(post))),
    "its words remind others": replaced(Aside, "rings", True),
    "any right will do": replaced(unnamed, "is_introduced", lambda *_: True),
    "what rights don't reach yet is shown": replaced(
        unnamed, "is_introduced", lambda aside, first: rights.standing(aside, [], NONE, b"", 0, 0) == "unsaid"
    ),
    "the charter is a word": replaced(unnamed, "OFF", "never"),
    "a one-off speaks wherever it likes": together(
        replaced(Aside, "is_its_own", lambda *_: True), replaced(unnamed, "is_unnamed", lambda *_: True)
    ),
    "the keyring remembers what was taken back": replaced(oneoffs, "forget", _forget_nothing),
}


@dataclass
class Forum:
    """A village with topics without a name, in which everybody has rights."""

    village: Village

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    async def settle_on(self, way: str) -> None:
        circle = self.of(self.village.founder)
        await change_charter(circle, replace(circle.charter, unnamed=way))

    async def all_come(self) -> None:
        for step in (issuing, rights, issuing):
            for person in self.village.everybody:
                await step.look_after_everywhere(person.member)
        self.village.world.clock.forward(days=2)

    async def comes(self) -> None:
        services = self.village.world.services
        await services.later.look(services.store, float("inf"))

    async def begun(self, person: Person, text: str = SHORT) -> bytes:
        obj = await service.start_unnamed(self.of(person), "A question", text)
        await self.comes()
        await oneoffs.settle(self.of(person))
        return obj

    async def smuggled(self, right: Right, seed: bytes) -> bytes:
        """What somebody's own program brings, without or with a right."""
        circle, post = self.of(self.village.member), Post("Look here", "Noise.")
        day = circle.services.clock.day()
        cover = encode(rules.first_cover(post, Persona(seed).key, day, 1))
        one = OneOff(circle.id, seed, UNNAMED, day, 30, UNNAMED, encode(Unnamed(post, right)), cover)
        await circle.services.store.append(await oneoffs.first_word(circle, one))
        return oneoffs.object_named(one)

    def shown(self) -> set[bytes]:
        """What anybody of the village can find in the list or open."""
        found = set[bytes]()
        for person in self.village.everybody:
            circle = self.of(person)
            found |= {one.obj for one in view.topics(circle)}
            for row in circle.log.covers(UNNAMED, None, 99):
                try:
                    found.add(view.topic(circle, row.obj).obj)
                except NotThere:
                    continue
        return found

    def read(self, obj: bytes) -> list[SignedRecord]:
        """Everything that a steward's keys open of an object, as it was signed."""
        log = self.of(self.village.founder).log
        return [
            record.read_record(
                log.key(row.epoch, row.keep, row.day),
                record.place_of(self.village.circle, log.shelf, obj, row),
                row.rid,
                row.value,
            )
            for row in log.rows(obj, 0, LAST_NUMBER, 99)
            if row.value
        ]


@pytest.fixture
async def forum() -> Forum:
    found = Forum(await village())
    # Not at the edge of a period.
    found.village.world.clock.forward(days=-found.village.world.clock.day() % rights.PERIOD_DAYS + 2)
    await found.settle_on(THROTTLED)
    await found.all_come()
    return found


async def test_its_key_is_nobodys_in_the_circle_and_in_no_other_keyring(forum: Forum) -> None:
    place, circle = forum.village, forum.village.circle
    obj = await forum.begun(place.member)
    await service.reply(service.as_who_began(forum.of(place.member), obj), obj, LONG)
    (key,) = {one.author for one in forum.read(obj)}
    assert key not in {person.persona(circle) for person in place.everybody}
    for person in (place.founder, place.steward):
        assert view.topic(forum.of(person), obj).cover.author == key
        assert key not in encode(person.member.keyring)
        assert unnamed.all_mine(forum.of(person)) == []


async def test_no_chain_leads_from_a_name_to_it_or_back(forum: Forum) -> None:
    person = forum.village.member
    obj = await forum.begun(person)
    before = await service.start_topic(forum.of(person), "Before", "Tea at five.")
    await service.reply(service.as_who_began(forum.of(person), obj), obj, SHORT)
    after = await service.start_topic(forum.of(person), "After", "Tea at six.")
    log = forum.of(forum.village.founder).log
    digests = {record.row_digest(row.value) for row in log.rows(obj, 0, LAST_NUMBER, 9)}
    assert {one.previous for one in forum.read(obj)} == {b""}
    (first,), (second,) = forum.read(before), forum.read(after)
    assert not digests & {first.previous, second.previous}
    assert second.previous == record.row_digest(log.rows(before, 0, LAST_NUMBER, 1)[0].value)


async def test_whatever_it_says_has_one_size(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member, LONG)
    slot = view.topic(forum.of(forum.village.member), obj).head
    for text in (SHORT, LONG):
        await service.reply(service.as_who_began(forum.of(forum.village.member), obj), obj, text)
    await service.edit(service.as_who_began(forum.of(forum.village.member), obj), obj, slot, SHORT)
    assert len({len(one.body) for one in forum.read(obj) if one.kind != "edit"}) == 1
    log = forum.of(forum.village.founder).log
    assert len({len(row.value) for row in log.rows(obj, 0, LAST_NUMBER, 9) if row.value}) == 1


async def test_its_words_remind_nobody(forum: Forum) -> None:
    """Who is not reminded would be who wrote."""
    obj = await forum.begun(forum.village.member)
    rung = forum.village.world.services.rung
    rung.ringers.clear()
    await service.reply(service.as_who_began(forum.of(forum.village.member), obj), obj, SHORT)
    assert rung.ringers == set()
    nudges.ring(forum.of(forum.village.member))
    assert rung.ringers


async def test_without_a_right_it_is_shown_to_nobody(forum: Forum) -> None:
    """Not the seventh of a period either: a right is good for its own one-off alone."""
    member, shown = forum.village.member, set[bytes]()
    for _ in range(EACH):
        found = rights.usable(forum.of(member))
        assert found is not None
        obj = await forum.begun(member)
        shown.add(obj)
        await forum.smuggled(found.right, forum.village.world.services.random(32))
        await forum.smuggled(NONE, forum.village.world.services.random(32))
        assert forum.shown() == {obj}
        await service.take_back(forum.of(member), obj)
    assert len(shown) == EACH
    assert rights.usable(forum.of(member)) is None


async def test_before_rights_can_be_had_nothing_is_shown() -> None:
    young = Forum(await village())
    await young.settle_on(THROTTLED)
    await young.smuggled(NONE, bytes(32))
    assert young.shown() == set()


async def test_where_the_charter_has_none_it_is_shown_to_nobody(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member)
    await service.reply(forum.of(forum.village.steward), obj, SHORT)
    assert forum.shown() == {obj}
    await forum.settle_on(OFF)
    assert forum.shown() == set()


async def test_nobody_speaks_without_a_name_in_somebody_elses_topic(forum: Forum) -> None:
    named = await service.start_topic(forum.of(forum.village.founder), "Tea", "At five.")
    nameless = await forum.begun(forum.village.member)
    for obj in (named, nameless):
        await service.reply(Together(forum.of(forum.village.steward), obj, Persona(bytes(32))), obj, "Noise.")
        for person in forum.village.everybody:
            circle = forum.of(person)
            assert "Noise." not in [post.text for post in view.posts(circle, view.topic(circle, obj), 1)]


async def test_taken_back_its_owners_keyring_says_nothing_of_it(forum: Forum) -> None:
    person = forum.village.member
    obj = await forum.begun(person)
    seed = unnamed.all_mine(forum.of(person))[0].seed
    await service.take_back(forum.of(person), obj)
    assert seed not in encode(person.member.keyring)
