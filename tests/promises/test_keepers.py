"""Key-keepers: any two of three give a key back after a day, none alone; the owner is told and stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from jiwar.circles import given, invitations, keepers, keeping, leaving, letters, newkey
from jiwar.circles.accounts import Accounts
from jiwar.circles.held import Stop, minute_after
from jiwar.circles.keeping import MOST_KEPT
from jiwar.errors import BadInput, Conflict, InviteSpent, NotAllowed, NotCanonical, NotThere, WrongWords
from jiwar.keyring.account import Access
from jiwar.keyring.model import Half
from jiwar.scheduler import Scheduler
from jiwar.wire.canonical import Wire, encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import HUB_ID, Person, Village, send_letter

pytestmark = pytest.mark.anyio
PAIRS = list(permutations(range(3), 2))
A_DAY = 24 * 60

begun, letters_of, send, latest = keepers.begun, keeping.letters_of, keeping.send, given.latest


async def _nothing(*_: object) -> None:
    return None


async def _told_to_nobody(circle, to, purpose, body) -> None:
    if purpose != letters.NOTICE:
        await send(circle, to, purpose, body)


def _stops_one(circle):
    return [replace(one, stops=one.stops[:1]) for one in begun(circle)]


def _never_late(circle, purpose):
    return [replace(letter, late=False) for letter in letters_of(circle, purpose)]


def _by_anybody(circle):
    notices = [(letter.sender, keeping.read(letter, keeping.Notice)) for letter in letters_of(circle, letters.NOTICE)]
    return [keepers.Begun(sender, one.minute, one.stops) for sender, one in notices if one]


def _last_first(circle, held, arrived):
    return latest(circle, held, arrived)[-MOST_KEPT:]


MUTATIONS: Mutations = {
    "a half is the whole": replaced(keepers, "halve", lambda secret, random: (secret, bytes(len(secret)))),
    "all pairs are one pair": replaced(
        keepers, "halve", lambda secret, random: (b"1" * len(secret), bytes(one ^ ord("1") for one in secret))
    ),
    "an hour less than a day": replaced(keeping, "WAIT_HOURS", 23),
    "what came late counts": replaced(keeping, "letters_of", _never_late),
    "the owner is not told": replaced(keeping, "send", _told_to_nobody),
    "nothing is stopped": replaced(keepers, "call_off", _nothing),
    "one of the two ways is stopped": replaced(keepers, "begun", _stops_one),
    "anybody's word alarms the owner": replaced(keepers, "begun", _by_anybody),
    "a slip is written for a key that is over": replaced(Accounts, "require_known", lambda accounts, access: None),
    "who came last stays": replaced(given, "latest", _last_first),
    "nobody is asked to forget": replaced(keepers, "take_back", _nothing),
}


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

    async def minutes(self, count: int) -> None:
        """The letters come in their minute."""
        for _ in range(count):
            self.here.world.clock.forward(seconds=60)
            await self.scheduler.look()


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
    for hour in range(24):
        assert all(kept.opened(one) is None for one in kept.keepers), f"after {hour} hours"
        await kept.minutes(59 if hour == 23 else 60)
    assert all(kept.opened(one) is None for one in kept.keepers), "a minute before"
    await kept.minutes(1)
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
    assert [one.by for one in keepers.begun(circle)] == [kept.keepers[0].persona(kept.here.circle)]
    await keepers.stop(circle)
    assert keepers.begun(circle) == []
    await kept.minutes(A_DAY)
    assert all(kept.opened(one) is None for one in kept.keepers)


async def test_others_letters_alarm_nobody_and_open_nothing(kept: Kept) -> None:
    other = await kept.here.world.join(kept.here.circle, kept.here.founder, "other")
    circle, owner = other.circle(kept.here.circle), kept.owner.persona(kept.here.circle)
    name = kept.owner.member.keyring.keepers.name
    notice = keeping.Notice(name, minute_after(kept.here.world.clock, hours=24), ())
    await send_letter(circle, owner, letters.NOTICE, encode(notice))
    assert keepers.begun(kept.owner.circle(kept.here.circle)) == []
    for keeper in kept.keepers:
        opening = keeping.Opening(owner, name, bytes(64))
        await send_letter(circle, keeper.persona(kept.here.circle), letters.OPENING, encode(opening))
        assert kept.opened(keeper) is None


NAME, STOP = bytes(keeping.SET), Stop(bytes(16), bytes(32))
HALF = Half(bytes(32), bytes(64))
UNSOUND = {
    "a minute beyond all days": lambda now: keeping.Notice(NAME, 2**63, (STOP,)),
    "a minute before all days": lambda now: keeping.Notice(NAME, -(2**63), (STOP,)),
    "a minute next week": lambda now: keeping.Notice(NAME, now + 7 * A_DAY, (STOP,)),
    "more stops than keepers": lambda now: keeping.Notice(NAME, now + A_DAY, (STOP,) * 3),
    "a long stop": lambda now: keeping.Notice(NAME, now + A_DAY, (Stop(bytes(999), bytes(32)),)),
    "more halves than keepers": lambda now: keeping.Given(NAME, 1, (HALF,) * 3),
    "a long half": lambda now: keeping.Given(NAME, 1, (Half(bytes(32), bytes(9_999)),)),
    "a short name": lambda now: keeping.Given(b"x", 1, (HALF,)),
    "an opening for nobody": lambda now: keeping.Opening(b"", NAME, bytes(64)),
}


@pytest.mark.parametrize("wrong", UNSOUND.values(), ids=UNSOUND.keys())
def test_a_crafted_letter_is_none(wrong: Callable[[int], Wire]) -> None:
    """A keeper with a program of their own can write anything where the owner's pages read it."""
    day = 20_000
    for sound in (keeping.Notice(NAME, (day + 1) * A_DAY + 60, (STOP, STOP)), keeping.Given(NAME, 1, (HALF, HALF))):
        assert keeping.read(_letter(day, sound), type(sound)) == sound
    body = wrong(day * A_DAY)
    assert keeping.read(_letter(day, body), type(body)) is None


