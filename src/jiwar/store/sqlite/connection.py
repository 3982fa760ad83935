"""Connections and files: how they are opened, what is asked of every connection, how one file takes another's place.

Implements spec/protocol.md §7.3. Each file has two connections: the reader, used in the event loop, always emptied
by fetching everything, and the writer, used by one thread.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from jiwar.errors import Busy, StoreDamaged
from jiwar.store.contract import VALUE_LIMIT
from jiwar.store.sqlite.schema import PAGE_SIZE, USER_VERSION, Layout

Value = bytes | int | None
PRAGMAS = (
    "secure_delete = ON",
    "synchronous = FULL",
    "wal_autocheckpoint = 0",
    "temp_store = MEMORY",
    "mmap_size = 0",
    "cell_size_check = ON",
    "trusted_schema = OFF",
    "cache_size = -16384",
)
TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)"
_PATIENCE = 10.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection with everything that every connection has to have."""
    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def create(path: Path, layout: Layout) -> sqlite3.Connection:
    """A new file with empty tables; nothing of it is promised to be on disk before `finish`."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = connect(path)
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("BEGIN")
    for statement in layout.statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {layout.application_id}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    return connection


def finish(connection: sqlite3.Connection, path: Path) -> None:
    """Commit a created file, close it, and have all of it on disk."""
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    sync(path)


def sync(path: Path) -> None:
    """Have a file or folder on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def query(connection: sqlite3.Connection, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
    """All rows of a statement. Raises StoreDamaged, Busy."""
    try:
        return connection.execute(sql, values).fetchall()
    except OverflowError:
        return []  # No row has a number that a column can't hold.
    except sqlite3.DatabaseError as error:
        raise as_damage(error) from error


def as_damage(error: Exception) -> Exception:
    """What SQLite says of a torn or foreign file as StoreDamaged, of a lock as Busy; others stay what they are."""
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged()
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy()
    return error


def parts(value: bytes) -> list[bytes]:
    """A value in cells that stay off overflow pages; at least one."""
    return [value[at : at + VALUE_LIMIT] for at in range(0, len(value), VALUE_LIMIT)] or [b""]


def truncate(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file and cut it to nothing; False when a reader was in the way."""
    return bool(connection.execute(TRUNCATE).fetchone()[0] == 0)


class File:
    """One of the three files with its two connections."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path, self.layout = path, layout
        self.writer = connect(path)
        self.reader = self._reader()

    def _reader(self) -> sqlite3.Connection:
        reader = connect(self.path)
        reader.execute("PRAGMA query_only = ON")
        return reader

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """Read in the event loop. Raises StoreDamaged, Busy."""
        return query(self.reader, sql, values)

    def renew(self, replacement: Path | None = None) -> None:
        """Close both connections and open them again, on `replacement` if there is one.

        Called while the writer's thread waits. Closing removes the log and its index, which keep the order of the
        last writes. A log that outlived the file it belongs to would be played into the new one: while somebody else
        has the file open and so keeps its log, that raises StoreDamaged.
        """
        self.close()
        try:
            self._replace(replacement)
        finally:
            self.writer = connect(self.path)
            self.reader = self._reader()

    def _replace(self, replacement: Path | None) -> None:
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StoreDamaged
        if replacement is not None:
            sync(self.path.parent)
            replacement.replace(self.path)
            sync(self.path.parent)

    def close(self) -> None:
        """Let go of the file; the last connection empties the log."""
        self.reader.close()
        self.writer.close()
