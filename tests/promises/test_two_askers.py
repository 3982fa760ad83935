"""Two worlds: in one Amal asks for help without a name, in the other Basma; everything else is the same. What a third
member's keyring opens of either is equal but for random bytes: records in their order, with their sizes, days and
signers, what they chain to and what they saw; covers; and the shape of every box and row of the hub.

The stated limit is who is there: a need comes within the hour, and somebody who was away all that hour didn't ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from jiwar.circles import attending, issuing, oneoffs, rights
from jiwar.circles.circle import Circle, open_log
from jiwar.circles.later import Later
from jiwar.circles.oneoffs import Aside
from jiwar.errors import Damaged, NotCanonical
from jiwar.log import record
from jiwar.log.shelf import ShelfLog
from jiwar.store.contract import RecordRow
from jiwar.systems.forum import service as forum
from jiwar.systems.needs import pledging, service
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import WORKED, Wish
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, say, village

pytestmark = pytest.mark.anyio

WISH = Wish(NEED, "A lift on Thursday")
TRIES, STEPS = 32, 13
BOUND = 4 * (2 * 0.25 / TRIES) ** 0.5
"""Four deviations of the difference of two shares that are the same."""


def _chained(services, membership, trail, persona, seen_by_all):
    log = open_log(services, membership, trail, persona, seen_by_all=seen_by_all)
    log.previous = trail.previous
    return log


def _at_once(waiting, append, clock, random, *_, **what_follows):
    _put(waiting, append, clock, random, (0, 1), **what_follows)


_put = Later.put


def _by_name(circle: Circle, obj: bytes) -> Aside:
    """The owner's own hand, where the one-off's should be."""
    return Aside(circle, obj, circle.log.persona)


MUTATIONS: Mutations = {
    "it chains to what its owner wrote": replaced(oneoffs, "open_log", _chained),
    "its owner's chain goes over it": replaced(Aside, "keep_trail", Circle.keep_trail),
    "its end is signed by its owner": replaced(oneoffs, "as_one_off", _by_name),
    "it comes at once": replaced(Later, "put", _at_once),
}


@dataclass
class Street:
    """A village with two more members, of whom one asks and one looks on."""

    village: Village
    amal: Person
    basma: Person
    third: Person

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    @property
    def everybody(self) -> list[Person]:
        return [*self.village.everybody, self.basma, self.third]

    async def rights(self) -> None:
        """Everybody has theirs, as everybody has."""
        clock = self.village.world.clock
        clock.forward(days=-clock.day() % rights.PERIOD_DAYS + 2)  # Not at the edge of a period.
        for _ in range(2):
            await issuing.look_after_everywhere(self.village.founder.member)
            for person in self.everybody:
                await rights.look_after_everywhere(person.member)
        clock.forward(days=1)

    async def comes(self) -> None:
        services = self.village.world.services
        await services.later.look(services.store, float("inf"))
        for person in self.everybody:
            await oneoffs.settle(self.of(person))

    async def both_write(self) -> None:
        for person in (self.amal, self.basma):
            await forum.start_topic(self.of(person), "Tea", "At five.")

    def seen(self) -> list[Any]:
        """Everything that the third opens, and the shape of everything else."""
        return [_View(self).lines(), self.shape()]

    def shape(self) -> list[Any]:
        hub = self.village.world.hub
        rows = [[one for place in shelf.objects.values() for one in _rows(place)] for shelf in hub._shelves.values()]
        boxes = sorted(sorted(len(mail.value) for mail in box.values()) for box in hub._boxes.values() if box)
        shelves = sorted(sorted((row.day, row.keep, len(row.value)) for row in shelf) for shelf in rows)
        accounts = sorted(len(inner) for inner in hub._accounts.values())
        return [boxes, shelves, accounts, len(hub._held), len(hub._pages)]


def _rows(place: Any) -> list[RecordRow]:
    """What stands in an object, as the hub has it."""
    return [one.row for one in place.records.values()]


class _View:
    """What one member reads of a circle's shelf, with everything random called by when it came up."""

    def __init__(self, street: Street) -> None:
        circle = street.of(street.third)
        self.log, self.circle = circle.log, circle
        self.names = {one.persona: one.handle for one in circle.state.members}
        self.digests: dict[bytes, int] = {b"": -1}
        self.roots: dict[bytes, int] = {}
        self.objects = street.village.world.hub._shelves[self.log.shelf].objects

    def who(self, key: bytes) -> str:
        return self.names.setdefault(key, f"one-off {len(self.names)}")

    def lines(self) -> list[Any]:
        rows = sorted(
            ((row, obj) for obj, place in self.objects.items() for row in _rows(place)),
            key=lambda found: found[0].number,
        )
        covers = sorted((place.head, self.cover(obj)) for obj, place in self.objects.items())
        return [[self.line(obj, row) for row, obj in rows], covers]

    def line(self, obj: bytes, row: Any) -> tuple[Any, ...]:
        self.digests[record.row_digest(row.value)] = row.number
        place = (row.number, row.slot, row.epoch, row.day, row.keep, len(row.value))
        if not row.value:
            return place
        at = record.place_of(self.circle.id, self.log.shelf, obj, row)
        try:
            one = record.read_record(self.log.key(row.epoch, row.keep, row.day), at, row.rid, row.value)
        except (Damaged, NotCanonical):
            return (*place, "closed")
        root = self.roots.setdefault(one.seen_root, len(self.roots))
        said = (one.kind, self.who(one.author), one.part, one.seen_size, root, len(one.body))
        return (*place, *said, self.digests.get(one.previous, "unknown"))

    def cover(self, obj: bytes) -> tuple[Any, ...]:
        row = self.log.cover(obj)
        cover = row.cover
        try:
            folded = self.log.standing(row)
        except (Damaged, NotCanonical):
            return (cover.epoch, cover.day, cover.keep, len(cover.value))
        return (cover.epoch, cover.day, cover.keep, len(cover.value), self.who(folded.signer), len(folded.fold))


