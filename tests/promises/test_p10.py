"""P10: A decoy can't be told from any account, in the store or by the time a login takes.

Four logins are compared: of an account with a filled companion, of that companion (the decoy), of an account whose
companion nobody filled, and of a phrase that opens nothing. Rows are compared exactly. Time is compared by a
permutation test over interleaved logins; it is repeated up to three times at a significance of 1 %, so that chance
alone turns it red once in half a million runs.
"""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pytest
from msgspec.structs import replace

from jiwar.circles import accounts as module
from jiwar.circles.accounts import Accounts
from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.errors import PhraseUnknown, Unopenable
from jiwar.keyring.account import INNER_SIZE, Access
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.store.contract import AccountWrite
from jiwar.store.guard import GUARD_SIZE
from jiwar.web import notebooks
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced
from tests.promises import images
from tests.world import HUB_ID, World, village

pytestmark = pytest.mark.anyio

LOGINS, SHUFFLES, ROUNDS, LEVEL = 120, 600, 3, 0.01


async def _adopted_alone(self, member, other, keyring):
    """A decoy that names no companion of its own."""
    row = AccountWrite(other.locator, None, other.seal(keyring, self._services.random))
    await self._services.store.put_accounts([row])


login_rows = module.login_rows
begin = Accounts.begin


async def _slower_for_the_decoy(self, access, session, *also):
    member = await begin(self, access, session, *also)
    if member.keyring.second_shown and len(member.memberships()) > 1:
        access.seal(member.keyring)
    return member


MUTATIONS: Mutations = {
    "a decoy names no companion": replaced(Accounts, "adopt", _adopted_alone),
    "a login writes its own row alone": replaced(module, "login_rows", lambda *given: login_rows(*given)[:1]),
    "a decoy takes one seal more": replaced(Accounts, "begin", _slower_for_the_decoy),
    "the companion is known by what opens it": replaced(
        module, "named_by", lambda keyring, other: replace(keyring, companion=other.unlock)
    ),
}


@dataclass
class Cast:
    """A world with every kind of account in it."""

    world: World
    owner: Access
    decoy: Access
    plain: Access

    async def login(self, access: Access) -> None:
        sessions = self.world.services.sessions
        cookie = sessions.start()
        try:
            await self.world.accounts.begin(access, sessions.find(cookie))
        finally:
            sessions.end(cookie)


async def cast(world: World) -> Cast:
    """Everybody looks after as many groups as the decoy does: how many they are shows in the time of any login."""
    here, plain = await village(world), await world.sign_up()
    await world.found(here.founder)
    for _ in range(notebooks.BOOKS):
        await world.found(plain)
    decoy = Access(world.random(32), world.random(32), HUB_ID)
    owner = here.founder.member
    ring = await notebooks.filled(world.services, decoy, owner.settings)
    await world.accounts.adopt(owner, decoy, ring)
    return Cast(world, owner.access, decoy, plain.member.access)


@pytest.fixture
async def here(anyio_backend: str) -> AsyncIterator[Cast]:
    made = await cast(World())
    yield made
    made.world.accounts.close()


async def _seen(here: Cast, access: Access) -> tuple[list[str], list[tuple[int, int]], set[bytes]]:
    """What a login asks of the store, the sizes of what it writes, and the rows that it writes."""
    store = here.world.store
    calls: list[str] = []
    sizes: list[tuple[int, int]] = []
    rows: set[bytes] = set()
    account, put = store.account, store.put_accounts

    def reading(locator: bytes) -> bytes:
        calls.append("account")
        return account(locator)

    async def writing(writes: list[AccountWrite]) -> None:
        calls.append("put_accounts")
        sizes.extend((len(write.locator), len(write.inner)) for write in writes)
        rows.update(write.locator for write in writes if write.expects == digest(ROW, account(write.locator)))
        await put(writes)

    store.account, store.put_accounts = reading, writing  # type: ignore[method-assign, assignment]
    try:
        await here.login(access)
    except PhraseUnknown:
        pass
    finally:
        store.account, store.put_accounts = account, put  # type: ignore[method-assign]
    return calls, sizes, rows


