"""The power fails: of what was not yet forced to disk, any part may be missing or torn (P8).

A disk keeps what was forced out and anything it likes of the rest. So each test takes the files as they were at
an acknowledgement, and puts after them, or in place of pages that were being written, any mixture of new and old.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.errors import StoreDamaged
from jiwar.store.contract import AccountWrite
from jiwar.store.sqlite import writer as writers
from jiwar.store.sqlite.schema import PAGE_SIZE
from tests.core.store.making import Shelf, inner, opened, some
from tests.core.store.places import TestOuter, open_sqlite

pytestmark = pytest.mark.anyio
SECTOR = 512
OBJECT = some(16, "power")
WRITES = 60


class Written:
    """A store that was written to: its files now, and the length of its log at each acknowledgement."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self.folder, self.shelf = folder, shelf
        self.sizes: list[int] = []
        self.values: list[bytes] = []


async def written(folder: Path, clock: SetClock) -> Written:
    """Files copied while the log holds everything since the store was opened."""
    store = await open_sqlite(folder / "live", clock)
    made = Written(folder / "files", await opened(store))
    for number in range(WRITES):
        value = some([60, 900, 9000][number % 3], ("power", number))
        await store.append(made.shelf.first(OBJECT, value))
        made.values.append(value)
        made.sizes.append((folder / "live" / "shelves.db-wal").stat().st_size)
    made.folder.mkdir()
    for path in (folder / "live").iterdir():
        if not path.name.endswith("-shm"):
            shutil.copy(path, made.folder / path.name)
    await store.close()
    return made


async def require_first(folder: Path, clock: SetClock, made: Written, count: int) -> None:
    """The store opens and holds at least the first `count` records, in order, and nothing that was not written."""
    store = await open_sqlite(folder, clock)
    rows = store.records(made.shelf.name, made.shelf.read, OBJECT, 0, 2**62, 999) if count else []
    assert [row.value for row in rows] == made.values[: len(rows)]
    assert len(rows) >= count
    if count:
        assert store.shelf(made.shelf.name, made.shelf.read).size == len(rows)
    await store.close()


@pytest.fixture
def never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the log grow."""
    monkeypatch.setattr(writers, "CHECKPOINT_EVERY", 3600.0)


@pytest.mark.usefixtures("never_cut")
@pytest.mark.parametrize("tail", ["missing", "blank", "garbage", "torn"])
async def test_log_after_the_last_acknowledgement_may_be_anything(tmp_path: Path, clock: SetClock, tail: str) -> None:
    made = await written(tmp_path, clock)
    log = (made.folder / "shelves.db-wal").read_bytes()
    choice = random.Random(tail)
    for attempt in range(30):
        count = choice.randrange(1, WRITES)
        safe = made.sizes[count - 1]
        end = choice.randrange(safe, len(log) + 1)
        folder = tmp_path / f"{tail} {attempt}"
        shutil.copytree(made.folder, folder)
        (folder / "shelves.db-wal").write_bytes(log[:safe] + _spoiled(log[safe:end], tail, choice))
        await require_first(folder, clock, made, count)
        shutil.rmtree(folder)


def _spoiled(raw: bytes, tail: str, choice: random.Random) -> bytes:
    if tail == "missing":
        return raw
    sectors = [raw[at : at + SECTOR] for at in range(0, len(raw), SECTOR)]
    for place, sector in enumerate(sectors):
        if tail == "blank" or (tail == "torn" and choice.random() < 0.3):
            sectors[place] = bytes(len(sector))
        elif tail == "garbage":
            sectors[place] = choice.randbytes(len(sector))
    return b"".join(sectors)


@pytest.mark.usefixtures("never_cut")
async def test_file_half_written_from_the_log_is_made_whole_by_the_log(tmp_path: Path, clock: SetClock) -> None:
    made = await written(tmp_path, clock)
    before = (made.folder / "shelves.db").read_bytes()
    after = (tmp_path / "live" / "shelves.db").read_bytes()  # Closing has played the log into it.
    assert len(after) > len(before)
    choice = random.Random(1)
    for attempt in range(20):
        mixed = bytearray(after[: choice.randrange(len(before), len(after) + 1)])
        for at in range(0, len(mixed), SECTOR):
            if choice.random() < 0.5:
                mixed[at : at + SECTOR] = before[at : at + SECTOR].ljust(len(mixed[at : at + SECTOR]), b"\0")
        folder = tmp_path / f"mixed {attempt}"
        shutil.copytree(made.folder, folder)
        (folder / "shelves.db").write_bytes(mixed)
        await require_first(folder, clock, made, WRITES)
        shutil.rmtree(folder)


async def test_file_torn_without_a_log_is_refused_or_whole(tmp_path: Path, clock: SetClock) -> None:
    made = await written(tmp_path, clock)
    raw = (tmp_path / "live" / "shelves.db").read_bytes()
    refused = 0
    for page in range(len(raw) // PAGE_SIZE):
        for first, last in ((0, PAGE_SIZE // 2), (PAGE_SIZE // 2, PAGE_SIZE), (0, PAGE_SIZE)):
            folder = tmp_path / f"torn {page} {first} {last}"
            shutil.copytree(tmp_path / "live", folder)
            at = page * PAGE_SIZE
            torn = raw[: at + first] + bytes(last - first) + raw[at + last :]
            (folder / "shelves.db").write_bytes(torn)
            refused += await _refused_or_whole(folder, clock, made, changed=torn != raw)
            shutil.rmtree(folder)
    assert refused > len(raw) // PAGE_SIZE


async def _refused_or_whole(folder: Path, clock: SetClock, made: Written, changed: bool) -> int:
    try:
        await require_first(folder, clock, made, WRITES)
    except StoreDamaged:
        return int(changed)
    return 0


async def test_file_that_ends_too_early_is_refused(tmp_path: Path, clock: SetClock) -> None:
    await written(tmp_path, clock)
    raw = (tmp_path / "live" / "shelves.db").read_bytes()
    choice = random.Random(2)
    cuts = [PAGE_SIZE * page for page in range(1, len(raw) // PAGE_SIZE)]
    for cut in [*cuts, *(choice.randrange(1, len(raw)) for _ in range(20))]:
        folder = tmp_path / f"cut {cut}"
        shutil.copytree(tmp_path / "live", folder)
        (folder / "shelves.db").write_bytes(raw[:cut])
        with pytest.raises(StoreDamaged):
            await open_sqlite(folder, clock)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["accounts.db", "boxes.db"])
async def test_rewriting_cut_short_leaves_the_old_file(tmp_path: Path, clock: SetClock, name: str) -> None:
    store = await open_sqlite(tmp_path / "live", clock)
    await store.put_accounts([AccountWrite(some(32, "one"), None, inner("one"))])
    await store.put_page(some(16, "page"), some(5000, "page"))
    await store.close()
    whole = (tmp_path / "live" / name).read_bytes()
    for end in range(0, len(whole), PAGE_SIZE // 2):
        folder = tmp_path / f"short {end}"
        shutil.copytree(tmp_path / "live", folder)
        (folder / f"{name}.new").write_bytes(whole[:end])
        (folder / f"{name}.new-journal").write_bytes(whole[:end])
        store = await open_sqlite(folder, clock)
        assert store.account(some(32, "one")) == inner("one")
        assert store.page(some(16, "page")) == some(5000, "page")
        await store.turn_day(clock.day(), TestOuter("next"))
        assert store.account(some(32, "one")) == inner("one")
        await store.close()
        shutil.rmtree(folder)
