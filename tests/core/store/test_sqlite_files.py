"""The data folder: what is made, what is refused, what is asked of every connection."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import Busy, StoreDamaged
from jiwar.store.contract import AccountWrite, Mail
from jiwar.store.sqlite import connection as connections
from jiwar.store.sqlite.connection import connect, query
from jiwar.store.sqlite.schema import LAYOUTS, PAGE_SIZE
from tests.core.store.making import TODAY, inner, opened, some
from tests.core.store.places import TestOuter, open_sqlite

pytestmark = pytest.mark.anyio
NAMES = [layout.name for layout in LAYOUTS]


async def filled(folder: Path, clock: SetClock) -> None:
    """A folder with something in each file, closed."""
    store = await open_sqlite(folder, clock)
    shelf, obj = await opened(store), some(16)
    for _ in range(60):
        await store.append(shelf.first(obj, some(3000)))
    await store.put_accounts([AccountWrite(some(32), None, inner(i)) for i in range(5)])
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), Mail(some(16), TODAY, some(9000)))
    await store.turn_day(TODAY, TestOuter())
    await store.close()


async def test_folder_holds_three_files_for_their_owner_only(tmp_path: Path, clock: SetClock) -> None:
    await filled(tmp_path / "data", clock)
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == sorted(NAMES)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {0o600}


async def test_every_connection_has_what_the_rows_rely_on(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    for file in (store._accounts_file, store._boxes_file, store._shelves_file):
        for connection in (file.reader, file.writer):
            asked = {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in (
                    *("secure_delete", "synchronous", "wal_autocheckpoint", "temp_store", "mmap_size"),
                    *("page_size", "journal_mode"),
                )
            }
            wanted = [1, 2, 0, 2, 0, 16_384, "wal"]
            assert list(asked.values()) == wanted
    await store.close()


async def test_no_value_outside_accounts_needs_an_overflow_page(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj, some(50_000)))
    await store.append(shelf.record(obj, some(50_000), keep=7))
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), Mail(some(16), TODAY, some(60_000)))
    await store.put_page(some(16), some(60_000))
    await shelf.rotate(store, some(60_000))
    for night in range(2):
        await _no_overflow(tmp_path, f"night {night}")
        await store.turn_day(TODAY, TestOuter())
    await store.close()


async def _no_overflow(folder: Path, when: str) -> None:
    for name in ("shelves.db", "boxes.db"):
        raw = (folder / name).read_bytes() + (folder / f"{name}-wal").read_bytes()
        assert raw, when
        copy = folder.parent / f"copy of {name}"
        for end in ("", "-wal"):
            shutil.copy(folder / (name + end), str(copy) + end)
        connection = connect(copy)
        largest = {
            table: connection.execute(f"SELECT max(length(v)) FROM {table}").fetchone()[0]
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%v BLOB%'"
            ).fetchall()
        }
        connection.close()
        assert max(length or 0 for length in largest.values()) == 3_900


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "harm",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1],
        lambda raw: raw[:-PAGE_SIZE],
        lambda raw: raw + bytes(100),
        lambda raw: raw[:100],
        lambda raw: b"",
        lambda raw: b"hello" + raw[5:],
        lambda raw: raw[:PAGE_SIZE] + bytes(PAGE_SIZE) + raw[2 * PAGE_SIZE :],
        lambda raw: raw[: PAGE_SIZE + 8192] + bytes(8192) + raw[2 * PAGE_SIZE :],
        lambda raw: raw[:60] + bytes(4) + raw[64:],
        lambda raw: raw[:68] + bytes(4) + raw[72:],
    ],
    ids=[
        *("half", "last byte", "last page", "longer", "header only", "empty", "magic", "blank page"),
        *("half a blank page", "version", "application id"),
    ],
)
async def test_torn_or_foreign_file_is_refused(
    tmp_path: Path, clock: SetClock, name: str, harm: Callable[[bytes], bytes]
) -> None:
    await filled(tmp_path, clock)
    path = tmp_path / name
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(StoreDamaged):
        await open_sqlite(tmp_path, clock)


@pytest.mark.parametrize("name", NAMES)
async def test_database_of_somebody_else_is_refused(tmp_path: Path, clock: SetClock, name: str) -> None:
    await filled(tmp_path, clock)
    (tmp_path / name).unlink()
    other = sqlite3.connect(tmp_path / name)
    other.execute("CREATE TABLE acct(k, v)")
    other.close()
    with pytest.raises(StoreDamaged):
        await open_sqlite(tmp_path, clock)


async def test_table_too_many_is_refused(tmp_path: Path, clock: SetClock) -> None:
    await filled(tmp_path, clock)
    other = sqlite3.connect(tmp_path / "boxes.db")
    other.execute("CREATE TABLE extra(x)")
    other.close()
    with pytest.raises(StoreDamaged):
        await open_sqlite(tmp_path, clock)


@pytest.mark.parametrize("name", NAMES)
async def test_missing_file_is_refused(tmp_path: Path, clock: SetClock, name: str) -> None:
    await filled(tmp_path, clock)
    (tmp_path / name).unlink()
    with pytest.raises(StoreDamaged):
        await open_sqlite(tmp_path, clock)


@pytest.mark.parametrize("made", [0, 1, 2])
async def test_interrupted_first_start_is_carried_on(tmp_path: Path, clock: SetClock, made: int) -> None:
    store = await open_sqlite(tmp_path / "whole", clock)
    await store.close()
    (tmp_path / "part").mkdir()
    for name in NAMES[:made]:
        shutil.copy(tmp_path / "whole" / name, tmp_path / "part" / name)
    (tmp_path / "part" / f"{NAMES[made]}.new").write_bytes(b"half of it")
    store = await open_sqlite(tmp_path / "part", clock)
    await opened(store)
    await store.close()
    assert sorted(path.name for path in (tmp_path / "part").iterdir()) == sorted(NAMES)


async def test_wrong_secret_is_refused_before_anything_is_written(tmp_path: Path, clock: SetClock) -> None:
    await filled(tmp_path, clock)
    before = {name: (tmp_path / name).read_bytes() for name in NAMES}
    clock.forward(days=400)
    with pytest.raises(StoreDamaged):
        await open_sqlite(tmp_path, clock, TestOuter("another"))
    assert {name: (tmp_path / name).read_bytes() for name in NAMES} == before


async def test_folder_belongs_to_one_store_at_a_time(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    with pytest.raises(Busy):
        await open_sqlite(tmp_path, clock)
    await store.close()
    await (await open_sqlite(tmp_path, clock)).close()


async def test_damaged_value_is_refused_when_it_is_read(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    names = [some(32) for _ in range(2)]
    await store.put_accounts([AccountWrite(name, None, inner(name)) for name in names])
    other = sqlite3.connect(tmp_path / "accounts.db", timeout=10, isolation_level=None)
    other.execute("UPDATE acct SET v = zeroblob(length(v)) WHERE k = ?", (names[0],))
    other.close()
    with pytest.raises(StoreDamaged):
        store.account(names[0])
    assert store.account(names[1]) == inner(names[1])
    await store.close()


async def test_page_torn_while_the_hub_runs_is_refused_when_it_is_read(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf, obj = await opened(store), some(16)
    for _ in range(200):
        await store.append(shelf.first(obj, some(3000)))
    await store.turn_day(TODAY, TestOuter())
    raw = (tmp_path / "shelves.db").read_bytes()
    (tmp_path / "shelves.db").write_bytes(raw[:PAGE_SIZE] + bytes(len(raw) - PAGE_SIZE))
    with pytest.raises(StoreDamaged):
        store.records(shelf.name, shelf.read, obj, 0, 999, 999)
    with pytest.raises(StoreDamaged):
        store.shelf(shelf.name, shelf.read)


async def test_night_is_put_off_while_somebody_else_has_a_file_open(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", 0.05)
    store = await open_sqlite(tmp_path, clock)
    name, secret = some(32), TestOuter("next")
    await store.put_accounts([AccountWrite(name, None, inner(1))])
    other = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM acct").fetchone()
    # What comes after the other's look keeps the log from being cut, at night and while the writer is idle.
    await store.put_accounts([AccountWrite(some(32), None, inner(2))])
    with pytest.raises(StoreDamaged):
        await store.turn_day(TODAY, secret)
    assert store.account(name) == inner(1)
    other.close()
    await store.turn_day(TODAY, secret)
    assert store.account(name) == inner(1)
    await store.close()


async def test_locked_file_is_busy_not_damaged(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    store._shelves_file.writer.execute("BEGIN EXCLUSIVE")
    other = connect(tmp_path / "shelves.db")
    other.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(Busy):
        query(other, "BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError):
        query(other, "SELECT nonsense")
    other.close()
    store._shelves_file.writer.execute("ROLLBACK")
    await store.close()
