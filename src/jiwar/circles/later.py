"""Records that wait in RAM for a random while before they are appended.

Implements spec/protocol.md §9.4. Whoever looks at a shelf at the moment when somebody is there sees nothing of theirs
come: it comes five to sixty minutes later, in no order. What waits is signed and sealed; the process can append it,
and open nothing with it. It is durable elsewhere, in its author's keyring (`oneoffs`): what is lost here with the
process is put here again by their next visit. What comes with it, a photo, is nowhere else: it comes behind it at the
same moment, and is lost with the process. What is urgent waits less, one to five minutes; what is to happen then,
that somebody is woken, happens when it stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from jiwar.clock import Clock
from jiwar.crypto.random import Random
from jiwar.errors import JiwarError, PhotosFull
from jiwar.store.contract import Append, Store

USUAL, URGENT = (300, 3_600), (60, 300)
"""The shortest and the longest wait, in seconds."""
LOOK_SECONDS = 20.0
MOST_WITH = 200
"""Records that come with others, in RAM at once: each has the size of a photo."""


@dataclass
class Later:
    """What waits, by its object: when it is due, the record, what follows it, and the record that comes with it."""

    waiting: dict[bytes, tuple[float, Append, Callable[[], None], Append | None]] = field(default_factory=dict)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def put(
        self,
        append: Append,
        clock: Clock,
        random: Random,
        wait: tuple[int, int] = USUAL,
        then: Callable[[], None] = lambda: None,
        beside: Append | None = None,
    ) -> None:
        """Have it appended in a while, with another one behind it, and something follow when it stands."""
        soonest, latest = wait
        due = clock.monotonic() + soonest + int.from_bytes(random(4), "big") % (latest - soonest)
        self.waiting[append.obj] = (due, append, then, beside)

    def require_place(self) -> None:
        """Whether something may come with what waits. Raises PhotosFull."""
        if sum(beside is not None for *_, beside in self.waiting.values()) >= MOST_WITH:
            raise PhotosFull

    def brings(self, obj: bytes) -> bool:
        """Whether something comes with what waits for an object."""
        return obj in self.waiting and self.waiting[obj][-1] is not None

    async def take_back(self, obj: bytes) -> bool:
        """Let it never come; False when it isn't here (any more)."""
        async with self._writing:
            return self.waiting.pop(obj, None) is not None

    async def look(self, store: Store, now: float) -> None:
        """Append what is due. What the store refuses by now is left to its author's next visit."""
        async with self._writing:
            due = [obj for obj, (when, *_) in self.waiting.items() if when <= now]
            for obj in due:
                _, append, then, beside = self.waiting[obj]
                with suppress(JiwarError):
                    await store.append(append)
                    then()
                    if beside is not None:
                        await store.append(beside)
                del self.waiting[obj]

    async def flush(self, store: Store, random: Random) -> None:
        """Append everything, in a random order: the process ends."""
        self.waiting = dict(sorted(self.waiting.items(), key=lambda _: random(8)))
        await self.look(store, float("inf"))

    async def run(self, store: Store, clock: Clock) -> None:
        """For as long as the hub runs."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(store, clock.monotonic())