def _letter(day: int, body: Wire) -> letters.Received:
    return letters.Received(bytes(16), day, bytes(32), bytes(32), encode(body), False)


async def test_a_keepers_crafted_notice_leaves_the_owners_page_whole(kept: Kept) -> None:
    keeper, owner = kept.of_owner(kept.keepers[0])[0], kept.owner.persona(kept.here.circle)
    name = kept.owner.member.keyring.keepers.name
    await send_letter(keeper, owner, letters.NOTICE, encode(keeping.Notice(name, 2**60, ())))
    assert keepers.begun(kept.owner.circle(kept.here.circle)) == []


async def test_too_late_to_stop_is_said_and_a_new_key_ends_it(kept: Kept) -> None:
    await kept.begin(kept.keepers[0])
    await kept.minutes(A_DAY)
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
    await kept.minutes(A_DAY)
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


async def test_sets_of_strangers_push_out_nobodys(kept: Kept) -> None:
    """As many accounts as there are places name a keeper, over and over; somebody honest comes after them."""
    circle, keeper = kept.here.circle, kept.keepers[0]
    await keeping.gather(keeper.circle(circle))
    *strangers, late = await kept.here.crowd(MOST_KEPT + 1)
    await kept.here.world.pass_days(keepers.FIRST_DAY)
    three = tuple(one.persona(circle) for one in kept.keepers)
    for stranger in (*strangers, strangers[0], late):
        await keepers.choose(stranger.circle(circle), three)
        await keeping.gather(keeper.circle(circle))
    assert keeping.kept_for(*kept.of_owner(keeper))
    assert len(keeper.circle(circle).membership.kept) == MOST_KEPT
    assert keeping.kept_for(keeper.circle(circle), late.persona(circle)), "waits in its letter"
    for stranger in strangers[:2]:
        await leaving.leave(stranger.circle(circle))
    await keeping.gather(keeper.circle(circle))
    assert late.persona(circle) in {one.persona for one in keeper.circle(circle).membership.kept}
    await kept.begin(keeper)
    await kept.minutes(A_DAY)
    assert kept.opened(kept.keepers[1]) == kept.owner.access


async def test_one_who_is_gone_leaves_the_two_others(kept: Kept) -> None:
    await leaving.leave(kept.keepers[2].circle(kept.here.circle))
    await kept.begin(kept.keepers[0])
    await kept.minutes(A_DAY)
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
