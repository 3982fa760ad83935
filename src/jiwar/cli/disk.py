"""`jiwar disk PATH [--find WORD ...]`: what a thief learns from a data folder, table by table.

Works on the folder of a running hub and of a dead one: it reads copies, and opens nothing. Exit 0; 1 when a word
was found; 2 when there is no hub in the folder.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from jiwar.cli.disk_words import SHORTEST, Hit, needles, search, searched_in_part
from jiwar.store.sqlite.schema import LAYOUTS, Layout

FOUND, NO_HUB = 1, 2
_HELP = "show what a data folder tells somebody who takes it"
_MEANINGS = {
    "acct": "sealed keyrings, two for every member, one for every remembered phone; whose can't be told",
    "shelf": "compartments; how many keys each has had, how many records",
    "rec": "sealed records, in cells; which object, in which order, on which day, for how long",
    "obj": "sealed covers of topics and rooms; blind names of their lists",
    "node": "hashes: the log's tree",
    "dayhalf": "the hub's halves of day keys, sealed under the secret outside this folder",
    "xfer": "sealed keys for those who stay in a group",
    "box": "sealed envelopes; which box, which day",
    "held": "sealed envelopes that wait; on which day they come due",
    "invite": "sealed invitations; their last day",
    "page": "the hub's own texts, sealed",
}
_TEXTS = {
    "no hub": "There is no hub in {folder}.",
    "file": "{name}  {size:,} bytes{log}",
    "log": ", and {size:,} of today's log",
    "unreadable": "  can't be read as a hub's file: {reason}",
    "table": "  {name}: {rows:,} rows. {meaning}.",
    "today": "  {name}: {rows:,} rows, written today.",
    "column": "    {name}: {what}",
    "numbers": "{low} to {high}, {different:,} different",
    "one number": "{low}",
    "days": "{low} to {high}",
    "sizes": "{low:,} to {high:,} bytes, {total:,} in all",
    "one size": "{low:,} bytes each",
    "not there": "Not there: names, texts, titles, hours and minutes, addresses, which account is on which shelf.",
    "short": "{word!r} is too short, or too much of a run, to be searched in every way of writing it.",
    "hit": "FOUND {word!r} in {file} at byte {at:,}: {way}",
    "none": "{count:,} words searched in {files:,} files: none found.",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Register the command."""
    parser = subparsers.add_parser("disk", help=_HELP, description=_HELP)
    parser.add_argument("path", type=Path)
    parser.add_argument("--find", metavar="WORD", nargs="+", default=[], help="words that must not be there")
    return parser


def run(args: argparse.Namespace) -> int:
    """Print the view; the exit code."""
    folder: Path = args.path
    if not any((folder / layout.name).is_file() for layout in LAYOUTS):
        print(_TEXTS["no hub"].format(folder=folder), file=sys.stderr)
        return NO_HUB
    for line in view(folder):
        print(line)
    if not args.find:
        return 0
    for word in filter(searched_in_part, args.find):
        print(_TEXTS["short"].format(word=word))
    hits = find(folder, args.find)
    for hit in hits:
        print(_TEXTS["hit"].format(word=hit.word, file=hit.file, at=hit.at, way=hit.way))
    if not hits:
        print(_TEXTS["none"].format(count=len(args.find), files=len(_files(folder))))
    return FOUND if hits else 0


def main(argv: list[str] | None = None) -> int:
    """The command by itself."""
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["disk", *(sys.argv[1:] if argv is None else argv)])
    return run(args)


def find(folder: Path, words: list[str], shortest: int = SHORTEST) -> list[Hit]:
    """Every word that occurs in any file of the folder, in any common way of writing it.

    Ways of writing with fewer bytes than `shortest` are left out: where thousands of words are searched, short ones
    would be met by chance.
    """
    wanted = [n for word in dict.fromkeys(words) for n in needles(word) if len(n.raw) >= shortest]
    own = _own_bytes()
    return [hit for path in _files(folder) for hit in search(path, wanted, own)]


def _files(folder: Path) -> list[Path]:
    """Logs before the files they belong to: what moves from the one into the other meanwhile is read in both."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: (not path.name.endswith("-wal"), path))


def _own_bytes() -> list[bytes]:
    """What SQLite and the schema themselves write into a file; the longest first."""
    own = {b"SQLite format 3\0"}
    with sqlite3.connect(":memory:") as scratch:
        for layout in LAYOUTS:
            for statement in layout.statements:
                scratch.execute(statement)
        for kind, name, table, sql in scratch.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"):
            own.add(f"{kind}{name}{table}".encode())
            own.add((sql or name).encode())
    scratch.close()
    return sorted(own, key=len, reverse=True)


def view(folder: Path) -> Iterator[str]:
    """What the folder tells, line by line."""
    for layout in LAYOUTS:
        path = folder / layout.name
        if path.is_file():
            log = _size(path.with_name(path.name + "-wal"))
            said = _TEXTS["log"].format(size=log) if log else ""
            yield _TEXTS["file"].format(name=path.name, size=_size(path), log=said)
            yield from _tables(path, layout)
    yield _TEXTS["not there"]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _tables(path: Path, layout: Layout) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as scratch:
        copied = _copied(path, Path(scratch))
        connection = sqlite3.connect(copied)
        try:
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")
            lines = [line for (name,) in tables.fetchall() for line in _table(connection, name)]
        except sqlite3.DatabaseError as error:
            lines = [_TEXTS["unreadable"].format(reason=error)]
        finally:
            connection.close()
    yield from lines


def _copied(path: Path, scratch: Path) -> Path:
    """A copy of a file and its log that belong together: taken again while a running hub writes in between."""
    log = path.with_name(path.name + "-wal")
    for _ in range(50):
        before = _stamp(path), _stamp(log)
        shutil.copyfile(path, scratch / path.name)
        if log.exists():
            shutil.copyfile(log, scratch / log.name)
        if before == (_stamp(path), _stamp(log)):
            break
    return scratch / path.name


def _stamp(path: Path) -> tuple[int, int]:
    if not path.exists():
        return 0, 0
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _table(connection: sqlite3.Connection, name: str) -> Iterator[str]:
    quoted = '"' + name.replace('"', '""') + '"'
    rows = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608 # Quoted, as below.
    known = _MEANINGS.get(name)
    if known is None and rows == 0:
        return
    yield _TEXTS["today" if known is None else "table"].format(name=name, rows=rows, meaning=known)
    for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall() if rows else ():
        yield _TEXTS["column"].format(name=column, what=_column(connection, quoted, column))


def _column(connection: sqlite3.Connection, table: str, column: str) -> str:
    quoted = '"' + column.replace('"', '""') + '"'
    kind, size_low, size_high, total, low, high, different = connection.execute(
        f"SELECT max(typeof({quoted})) FILTER (WHERE {quoted} IS NOT NULL), min(length({quoted})), "  # noqa: S608
        f"max(length({quoted})), sum(length({quoted})), min({quoted}), max({quoted}), "
        f"count(DISTINCT CASE typeof({quoted}) WHEN 'integer' THEN {quoted} END) FROM {table}"
    ).fetchone()
    if kind != "integer":
        name = "one size" if size_low == size_high else "sizes"
        return _TEXTS[name].format(low=size_low or 0, high=size_high or 0, total=total or 0)
    if column == "day":
        return _TEXTS["days"].format(low=_date(low), high=_date(high))
    return _TEXTS["one number" if low == high else "numbers"].format(low=low, high=high, different=different)


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
