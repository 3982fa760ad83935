"""Accounts: rows of one length under the hub secret, written in batches and in key order.

Implements spec/protocol.md §7.5. Keyrings can't be opened here; what is taken off and put on is the outer layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.crypto.random import Random
from jiwar.errors import Conflict, StoreDamaged, Unopenable
from jiwar.store.contract import ACCOUNT_INNER_SIZE, AccountWrite, Outer
from jiwar.store.sqlite.connection import File, query

ACCOUNT = "account"
_EXACT = "SELECT v FROM acct WHERE k = ?"
_NEAREST = "SELECT k, v FROM acct WHERE k >= ? ORDER BY k LIMIT 1"
_FIRST = "SELECT k, v FROM acct ORDER BY k LIMIT 1"


class Accounts:
    """accounts.db: `account` reads, `put` and `remove` are jobs. `outer` changes with the secret."""

    def __init__(self, file: File, outer: Outer, random: Random) -> None:
        self._file, self.outer, self._random = file, outer, random
        self._changed: dict[bytes, bytes | None] = {}

    def account(self, locator: bytes) -> bytes:
        """The inner value; an unknown locator takes the same way to the row that comes next."""
        rows = self._file.rows(_NEAREST, (locator,)) or self._file.rows(_FIRST)
        if not rows:
            return self._random(ACCOUNT_INNER_SIZE)
        found, sealed = cast(tuple[bytes, bytes], rows[0])
        try:
            return self.outer.open(ACCOUNT, found, sealed)
        except Unopenable as error:
            raise StoreDamaged from error

    # in the writer's thread

    def put(self, writes: Sequence[AccountWrite]) -> None:
        for write in writes:
            inner = self._standing(write.locator)
            if (None if inner is None else digest(ROW, inner)) != write.expects:
                raise Conflict
        self._changed.update((write.locator, write.inner) for write in writes)

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
            inner = self._changed[locator]
            if inner is None:
                execute("DELETE FROM acct WHERE k = ?", (locator,))
            else:
                sealed = self.outer.seal(ACCOUNT, locator, inner)
                execute("INSERT OR REPLACE INTO acct VALUES (?, ?)", (locator, sealed))
        self.forget()

    def forget(self) -> None:
        self._changed = {}

    def committed(self) -> Callable[[], None] | None:
        return None
