"""Any order of writes, nights and restarts: each store answers like plain dictionaries."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from jiwar.clock import SetClock
from jiwar.crypto import merkle
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, ROW
from jiwar.errors import BadInput, Conflict, JiwarError, KeysChanged, NotThere
from jiwar.store.contract import NEW_OBJECT, AccountWrite, Append, Cover, Mail, RecordRow, Store
from jiwar.store.held import ALARM, DAY_MINUTES, HELD_SIZE, Due, Held
from jiwar.store.memory import MemoryStore
from jiwar.store.signed import object_seen, record_leaf
from tests.core.store.making import TODAY, Shelf, cover, erase_token, hashed, inner, some
from tests.core.store.places import TestOuter, open_sqlite

T = TypeVar("T")
SHELVES = [some(16, ("shelf", i)) for i in range(2)]
OBJECTS = [some(16, ("obj", i)) for i in range(3)]
TAGS = [some(16, ("tag", i)) for i in range(2)]
LOCATORS = [some(32, ("locator", i)) for i in range(3)]
BOXES = [some(32, ("box", i)) for i in range(2)]
shelves, objects = st.integers(0, 1), st.sampled_from(OBJECTS)
sizes = st.sampled_from([1, 80, 3_900, 3_901, 9_000])
keeps = st.sampled_from([0, 2, 5])


def _cancel(hid: bytes) -> bytes:
    return some(32, ("cancel", hid))


class _Thing:
    """An object in the model."""

    def __init__(self, tag: bytes, first_cover: Cover, kept: bool) -> None:
        self.tag, self.head, self.cover, self.kept = tag, -1, first_cover, kept
        self.rows: dict[tuple[int, int], RecordRow] = {}


class _Shelf:
    """A shelf in the model: the steward's view, things by name, leaves in order."""

    def __init__(self, name: bytes) -> None:
        self.steward = Shelf(name)
        self.things: dict[bytes, _Thing] = {}
        self.leaves: list[bytes] = []
        self.tokens: dict[tuple[int, int], bytes] = {}
        self.halves: dict[tuple[int, int], bytes] = {}
        self.transfers: dict[int, bytes] = {}

    def root(self) -> bytes:
        nodes: dict[tuple[int, int], bytes] = {}
        for size, leaf in enumerate(self.leaves):
            nodes.update(((lv, i), h) for lv, i, h in merkle.complete(size, leaf, lambda *at: nodes[at]))
        return merkle.root(len(self.leaves), lambda *at: nodes[at])


