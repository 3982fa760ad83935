"""The floor of everything that is written: bare SQLite commits, one row each, as durable as the hub's own."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path


def commits_a_second(folder: Path, row_bytes: int, seconds: float) -> float:
    """WAL, synchronous FULL, one row of `row_bytes` a commit, on the disk that the data folders are on."""
    path = folder / "commits.db"
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE row(id INTEGER PRIMARY KEY, v BLOB NOT NULL)")
        value = os.urandom(row_bytes)
        count, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            connection.execute("INSERT INTO row(v) VALUES (?)", (value,))
            count += 1
        return count / passed
    finally:
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
