"""A hub's room against a peer's, by turns: messages a second, and how long one takes to reach everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bench.filling.folder import filled
from bench.filling.words import Words
from bench.rooms import Guest, deliver, guests, write
from bench.scale import Scale
from bench.serving import running
from bench.table import Row, Samples


class Room(Protocol):
    """A peer's room with everybody in it."""

    async def write(self, seconds: float) -> float:
        """Messages a second, everybody sending the next one when the last has been taken."""
        ...

    async def deliver(self, messages: int) -> list[float]:
        """Milliseconds from the start of sending to arrival at each of all, for some messages one at a time."""
        ...


Opened = Callable[[int], AbstractAsyncContextManager[Room]]
"""Opens a room of so many people."""


@dataclass(frozen=True)
class Peer:
    """Who a hub is compared with. `written` and `delivered` say how the peer's room differs from a hub's."""

    name: str
    opened: Opened
    least_written: float
    most_delivered: float
    written: str
    delivered: str


def against(peer: Peer, scale: Scale) -> list[Row]:
    """Two rows: writing into a room of `senders`, and delivery to `listeners`."""
    folder = filled(scale.hub)
    with running(folder) as hub:
        people = guests(hub, folder, max(2 * scale.senders, scale.listeners))
        return asyncio.run(_rows(peer, hub.port, people, scale))


async def _rows(peer: Peer, port: int, people: list[Guest], scale: Scale) -> list[Row]:
    ours, theirs = await _write(peer, port, people, scale)
    written = Row(
        f"writing into a room of {scale.senders}, against {peer.name}",
        str(ours),
        f"{peer.name} {theirs}",
        ours.median / theirs.median,
        least=peer.least_written,
        sizes=peer.written,
    )
    ours, theirs = await _deliver(peer, port, people, scale)
    delivered = Row(
        f"delivery to {scale.listeners}, against {peer.name}",
        str(ours),
        f"{peer.name} {theirs}",
        ours.median / theirs.median,
        most=peer.most_delivered,
        sizes=peer.delivered,
    )
    return [written, delivered]


async def _write(peer: Peer, port: int, people: list[Guest], scale: Scale) -> tuple[Samples, Samples]:
    senders, readers = people[: scale.senders], people[scale.senders : 2 * scale.senders]
    words, ours, theirs = Words(11), [], []
    async with peer.opened(scale.senders) as room:
        for _ in range(scale.windows):
            window, _ = await write(port, senders, readers, words, scale.seconds, None)
            ours.append(window.rate)
            theirs.append(await room.write(scale.seconds))
    return Samples(tuple(ours), "messages/s"), Samples(tuple(theirs), "messages/s")


async def _deliver(peer: Peer, port: int, people: list[Guest], scale: Scale) -> tuple[Samples, Samples]:
    readers, half = people[: scale.listeners], max(scale.messages // 2, 1)
    ours: list[float] = []
    theirs: list[float] = []
    async with peer.opened(scale.listeners) as room:
        for _ in range(2):
            ours += (await deliver(port, readers[0], readers, half))[0]
            theirs += await room.deliver(half)
    return Samples(tuple(ours), "ms"), Samples(tuple(theirs), "ms")


class Arrivals:
    """Who of all has heard the message that is on its way."""

    def __init__(self, number: int) -> None:
        self._number, self._at = number, dict[int, float]()
        self._all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def heard(self, person: int) -> None:
        if person not in self._at:
            self._at[person] = asyncio.get_running_loop().time()
            if len(self._at) == self._number:
                self._all.set_result(None)

    async def since(self, started: float) -> list[float]:
        """Milliseconds to each. Raises TimeoutError when one never comes."""
        await asyncio.wait_for(self._all, 60)
        return [1000 * (at - started) for at in self._at.values()]
