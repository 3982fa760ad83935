"""A hub in a process of its own, over a real data folder, that can be killed at any moment.

Its clock stands where it is put. Commands go in and answers come out as lines of JSON; what was answered before the
kill was acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import JiwarError, NotThere
from jiwar.node import Config, Hub, open_hub
from jiwar.store.held import HELD_SIZE, Held
from jiwar.store.sqlite.store import Pace, SqliteStore
from tests.core.store.making import Shelf, hashed, some

AT_ONCE = Pace(0, 0, 0, 0)
SHELF = Shelf(some(16, "a hub of its own"))


def letter(number: int, minute: int, kind: int) -> Held:
    """The letter of a number; all go to the same box."""
    value = some(HELD_SIZE, ("value", number))
    names = (some(16, ("hid", number)), hashed(token(number)), minute, kind, digest(INBOX, b"box"))
    return Held(*names, some(16, ("eid", number)), value)


def token(number: int) -> bytes:
    return some(32, ("cancel", number))


class Served:
    """What the child does for each command."""

    def __init__(self, hub: Hub, clock: SetClock) -> None:
        self.hub, self.clock, self.store = hub, clock, hub.store
        self.seen: set[bytes] = set()

    async def begin(self) -> list[Any]:
        try:
            self.store.shelf(SHELF.name, SHELF.read)
        except NotThere:
            await self.store.open_shelf(SHELF.new())
        self.came()
        await self.hub.scheduler.look()
        return self.came()

    async def hold(self, number: int, minute: int, kind: int) -> None:
        await self.store.put_held(SHELF.name, SHELF.append, letter(number, minute, kind))

    async def cancel(self, number: int) -> None:
        await self.store.cancel_held(some(16, ("hid", number)), token(number))

    async def extend(self, old: int, number: int, minute: int, kind: int) -> None:
        new = letter(number, minute, kind)
        await self.store.extend_held(SHELF.name, SHELF.append, some(16, ("hid", old)), token(old), new)

    async def run(self, seconds: float) -> list[Any]:
        """Let time pass as it does where nothing is wrong; which letters came, when, whether late."""
        end, came = self.clock.now + seconds, []
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + self.hub.scheduler._pause())
            waiting = len(self.hub.scheduler)
            await self.hub.scheduler.look()
            if len(self.hub.scheduler) != waiting:
                came += self.came()
        return came

    async def leap(self, seconds: float) -> list[Any]:
        self.clock.now += seconds
        await self.hub.scheduler.look()
        return self.came()

    def came(self) -> list[Any]:
        new = [mail for mail in self.store.mail(b"box") if mail.eid not in self.seen]
        self.seen |= {mail.eid for mail in new}
        return [(mail.eid.hex(), self.clock.now, mail.late) for mail in new]

    async def rows(self) -> list[Any]:
        """Letters that are held, letters that are in the box."""
        assert isinstance(self.store, SqliteStore)
        held = self.store._boxes_file.rows("SELECT hid FROM held")
        return [[bytes(hid or b"").hex() for (hid,) in held], [mail.eid.hex() for mail in self.store.mail(b"box")]]


async def _serve(folder: Path, now: float, commands: int, answers: int) -> None:
    clock = SetClock()
    clock.now = now
    served = Served(await open_hub(Config(folder / "data", folder / "secret"), clock, pace=AT_ONCE), clock)
    with os.fdopen(commands) as lines:
        while line := await asyncio.to_thread(lines.readline):
            verb, *arguments = json.loads(line)
            try:
                answer = await getattr(served, verb)(*arguments)
            except JiwarError as error:
                answer = type(error).__name__
            os.write(answers, json.dumps([answer]).encode() + b"\n")
    await served.hub.close()


class ChildHub:
    """The hub as its parent has it."""

    def __init__(self, folder: Path, now: float) -> None:
        self.folder = folder
        inner, self._commands = os.pipe()
        self._answers, outer = os.pipe()
        self._raw = b""
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._commands)
                os.close(self._answers)
                asyncio.run(_serve(folder, now, inner, outer))
                os._exit(0)
            finally:
                os._exit(1)
        os.close(inner)
        os.close(outer)

    def ask(self, *command: object) -> Any:
        """Have something done, and wait until it is."""
        self.send(*command)
        while b"\n" not in self._raw:
            chunk = os.read(self._answers, 65_536)
            assert chunk, "the hub ended by itself"
            self._raw += chunk
        line, _, self._raw = self._raw.partition(b"\n")
        return json.loads(line)[0]

    def send(self, *command: object) -> None:
        os.write(self._commands, json.dumps(command).encode() + b"\n")

    def kill(self, after: float = 0.0) -> bool:
        """kill -9; whether what was sent last had been acknowledged."""
        time.sleep(after)
        os.kill(self._pid, signal.SIGKILL)
        return self._ended()

    def stop(self) -> None:
        os.close(self._commands)
        os.waitpid(self._pid, 0)
        os.close(self._answers)

    def _ended(self) -> bool:
        os.waitpid(self._pid, 0)
        os.close(self._commands)
        while chunk := os.read(self._answers, 65_536):
            self._raw += chunk
        os.close(self._answers)
        return b"\n" in self._raw
