"""`python -m tests.core.store.kills FOLDER KILLS`: a writing process is killed at random moments, so many times (P8).

What it acknowledged is there, and the store opens. A program of its own, which forks: a copy of a test runner would
carry whatever threads and locks the tests before have left. Exit 1 with the failed assertion.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, ROW
from jiwar.errors import NotThere
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.store.contract import AccountWrite, Mail
from jiwar.store.sqlite.store import SqliteStore
from tests.core.store.making import TODAY, Shelf, inner, some
from tests.core.store.places import open_sqlite

KILLS_PER_FOLDER = 10
TOGETHER = 5
OBJECTS = [some(16, ("kills", i)) for i in range(4)]
LOCATORS = [some(32, ("kills", i)) for i in range(3)]


def together(seed: int, turn: int) -> list[bytes]:
    """Objects that begin in one write."""
    return [some(16, ("together", seed, turn, at)) for at in range(TOGETHER)]


class Child:
    """What the killed process does: everything at once, each acknowledgement written to a pipe."""

    def __init__(self, store: SqliteStore, secret: HubSecret, shelf: Shelf, pipe: int, seed: int) -> None:
        self.store, self.secret, self.shelf, self.pipe = store, secret, shelf, pipe
        self.seed = seed
        self.choice = random.Random(seed)
        self.held: set[tuple[bytes, bytes]] = set()

    def acknowledge(self, *words: object) -> None:
        os.write(self.pipe, (" ".join(map(str, words)) + "\n").encode())

    async def append(self, who: int) -> None:
        for turn in range(100_000):
            epoch, size = self.shelf.epoch, self.choice.choice([60, 900, 9000])
            obj, name = self.choice.choice(OBJECTS), f"{self.seed}-{who}-{turn}"
            made = self.shelf.first(obj, some(size, name))
            number = (await self.store.append(made)).number
            assert epoch == self.shelf.epoch
            self.acknowledge("record", OBJECTS.index(obj), number, size, name)

    async def write_accounts(self) -> None:
        for turn in range(100_000):
            name = self.choice.choice(LOCATORS)
            value = inner(f"{self.seed} {turn}")
            now = self.store.account(name)
            held = now if (now, name) in self.held else None
            await self.store.put_accounts([AccountWrite(name, held and digest(ROW, held), value)])
            self.held = {pair for pair in self.held if pair[1] != name} | {(value, name)}
            self.acknowledge("account", LOCATORS.index(name), f"{self.seed} {turn}")

    async def write_mail(self) -> None:
        for turn in range(100_000):
            name = f"{self.seed}-{turn}"
            letter = Mail(some(16, name), TODAY, some(5000, name))
            box = some(32, ("box", self.seed, turn // 20))
            await self.store.put_mail(self.shelf.name, self.shelf.append, digest(INBOX, box), letter)
            self.acknowledge("mail", turn // 20, name)

    async def begin_together(self) -> None:
        for turn in range(100_000):
            objects = together(self.seed, turn)
            await self.store.begin_together([self.shelf.first(obj, some(900, obj)) for obj in objects])
            self.acknowledge("together", turn)
            await asyncio.sleep(self.choice.random() * 0.05)

    async def turn(self) -> None:
        while True:
            await asyncio.sleep(self.choice.random() * 0.1)
            await self.secret.turn(lambda outer: self.store.turn_day(TODAY, outer))
            self.acknowledge("turned")

    async def run(self, held: set[tuple[bytes, bytes]]) -> None:
        self.held = held
        self.acknowledge("ready")
        await asyncio.gather(
            *(self.append(who) for who in range(6)),
            *(self.write_accounts(), self.write_mail(), self.begin_together(), self.turn()),
        )


async def child(folder: Path, pipe: int, seed: int) -> None:
    secret = HubSecret(folder / "secret")
    store = await open_sqlite(folder / "data", SetClock(TODAY), secret.outer())
    shelf = Shelf(some(16, "killed"))
    held = {(store.account(name), name) for name in LOCATORS}
    await Child(store, secret, shelf, pipe, seed).run(held)


def killed_after(folder: Path, seed: int, seconds: float) -> list[list[str]]:
    """Let a process write, kill it, and return what it acknowledged."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            asyncio.run(child(folder, writing, seed))
        finally:
            os._exit(1)
    os.close(writing)
    raw, end = b"", time.monotonic() + 30
    while (left := end - time.monotonic()) > 0:
        if not select.select([reading], [], [], left)[0]:
            break
        chunk = os.read(reading, 65_536)
        if not chunk:
            raise AssertionError("the writing process ended by itself")
        if not raw:
            end = time.monotonic() + seconds
        raw += chunk
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while chunk := os.read(reading, 65_536):
        raw += chunk
    os.close(reading)
    # A line that the kill cut short acknowledges nothing.
    return [line.split() for line in raw.decode().rpartition("\n")[0].splitlines()]


