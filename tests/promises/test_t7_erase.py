"""T7, P1 and P4: what is erased, dropped, expired or replaced is in no file any more, free pages included."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.store.contract import Mail
from jiwar.store.held import ALARM, DAY_MINUTES, HELD_SIZE, Held
from jiwar.store.sqlite import connection, upkeep
from jiwar.store.sqlite.shelves import ShelfJobs
from tests.core.store.making import TODAY, cover, erase_token, hashed, opened, some
from tests.core.store.places import TestOuter, open_sqlite
from tests.mutants.mutation import Mutations, replaced

pytestmark = pytest.mark.anyio
MUTATIONS: Mutations = {
    "connections don't overwrite what they delete": replaced(
        connection, "PRAGMAS", ("secure_delete = OFF", *connection.PRAGMAS[1:])
    ),
    "erased records are only marked": replaced(ShelfJobs, "_empty", lambda jobs, table, where: None),
    "nothing is swept": replaced(upkeep, "sweep_shelves", lambda connection, today: None),
}
_VALUES = {table: f"SELECT v FROM {table}" for table in ("box", "page", "held")}


class Canaries:
    """Values that must be gone."""

    def __init__(self) -> None:
        self.gone: dict[str, list[bytes]] = {}

    def make(self, kind: str, size: int) -> bytes:
        value = some(size)
        self.gone.setdefault(kind, []).append(value)
        return value

    def found(self, folder: Path) -> list[str]:
        """Kinds of which any 16 bytes are in any file, taken from all over each value."""
        raw = {path.name: path.read_bytes() for path in folder.iterdir()}
        return sorted(
            {
                f"{kind} in {name}"
                for kind, values in self.gone.items()
                for value in values
                for at in (0, len(value) // 2, len(value) - 16)
                for name, content in raw.items()
                if value[at : at + 16] in content
            }
        )


@pytest.mark.parametrize("night", [False, True], ids=["on the same day", "after a night"])
async def test_what_is_gone_is_in_no_file(tmp_path: Path, night: bool) -> None:
    clock, canaries = SetClock(TODAY), Canaries()
    store = await open_sqlite(tmp_path / "data", clock)
    shelf, doomed = await opened(store), await opened(store)
    erased = []
    for number in range(300):
        obj, size = some(16, ("obj", number % 7)), (200, 1500, 3900, 9000)[number % 4]
        await store.append(shelf.first(obj, some(size), cover=cover(canaries.make("an old cover", 300))))
        if number % 3 == 0:
            made = shelf.record(obj, canaries.make("an erased record", size))
            erased.append((made, (await store.append(made)).number))
        if number % 5 == 0:
            await store.append(shelf.record(obj, canaries.make("an expired record", size), keep=3))
        if number % 10 == 0:
            await store.append(doomed.first(obj, canaries.make("a dropped shelf", size)))
    for number in range(7):
        await store.append(shelf.first(some(16, ("obj", number))))
    page = some(16)
    await store.put_page(page, some(6000))
    letter = Mail(some(16), TODAY, some(9000))
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), letter)
    waiting = [
        Held(
            some(16), hashed(b"cancel"), TODAY * DAY_MINUTES, ALARM, digest(INBOX, b"box"), some(16), some(HELD_SIZE)
        )
        for _ in range(9)
    ]
    for held in waiting:
        await store.put_held(shelf.name, shelf.append, held)
    sealed = [value for table in ("box", "page", "held") for (value,) in store._boxes_file.rows(_VALUES[table])]
    canaries.gone["a read letter, a replaced page, a letter called off or come"] = [
        bytes(value or b"") for value in sealed
    ]
    if night:
        await store.turn_day(clock.day(), TestOuter())
    for made, number in erased:
        await store.erase(shelf.name, made.obj, number, number, erase_token(made))
    await store.drop(doomed.name, doomed.signed_drop())
    for held in waiting[:5]:
        await store.cancel_held(held.hid, b"cancel")
    for held in waiting[5:]:
        await store.fire_held(held.hid, held.minute, False)
    for mail in store.mail(b"box"):
        await store.delete_mail(b"box", mail.eid)
    await store.put_page(page, some(10))
    clock.forward(days=4)
    await store.turn_day(clock.day(), TestOuter())
    await store.close()
    assert canaries.found(tmp_path / "data") == []
