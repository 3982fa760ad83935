"""Accounts over a dictionary, with the guard that stands before each: what the others are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jiwar.clock import Clock, hour_of
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.crypto.random import Random
from jiwar.errors import Conflict, NotThere
from jiwar.store import checks
from jiwar.store import guard as guards
from jiwar.store.contract import ACCOUNT_INNER_SIZE, AccountWrite
from jiwar.store.guard import Guard, Order


class MemoryAccounts:
    """The part of `MemoryStore` that keeps accounts."""

    _clock: Clock
    _random: Random

    def __init__(self) -> None:
        self._accounts: dict[bytes, bytes] = {}
        self._guards: dict[bytes, Guard] = {}

    def account(self, locator: bytes) -> bytes:
        found = locator
        if locator not in self._accounts:
            later = [key for key in sorted(self._accounts) if key > locator] or sorted(self._accounts)
            if not later:
                return self._random(ACCOUNT_INNER_SIZE)
            found = later[0]
        return self._shown(found)

    def _shown(self, locator: bytes) -> bytes:
        return guards.shown(self._accounts[locator], self.guard(locator), hour_of(self._clock))

    def guard(self, locator: bytes) -> Guard:
        return self._guards.get(locator) or guards.new_guard(self._random)

    async def put_accounts(self, writes: Sequence[AccountWrite]) -> None:
        hour = hour_of(self._clock)
        checks.check_accounts(tuple(writes), hour)
        there = [write for write in writes if write.locator in self._accounts]
        for write in writes:
            if (digest(ROW, self._shown(write.locator)) if write in there else None) != write.expects:
                raise Conflict
        closed = [write for write in there if self.guard(write.locator).stands_before(hour)]
        if any(digest(ROW, write.inner) != write.expects or write.order for write in closed):
            raise Conflict
        for write in writes:
            if write not in closed:
                self._accounts[write.locator] = write.inner
                guard = self.guard(write.locator)
                self._guards[write.locator] = guards.ordered(guard, write.order or Order(), self._random)

    async def close_account(self, capability: bytes) -> bytes:
        slot, hour = guards.slot_of(capability), hour_of(self._clock)
        return self._change_guard(lambda guard: guards.closed_by(guard, slot, hour, self._random))

    async def wake_account(self, capability: bytes) -> bytes:
        slot, hour = guards.slot_of(capability), hour_of(self._clock)
        return self._change_guard(lambda guard: guards.woken_by(guard, slot, hour))

    def _change_guard(self, change: Callable[[Guard], Guard | None]) -> bytes:
        found = [(locator, after) for locator, guard in self._guards.items() if (after := change(guard))]
        if not found:
            raise NotThere
        self._guards.update(found[:1])
        return found[0][0]

    async def remove_accounts(self, locators: Sequence[bytes]) -> None:
        for locator in locators:
            self._accounts.pop(locator, None)
            self._guards.pop(locator, None)

    def _turn_guards(self, today: int) -> None:
        self._guards = {name: guards.kept(one, today * 24) for name, one in self._guards.items()}