class StoreMachine(RuleBasedStateMachine):
    """One store beside its model. `kind` is set by the subclasses."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="jiwar-"))
        self.clock = SetClock(TODAY)
        self.nights = 0
        self.store: Store = self.run(self.opened())
        self.shelves = [_Shelf(name) for name in SHELVES]
        self.accounts: dict[bytes, bytes] = {}
        self.mail: dict[bytes, dict[bytes, Mail]] = {box: {} for box in BOXES}
        self.held: dict[bytes, tuple[Held, int]] = {}

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(call)

    def refused(self, error: type[JiwarError], call: Coroutine[Any, Any, object]) -> None:
        with pytest.raises(error):
            self.run(call)

    async def opened(self) -> Store:
        if self.kind == "memory":
            return MemoryStore(self.clock)
        return await open_sqlite(self.folder / "data", self.clock, TestOuter(f"night {self.nights}"))

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @initialize()
    def open_shelves(self) -> None:
        for shelf in self.shelves:
            self.run(self.store.open_shelf(shelf.steward.new()))

    @rule(
        at=shelves,
        obj=objects,
        tag=st.sampled_from(TAGS),
        size=sizes,
        keep=keeps,
        covered=keeps,
        expects=st.booleans(),
    )
    def append(self, at: int, obj: bytes, tag: bytes, size: int, keep: int, covered: int, expects: bool) -> None:
        shelf, today = self.shelves[at], self.clock.day()
        thing = shelf.things.get(obj)
        seen, place = NEW_OBJECT, (today, keep)
        if thing is not None:
            seen, place = object_seen(thing.head, thing.cover), (today, covered)
            if not thing.kept:
                keep = keep if 0 < keep <= thing.cover.keep else thing.cover.keep
                place = thing.cover.after(today, keep)
        face = cover(some(40), shelf.steward.epoch, *place)
        if face.keep:
            self._make_half(shelf, face.keep, face.day)
        made = shelf.steward.record(
            obj, some(size), tag=tag, keep=keep, day=today, cover=face, expects=seen if expects else None
        )
        if thing is None or not thing.kept:
            self._refuse_other_places(made, face)
        number = self.run(self.store.append(made)).number
        thing = shelf.things.setdefault(obj, _Thing(tag, face, not keep))
        thing.head, thing.cover = number, face
        self._keep(shelf, thing, made, number, number)

    def _refuse_other_places(self, made: Append, face: Cover) -> None:
        """A cover of another day, lane or epoch than the one that follows from what stands."""
        for changed in (
            {"day": face.day - 1},
            {"day": face.day + 1},
            {"keep": face.keep + 1},
            {"epoch": face.epoch + 1},
        ):
            self.refused(BadInput, self.store.append(replace(made, cover=structs.replace(face, **changed))))

    def _keep(self, shelf: _Shelf, thing: _Thing, made: Any, slot: int, number: int) -> None:
        assert number == len(shelf.leaves)
        row = RecordRow(slot, number, made.epoch, made.day, made.keep, made.rid, made.value)
        thing.rows[slot, number] = row
        shelf.tokens[slot, number] = erase_token(made)
        shelf.leaves.append(
            record_leaf(made.shelf, number, made.obj, slot, made.epoch, made.day, made.keep, made.rid, made.value)
        )

    @rule(at=shelves, obj=objects, size=sizes, pick=st.integers(0, 9), covers=st.booleans())
    def annotate(self, at: int, obj: bytes, size: int, pick: int, covers: bool) -> None:
        shelf = self.shelves[at]
        thing = shelf.things.get(obj)
        slots = [slot for slot, number in thing.rows if slot == number] if thing else []
        if thing is None or not slots:
            made = shelf.steward.record(obj, some(size), slot=pick, day=self.clock.day())
            self.refused(NotThere, self.store.append(made))
            return
        slot = slots[pick % len(slots)]
        own = thing.rows[slot, slot]
        made = shelf.steward.record(obj, some(size), slot=slot, day=own.day, keep=own.keep)
        self.refused(BadInput, self.store.append(replace(made, keep=own.keep + 1)))
        if covers:
            place = (self.clock.day(), 0) if thing.kept else (thing.cover.day, thing.cover.keep)
            face = cover(some(40), shelf.steward.epoch, *place)
            made = replace(made, cover=face, expects=object_seen(thing.head, thing.cover))
        self._keep(shelf, thing, made, slot, self.run(self.store.append(made)).number)
        thing.cover = made.cover or thing.cover

    @rule(at=shelves, obj=objects)
    def append_over_a_stale_row(self, at: int, obj: bytes) -> None:
        shelf = self.shelves[at]
        made = shelf.steward.first(obj, expects=some(32), day=self.clock.day())
        self.refused(Conflict, self.store.append(made))

    @rule(at=shelves, obj=objects, pick=st.integers(0, 99), by_control=st.booleans())
    def erase(self, at: int, obj: bytes, pick: int, by_control: bool) -> None:
        shelf = self.shelves[at]
        thing = shelf.things.get(obj)
        if thing is None or not thing.rows:
            return
        slot, number = sorted(thing.rows)[pick % len(thing.rows)]
        where = (shelf.steward.name, obj, slot, number)
        self.refused(NotThere, self.store.erase(*where, some(32)))
        if by_control:
            signature = shelf.steward.signed_erase(obj, slot, number)
            self.run(self.store.erase_by_control(*where, signature))
        else:
            self.run(self.store.erase(*where, shelf.tokens[slot, number]))
        row = thing.rows[slot, number]
        thing.rows[slot, number] = RecordRow(slot, number, row.epoch, row.day, row.keep, row.rid, b"")

    @rule(at=shelves, size=sizes)
    def rotate(self, at: int, size: int) -> None:
        shelf = self.shelves[at]
        shelf.transfers[shelf.steward.epoch] = cell = some(size)
        old = Shelf(shelf.steward.name, shelf.steward.epoch)
        self.run(shelf.steward.rotate(self.store, cell))
        with pytest.raises(KeysChanged):
            self.store.shelf(old.name, old.read)
        self.refused(KeysChanged, self.store.append(old.record(OBJECTS[0], day=self.clock.day())))

    @rule(at=shelves, keep=st.sampled_from([2, 5]), ago=st.integers(0, 2))
    def make_day_half(self, at: int, keep: int, ago: int) -> None:
        self._make_half(self.shelves[at], keep, self.clock.day() - ago)

    def _make_half(self, shelf: _Shelf, keep: int, day: int) -> None:
        half = some(32)
        stands = self.run(self.store.make_day_half(shelf.steward.name, shelf.steward.append, keep, day, half))
        assert stands == shelf.halves.setdefault((keep, day), half)

    @rule(at=shelves)
    def drop_and_open_again(self, at: int) -> None:
        shelf = self.shelves[at]
        self.run(self.store.drop(shelf.steward.name, shelf.steward.signed_drop()))
        self.shelves[at] = _Shelf(shelf.steward.name)
        self.run(self.store.open_shelf(self.shelves[at].steward.new()))

    @rule(locator=st.sampled_from(LOCATORS), wrong=st.booleans())
    def put_account(self, locator: bytes, wrong: bool) -> None:
        standing, value = self.accounts.get(locator), inner(some(8))
        if wrong:
            self.refused(Conflict, self.store.put_accounts([AccountWrite(locator, some(32), value)]))
            return
        expects = None if standing is None else digest(ROW, standing)
        self.run(self.store.put_accounts([AccountWrite(locator, expects, value)]))
        self.accounts[locator] = value

    @rule(locator=st.sampled_from(LOCATORS))
    def remove_account(self, locator: bytes) -> None:
        self.run(self.store.remove_accounts([locator]))
        self.accounts.pop(locator, None)

    @rule(at=shelves, token=st.sampled_from(BOXES), size=sizes)
    def put_mail(self, at: int, token: bytes, size: int) -> None:
        steward, letter = self.shelves[at].steward, Mail(some(16), self.clock.day(), some(size))
        self.run(self.store.put_mail(steward.name, steward.append, digest(INBOX, token), letter))
        self.mail[token][letter.eid] = letter

    @rule(token=st.sampled_from(BOXES))
    def delete_mail(self, token: bytes) -> None:
        for eid in list(self.mail[token])[:1]:
            self.run(self.store.delete_mail(token, eid))
            del self.mail[token][eid]

    @rule(at=shelves, token=st.sampled_from(BOXES), minutes=st.integers(0, 5_000), extends=st.booleans())
    def hold(self, at: int, token: bytes, minutes: int, extends: bool) -> None:
        steward, hid = self.shelves[at].steward, some(16)
        minute = self.clock.day() * DAY_MINUTES + minutes
        fields = (hid, hashed(_cancel(hid)), minute, ALARM, digest(INBOX, token), some(16), some(HELD_SIZE))
        old = next(iter(self.held), None) if extends else None
        if old is None:
            self.run(self.store.put_held(steward.name, steward.append, Held(*fields)))
        else:
            self.run(self.store.extend_held(steward.name, steward.append, old, _cancel(old), Held(*fields)))
            self._is_gone(old)
        self.held[hid] = Held(*fields), minute

    def _is_gone(self, hid: bytes) -> None:
        self.held.pop(hid)
        self.refused(NotThere, self.store.fire_held(hid, 2**40, False))
        self.refused(NotThere, self.store.cancel_held(hid, _cancel(hid)))

    @rule(pick=st.integers(0, 9))
    def cancel(self, pick: int) -> None:
        for hid in list(self.held)[pick : pick + 1]:
            self.refused(NotThere, self.store.cancel_held(hid, some(32)))
            self.run(self.store.cancel_held(hid, _cancel(hid)))
            self._is_gone(hid)

    @rule(pick=st.integers(0, 9), late=st.booleans())
    def fire(self, pick: int, late: bool) -> None:
        for hid in list(self.held)[pick : pick + 1]:
            letter, minute = self.held[hid]
            self.refused(NotThere, self.store.fire_held(hid, minute - 1, late))
            self.run(self.store.fire_held(hid, minute, late))
            self._is_gone(hid)
            box = next(token for token in BOXES if digest(INBOX, token) == letter.inbox)
            self.mail[box][letter.eid] = Mail(letter.eid, letter.day, letter.value, late)

    @rule(days=st.integers(0, 3))
    def postpone(self, days: int) -> None:
        self.run(self.store.postpone_held(days, some(16, "outages"), some(9)))
        self.held = {hid: (one, minute + days * DAY_MINUTES) for hid, (one, minute) in self.held.items()}

    @rule(days=st.integers(0, 3))
    def night(self, days: int) -> None:
        self.clock.forward(days=days)
        self.nights += 1
        self.run(self.store.turn_day(self.clock.day(), TestOuter(f"night {self.nights}")))
        self._expire()

    @precondition(lambda self: self.kind == "sqlite")
    @rule(days=st.integers(0, 3))
    def restart(self, days: int) -> None:
        self.run(self.store.close())
        self.clock.forward(days=days)
        self.store = self.run(self.opened())
        self._expire()

    def _expire(self) -> None:
        today = self.clock.day()
        for shelf in self.shelves:
            shelf.halves = {key: half for key, half in shelf.halves.items() if sum(key) >= today}
            for obj, thing in list(shelf.things.items()):
                thing.rows = {
                    key: row for key, row in thing.rows.items() if not row.keep or row.day + row.keep >= today
                }
                face = thing.cover
                filled = any(row.slot == row.number and row.value for row in thing.rows.values())
                if not filled and face.keep and face.day + face.keep < today:
                    del shelf.things[obj]

    @invariant()
    def answers_like_the_model(self) -> None:
        for shelf in self.shelves:
            self._compare(shelf)
        for locator, value in self.accounts.items():
            assert self.store.account(locator) == value
        for token, box in self.mail.items():
            assert self.store.mail(token) == [box[eid] for eid in sorted(box)]
        waiting = [Due(hid, minute, ALARM) for hid, (_, minute) in self.held.items()]
        assert self.store.due_held(0, 2**30) == sorted(waiting, key=lambda due: (due.minute, due.hid))

    def _compare(self, shelf: _Shelf) -> None:
        name, read = shelf.steward.name, shelf.steward.read
        try:
            state = self.store.shelf(name, read)
        except NotThere:
            return  # Before `open_shelves`.
        assert (state.epoch, state.size, state.root) == (shelf.steward.epoch, len(shelf.leaves), shelf.root())
        for tag in TAGS:
            listed = [(row.obj, row.head, row.cover) for row in self.store.objects(name, read, tag, None, 99)]
            things = [(obj, t.head, t.cover) for obj, t in shelf.things.items() if t.tag == tag]
            assert listed == sorted(things, key=lambda thing: -thing[1])
        for obj, thing in shelf.things.items():
            rows = [thing.rows[key] for key in sorted(thing.rows)]
            assert self.store.records(name, read, obj, 0, 2**62, 999) == rows
            slots = sorted({row.slot for row in rows})
            if not thing.kept:
                assert thing.cover.day + thing.cover.keep == max(row.day + row.keep for row in rows)
            few = self.store.records(name, read, obj, 0, 2**62, 2, newest=True)
            assert few == [row for row in rows if row.slot in slots[-2:]]
        for keep in (2, 5):
            days = range(self.clock.day() - 5, self.clock.day() + 1)
            halves = {day: half for (k, day), half in shelf.halves.items() if k == keep}
            assert dict(self.store.day_halves(name, read, keep, days)) == halves
        for epoch, cell in shelf.transfers.items():
            assert self.store.transfer(name, epoch, shelf.steward.token("read", epoch)) == cell
        assert hashed(read) != read


class MemoryMachine(StoreMachine):
    kind = "memory"


class SqliteMachine(StoreMachine):
    kind = "sqlite"


TestMemory = MemoryMachine.TestCase
TestSqlite = SqliteMachine.TestCase
_calm = [HealthCheck.too_slow, HealthCheck.data_too_large]
TestMemory.settings = settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=_calm)
TestSqlite.settings = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=_calm)
