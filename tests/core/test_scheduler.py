"""Letters come within a minute of being due, and neither twice nor after they were called off.

Over restarts, leaps of the clock, and outages.
"""

from __future__ import annotations

import asyncio
import logging

import pytest

from jiwar.clock import SetClock
from jiwar.scheduler import LEAP_MINUTES, LOOK_SECONDS, MOST_MOVED, Presence, Scheduler, presence
from jiwar.store.contract import Store
from jiwar.store.held import ALARM, FIRED_ENVELOPES, PLACE, Held
from jiwar.store.memory import MemoryStore
from tests.core.store.making import TODAY, Shelf, opened
from tests.core.store.test_held import cancel_of, held

pytestmark = pytest.mark.anyio
MINUTE, DAY = 60.0, 86_400.0


class Hall:
    """A store, its clock, and a hub that starts and stops."""

    def __init__(self) -> None:
        self.clock = SetClock(TODAY, 9)
        self.store: Store = MemoryStore(self.clock)
        self.start()

    def start(self) -> None:
        """A hub that was off until now."""
        self.scheduler = Scheduler(self.store, self.clock)

    def in_(self, minutes: float, kind: int = ALARM) -> Held:
        return held(int(self.clock.now // 60 + minutes), kind=kind)

    async def pass_(self, seconds: float) -> None:
        """Time passes, and the hub looks at the clock as it does when it runs."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + self.scheduler._pause())
            await self.scheduler.look()

    def came(self, letter: Held) -> bool:
        return letter.eid in {mail.eid for mail in self.store.mail(b"box")}

    def late(self, letter: Held) -> bool:
        return next(mail.late for mail in self.store.mail(b"box") if mail.eid == letter.eid)


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def shelf(hall: Hall) -> Shelf:
    return await opened(hall.store)


async def put(hall: Hall, shelf: Shelf, *letters: Held) -> None:
    for letter in letters:
        await hall.store.put_held(shelf.name, shelf.append, letter)


@pytest.mark.parametrize("second", [0, 0.5, 29, 59.9])
@pytest.mark.parametrize("before", [True, False], ids=["held before the start", "held while it runs"])
async def test_letter_comes_within_a_minute(hall: Hall, shelf: Shelf, second: float, before: bool) -> None:
    hall.clock.now += second
    letter = hall.in_(31)
    if before:
        await put(hall, shelf, letter)
    await hall.scheduler.look()
    if not before:
        await put(hall, shelf, letter)
    await hall.pass_(letter.minute * 60 - hall.clock.now - 0.01)
    assert not hall.came(letter)
    await hall.pass_(MINUTE)
    assert hall.came(letter)
    assert not hall.late(letter)


async def test_looks_are_close_together_and_meet_the_minute(hall: Hall) -> None:
    for second in (0.0, 0.01, 12.3, 39.9, 45.0, 59.99):
        hall.clock.now = TODAY * DAY + second
        pause = hall.scheduler._pause()
        assert 0 < pause <= LOOK_SECONDS
        assert int((second + pause) // 60) in (0, 1)
        assert (second + pause) % 60 < 0.1 or second + pause < 60


async def test_letter_of_another_day_comes_on_that_day(hall: Hall, shelf: Shelf) -> None:
    letters = [hall.in_(days * 1_440) for days in (1, 2, 5, 30)]
    await put(hall, shelf, *letters)
    for letter in letters:
        assert not hall.came(letter)
        await hall.pass_(letter.minute * 60 - hall.clock.now)
        assert hall.came(letter)


async def test_the_heap_holds_two_days(hall: Hall, shelf: Shelf) -> None:
    await put(hall, shelf, *(hall.in_(days * 1_440 + 1) for days in range(60) for _ in range(3)))
    await hall.scheduler.look()
    assert len(hall.scheduler) == 6
    await put(hall, shelf, hall.in_(900), hall.in_(1_440), hall.in_(9_000))
    assert len(hall.scheduler) == 8
    await hall.pass_(3 * DAY)
    assert len(hall.scheduler) == 6


async def test_days_are_read_once_each(hall: Hall, shelf: Shelf) -> None:
    asked, due_held = list[tuple[int, int]](), hall.store.due_held

    def counted(first: int, last: int) -> list[object]:
        asked.append((first, last))
        return due_held(first, last)  # type: ignore[return-value]

    hall.store.due_held = counted  # type: ignore[method-assign, assignment]
    await hall.pass_(3 * DAY)
    assert asked == [(0, TODAY + 1), (TODAY + 2, TODAY + 2), (TODAY + 3, TODAY + 3), (TODAY + 4, TODAY + 4)]


async def test_letter_that_was_called_off_or_put_off_does_not_come(hall: Hall, shelf: Shelf) -> None:
    called_off, put_off, later = hall.in_(5), hall.in_(5), hall.in_(25)
    await put(hall, shelf, called_off, put_off)
    await hall.scheduler.look()
    await hall.store.cancel_held(called_off.hid, cancel_of(called_off.hid))
    await hall.store.extend_held(shelf.name, shelf.append, put_off.hid, cancel_of(put_off.hid), later)
    await hall.pass_(24 * MINUTE)
    assert hall.store.mail(b"box") == []
    await hall.pass_(2 * MINUTE)
    assert [mail.eid for mail in hall.store.mail(b"box")] == [later.eid]


async def test_overdue_letters_come_at_the_start_and_say_late(hall: Hall, shelf: Shelf) -> None:
    alarm, place, coming = hall.in_(5), hall.in_(5, PLACE), hall.in_(200)
    await put(hall, shelf, alarm, place, coming)
    await hall.scheduler.look()
    hall.clock.forward(seconds=90 * MINUTE)
    hall.start()
    await hall.scheduler.look()
    assert hall.late(alarm)
    assert hall.late(place)
    assert not hall.came(coming)


async def test_quick_restart_is_not_late(hall: Hall, shelf: Shelf) -> None:
    letter = hall.in_(1)
    await put(hall, shelf, letter)
    hall.clock.forward(seconds=100)
    hall.start()
    await hall.scheduler.look()
    assert not hall.late(letter)


@pytest.mark.parametrize(("away", "moved"), [(2, 2), (5, 5), (14, 14), (40, MOST_MOVED)])
async def test_after_an_outage_everything_is_moved_on(hall: Hall, shelf: Shelf, away: int, moved: int) -> None:
    letters = [hall.in_(5), hall.in_(1_600, PLACE), hall.in_(30 * 1_440)]
    await put(hall, shelf, *letters)
    await hall.scheduler.look()
    hall.clock.forward(days=away)
    back = hall.clock.now
    hall.start()
    await hall.scheduler.look()
    assert presence(hall.store) == Presence(TODAY + away, TODAY + away, moved)
    for letter in letters:
        wanted = letter.minute * 60 + moved * DAY
        assert hall.came(letter) == (wanted <= back)
        if wanted > back:
            await hall.pass_(wanted - hall.clock.now - 1)
            assert not hall.came(letter)
            await hall.pass_(2)
            assert not hall.late(letter)
        else:
            assert hall.late(letter)


async def test_an_outage_moves_letters_once(hall: Hall, shelf: Shelf) -> None:
    letter = hall.in_(5)
    await put(hall, shelf, letter)
    await hall.scheduler.look()
    hall.clock.forward(days=3)
    for _ in range(3):
        hall.start()
        await hall.scheduler.look()
    await hall.pass_(6 * MINUTE)
    assert hall.came(letter)
    assert presence(hall.store) == Presence(TODAY + 3, TODAY + 3, 3)


async def test_a_day_without_letters_is_no_outage(hall: Hall, shelf: Shelf) -> None:
    await hall.pass_(4 * DAY)
    letter = hall.in_(5)
    await put(hall, shelf, letter)
    hall.clock.forward(days=1)
    hall.start()
    await hall.scheduler.look()
    assert hall.late(letter)
    assert presence(hall.store) == Presence(TODAY + 5)


async def test_the_first_start_is_no_outage(hall: Hall) -> None:
    await hall.scheduler.look()
    assert presence(hall.store) == Presence(TODAY)


async def test_after_a_leap_alarms_come_and_places_stay(hall: Hall, shelf: Shelf) -> None:
    alarm, place, later = hall.in_(30), hall.in_(30, PLACE), hall.in_(300, PLACE)
    await put(hall, shelf, alarm, place, later)
    await hall.scheduler.look()
    hall.clock.forward(seconds=(LEAP_MINUTES + 31) * MINUTE)
    await hall.scheduler.look()
    assert hall.late(alarm)
    assert not hall.came(place)
    hall.start()
    await hall.pass_(60 * MINUTE)
    assert not hall.came(place)
    now = hall.in_(0, PLACE)
    await hall.store.extend_held(shelf.name, shelf.append, place.hid, cancel_of(place.hid), now)
    await hall.pass_(MINUTE)
    assert hall.came(now)
    await hall.pass_(200 * MINUTE)
    assert hall.came(later)


async def test_a_slow_look_is_no_leap(hall: Hall, shelf: Shelf) -> None:
    place = hall.in_(5, PLACE)
    await put(hall, shelf, place)
    await hall.scheduler.look()
    hall.clock.forward(seconds=LEAP_MINUTES * MINUTE)
    await hall.scheduler.look()
    assert hall.came(place)


async def test_clock_that_goes_back_brings_nothing_twice(hall: Hall, shelf: Shelf) -> None:
    first, second = hall.in_(5), hall.in_(20)
    await put(hall, shelf, first, second)
    await hall.pass_(6 * MINUTE)
    await hall.store.delete_mail(b"box", first.eid)
    for back in (6 * MINUTE, 3 * DAY):
        hall.clock.now -= back
        await hall.pass_(3 * MINUTE)
        assert hall.store.mail(b"box") == []
    hall.clock.now = second.minute * 60 - MINUTE
    await hall.pass_(2 * MINUTE)
    assert [mail.eid for mail in hall.store.mail(b"box")] == [second.eid]
    assert presence(hall.store) == Presence(TODAY)


async def test_a_start_in_1970_moves_nothing(hall: Hall, shelf: Shelf) -> None:
    """Machines without a battery begin there, until the network tells them the time."""
    letter = hall.in_(60)
    await put(hall, shelf, letter)
    await hall.scheduler.look()
    now, hall.clock.now = hall.clock.now, 100.0
    hall.start()
    await hall.scheduler.look()
    hall.clock.now = now
    await hall.pass_(61 * MINUTE)
    assert hall.came(letter)
    assert presence(hall.store) == Presence(TODAY)


async def test_letter_without_room_comes_when_there_is_some(hall: Hall, shelf: Shelf) -> None:
    letters = [hall.in_(5) for _ in range(FIRED_ENVELOPES + 1)]
    await put(hall, shelf, *letters)
    await hall.pass_(7 * MINUTE)
    box = hall.store.mail(b"box")
    assert len(box) == FIRED_ENVELOPES
    await hall.store.delete_mail(b"box", box[0].eid)
    await hall.pass_(MINUTE)
    assert len(hall.store.mail(b"box")) == FIRED_ENVELOPES


async def test_failing_disk_delays_and_loses_nothing(
    hall: Hall, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    letter, fire = hall.in_(5), hall.store.fire_held
    await put(hall, shelf, letter)
    await hall.scheduler.look()

    async def full(hid: bytes, minute: int, late: bool) -> None:
        raise OSError("the disk is full")

    hall.store.fire_held = full  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        await hall.pass_(6 * MINUTE)
    assert not hall.came(letter)
    assert caplog.records
    hall.store.fire_held = fire  # type: ignore[method-assign]
    await hall.pass_(MINUTE)
    assert hall.late(letter)


async def test_running_scheduler_goes_on_after_a_failed_look(
    hall: Hall, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    letter, page = hall.in_(0), hall.store.page
    await put(hall, shelf, letter)
    looks = asyncio.Queue[float]()

    async def sleep(seconds: float) -> None:
        hall.store.page = page  # type: ignore[method-assign]
        looks.put_nowait(seconds)
        await asyncio.sleep(0)

    def broken(name: bytes) -> bytes:
        raise OSError("no such page")

    hall.store.page = broken  # type: ignore[method-assign]
    task = asyncio.create_task(Scheduler(hall.store, hall.clock, sleep).run())
    for _ in range(3):
        assert await asyncio.wait_for(looks.get(), 10) <= LOOK_SECONDS
    task.cancel()
    assert hall.came(letter)
    assert len(caplog.records) == 1
