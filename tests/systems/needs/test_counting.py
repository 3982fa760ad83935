"""Counting for the figures of the board among twenty people, by a steward's coming, under the stewards' keys."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jiwar.circles import issuing, oneoffs, rights, roles, speech, still
from jiwar.circles.circle import Circle
from jiwar.circles.rights import PERIOD_DAYS, period_of
from jiwar.circles.rounded import FEWEST_PEOPLE
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.needs import counting, rules, service, view
from jiwar.systems.needs.model import NEED, OFFER, TALLY, TOLD, Counts, Tally, Told
from jiwar.systems.needs.rules import EASY, OVER, WORKED, Wish
from jiwar.wire.canonical import encode
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio


@dataclass
class Board:
    """A village of twenty, in which two stewards and a member have rights."""

    village: Village

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    def inner(self, person: Person) -> Circle:
        inner = roles.care_of(self.of(person))
        assert inner is not None
        return inner

    async def give_rights(self) -> None:
        for step in (issuing, rights, issuing):
            for person in self.village.everybody:
                await step.look_after_everywhere(person.member)
        await self.village.world.pass_days(2)

    async def says(self, person: Person, side: str = NEED) -> bytes:
        obj = await service.ask(self.of(person), Wish(side, "A lift.", EASY))
        services = self.village.world.services
        await services.later.look(services.store, float("inf"))
        await oneoffs.settle(self.of(person))
        return obj

    async def ends(self, person: Person, obj: bytes, outcome: str = WORKED) -> None:
        await service.end(self.of(person), obj, outcome)

    async def comes(self, steward: Person) -> None:
        await counting.look_after_everywhere(steward.member)

    def counts(self) -> Counts:
        tally = counting.tally(self.of(self.village.founder), self.inner(self.village.founder))
        assert tally is not None
        return tally.counts

    def told(self) -> list[Told]:
        return counting.told(self.of(self.village.member))

    async def period_ends(self) -> None:
        await self.village.world.pass_days(PERIOD_DAYS)
        await self.give_rights()

    async def writes(self, person: Person, body: Tally | Told) -> None:
        """What somebody's own program leaves where figures or the tally stand."""
        tally = isinstance(body, Tally)
        circle = self.inner(person) if tally else self.of(person)
        obj = counting.tally_object(circle) if tally else counting.told_object(circle)
        kind, keep = (TALLY, counting.TALLY_DAYS) if tally else (TOLD, counting.TOLD_DAYS)
        await still.write(circle, obj, kind, body, keep)


async def board_of(people: int) -> Board:
    """The board of so many, a steward of whom has come by."""
    here = await village()
    await here.crowd(people - len(here.everybody))
    made = Board(here)
    await made.give_rights()
    await made.comes(here.founder)
    return made


@pytest.fixture
async def board(anyio_backend: str) -> Board:
    return await board_of(FEWEST_PEOPLE)


async def test_what_is_introduced_is_counted_once_by_whoever_comes(board: Board) -> None:
    here = board.village
    asked = [await board.says(here.member) for _ in range(2)]
    await board.says(here.steward, OFFER)
    await board.comes(here.founder)
    assert board.counts() == Counts(2, 1, 0)
    await board.comes(here.steward)
    assert board.counts() == Counts(2, 1, 0)
    await board.ends(here.member, asked[0])
    await board.ends(here.member, asked[1], OVER)
    await board.comes(here.steward)
    await board.comes(here.founder)
    assert board.counts() == Counts(2, 1, 1)


async def test_what_comes_without_an_introduction_or_was_taken_back_is_not_counted(board: Board) -> None:
    here = board.village
    stranger = await here.world.join(here.circle, here.founder, "late")
    await board.says(stranger)
    obj = await board.says(here.member)
    await service.take_back(board.of(here.member), obj)
    await board.comes(here.founder)
    assert board.counts() == Counts()


async def test_one_request_works_out_once_whatever_its_owner_writes(board: Board) -> None:
    here = board.village
    obj = await board.says(here.member)
    await board.comes(here.founder)
    own = board.of(here.member)
    aside = oneoffs.as_one_off(own, obj)
    for _ in range(3):
        found = view.one(board.of(here.member), obj)
        body = oneoffs.sized(encode(rules.ended(found.need, WORKED)))
        await speech.edit(aside, obj, found.slot, body, rules.is_sound_need)
        await board.comes(here.founder)
    assert board.counts() == Counts(1, 0, 1)


async def test_a_period_is_told_once_when_it_is_over_in_steps(board: Board) -> None:
    here = board.village
    for person in (here.founder, here.steward):
        for _ in range(3):
            await board.says(person)
    await board.says(here.member, OFFER)
    period = period_of(here.world.clock.day())
    await board.comes(here.founder)
    assert board.told() == []
    await board.period_ends()
    await board.comes(here.founder)
    await board.comes(here.steward)
    said = Told(period, Counts(5, 0, 0))
    assert board.told() == [said]
    await board.writes(here.steward, Told(period, Counts(50, 50, 50)))
    assert board.told() == [said], "what was said first stands"
    assert board.counts() == Counts()


async def test_a_flood_of_records_hides_nothing_that_was_told(board: Board) -> None:
    said = Told(period_of(board.of(board.village.member).services.clock.day()) - 1, Counts(5, 5, 0))
    await board.writes(board.village.founder, said)
    for _ in range(still.PAGE + 1):
        await board.writes(board.village.member, said)
    assert board.told() == [said]


async def test_a_forged_or_absurd_record_is_passed_over(board: Board) -> None:
    here = board.village
    period = period_of(here.world.clock.day())
    for bad in (Told(period, Counts(5, 5, 5)), Told(period - 1, Counts(7, 5, 5)), Told(period - 1, Counts(-5))):
        await board.writes(here.steward, bad)
    await board.writes(here.member, Told(period - 1, Counts(5, 5, 5)))
    assert board.told() == []
    await board.says(here.member)
    await board.comes(here.founder)
    for odd in (Tally(period, 2**40, Counts(9)), Tally(period + 1, 1, Counts(9)), Tally(period, 1, Counts(-9))):
        await board.writes(here.steward, odd)
    assert board.counts() == Counts(1, 0, 0)


async def test_no_row_of_days_is_left_in_the_tally(board: Board) -> None:
    here = board.village
    for steward in (here.founder, here.steward):
        await board.says(here.member)
        await board.comes(steward)
    inner = board.inner(here.founder)
    rows = inner.log.rows(counting.tally_object(inner), 0, LAST_NUMBER, 30)
    assert [bool(row.value) for row in rows] == [False] * (len(rows) - 1) + [True]
    before = len(rows)
    await board.comes(here.steward)
    assert len(inner.log.rows(counting.tally_object(inner), 0, LAST_NUMBER, 30)) == before, (
        "nothing new, nothing written"
    )


async def test_in_a_group_of_nineteen_nothing_is_counted_or_told(anyio_backend: str) -> None:
    board = await board_of(FEWEST_PEOPLE - 1)
    here = board.village
    await board.says(here.member)
    await board.comes(here.founder)
    assert counting.tally(board.of(here.founder), board.inner(here.founder)) is None
    await board.period_ends()
    await board.comes(here.founder)
    assert board.told() == []
