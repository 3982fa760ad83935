"""T4, P2: two worlds with one public schedule and members exchanged leave stores that are equal in structure.

Forty people, two circles. In one world the first twenty are in the hidden circle and the others in the choir; in the
other world it is the other way round. Who writes when is a place in the schedule, not a person. After each night
every table's numbers and lengths and every file's size are equal, and neither where a row lies nor any number in it
tells which circle its owner is in. Who only reads changes no row. (Before the night the order of that day may show in
part: the stated limit.)
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from jiwar.circles import member
from jiwar.clock import SetClock
from jiwar.crypto.labels import ACCOUNT_INNER
from jiwar.crypto.sealing import seal
from jiwar.keyring import account
from jiwar.keyring.account import Access, inner_digest
from jiwar.keyring.model import Keyring, Membership
from jiwar.store import checks
from jiwar.store.contract import AccountWrite, Outer
from jiwar.store.sqlite import upkeep
from jiwar.store.sqlite.accounts import Accounts
from jiwar.store.sqlite.connection import File
from jiwar.store.sqlite.store import SqliteStore
from jiwar.wire.canonical import encode
from tests.core.store.making import TODAY, Shelf, cover, some
from tests.core.store.places import TestOuter, open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images
from tests.promises.test_t2_link import _as_it_was
from tests.world import World, say

pytestmark = pytest.mark.anyio
PEOPLE, DAYS = 40, 3
_ROWS = "SELECT k, v FROM acct"
HUB = some(32, "hub")
BOUND = 3 * ((PEOPLE + 1) / (12 * (PEOPLE // 2) ** 2)) ** 0.5
"""Three deviations of the AUC of a feature that tells nothing."""


def _unpadded(access: Access, keyring: Keyring) -> bytes:
    return seal(access.unlock, ACCOUNT_INNER, (access.locator, access.hub_id), encode(keyring))


def _counting(accounts: Accounts) -> None:
    """`flush`, with a version in every row."""
    execute = accounts._file.writer.execute
    if "version" not in [row[1] for row in execute("PRAGMA table_info(acct)")]:
        execute("ALTER TABLE acct ADD COLUMN version INTEGER NOT NULL DEFAULT 0")
    for locator, value in sorted(accounts._changed.items()):
        sealed = accounts.outer.seal("account", locator, value or b"")
        execute(
            "INSERT INTO acct VALUES (?, ?, 1) ON CONFLICT(k) DO UPDATE SET v = excluded.v, version = version + 1",
            (locator, sealed),
        )
    accounts.forget()


def _with_versions(file: File, old: Outer, new: Outer, today: int) -> Path:
    """`rebuild_accounts`, with the versions."""
    path = _rebuild_accounts(file, old, new, today)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("ALTER TABLE acct ADD COLUMN version INTEGER NOT NULL DEFAULT 0")
        versions = file.writer.execute("SELECT version, k FROM acct").fetchall()
        connection.executemany("UPDATE acct SET version = ? WHERE k = ?", versions)
    connection.close()
    return path


_rebuild_accounts = upkeep.rebuild_accounts
MUTATIONS: Mutations = {
    "keyrings are as long as what they hold": together(
        replaced(Access, "seal", _unpadded), replaced(checks, "check_accounts", lambda writes, hour: None)
    ),
    "rows of accounts stay where they were written": replaced(upkeep, "rebuild_accounts", _as_it_was),
    "a version column": together(
        replaced(Accounts, "flush", _counting), replaced(upkeep, "rebuild_accounts", _with_versions)
    ),
    "a cursor is written at every view": replaced(member, "FLUSH_SECONDS", 0),
}


class Person:
    """Somebody with a keyring; what they hold differs, and what is stored of it must not."""

    def __init__(self, number: int) -> None:
        self.access = Access(some(32, ("locator", number)), some(32, ("unlock", number)), HUB)
        memberships = []
        for _ in range(number // 4):
            membership = Membership(some(32), some(16), some(32), some(32), TODAY, handle="x" * number)
            memberships.append((membership.circle, encode(membership)))
        self.keyring = Keyring(1, 0, some(32), some(32), memberships=tuple(memberships))

    async def write(self, store: SqliteStore) -> None:
        self.keyring = msgspec.structs.replace(self.keyring, edition=self.keyring.edition + 1)
        standing = None if self.keyring.edition == 1 else inner_digest(store.account(self.access.locator))
        await store.put_accounts([AccountWrite(self.access.locator, standing, self.access.seal(self.keyring))])


async def world(folder: Path, exchanged: bool, after_night: Callable[[Path, list[Person]], None]) -> None:
    """Play the schedule with the members as they are, or exchanged."""
    clock, choice = SetClock(TODAY), random.Random(4)
    store = await open_sqlite(folder, clock)
    people = [Person(number) for number in range(PEOPLE)]
    for person in people:
        await person.write(store)
    half = PEOPLE // 2
    casts = [people[:half], people[half:]]
    hidden, choir = reversed(casts) if exchanged else casts
    circles = [(Shelf(some(16, name)), cast) for name, cast in (("choir", choir), ("hidden", hidden))]
    for shelf, _ in circles:
        await store.open_shelf(shelf.new())
    for day in range(DAYS):
        # On the last day only the hidden circle meets; that is the schedule's, and public.
        for shelf, cast in circles if day < DAYS - 1 else circles[1:]:
            for turn in range(30 if day < DAYS - 1 else 120):
                obj, size = some(16, (shelf.name, turn % 3)), choice.choice([400, 1500, 6000])
                await store.append(shelf.first(obj, some(size), day=clock.day(), cover=cover(some(200))))
                await cast[choice.randrange(half)].write(store)
        clock.forward(days=1)
        await store.turn_day(clock.day(), TestOuter())
        after_night(images.take(folder, folder.with_name(f"{folder.name} {day}")), hidden)
    await store.close()


def _keep(taken: list[Path], image: Path, _: list[Person]) -> None:
    taken.append(image)


def auc(inside: list[int], outside: list[int]) -> float:
    """How often a value of the first list is the larger one; equal ones count half."""
    wins = sum((one > other) + (one == other) / 2 for one in inside for other in outside)
    return wins / (len(inside) * len(outside))


async def test_exchanged_members_leave_equal_stores(tmp_path: Path) -> None:
    taken: list[list[Path]] = [[], []]
    for images_of_world, exchanged in zip(taken, (False, True), strict=True):
        await world(tmp_path / str(exchanged), exchanged, partial(_keep, images_of_world))
    for first, second in zip(*taken, strict=True):
        bags = images.masked(first), images.masked(second)
        for table in bags[0]:
            assert bags[0][table] == bags[1][table], table
        assert images.sizes(first) == images.sizes(second)


async def test_rows_do_not_tell_their_owners_circle(tmp_path: Path) -> None:
    by_place: list[float] = []
    by_change: list[float] = []
    by_number: list[float] = []
    before: dict[bytes, bytes] = {}

    def measure(image: Path, hidden: list[Person]) -> None:
        rows = dict(images.blobs(image, "accounts.db", "SELECT k, v FROM acct"))
        offsets = dict(zip(rows, images.places(image, "accounts.db", list(rows.values())), strict=True))
        members = {person.access.locator for person in hidden}
        for feature, found in ((offsets, by_place), ({k: rows[k] != before.get(k) for k in rows}, by_change)):
            inside = [int(feature[name]) for name in rows if name in members]
            found.append(auc(inside, [int(feature[name]) for name in rows if name not in members]))
        for numbers in zip(*(row[1:] for row in _numbers(image, list(rows))), strict=True):
            inside = [number for name, number in zip(rows, numbers, strict=True) if name in members]
            by_number.append(
                auc(inside, [number for name, number in zip(rows, numbers, strict=True) if name not in members])
            )
        before.update(rows)

    for exchanged in (False, True):
        await world(tmp_path / str(exchanged), exchanged, measure)
    # Names are the same in both worlds, so a chance pattern of names cancels out between them.
    assert abs(sum(by_place) / len(by_place) - 0.5) < BOUND, by_place
    assert max(abs(one - 0.5) for one in by_change) < BOUND, by_change
    assert max(abs(one - 0.5) for one in by_number) < BOUND, by_number


def _numbers(image: Path, names: list[bytes]) -> list[list[int]]:
    """What stands in the rows of some accounts: numbers as they are, everything else by its length."""
    found = {bytes(row[0]): row for row in images.rows(image, "accounts.db", "SELECT * FROM acct")}  # type: ignore[call-overload]
    return [[value if isinstance(value, int) else len(value) for value in found[name]] for name in names]  # type: ignore[arg-type]


async def test_reading_changes_no_row(tmp_path: Path) -> None:
    clock = SetClock(TODAY)
    store = await open_sqlite(tmp_path / "data", clock)
    people = World(clock=clock, store=store)
    founder = await people.sign_up()
    circle = await people.found(founder)
    reader = await people.join(circle, founder, "reader")
    topic = await say(founder.circle(circle).log, "one")
    await reader.member.flush(now=True)
    before = dict(images.blobs(images.take(tmp_path / "data", tmp_path / "before"), "accounts.db", _ROWS))
    for _ in range(5):
        clock.forward(seconds=60)
        reading = reader.circle(circle)
        reading.has_seen(topic, reading.trail.read_up_to(topic) + 1)
        await reader.member.flush()
    after = dict(images.blobs(images.take(tmp_path / "data", tmp_path / "after"), "accounts.db", _ROWS))
    await store.close()
    assert after == before


def test_every_keyring_fills_the_same_room() -> None:
    assert {len(Person(number).access.seal(Person(number).keyring)) for number in (0, 20, 39)} == {account.INNER_SIZE}
