"""Shelves, records and covers: what every store answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiwar.crypto import merkle
from jiwar.errors import BadInput, Conflict, KeysChanged, NotThere
from jiwar.store.contract import KEPT, NEW_OBJECT, RECORD_LIMIT, VALUE_LIMIT, RecordRow, Store
from jiwar.store.signed import object_seen, record_leaf
from tests.core.store.making import TODAY, Shelf, cover, erase_token, hashed, opened, some

pytestmark = pytest.mark.anyio


def rows(
    store: Store, shelf: Shelf, obj: bytes, first: int = 0, last: int = 2**62, limit: int = 1000, newest: bool = False
) -> list[RecordRow]:
    return store.records(shelf.name, shelf.read, obj, first, last, limit, newest)


async def test_new_shelf_is_empty(store: Store) -> None:
    shelf = await opened(store)
    state = store.shelf(shelf.name, shelf.read)
    assert (state.epoch, state.size, state.root) == (0, 0, merkle.EMPTY_ROOT)
    assert state.control == shelf.control(0)


async def test_opening_a_shelf_twice_conflicts(store: Store) -> None:
    shelf = await opened(store)
    with pytest.raises(Conflict):
        await store.open_shelf(shelf.new())


@pytest.mark.parametrize("field", ["shelf", "read_hash", "append_hash", "control"])
async def test_opening_a_shelf_refuses_wrong_sizes(store: Store, field: str) -> None:
    with pytest.raises(BadInput):
        await store.open_shelf(replace(Shelf().new(), **{field: b"short"}))


async def test_reading_needs_the_read_token_and_appending_the_append_token(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    for token in (shelf.append, some(32), b""):
        with pytest.raises(NotThere):
            store.shelf(shelf.name, token)
    with pytest.raises(NotThere):
        await store.append(shelf.first(obj, token=shelf.read))
    with pytest.raises(NotThere):
        store.shelf(some(16), shelf.read)


async def test_append_gives_numbers_in_order_and_reads_back(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    first = shelf.first(obj, b"one", expects=NEW_OBJECT)
    second = shelf.record(obj, b"two", expects=object_seen(0, cover()))
    assert (await store.append(first)).number == 0
    assert (await store.append(second)).number == 1
    assert rows(store, shelf, obj) == [
        RecordRow(0, 0, 0, TODAY, KEPT, first.rid, b"one"),
        RecordRow(1, 1, 0, TODAY, KEPT, second.rid, b"two"),
    ]
    assert store.record(shelf.name, shelf.read, obj, 1, 1).value == b"two"


async def test_numbers_run_across_the_objects_of_a_shelf(store: Store) -> None:
    shelf = await opened(store)
    first, second = some(16), some(16)
    assert (await store.append(shelf.first(first))).number == 0
    assert (await store.append(shelf.first(second))).number == 1
    assert (await store.append(shelf.record(first))).number == 2
    assert [row.obj for row in store.objects(shelf.name, shelf.read, some(16, "tag"), None, 9)] == [
        first,
        second,
    ]


async def test_append_to_an_unknown_object_needs_a_cover(store: Store) -> None:
    shelf = await opened(store)
    with pytest.raises(NotThere):
        await store.append(shelf.record(some(16)))
    assert store.shelf(shelf.name, shelf.read).size == 0


async def test_append_that_saw_another_row_conflicts(store: Store) -> None:
    """The head alone says too little: an annotation brings a cover, and leaves the head where it is."""
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    for expects in (NEW_OBJECT, object_seen(1, cover()), object_seen(0, cover(b"other")), some(32)):
        for slot in (None, 0):
            with pytest.raises(Conflict):
                await store.append(shelf.record(obj, slot=slot, expects=expects, cover=cover(b"mine")))
    with pytest.raises(Conflict):
        await store.append(shelf.first(some(16), expects=object_seen(0, cover())))
    assert store.shelf(shelf.name, shelf.read).size == 1
    assert store.object(shelf.name, shelf.read, obj).cover == cover()


async def test_of_two_annotations_that_saw_one_cover_the_second_conflicts(store: Store) -> None:
    shelf = await opened(store)
    obj, seen = some(16), object_seen(0, cover())
    await store.append(shelf.first(obj))
    await store.append(shelf.record(obj, slot=0, expects=seen, cover=cover(b"one")))
    with pytest.raises(Conflict):
        await store.append(shelf.record(obj, slot=0, expects=seen, cover=cover(b"two")))
    again = object_seen(0, cover(b"one"))
    await store.append(shelf.record(obj, slot=0, expects=again, cover=cover(b"one and two")))
    assert store.object(shelf.name, shelf.read, obj).cover == cover(b"one and two")


async def test_annotation_stands_in_its_slot_and_leaves_the_head(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    for _ in range(3):
        await store.append(shelf.first(obj))
    receipt = await store.append(shelf.record(obj, b"note", slot=1))
    assert receipt.number == 3
    assert [(row.slot, row.number) for row in rows(store, shelf, obj)] == [(0, 0), (1, 1), (1, 3), (2, 2)]
    assert store.object(shelf.name, shelf.read, obj).head == 2
    assert store.record(shelf.name, shelf.read, obj, 1, 3).value == b"note"


async def test_annotating_what_is_not_there_is_refused(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    await store.append(shelf.record(obj, slot=0))
    for slot in (1, 5):
        with pytest.raises(NotThere):
            await store.append(shelf.record(obj, slot=slot))
    with pytest.raises(NotThere):
        await store.append(shelf.first(some(16), slot=0))


async def test_records_give_whole_slots_from_either_end(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    for _ in range(6):
        await store.append(shelf.first(obj))
    for slot in (1, 4, 1):
        await store.append(shelf.record(obj, slot=slot))

    def places(*where: int, newest: bool = False) -> list[tuple[int, int]]:
        first, last, limit = where
        return [(row.slot, row.number) for row in rows(store, shelf, obj, first, last, limit, newest)]

    assert places(0, 9, 2) == [(0, 0), (1, 1), (1, 6), (1, 8)]
    assert places(0, 9, 2, newest=True) == [(4, 4), (4, 7), (5, 5)]
    assert places(1, 2, 9) == [(1, 1), (1, 6), (1, 8), (2, 2)]
    assert places(1, 1, 9, newest=True) == [(1, 1), (1, 6), (1, 8)]
    assert places(0, 4, 1, newest=True) == [(4, 4), (4, 7)]
    assert places(0, 9, 0) == []
    assert places(7, 9, 9) == []


async def test_records_of_an_unknown_object_are_not_there(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    for call in (
        lambda: rows(store, shelf, some(16)),
        lambda: store.object(shelf.name, shelf.read, some(16)),
        lambda: store.record(shelf.name, shelf.read, some(16), 0, 0),
        lambda: store.record(shelf.name, shelf.read, obj, 0, 1),
    ):
        with pytest.raises(NotThere):
            call()


@pytest.mark.parametrize(
    "size",
    [1, VALUE_LIMIT - 1, VALUE_LIMIT, VALUE_LIMIT + 1, 2 * VALUE_LIMIT, 2 * VALUE_LIMIT + 1, RECORD_LIMIT],
)
async def test_values_of_any_size_come_back_whole(store: Store, size: int) -> None:
    shelf = await opened(store)
    obj = some(16)
    value = some(size, size)
    await store.append(shelf.first(obj))
    await store.append(shelf.record(obj, value))
    await store.append(shelf.record(obj, value, slot=0))
    assert [row.value for row in rows(store, shelf, obj)] == [b"sealed", value, value]
    assert rows(store, shelf, obj, 0, 9, 1, newest=True)[0].value == value
    assert store.record(shelf.name, shelf.read, obj, 1, 1).value == value


@pytest.mark.parametrize(
    "changed",
    [
        {"value": b""},
        {"value": bytes(RECORD_LIMIT + 1)},
        {"obj": b"short"},
        {"tag": b""},
        {"rid": bytes(17)},
        {"erase_hash": bytes(31)},
        {"slot": -1},
        {"expects": b"short"},
        {"day": TODAY + 2},
        {"day": -1},
        {"keep": -1},
        {"keep": 7, "day": TODAY - 8},
        {"cover": cover(b"")},
        {"cover": cover(bytes(VALUE_LIMIT + 1))},
        {"cover": cover(epoch=1)},
        {"cover": cover(keep=3, day=TODAY - 4)},
        {"cover": cover(keep=7)},
    ],
)
async def test_append_refuses_what_no_writer_makes(store: Store, changed: dict[str, object]) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    with pytest.raises(BadInput):
        await store.append(shelf.record(**{"obj": obj, **changed}))  # type: ignore[arg-type]
    assert store.shelf(shelf.name, shelf.read).size == 1


async def test_tree_holds_a_leaf_for_every_record(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    leaves = []
    for number in range(11):
        made = shelf.first(obj, some(50 + number), slot=0 if number % 4 == 3 else None)
        await store.append(made)
        slot = number if made.slot is None else made.slot
        leaves.append(record_leaf(shelf.name, number, obj, slot, 0, TODAY, KEPT, made.rid, made.value))
    state = store.shelf(shelf.name, shelf.read)

    def node(level: int, index: int) -> bytes:
        return store.node(shelf.name, shelf.read, level, index)

    assert [node(0, index) for index in range(11)] == leaves
    assert state.size == 11
    assert state.root == merkle.root(11, node)
    for index, leaf in enumerate(leaves):
        merkle.verify_inclusion(leaf, index, 11, merkle.inclusion(index, 11, node), state.root)
    for level, index in ((0, 11), (1, 5), (4, 0), (-1, 0)):
        with pytest.raises(NotThere):
            node(level, index)


async def test_objects_are_listed_by_latest_head_within_their_collection(store: Store) -> None:
    shelf = await opened(store)
    one, two, three, apart = (some(16) for _ in range(4))
    for obj in (one, two, three):
        await store.append(shelf.first(obj))
    await store.append(shelf.first(apart, tag=some(16, "other")))
    await store.append(shelf.record(one))
    await store.append(shelf.record(two, slot=1))

    def listed(before: int | None, limit: int) -> list[tuple[bytes, int]]:
        found = store.objects(shelf.name, shelf.read, some(16, "tag"), before, limit)
        return [(row.obj, row.head) for row in found]

    assert listed(None, 9) == [(one, 4), (three, 2), (two, 1)]
    assert listed(None, 2) == [(one, 4), (three, 2)]
    assert listed(4, 9) == [(three, 2), (two, 1)]
    assert listed(1, 9) == []
    assert listed(None, 0) == []
    assert store.objects(shelf.name, shelf.read, some(16, "empty"), None, 9) == []


async def test_a_later_tag_is_ignored(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    await store.append(shelf.first(obj, tag=some(16, "other")))
    assert store.objects(shelf.name, shelf.read, some(16, "other"), None, 9) == []
    assert len(store.objects(shelf.name, shelf.read, some(16, "tag"), None, 9)) == 1


async def test_cover_moves_with_the_record_that_brings_one(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj, cover=cover(b"first")))
    await store.append(shelf.record(obj))
    assert store.object(shelf.name, shelf.read, obj).cover == cover(b"first")
    await store.append(shelf.record(obj, cover=cover(bytes(VALUE_LIMIT))))
    assert store.object(shelf.name, shelf.read, obj).cover == cover(bytes(VALUE_LIMIT))


@pytest.mark.parametrize("size", [40, VALUE_LIMIT * 3])
async def test_erase_by_its_token_empties_the_record_and_keeps_the_tree(store: Store, size: int) -> None:
    shelf = await opened(store)
    obj = some(16)
    made = shelf.first(obj, some(size))
    await store.append(made)
    await store.append(shelf.record(obj))
    before = store.shelf(shelf.name, shelf.read)
    await store.erase(shelf.name, obj, 0, 0, erase_token(made))
    assert rows(store, shelf, obj)[0] == RecordRow(0, 0, 0, TODAY, KEPT, made.rid, b"")
    assert store.shelf(shelf.name, shelf.read) == before
    await store.erase(shelf.name, obj, 0, 0, erase_token(made))
    assert len(rows(store, shelf, obj)) == 2


async def test_erase_needs_the_right_token_and_the_right_place(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    made = shelf.first(obj)
    await store.append(made)
    for place in ((obj, 0, 1), (some(16), 0, 0)):
        with pytest.raises(NotThere):
            await store.erase(shelf.name, *place, erase_token(made))
    with pytest.raises(NotThere):
        await store.erase(shelf.name, obj, 0, 0, some(32))
    with pytest.raises(NotThere):
        await store.erase(some(16), obj, 0, 0, erase_token(made))
    assert rows(store, shelf, obj)[0].value == b"sealed"


async def test_control_key_erases_anybodys_record(store: Store) -> None:
    shelf = await opened(store)
    obj = some(16)
    await store.append(shelf.first(obj))
    await store.append(shelf.record(obj))
    with pytest.raises(NotThere):
        await store.erase_by_control(shelf.name, obj, 0, 0, shelf.signed_erase(obj, 1, 1))
    with pytest.raises(NotThere):
        await store.erase_by_control(shelf.name, some(16), 0, 0, shelf.signed_erase(obj, 0, 0))
    await store.erase_by_control(shelf.name, obj, 0, 0, shelf.signed_erase(obj, 0, 0))
    assert [row.value for row in rows(store, shelf, obj)] == [b"", b"sealed"]


async def test_drop_removes_a_shelf_with_everything_on_it(store: Store) -> None:
    shelf, other = await opened(store), await opened(store)
    obj = some(16)
    for each in (shelf, other):
        await store.append(each.first(obj))
        await store.make_day_half(each.name, each.append, 7, TODAY, some(32))
    await shelf.rotate(store)
    with pytest.raises(NotThere):
        await store.drop(shelf.name, other.signed_drop())
    await store.drop(shelf.name, shelf.signed_drop())
    with pytest.raises(NotThere):
        store.shelf(shelf.name, shelf.read)
    with pytest.raises(NotThere):
        store.transfer(shelf.name, 0, shelf.token("read", 0))
    with pytest.raises(NotThere):
        await store.drop(shelf.name, shelf.signed_drop())
    assert len(rows(store, other, obj)) == 1
    await store.open_shelf(Shelf(shelf.name).new())
    assert store.shelf(shelf.name, shelf.token("read", 0)).size == 0
    with pytest.raises(NotThere):
        store.node(shelf.name, shelf.token("read", 0), 0, 0)
    assert store.day_halves(shelf.name, shelf.token("read", 0), 7, [TODAY]) == {}


async def test_append_under_another_epoch_says_that_keys_changed(store: Store) -> None:
    shelf = await opened(store)
    with pytest.raises(KeysChanged):
        await store.append(shelf.first(some(16), epoch=1))


async def test_stores_see_only_hashes_of_tokens(store: Store) -> None:
    shelf = await opened(store)
    with pytest.raises(NotThere):
        store.shelf(shelf.name, hashed(shelf.read))


async def test_objects_that_begin_together_stand_in_their_order(store: Store) -> None:
    shelf = await opened(store)
    await store.append(shelf.first(some(16)))
    objs = [some(16) for _ in range(5)]
    await store.begin_together([shelf.first(obj, bytes([at])) for at, obj in enumerate(objs)])
    assert [row.value for obj in objs for row in rows(store, shelf, obj)] == [bytes([at]) for at in range(5)]
    assert store.shelf(shelf.name, shelf.read).size == 6
    assert [row.head for row in store.objects(shelf.name, shelf.read, some(16, "tag"), None, 9)] == [5, 4, 3, 2, 1, 0]


async def test_objects_begin_together_or_not_at_all(store: Store) -> None:
    shelf, other = await opened(store), await opened(store)
    there, new = some(16), some(16)
    await store.append(shelf.first(there))
    first = shelf.first(new)
    refused = [
        ([first, shelf.first(there)], Conflict),
        ([first, shelf.first(new)], Conflict),
        ([first, shelf.first(some(16), epoch=1)], KeysChanged),
        ([first, shelf.first(some(16), token=some(32))], NotThere),
        ([first, other.first(some(16))], BadInput),
        ([first, shelf.record(some(16))], BadInput),
        ([first, shelf.first(some(16), slot=0)], BadInput),
        ([first, shelf.first(some(16), value=b"")], BadInput),
        ([], BadInput),
    ]
    for together, error in refused:
        with pytest.raises(error):
            await store.begin_together(together)
    assert store.shelf(shelf.name, shelf.read).size == 1
    with pytest.raises(NotThere):
        store.object(shelf.name, shelf.read, new)
