"""Time, as coarse as each reader may have it. The only place that asks the operating system.

- A *day* is a whole number of days since 1970-01-01 in UTC: what rows may carry.
- A *part* is the part of the day, 0..4 (night, morning, noon, afternoon, evening), in the hub's time zone: what a
  sealed body may carry at most (design.md §5).
- `monotonic` and `seconds` are for idle times and timers in RAM; they never reach a row in the clear.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

NIGHT, MORNING, NOON, AFTERNOON, EVENING = range(5)
HOURS = 24
"""Of a day."""
WEEK_HOURS = 7 * HOURS
QUARTERS = 4
"""Of a day in UTC."""
_FIRST_HOUR_OF_PART = ((5, MORNING), (11, NOON), (14, AFTERNOON), (18, EVENING), (23, NIGHT))


class Clock(Protocol):
    """What everything above asks for the time."""

    def day(self) -> int: ...

    def hour(self) -> int:
        """0..23 by the community's clock: to show, never for a row."""

    def part(self) -> int: ...

    def week_hour(self) -> int:
        """0..167, full hours since Monday began, by the community's clock: to compare, never for a row."""

    def seconds(self) -> float:
        """Seconds since 1970, for due times in RAM."""

    def monotonic(self) -> float: ...


def hour_of(clock: Clock) -> int:
    """Hours since 1970, for what is sealed under the hub's own secret only."""
    return int(clock.seconds() // 3_600)


def quarter_of(clock: Clock) -> int:
    """Quarters of a UTC day since 1970: coarser than a part of the day."""
    return int(clock.seconds() // (86_400 // QUARTERS))


def part_of_hour(hour: int) -> int:
    """The part of the day that an hour 0..23 belongs to; one o'clock at night belongs to the night."""
    part = NIGHT
    for first, name in _FIRST_HOUR_OF_PART:
        if hour >= first:
            part = name
    return part


class SystemClock:
    """The machine's clock; `offset_hours` is the community's time zone, for hours and parts of the day only."""

    def __init__(self, offset_hours: float = 3.0) -> None:
        self._zone = timezone(timedelta(hours=offset_hours))

    def day(self) -> int:
        return int(time.time() // 86_400)

    def hour(self) -> int:
        return datetime.now(self._zone).hour

    def part(self) -> int:
        return part_of_hour(self.hour())

    def week_hour(self) -> int:
        now = datetime.now(self._zone)
        return now.weekday() * HOURS + now.hour

    def seconds(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class SetClock:
    """A clock that stands where it is put: for tests, the demo and vectors."""

    def __init__(self, day: int = 20_000, hour: float = 12.0) -> None:
        self.now = day * 86_400 + hour * 3_600.0

    def day(self) -> int:
        return int(self.now // 86_400)

    def hour(self) -> int:
        return int(self.now % 86_400 // 3_600)

    def part(self) -> int:
        return part_of_hour(self.hour())

    def week_hour(self) -> int:
        # The first day was a Thursday.
        return (int(self.now // 3_600) + 3 * HOURS) % WEEK_HOURS

    def seconds(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def forward(self, *, days: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.now += days * 86_400 + seconds