async def street() -> Street:
    here = await village()
    others = [await here.world.join(here.circle, here.founder, name) for name in ("basma", "third")]
    return Street(here, here.member, *others)


async def _world(amal_asks: bool) -> list[Any]:
    """Play the schedule; what could be seen at each of its steps."""
    here, seen = await street(), []
    await here.rights()
    asker, helper = here.amal if amal_asks else here.basma, here.village.founder
    await here.both_write()
    obj = await service.ask(here.of(asker), WISH)
    await here.both_write()
    seen.append(here.seen())
    await here.comes()
    await here.both_write()
    seen.append(here.seen())
    await service.send_word(here.of(helper), obj, "I have a car.")
    await pledging.propose(here.of(helper), obj, whole=True)
    ((made, _),) = pledging.agreements(here.of(asker), obj)
    await pledging.accept(here.of(asker), obj, made.name)
    theirs = await pledging.confirm(here.of(helper), obj, made.name, "ar")
    mine = await pledging.take(here.of(asker), obj, made.name)
    await attending.say(here.of(asker), mine, "Eight?")
    await here.both_write()
    seen.append(here.seen())
    await attending.end(here.of(helper), theirs)
    await service.end(here.of(asker), obj, WORKED)
    await here.comes()
    await here.both_write()
    seen.append(here.seen())
    return seen


async def test_whoever_asks_leaves_the_same(anyio_backend: str) -> None:
    for one, other in zip(await _world(True), await _world(False), strict=True):
        for first, second in zip(one, other, strict=True):
            assert first == second


async def test_a_view_shows_what_it_should(anyio_backend: str) -> None:
    """The view itself sees a difference: where somebody writes under their name, the worlds are two."""
    here, there = await street(), await street()
    await forum.start_topic(here.of(here.amal), "Tea", "At five.")
    await forum.start_topic(there.of(there.basma), "Tea", "At five.")
    assert here.seen()[0] != there.seen()[0]
    assert here.shape() == there.shape()


async def _after_amal(here: Street, asker: Person) -> bool:
    """Whether what came right before a need was Amal's, where the asker wrote last before asking."""
    services, clock = here.village.world.services, here.village.world.clock
    await say(here.of(asker).log, "before")
    obj = await service.ask(here.of(asker), WISH)
    for step in range(STEPS):
        clock.forward(seconds=10)
        await services.later.look(services.store, clock.monotonic())
        await say(here.of((here.amal, here.basma)[step % 2]).log, "meanwhile")
        clock.forward(seconds=290)
        await services.later.look(services.store, clock.monotonic())
    await oneoffs.settle(here.of(asker))
    log: ShelfLog = here.of(here.third).log
    number = log.cover(obj).head
    objects = here.village.world.hub._shelves[log.shelf].objects
    at, row = next((name, row) for name, place in objects.items() for row in _rows(place) if row.number == number - 1)
    await service.take_back(here.of(asker), obj)
    return log.open(at, row).author == here.amal.persona(here.village.circle)


async def test_what_comes_before_it_says_nothing_of_whose_it_is(anyio_backend: str) -> None:
    here = await street()
    shares = []
    for asker in (here.amal, here.basma):
        found = [await _after_amal(here, asker) for _ in range(TRIES)]
        shares.append(sum(found) / TRIES)
    assert abs(shares[0] - shares[1]) < BOUND, shares
