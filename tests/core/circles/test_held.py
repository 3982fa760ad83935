"""Letters that wait, as members have them: a reminder to oneself, a wait that somebody else may stop."""

from __future__ import annotations

import pytest

from jiwar.circles import held, leaving, letters
from jiwar.circles.held import Address, minute_after
from jiwar.clock import SetClock
from jiwar.errors import Conflict, KeysChanged, NotThere, TextTooLong
from jiwar.scheduler import Scheduler
from jiwar.store.held import PLACE
from tests.world import Person, Village

pytestmark = pytest.mark.anyio
WAIT = "wait"


class Waiting:
    """A village with a scheduler."""

    def __init__(self, here: Village) -> None:
        self.here, self.world = here, here.world
        self.scheduler = Scheduler(self.world.store, self.world.clock)

    def timers(self, person: Person) -> held.Timers:
        return held.mine(person.circle(self.here.circle))

    def address(self, person: Person) -> Address:
        persona = person.circle(self.here.circle).log.persona
        return Address(persona.kem_key, persona.inbox(WAIT))

    def after(self, hours: float) -> int:
        return minute_after(self.world.clock, hours=hours)

    async def pass_(self, hours: float) -> None:
        for _ in range(int(hours * 60)):
            self.world.clock.forward(seconds=60)
            await self.scheduler.look()

    def read(self, person: Person) -> list[letters.Received]:
        persona = person.circle(self.here.circle).log.persona
        today = self.world.clock.day()
        return letters.read_box(self.world.store, persona.box(WAIT), persona.kem_seed, WAIT, today)


@pytest.fixture
def waiting(here: Village) -> Waiting:
    return Waiting(here)


async def test_reminder_to_myself_comes_at_its_time(waiting: Waiting, here: Village) -> None:
    me = here.member
    await waiting.timers(me).hold(b"tea", waiting.address(me), WAIT, waiting.after(2), b"the kettle")
    await waiting.pass_(1.9)
    assert waiting.read(me) == []
    await waiting.pass_(0.2)
    [letter] = waiting.read(me)
    assert (letter.body, letter.sender, letter.circle) == (b"the kettle", me.persona(here.circle), here.circle)
    assert not letter.late
    assert waiting.read(here.founder) == []


async def test_letter_over_midnight_opens_on_its_day(waiting: Waiting, here: Village) -> None:
    await waiting.timers(here.member).hold(b"a", waiting.address(here.founder), WAIT, waiting.after(30), b"later")
    await waiting.pass_(31)
    [letter] = waiting.read(here.founder)
    assert letter.day == here.world.clock.day()


async def test_called_off_and_put_off(waiting: Waiting, here: Village) -> None:
    timers, me = waiting.timers(here.member), waiting.address(here.member)
    off = await timers.hold(b"off", me, WAIT, waiting.after(1), b"off")
    later = await timers.hold(b"later", me, WAIT, waiting.after(1), b"later")
    with pytest.raises(Conflict):
        await timers.hold(b"later", me, WAIT, waiting.after(1), b"again")
    await timers.call_off(off)
    with pytest.raises(NotThere):
        await timers.call_off(off)
    # Another request of the same person has the same timers.
    later = await waiting.timers(here.member).put_off(later, me, WAIT, waiting.after(3), b"even later")
    await waiting.pass_(2)
    assert waiting.read(here.member) == []
    later = await timers.put_off(later, me, WAIT, waiting.after(1), b"at last")
    await waiting.pass_(2)
    assert [letter.body for letter in waiting.read(here.member)] == [b"at last"]
    for late in (timers.call_off(later), timers.put_off(later, me, WAIT, waiting.after(1), b"")):
        with pytest.raises(NotThere):
            await late


async def test_wait_is_stopped_by_who_was_given_the_stop(waiting: Waiting, here: Village) -> None:
    timers, desk = waiting.timers(here.founder), waiting.address(here.steward)
    wait = await timers.hold(b"return", desk, WAIT, waiting.after(48), b"forty-eight hours are over")
    await held.call_off(here.world.store, timers.stop(wait))
    await waiting.pass_(49)
    assert waiting.read(here.steward) == []


async def test_nobody_else_has_my_timers(waiting: Waiting, here: Village) -> None:
    mine = waiting.timers(here.member)
    wait = await mine.hold(b"a", waiting.address(here.member), WAIT, waiting.after(1), b"")
    for other in (here.founder, here.steward):
        with pytest.raises(NotThere):
            await waiting.timers(other).call_off(wait)
    stops = [mine.stop(held.Timer(name, step, 0)) for name in (b"a", b"b") for step in (0, 1)]
    assert len({stop.hid for stop in stops} | {stop.token for stop in stops}) == 8


async def test_all_letters_that_wait_are_of_one_size(waiting: Waiting, here: Village) -> None:
    timers, me = waiting.timers(here.member), waiting.address(here.member)
    for length in (0, 1, 1_500):
        await timers.hold(bytes([length % 256]), me, WAIT, waiting.after(1), bytes(length), kind=PLACE)
    assert len({len(one.held.value) for one in here.world.hub._held.values()}) == 1
    with pytest.raises(TextTooLong):
        await timers.hold(b"long", me, WAIT, waiting.after(1), bytes(3_000))


async def test_letter_that_came_late_says_so(waiting: Waiting, here: Village) -> None:
    await waiting.timers(here.member).hold(b"a", waiting.address(here.member), WAIT, waiting.after(1), b"")
    here.world.clock.forward(seconds=7_200)
    await Scheduler(here.world.store, here.world.clock).look()
    assert [letter.late for letter in waiting.read(here.member)] == [True]


async def test_removed_member_can_call_off_and_hold_no_more(waiting: Waiting, here: Village) -> None:
    timers, me = waiting.timers(here.member), waiting.address(here.member)
    wait = await timers.hold(b"a", me, WAIT, waiting.after(1), b"")
    steward = here.steward.circle(here.circle)
    await leaving.remove(steward, timers.circle.log.persona.key)
    with pytest.raises(KeysChanged):
        await timers.hold(b"b", me, WAIT, waiting.after(1), b"")
    await timers.call_off(wait)


@pytest.mark.parametrize("second", [0.0, 0.5, 59.0])
def test_a_wait_is_never_shorter_than_it_says(second: float) -> None:
    clock = SetClock()
    clock.now += second
    for hours in (0, 1, 24, 72):
        minute = minute_after(clock, hours=hours)
        assert 0 <= minute * 60 - (clock.now + hours * 3_600) < 60
