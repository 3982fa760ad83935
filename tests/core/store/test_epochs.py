"""Rotation, transfer cells, day halves and expiry: what every store answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiwar.clock import SetClock
from jiwar.errors import BadInput, BadSignature, Conflict, KeysChanged, NotThere
from jiwar.store.contract import ENDED, TRANSFER_DAYS, TRANSFER_LIMIT, VALUE_LIMIT, Store
from tests.core.store.making import TODAY, Shelf, cover, erase_token, half, opened, resigned, some
from tests.core.store.places import TestOuter

pytestmark = pytest.mark.anyio


async def test_rotation_ends_the_old_tokens(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    old = Shelf(shelf.name)
    await shelf.rotate(store, b"the cell")
    assert store.shelf(shelf.name, shelf.read).epoch == 1
    assert store.shelf(shelf.name, shelf.read).control == shelf.control(1)
    for read in (
        lambda: store.shelf(old.name, old.read),
        lambda: store.objects(old.name, old.read, some(16, "tag"), None, 1),
        lambda: store.object(old.name, old.read, obj),
        lambda: store.records(old.name, old.read, obj, 0, 9, 9),
        lambda: store.record(old.name, old.read, obj, 0, 0),
        lambda: store.node(old.name, old.read, 0, 0),
        lambda: store.day_halves(old.name, old.read, 7, [TODAY]),
        lambda: store.watch(old.name, old.read, lambda *_: None),
    ):
        with pytest.raises(KeysChanged):
            read()
    for write in (
        store.append(old.record(obj)),
        store.append(old.record(obj, slot=0, cover=cover(b"another"))),
        store.make_day_half(old.name, old.append, 7, TODAY, some(32)),
    ):
        with pytest.raises(KeysChanged):
            await write
    with pytest.raises(NotThere):
        store.shelf(old.name, old.append)
    with pytest.raises(KeysChanged):
        await store.append(shelf.record(obj, epoch=0))
    assert (await store.append(shelf.record(obj))).number == 1


@pytest.mark.parametrize("size", [1, VALUE_LIMIT, VALUE_LIMIT + 1, 300_000])
async def test_old_read_token_opens_the_transfer_cell_of_its_epoch_only(store: Store, size: int) -> None:
    shelf = await opened(store)
    first, second = some(size), some(size)
    await shelf.rotate(store, first)
    await shelf.rotate(store, second)
    assert store.transfer(shelf.name, 0, shelf.token("read", 0)) == first
    assert store.transfer(shelf.name, 1, shelf.token("read", 1)) == second
    for epoch, token in ((0, shelf.token("read", 1)), (0, shelf.token("append", 0)), (2, shelf.read)):
        with pytest.raises(NotThere):
            store.transfer(shelf.name, epoch, token)
    with pytest.raises(NotThere):
        store.transfer(some(16), 0, shelf.token("read", 0))


async def test_rotation_needs_the_control_key_over_all_of_it(store: Store) -> None:
    shelf = await opened(store)
    good = shelf.rotation(store.shelf(shelf.name, shelf.read))
    for changed in (
        {"transfer": b"other"},
        {"read_hash": some(32)},
        {"append_hash": some(32)},
        {"control": shelf.control(5)},
        {"size": 1},
    ):
        with pytest.raises(BadSignature):
            await store.rotate(replace(good, **changed))
    with pytest.raises(BadSignature):
        await store.rotate(resigned(good, shelf.token("control", 1)))
    with pytest.raises(NotThere):
        await store.rotate(replace(good, shelf=some(16)))
    assert store.shelf(shelf.name, shelf.read).epoch == 0


async def test_rotation_over_a_shelf_that_moved_on_conflicts(store: Store) -> None:
    shelf = await opened(store)
    good = shelf.rotation(store.shelf(shelf.name, shelf.read))
    await store.append(shelf.first(some(16)))
    with pytest.raises(Conflict):
        await store.rotate(good)
    state = store.shelf(shelf.name, shelf.read)
    wrong_root = replace(shelf.rotation(state), root=some(32))
    with pytest.raises(Conflict):
        await store.rotate(resigned(wrong_root, shelf.seed))
    now = shelf.rotation(state)
    await store.rotate(now)
    with pytest.raises(Conflict):
        await store.rotate(now)


async def test_rotation_refuses_wrong_sizes(store: Store) -> None:
    shelf = await opened(store)
    good = shelf.rotation(store.shelf(shelf.name, shelf.read))
    for changed in (
        {"transfer": b""},
        {"transfer": bytes(TRANSFER_LIMIT + 1)},
        {"read_hash": b"short"},
        {"control": bytes(32)},
        {"root": b""},
    ):
        with pytest.raises(BadInput):
            await store.rotate(replace(good, **changed))  # type: ignore[arg-type]


async def test_records_and_covers_of_an_older_epoch_stay_readable(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    made = shelf.first(obj)
    await store.append(made)
    await shelf.rotate(store)
    await store.append(shelf.record(obj))
    assert [row.epoch for row in store.records(shelf.name, shelf.read, obj, 0, 9, 9)] == [0, 1]
    assert store.object(shelf.name, shelf.read, obj).cover.epoch == 0
    await store.erase(shelf.name, obj, 0, 0, erase_token(made))


async def test_watchers_are_called_after_commits_and_once_when_keys_change(store: Store) -> None:
    shelf, other = await opened(store), await opened(store)
    obj = some(16)
    seen: list[tuple[bytes, int, int]] = []
    kept: list[tuple[bytes, int, int]] = []
    stop = store.watch(shelf.name, shelf.read, lambda *place: seen.append(place))
    store.watch(shelf.name, shelf.read, lambda *place: kept.append(place))
    made = shelf.first(obj)
    await store.append(made)
    await store.append(other.first(obj))
    await store.append(shelf.record(obj, slot=0))
    stop()
    stop()
    await store.erase(shelf.name, obj, 0, 0, erase_token(made))
    assert seen == [(obj, 0, 0), (obj, 0, 1)]
    assert kept == [*seen, (obj, 0, 0)]
    await shelf.rotate(store)
    await store.append(shelf.record(obj))
    assert kept[3:] == [ENDED]


async def test_watching_needs_the_read_token(store: Store) -> None:
    shelf = await opened(store)
    with pytest.raises(NotThere):
        store.watch(shelf.name, shelf.append, lambda *_: None)
    with pytest.raises(NotThere):
        store.watch(some(16), shelf.read, lambda *_: None)


async def test_first_day_half_stands(store: Store) -> None:
    shelf = await opened(store)
    first, second = some(32), some(32)
    assert await store.make_day_half(shelf.name, shelf.append, 7, TODAY, first) == first
    assert await store.make_day_half(shelf.name, shelf.append, 7, TODAY, second) == first
    assert await store.make_day_half(shelf.name, shelf.append, 30, TODAY, second) == second
    halves = store.day_halves(shelf.name, shelf.read, 7, [TODAY, TODAY - 1])
    assert dict(halves) == {TODAY: first}
    assert store.day_halves(shelf.name, shelf.read, 8, [TODAY]) == {}


async def test_day_halves_are_made_only_inside_their_window(store: Store) -> None:
    shelf = await opened(store)
    for keep, day in ((7, TODAY - 8), (7, TODAY + 2), (0, TODAY), (-1, TODAY)):
        with pytest.raises(BadInput):
            await store.make_day_half(shelf.name, shelf.append, keep, day, some(32))
    with pytest.raises(BadInput):
        await store.make_day_half(shelf.name, shelf.append, 7, TODAY, b"short")
    with pytest.raises(NotThere):
        await store.make_day_half(shelf.name, shelf.read, 7, TODAY, some(32))
    await store.make_day_half(shelf.name, shelf.append, 7, TODAY - 7, some(32))


async def test_night_sweeps_what_has_expired_and_nothing_else(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    talk, gone, plain = some(16), some(16), some(16)
    for day in (TODAY, TODAY - 1):
        await half(store, shelf, 7, day)
    await store.append(shelf.first(talk, keep=7))
    await store.append(shelf.first(gone, some(9000), keep=7))
    await store.append(shelf.first(plain))
    clock.forward(days=3)
    await store.append(shelf.record(talk, keep=7, day=TODAY + 3))
    before = store.shelf(shelf.name, shelf.read)
    clock.forward(days=5)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert [row.number for row in store.records(shelf.name, shelf.read, talk, 0, 9, 9)] == [3]
    with pytest.raises(NotThere):
        store.object(shelf.name, shelf.read, gone)
    assert len(store.records(shelf.name, shelf.read, plain, 0, 9, 9)) == 1
    assert store.day_halves(shelf.name, shelf.read, 7, [TODAY - 1, TODAY]) == {}
    assert store.shelf(shelf.name, shelf.read) == before
    assert len(store.node(shelf.name, shelf.read, 0, 1)) == 32


async def test_last_day_of_the_window_is_kept(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    obj = some(16)
    made = await half(store, shelf, 7)
    await store.append(shelf.first(obj, keep=7))
    clock.forward(days=7)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert len(store.records(shelf.name, shelf.read, obj, 0, 9, 9)) == 1
    assert dict(store.day_halves(shelf.name, shelf.read, 7, [TODAY])) == {TODAY: made}


async def test_object_goes_with_the_last_of_its_records(store: Store, clock: SetClock) -> None:
    shelf, obj = await opened(store), some(16)
    await half(store, shelf, 7)
    await store.append(shelf.first(obj, keep=7))
    clock.forward(days=3)
    await half(store, shelf, 7, TODAY + 3)
    await store.append(shelf.first(obj, keep=7, day=TODAY + 3))
    clock.forward(days=7)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert [row.number for row in store.records(shelf.name, shelf.read, obj, 0, 9, 9)] == [1]
    assert store.objects(shelf.name, shelf.read, some(16, "tag"), None, 9)[0].cover.day == TODAY + 3
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("after"))
    with pytest.raises(NotThere):
        store.object(shelf.name, shelf.read, obj)


async def test_object_of_which_nothing_is_left_goes_with_its_cover(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    closed, open_ = some(16), some(16)
    await half(store, shelf, 1)
    for obj in (closed, open_):
        made = shelf.first(obj)
        number = (await store.append(made)).number
        await store.append(shelf.record(obj, slot=number, cover=cover(keep=1)))
        if obj == closed:
            await store.erase(shelf.name, obj, number, number, erase_token(made))
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert len(store.records(shelf.name, shelf.read, closed, 0, 9, 9)) == 2
    clock.forward(days=1)
    before = store.shelf(shelf.name, shelf.read)
    await store.turn_day(clock.day(), TestOuter("after"))
    assert len(store.records(shelf.name, shelf.read, open_, 0, 9, 9)) == 2
    with pytest.raises(NotThere):
        store.records(shelf.name, shelf.read, closed, 0, 9, 9)
    assert store.shelf(shelf.name, shelf.read) == before


async def test_transfer_cells_are_kept_a_year(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    await shelf.rotate(store, some(9000))
    clock.forward(days=TRANSFER_DAYS)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert len(store.transfer(shelf.name, 0, shelf.token("read", 0))) == 9000
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("after"))
    with pytest.raises(NotThere):
        store.transfer(shelf.name, 0, shelf.token("read", 0))
    with pytest.raises(NotThere):
        store.shelf(shelf.name, shelf.token("read", 0))


@pytest.mark.parametrize("size", [40, 9000])
async def test_record_of_an_earlier_day_is_erased(store: Store, size: int) -> None:
    shelf, obj = await opened(store), some(16)
    made = [shelf.first(obj, some(size)) for _ in range(3)]
    for one in made:
        await store.append(one)
    await store.turn_day(TODAY, TestOuter("next"))
    await store.erase(shelf.name, obj, 1, 1, erase_token(made[1]))
    await store.erase_by_control(shelf.name, obj, 2, 2, shelf.signed_erase(obj, 2, 2))
    for night in range(2):
        values = [row.value for row in store.records(shelf.name, shelf.read, obj, 0, 9, 9)]
        assert values == [made[0].value, b"", b""], night
        await store.turn_day(TODAY, TestOuter(f"{night}"))


async def test_no_day_halves_are_asked_for_and_none_given(store: Store) -> None:
    shelf = await opened(store)
    assert store.day_halves(shelf.name, shelf.read, 7, []) == {}


async def test_watcher_beside_another_is_stopped_alone(store: Store) -> None:
    shelf = await opened(store)
    seen: list[str] = []
    stops = [
        store.watch(shelf.name, shelf.read, lambda *_: seen.append("first")),
        store.watch(shelf.name, shelf.read, lambda *_: seen.append("second")),
    ]
    stops[0]()
    await store.append(shelf.first(some(16)))
    stops[1]()
    await store.append(shelf.first(some(16)))
    assert seen == ["second"]


async def test_night_leaves_everything_readable(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    one, two = some(16), some(16)
    for _ in range(3):
        await store.append(shelf.first(one, some(5000)))
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("next"))
    before = store.records(shelf.name, shelf.read, one, 0, 9, 9)
    await store.append(shelf.record(one, b"new day", day=TODAY + 1))
    await store.append(shelf.record(one, some(5000), slot=1))
    await store.append(shelf.first(two, day=TODAY + 1))
    after = store.records(shelf.name, shelf.read, one, 0, 9, 9)
    assert [(row.slot, row.number) for row in after] == [(0, 0), (1, 1), (1, 4), (2, 2), (3, 3)]
    assert [row for row in after if row.number < 3] == before
    assert [row.obj for row in store.objects(shelf.name, shelf.read, some(16, "tag"), None, 9)] == [two, one]
    assert [row.number for row in store.records(shelf.name, shelf.read, one, 0, 9, 2, newest=True)] == [2, 3]
    assert store.shelf(shelf.name, shelf.read).size == 6
