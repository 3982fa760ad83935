"""What stands before an account: closed and asleep alike, it answers as if nobody had that phrase, in every store."""

from __future__ import annotations

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.errors import BadInput, Conflict, NotThere
from jiwar.store.contract import AccountWrite, Store
from jiwar.store.guard import CLOSED_HOURS, GUARD_SIZE, LONGEST_SLEEP, REST_HOURS, Guard, Order, pack, slot_of, unpack
from tests.core.store.making import TODAY, inner, some
from tests.core.store.places import TestOuter

pytestmark = pytest.mark.anyio

HOUR = 3_600
ONE, OTHER = b"1" * 32, b"2" * 32
FIRST, SECOND = b"first capability".ljust(32, b"."), b"second capability".ljust(32, b".")


def row(value: bytes) -> bytes:
    return digest(ROW, value)


def now(clock: SetClock) -> int:
    return int(clock.seconds() // HOUR)


async def two_accounts(store: Store) -> None:
    """One of them has given two capabilities away."""
    given = Order(((0, slot_of(FIRST)), (2, slot_of(SECOND))))
    writes = [AccountWrite(ONE, None, inner(1), given), AccountWrite(OTHER, None, inner(2))]
    await store.put_accounts(writes)


async def test_a_capability_closes_its_account_for_three_days_and_no_other(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    assert await store.close_account(FIRST) == ONE
    assert store.account(ONE) != inner(1)
    assert store.account(OTHER) == inner(2)
    clock.forward(seconds=(CLOSED_HOURS - 1) * HOUR)
    assert store.account(ONE) != inner(1)
    clock.forward(seconds=HOUR)
    assert store.account(ONE) == inner(1)


async def test_what_a_closed_account_shows_is_as_long_and_nearly_the_same_bytes(store: Store) -> None:
    """One changed byte of the salt: nothing opens it, and making it costs what showing the row does."""
    await two_accounts(store)
    await store.close_account(FIRST)
    shown = store.account(ONE)
    assert len(shown) == len(inner(1))
    assert shown[1:] == inner(1)[1:]


@pytest.mark.parametrize("forged", [b"", b"x" * 32, slot_of(FIRST), FIRST[:31], FIRST + b"."])
async def test_a_forged_capability_closes_nothing(store: Store, forged: bytes) -> None:
    await two_accounts(store)
    for use in (store.close_account, store.wake_account):
        with pytest.raises(NotThere):
            await use(forged)
    assert store.account(ONE) == inner(1)


async def test_a_capability_works_once(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    await store.close_account(FIRST)
    clock.forward(days=30)
    with pytest.raises(NotThere):
        await store.close_account(FIRST)
    assert store.account(ONE) == inner(1)


async def test_friends_in_a_row_leave_a_day_between(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    await store.close_account(FIRST)
    for hours in (0, CLOSED_HOURS, REST_HOURS - 1):
        clock.forward(seconds=hours * HOUR)
        with pytest.raises(NotThere):
            await store.close_account(SECOND)
    clock.forward(seconds=HOUR)
    assert store.account(ONE) == inner(1)
    assert await store.close_account(SECOND) == ONE


async def test_a_night_between_forgets_no_lock_and_keeps_no_hour_that_is_over(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    await store.close_account(FIRST)
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert store.account(ONE) != inner(1)
    assert store.guard(ONE).closed
    clock.forward(days=4)
    await store.turn_day(clock.day(), TestOuter("after"))
    assert store.account(ONE) == inner(1)
    assert store.guard(ONE).closed == 0
    assert not store.guard(ONE).told


async def test_nobody_writes_to_a_closed_account_nor_changes_its_guard(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    before = store.account(ONE)
    await store.close_account(FIRST)
    for write in (
        AccountWrite(ONE, row(before), inner(9)),
        AccountWrite(ONE, row(store.account(ONE)), inner(9)),
        AccountWrite(ONE, row(store.account(ONE)), store.account(ONE), Order(((2, b""),))),
    ):
        with pytest.raises(Conflict):
            await store.put_accounts([write])
    clock.forward(seconds=CLOSED_HOURS * HOUR)
    assert store.account(ONE) == inner(1)


async def test_what_was_read_of_a_closed_account_may_be_put_back(store: Store, clock: SetClock) -> None:
    """A login puts its companion's row back as it was read; nothing may tell it that this one is closed."""
    await two_accounts(store)
    await store.close_account(FIRST)
    shown = store.account(ONE)
    writes = [AccountWrite(OTHER, row(inner(2)), inner(3)), AccountWrite(ONE, row(shown), shown)]
    await store.put_accounts(writes)
    assert store.account(OTHER) == inner(3)
    clock.forward(seconds=CLOSED_HOURS * HOUR)
    assert store.account(ONE) == inner(1)


async def test_a_slot_is_taken_back(store: Store) -> None:
    await two_accounts(store)
    await store.put_accounts([AccountWrite(ONE, row(inner(1)), inner(1), Order(((0, b""),)))])
    with pytest.raises(NotThere):
        await store.close_account(FIRST)
    assert await store.close_account(SECOND) == ONE


async def test_an_account_sleeps_until_its_hour(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    order = Order(asleep=now(clock) + 48)
    await store.put_accounts([AccountWrite(ONE, row(inner(1)), inner(1), order)])
    assert store.account(ONE) != inner(1)
    with pytest.raises(NotThere):
        await store.wake_account(FIRST)
    clock.forward(seconds=48 * HOUR)
    assert store.account(ONE) == inner(1)


async def test_a_friend_wakes_it_where_the_owner_said_so_and_may_close_it(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    order = Order(asleep=now(clock) + 48, wakes=True)
    await store.put_accounts([AccountWrite(ONE, row(inner(1)), inner(1), order)])
    with pytest.raises(NotThere):
        await store.wake_account(b"x" * 32)
    assert await store.wake_account(FIRST) == ONE
    assert store.account(ONE) == inner(1)
    assert await store.close_account(FIRST) == ONE


async def test_waking_opens_no_lock(store: Store, clock: SetClock) -> None:
    await two_accounts(store)
    order = Order(asleep=now(clock) + 48, wakes=True)
    await store.put_accounts([AccountWrite(ONE, row(inner(1)), inner(1), order)])
    await store.close_account(FIRST)
    await store.wake_account(SECOND)
    assert store.account(ONE) != inner(1)


@pytest.mark.parametrize(
    "order",
    [
        Order(((3, b"s" * 32),)),
        Order(((-1, b"s" * 32),)),
        Order(((0, b"short"),)),
        Order(asleep=TODAY * 24 - 1),
        Order(asleep=TODAY * 24 + 25 + LONGEST_SLEEP),
    ],
)
async def test_orders_that_nobody_can_mean_are_refused(store: Store, order: Order) -> None:
    await two_accounts(store)
    with pytest.raises(BadInput):
        await store.put_accounts([AccountWrite(ONE, row(inner(1)), inner(1), order)])


async def test_before_an_account_that_is_not_there_stands_nothing(store: Store) -> None:
    found = store.guard(some(32))
    assert (found.closed, found.asleep, found.told) == (0, 0, True)


def test_a_guard_is_packed_into_one_size_and_read_back() -> None:
    for guard in (
        Guard((b"a" * 32, b"b" * 32, b"c" * 32)),
        Guard((b"a" * 32, b"b" * 32, b"c" * 32), 500_000, 600_000, wakes=True, told=False),
    ):
        assert len(pack(guard)) == GUARD_SIZE
        assert unpack(pack(guard)) == guard
