"""A log as one member sees it, over a hub that answers and over one that doesn't answer what was asked."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jiwar.clock import SetClock
from jiwar.errors import BadProof, BadSignature, Conflict, NotThere, Unopenable
from jiwar.keyring import epochs
from jiwar.keyring.persona import Persona
from jiwar.log.audit import check_object
from jiwar.log.covers import Folded
from jiwar.log.fragments import Fragments
from jiwar.log.queues import Queues
from jiwar.log.record import row_digest
from jiwar.log.shelf import LAST_NUMBER, Entry, ShelfLog, object_name
from jiwar.store.contract import KEPT, Append, NewShelf, Receipt
from tests.core.store.making import hashed, some
from tests.world import TOPICS, HostileHub, World, say

pytestmark = pytest.mark.anyio

CIRCLE, SHELF, INDEX = b"c" * 32, b"s" * 16, b"i" * 32
ALL = (0, LAST_NUMBER, 1000)


def log_of(world: World, seed: bytes = b"a" * 32, epoch_keys: Any = None, queues: Queues | None = None) -> ShelfLog:
    keys = epoch_keys or (epochs.begin(b"e" * 32, 0, SHELF, world.clock.day()),)
    place = (world.store, CIRCLE, SHELF, INDEX, keys, Persona(seed), world.clock, Fragments())
    return ShelfLog(*place, queues=queues)


async def open_for_writing(world: World) -> None:
    keys, control = epochs.begin(b"e" * 32, 0, SHELF, world.clock.day()), Persona(b"z" * 32).key
    await world.store.open_shelf(NewShelf(SHELF, hashed(keys.read), hashed(keys.append), control))


@pytest.fixture
async def log(world: World, anyio_backend: str) -> ShelfLog:
    await open_for_writing(world)
    return log_of(world)


def texts(log: ShelfLog, obj: bytes) -> list[bytes]:
    return [record.body for record in log.readable(obj, log.rows(obj, *ALL))]


async def test_append_returns_what_readers_will_open(log: ShelfLog) -> None:
    topic = log.random(16)
    entry = Entry(topic, "say", b"text", 90, collection=TOPICS)
    opened = await log.append(entry, refold=lambda _: b"fold", create=True)
    assert log.readable(topic, log.rows(topic, *ALL)) == [opened]
    assert log.open(topic, log.row(topic, opened.slot, opened.number)) == opened
    assert (opened.author, opened.part) == (log.persona.key, log.clock.part())


async def test_a_cover_moves_with_the_records_of_its_object(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one")
    await say(log_of(world, b"b" * 32), "two", topic)
    folded = log.open_cover(log.cover(topic))
    assert (folded.fold, folded.head, folded.epoch) == (b"2", 1, 0)
    assert folded.signer == Persona(b"b" * 32).key


async def test_an_annotation_leaves_the_head_where_it_is(log: ShelfLog) -> None:
    topic = await say(log, "one")
    before = log.open_cover(log.cover(topic))
    beside = Entry(topic, "react", b"heart", 90, slot=0, day=before.day)
    await log.append(beside, refold=lambda standing: standing.fold + b"!" if standing else b"")
    after = log.open_cover(log.cover(topic))
    assert (after.fold, after.head, after.head_digest) == (b"1!", before.head, before.head_digest)


async def test_two_writers_of_one_topic_both_come_through(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one")
    stale = log.cover(topic)
    await say(log_of(world, b"b" * 32), "meanwhile", topic)
    read_too_early = [stale]
    world.hub.lies["object"] = lambda row, *_: read_too_early.pop() if read_too_early else row
    await say(log, "two", topic)
    assert texts(log, topic) == [b"one", b"meanwhile", b"two"]
    assert log.open_cover(log.cover(topic)).fold == b"3"


class _Slow(HostileHub):
    """Lets others go first before it appends, so many times as it is told."""

    def __init__(self, clock: SetClock, waits: list[int]) -> None:
        super().__init__(clock)
        self._waits = waits

    async def append(self, append: Append) -> Receipt:
        for _ in range(self._waits.pop() if self._waits else 0):
            await asyncio.sleep(0)
        return await super().append(append)


@given(st.lists(st.integers(0, 6), max_size=24), st.permutations([0, 0, None]))
def test_writers_at_once_lose_nothing_of_each_other_s_folds(waits: list[int], slots: list[int | None]) -> None:
    """Annotations bring covers and leave the head where it is; an answer moves it. In whatever order they come."""

    async def story() -> None:
        clock = SetClock()
        hub = _Slow(clock, [])
        world = World(clock=clock, store=hub)
        await open_for_writing(world)
        topic = await say(log_of(world), "one")
        hub._waits = waits

        async def write(name: int, slot: int | None) -> None:
            def refold(standing: Folded | None) -> bytes:
                return (standing.fold if standing else b"") + b"abc"[name : name + 1]

            entry = Entry(topic, "say", b"", 90, slot=slot, day=clock.day())
            await log_of(world, bytes([name]) * 32).append(entry, refold=refold)

        await asyncio.gather(*(write(name, slot) for name, slot in enumerate(slots)))
        log = log_of(world)
        folded = log.open_cover(log.cover(topic))
        assert sorted(folded.fold) == sorted(b"1abc")
        check_object(log.rows(topic, *ALL), folded.head, folded.head_digest)

    asyncio.run(story())


async def test_of_many_who_answer_at_once_nobody_is_turned_away() -> None:
    """Each commit takes a while, and forty want to write meanwhile: without a queue most lose a dozen times."""
    clock = SetClock()
    hub, queues = _Slow(clock, []), Queues()
    world = World(clock=clock, store=hub)
    await open_for_writing(world)
    topic = await say(log_of(world, queues=queues), "one")
    hub._waits = [3] * 1_000
    await asyncio.gather(
        *(say(log_of(world, bytes([name]) * 32, queues=queues), "more", topic) for name in range(40))
    )
    assert texts(log_of(world), topic) == [b"one", *[b"more"] * 40]
    assert len(hub._waits) == 1_000 - 40
    gc.collect()
    assert not queues._locks


async def _spoil(log: ShelfLog, topic: bytes) -> None:
    """What a member's own program can do: a record that brings a cover which nobody can open."""
    row = log.cover(topic)
    day = log.clock.day()
    spoilt = structs.replace(row.cover, value=b"x" * 300)
    place = (log.shelf, log.newest.append, topic, log.tag(TOPICS), row.head, None, 0, day, row.cover.keep)
    await log.store.append(Append(*place, log.random(16), bytes(32), b"x" * 300, spoilt))


