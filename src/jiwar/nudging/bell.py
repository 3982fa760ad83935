"""The bell: takes what writers have handed over, waits for each member's hour, and sends. RAM only.

Implements spec/protocol.md §8.3. Whoever is reminded is reminded once a day at most, within a quarter of an hour
after their hour, at a moment that nobody chose: so that a reminder doesn't say when somebody wrote. What waits is
forgotten at a restart. Nothing of a failure is kept: an address that doesn't answer is not told to anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from jiwar.circles.nudges import Target, open_target
from jiwar.circles.rung import Rung
from jiwar.clock import Clock
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import NUDGE
from jiwar.crypto.random import Random
from jiwar.errors import BadChoice, BadInput, Damaged
from jiwar.nudging.channels import Ways

LOOK_SECONDS = 60.0
SPREAD_SECONDS = 900
AT_ONCE = 16
MOST_WAITING = 20_000
_HOUR, _DAY = 3_600, 86_400


class Bell:
    """One hub's bell. `offset_hours`: the community's clock."""

    def __init__(
        self,
        seed: bytes,
        hub_id: bytes,
        rung: Rung,
        ways: Ways,
        clock: Clock,
        random: Random,
        offset_hours: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seed, self._hub_id, self._rung, self.ways = seed, hub_id, rung, ways
        self._clock, self._random, self._offset, self._sleep = clock, random, offset_hours * _HOUR, sleep
        self.key = envelopes.public_key(seed)
        self._salt = random(32)
        self._waiting: dict[bytes, tuple[float, bytes]] = {}
        self._sending = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await self._sleep(LOOK_SECONDS)

    def try_once(self, sealed: bytes) -> None:
        """Send at the next look, whatever the hour: for whoever has just chosen and wants to see it arrive."""
        self._waiting[self._random(32)] = (self._clock.seconds(), sealed)

    async def look(self) -> None:
        """Take over what was handed in, and send what is due."""
        for sealed in self._rung.take():
            with suppress(Damaged, BadInput):
                self._wait(sealed, self._open(sealed))
        now = self._clock.seconds()
        due = [name for name, (moment, _) in self._waiting.items() if moment <= now]
        await asyncio.gather(*(self._send(self._waiting.pop(name)[1]) for name in due))

    def _open(self, sealed: bytes) -> Target:
        return open_target(self._seed, self._hub_id, sealed)

    def _wait(self, sealed: bytes, target: Target) -> None:
        """Sealed as it came, under a name that is good for this process alone; the first one in a day counts."""
        name = digest(NUDGE, self._salt, target.channel, target.endpoint)
        if len(self._waiting) < MOST_WAITING:
            self._waiting.setdefault(name, (self._moment(target.hour), sealed))

    def _moment(self, hour: int) -> float:
        """The next time at which it is that hour, and a bit later."""
        here = self._clock.seconds() + self._offset
        today = here - here % _DAY + hour % 24 * _HOUR
        later = int.from_bytes(self._random(2), "big") / 65_536 * SPREAD_SECONDS
        return today + later - self._offset + (_DAY if today <= here else 0)

    async def _send(self, sealed: bytes) -> None:
        async with self._sending:
            # A ValueError is what the libraries below make of a name or a text that they can't write.
            with suppress(BadChoice, BadInput, Damaged, OSError, TimeoutError, ValueError):
                await self.ways.send(self._open(sealed))
