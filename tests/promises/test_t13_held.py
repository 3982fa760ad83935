"""T13: a held letter comes within a minute of being due, once; and never after it was called off or put off.

Over kill -9 of a real process at any moment, restarts, outages, and clocks that leap and go back.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from jiwar import scheduler
from jiwar.scheduler import LEAP_MINUTES, MOST_MOVED, OUTAGE_DAYS, Scheduler
from jiwar.store.contract import Mail
from jiwar.store.held import ALARM, DAY_MINUTES, PLACE
from jiwar.store.sqlite.boxes import Boxes
from jiwar.store.sqlite.held import HeldJobs
from tests.core.store.making import TODAY, some
from tests.mutants.mutation import Mutations, replaced
from tests.promises.childhub import ChildHub

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
LOOK = 20.0
_put, _fire, _opened = HeldJobs.put, HeldJobs.fire, Boxes._opened
_HELD = "INSERT INTO held VALUES (?, ?, ?, ?, ?)"


def _fire_in_two(jobs: HeldJobs, hid: bytes, minute: int, late: bool) -> None:
    """The row goes in one transaction and the letter is delivered in the next."""
    cancel, meta, value = jobs._there(hid)
    jobs._file.writer.execute("DELETE FROM held WHERE hid = ?", (hid,))
    jobs._file.writer.execute("COMMIT")
    time.sleep(0.3)
    jobs._file.writer.execute("BEGIN")
    jobs._file.writer.execute(_HELD, (hid, minute // DAY_MINUTES, cancel, meta, value))
    _fire(jobs, hid, minute, late)


def _fire_and_keep(jobs: HeldJobs, hid: bytes, minute: int, late: bool) -> None:
    cancel, meta, value = jobs._there(hid)
    _fire(jobs, hid, minute, late)
    jobs._file.writer.execute(_HELD, (hid, minute // DAY_MINUTES, cancel, meta, value))


def _opened_in_time(boxes: Boxes, inbox: bytes, eid: bytes, day: int, sealed: bytes) -> Mail:
    return replace(_opened(boxes, inbox, eid, day, sealed), late=False)


def _remember_nothing(one: Scheduler, last: int) -> None:
    one._through = max(one._through, last)


MUTATIONS: Mutations = {
    "what is called off is only marked": replaced(
        HeldJobs, "cancel", lambda jobs, hid, token: jobs._admit(hid, token)
    ),
    "what is put off comes as well": replaced(HeldJobs, "extend", lambda jobs, hid, token, held: _put(jobs, held)),
    "a letter comes in two transactions": replaced(HeldJobs, "fire", _fire_in_two),
    "a letter that came is still held": replaced(HeldJobs, "fire", _fire_and_keep),
    "the clock is looked at every three minutes": replaced(Scheduler, "_pause", lambda one: 180.0),
    "a restart forgets what waits": replaced(Scheduler, "_load", _remember_nothing),
    "what is held while the hub runs waits for a restart": replaced(Scheduler, "_told", lambda one, due: None),
    "places come when the clock leaps": replaced(scheduler, "LEAP_MINUTES", 10**9),
    "an outage moves nothing": replaced(scheduler, "OUTAGE_DAYS", 10**9),
    "an outage moves without bound": replaced(scheduler, "MOST_MOVED", 10**9),
    "late letters look like others": replaced(Boxes, "_opened", _opened_in_time),
}


@dataclass
class Letter:
    """A letter in the model: where it must be. `stays` is a place that fell into a leap."""

    minute: int
    kind: int
    where: str = "held"
    stays: bool = False


class Model:
    """A hub in a process of its own beside what has to be true of it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiwar-"))
        self.now = TODAY * DAY + 9 * HOUR
        self.letters: dict[int, Letter] = {}
        self.present = TODAY
        self.start(0)

    def close(self) -> None:
        self.hub.stop()
        shutil.rmtree(self.folder)

    # what is done

    def start(self, off: float, killed: bool = False) -> None:
        """The hub starts after having been off for so many seconds; `killed`: while letters may have been coming."""
        self.now += off
        self.hub = ChildHub(self.folder, self.now)
        away = int(self.now // DAY) - self.present
        if away > OUTAGE_DAYS:
            for one in self.letters.values():
                one.minute += min(away, MOST_MOVED) * DAY_MINUTES
        self.came(self.hub.ask("begin"), before=killed)

    def restart(self, off: float) -> None:
        self.hub.stop()
        self.start(off)

    def hold(self, minutes: int, kind: int = ALARM) -> int:
        number = len(self.letters)
        minute = int(self.now // 60) + minutes
        assert self.hub.ask("hold", number, minute, kind) is None
        self.letters[number] = Letter(minute, kind)
        return number

    def cancel(self, number: int) -> None:
        one = self.letters[number]
        assert self.hub.ask("cancel", number) == (None if one.where == "held" else "NotThere")
        one.where = "gone" if one.where == "held" else one.where

    def extend(self, number: int, minutes: int) -> int:
        one, new = self.letters[number], len(self.letters)
        minute = int(self.now // 60) + minutes
        answer = self.hub.ask("extend", number, new, minute, one.kind)
        assert answer == (None if one.where == "held" else "NotThere")
        self.letters[new] = Letter(minute, one.kind, "held" if one.where == "held" else "gone")
        one.where = "gone" if one.where == "held" else one.where
        return new

    def run(self, seconds: float) -> None:
        began, self.now = self.now, self.now + seconds
        self.came(self.hub.ask("run", seconds), began=began)

    def leap(self, seconds: float) -> None:
        self.now += seconds
        self.came(self.hub.ask("leap", seconds), leapt=seconds > LEAP_MINUTES * MINUTE)

    # kill -9 while something is being done; what was acknowledged is done, and else it is done or not

    def kill_and_start(self, after: float, *command: object) -> bool:
        self.hub.send(*command)
        acknowledged = self.hub.kill(after)
        self.start(1.0, killed=True)
        return acknowledged

    def there(self, number: int) -> bool:
        """Whether a letter is held or has come."""
        held, box = self.hub.ask("rows")
        return _hid(number) in held or _eid(number) in box

    def kill_at_hold(self, after: float, minutes: int, kind: int = ALARM) -> None:
        number, minute = len(self.letters), int(self.now // 60) + minutes
        self.letters[number] = Letter(minute, kind)
        acknowledged = self.kill_and_start(after, "hold", number, minute, kind)
        assert self.there(number) or not acknowledged
        self.is_gone_unless_there(number)

    def kill_at_cancel(self, after: float, number: int) -> None:
        was_held = self.letters[number].where == "held"
        acknowledged = self.kill_and_start(after, "cancel", number)
        assert not (was_held and acknowledged and self.there(number))
        self.is_gone_unless_there(number)

    def kill_at_extend(self, after: float, number: int, minutes: int) -> None:
        one, new, minute = self.letters[number], len(self.letters), int(self.now // 60) + minutes
        was_held = one.where == "held"
        self.letters[new] = Letter(minute, one.kind, one.where if was_held else "gone")
        acknowledged = self.kill_and_start(after, "extend", number, new, minute, one.kind)
        extended = self.there(new)
        assert not was_held or extended != self.there(number), "one of the two, and not both"
        assert extended or not (was_held and acknowledged)
        self.is_gone_unless_there(number)
        self.is_gone_unless_there(new)

    def is_gone_unless_there(self, number: int) -> None:
        if not self.there(number):
            self.letters[number].where = "gone"

    def kill_at_run(self, after: float, seconds: float) -> None:
        self.hub.send("run", seconds)
        self.hub.kill(after)
        self.start(seconds, killed=True)

    # what has to be true

    def came(
        self, came: list[tuple[str, float, bool]], leapt: bool = False, began: float = 0.0, before: bool = False
    ) -> None:
        """Exactly what is due has come: within a minute where the hub was there, and else saying that it is late.

        `began`: since when the hub was there without a break; `before`: something may have come before it was killed.
        """
        at = {eid: (when, late) for eid, when, late in came}
        for number, one in self.letters.items():
            due = one.minute * 60
            if one.where != "held" or one.stays or due > self.now:
                continue
            one.stays = leapt and one.kind == PLACE
            if one.stays or (before and _eid(number) not in at):
                one.where = "held" if one.stays else "came"
                continue
            assert _eid(number) in at, "it has come"
            when, late = at.pop(_eid(number))
            assert when >= due
            assert late == (when - due > MINUTE)
            assert not began or when <= max(due, began) + MINUTE
            one.where = "came"
        assert not at, "nothing else has come"
        self.present = max(self.present, int(self.now // DAY))

    def check(self) -> None:
        held, box = self.hub.ask("rows")
        assert set(held) == {_hid(number) for number, one in self.letters.items() if one.where == "held"}
        assert sorted(box) == sorted(_eid(number) for number, one in self.letters.items() if one.where == "came")


def _hid(number: int) -> str:
    return some(16, ("hid", number)).hex()


def _eid(number: int) -> str:
    return some(16, ("eid", number)).hex()


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    yield made
    made.close()


def test_letters_come_in_time_and_once(model: Model) -> None:
    for minutes in (0, 1, 7, 20, 20, 21):
        model.hold(minutes)
    model.run(9 * MINUTE + 17)
    model.check()
    model.restart(30)
    model.run(13 * MINUTE)
    model.check()
    model.run(HOUR)
    model.check()


def test_what_was_called_off_or_put_off_never_comes(model: Model) -> None:
    called_off, put_off, stays = model.hold(5), model.hold(5), model.hold(6)
    model.cancel(called_off)
    again = model.extend(put_off, 30)
    model.restart(10)
    model.run(15 * MINUTE)
    model.check()
    model.cancel(stays)
    model.cancel(model.extend(again, 50))
    model.run(HOUR)
    model.check()


def test_a_hub_that_was_off_is_late_and_says_so(model: Model) -> None:
    for minutes in (10, 600, 1_700):
        model.hold(minutes)
        model.hold(minutes, PLACE)
    model.restart(30 * MINUTE)
    model.restart(DAY)
    model.check()
    model.run(HOUR)
    model.check()


@pytest.mark.parametrize("days", [2, 5, 30])
def test_an_outage_moves_what_waits_and_no_further_than_its_bound(model: Model, days: int) -> None:
    for minutes in (30, 900, 10_000, 40_000):
        model.hold(minutes)
    model.restart(days * DAY)
    model.check()
    model.restart(MINUTE)
    model.run(HOUR)
    model.check()


def test_places_wait_for_somebody_when_the_clock_leaps(model: Model) -> None:
    model.hold(30)
    place = model.hold(30, PLACE)
    model.leap(40 * MINUTE)
    model.check()
    model.restart(10 * MINUTE)
    model.run(20 * MINUTE)
    model.check()
    model.extend(place, 0)
    model.run(MINUTE)
    model.check()
    model.leap(-2 * HOUR)
    model.run(3 * HOUR)
    model.check()


@pytest.mark.parametrize("after", [0.0, 0.01, 0.1, 0.2])
def test_killed_while_letters_come(model: Model, after: float) -> None:
    for minutes in (1, 1, 1, 2):
        model.hold(minutes)
    model.kill_at_run(after, 3 * MINUTE)
    model.check()


minutes, kinds = st.integers(0, 90), st.sampled_from([ALARM, ALARM, PLACE])
moments = st.sampled_from([0.0, 0.001, 0.003, 0.01, 0.03])


class HeldMachine(RuleBasedStateMachine):
    """Any order of all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    def teardown(self) -> None:
        self.model.check()
        self.model.close()

    def picked(self, pick: int) -> int | None:
        return pick % len(self.model.letters) if self.model.letters else None

    @rule(minutes=minutes, kind=kinds)
    def hold(self, minutes: int, kind: int) -> None:
        self.model.hold(minutes, kind)

    @rule(pick=st.integers(0, 99), kill=st.none() | moments)
    def cancel(self, pick: int, kill: float | None) -> None:
        number = self.picked(pick)
        if number is None:
            return
        if kill is None:
            self.model.cancel(number)
        else:
            self.model.kill_at_cancel(kill, number)

    @rule(pick=st.integers(0, 99), minutes=minutes, kill=st.none() | moments)
    def extend(self, pick: int, minutes: int, kill: float | None) -> None:
        number = self.picked(pick)
        if number is None:
            return
        if kill is None:
            self.model.extend(number, minutes)
        else:
            self.model.kill_at_extend(kill, number, minutes)

    @rule(minutes=minutes, kind=kinds, kill=moments)
    def hold_and_kill(self, minutes: int, kind: int, kill: float) -> None:
        self.model.kill_at_hold(kill, minutes + 1, kind)

    @rule(seconds=st.sampled_from([7.0, 60.0, 61.5, 25 * MINUTE, 3 * HOUR]))
    def run(self, seconds: float) -> None:
        self.model.run(seconds)
        self.model.check()

    @rule(seconds=st.sampled_from([60.0, 25 * MINUTE, HOUR]), kill=moments)
    def run_and_kill(self, seconds: float, kill: float) -> None:
        if (self.model.now + seconds) // DAY == self.model.now // DAY:
            self.model.kill_at_run(kill, seconds)
            self.model.check()

    @rule(off=st.sampled_from([0.0, 30.0, 20 * MINUTE, 5 * HOUR, DAY, 2 * DAY, 20 * DAY]))
    def restart(self, off: float) -> None:
        self.model.restart(off)
        self.model.check()

    @rule(seconds=st.sampled_from([5 * MINUTE, 11 * MINUTE, 2 * HOUR, -3 * MINUTE, -2 * HOUR]))
    def leap(self, seconds: float) -> None:
        self.model.leap(seconds)
        self.model.check()


TestAnyOrder = HeldMachine.TestCase
TestAnyOrder.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
