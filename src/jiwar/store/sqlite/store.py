"""The store over SQLite, composed of its three files.

Implements spec/protocol.md §7. Never one transaction over two files: what is written together is found together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jiwar.clock import Clock, hour_of
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, INVITE_NUMBER
from jiwar.crypto.random import Random, system_random
from jiwar.errors import StoreDamaged, Unopenable
from jiwar.store import checks
from jiwar.store.contract import (
    AccountWrite,
    Append,
    Mail,
    NewShelf,
    ObjectRow,
    Outer,
    Receipt,
    RecordRow,
    Rotation,
    ShelfState,
    Woken,
)
from jiwar.store.guard import Guard
from jiwar.store.sqlite import upkeep
from jiwar.store.sqlite.accounts import ACCOUNT, Accounts
from jiwar.store.sqlite.boxes import Boxes
from jiwar.store.sqlite.connection import File, truncate
from jiwar.store.sqlite.folder import Folder
from jiwar.store.sqlite.held import HeldJobs, SqliteHeld
from jiwar.store.sqlite.reads import ShelfReads
from jiwar.store.sqlite.schema import ACCOUNTS, BOXES, SHELVES
from jiwar.store.sqlite.shelves import ShelfJobs
from jiwar.store.sqlite.standing import Gathered
from jiwar.store.sqlite.writer import Gather, Writer
from jiwar.store.watchers import Watchers


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that writes wait for company, so that commits of different files don't tell who did both."""

    accounts: float = 2.0
    accounts_jitter: float = 1.0
    boxes: float = 1.0
    shelves_loaded: float = 0.002


class _Either:
    """Opens what one of two layers sealed: while day halves go over from one to the other."""

    def __init__(self, new: Outer, old: Outer) -> None:
        self._new, self._old = new, old
        self.seal = new.seal

    def open(self, table: str, name: bytes, sealed: bytes) -> bytes:
        try:
            return self._new.open(table, name, sealed)
        except Unopenable:
            return self._old.open(table, name, sealed)