async def test_a_spoiled_cover_says_nothing_and_the_next_one_chains_to_all_records(log: ShelfLog) -> None:
    topic = await say(log, "one")
    await say(log, "two", topic)
    await _spoil(log, topic)
    row = log.cover(topic)
    with pytest.raises(Unopenable):
        log.open_cover(row)
    standing = log.standing(row)
    assert (standing.fold, standing.signer, standing.day, standing.keep) == (b"", b"", row.cover.day, 90)
    await log.append(
        Entry(topic, "say", b"three", 90), refold=lambda standing: standing.fold + b"anew" if standing else b""
    )
    folded = log.open_cover(log.cover(topic))
    assert folded.fold == b"anew"
    check_object(log.rows(topic, *ALL), folded.head, folded.head_digest)


async def test_a_cover_whose_key_is_not_ours_is_not_taken_for_spoiled(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one")
    newcomer = log_of(world, epoch_keys=(epochs.without_past(log.newest, world.clock.day() + 1),))
    with pytest.raises(Unopenable):
        newcomer.standing(newcomer.cover(topic))


async def test_a_cover_lasts_as_long_as_the_last_record_and_no_longer(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one", keep=7)
    world.clock.forward(days=5)
    later = log_of(world, epoch_keys=(log.newest,))
    await say(later, "two", topic, keep=90)
    row = later.cover(topic)
    assert (row.cover.day, row.cover.keep) == (world.clock.day(), 7)
    assert later.rows(topic, 1, 1, 1)[0].keep == 7, "no record outlives the lane of its object"
    world.clock.forward(days=7)
    await world.store.turn_day(world.clock.day(), outer=None)  # type: ignore[arg-type]
    last = log_of(world, epoch_keys=(log.newest,))
    assert texts(last, topic) == [b"two"]
    assert last.open_cover(last.cover(topic)).fold == b"2"
    world.clock.forward(days=1)
    with pytest.raises(Unopenable):
        log_of(world, epoch_keys=(epochs.forget_expired(log.newest, world.clock.day()),)).open_cover(row)


async def test_creating_what_exists_is_a_conflict(log: ShelfLog) -> None:
    topic = await say(log, "one")
    entry = Entry(topic, "say", b"two", 90, collection=TOPICS)
    with pytest.raises(Conflict):
        await log.append(entry, refold=lambda _: b"", create=True)
    assert texts(log, topic) == [b"one"]


async def test_writers_that_never_stop_colliding_give_up(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one")
    stale = log.cover(topic)
    await say(log, "two", topic)
    world.hub.lies["object"] = lambda *_: stale
    with pytest.raises(Conflict):
        await say(log, "three", topic)


async def test_lists_go_by_the_latest_head(log: ShelfLog) -> None:
    first, second, third = [await say(log, text) for text in ("one", "two", "three")]
    await say(log, "again", first)
    assert [row.obj for row in log.covers(TOPICS, None, 10)] == [first, third, second]
    rest = log.covers(TOPICS, log.cover(third).head, 10)
    assert [row.obj for row in rest] == [second]
    assert log.covers("rooms", None, 10) == []


async def test_what_expires_closes_for_everybody(log: ShelfLog, world: World) -> None:
    week, kept = await say(log, "for a week", keep=7), await say(log, "for good", keep=KEPT)
    world.clock.forward(days=8)
    await world.store.turn_day(world.clock.day(), outer=None)  # type: ignore[arg-type]
    later = log_of(world, epoch_keys=(log.newest,))
    with pytest.raises(NotThere):
        later.cover(week)
    assert texts(later, kept) == [b"for good"]
    with pytest.raises(Unopenable):
        later.key(0, 7, world.clock.day() - 8)


async def test_a_key_needs_the_hub_s_half_and_the_member_s(log: ShelfLog, world: World) -> None:
    today = world.clock.day()
    topic = await say(log, "today", keep=7)
    newcomer = epochs.without_past(log.newest, today + 1)
    assert log_of(world, epoch_keys=(newcomer,)).readable(topic, log.rows(topic, *ALL)) == []
    world.hub.lies["day_halves"] = lambda *_: {}
    assert log_of(world).readable(topic, log.rows(topic, *ALL)) == []
    for epoch, keep in ((1, 7), (1, KEPT)):
        with pytest.raises(Unopenable):
            log.key(epoch, keep, today)


async def test_erasing_empties_a_record_of_one_s_own(log: ShelfLog, world: World) -> None:
    topic = await say(log, "one")
    record = log.readable(topic, log.rows(topic, *ALL))[0]
    with pytest.raises(NotThere):
        await log_of(world, b"b" * 32).erase_own(topic, 0, 0, record.rid)
    await log.erase_own(topic, 0, 0, record.rid)
    assert log.row(topic, 0, 0).value == b""
    assert texts(log, topic) == []


async def test_state_is_asked_for_once_and_again_when_told(log: ShelfLog) -> None:
    assert log.state.size == 0
    topic = await say(log, "one")
    assert log.state.size == 0
    log.forget_state()
    assert log.state.size == 1
    assert log.previous == row_digest(log.row(topic, 0, 0).value)


async def test_fragment_names_tell_places_apart(log: ShelfLog) -> None:
    topic = await say(log, "one")
    row = log.row(topic, 0, 0)
    moved = msgspec.structs.replace(row, number=1)
    names = {
        log.fragment_name(topic, row, "html"),
        log.fragment_name(topic, row, "text"),
        log.fragment_name(topic, moved, "html"),
        log.fragment_name(b"o" * 16, row, "html"),
    }
    assert len(names) == 4
    assert log.fragment_key("one", (0, KEPT, 0)) != log.fragment_key("two", (0, KEPT, 0))


async def test_what_is_kept_together_opens_with_all_its_keys_alone(log: ShelfLog) -> None:
    row = log.row(await say(log, "one"), 0, 0)
    kept, day = (0, KEPT, 0), (row.epoch, row.keep, row.day)
    keys = {log.fragment_key("way", *places) for places in ((kept,), (day,), (kept, day), (day, kept))}
    assert len(keys) == 4
    with pytest.raises(Unopenable):
        log.fragment_key("way", kept, (9, KEPT, 0))


async def test_what_was_checked_before_is_not_shown_elsewhere(log: ShelfLog, world: World) -> None:
    """A record that this process wrote, and a cover that lasts, are kept as fragments: of one place each."""
    topic, other = await say(log, "one"), await say(log, "two")
    row, cover = log.row(topic, 0, 0), log.cover(topic)
    assert log.open(topic, row).body == b"one"
    assert log.open_cover(cover, lasting=True) == log.open_cover(cover, lasting=True) == log.open_cover(cover)
    with pytest.raises(Unopenable):
        log.open(other, row)
    with pytest.raises(Unopenable):
        log.open_cover(msgspec.structs.replace(cover, obj=other), lasting=True)
    with pytest.raises(BadSignature):
        log.open(topic, msgspec.structs.replace(row, number=1))
    world.services.fragments.clear()
    assert log.open(topic, row).body == b"one"


class TestAHubThatDoesNotAnswerWhatWasAsked:
    """Each lie is noticed by the member who asks, in the web view too."""

    async def test_another_object_for_the_one_asked_for(self, log: ShelfLog, world: World) -> None:
        first, second = await say(log, "one"), await say(log, "two")
        other = log.cover(second)
        world.hub.lies["object"] = lambda *_: other
        with pytest.raises(BadProof):
            log.cover(first)

    async def test_another_record_for_the_one_asked_for(self, log: ShelfLog, world: World) -> None:
        topic = await say(log, "one")
        await say(log, "two", topic)
        other = log.row(topic, 1, 1)
        world.hub.lies["record"] = lambda *_: other
        with pytest.raises(BadProof):
            log.row(topic, 0, 0)

    @pytest.mark.parametrize(
        "lie", [lambda rows: rows[::-1], lambda rows: rows + rows[-1:], lambda rows: rows[:1] * 2]
    )
    async def test_records_out_of_order_or_twice(self, log: ShelfLog, world: World, lie: Any) -> None:
        topic = await say(log, "one")
        await say(log, "two", topic)
        world.hub.lies["records"] = lambda rows, *_: lie(rows)
        with pytest.raises(BadProof):
            log.rows(topic, *ALL)

    async def test_records_before_the_range(self, log: ShelfLog, world: World) -> None:
        topic = await say(log, "one")
        rows = log.rows(topic, *ALL)
        world.hub.lies["records"] = lambda *_: rows
        with pytest.raises(BadProof):
            log.rows(topic, 1, LAST_NUMBER, 10)

    @pytest.mark.parametrize("lie", [lambda rows: rows[::-1], lambda rows: rows * 2])
    async def test_objects_out_of_order_or_twice(self, log: ShelfLog, world: World, lie: Any) -> None:
        await say(log, "one")
        await say(log, "two")
        world.hub.lies["objects"] = lambda rows, *_: lie(rows)
        with pytest.raises(BadProof):
            log.covers(TOPICS, None, 10)

    async def test_the_same_page_of_objects_for_ever(self, log: ShelfLog, world: World) -> None:
        for text in ("one", "two"):
            await say(log, text)
        page = log.covers(TOPICS, None, 10)
        world.hub.lies["objects"] = lambda *_: page
        with pytest.raises(BadProof):
            log.covers(TOPICS, page[0].head, 10)

    async def test_a_record_shown_in_another_object(self, log: ShelfLog, world: World) -> None:
        first, second = await say(log, "one"), await say(log, "two")
        rows = log.rows(first, *ALL)
        world.hub.lies["records"] = lambda *_: rows
        assert log.readable(second, log.rows(second, *ALL)) == []

    async def test_a_record_moved_into_a_longer_lane(self, log: ShelfLog, world: World) -> None:
        topic = await say(log, "one", keep=7)
        row = log.row(topic, 0, 0)
        for moved in (msgspec.structs.replace(row, keep=90), msgspec.structs.replace(row, day=row.day + 1)):
            with pytest.raises(Unopenable):
                log.open(topic, moved)

    async def test_a_record_in_a_lane_that_there_is_not(self, log: ShelfLog, world: World) -> None:
        topic = await say(log, "one")
        await say(log, "two", topic)
        world.hub.lies["records"] = lambda rows, *_: [msgspec.structs.replace(rows[0], keep=2), rows[1]]
        assert texts(log, topic) == [b"two"]

    async def test_a_day_in_a_thousand_years(self, log: ShelfLog, world: World) -> None:
        topic = await say(log, "one")
        await say(log, "two", topic)
        world.hub.lies["records"] = lambda rows, *_: [msgspec.structs.replace(rows[0], day=400_000), rows[1]]
        assert texts(log, topic) == [b"two"]


class TestEveryNumberBelongsToOneEpoch:
    """Who holds only the keys of an epoch that is over can add nothing, even if the hub lets them."""

    @pytest.fixture
    async def both(self, log: ShelfLog, world: World) -> tuple[ShelfLog, ShelfLog]:
        """The log before a rotation at number 2, and after it."""
        topic = await say(log, "one", obj=None)
        await say(log, "two", topic)
        later = epochs.begin(b"f" * 32, 1, SHELF, world.clock.day(), 2)
        world.hub.colludes = True
        return log, log_of(world, epoch_keys=(epochs.put_by(log.newest, world.clock.day()), later))

    async def test_a_record_of_the_old_epoch_after_the_turn_is_refused(self, both, world: World) -> None:
        old, new = both
        topic = old.covers(TOPICS, None, 1)[0].obj
        await say(old, "late", topic)
        assert [record.body for record in new.readable(topic, new.rows(topic, *ALL))] == [b"one", b"two"]
        with pytest.raises(BadProof):
            new.open(topic, new.row(topic, 2, 2))

    async def test_a_cover_of_the_old_epoch_after_the_turn_is_refused(self, both, world: World) -> None:
        old, new = both
        topic = old.covers(TOPICS, None, 1)[0].obj
        await say(old, "late", topic)
        with pytest.raises(BadProof):
            new.open_cover(new.cover(topic))

    async def test_a_record_of_the_new_epoch_before_the_turn_is_refused(self, both) -> None:
        _, new = both
        topic = await say(new, "new")
        row = replace_number(new.row(topic, 2, 2), 1)
        with pytest.raises(BadProof):
            new.open(topic, row)

    async def test_what_stood_before_the_turn_still_opens(self, both) -> None:
        old, new = both
        topic = old.covers(TOPICS, None, 1)[0].obj
        assert new.open_cover(new.cover(topic)).fold == b"2"
        await say(new, "three", topic)
        assert new.open_cover(new.cover(topic)).epoch == 1
        assert texts(new, topic) == [b"one", b"two", b"three"]

    async def test_a_cover_may_be_folded_anew_under_the_new_epoch(self, both) -> None:
        _, new = both
        topic = new.covers(TOPICS, None, 1)[0].obj
        await new.append(Entry(topic, "react", b"", 90, slot=0), refold=lambda standing: b"anew")
        assert new.open_cover(new.cover(topic)).fold == b"anew"


def replace_number(row: Any, number: int) -> Any:
    return msgspec.structs.replace(row, slot=number, number=number)


def test_object_names_can_be_computed() -> None:
    assert object_name("circle", CIRCLE) == object_name("circle", CIRCLE) != object_name("circle", b"d" * 32)
    assert len(object_name(some(3))) == 16
