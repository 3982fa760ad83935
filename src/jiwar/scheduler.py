"""The scheduler: has held letters come at their minute, after a restart and a leap of the clock as well.

Implements spec/protocol.md §7.9. What is due today and tomorrow stands in a heap in RAM; everything else, and the
truth about these, stands in the store: a letter whose row is gone doesn't come, whatever the heap says.

- *In time* is within a minute of being due. What comes later than that is marked late, and how late is not said.
- A *leap* is a step of more than ten minutes between two looks at the clock. Alarms that fell into it come at once;
  places stay until somebody extends them: the clock may have been set by who wants to know early.
- An *outage* is more than one turn of the day between the hub's last look and its start. The days it took, at most
  fourteen, are added to every due time before anything comes, in one transaction with the note that says so. That
  note holds days. After a shorter rest everything that is overdue comes at once, places too.
- A clock that goes back makes letters wait, and nothing comes twice.

Does not know what a letter says, nor to whom it goes.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Iterator

from jiwar.clock import Clock
from jiwar.errors import NotThere, TooMuch
from jiwar.store.contract import Store
from jiwar.store.held import DAY_MINUTES, PLACE, Due
from jiwar.wire.canonical import Wire, decode, encode

LOOK_SECONDS = 20.0
IN_TIME_SECONDS = 60
LEAP_MINUTES = 10
OUTAGE_DAYS = 1
"""So many turns of the day may pass without the hub before its letters are moved on."""
MOST_MOVED = 14
TOLD_DAYS = 30
AT_ONCE = 2_048
"""Letters that are fired side by side: they share commits."""
PRESENCE_PAGE = b"presence".ljust(16, b"\0")
_log = logging.getLogger(__name__)
_Entry = tuple[int, bytes, int]


class Presence(Wire, frozen=True):
    """The last day on which the hub looked at its letters; and the last outage: on which day it ended, by how many
    days letters were moved on.
    """

    day: int
    ended: int = 0
    moved: int = 0


def presence(store: Store) -> Presence | None:
    """What the hub noted last; None before its first look."""
    try:
        return decode(store.page(PRESENCE_PAGE), Presence)
    except NotThere:
        return None


def lately_away(store: Store, today: int) -> Presence | None:
    """The last outage, as long as people should know of it."""
    noted = presence(store)
    return noted if noted and noted.moved and today - noted.ended <= TOLD_DAYS else None


class Scheduler:
    """The heap of one hub's letters."""

    def __init__(self, store: Store, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._store, self._clock, self._sleep = store, clock, sleep
        self._heap: list[_Entry] = []
        self._through = -1
        self._last: int | None = None
        self._day = -1
        store.watch_held(self._told)

    def __len__(self) -> int:
        return len(self._heap)

    async def run(self) -> None:
        """Look at the clock for ever."""
        while True:
            try:
                await self.look()
            except Exception:  # A full disk, say, or a locked file: what is due stands in the store.
                _log.exception("Letters that wait could not be looked at; it will be tried again.")
            await self._sleep(self._pause())

    def _pause(self) -> float:
        """Seconds to the next look: soon after the minute begins, and never far away."""
        return min(LOOK_SECONDS, 60.0 - self._clock.seconds() % 60.0 + 0.05)

    async def look(self) -> None:
        """Have everything come that is due."""
        await self._note_presence()
        now, again = int(self._clock.seconds() // 60), list[_Entry]()
        self._load(self._clock.day() + 1)
        leapt = self._last is not None and now - self._last > LEAP_MINUTES
        while due := list(self._take(now)):
            again += await self._settle(due, now, leapt)
        for entry in again:
            heapq.heappush(self._heap, entry)
        self._last = now

    async def _note_presence(self) -> None:
        """Once a day, and never back: a clock that was wrong for a while makes no outage."""
        today, first = self._clock.day(), self._day < 0
        if today <= self._day:
            return
        before = presence(self._store) or Presence(today)
        away = today - before.day
        if first and away > OUTAGE_DAYS:
            noted = Presence(today, today, min(away, MOST_MOVED))
            await self._store.postpone_held(noted.moved, PRESENCE_PAGE, encode(noted))
        elif away >= 0:
            await self._store.put_page(PRESENCE_PAGE, encode(Presence(today, before.ended, before.moved)))
        self._day = today

    async def _settle(self, due: list[_Entry], now: int, leapt: bool) -> list[_Entry]:
        """Have letters come, or places stay; those that could not, to be tried again."""
        results = await asyncio.gather(*(self._come(entry, now, leapt) for entry in due), return_exceptions=True)
        undone = [(entry, result) for entry, result in zip(due, results, strict=True) if result is not None]
        failed = [result for _, result in undone if not isinstance(result, NotThere | TooMuch)]
        if failed:
            _log.error("Letters that are due could not be delivered; it will be tried again.", exc_info=failed[0])
        return [entry for entry, result in undone if not isinstance(result, NotThere)]

    async def _come(self, entry: _Entry, now: int, leapt: bool) -> None:
        """Raises NotThere when it was called off since, TooMuch when there is no room for it."""
        minute, hid, kind = entry
        if leapt and kind == PLACE:
            await self._store.stay_held(hid)
        else:
            await self._store.fire_held(hid, now, late=self._clock.seconds() - minute * 60 > IN_TIME_SECONDS)

    def _load(self, last: int) -> None:
        if last > self._through:
            for due in self._store.due_held(self._through + 1, last):
                self._push(due)
            self._through = last

    def _told(self, due: Due) -> None:
        if due.minute // DAY_MINUTES <= self._through:
            self._push(due)

    def _push(self, due: Due) -> None:
        heapq.heappush(self._heap, (due.minute, due.hid, due.kind))

    def _take(self, now: int) -> Iterator[_Entry]:
        for _ in range(AT_ONCE):
            if not self._heap or self._heap[0][0] > now:
                return
            yield heapq.heappop(self._heap)
