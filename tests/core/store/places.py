"""Where test stores live, and the outer layer that stands in for the hub secret's."""

from __future__ import annotations

from pathlib import Path

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ACCOUNT_OUTER
from jiwar.crypto.sealing import seal_outer, unseal_outer
from jiwar.store.contract import Outer
from jiwar.store.sqlite.store import Pace, SqliteStore, open_store
from jiwar.wire.frame import join

AT_ONCE = Pace(accounts=0, accounts_jitter=0, boxes=0)


class TestOuter:
    """An outer layer under a named key."""

    __test__ = False

    def __init__(self, name: str = "first") -> None:
        self._key = digest(ACCOUNT_OUTER, name)

    def seal(self, table: str, name: bytes, plain: bytes) -> bytes:
        return seal_outer(self._key, join(table, name), plain)

    def open(self, table: str, name: bytes, sealed: bytes) -> bytes:
        return unseal_outer(self._key, join(table, name), sealed)


async def open_sqlite(folder: Path, clock: Clock, outer: Outer | None = None, pace: Pace = AT_ONCE) -> SqliteStore:
    """A SQLite store in `folder`, made when there is none."""
    return await open_store(folder, outer or TestOuter(), clock, pace=pace)
