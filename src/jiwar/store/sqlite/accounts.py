"""Accounts: rows of one length under the hub secret, written in batches and in key order.

Implements spec/protocol.md §7.5. Keyrings can't be opened here; what is taken off and put on is the outer layer, and
before each keyring stands a guard (`store.guard`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from jiwar.clock import Clock, hour_of
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.crypto.random import Random
from jiwar.errors import Conflict, NotThere, StoreDamaged, Unopenable
from jiwar.store import guard as guards
from jiwar.store.contract import ACCOUNT_INNER_SIZE, AccountWrite, Outer
from jiwar.store.guard import GUARD_SIZE, Guard, Order
from jiwar.store.sqlite.connection import File, query

ACCOUNT = "account"
_EXACT = "SELECT v FROM acct WHERE k = ?"
_NEAREST = "SELECT k, v FROM acct WHERE k >= ? ORDER BY k LIMIT 1"
_FIRST = "SELECT k, v FROM acct ORDER BY k LIMIT 1"
_ALL = "SELECT k, v FROM acct ORDER BY k"


class Accounts:
    """accounts.db: `account` and `guard` read, the rest are jobs. `outer` changes with the secret."""

    def __init__(self, file: File, outer: Outer, clock: Clock, random: Random) -> None:
        self._file, self.outer, self._clock, self._random = file, outer, clock, random
        self._changed: dict[bytes, bytes | None] = {}

    def account(self, locator: bytes) -> bytes:
        """The inner value; an unknown locator takes the same way to the row that comes next."""
        rows = self._file.rows(_NEAREST, (locator,)) or self._file.rows(_FIRST)
        if not rows:
            return self._random(ACCOUNT_INNER_SIZE)
        found, sealed = cast(tuple[bytes, bytes], rows[0])
        try:
            guard, inner = _parted(self.outer.open(ACCOUNT, found, sealed))
        except Unopenable as error:
            raise StoreDamaged from error
        return guards.shown(inner, guard, hour_of(self._clock))

    def guard(self, locator: bytes) -> Guard:
        """What stands before an account."""
        rows = self._file.rows(_EXACT, (locator,))
        if not rows:
            return guards.new_guard(self._random)
        return _parted(self.outer.open(ACCOUNT, locator, cast(bytes, rows[0][0])))[0]

    # in the writer's thread

    def put(self, writes: Sequence[AccountWrite]) -> None:
        hour = hour_of(self._clock)
        rows = {write.locator: self._next(write, hour) for write in writes}
        self._changed.update(rows)

    def _next(self, write: AccountWrite, hour: int) -> bytes:
        """The row after a write. Raises Conflict when something else stands there, or a guard before it."""
        whole = self._standing(write.locator)
        if whole is None:
            if write.expects is not None:
                raise Conflict
            guard = guards.new_guard(self._random)
        else:
            guard, inner = _parted(whole)
            seen = guards.shown(inner, guard, hour)
            if digest(ROW, seen) != write.expects:
                raise Conflict
            if guard.stands_before(hour):
                if write.inner != seen or write.order:
                    raise Conflict
                return whole
        return guards.pack(guards.ordered(guard, write.order or Order(), self._random)) + write.inner

    def close(self, capability: bytes) -> bytes:
        """Close the account that a capability belongs to; its locator. Raises NotThere."""
        slot, hour = guards.slot_of(capability), hour_of(self._clock)
        return self._change_guard(lambda guard: guards.closed_by(guard, slot, hour, self._random))

    def wake(self, capability: bytes) -> bytes:
        """Wake it. Raises NotThere."""
        slot, hour = guards.slot_of(capability), hour_of(self._clock)
        return self._change_guard(lambda guard: guards.woken_by(guard, slot, hour))

    def _change_guard(self, change: Callable[[Guard], Guard | None]) -> bytes:
        """Every row is looked at, whether it is found or not: nothing names the account that a capability is for."""
        found = []
        for locator, whole in self._all():
            guard, inner = _parted(whole)
            if (after := change(guard)) is not None:
                found.append((locator, guards.pack(after) + inner))
        if not found:
            raise NotThere
        self._changed.update(found[:1])
        return found[0][0]

    def _all(self) -> Iterator[tuple[bytes, bytes]]:
        for row in self._file.writer.execute(_ALL):
            if row[0] not in self._changed:
                yield row[0], self.outer.open(ACCOUNT, row[0], row[1])
        yield from [(locator, whole) for locator, whole in self._changed.items() if whole is not None]

    def remove(self, locators: Sequence[bytes]) -> None:
        self._changed.update((locator, None) for locator in locators)

    def _standing(self, locator: bytes) -> bytes | None:
        if locator in self._changed:
            return self._changed[locator]
        rows = query(self._file.writer, _EXACT, (locator,))
        return self.outer.open(ACCOUNT, locator, cast(bytes, rows[0][0])) if rows else None

    def flush(self) -> None:
        execute = self._file.writer.execute
        for locator in sorted(self._changed):
            whole = self._changed[locator]
            if whole is None:
                execute("DELETE FROM acct WHERE k = ?", (locator,))
            else:
                sealed = self.outer.seal(ACCOUNT, locator, whole)
                execute("INSERT OR REPLACE INTO acct VALUES (?, ?)", (locator, sealed))
        self.forget()

    def forget(self) -> None:
        self._changed = {}

    def committed(self) -> Callable[[], None] | None:
        return None


def _parted(whole: bytes) -> tuple[Guard, bytes]:
    """What lies under a row's outer layer: its guard, and the inner value."""
    return guards.unpack(whole[:GUARD_SIZE]), whole[GUARD_SIZE:]


def overnight(whole: bytes, hour: int) -> bytes:
    """The same without hours that are over."""
    guard, inner = _parted(whole)
    return guards.pack(guards.kept(guard, hour)) + inner
