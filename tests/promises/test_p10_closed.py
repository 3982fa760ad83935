"""P10, what of it is a lock: a closed or sleeping account answers like a phrase that opens nothing, in rows and time.

The rows of a data folder are compared before and after a login. What differs between the two logins is one read of
the store; its time is measured over a data folder.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jiwar.circles.accounts import Accounts
from jiwar.circles.member import Services
from jiwar.clock import SetClock, hour_of
from jiwar.crypto.random import system_random
from jiwar.errors import JiwarError, LockRests, PhraseUnknown
from jiwar.keyring.account import Access, inner_digest, new_account
from jiwar.keyring.phrase import new_phrase
from jiwar.keyring.session import SessionTable
from jiwar.log.fragments import Fragments
from jiwar.store import guard as guards
from jiwar.store.contract import AccountWrite, Store
from jiwar.store.guard import Order, slot_of
from jiwar.store.memory import MemoryStore
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced

pytestmark = pytest.mark.anyio

CAPABILITY = b"c" * 32
ROUNDS = 400
HUB = b"a hub for tests."


def _slow(inner: bytes, guard: guards.Guard, hour: int) -> bytes:
    """Another way for what is closed: fresh bytes instead of the row's own."""
    return system_random(4 * len(inner))[: len(inner)] if guard.stands_before(hour) else inner


def _forever(guard: guards.Guard, slot: bytes, hour: int, chance: Any) -> guards.Guard | None:
    shut = closed_by(guard, slot, hour, chance)
    return shut and replace(shut, slots=guard.slots)


async def _told(self: Accounts, phrase: int, session: Any) -> Any:
    access = await self.stretch(phrase)
    if self._services.store.guard(access.locator).closed:
        raise LockRests
    return await sign_in(self, phrase, session)


async def _opened_first(self: Accounts, access: Access, session: Any, *also: AccountWrite) -> Any:
    """A look at the lock of its own, before what every login does."""
    if self._services.store.guard(access.locator).closed:
        access.seal(new_account(access).keyring)
    return await begin(self, access, session, *also)


begin = Accounts.begin
closed_by, sign_in = guards.closed_by, Accounts.sign_in
MUTATIONS: Mutations = {
    "a closed account opens": replaced(guards, "shown", lambda inner, guard, hour: inner),
    "a closed account takes longer to answer": replaced(guards, "shown", _slow),
    "a closed account is opened before it is refused": replaced(Accounts, "begin", _opened_first),
    "a lock holds nobody out": replaced(guards.Guard, "stands_before", lambda self, hour: False),
    "a capability works again and again": replaced(guards, "closed_by", _forever),
    "a lock says what it is": replaced(
        Accounts, "sign_in", lambda self, phrase, session: _told(self, phrase, session)
    ),
}


