"""A new key: exactly one of the two opens the account, whenever the machine dies; what it leaves looks like any row.

The log of accounts.db is cut at every page that was written, as a crash would cut it. Rows are compared as they lie
in the data folder.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from jiwar.circles import guarding, newkey
from jiwar.clock import SetClock
from jiwar.errors import JiwarError, NotThere, SignedOut
from jiwar.keyring.account import INNER_SIZE, Access
from jiwar.store.contract import AccountWrite, Store
from jiwar.store.guard import Order, slot_of
from jiwar.store.sqlite import writer as writers
from jiwar.store.sqlite.schema import PAGE_SIZE
from jiwar.store.sqlite.store import SqliteStore
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced
from tests.world import HUB_ID, Person, World

pytestmark = pytest.mark.anyio

CAPABILITY = b"c" * 32
FRAME = 24 + PAGE_SIZE
moving_rows, put_accounts = newkey.moving_rows, SqliteStore.put_accounts


async def _one_by_one(self: SqliteStore, writes: list[AccountWrite]) -> None:
    """The end of the old row first, then the new one."""
    for write in reversed(writes):
        await put_accounts(self, [write])


def _without_locks(*given: object) -> list[AccountWrite]:
    new, old = moving_rows(*given)  # type: ignore[arg-type]
    return [AccountWrite(new.locator, new.expects, new.inner), old]


def _with_both_locks(*given: object) -> list[AccountWrite]:
    new, old = moving_rows(*given)  # type: ignore[arg-type]
    return [new, AccountWrite(old.locator, old.expects, old.inner)]


def _left_open(*given: object) -> list[AccountWrite]:
    return moving_rows(*given)[:1]  # type: ignore[arg-type]


def _left_blank(*given: object) -> list[AccountWrite]:
    new, old = moving_rows(*given)  # type: ignore[arg-type]
    return [new, AccountWrite(old.locator, old.expects, bytes(INNER_SIZE), old.order)]


MUTATIONS: Mutations = {
    "the old row ends before the new one is there": replaced(SqliteStore, "put_accounts", _one_by_one),
    "the old key still opens": replaced(newkey, "moving_rows", _left_open),
    "the old row is blank": replaced(newkey, "moving_rows", _left_blank),
    "locks of friends are lost": replaced(newkey, "moving_rows", _without_locks),
    "locks of friends stay with the old row": replaced(newkey, "moving_rows", _with_both_locks),
}


def opens(store: Store, access: Access) -> bool:
    try:
        return bool(access.open(store.account(access.locator)))
    except JiwarError:
        return False


async def somebody(world: World) -> tuple[Person, Access]:
    """Somebody with a lock at a friend's, and what their new key opens."""
    person = await world.sign_up()
    await person.member.update(lambda ring: ring, Order(((1, slot_of(CAPABILITY)),)))
    return person, Access(world.random(32), world.random(32), HUB_ID)


async def test_exactly_one_key_opens_whenever_the_machine_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "CHECKPOINT_EVERY", 3600.0)
    clock = SetClock()
    world = World(clock, store=await open_sqlite(tmp_path / "live", clock))
    person, new = await somebody(world)
    log = tmp_path / "live" / "accounts.db-wal"
    before = log.stat().st_size
    await newkey.renew(person.member, new)
    shutil.copytree(tmp_path / "live", tmp_path / "then", ignore=shutil.ignore_patterns("*-shm"))
    await world.store.close()
    whole = (tmp_path / "then" / "accounts.db-wal").read_bytes()
    assert len(whole) - before >= 2 * FRAME, "both rows are in the log"
    seen = set()
    for end in (*range(before, len(whole), FRAME), len(whole)):
        folder = tmp_path / f"cut {end}"
        shutil.copytree(tmp_path / "then", folder)
        (folder / "accounts.db-wal").write_bytes(whole[:end])
        store = await open_sqlite(folder, clock)
        seen.add((opens(store, person.access), opens(store, new)))
        await store.close()
    assert seen == {(True, False), (False, True)}


async def test_every_row_looks_as_before_and_there_is_one_more(tmp_path: Path) -> None:
    clock = SetClock()
    world = World(clock, store=await open_sqlite(tmp_path / "live", clock))
    person, new = await somebody(world)
    before = _rows(tmp_path / "live")
    await newkey.renew(person.member, new)
    after = _rows(tmp_path / "live")
    assert set(after) == {*before, new.locator}
    assert len({len(value) for value in after.values()}) == 1
    inners = [world.store.account(locator) for locator in after]
    assert all(len(set(inner)) == 256 for inner in inners), "under the hub secret as well each holds every byte"
    assert not opens(world.store, person.access)
    await world.store.close()


def _rows(folder: Path) -> dict[bytes, bytes]:
    with sqlite3.connect(folder / "accounts.db") as file:
        return dict(file.execute("SELECT k, v FROM acct"))


async def test_a_friend_closes_the_account_under_its_new_key() -> None:
    world = World()
    person, new = await somebody(world)
    await newkey.renew(person.member, new)
    assert await world.store.close_account(CAPABILITY) == new.locator
    assert not opens(world.store, new)
    with pytest.raises(NotThere):
        await world.store.close_account(CAPABILITY)


async def test_a_closed_account_gets_no_new_key() -> None:
    """Whoever has the words can't get around a friend's lock."""
    world = World()
    person, new = await somebody(world)
    member = person.member
    await world.store.close_account(CAPABILITY)
    with pytest.raises(SignedOut):
        await newkey.renew(member, new)
    assert not opens(world.store, new)
    world.clock.forward(days=3)
    assert opens(world.store, person.access)


async def test_what_another_visit_decides_meanwhile_is_carried_along() -> None:
    world = World()
    person, new = await somebody(world)
    circle = await world.found(person)
    other, mine = person.again().member, person.member
    await guarding.has_read(other)
    moved = await newkey.renew(mine, new)
    assert moved.has(circle)
    with pytest.raises(SignedOut):
        await other.update(lambda ring: ring)
    assert moved.keyring.companion == mine.keyring.companion
