"""T8, P6: the same history at nine in the morning and at three in the afternoon leaves the same rows.

Blobs are masked to their lengths; numbers have to be equal. When a file was last written is kept by the file system,
which is not the store's to change.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.store.contract import AccountWrite, Mail
from jiwar.store.held import DAY_MINUTES, HELD_SIZE, Held
from jiwar.store.sqlite.boxes import Boxes
from jiwar.store.sqlite.held import HeldJobs
from jiwar.store.sqlite.shelves import ShelfJobs
from jiwar.store.sqlite.store import SqliteStore
from tests.core.store.making import TODAY, Shelf, cover, hashed, inner, some
from tests.core.store.places import TestOuter, open_sqlite
from tests.mutants.mutation import Mutations, replaced
from tests.promises import images

pytestmark = pytest.mark.anyio
_put_transfer, _put_held, _deliver = ShelfJobs._put_transfer, HeldJobs.put, Boxes.deliver


def _put_by_the_minute(jobs: HeldJobs, held: Held) -> None:
    _put_held(jobs, held)
    jobs._boxes.flush()
    jobs._file.writer.execute("UPDATE held SET day = ? WHERE hid = ?", (held.minute, held.hid))


def _deliver_marked(boxes: Boxes, inbox: bytes, mail: Mail, most: int) -> None:
    _deliver(boxes, inbox, replace(mail, day=mail.day + mail.late), most)


MUTATIONS: Mutations = {
    "rotations keep their second": replaced(
        ShelfJobs,
        "_put_transfer",
        lambda jobs, rotation, standing, today: _put_transfer(jobs, rotation, standing, HOURS[-1]),
    ),
    "held letters show their minute": replaced(HeldJobs, "put", _put_by_the_minute),
    "late letters are marked in the clear": replaced(Boxes, "deliver", _deliver_marked),
    "days are counted in seconds": replaced(SetClock, "day", lambda clock: int(clock.now)),
}
HOURS: list[int] = []


@pytest.mark.parametrize("night", [False, True], ids=["the same day", "after a night"])
async def test_hour_of_a_day_leaves_no_trace(tmp_path: Path, night: bool) -> None:
    folders = [await history(tmp_path / str(hour), hour, night) for hour in (9, 15)]
    first, second = (images.masked(folder) for folder in folders)
    for table, bag in first.items():
        assert bag == second[table], table
    assert images.sizes(folders[0]) == images.sizes(folders[1])


async def history(folder: Path, hour: int, night: bool) -> Path:
    """One of everything, at an hour."""
    clock = SetClock(TODAY, hour)
    HOURS.append(int(clock.now))
    store = await open_sqlite(folder, clock)
    shelf = Shelf(some(16, "a shelf"))
    await store.open_shelf(shelf.new())
    for number in range(40):
        clock.forward(seconds=60)
        obj, day = some(16, ("obj", number % 4)), clock.day()
        await store.make_day_half(shelf.name, shelf.append, 7, day, some(32))
        await store.append(shelf.first(obj, some(3000), day=day, keep=7, cover=cover(some(90), day=day, keep=7)))
        letter = Mail(some(16, number), day, some(5000))
        await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), letter)
        await store.put_accounts([AccountWrite(some(32, number), None, inner(number))])
    await hold_some(store, shelf, int(clock.seconds()) // 60, late=hour > 12)
    await store.put_invite(b"7", clock.day() + 7, some(600))
    await store.put_page(some(16, "page"), some(700))
    await shelf.rotate(store, some(9000))
    if night:
        clock.forward(seconds=3600)
        await store.turn_day(clock.day(), TestOuter())
    await store.close()
    return folder


async def hold_some(store: SqliteStore, shelf: Shelf, now: int, late: bool) -> None:
    """Letters for minutes of today and tomorrow; some come, late or in time, one stays, one is called off."""
    minutes = [now + 20 * number for number in range(8)] + [now + DAY_MINUTES]
    letters = [
        Held(some(16), hashed(b"cancel"), minute, minute % 2, digest(INBOX, b"held"), some(16), some(HELD_SIZE))
        for minute in minutes
    ]
    for letter in letters:
        await store.put_held(shelf.name, shelf.append, letter)
    for letter in letters[:3]:
        await store.fire_held(letter.hid, letter.minute, late)
    await store.stay_held(letters[3].hid)
    await store.cancel_held(letters[4].hid, b"cancel")
    await store.postpone_held(2, some(16, "outages"), some(40))
    # Moving writes the days anew: one more shows what holding a letter leaves.
    last = replace(letters[0], hid=some(16), eid=some(16))
    await store.put_held(shelf.name, shelf.append, last)
