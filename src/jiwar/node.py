"""The composition root: the only place that picks a store, a clock, a secret and puts a hub together.

A hub is its services, the way in (`Accounts`), what strangers see (`Front`), one nightly task, one for letters
that are due (`scheduler`) and one for reminders (`nudging`). The web and the command line stand on it; nothing below
knows it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from base64 import b32encode
from dataclasses import dataclass, field
from pathlib import Path

from jiwar.circles.accounts import Accounts
from jiwar.circles.invitations import INVITE_SIZE, Tries
from jiwar.circles.member import Services
from jiwar.circles.phones import Phones
from jiwar.clock import Clock, SystemClock
from jiwar.crypto.envelopes import SEED
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import FOUNDING_CODE
from jiwar.crypto.random import Random, system_random
from jiwar.errors import InviteSpent, NotThere, StoreDamaged
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.keyring.session import SessionTable
from jiwar.lock import hold
from jiwar.log.fragments import Fragments
from jiwar.nudging.bell import Bell
from jiwar.nudging.channels import Ways
from jiwar.scheduler import Scheduler
from jiwar.store.contract import Store
from jiwar.store.memory import MemoryStore
from jiwar.store.sqlite.store import Pace, open_store
from jiwar.wire.canonical import Wire, decode, encode

FRONT_PAGE = b"front".ljust(16, b"\0")
HUB_PAGE = b"hub".ljust(16, b"\0")
BELL_PAGE = b"bell".ljust(16, b"\0")
TURNED_PAGE = b"turned".ljust(16, b"\0")
FOUNDING_DAYS = 7
_TICK_SECONDS = 20.0
_AGAIN_SECONDS = 600.0
_log = logging.getLogger(__name__)


class Front(Wire, frozen=True):
    """What strangers see, and how the hub counts its hours."""

    cover: str = "دفتر"
    language: str = "ar"
    offset_hours: float = 3.0


@dataclass(frozen=True)
class Config:
    """Where a hub keeps its things. The secret is outside the data folder: without it the folder is dead."""

    data: Path
    secret: Path
    front: Front = field(default_factory=Front)
    destroys_companions: bool = False
    ways: Ways = field(default_factory=Ways)


class Hub:
    """A running hub."""

    def __init__(
        self,
        store: Store,
        front: Front,
        services: Services,
        secret: HubSecret | None,
        bell: Bell,
        held: int | None = None,
        destroys_companions: bool = False,
    ) -> None:
        """`held`: the handle that keeps other hubs from the secret; closed with the hub."""
        self.store, self.front, self.services = store, front, services
        self.accounts = Accounts(services, destroys_companions)
        self.phones = Phones(services, self.accounts)
        self.tries = Tries()
        self._spending: set[bytes] = set()
        self._secret, self._held = secret, held
        self._day = services.clock.day()
        self.scheduler, self.bell = Scheduler(store, services.clock), bell
        self._tasks: list[asyncio.Task[None]] = []

    async def founding_code(self) -> str:
        """A fresh code that lets whoever has it found a community, once, within a week."""
        code = self.services.random(16)
        # As long as an invitation's value, so that the store doesn't tell one from the other.
        value = self.services.random(INVITE_SIZE)
        await self.store.put_invite(_founding_number(code), self.services.clock.day() + FOUNDING_DAYS, value)
        return b32encode(code).rstrip(b"=").decode().lower()

    def require_founding_code(self, number: bytes) -> None:
        """Raises InviteSpent."""
        try:
            self.store.invite(_founding_number(number))
        except NotThere:
            raise InviteSpent from None

    async def spend_founding_code(self, number: bytes) -> None:
        """Raises InviteSpent for everybody but the first, even at the same moment."""
        if number in self._spending:
            raise InviteSpent
        self.require_founding_code(number)
        self._spending.add(number)
        try:
            await self.store.remove_invite(_founding_number(number))
        finally:
            self._spending.discard(number)

    async def turn_day(self) -> None:
        """The nightly work, under a new hub secret; sealed fragments of expired days go with it."""
        today = self.services.clock.day()
        self.services.fragments.clear()
        self.services.sessions.sweep()
        if self._secret is not None:
            await self._secret.turn(lambda outer: self.store.turn_day(today, outer))
            await self.store.put_page(TURNED_PAGE, encode(today))
            # Who read while the night's work went on may have brought back what has expired by now.
            self.services.fragments.clear()
        self._day = today

    def start_upkeep(self) -> None:
        """Begin to watch for the turn of the day, for letters that are due, and for reminders."""
        later = self.services.later.run(self.store, self.services.clock)
        work = (self._upkeep(), self.scheduler.run(), self.bell.run(), later)
        self._tasks = [asyncio.create_task(one) for one in work]

    async def _upkeep(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.services.sessions.sweep()
            if self.services.clock.day() != self._day:
                await self._turn_or_try_again()

    async def _turn_or_try_again(self) -> None:
        """A full disk at midnight, or a keeper who is just looking into the files, ends one night's work, not all."""
        try:
            await self.turn_day()
        except Exception:
            _log.exception("The night's work could not be done; it will be tried again.")
            await asyncio.sleep(_AGAIN_SECONDS)

    async def close(self) -> None:
        """Stop the upkeep, write what is pending, let go of the files."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.accounts.close()
        await self.services.later.flush(self.store, self.services.random)
        await self.store.close()
        if self._held is not None:
            os.close(self._held)


def _founding_number(code: bytes) -> bytes:
    return digest(FOUNDING_CODE, code)


def _services(store: Store, clock: Clock, random: Random, hub_id: bytes) -> Services:
    return Services(store, clock, random, Fragments(random=random), SessionTable(clock, random), hub_id, {})


async def open_hub(
    config: Config, clock: Clock | None = None, random: Random = system_random, pace: Pace | None = None
) -> Hub:
    """Open, or make, the hub of a data folder. Raises StoreDamaged, Busy while another hub has the folder or secret.

    A day that turned while the hub was down is turned now, before anybody is answered. `pace` is how long writes wait
    for company; only what nobody watches, like filling a fresh hub, may go without.
    """
    if not config.secret.exists():
        create_hub_secret(config.secret, random)
    held = hold(config.secret)
    try:
        return await _opened(config, HubSecret(config.secret, random), held, clock, random, pace)
    except Exception:
        os.close(held)
        raise


async def _opened(
    config: Config, secret: HubSecret, held: int, clock: Clock | None, random: Random, pace: Pace | None
) -> Hub:
    clock = clock or SystemClock(config.front.offset_hours)
    store = await open_store(config.data, secret.outer(), clock, random, pace)
    try:
        _require_own_secret(store, secret)
        hub_id, front = await _hub_pages(store, config.front, random)
        services = _services(store, clock, random, hub_id)
        bell = _bell(services, await _bell_seed(store, random), front, config.ways)
        hub = Hub(store, front, services, secret, bell, held, config.destroys_companions)
        if secret.turning or _last_turn(store) != clock.day():
            await hub.turn_day()
    except Exception:
        await store.close()
        raise
    return hub


def _require_own_secret(store: Store, secret: HubSecret) -> None:
    """Raises StoreDamaged for a fresh folder beside a secret that has turned: it is another folder's, and to turn it
    here would destroy what opens that one.
    """
    try:
        store.page(HUB_PAGE)
    except NotThere:
        if secret.has_turned:
            raise StoreDamaged from None


def _last_turn(store: Store) -> int:
    try:
        return decode(store.page(TURNED_PAGE), int)
    except NotThere:
        return 0


async def _hub_pages(store: Store, front: Front, random: Random) -> tuple[bytes, Front]:
    try:
        return store.page(HUB_PAGE), decode(store.page(FRONT_PAGE), Front)
    except NotThere:
        hub_id = random(16)
        await store.put_page(FRONT_PAGE, encode(front))
        await store.put_page(HUB_PAGE, hub_id)
        return hub_id, front


def memory_hub(clock: Clock, random: Random = system_random, front: Front | None = None) -> Hub:
    """A hub that lives in RAM and is gone with the process: for tests and for trying things."""
    store, front = MemoryStore(clock, random), front or Front()
    services = _services(store, clock, random, random(16))
    return Hub(store, front, services, None, _bell(services, system_random(SEED), front, Ways()))


async def _bell_seed(store: Store, random: Random) -> bytes:
    try:
        return store.page(BELL_PAGE)
    except NotThere:
        seed = random(SEED)
        await store.put_page(BELL_PAGE, seed)
        return seed


def _bell(services: Services, seed: bytes, front: Front, ways: Ways) -> Bell:
    return Bell(seed, services.hub_id, services.rung, ways, services.clock, services.random, front.offset_hours)