class SqliteStore(SqliteHeld):
    """`jiwar.store.contract.Store` over a data folder. Made by `open_store`."""

    def __init__(self, folder: Folder, outer: Outer, clock: Clock, random: Random, pace: Pace) -> None:
        self._folder, self._clock = folder, clock
        self._watchers = Watchers()
        accounts, boxes, shelves = (File(folder.path / layout.name, layout) for layout in (ACCOUNTS, BOXES, SHELVES))
        self._accounts_file, self._boxes_file, self._shelves_file = accounts, boxes, shelves
        self._accounts = Accounts(accounts, outer, clock, random)
        self._boxes = Boxes(boxes, outer, clock)
        self._held = HeldJobs(boxes, self._boxes)
        gathered = Gathered(shelves, tell=self._tell)
        self._jobs = ShelfJobs(shelves, gathered, outer)
        self._reads = ShelfReads(shelves, outer)
        self._prepare()
        accounts_pace = Gather(always=pace.accounts, jitter=pace.accounts_jitter)
        self._accounts_writer = Writer(accounts, self._accounts, accounts_pace, random)
        self._boxes_writer = Writer(boxes, self._boxes, Gather(always=pace.boxes), random)
        self._writer = Writer(shelves, gathered, Gather(loaded=pace.shelves_loaded), random)

    def _prepare(self) -> None:
        """Before the first answer: the secret fits, what has expired is gone, the logs are empty."""
        self._require_secret()
        upkeep.sweep_at_boot(self._shelves_file, self._boxes_file, self._clock.day())
        for file in (self._accounts_file, self._boxes_file, self._shelves_file):
            truncate(file.writer)

    def _require_secret(self) -> None:
        """Raises StoreDamaged when rows are there that this secret doesn't open."""
        rows = self._accounts_file.rows("SELECT k, v FROM acct ORDER BY k LIMIT 1")
        try:
            for name, sealed in rows:
                self._accounts.outer.open(ACCOUNT, bytes(name or b""), bytes(sealed or b""))
        except Unopenable as error:
            raise StoreDamaged from error

    def _tell(self, woken: list[tuple[bytes, tuple[bytes, int, int]]], ended: list[bytes]) -> None:
        for shelf, place in woken:
            self._watchers.wake(shelf, [place])
        for shelf in ended:
            self._watchers.end(shelf)

    # shelves

    async def open_shelf(self, new: NewShelf) -> None:
        checks.check_shelf(new)
        await self._writer.write(lambda: self._jobs.open_shelf(new))

    def shelf(self, shelf: bytes, token: bytes) -> ShelfState:
        return self._reads.shelf(shelf, token)

    async def append(self, append: Append) -> Receipt:
        checks.check_append(append, self._clock.day())
        return await self._writer.write(lambda: self._jobs.append(append))

    async def begin_together(self, appends: Sequence[Append]) -> None:
        checks.check_together(appends, self._clock.day())
        await self._writer.write(lambda: self._jobs.begin_together(appends))

    def objects(self, shelf: bytes, token: bytes, tag: bytes, before: int | None, limit: int) -> list[ObjectRow]:
        return self._reads.objects(shelf, token, tag, before, limit)

    def object(self, shelf: bytes, token: bytes, obj: bytes) -> ObjectRow:
        return self._reads.object(shelf, token, obj)

    def records(
        self, shelf: bytes, token: bytes, obj: bytes, first: int, last: int, limit: int, newest: bool = False
    ) -> list[RecordRow]:
        return self._reads.records(shelf, token, obj, first, last, limit, newest)

    def record(self, shelf: bytes, token: bytes, obj: bytes, slot: int, number: int) -> RecordRow:
        return self._reads.record(shelf, token, obj, slot, number)

    async def erase(self, shelf: bytes, obj: bytes, slot: int, number: int, erase_token: bytes) -> None:
        await self._writer.write(lambda: self._jobs.erase((shelf, obj, slot, number), erase_token))

    async def erase_by_control(self, shelf: bytes, obj: bytes, slot: int, number: int, signature: bytes) -> None:
        await self._writer.write(lambda: self._jobs.erase_by_control((shelf, obj, slot, number), signature))

    async def rotate(self, rotation: Rotation) -> None:
        checks.check_rotation(rotation)
        today = self._clock.day()
        await self._writer.write(lambda: self._jobs.rotate(rotation, today))

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        return self._reads.transfer(shelf, epoch, token)

    async def drop(self, shelf: bytes, signature: bytes) -> None:
        await self._writer.write(lambda: self._jobs.drop(shelf, signature))

    def node(self, shelf: bytes, token: bytes, level: int, index: int) -> bytes:
        return self._reads.node(shelf, token, level, index)

    # day halves

    def day_halves(self, shelf: bytes, token: bytes, keep: int, days: Iterable[int]) -> Mapping[int, bytes]:
        return self._reads.day_halves(shelf, token, keep, days)

    async def make_day_half(self, shelf: bytes, token: bytes, keep: int, day: int, half: bytes) -> bytes:
        checks.check_half(keep, day, half, self._clock.day())
        return await self._writer.write(lambda: self._jobs.make_day_half(shelf, token, keep, day, half))

    # accounts

    def account(self, locator: bytes) -> bytes:
        return self._accounts.account(locator)

    def guard(self, locator: bytes) -> Guard:
        return self._accounts.guard(locator)

    async def put_accounts(self, writes: Sequence[AccountWrite]) -> None:
        checks.check_accounts(tuple(writes), hour_of(self._clock))
        await self._accounts_writer.write(lambda: self._accounts.put(writes))

    async def close_account(self, capability: bytes) -> bytes:
        return await self._accounts_writer.write(lambda: self._accounts.close(capability))

    async def wake_account(self, capability: bytes) -> bytes:
        return await self._accounts_writer.write(lambda: self._accounts.wake(capability))

    async def remove_accounts(self, locators: Sequence[bytes]) -> None:
        await self._accounts_writer.write(lambda: self._accounts.remove(locators))

    # boxes

    async def put_mail(self, shelf: bytes, token: bytes, inbox: bytes, mail: Mail) -> None:
        checks.check_mail(inbox, mail, self._clock.day())
        self._reads.admit_writer(shelf, token)
        await self._boxes_writer.write(lambda: self._boxes.put_mail(inbox, mail))

    async def answer_invite(self, number: bytes, inbox: bytes, mail: Mail) -> None:
        today = self._clock.day()
        checks.check_mail(inbox, mail, today)
        name = digest(INVITE_NUMBER, number)
        await self._boxes_writer.write(lambda: self._boxes.answer_invite(name, inbox, mail, today))

    def mail(self, read_token: bytes) -> list[Mail]:
        return self._boxes.mail(read_token)

    async def delete_mail(self, read_token: bytes, eid: bytes) -> None:
        inbox = digest(INBOX, read_token)
        await self._boxes_writer.write(lambda: self._boxes.delete_mail(inbox, eid))

    async def put_invite(self, number: bytes, last_day: int, value: bytes) -> None:
        checks.check_invite(last_day, value)
        name, today = digest(INVITE_NUMBER, number), self._clock.day()
        await self._boxes_writer.write(lambda: self._boxes.put_invite(name, last_day, value, today))

    def invite(self, number: bytes) -> bytes:
        return self._boxes.invite(number)

    async def remove_invite(self, number: bytes) -> None:
        name = digest(INVITE_NUMBER, number)
        await self._boxes_writer.write(lambda: self._boxes.remove_invite(name))

    async def put_page(self, name: bytes, value: bytes) -> None:
        checks.check_page(name, value)
        await self._boxes_writer.write(lambda: self._boxes.put_page(name, value))

    def page(self, name: bytes) -> bytes:
        return self._boxes.page(name)

    async def remove_page(self, name: bytes) -> None:
        await self._boxes_writer.write(lambda: self._boxes.remove_page(name))

    # live and upkeep

    def watch(self, shelf: bytes, token: bytes, woken: Woken) -> Callable[[], None]:
        self._reads.shelf(shelf, token)
        return self._watchers.add(shelf, woken)

    async def turn_day(self, today: int, outer: Outer) -> None:
        await self._accounts_writer.alone(lambda: self._turn_accounts(outer, today))
        await self._boxes_writer.alone(lambda: self._turn_boxes(outer, today))
        await self._writer.alone(lambda: self._turn_shelves(outer, today))

    def _turn_accounts(self, outer: Outer, today: int) -> None:
        new = upkeep.rebuild_accounts(self._accounts_file, self._accounts.outer, outer, today)

        def take_over() -> None:
            self._accounts_file.renew(new)
            self._accounts.outer = outer

        self._accounts_writer.in_loop(take_over)

    def _turn_boxes(self, outer: Outer, today: int) -> None:
        new = upkeep.rebuild_boxes(self._boxes_file, self._boxes.outer, outer, today)

        def take_over() -> None:
            self._boxes_file.renew(new)
            self._boxes.outer = outer

        self._boxes_writer.in_loop(take_over)

    def _turn_shelves(self, outer: Outer, today: int) -> None:
        old = self._jobs.outer
        self._reads.outer = _Either(outer, old)
        upkeep.turn_shelves(self._shelves_file, old, outer, today)
        self._jobs.outer = self._reads.outer = outer
        self._writer.in_loop(self._shelves_file.renew)

    async def close(self) -> None:
        for writer in (self._accounts_writer, self._boxes_writer, self._writer):
            await writer.close()
        for file in (self._accounts_file, self._boxes_file, self._shelves_file):
            file.close()
        self._folder.release()


async def open_store(
    path: Path,
    outer: Outer,
    clock: Clock,
    random: Random = system_random,
    pace: Pace | None = None,
) -> SqliteStore:
    """Open the store in a data folder, or make one there. Raises StoreDamaged, Busy."""
    folder = Folder(path)
    try:
        folder.prepare()
        return SqliteStore(folder, outer, clock, random, pace or Pace())
    except Exception:
        folder.release()
        raise