class Hub:
    """A store with some accounts, one of which can be closed; logins take everything but the slow hash."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        sessions = SessionTable(clock)
        self.store, self.clock = store, clock
        self.services = Services(store, clock, system_random, Fragments(), sessions, HUB, {})
        self.accounts = Accounts(self.services)
        self.mine = Access(system_random(32), system_random(32), HUB)

    async def fill(self) -> None:
        order = Order(((0, slot_of(CAPABILITY)),))
        for access in [self.mine, *(Access(system_random(32), system_random(32), HUB) for _ in range(8))]:
            rows = new_account(access).rows
            await self.store.put_accounts(
                [AccountWrite(name, None, inner, order if access is self.mine else None) for name, inner in rows[:1]]
            )
            await self.store.put_accounts([AccountWrite(name, None, inner) for name, inner in rows[1:]])

    async def tries(self, access: Access) -> JiwarError | None:
        """A login by somebody whose phrase gives `access`; what it is refused with."""

        async def stretched(phrase: int) -> Access:
            return access

        self.accounts.stretch = stretched  # type: ignore[method-assign]
        session = self.services.sessions.find(self.services.sessions.start())
        try:
            await self.accounts.sign_in(new_phrase(), session)
        except JiwarError as error:
            return error
        return None


@pytest.fixture(params=["memory", "sqlite"])
async def hub(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Hub]:
    clock = SetClock(20_000, 9)
    store: Store = MemoryStore(clock) if request.param == "memory" else await open_sqlite(tmp_path / "data", clock)
    made = Hub(store, clock)
    await made.fill()
    yield made
    made.accounts.close()
    await store.close()


def stranger() -> Access:
    return Access(system_random(32), system_random(32), HUB)


@pytest.mark.parametrize("how", ["closed", "asleep"])
async def test_a_closed_account_is_answered_like_an_unknown_phrase(hub: Hub, how: str) -> None:
    await _shut(hub, how)
    answers = [await hub.tries(access) for access in (hub.mine, stranger())]
    assert [type(one) for one in answers] == [PhraseUnknown, PhraseUnknown]
    assert [(one.fields, one.__cause__, one.__context__ is None) for one in answers if one] == [({}, None, True)] * 2


async def _shut(hub: Hub, how: str) -> None:
    if how == "closed":
        await hub.store.close_account(CAPABILITY)
        return
    inner = hub.store.account(hub.mine.locator)
    write = AccountWrite(hub.mine.locator, inner_digest(inner), inner, Order(asleep=hour_of(hub.clock) + 99))
    await hub.store.put_accounts([write])


async def test_neither_login_writes_a_row(tmp_path: Path) -> None:
    clock = SetClock(20_000, 9)
    store = await open_sqlite(tmp_path / "data", clock)
    hub = Hub(store, clock)
    await hub.fill()
    await hub.store.close_account(CAPABILITY)
    before = _rows(store)
    for access in (hub.mine, stranger()):
        await hub.tries(access)
        assert _rows(store) == before
    hub.accounts.close()
    await store.close()


def _rows(store: Any) -> list[tuple[Any, ...]]:
    return store._accounts_file.rows("SELECT k, v FROM acct ORDER BY k")


async def test_it_opens_again_and_the_capability_is_spent(hub: Hub) -> None:
    await hub.store.close_account(CAPABILITY)
    hub.clock.forward(days=9)
    with pytest.raises(JiwarError):
        await hub.store.close_account(CAPABILITY)
    assert await hub.tries(hub.mine) is None


async def test_the_answer_of_the_store_takes_the_same_time(tmp_path: Path) -> None:
    """By a permutation test over interleaved reads: at one in a thousand, the medians don't differ by a tenth."""
    clock = SetClock(20_000, 9)
    hub = Hub(await open_sqlite(tmp_path / "data", clock), clock)
    await hub.fill()
    await hub.store.close_account(CAPABILITY)
    unknown = stranger().locator
    taken: dict[bytes, list[int]] = {hub.mine.locator: [], unknown: []}
    for _ in range(ROUNDS):
        for locator, times in taken.items():
            began = time.perf_counter_ns()
            hub.store.account(locator)
            times.append(time.perf_counter_ns() - began)
    closed, nobody = taken[hub.mine.locator], taken[unknown]
    hub.accounts.close()
    await hub.store.close()
    assert not _differ(closed, nobody), (statistics.median(closed), statistics.median(nobody))


async def test_a_whole_login_takes_the_same_time(tmp_path: Path) -> None:
    """But for the slow hash, which knows no account: by the same judgement, over interleaved logins."""
    clock = SetClock(20_000, 9)
    hub = Hub(await open_sqlite(tmp_path / "data", clock), clock)
    await hub.fill()
    await hub.store.close_account(CAPABILITY)
    closed, unknown = hub.mine, stranger()
    taken: dict[bytes, list[int]] = {closed.locator: [], unknown.locator: []}
    for _ in range(ROUNDS):
        for access in (closed, unknown):
            began = time.thread_time_ns()
            assert isinstance(await hub.tries(access), PhraseUnknown)
            taken[access.locator].append(time.thread_time_ns() - began)
    hub.accounts.close()
    await hub.store.close()
    assert not _differ(*taken.values()), [statistics.median(times) for times in taken.values()]


def _differ(one: list[int], other: list[int]) -> bool:
    """Whether two samples differ by more than a tenth in their medians, and by more than chance would have them."""
    apart = abs(statistics.median(one) - statistics.median(other))
    if apart <= statistics.median(other) / 10:
        return False
    both, chance, beyond = [*one, *other], random.Random(1), 0
    for _ in range(1_000):
        chance.shuffle(both)
        halves = both[: len(one)], both[len(one) :]
        beyond += abs(statistics.median(halves[0]) - statistics.median(halves[1])) >= apart
    return beyond == 0
