"""T2, P1 and P2: who signs up and at once joins isn't tied to the join by where the two rows lie.

The thief takes the folder after a night and knows how many rows each file has. Accounts are ordered by place, so are
records; whoever stands at the same fraction of both is taken for the same person.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.store.contract import ACCOUNT_INNER_SIZE, AccountWrite, Outer
from jiwar.store.sqlite import connection, soundness, upkeep
from jiwar.store.sqlite.connection import File, truncate
from tests.core.store.making import TODAY, opened, some
from tests.core.store.places import TestOuter, open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images

pytestmark = pytest.mark.anyio
PEOPLE, RECORDS, SHELVES = 100, 1500, 20
CHANCE = 3 / (PEOPLE - 1) ** 0.5
"""Three deviations of r between unrelated orders."""


def _as_it_was(file: File, old: Outer, new: Outer, today: int) -> Path:
    """The accounts' file without rewriting a row."""
    truncate(file.writer)
    return Path(shutil.copy(file.path, file.path.with_name("accounts.db.new")))


MUTATIONS: Mutations = {
    "no row is rewritten at night and pages have 4 KiB": together(
        replaced(upkeep, "merge", lambda connection: None),
        replaced(upkeep, "rebuild_accounts", _as_it_was),
        replaced(connection, "PAGE_SIZE", 4096),
        replaced(soundness, "PAGE_SIZE", 4096),
    ),
}


async def test_sign_ups_are_tied_to_joins_no_better_than_by_chance(tmp_path: Path) -> None:
    clock, choice, outer = SetClock(TODAY), random.Random(1), Recording()
    store = await open_sqlite(tmp_path / "data", clock, outer)
    shelves = [await opened(store) for _ in range(SHELVES)]
    joining = set(choice.sample(range(RECORDS), PEOPLE))
    joins, people, values = [], [], []
    for number in range(RECORDS):
        shelf, value = choice.choice(shelves), some(choice.choice([1200, 3900]))
        if number in joining:
            people.append((some(32), some(32)))
            fresh = [AccountWrite(name, None, some(ACCOUNT_INNER_SIZE, name)) for name in people[-1]]
            await store.put_accounts(fresh)
            joins.append(value)
        await store.append(shelf.first(some(16, (shelf.name, number % 5)), value))
        values.append(value)
    await store.turn_day(TODAY, outer)
    await store.close()
    accounts = images.places(tmp_path / "data", "accounts.db", [outer.sealed[name] for name, _ in people])
    records = images.places(tmp_path / "data", "shelves.db", values)
    where = {value: rank for value, rank in zip(values, images.ranks(records), strict=True)}
    r = images.rank_correlation(accounts, [where[value] for value in joins])
    assert abs(r) < CHANCE, f"accounts and joins lie in the same order: r = {r:.2f}"
    near = sum(
        abs(rank / PEOPLE * RECORDS - where[value]) <= 2
        for rank, value in zip(images.ranks(accounts), joins, strict=True)
    )
    assert near <= 3, f"{near} of {PEOPLE} joins found within two records"


class Recording(TestOuter):
    """An outer layer that remembers what it sealed last for each account."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.sealed: dict[bytes, bytes] = {}

    def seal(self, table: str, name: bytes, plain: bytes) -> bytes:
        sealed = super().seal(table, name, plain)
        if table == "account":
            self.sealed[name] = sealed
        return sealed