async def test_every_login_reads_and_writes_the_same_rows(here: Cast) -> None:
    seen = [await _seen(here, access) for access in (here.owner, here.decoy, here.plain)]
    assert [calls[:3] for calls, _, _ in seen] == [["account", "account", "put_accounts"]] * 3
    assert len({str(calls) for calls, _, _ in seen}) == 1
    assert [sizes for _, sizes, _ in seen] == [[(32, INNER_SIZE)] * 2] * 3
    assert seen[0][2] == seen[1][2] == {here.owner.locator, here.decoy.locator}
    assert len(seen[2][2]) == 2


async def test_an_unknown_phrase_asks_and_waits_for_the_same(here: Cast) -> None:
    calls, sizes, _ = await _seen(here, Access(bytes(32), bytes(range(32)), HUB_ID))
    assert (calls, sizes) == (["account", "account", "put_accounts"], [])


async def test_neither_keyring_opens_the_other(here: Cast) -> None:
    """Nor does what a keyring holds, tried as what opens a row."""
    store = here.world.store
    for one, other in ((here.owner, here.decoy), (here.decoy, here.owner)):
        ring = one.open(store.account(one.locator))
        assert ring.companion == other.locator
        for tried in (ring.root, ring.companion, one.unlock):
            with pytest.raises(Unopenable):
                Access(other.locator, tried, HUB_ID).open(store.account(other.locator))


async def test_a_thief_with_folder_and_secret_sees_rows_of_one_kind(tmp_path: Path) -> None:
    """All names and values have one size, and a filled companion adds as many rows as a remembered phone: one."""
    clock, path = SetClock(), tmp_path / "secret"
    create_hub_secret(path)
    secret = HubSecret(path)
    world = World(clock, store=await open_sqlite(tmp_path / "data", clock, secret.outer()), secret=secret)
    here = await cast(world)
    await world.store.close()
    world.accounts.close()
    rows = images.blobs(images.take(tmp_path / "data", tmp_path / "image"), "accounts.db", "SELECT k, v FROM acct")
    inner = [secret.outer().open("account", name, value) for name, value in rows]
    assert len(rows) == 4 * 2 + 1
    assert {len(name) for name, _ in rows} == {32}
    assert {len(value) for value in inner} == {GUARD_SIZE + INNER_SIZE}
    assert here.decoy.locator in {name for name, _ in rows}
    for value in inner:
        ones = sum(byte.bit_count() for byte in value[GUARD_SIZE:]) / (8 * INNER_SIZE)
        assert abs(ones - 0.5) < 5 * 0.5 / (8 * INNER_SIZE) ** 0.5


async def test_the_time_of_a_login_tells_nothing(here: Cast) -> None:
    for other in (here.plain, here.owner):
        for _ in range(ROUNDS):
            if await _chance(here, here.decoy, other) >= LEVEL:
                break
        else:
            pytest.fail("the logins of a decoy take another time, in three tries of three")


async def _chance(here: Cast, one: Access, other: Access) -> float:
    """How often chance would make a difference as large as that between the two, by shuffling who was who."""
    kinds = [True, False] * LOGINS
    random.shuffle(kinds)
    taken = []
    for kind in kinds:
        before = time.thread_time_ns()
        await here.login(one if kind else other)
        taken.append(time.thread_time_ns() - before)
    places = images.ranks(taken)
    found = abs(_apart(kinds, places))
    as_large = 0
    for _ in range(SHUFFLES):
        random.shuffle(kinds)
        as_large += abs(_apart(kinds, places)) >= found
    return (as_large + 1) / (SHUFFLES + 1)


def _apart(kinds: list[bool], places: list[int]) -> float:
    mine = [place for kind, place in zip(kinds, places, strict=True) if kind]
    theirs = [place for kind, place in zip(kinds, places, strict=True) if not kind]
    return fmean(mine) - fmean(theirs)
