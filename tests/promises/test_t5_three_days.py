"""T5, P1 and P2: from one daily image to the next every account row changes, whoever was there and whoever wasn't."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.keyring.hub_secret import create_hub_secret
from jiwar.store.contract import ACCOUNT_INNER_SIZE, AccountWrite, Outer
from jiwar.store.guard import GUARD_SIZE
from jiwar.store.sqlite import upkeep
from jiwar.store.sqlite.connection import File, truncate
from tests.core.store.making import TODAY, inner, some
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced
from tests.promises import images

pytestmark = pytest.mark.anyio
ACCOUNTS = "SELECT k, v FROM acct ORDER BY k"


def _as_it_was(file: File, old: Outer, new: Outer, today: int) -> Path:
    truncate(file.writer)
    return Path(shutil.copy(file.path, file.path.with_name("accounts.db.new")))


MUTATIONS: Mutations = {
    "only what members write is written": replaced(upkeep, "rebuild_accounts", _as_it_was),
}


async def test_every_row_changes_every_day(tmp_path: Path) -> None:
    clock, secret = SetClock(TODAY), create_hub_secret(tmp_path / "secret")
    store = await open_sqlite(tmp_path / "data", clock, secret.outer())
    names = [some(32) for _ in range(30)]
    await store.put_accounts([AccountWrite(name, None, inner(name)) for name in names])
    days: list[dict[object, object]] = []
    for day in range(3):
        clock.forward(days=1)
        active = names[day : day + 2]
        expects = [digest(ROW, store.account(name)) for name in active]
        await store.put_accounts(
            [AccountWrite(name, e, inner((name, day))) for name, e in zip(active, expects, strict=True)]
        )
        await secret.turn(lambda outer: store.turn_day(clock.day(), outer))
        image = images.take(tmp_path / "data", tmp_path / f"day {day}")
        days.append(dict(images.rows(image, "accounts.db", ACCOUNTS)))  # type: ignore[arg-type]
    for before, after in pairwise(days):
        assert before.keys() == after.keys() == set(names)
        same = [name for name in names if before[name] == after[name]]
        assert not same, f"{len(names) - len(same)} of {len(names)} rows changed: the others were silent"
        assert {len(value) for value in after.values()} == {GUARD_SIZE + ACCOUNT_INNER_SIZE + 28}  # type: ignore[arg-type]
    await store.close()
