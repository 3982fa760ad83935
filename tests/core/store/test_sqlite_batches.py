"""The writer's thread: what shares a commit, what a failing job does to its neighbours, when the log is cut."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import Conflict, NotThere, StoreDamaged, TooMuch
from jiwar.store.contract import BOX_ENVELOPES, NEW_OBJECT, AccountWrite, Mail
from jiwar.store.signed import object_seen
from jiwar.store.sqlite import standing
from jiwar.store.sqlite import writer as writers
from jiwar.store.sqlite.connection import truncate
from jiwar.store.sqlite.store import Pace
from tests.core.store.making import TODAY, cover, inner, opened, some
from tests.core.store.places import open_sqlite

pytestmark = pytest.mark.anyio


async def test_writes_that_come_together_share_a_commit(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))
    commits: list[str] = []
    store._shelves_file.writer.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    receipts = await asyncio.gather(*(store.append(shelf.record(obj, some(5000))) for _ in range(200)))
    assert sorted(receipt.number for receipt in receipts) == list(range(1, 201))
    assert len(commits) < 40
    assert len(store.records(shelf.name, shelf.read, obj, 0, 999, 999)) == 201
    await store.close()


async def test_jobs_of_one_batch_see_each_other(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    made = shelf.first(obj, expects=NEW_OBJECT)
    results = await asyncio.gather(
        store.append(made),
        store.append(shelf.first(obj, expects=NEW_OBJECT)),
        store.append(shelf.record(obj, expects=object_seen(0, cover()))),
        store.append(shelf.record(obj, slot=1)),
        store.append(shelf.record(some(16))),
        store.erase_by_control(shelf.name, obj, 1, 2, shelf.signed_erase(obj, 1, 2)),
        store.append(shelf.record(obj, slot=1)),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == [
        *("Receipt", "Conflict", "Receipt", "Receipt", "NotThere", "NoneType", "Receipt")
    ]
    rows = store.records(shelf.name, shelf.read, obj, 0, 9, 9)
    assert [(row.slot, row.number, bool(row.value)) for row in rows] == [
        *((0, 0, True), (1, 1, True), (1, 2, False), (1, 3, True))
    ]
    await store.close()


async def test_boxes_of_one_batch_keep_their_limits(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, token = await opened(store), some(32)
    letters = [Mail(some(16), TODAY, some(900)) for _ in range(BOX_ENVELOPES + 5)]
    puts = (store.put_mail(shelf.name, shelf.append, digest(INBOX, token), letter) for letter in letters)
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert [type(result) for result in results if result] == [TooMuch] * 5
    assert len(store.mail(token)) == BOX_ENVELOPES
    await store.close()


async def test_accounts_of_one_batch_are_compared_one_after_the_other(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    name = some(32)
    results = await asyncio.gather(
        store.put_accounts([AccountWrite(name, None, inner(1))]),
        store.put_accounts([AccountWrite(name, None, inner(2))]),
        return_exceptions=True,
    )
    assert results[0] is None
    assert isinstance(results[1], Conflict)
    assert store.account(name) == inner(1)
    await store.close()


async def test_failing_job_takes_no_neighbour_with_it(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))

    def broken() -> None:
        store._shelves_file.writer.execute("DELETE FROM fresh_rec")
        raise RuntimeError("a bug")

    results = await asyncio.gather(
        store.append(shelf.record(obj)),
        store._writer.write(broken),
        store.append(shelf.record(obj)),
        return_exceptions=True,
    )
    assert isinstance(results[1], RuntimeError)
    assert len(store.records(shelf.name, shelf.read, obj, 0, 9, 9)) == 3
    await store.close()


async def test_damage_found_while_writing_is_told_to_the_writer(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf = await opened(store)
    await store.append(shelf.first(some(16)))
    await store._writer.alone(store._jobs._gathered.forget)
    store._shelves_file.writer.execute("DELETE FROM fresh_node")
    with pytest.raises(StoreDamaged):
        await store.append(shelf.first(some(16)))
    await store.close()


async def test_log_is_cut_soon_after_the_last_write(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf = await opened(store)
    await store.append(shelf.first(some(16)))
    log = tmp_path / "shelves.db-wal"
    assert log.stat().st_size > 0
    for _ in range(50):
        await asyncio.sleep(0.1)
        if log.stat().st_size == 0:
            break
    assert log.stat().st_size == 0
    await store.close()


async def test_log_is_cut_under_load_too(tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "CHECKPOINT_EVERY", 0.01)
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))
    largest = 0
    for _ in range(300):
        await store.append(shelf.record(obj, some(3000)))
        largest = max(largest, (tmp_path / "shelves.db-wal").stat().st_size)
    assert largest < 300 * 3 * 16_384
    await store.close()


async def test_cancelled_write_does_no_harm(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock, pace=Pace(accounts=0.05, accounts_jitter=0.01, boxes=0.05))
    shelf, name = await opened(store), some(32)
    waiting = asyncio.ensure_future(store.put_accounts([AccountWrite(name, None, inner(1))]))
    await asyncio.sleep(0)
    waiting.cancel()
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, name), Mail(some(16), TODAY, b"x"))
    await store.close()


async def test_closing_writes_what_is_pending(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock, pace=Pace(accounts=60, boxes=60))
    name = some(32)
    waiting = asyncio.ensure_future(store.put_accounts([AccountWrite(name, None, inner(1))]))
    await asyncio.sleep(0.05)
    await store.close()
    await waiting
    with pytest.raises(RuntimeError):
        await store.put_accounts([AccountWrite(name, None, inner(1))])
    store = await open_sqlite(tmp_path, clock)
    assert store.account(name) == inner(1)
    with pytest.raises(NotThere):
        store.page(some(16))
    await store.close()


async def test_job_alone_stands_between_two_batches(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))
    in_transaction: list[bool] = []
    alone = store._writer.alone(lambda: in_transaction.append(store._shelves_file.writer.in_transaction))
    before, after = (asyncio.gather(*(store.append(shelf.record(obj)) for _ in range(9))) for _ in range(2))
    await asyncio.gather(before, alone, after)
    assert in_transaction == [False]
    assert len(store.records(shelf.name, shelf.read, obj, 0, 99, 99)) == 19
    await store.close()


async def test_failing_job_alone_is_told(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)

    def broken() -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await store._writer.alone(broken)
    with pytest.raises(RuntimeError):
        await store._writer.alone(lambda: store._writer.in_loop(broken))
    await opened(store)
    await store.close()


@pytest.mark.parametrize("kind", [sqlite3.OperationalError, sqlite3.DatabaseError])
async def test_log_that_cannot_be_cut_is_cut_later(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, kind: type[sqlite3.DatabaseError]
) -> None:
    store = await open_sqlite(tmp_path, clock)
    tries: list[int] = []

    def full_disk(connection: sqlite3.Connection) -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise kind("database or disk is full")
        return truncate(connection)

    monkeypatch.setattr(writers, "truncate", full_disk)
    await opened(store)
    for _ in range(50):
        await asyncio.sleep(0.1)
        if (tmp_path / "shelves.db-wal").stat().st_size == 0:
            break
    assert len(tries) == 3
    await store.close()


async def test_writer_forgets_what_it_remembers_when_it_is_much(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST_REMEMBERED", 3)
    store = await open_sqlite(tmp_path, clock)
    shelf = await opened(store)
    objects = [some(16) for _ in range(9)]
    for obj in (*objects, *objects):
        await store.append(shelf.first(obj))
        assert len(store._jobs._gathered.places) <= 3
    assert store.shelf(shelf.name, shelf.read).size == 18
    await store.close()


async def test_night_waits_for_writes_and_they_for_it(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))
    before = [store.append(shelf.record(obj)) for _ in range(20)]
    after = [store.append(shelf.record(obj)) for _ in range(20)]
    night = store.turn_day(TODAY, store._accounts.outer)
    await asyncio.gather(*before, night, *after)
    assert len(store.records(shelf.name, shelf.read, obj, 0, 99, 99)) == 41
    await store.close()
