"""T3, P1 and P2: the write-ahead log, which keeps the order of the last writes, is empty when it can be.

Within five seconds of the last write, and after kill -9 before the first answer. And no commit of one file comes
with one of another: keyrings are written later, in company.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.store.contract import AccountWrite
from jiwar.store.sqlite import connection, store
from jiwar.store.sqlite.store import Pace
from jiwar.store.sqlite.writer import Writer
from tests.core.store.making import TODAY, half, inner, opened, some
from tests.core.store.places import AT_ONCE, open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images

pytestmark = pytest.mark.anyio
MUTATIONS: Mutations = {
    "the log is played in and not cut": replaced(connection, "TRUNCATE", "PRAGMA wal_checkpoint(PASSIVE)"),
    "the log is left to grow": together(
        replaced(Writer, "_cut", lambda writer: None), replaced(store, "truncate", lambda connection: True)
    ),
    "accounts are written at once": replaced(Writer, "_wait", lambda writer: None),
}


def logs(folder: Path) -> dict[str, int]:
    """The length of each file's log."""
    found = {name: folder / f"{name}-wal" for name in images.FILES}
    return {name: path.stat().st_size if path.exists() else 0 for name, path in found.items()}


async def write_a_little(folder: Path) -> None:
    made = await open_sqlite(folder, SetClock(TODAY))
    shelf = await opened(made)
    for _ in range(20):
        await made.append(shelf.first(some(16), some(2000)))
    await made.put_accounts([AccountWrite(some(32), None, inner(1))])
    await made.put_page(some(16), some(5000))
    assert any(logs(folder).values())
    for _ in range(50):
        await asyncio.sleep(0.1)
        if not any(logs(folder).values()):
            break
    assert not any(logs(folder).values()), "a log is still there five seconds after the last write"
    await made.close()


async def test_log_is_empty_soon_after_the_last_write(tmp_path: Path) -> None:
    await write_a_little(tmp_path / "data")


async def test_log_is_empty_after_a_kill_before_the_first_answer(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.new_event_loop().run_until_complete(_write_and_die(tmp_path / "data"))
        finally:
            os._exit(1)
    os.waitpid(pid, 0)
    assert any(logs(tmp_path / "data").values())
    made = await open_sqlite(tmp_path / "data", SetClock(TODAY + 40))
    assert not any(logs(tmp_path / "data").values())
    await made.close()


async def _write_and_die(folder: Path) -> None:
    made = await open_sqlite(folder, SetClock(TODAY))
    shelf = await opened(made)
    await half(made, shelf, 7)
    for _ in range(20):
        await made.append(shelf.first(some(16), some(2000), keep=7))
    os.kill(os.getpid(), signal.SIGKILL)


async def test_keyring_is_not_committed_beside_its_members_record(tmp_path: Path) -> None:
    pace = Pace(accounts=0.15, accounts_jitter=0.1, boxes=AT_ONCE.boxes)
    made = await open_sqlite(tmp_path / "data", SetClock(TODAY), pace=pace)
    shelf, clock = await opened(made), asyncio.get_running_loop()
    gaps = []
    for number in range(6):
        waiting = asyncio.ensure_future(made.put_accounts([AccountWrite(some(32), None, inner(number))]))
        await made.append(shelf.first(some(16), some(2000)))
        appended = clock.time()
        await waiting
        gaps.append(clock.time() - appended)
    await made.close()
    assert min(gaps) > 0.1
    assert max(gaps) - min(gaps) > 0.01, "the same delay every time tells as much as none"
