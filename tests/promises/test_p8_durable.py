"""P8: an acknowledged write survives kill -9 and power loss; a torn file is refused, never half-read.

A few of each here, for the mutations; tests/core/store has them at length (kills, test_power,
test_sqlite_files).
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from jiwar.clock import SetClock
from jiwar.errors import StoreDamaged
from jiwar.keyring.hub_secret import HubSecret
from jiwar.store.sqlite import connection, folder
from jiwar.store.sqlite.writer import Writer
from tests.core.store import kills, test_power
from tests.core.store.making import TODAY
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced

pytestmark = pytest.mark.anyio
KILLS = 8


def _too_early(writer: Any, batch: Any) -> None:
    """Acknowledge first, commit a moment later."""
    opened = writer._file.writer
    opened.execute("BEGIN IMMEDIATE")
    writer._resolve_soon([writer._attempt(work) for work in batch])
    time.sleep(0.03)
    writer._session.flush()
    opened.execute("COMMIT")


def _destroy_first(secret: HubSecret, rewrite: Any) -> Any:
    """Overwrite the older slot before the rows are rewritten."""

    async def turn() -> None:
        layer = secret.next_slot()
        secret.commit()
        await rewrite(layer)

    return turn()


MUTATIONS: Mutations = {
    "acknowledged before the commit": replaced(Writer, "_commit", _too_early),
    "the old secret is destroyed first": replaced(HubSecret, "turn", _destroy_first),
    "commits are not forced to disk": replaced(
        connection, "PRAGMAS", ("secure_delete = ON", "synchronous = OFF", *connection.PRAGMAS[2:])
    ),
    "files are taken as they are": replaced(folder, "require_sound", lambda path, layout: None),
}


def test_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    asyncio.run(kills.made(tmp_path))
    seen = kills.Seen()
    for kill in range(KILLS):
        seen.add(kill, kills.killed_after(tmp_path, kill, 0.05 + kill * 0.03))
        asyncio.run(kills.check(tmp_path, seen))
    # How many there are is the machine's business; without any, nothing would have been shown.
    assert len(seen.records) > KILLS


@pytest.mark.usefixtures("never_cut")
async def test_power_loss_takes_nothing_acknowledged(tmp_path: Path) -> None:
    await test_power.test_log_after_the_last_acknowledgement_may_be_anything(tmp_path, SetClock(TODAY), "torn")


never_cut = test_power.never_cut


async def test_commits_are_forced_to_disk(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path, SetClock(TODAY))
    for file in (store._accounts_file, store._boxes_file, store._shelves_file):
        assert file.writer.execute("PRAGMA synchronous").fetchone() == (2,)
    await store.close()


async def test_torn_file_is_refused(tmp_path: Path) -> None:
    await test_power.written(tmp_path, SetClock(TODAY))
    path = tmp_path / "live" / "shelves.db"
    raw = path.read_bytes()
    for cut in (len(raw) // 2, len(raw) - 1, 100):
        path.write_bytes(raw[:cut])
        try:
            await open_sqlite(tmp_path / "live", SetClock(TODAY))
        except StoreDamaged:
            continue
        except sqlite3.DatabaseError as error:
            pytest.fail(f"read although it is torn: {error}")
        pytest.fail("opened although it is torn")
