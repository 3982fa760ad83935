"""Turns: members first, then strangers one at a time. One thread answers everybody, so order is all there is.

- A stranger's request stands in a line until no member's is being worked on; then one of them is begun, and the next
  one only after the loop has looked for members again. Members are never in a line. None of their requests is waited
  for without an end, and none whose answer nobody reads.
- One in `SHARE` seconds is begun whatever members do: they starve nobody at the window, or at the door.
- Lines have their turn one after the other, whatever their length; each has an end, behind which nobody is let in.
- Nobody has more than a few places, where something names them. Where the line of those who have begun is full,
  whoever was served more often lately gives way to who was less often: tickets that were gathered wear off.

Knows nothing of pages or of connections. A request is begun, not watched over: what it waits for later, a slow hash
or the disk, keeps nobody from their turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

SHARE = 0.1
"""Seconds after which a stranger is begun though members' requests wait."""
AT_LONGEST = 1.0
"""Seconds for which strangers wait for one request of a member's: somebody may take long, or read no answer."""
PLACES = 24
"""In one line."""
PLACES_BEGUN = 64
"""In the line of those who have begun, and hold something that says so."""
PLACES_OF_ONE = 3
LATELY = 600.0
"""Seconds after which it is forgotten who was served how often."""


class Flow(Protocol):
    """What is written to a connection; paused where nobody reads it."""

    write_paused: bool


class Work(Protocol):
    """A request as a server keeps it."""

    more_body: bool
    response_started: bool
    disconnected: bool

    @property
    def flow(self) -> Flow:
        """Of its connection."""


@dataclass(frozen=True)
class Place:
    """Which line somebody stands in, and who they are if they have begun."""

    line: Hashable
    name: bytes = b""


@dataclass(frozen=True)
class _Waiting:
    name: bytes
    work: Work
    begin: Callable[[], None]
    leave: Callable[[], None]


class Turns:
    """Those of one process. To be used on one event loop."""

    def __init__(self) -> None:
        # A line that was served goes to the end of the dictionary; an empty one isn't in it.
        self._lines: dict[tuple[Hashable, bool], deque[_Waiting]] = {}
        self._names: Counter[bytes] = Counter()
        self._members: dict[Work, float] = {}
        self._served: Counter[bytes] = Counter()
        self._served_since = 0.0
        self._last = 0.0
        self._look: asyncio.TimerHandle | asyncio.Handle | None = None

    def go_first(self, work: Work) -> None:
        """A member's request is begun now; strangers wait until it has its answer."""
        self._members[work] = asyncio.get_running_loop().time()

    def is_answered(self, work: Work) -> None:
        """A member's request is over, whatever became of it."""
        self._members.pop(work, None)
        if self._lines:
            self._look_soon()

    def stand(self, place: Place, work: Work, begin: Callable[[], None], leave: Callable[[], None]) -> bool:
        """Have `begin` called when it is their turn, or `leave` where they have to give way. False, and neither is,
        where there is no place left.
        """
        key = place.line, bool(place.name)
        line = self._lines.get(key, ())
        if self._names[place.name] >= PLACES_OF_ONE:
            return False
        full = len(line) >= (PLACES_BEGUN if place.name else PLACES)
        going = self._who_gives_way(key, place.name) if full else None
        if full and going is None:
            return False
        self._lines.setdefault(key, deque()).append(_Waiting(place.name, work, begin, leave))
        if place.name:
            self._names[place.name] += 1
        if self._look is None:
            self._look_soon()
        if going is not None and not going.work.disconnected:
            going.leave()
        return True

    def _who_gives_way(self, key: tuple[Hashable, bool], name: bytes) -> _Waiting | None:
        """The last of those who were served most, out of a full line, for somebody who was less often; or nobody."""
        line = self._lines[key]
        often = max(reversed(line), key=lambda one: self._served[one.name])
        if self._served[often.name] <= self._served[name]:
            return None
        line.remove(often)
        self._names -= Counter({often.name: 1})
        return often

    def _is_served(self, name: bytes) -> None:
        now = asyncio.get_running_loop().time()
        if now > self._served_since + LATELY:
            self._served.clear()
            self._served_since = now
        if name:
            self._served[name] += 1

    def _look_soon(self) -> None:
        """Not `call_soon`: a timer comes after what was read in the same turn of the loop, members' requests too."""
        if self._look is not None:
            self._look.cancel()
        self._look = asyncio.get_running_loop().call_later(0, self._begin_one)

    def _begin_one(self) -> None:
        """Begin one stranger's request, if it is time, and look again once it was worked on."""
        self._look = None
        loop = asyncio.get_running_loop()
        if self._lines and self._members_wait() and loop.time() < self._last + SHARE:
            self._look = loop.call_at(self._last + SHARE, self._begin_one)
        elif (first := self._next()) is not None:
            self._last = loop.time()
            self._look = loop.call_soon(self._look_soon)
            self._is_served(first.name)
            first.begin()

    def _members_wait(self) -> bool:
        """Whether a member's request could be worked on. Not one that still comes in, or has an answer, or is old."""
        early = asyncio.get_running_loop().time() - AT_LONGEST
        self._members = {one: since for one, since in self._members.items() if since > early and not _is_over(one)}
        return any(not (one.more_body or one.flow.write_paused) for one in self._members)

    def _next(self) -> _Waiting | None:
        """Whose turn it is; who has gone away has none."""
        while self._lines:
            key, line = next(iter(self._lines.items()))
            del self._lines[key]
            waiting = line.popleft()
            if line:
                self._lines[key] = line
            self._names -= Counter({waiting.name: 1})
            if not waiting.work.disconnected:
                return waiting
        return None


def _is_over(work: Work) -> bool:
    return work.response_started or work.disconnected
