"""Images of a data folder, and what a thief can measure in one."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

FILES = ("accounts.db", "boxes.db", "shelves.db")
STRIDE = 128


def take(folder: Path, where: Path) -> Path:
    """A copy of everything in the folder, as it is now."""
    shutil.copytree(folder, where)
    return where


def rows(folder: Path, file: str, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in an image."""
    connection = sqlite3.connect(folder / file)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def blobs(folder: Path, file: str, sql: str) -> list[tuple[bytes, bytes]]:
    """What a query finds that asks for two blobs."""
    return [(bytes(left), bytes(right)) for left, right in rows(folder, file, sql)]  # type: ignore[call-overload]


def masked(folder: Path) -> dict[str, Counter[tuple[object, ...]]]:
    """Every table of every file as a bag of rows in which a blob is only its length."""
    bags: dict[str, Counter[tuple[object, ...]]] = {}
    for file in FILES:
        for (table,) in rows(folder, file, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
            found = rows(folder, file, f"SELECT * FROM {table}")
            bags[f"{file}/{table}"] = Counter(
                tuple(f"{len(value)} B" if isinstance(value, bytes) else value for value in row) for row in found
            )
    return bags


def sizes(folder: Path) -> dict[str, int]:
    """The length of every file but the log's index, which is only there while the store is open."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if not path.name.endswith("-shm")}


def places(folder: Path, file: str, contents: Sequence[bytes]) -> list[int]:
    """Where in a file the end of each value stands: with overflow pages, the page that was handed out last.

    The values are random and at least STRIDE + 8 bytes long: some 8 bytes of each end stand at a multiple of STRIDE.
    """
    ends = {
        content[at : at + 8]: (index, len(content) - at)
        for index, content in enumerate(contents)
        for at in range(len(content) - STRIDE - 8, len(content) - 7)
    }
    raw = (folder / file).read_bytes()
    found = [-1] * len(contents)
    for at in range(0, len(raw) - 7, STRIDE):
        end = ends.get(raw[at : at + 8])
        if end is not None:
            found[end[0]] = at + end[1]
    assert -1 not in found, "the end of a value is not in the image in one piece"
    return found


def ranks(values: Sequence[float]) -> list[int]:
    """The rank of each value."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    found = [0] * len(values)
    for rank, index in enumerate(order):
        found[index] = rank
    return found


def rank_correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Spearman's r, of values without ties."""
    count = len(left)
    squares = sum((one - other) ** 2 for one, other in zip(ranks(left), ranks(right), strict=True))
    return 1 - 6 * squares / (count * (count**2 - 1))


def expected_order(
    groups: Sequence[bytes], offsets: Sequence[int], seed: int, times: int = 100
) -> tuple[float, float]:
    """Mean and deviation of r over orders of writing that keep each group's own order and are otherwise random."""
    choice = random.Random(seed)
    by_group: dict[bytes, list[int]] = {}
    for group, offset in zip(groups, offsets, strict=True):
        by_group.setdefault(group, []).append(offset)
    found = []
    for _ in range(times):
        shuffled = list(groups)
        choice.shuffle(shuffled)
        left = {group: iter(own) for group, own in by_group.items()}
        found.append(rank_correlation(range(len(shuffled)), [next(left[group]) for group in shuffled]))
    return fmean(found), stdev(found)
