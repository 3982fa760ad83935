"""A hub's room against a peer's, by turns: messages a second, and how long one takes to reach everybody.

On both sides the same number of people, each with a session of their own, write into one room and follow it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bench.calling import call
from bench.filling.folder import Filled, filled
from bench.filling.words import Words
from bench.listening import listening
from bench.peers.apart import LEAST_SECONDS, copied
from bench.rooms import WRITING_CLOSES, Guest, following, guests
from bench.scale import Scale
from bench.serving import Running
from bench.table import Row, Samples

TURNS = 6
"""How often delivery changes sides: what disturbs the machine disturbs both alike."""


class Room(Protocol):
    """A peer's room with everybody in it."""

    async def write(self, seconds: float, followed: bool) -> float:
        """Messages a second, everybody sending the next one when the last has been taken."""
        ...

    async def deliver(self, messages: int) -> list[float]:
        """Milliseconds from the start of sending to arrival at each of all, for some messages one at a time."""
        ...


Opened = Callable[[int], AbstractAsyncContextManager[Room]]
"""Opens a room of so many people."""


@dataclass(frozen=True)
class Peer:
    """Who a hub is compared with, and the targets: as many times its messages, at most such a part of its time.

    `written` and `delivered` say what differs from a hub. A room that can be written into while nobody follows it is
    measured so as well (`unfollowed`).
    """

    name: str
    opened: Opened
    least_written: float
    most_delivered: float
    written: str
    delivered: str
    unfollowed: bool = False


def against(peer: Peer, scale: Scale) -> list[Row]:
    """Rows for writing into a room of `senders`, and one for delivery to `listeners`."""
    folder = filled(scale.hub)
    with copied(folder) as hub:
        return asyncio.run(_rows(peer, hub, folder, scale))


async def _rows(peer: Peer, hub: Running, folder: Filled, scale: Scale) -> list[Row]:
    rows = []
    for followed in (True, False) if peer.unfollowed else (True,):
        ours, theirs = await _write(peer, hub, folder, scale, followed)
        who = f"all {scale.senders} write and follow" if followed else "nobody follows"
        rows.append(
            Row(
                f"writing into a room of {scale.senders}{'' if followed else ', unfollowed'}, against {peer.name}",
                str(ours),
                f"{peer.name} {theirs}",
                ours.median / theirs.median,
                least=peer.least_written,
                closes=WRITING_CLOSES,
                sizes=f"{who}; {peer.written}",
            )
        )
    ours, theirs = await _deliver(peer, hub, folder, scale)
    delivered = Row(
        f"delivery to {scale.listeners}, against {peer.name}",
        str(ours),
        f"{peer.name} {theirs}",
        ours.median / theirs.median,
        most=peer.most_delivered,
        sizes=f"one message at a time; {peer.delivered}",
    )
    return [*rows, delivered]


async def _write(peer: Peer, hub: Running, folder: Filled, scale: Scale, followed: bool) -> tuple[Samples, Samples]:
    words, seconds = Words(11), max(scale.seconds, LEAST_SECONDS)
    ours: list[float] = []
    theirs: list[float] = []
    async with peer.opened(scale.senders) as room:
        people = await _come(hub, folder, scale.senders)
        followers = [one.listen() for one in people] if followed else []
        async with listening(hub.port, followers, lambda _, __: None):
            for _ in range(scale.windows):
                window = await call(hub.port, [one.talk(words) for one in people], seconds, status=204)
                ours.append(window.rate)
                theirs.append(await room.write(seconds, followed))
    return Samples(tuple(ours), "messages/s"), Samples(tuple(theirs), "messages/s")


async def _deliver(peer: Peer, hub: Running, folder: Filled, scale: Scale) -> tuple[Samples, Samples]:
    each = max(scale.messages // TURNS, 1)
    ours: list[float] = []
    theirs: list[float] = []
    async with peer.opened(scale.listeners) as room:
        people = await _come(hub, folder, scale.listeners)
        async with following(hub.port, people[0], people) as deliver:
            for _ in range(TURNS):
                for number in range(each):
                    ours += await deliver(f"message {number}")
                theirs += await room.deliver(each)
    return Samples(tuple(ours), "ms"), Samples(tuple(theirs), "ms")


async def _come(hub: Running, folder: Filled, number: int) -> list[Guest]:
    """People of the hub, signed in when the peer's room stands: that takes longer than a session rests."""
    return await asyncio.to_thread(guests, hub, folder, number)


class Arrivals:
    """Who of all has heard the message that is on its way."""

    def __init__(self, number: int) -> None:
        self._number, self._at = number, dict[int, float]()
        self._all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def heard(self, person: int) -> None:
        if person not in self._at:
            self._at[person] = time.perf_counter()
            if len(self._at) == self._number:
                self._all.set_result(None)

    async def since(self, started: float) -> list[float]:
        """Milliseconds to each. Raises TimeoutError when one never comes."""
        await asyncio.wait_for(self._all, 60)
        return [1000 * (at - started) for at in self._at.values()]
