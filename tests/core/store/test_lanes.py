"""How long an object is kept is nobody's to choose: every store refuses a day or lane that doesn't follow."""

from __future__ import annotations

from typing import Any

import pytest

from jiwar.clock import SetClock
from jiwar.errors import BadInput
from jiwar.store.contract import KEPT, Append, Store
from tests.core.store.making import TODAY, Shelf, cover, half, opened, some
from tests.core.store.places import TestOuter

pytestmark = pytest.mark.anyio
LANE = 30
LATER = TODAY + 3


class Topic:
    """An object in a lane, begun three days ago."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self.store, self.shelf, self.obj = store, shelf, some(16)

    async def refuses(self, made: Append) -> None:
        before = self.store.object(self.shelf.name, self.shelf.read, self.obj)
        with pytest.raises(BadInput):
            await self.store.append(made)
        assert self.store.object(self.shelf.name, self.shelf.read, self.obj) == before

    async def stands(self, made: Append) -> tuple[int, int]:
        """Day and lane of the cover after a record."""
        await self.store.append(made)
        face = self.store.object(self.shelf.name, self.shelf.read, self.obj).cover
        return face.day, face.keep


@pytest.fixture
async def topic(store: Store, clock: SetClock) -> Topic:
    shelf = await opened(store)
    made = Topic(store, shelf)
    await half(store, shelf, LANE, TODAY)
    await store.append(shelf.first(made.obj, keep=LANE))
    clock.forward(days=3)
    for day in (LATER - 1, LATER, LATER + 1):
        await half(store, shelf, LANE, day)
    return made


async def test_cover_moves_on_with_the_record_that_lasts_longest(topic: Topic) -> None:
    made = topic.shelf.first(topic.obj, keep=LANE, day=LATER)
    assert await topic.stands(made) == (LATER, LANE)


async def test_cover_stays_when_the_new_record_goes_before_the_others(topic: Topic) -> None:
    made = topic.shelf.record(topic.obj, keep=7, day=LATER, cover=cover(day=TODAY, keep=LANE))
    assert await topic.stands(made) == (TODAY, LANE)


async def test_cover_moves_on_by_what_a_record_in_a_shorter_lane_needs(topic: Topic, clock: SetClock) -> None:
    clock.forward(days=25)
    day = clock.day() + 7 - LANE
    await half(topic.store, topic.shelf, LANE, day)
    made = topic.shelf.record(topic.obj, keep=7, day=clock.day(), cover=cover(day=day, keep=LANE))
    assert await topic.stands(made) == (day, LANE)


async def test_cover_that_an_annotation_brings_stays_where_it_was(topic: Topic) -> None:
    beside: dict[str, Any] = {"slot": 0, "keep": LANE, "day": TODAY}
    assert await topic.stands(topic.shelf.record(topic.obj, **beside, cover=cover(b"anew", keep=LANE))) == (
        TODAY,
        LANE,
    )
    await topic.refuses(topic.shelf.record(topic.obj, **beside, cover=cover(day=LATER, keep=LANE)))


@pytest.mark.parametrize(
    "place",
    [(TODAY, LANE), (LATER - 1, LANE), (LATER + 1, LANE), (LATER, LANE - 1), (LATER, LANE + 1), (LATER, KEPT)],
    ids=["going backwards", "a day early", "ahead of the clock", "shorter lane", "longer lane", "for good"],
)
async def test_regression_cover_in_another_place_is_refused(topic: Topic, place: tuple[int, int]) -> None:
    day, keep = place
    await topic.refuses(topic.shelf.record(topic.obj, keep=LANE, day=LATER, cover=cover(day=day, keep=keep)))


async def test_regression_cover_of_a_day_without_a_half_is_refused(topic: Topic, clock: SetClock) -> None:
    """Nobody could make its key: the object would be gone from every list."""
    clock.forward(days=1)
    day = LATER + 2
    await topic.refuses(topic.shelf.first(topic.obj, keep=LANE, day=day))
    with pytest.raises(BadInput):
        await topic.store.append(topic.shelf.first(some(16), keep=LANE, day=day))
    await half(topic.store, topic.shelf, LANE, day)
    assert await topic.stands(topic.shelf.first(topic.obj, keep=LANE, day=day)) == (day, LANE)


@pytest.mark.parametrize("epoch", [0, 2])
async def test_regression_cover_of_another_epoch_is_refused(topic: Topic, epoch: int) -> None:
    await topic.shelf.rotate(topic.store)
    face = cover(epoch=epoch, day=LATER, keep=LANE)
    await topic.refuses(topic.shelf.record(topic.obj, keep=LANE, day=LATER, cover=face))


@pytest.mark.parametrize("keep", [LANE + 1, 365, KEPT])
async def test_regression_record_that_outlives_its_object_is_refused(topic: Topic, keep: int) -> None:
    await topic.refuses(topic.shelf.record(topic.obj, keep=keep, day=LATER))


@pytest.mark.parametrize("place", [(LATER, LANE), (TODAY, 7), (TODAY, KEPT)])
async def test_regression_annotation_in_another_place_than_its_record_is_refused(
    topic: Topic, place: tuple[int, int]
) -> None:
    day, keep = place
    await topic.refuses(topic.shelf.record(topic.obj, slot=0, day=day, keep=keep))


@pytest.mark.parametrize("place", [(LATER, 365), (LATER, KEPT), (TODAY, LANE)])
async def test_regression_object_begins_where_its_first_record_does(topic: Topic, place: tuple[int, int]) -> None:
    day, keep = place
    with pytest.raises(BadInput):
        await topic.store.append(topic.shelf.record(some(16), keep=LANE, day=LATER, cover=cover(day=day, keep=keep)))


async def test_object_that_is_kept_holds_records_of_every_lane_whatever_its_cover_says(
    store: Store, clock: SetClock
) -> None:
    shelf, room = await opened(store), some(16)
    await store.append(shelf.first(room))
    with pytest.raises(BadInput):
        await store.append(shelf.record(room, slot=0, cover=cover(keep=1)))
    await half(store, shelf, 1)
    for night in range(2):
        await store.append(shelf.record(room, slot=0, cover=cover(b"in a lane", day=clock.day(), keep=1)))
        for keep in (1, 365, KEPT):
            await store.append(shelf.record(room, day=clock.day(), keep=keep))
        clock.forward(days=1)
        await store.turn_day(clock.day(), TestOuter(f"night {night}"))
        await half(store, shelf, 1, clock.day())
    clock.forward(days=3)
    await store.turn_day(clock.day(), TestOuter("later"))
    assert store.object(shelf.name, shelf.read, room).cover.value == b"in a lane"
    await store.append(shelf.record(room, slot=0, cover=cover(b"mended", day=clock.day())))
    assert store.object(shelf.name, shelf.read, room).cover.value == b"mended"
