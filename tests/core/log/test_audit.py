"""What a reader who keeps size and root can prove: growth, places, completeness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from jiwar.errors import BadProof, NotThere
from jiwar.log.audit import check_growth, check_object, check_rows
from jiwar.log.shelf import LAST_NUMBER, ShelfLog
from jiwar.store.contract import ShelfState
from tests.world import Village, say

pytestmark = pytest.mark.anyio


def node_of(log: ShelfLog) -> Callable[[int, int], bytes]:
    return lambda level, index: log.store.node(log.shelf, log.newest.read, level, index)


def state_of(log: ShelfLog) -> ShelfState:
    return log.store.shelf(log.shelf, log.newest.read)


@pytest.fixture
async def told(here: Village) -> tuple[ShelfLog, bytes]:
    log = here.founder.circle(here.circle).log
    topic = await say(log, "one")
    for text in ("two", "three", "four"):
        await say(here.member.circle(here.circle).log, text, topic)
    return log, topic


async def test_an_honest_hub_passes(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    rows, now, folded = log.rows(topic, 0, LAST_NUMBER, 100), state_of(log), log.open_cover(log.cover(topic))
    check_growth(0, b"", now, node_of(log))
    check_growth(now.size, now.root, now, node_of(log))
    check_rows(log.shelf, topic, rows, now, node_of(log))
    check_object(rows, folded.head, folded.head_digest)


async def test_growth_is_proven_and_shrinking_is_not(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    before = state_of(log)
    await say(log, "five", topic)
    now = state_of(log)
    check_growth(before.size, before.root, now, node_of(log))
    for size, root in ((before.size, bytes(32)), (now.size, before.root), (now.size + 1, now.root)):
        with pytest.raises(BadProof):
            check_growth(size, root, now, node_of(log))


async def test_a_hub_that_gives_no_proof_is_not_believed(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    before = state_of(log)
    await say(log, "five", topic)

    def silent(level: int, index: int) -> bytes:
        raise NotThere

    with pytest.raises(BadProof):
        check_growth(before.size, before.root, state_of(log), silent)
    with pytest.raises(BadProof):
        check_rows(log.shelf, topic, log.rows(topic, 0, LAST_NUMBER, 9), state_of(log), silent)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "number": lambda row: msgspec.structs.replace(row, slot=row.number + 1, number=row.number + 1),
    "a number beyond the end": lambda row: msgspec.structs.replace(row, slot=999, number=999),
    "slot": lambda row: msgspec.structs.replace(row, slot=0),
    "day": lambda row: msgspec.structs.replace(row, day=row.day - 1),
    "lane": lambda row: msgspec.structs.replace(row, keep=7),
    "epoch": lambda row: msgspec.structs.replace(row, epoch=1),
    "id": lambda row: msgspec.structs.replace(row, rid=bytes(16)),
    "value": lambda row: msgspec.structs.replace(row, value=row.value + b"\0"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_changed_row_is_not_in_the_tree(told: tuple[ShelfLog, bytes], change: Any) -> None:
    log, topic = told
    row = log.rows(topic, 0, LAST_NUMBER, 9)[1]
    with pytest.raises(BadProof):
        check_rows(log.shelf, topic, [change(row)], state_of(log), node_of(log))


async def test_a_row_of_another_object_is_not_in_the_tree(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    with pytest.raises(BadProof):
        check_rows(log.shelf, b"o" * 16, log.rows(topic, 0, LAST_NUMBER, 9), state_of(log), node_of(log))


async def test_an_erased_row_proves_nothing_and_breaks_nothing(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    first = log.rows(topic, 0, LAST_NUMBER, 9)[0]
    await log.erase_own(topic, first.slot, first.number, first.rid)
    check_rows(log.shelf, topic, log.rows(topic, 0, LAST_NUMBER, 9), state_of(log), node_of(log))


@pytest.mark.parametrize("hidden", [0, 1, 3])
async def test_a_hidden_record_is_missed_by_the_cover(told: tuple[ShelfLog, bytes], hidden: int) -> None:
    log, topic = told
    rows, folded = log.rows(topic, 0, LAST_NUMBER, 100), log.open_cover(log.cover(topic))
    with pytest.raises(BadProof):
        check_object(rows[:hidden] + rows[hidden + 1 :], folded.head, folded.head_digest)


async def test_an_old_cover_does_not_fit_the_records(told: tuple[ShelfLog, bytes]) -> None:
    log, topic = told
    folded = log.open_cover(log.cover(topic))
    await say(log, "five", topic)
    with pytest.raises(BadProof):
        check_object(log.rows(topic, 0, LAST_NUMBER, 100), folded.head, folded.head_digest)
