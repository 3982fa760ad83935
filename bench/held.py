"""Letters that wait: what it costs a hub that holds 100,000 of them to have those come that are due.

Due times lie evenly over two days, as thick as the heap ever is. Measured are processor seconds of this process
while the clock passes, minute by minute and looked at three times a minute as a running hub does: as a share of one
core, were the minutes real. The start, which opens the rows of two days, is measured by itself.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.scale import Scale
from bench.table import Row, Samples
from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, TOKEN_HASH
from jiwar.crypto.random import system_random
from jiwar.crypto.signing import public_key
from jiwar.keyring.hub_secret import OuterLayer
from jiwar.scheduler import LOOK_SECONDS, Scheduler
from jiwar.store.contract import NewShelf
from jiwar.store.held import ALARM, DAY_MINUTES, HELD_SIZE, Held
from jiwar.store.sqlite.store import Pace, SqliteStore, open_store

MOST_OF_A_CORE = 0.05
_TOKEN = b"t" * 32
_TOGETHER = 2_000


def waiting(scale: Scale) -> list[Row]:
    """The start, and the share of a core while letters come."""
    with TemporaryDirectory(prefix="jiwar-bench-") as folder:
        return asyncio.run(_measured(Path(folder), scale))


async def _measured(folder: Path, scale: Scale) -> list[Row]:
    clock = SetClock(20_000, 0)
    store = await open_store(folder / "data", OuterLayer(b"s" * 32), clock, pace=Pace(0, 0, 0, 0))
    await _fill(store, clock, scale.held)
    scheduler = Scheduler(store, clock)
    began = time.process_time()
    await scheduler.look()
    opened = time.process_time() - began
    shares, came = await _shares(scheduler, clock, scale)
    await store.close()
    name = f"{scale.held:,} letters held, due ones out"
    per_minute = f"{came / (len(shares.values) * scale.held_minutes):.0f} a minute"
    return [
        Row(name, str(shares), ratio=shares.median, most=MOST_OF_A_CORE, sizes=per_minute),
        Row(f"{scale.held:,} letters held, start", f"{opened:.2f} s"),
    ]


async def _fill(store: SqliteStore, clock: SetClock, count: int) -> None:
    shelf, key = system_random(16), digest(TOKEN_HASH, _TOKEN)
    await store.open_shelf(NewShelf(shelf, key, key, public_key(b"c" * 32)))
    now = int(clock.seconds() // 60)
    letters = [_letter(now + 1 + index * (2 * DAY_MINUTES - 1) // count) for index in range(count)]
    for at in range(0, count, _TOGETHER):
        await asyncio.gather(*(store.put_held(shelf, _TOKEN, one) for one in letters[at : at + _TOGETHER]))


def _letter(minute: int) -> Held:
    """Everybody's own box: a box for each letter."""
    random = system_random
    return Held(
        random(16), digest(TOKEN_HASH, b"x"), minute, ALARM, digest(INBOX, random(32)), random(16), random(HELD_SIZE)
    )


async def _shares(scheduler: Scheduler, clock: SetClock, scale: Scale) -> tuple[Samples, int]:
    before, shares = len(scheduler), list[float]()
    for _ in range(scale.windows):
        began = time.process_time()
        for _ in range(int(scale.held_minutes * 60 / LOOK_SECONDS)):
            clock.forward(seconds=LOOK_SECONDS)
            await scheduler.look()
        shares.append((time.process_time() - began) / (scale.held_minutes * 60))
    return Samples(tuple(shares), "of one core"), before - len(scheduler)
