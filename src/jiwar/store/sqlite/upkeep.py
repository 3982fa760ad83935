"""The nightly work on each file, and what of it is done at boot. Runs in the writers' threads, outside batches.

Implements spec/protocol.md §7.8.

- accounts.db and boxes.db are written anew in key order under the new outer layer and take the old file's place.
- shelves.db: what has expired goes, the twins are moved over in key order and emptied, the shelves' own rows are
  written anew, and the hub's day halves are sealed under the new layer in place: one transaction.
- Every step leaves files that open under the old layer or the new one; doing the work again finishes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from jiwar.store.contract import MAIL_DAYS, TRANSFER_DAYS, Outer
from jiwar.store.sqlite.accounts import ACCOUNT, overnight
from jiwar.store.sqlite.boxes import BOX, INVITE, PAGE
from jiwar.store.sqlite.connection import File, create, finish, parts
from jiwar.store.sqlite.held import resealed as resealed_held
from jiwar.store.sqlite.schema import FRESH
from jiwar.store.sqlite.shelves import DAY_HALF, half_name

Rows = Iterator[tuple[Any, ...]]
_KEYS = {
    "rec": "shelf, obj, slot, seq, part",
    "obj": "shelf, obj",
    "node": "shelf, level, i",
    "dayhalf": "shelf, keep, day",
    "xfer": "shelf, epoch, part",
}
_COPIES = 256
_FILLED = "r.shelf = o.shelf AND r.obj = o.obj AND r.slot = r.seq AND r.part = 0 AND r.v <> x''"
"""A record in a slot of its own that was not erased."""


def rebuild_accounts(file: File, old: Outer, new: Outer, today: int) -> Path:
    """The accounts under `new`, in a file beside the old one. Raises Unopenable before anything is replaced."""
    hour = today * 24

    def rows() -> Rows:
        for name, sealed in file.writer.execute("SELECT k, v FROM acct ORDER BY k"):
            yield name, new.seal(ACCOUNT, name, overnight(old.open(ACCOUNT, name, sealed), hour))

    return _written(file, [("INSERT INTO acct VALUES (?, ?)", rows())])


def rebuild_boxes(file: File, old: Outer, new: Outer, today: int) -> Path:
    """The boxes, held letters, invitations and pages that have not expired, under `new`."""

    def resealed(table: str, key: int, sql: str, *values: int) -> Rows:
        """Rows (key columns, part, other columns, value), each whole value sealed anew."""
        for names, cells in groupby(file.writer.execute(sql, values), key=lambda row: row[:key]):
            group = list(cells)
            name = b"".join(names)
            whole = b"".join(row[-1] for row in group)
            for part, value in enumerate(parts(new.seal(table, name, old.open(table, name, whole)))):
                yield (*names, part, *group[0][key + 1 : -1], value)

    mail = "SELECT inbox, eid, part, day, v FROM box WHERE day + ? >= ? ORDER BY inbox, eid, part"
    held = file.writer.execute(
        "SELECT hid, day, h_cancel, meta, v FROM held WHERE day + ? >= ? ORDER BY hid", (MAIL_DAYS, today)
    )
    invites = "SELECT h, part, day, v FROM invite WHERE day >= ? ORDER BY h, part"
    pages = "SELECT id, part, v FROM page ORDER BY id, part"
    return _written(
        file,
        [
            ("INSERT INTO box VALUES (?, ?, ?, ?, ?)", resealed(BOX, 2, mail, MAIL_DAYS, today)),
            ("INSERT INTO held VALUES (?, ?, ?, ?, ?)", resealed_held(held, old, new)),
            ("INSERT INTO invite VALUES (?, ?, ?, ?)", resealed(INVITE, 1, invites, today)),
            ("INSERT INTO page VALUES (?, ?, ?)", resealed(PAGE, 1, pages)),
        ],
    )


def _written(file: File, inserts: list[tuple[str, Rows]]) -> Path:
    path = file.path.with_name(file.path.name + ".new")
    connection = create(path, file.layout)
    try:
        for sql, rows in inserts:
            connection.executemany(sql, rows)
        finish(connection, path)
    finally:
        connection.close()
    return path


def turn_shelves(file: File, old: Outer, new: Outer, today: int) -> None:
    """Merge, sweep, and seal the day halves anew, in one transaction."""

    def work(connection: sqlite3.Connection) -> None:
        merge(connection)
        sweep_shelves(connection, today)
        _reseal_halves(connection, old, new)
        _rewrite_shelves(connection)

    _in_transaction(file.writer, work)


def sweep_at_boot(shelves: File, boxes: File, today: int) -> None:
    """Destroy what has expired while the hub was off."""
    _in_transaction(shelves.writer, lambda connection: sweep_shelves(connection, today))
    _in_transaction(boxes.writer, lambda connection: _sweep_boxes(connection, today))


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        work(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def merge(connection: sqlite3.Connection) -> None:
    """Move the rows of the day over in key order: what order they were written in is not on disk after it."""
    for table in FRESH:
        key = _KEYS[table]
        # Names from the schema; no value comes in from outside.
        connection.execute(f"INSERT INTO {table} SELECT * FROM fresh_{table} ORDER BY {key}")  # noqa: S608
        connection.execute(f"DELETE FROM fresh_{table}")  # noqa: S608


def sweep_shelves(connection: sqlite3.Connection, today: int) -> None:
    """Delete expired records, day halves, transfer cells, and objects of which nothing is left."""
    for prefix in ("", "fresh_"):
        due = connection.execute(
            f"SELECT shelf, obj, slot, seq FROM {prefix}rec "  # noqa: S608 # Two names of our own, here and below.
            "WHERE keep > 0 AND part = 0 AND day + keep < ?",
            (today,),
        ).fetchall()
        connection.executemany(
            f"DELETE FROM {prefix}rec WHERE shelf = ? AND obj = ? AND slot = ? AND seq = ?",  # noqa: S608
            due,
        )
        connection.execute(f"DELETE FROM {prefix}dayhalf WHERE day + keep < ?", (today,))  # noqa: S608
        _sweep_transfers(connection, prefix, today)
    for prefix in ("", "fresh_"):
        _sweep_objects(connection, prefix, today)


def _sweep_objects(connection: sqlite3.Connection, prefix: str, today: int) -> None:
    """Objects whose cover has expired and whose own records have no value left, with all that stands beside these."""
    gone = connection.execute(
        f"SELECT shelf, obj FROM {prefix}obj AS o WHERE keep > 0 AND day + keep < ? "  # noqa: S608 # As above.
        f"AND NOT EXISTS (SELECT 1 FROM rec AS r WHERE {_FILLED}) "
        f"AND NOT EXISTS (SELECT 1 FROM fresh_rec AS r WHERE {_FILLED})",
        (today,),
    ).fetchall()
    for table in (f"{prefix}obj", "rec", "fresh_rec"):
        connection.executemany(f"DELETE FROM {table} WHERE shelf = ? AND obj = ?", gone)  # noqa: S608 # As above.


def _sweep_transfers(connection: sqlite3.Connection, prefix: str, today: int) -> None:
    old = connection.execute(
        f"SELECT shelf, epoch FROM {prefix}xfer WHERE part = 0 AND day + ? < ?",  # noqa: S608
        (TRANSFER_DAYS, today),
    ).fetchall()
    connection.executemany(f"DELETE FROM {prefix}xfer WHERE shelf = ? AND epoch = ?", old)  # noqa: S608


def _reseal_halves(connection: sqlite3.Connection, old: Outer, new: Outer) -> None:
    rows = cast(
        list[tuple[bytes, int, int, bytes]],
        connection.execute("SELECT shelf, keep, day, v FROM dayhalf").fetchall(),
    )
    connection.executemany(
        "UPDATE dayhalf SET v = ? WHERE shelf = ? AND keep = ? AND day = ?",
        ((_resealed_half(old, new, *row), *row[:3]) for row in rows),
    )


def _resealed_half(old: Outer, new: Outer, shelf: bytes, keep: int, day: int, sealed: bytes) -> bytes:
    name = half_name(shelf, keep, day)
    return new.seal(DAY_HALF, name, old.open(DAY_HALF, name, sealed))


def _rewrite_shelves(connection: sqlite3.Connection) -> None:
    """Where a shelf's row lies in its page would tell which shelf was written to last."""
    rows = connection.execute("SELECT * FROM shelf ORDER BY shelf").fetchall()
    connection.execute("DELETE FROM shelf")
    connection.executemany("INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _sweep_boxes(connection: sqlite3.Connection, today: int) -> None:
    connection.execute("DELETE FROM box WHERE day + ? < ?", (MAIL_DAYS, today))
    connection.execute("DELETE FROM held WHERE day + ? < ?", (MAIL_DAYS, today))
    connection.execute("DELETE FROM invite WHERE day < ?", (today,))
