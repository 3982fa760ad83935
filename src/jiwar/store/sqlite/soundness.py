"""Whether a file is ours and whole: asked at boot, before the first answer. What isn't is refused (P8).

Implements spec/protocol.md §7.7. Checked: length against header, application id, version, page size, the exact
schema, and SQLite's own walk over every page (`quick_check`), the walk only up to WALKED bytes: it reads all of
the file, about a second for each half GiB. A larger shelves.db is taken without the walk; its records are under the
log's tree and their seals all the same, and accounts.db and boxes.db are opened row by row every night.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from jiwar.errors import StoreDamaged
from jiwar.store.sqlite.connection import connect, query, truncate
from jiwar.store.sqlite.schema import PAGE_SIZE, USER_VERSION, Layout

WALKED = 512 * 1024 * 1024


def require_sound(path: Path, layout: Layout) -> None:
    """Play a log that is left into the file, then look at it. Raises StoreDamaged.

    The connection is closed again, so that the log and its index, which keep the order of the last writes, go away.
    """
    try:
        connection = connect(path)
    except sqlite3.DatabaseError as error:
        raise StoreDamaged from error
    try:
        _require_ours(connection, layout)
        truncate(connection)
        _require_whole(connection, path)
    except sqlite3.DatabaseError as error:
        raise StoreDamaged from error
    finally:
        connection.close()


def _require_ours(connection: sqlite3.Connection, layout: Layout) -> None:
    named = {
        "application_id": layout.application_id,
        "user_version": USER_VERSION,
        "page_size": PAGE_SIZE,
    }
    for pragma, wanted in named.items():
        _require_answer(connection, f"PRAGMA {pragma}", wanted)
    _require_answer(connection, "PRAGMA journal_mode", "wal")
    _require_answer(
        connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql", *sorted(layout.statements)
    )


def _require_answer(connection: sqlite3.Connection, sql: str, *wanted: object) -> None:
    if tuple(row[0] for row in query(connection, sql)) != wanted:
        raise StoreDamaged


def _require_whole(connection: sqlite3.Connection, path: Path) -> None:
    size = path.stat().st_size
    if size % PAGE_SIZE:
        raise StoreDamaged
    _require_answer(connection, "PRAGMA page_count", size // PAGE_SIZE)
    if size <= WALKED:
        _require_answer(connection, "PRAGMA quick_check(1)", "ok")
