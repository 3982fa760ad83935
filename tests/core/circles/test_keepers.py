"""Key-keepers: any two of three give a key back after a day, none alone; the owner is told and stops it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pytest

from jiwar.circles import invitations, keepers, keeping, leaving, newkey
from jiwar.errors import BadInput, Conflict, InviteSpent, NotAllowed, NotCanonical, NotThere, WrongWords
from jiwar.keyring.account import Access
from jiwar.scheduler import Scheduler
from jiwar.wire.canonical import encode
from tests.world import HUB_ID, Person, Village

pytestmark = pytest.mark.anyio
PAIRS = list(permutations(range(3), 2))


@dataclass
class Kept:
    """A village whose member has three keepers."""

    here: Village
    owner: Person
    keepers: list[Person]
    scheduler: Scheduler

    def of_owner(self, keeper: Person):
        return keeper.circle(self.here.circle), self.owner.persona(self.here.circle)

    async def begin(self, keeper: Person) -> None:
        await keeping.begin(*self.of_owner(keeper))

    def opened(self, keeper: Person) -> Access | None:
        return keeping.opened(*self.of_owner(keeper))

    async def pass_(self, hours: float) -> None:
        """The hub looks at its letters every nine minutes."""
        for _ in range(int(hours * 60 / 9)):
            self.here.world.clock.forward(seconds=9 * 60)
            await self.scheduler.look()

    async def a_minute(self) -> None:
        self.here.world.clock.forward(seconds=60)
        await self.scheduler.look()

    async def a_day(self) -> None:
        """The letters come in their minute."""
        await self.pass_(23.9)
        for _ in range(16):
            await self.a_minute()


@pytest.fixture
async def kept(here: Village) -> Kept:
    third = await here.world.join(here.circle, here.founder, "third")
    keeping = [here.founder, here.steward, third]
    await here.world.pass_days(keepers.FIRST_DAY)
    circle = here.member.circle(here.circle)
    await keepers.choose(circle, tuple(one.persona(here.circle) for one in keeping))
    return Kept(here, here.member, keeping, Scheduler(here.world.store, here.world.clock))


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_any_two_give_it_back_after_a_day(kept: Kept, first: int, second: int) -> None:
    await kept.begin(kept.keepers[first])
    await kept.pass_(23.5)
    assert all(kept.opened(one) is None for one in kept.keepers), "not before"
    await kept.a_day()
    assert kept.opened(kept.keepers[second]) == kept.owner.access
    assert kept.opened(kept.keepers[first]) is None, "who began holds nothing more than before"


async def test_what_one_keeper_holds_tells_nothing(kept: Kept) -> None:
    opens = kept.owner.access.locator + kept.owner.access.unlock
    for keeper in kept.keepers:
        given = keeping.kept_for(*kept.of_owner(keeper))
        assert given
        assert len({half.half for half in given.halves} | {opens}) == 3
        first, second = (half.half for half in given.halves)
        assert bytes(one ^ other for one, other in zip(first, second, strict=True)) != opens


async def test_the_owner_is_told_and_stops_it(kept: Kept) -> None:
    await kept.begin(kept.keepers[0])
    circle = kept.owner.circle(kept.here.circle)
    [begun] = keepers.begun(circle)
    assert begun.by == kept.keepers[0].persona(kept.here.circle)
    await keepers.stop(circle)
    assert keepers.begun(circle) == []
    await kept.a_day()
    assert all(kept.opened(one) is None for one in kept.keepers)


async def test_too_late_to_stop_is_said_and_a_new_key_ends_it(kept: Kept) -> None:
    await kept.begin(kept.keepers[0])
    await kept.a_day()
    with pytest.raises(NotThere):
        await keepers.stop(kept.owner.circle(kept.here.circle))
    world = kept.here.world
    await newkey.renew(kept.owner.member, Access(world.random(32), world.random(32), HUB_ID))
    circle, persona = kept.of_owner(kept.keepers[1])
    with pytest.raises(NotThere):
        await keeping.give_back(circle, world.accounts, persona, "en")


async def test_a_letter_that_came_late_proves_no_day(kept: Kept) -> None:
    await kept.begin(kept.keepers[0])
    kept.here.world.clock.forward(seconds=26 * 3_600)
    await kept.scheduler.look()
    assert all(kept.opened(one) is None for one in kept.keepers)


async def test_who_keeps_nothing_begins_nothing_and_nobody_twice(kept: Kept) -> None:
    with pytest.raises(NotThere):
        await keeping.begin(kept.here.founder.circle(kept.here.circle), kept.here.steward.persona(kept.here.circle))
    await kept.begin(kept.keepers[0])
    with pytest.raises(Conflict):
        await kept.begin(kept.keepers[0])


async def test_the_slip_opens_by_link_and_words(kept: Kept) -> None:
    await kept.begin(kept.keepers[2])
    await kept.a_day()
    world = kept.here.world
    circle, persona = kept.of_owner(kept.keepers[0])
    ticket = await keeping.give_back(circle, world.accounts, persona, "en")
    with pytest.raises(WrongWords):
        await invitations.unsealed(world.services, world.tries, ticket.secret, ("no", "no"))
    plain = await invitations.unsealed(world.services, world.tries, ticket.secret, ticket.words)
    assert keeping.read_slip(plain, HUB_ID) == kept.owner.access
    with pytest.raises(NotCanonical):
        invitations.read_admission(plain)
    await invitations.withdraw(world.services, ticket.secret)
    with pytest.raises(InviteSpent):
        await invitations.unsealed(world.services, world.tries, ticket.secret, ticket.words)


async def test_an_invitation_is_no_slip(kept: Kept) -> None:
    admitted, _ = await kept.here.world.admitted(kept.here.circle, kept.here.founder)
    assert keeping.read_slip(encode(admitted), HUB_ID) is None


async def test_it_outlives_the_letters_and_is_forgotten_when_taken_back(kept: Kept) -> None:
    for keeper in kept.keepers:
        await keeping.gather(keeper.circle(kept.here.circle))
    for _ in range(10):
        await kept.here.world.pass_days(10)
    assert all(keeping.kept_for(*kept.of_owner(one)) for one in kept.keepers)
    await keepers.take_back(kept.owner.member)
    assert not any(keeping.kept_for(*kept.of_owner(one)) for one in kept.keepers)
    for keeper in kept.keepers:
        await keeping.gather(keeper.circle(kept.here.circle))
        assert keeper.circle(kept.here.circle).membership.kept == ()


async def test_the_last_of_several_choices_counts_in_whatever_order_the_box_is_read(kept: Kept) -> None:
    three = tuple(one.persona(kept.here.circle) for one in kept.keepers)
    for _ in range(4):
        await keepers.take_back(kept.owner.member)
        await keepers.choose(kept.owner.circle(kept.here.circle), three)
    name = kept.owner.member.keyring.keepers.name
    for keeper in kept.keepers:
        given = keeping.kept_for(*kept.of_owner(keeper))
        assert given
        assert given.name == name


async def test_one_who_is_gone_leaves_the_two_others(kept: Kept) -> None:
    await leaving.leave(kept.keepers[2].circle(kept.here.circle))
    await kept.begin(kept.keepers[0])
    await kept.a_day()
    assert kept.opened(kept.keepers[1]) == kept.owner.access


async def test_three_others_and_not_in_the_first_week(here: Village) -> None:
    circle = here.member.circle(here.circle)
    others = [one.persona(here.circle) for one in (here.founder, here.steward)]
    me = here.member.persona(here.circle)
    with pytest.raises(NotAllowed):
        await keepers.choose(circle, (*others, me))
    await here.world.pass_days(keepers.FIRST_DAY)
    circle = here.member.circle(here.circle)
    for wrong in ((*others, me), (*others, others[0]), tuple(others)):
        with pytest.raises(BadInput):
            await keepers.choose(circle, wrong)