async def made(folder: Path) -> None:
    store = await open_sqlite(folder / "data", SetClock(TODAY), create_hub_secret(folder / "secret").outer())
    await store.open_shelf(Shelf(some(16, "killed")).new())
    await store.put_accounts([AccountWrite(name, None, inner("first")) for name in LOCATORS])
    await store.close()


class Seen:
    """Everything that was acknowledged in a folder so far."""

    def __init__(self) -> None:
        self.records: dict[int, tuple[int, int, str]] = {}
        self.accounts: dict[int, set[bytes]] = {}
        self.mail: dict[bytes, set[str]] = {}
        self.together: dict[int, int] = {}

    def add(self, seed: int, lines: list[list[str]]) -> None:
        last, self.together[seed] = -1, -1
        for kind, *words in lines:
            if kind == "record":
                assert int(words[1]) not in self.records
                self.records[int(words[1])] = (int(words[0]), int(words[2]), words[3])
            elif kind == "account":
                last = int(words[2])
                self.accounts[int(words[0])] = {inner(f"{seed} {last}")}
            elif kind == "together":
                self.together[seed] = int(words[0])
            elif kind == "mail":
                self.mail.setdefault(some(32, ("box", seed, int(words[0]))), set()).add(words[1])
        # Accounts are written one after the other: one more may have been on its way, to any of them.
        self.on_its_way = inner(f"{seed} {last + 1}")


async def check(folder: Path, seen: Seen) -> None:
    secret = HubSecret(folder / "secret")
    store = await open_sqlite(folder / "data", SetClock(TODAY), secret.outer())
    assert (folder / "data" / "shelves.db-wal").stat().st_size == 0
    shelf = Shelf(some(16, "killed"))
    for number, (obj, size, name) in seen.records.items():
        row = store.record(shelf.name, shelf.read, OBJECTS[obj], number, number)
        assert row.value == some(size, name)
    assert store.shelf(shelf.name, shelf.read).size > max(seen.records, default=-1)
    for index, values in seen.accounts.items():
        values.add(seen.on_its_way)
        assert store.account(LOCATORS[index]) in values
    for box, names in seen.mail.items():
        assert names <= {name for name in names for mail in store.mail(box) if mail.value == some(5000, name)}
    for seed, last in seen.together.items():
        # One write more may have been on its way: whole, or not at all.
        there = [[_is_there(store, shelf, obj) for obj in together(seed, turn)] for turn in range(last + 2)]
        assert all(map(all, there[:-1]))
        assert all(there[-1]) or not any(there[-1])
    if secret.turning:
        await secret.turn(lambda outer: store.turn_day(TODAY, outer))
    await store.close()


def _is_there(store: SqliteStore, shelf: Shelf, obj: bytes) -> bool:
    try:
        return store.object(shelf.name, shelf.read, obj).obj == obj
    except NotThere:
        return False


def main(place: Path, kills: int) -> None:
    """Kill so often, in folders under `place`, and check after each."""
    choice = random.Random(7)
    acknowledged = turned = 0
    for kill in range(kills):
        folder = place / str(kill // KILLS_PER_FOLDER)
        if not folder.exists():
            asyncio.run(made(folder))
            seen = Seen()
        lines = killed_after(folder, kill, choice.random() * 0.25)
        seen.add(kill, lines)
        asyncio.run(check(folder, seen))
        acknowledged, turned = acknowledged + len(lines), turned + lines.count(["turned"])
    assert acknowledged > kills, "the processes wrote something before they were killed, however busy the machine"
    assert turned or kills < 20, "the secret turned under some of them"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
