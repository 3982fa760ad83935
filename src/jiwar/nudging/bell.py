"""The bell: takes what writers have handed over, waits for each member's hour, and sends. RAM only.

Implements spec/protocol.md §8.3. Whoever is reminded is reminded once a day at most, within a quarter of an hour
after their hour, at a moment that nobody chose: so that a reminder doesn't say when somebody wrote. What waits is
forgotten at a restart. Whoever is to be woken for what is urgent is rung at the next look, and then not for a while.
Nothing of a failure is kept: an address that doesn't answer is not told to anybody. One host has few places among
those that are sent to at once: whoever leaves many addresses that never answer keeps only their own waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from weakref import WeakValueDictionary

from jiwar.circles.nudges import AT_ONCE as URGENT
from jiwar.circles.nudges import Target, open_target
from jiwar.circles.rung import Rung
from jiwar.clock import Clock
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import NUDGE
from jiwar.crypto.random import Random
from jiwar.errors import BadChoice, BadInput, Damaged
from jiwar.nudging.channels import Ways
from jiwar.nudging.webpush import Signer

LOOK_SECONDS = 60.0
SPREAD_SECONDS = 900
AT_ONCE, AT_ONE_HOST = 64, 4
REST_SECONDS = 1_800
MOST_ALARMS = 6
"""At one address: half an hour apart, and so many in a day. Whoever is awake needs no second one, and a member with a
changed program, or an address of somebody else's, shall not make it ring all night."""
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
        self.signer = Signer(derive(seed, NUDGE, "signer"), clock, random)
        self._salt = random(32)
        self._waiting: dict[bytes, tuple[float, bytes]] = {}
        self._woken: dict[bytes, tuple[float, ...]] = {}
        self._sendings: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._places_of: WeakValueDictionary[bytes, asyncio.Semaphore] = WeakValueDictionary()

    async def run(self) -> None:
        """Look for ever. What is still being sent ends with it."""
        # Names are looked up, and mail is sent, in threads of the loop: with fewer of them than places, names whose
        # servers never answer would keep everybody waiting.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(AT_ONCE, "nudging"))
        try:
            while True:
                self.look()
                await self._sleep(LOOK_SECONDS)
        finally:
            for sending in self._sendings:
                sending.cancel()
            await asyncio.gather(*self._sendings, return_exceptions=True)

    def try_once(self, sealed: bytes) -> None:
        """Send at the next look, whatever the hour: for whoever has just chosen and wants to see it arrive."""
        self._waiting[self._random(32)] = (self._clock.seconds(), sealed)

    def look(self) -> None:
        """Take over what was handed in, and begin to send what is due; nothing waits until it has arrived."""
        now = self._clock.seconds()
        self._woken = {name: times for name, times in self._woken.items() if times[-1] + _DAY > now}
        for sealed in self._rung.take():
            with suppress(Damaged, BadInput):
                self._wait(sealed, self._open(sealed))
        for name in [name for name, (moment, _) in self._waiting.items() if moment <= now]:
            sending = asyncio.create_task(self._send(self._waiting.pop(name)[1]))
            self._sendings.add(sending)
            sending.add_done_callback(self._sendings.discard)

    def _open(self, sealed: bytes) -> Target:
        return open_target(self._seed, self._hub_id, sealed)

    def _wait(self, sealed: bytes, target: Target) -> None:
        """Sealed as it came, under a name that is good for this process alone; the first one in a day counts."""
        urgent = target.hour == URGENT
        name = digest(NUDGE, self._salt, target.channel, target.endpoint, "urgent" if urgent else "daily")
        if len(self._waiting) + len(self._sendings) < MOST_WAITING and not (urgent and self._sleeps_on(name)):
            self._waiting.setdefault(name, (self._clock.seconds() if urgent else self._moment(target.hour), sealed))

    def _sleeps_on(self, name: bytes) -> bool:
        """Whether an address was woken a moment ago, or often enough today; if not, it is now."""
        now, times = self._clock.seconds(), self._woken.get(name, ())
        today = tuple(one for one in times if one + _DAY > now)
        full = len(today) >= MOST_ALARMS or len(self._woken) >= MOST_WAITING
        if full or (today and today[-1] + REST_SECONDS > now):
            return True
        self._woken[name] = (*today, now)
        return False

    def _moment(self, hour: int) -> float:
        """The next time at which it is that hour, and a bit later."""
        here = self._clock.seconds() + self._offset
        today = here - here % _DAY + hour % 24 * _HOUR
        later = int.from_bytes(self._random(2), "big") / 65_536 * SPREAD_SECONDS
        return today + later - self._offset + (_DAY if today <= here else 0)

    async def _send(self, sealed: bytes) -> None:
        # A ValueError is what the libraries below make of a name or a text that they can't write.
        with suppress(BadChoice, BadInput, Damaged, OSError, TimeoutError, ValueError):
            async with self._places_at(self.ways.host(self._open(sealed))), self._places:
                await self.ways.send(self._open(sealed), self.signer)

    def _places_at(self, host: str) -> asyncio.Semaphore:
        """The same for a host as long as something is sent there, or waits to be; it isn't known by its name."""
        return self._places_of.setdefault(digest(NUDGE, self._salt, host), asyncio.Semaphore(AT_ONE_HOST))
