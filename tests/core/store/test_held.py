"""Held letters: what every store does with them, and what SQLite's rows show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadInput, Conflict, KeysChanged, NotThere, TooMuch
from jiwar.store.contract import BOX_ENVELOPES, MAIL_DAYS, Mail, Store
from jiwar.store.held import ALARM, DAY_MINUTES, FIRED_ENVELOPES, HELD_DAYS, HELD_SIZE, PLACE, Due, Held
from jiwar.store.sqlite import held as rows
from tests.core.store.making import TODAY, Shelf, hashed, opened, some
from tests.core.store.places import TestOuter, open_sqlite

pytestmark = pytest.mark.anyio
NOON = TODAY * DAY_MINUTES + 720
PAGE = some(16, "outages")


def held(minute: int = NOON, box: bytes = b"box", **changed: object) -> Held:
    """A letter to hold; its cancel token is `cancel_of`."""
    hid = some(16)
    made = Held(hid, hashed(cancel_of(hid)), minute, ALARM, digest(INBOX, box), some(16), some(HELD_SIZE))
    return replace(made, **changed)  # type: ignore[arg-type]


def cancel_of(hid: bytes) -> bytes:
    return some(32, ("cancel", hid))


def due(letter: Held, days: int = 0) -> Due:
    return Due(letter.hid, letter.minute + days * DAY_MINUTES, letter.kind)


def arrived(letter: Held, late: bool = False) -> Mail:
    return Mail(letter.eid, letter.day, letter.value, late)


async def put(store: Store, shelf: Shelf, *letters: Held) -> None:
    for letter in letters:
        await store.put_held(shelf.name, shelf.append, letter)


@pytest.mark.parametrize("late", [False, True])
async def test_letter_waits_for_its_minute_and_comes_once(store: Store, late: bool) -> None:
    shelf, letter = await opened(store), held()
    await put(store, shelf, letter)
    assert store.mail(b"box") == []
    assert store.due_held(TODAY, TODAY) == [due(letter)]
    with pytest.raises(NotThere):
        await store.fire_held(letter.hid, NOON - 1, late)
    assert store.mail(b"box") == []
    await store.fire_held(letter.hid, NOON, late)
    assert store.mail(b"box") == [arrived(letter, late)]
    with pytest.raises(NotThere):
        await store.fire_held(letter.hid, NOON, late)
    await store.delete_mail(b"box", letter.eid)
    assert store.mail(b"box") == []
    assert store.due_held(0, TODAY + HELD_DAYS) == []


async def test_cancelled_letter_never_comes(store: Store) -> None:
    shelf, letter = await opened(store), held()
    await put(store, shelf, letter)
    for hid, token in ((letter.hid, some(32)), (some(16), cancel_of(letter.hid)), (some(16), bytes(32))):
        with pytest.raises(NotThere):
            await store.cancel_held(hid, token)
    assert store.due_held(TODAY, TODAY) == [due(letter)]
    await store.cancel_held(letter.hid, cancel_of(letter.hid))
    assert store.due_held(TODAY, TODAY) == []
    with pytest.raises(NotThere):
        await store.fire_held(letter.hid, NOON, False)
    with pytest.raises(NotThere):
        await store.cancel_held(letter.hid, cancel_of(letter.hid))
    assert store.mail(b"box") == []


async def test_who_cancels_too_late_is_told(store: Store) -> None:
    shelf, letter, other = await opened(store), held(), held()
    await put(store, shelf, letter, other)
    await store.fire_held(letter.hid, NOON, False)
    with pytest.raises(NotThere):
        await store.cancel_held(letter.hid, cancel_of(letter.hid))
    with pytest.raises(NotThere):
        await store.extend_held(shelf.name, shelf.append, letter.hid, cancel_of(letter.hid), held(NOON + 9))
    assert store.due_held(TODAY, TODAY) == [due(other)]


async def test_extended_letter_comes_in_place_of_the_other(store: Store) -> None:
    shelf, first, second = await opened(store), held(), held(NOON + 3 * DAY_MINUTES)
    await put(store, shelf, first)
    with pytest.raises(NotThere):
        await store.extend_held(shelf.name, shelf.append, first.hid, some(32), second)
    with pytest.raises(NotThere):
        await store.extend_held(shelf.name, shelf.read, first.hid, cancel_of(first.hid), second)
    with pytest.raises(Conflict):
        await store.extend_held(
            shelf.name, shelf.append, first.hid, cancel_of(first.hid), replace(second, hid=first.hid)
        )
    assert store.due_held(TODAY, TODAY + 9) == [due(first)]
    await store.extend_held(shelf.name, shelf.append, first.hid, cancel_of(first.hid), second)
    assert store.due_held(TODAY, TODAY + 9) == [due(second)]
    with pytest.raises(NotThere):
        await store.fire_held(first.hid, NOON, False)
    await store.fire_held(second.hid, second.minute, False)
    assert store.mail(b"box") == [arrived(second)]


async def test_holding_needs_an_append_token(store: Store) -> None:
    shelf, letter = await opened(store), held()
    for name, token in ((shelf.name, shelf.read), (some(16), shelf.append)):
        with pytest.raises(NotThere):
            await store.put_held(name, token, letter)
    old = shelf.append
    await shelf.rotate(store)
    with pytest.raises(KeysChanged):
        await store.put_held(shelf.name, old, letter)
    await put(store, shelf, letter)
    with pytest.raises(Conflict):
        await put(store, shelf, letter)


async def test_letters_of_other_sizes_and_days_are_refused(store: Store) -> None:
    shelf = await opened(store)
    for changed in (
        {"hid": b"short"},
        {"cancel_hash": b"short"},
        {"inbox": b"short"},
        {"eid": b"short"},
        {"value": some(HELD_SIZE - 1)},
        {"value": some(HELD_SIZE + 1)},
        {"kind": 2},
        {"kind": -1},
        {"minute": TODAY * DAY_MINUTES - 1},
        {"minute": (TODAY + HELD_DAYS + 1) * DAY_MINUTES},
    ):
        with pytest.raises(BadInput):
            await put(store, shelf, held(**changed))
    with pytest.raises(BadInput):
        await store.put_mail(shelf.name, shelf.append, some(32), Mail(some(16), TODAY, b"x", True))
    assert store.due_held(0, TODAY + 999) == []
    await put(store, shelf, held(TODAY * DAY_MINUTES), held((TODAY + HELD_DAYS + 1) * DAY_MINUTES - 1))


async def test_due_letters_are_listed_by_minute_within_their_days(store: Store) -> None:
    shelf = await opened(store)
    letters = [held(TODAY * DAY_MINUTES + minute) for minute in (4_400, 1_439, 0, 1_440, 2_880, 2_879, 720)]
    await put(store, shelf, *letters)
    ordered = [due(letter) for letter in sorted(letters, key=lambda one: one.minute)]
    assert store.due_held(TODAY, TODAY + 1) == ordered[:5]
    assert store.due_held(TODAY + 1, TODAY + 1) == ordered[3:5]
    assert store.due_held(0, TODAY + HELD_DAYS) == ordered


async def test_listener_is_told_of_what_is_held_and_of_nothing_else(store: Store) -> None:
    shelf, told = await opened(store), list[Due]()
    store.watch_held(told.append)
    first, second, third = held(), held(kind=PLACE), held(NOON + 1)
    await put(store, shelf, first, second)
    with pytest.raises(Conflict):
        await put(store, shelf, first)
    await store.cancel_held(second.hid, cancel_of(second.hid))
    await store.extend_held(shelf.name, shelf.append, first.hid, cancel_of(first.hid), third)
    await store.put_mail(shelf.name, shelf.append, some(32), Mail(some(16), TODAY, b"x"))
    assert told == [due(first), due(second), due(third)]


async def test_letter_that_stays_waits_for_somebody(store: Store) -> None:
    shelf, letter = await opened(store), held(kind=PLACE)
    await put(store, shelf, letter)
    await store.stay_held(letter.hid)
    assert store.due_held(0, TODAY + 9) == []
    with pytest.raises(NotThere):
        await store.fire_held(letter.hid, NOON, True)
    now = held(NOON, kind=PLACE)
    await store.extend_held(shelf.name, shelf.append, letter.hid, cancel_of(letter.hid), now)
    await store.fire_held(now.hid, NOON, False)
    assert store.mail(b"box") == [arrived(now)]
    with pytest.raises(NotThere):
        await store.stay_held(letter.hid)


async def test_postponed_letters_keep_the_day_that_they_are_sealed_for(store: Store) -> None:
    shelf, letters = await opened(store), [held(), held(NOON + DAY_MINUTES), held(NOON + 5, kind=PLACE)]
    await put(store, shelf, *letters)
    await store.stay_held(letters[2].hid)
    await store.postpone_held(3, PAGE, b"three days")
    assert store.page(PAGE) == b"three days"
    assert store.due_held(TODAY, TODAY + 2) == []
    assert store.due_held(TODAY + 3, TODAY + 4) == [due(letter, days=3) for letter in letters[:2]]
    with pytest.raises(NotThere):
        await store.fire_held(letters[0].hid, NOON + 3 * DAY_MINUTES - 1, False)
    await store.fire_held(letters[0].hid, NOON + 3 * DAY_MINUTES, False)
    assert store.mail(b"box") == [arrived(letters[0])]
    await store.cancel_held(letters[2].hid, cancel_of(letters[2].hid))
    with pytest.raises(BadInput):
        await store.postpone_held(1, b"short", b"")


async def test_box_that_people_filled_still_takes_what_comes_due(store: Store) -> None:
    shelf, letters = await opened(store), [held() for _ in range(FIRED_ENVELOPES - BOX_ENVELOPES + 1)]
    await put(store, shelf, *letters)
    for _ in range(BOX_ENVELOPES):
        await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), Mail(some(16), TODAY, b"x"))
    for letter in letters[:-1]:
        await store.fire_held(letter.hid, NOON, False)
    last = letters[-1]
    with pytest.raises(TooMuch):
        await store.fire_held(last.hid, NOON, False)
    assert store.due_held(TODAY, TODAY) == [due(last)]
    await store.delete_mail(b"box", letters[0].eid)
    await store.fire_held(last.hid, NOON, True)
    assert arrived(last, late=True) in store.mail(b"box")


async def test_letter_with_an_id_that_is_in_the_box_changes_nothing_there(store: Store) -> None:
    shelf, letter = await opened(store), held()
    await put(store, shelf, letter)
    await store.put_mail(shelf.name, shelf.append, letter.inbox, Mail(letter.eid, TODAY, b"first"))
    await store.fire_held(letter.hid, NOON, True)
    assert store.mail(b"box") == [Mail(letter.eid, TODAY, b"first")]
    assert store.due_held(TODAY, TODAY) == []


async def test_night_keeps_what_waits_and_sweeps_what_nobody_comes_for(store: Store, clock: SetClock) -> None:
    shelf, soon, later = await opened(store), held(kind=PLACE), held(NOON + 200 * DAY_MINUTES)
    await put(store, shelf, soon, later)
    await store.stay_held(soon.hid)
    clock.forward(days=MAIL_DAYS)
    await store.turn_day(clock.day(), TestOuter("next"))
    clock.forward(days=1)
    fresh = held(clock.day() * DAY_MINUTES)
    await store.extend_held(shelf.name, shelf.append, soon.hid, cancel_of(soon.hid), fresh)
    await store.stay_held(fresh.hid)
    clock.forward(days=MAIL_DAYS + 1)
    await store.turn_day(clock.day(), TestOuter("after"))
    with pytest.raises(NotThere):
        await store.cancel_held(fresh.hid, cancel_of(fresh.hid))
    await store.fire_held(later.hid, later.minute, False)
    assert store.mail(b"box") == [arrived(later)]


async def test_rows_are_of_one_shape_and_show_their_day_alone(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    shelf = await opened(store)
    letters = [held(TODAY * DAY_MINUTES), held(NOON, kind=PLACE), held((TODAY + 1) * DAY_MINUTES - 1)]
    await put(store, shelf, *letters)
    await store.stay_held(letters[1].hid)
    found = store._boxes_file.rows("SELECT day, length(hid), length(h_cancel), length(meta), length(v) FROM held")
    assert len(found) == 3
    assert set(found) == {(TODAY, 16, 32, rows.META_SIZE + 28, HELD_SIZE + 28)}
    await store.close()


async def test_letters_of_a_day_are_found_by_the_index(tmp_path: Path, clock: SetClock) -> None:
    store = await open_sqlite(tmp_path, clock)
    plan = " ".join(str(row[-1]) for row in store._boxes_file.rows(f"EXPLAIN QUERY PLAN {rows.DUE}", (1, 2)))
    assert "held_day" in plan
    assert "SCAN" not in plan
    await store.close()
