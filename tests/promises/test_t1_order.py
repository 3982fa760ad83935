"""T1, P1 and P2: after the night, where a record lies doesn't tell when it was written, between shelves.

Within a shelf the order is known and has to be; so the order found is held against orders that keep each shelf's
own and are otherwise random.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.store.sqlite import connection, soundness, upkeep
from tests.core.store.making import TODAY, Shelf, opened, some
from tests.core.store.places import TestOuter, open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images

pytestmark = pytest.mark.anyio
SHELVES, RECORDS, SIZES = 50, 2000, (300, 900, 3900, 6000)
unmerged = replaced(upkeep, "merge", lambda connection: None)
small_pages = together(replaced(connection, "PAGE_SIZE", 4096), replaced(soundness, "PAGE_SIZE", 4096))
MUTATIONS: Mutations = {
    "twins are not merged and pages have 4 KiB": together(unmerged, small_pages),
    "twins are not merged and values lie in one cell": together(unmerged, replaced(connection, "VALUE_LIMIT", 2**20)),
}


async def test_order_of_a_day_is_gone_after_the_night(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock, choice = SetClock(TODAY), random.Random(1)
    store = await open_sqlite(tmp_path / "data", clock)
    shelves = [await opened(store) for _ in range(SHELVES)]
    for day in (0, 1):
        written = []
        for _ in range(RECORDS):
            shelf = choice.choice(shelves)
            value = some(choice.choice(SIZES))
            await store.append(shelf.first(_object(shelf, choice), value, day=clock.day()))
            written.append((shelf.name, value))
        await store._writer.alone(lambda: store._shelves_file.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
        today = _strangest(images.take(tmp_path / "data", tmp_path / f"day {day}"), written)
        clock.forward(days=1)
        await store.turn_day(clock.day(), TestOuter())
        after = _strangest(images.take(tmp_path / "data", tmp_path / f"night {day}"), written)
        with capsys.disabled():
            print(f"\nday {day}: r = {today[0]:+.3f} ({today[1]:+.1f} deviations) before the night, ", end="")
            print(f"{after[0]:+.3f} ({after[1]:+.1f}) after it")
        assert abs(after[1]) < 4.5, f"the order of writing shows: {after[1]:.1f} deviations from chance"
    await store.close()


def _object(shelf: Shelf, choice: random.Random) -> bytes:
    return some(16, (shelf.name, choice.randrange(3)))


def _strangest(image: Path, written: list[tuple[bytes, bytes]]) -> tuple[float, float]:
    """The r between order of writing and place in the file that is furthest from chance, among records of a size."""
    offsets = images.places(image, "shelves.db", [value for _, value in written])
    found = []
    for size in SIZES:
        own = [(name, at) for (name, value), at in zip(written, offsets, strict=True) if len(value) == size]
        names, places = zip(*own, strict=True)
        r = images.rank_correlation(range(len(places)), places)
        mean, deviation = images.expected_order(names, places, seed=2)
        found.append((r, (r - mean) / deviation))
    return max(found, key=lambda one: abs(one[1]))
