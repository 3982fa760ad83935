"""The window under a flood: how long a member's page takes while forms come by the hundred in a second.

The forms are whole and sound, sent over connections that stay open, at a rate that waits for no answer. The server
keeps the window's own limits, and those alone.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import Any

from msgspec.structs import replace

from bench.calling import Window, call
from bench.filling.folder import Filled, filled
from bench.machine import cores
from bench.pages import Target, signed_in
from bench.scale import Scale
from bench.serving import running
from bench.table import Row, Samples
from bench.visiting import Visitor, hidden
from jiwar.circles import founding, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.model import DISPATCHER
from jiwar.circles.policy import Counter, HelpDesk
from jiwar.node import Hub, open_hub
from jiwar.web.serve import HOST

RATE = 500
CALM = 3.0
SHORTEST = 2.0
"""Seconds of one window: a member's page comes some dozens of times in them."""
SETTLE = 0.5
"""Seconds in which a flood begins; what comes in them isn't counted."""
TICKETS = 40
KIND, TEXT = "food", "صحن واحد، قرب السوق. " * 12
_LENGTH = b"content-length: "


async def _with_a_window(folder: Filled) -> None:
    """Open a window on the folder's hub, by a steward who begins the dispatchers; where there is one, it stays."""
    hub = await open_hub(folder.config)
    try:
        if not window.everything(hub.services):
            await _open(hub, folder)
    finally:
        await hub.close()


async def _open(hub: Hub, folder: Filled) -> None:
    sessions = hub.services.sessions
    for key in folder.keys:
        member = await hub.accounts.sign_in(key, sessions.find(sessions.start()))
        circle = next((one for one in _circles(member) if one.is_steward), None)
        if circle is not None:
            break
    else:
        raise RuntimeError("nobody of the folder's people is a steward")
    if not roles.is_open(circle, DISPATCHER):
        await roles.open_circle(circle, DISPATCHER)
    told = HelpDesk(True, "الساحة", "", (Counter(KIND, ""),))
    await founding.change_charter(circle, replace(circle.charter, window=told))
    await window.follow(circle)
    await member.flush(now=True)


def _circles(member: Any) -> list[Circle]:
    return [Circle(member, one.circle) for one in member.memberships() if not one.waiting]


def _forms(port: int) -> list[bytes]:
    """Requests as people without a key hand them in, each with a ticket of its own."""
    stranger = Visitor(port)
    first = hidden(stranger.get("/desk"))
    tickets = [hidden(stranger.post("/desk", window=first["window"], kind=KIND))["ticket"] for _ in range(TICKETS)]
    return [stranger.submission("/desk", {"ticket": ticket, "text": TEXT}) for ticket in tickets]


class _Flood:
    """Sends forms at a rate, whether or not those before are answered: over a connection that has its answer, or over
    a new one.
    """

    def __init__(self, port: int, forms: list[bytes]) -> None:
        self._port, self._forms = port, forms
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = self.answered = self.connections = 0

    async def run(self, is_enough: Callable[[], bool]) -> float:
        """How many were sent in a second."""
        started = time.perf_counter()
        while not is_enough():
            for _ in range(int((time.perf_counter() - started) * RATE) - self.sent):
                task = asyncio.create_task(self._send(self._forms[self.sent % len(self._forms)]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                self.sent += 1
            await asyncio.sleep(1 / RATE)
        rate = self.sent / (time.perf_counter() - started)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return rate

    async def _send(self, form: bytes) -> None:
        reader, writer = self._free.pop() if self._free else await self._opened()
        try:
            writer.write(form)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            start = head.index(_LENGTH) + len(_LENGTH)
            await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
        except asyncio.CancelledError:
            writer.close()
            raise
        self.answered += 1
        self._free.append((reader, writer))

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.connections += 1
        return await asyncio.open_connection(HOST, self._port)


@dataclass(frozen=True)
class _Flooded:
    rate: float
    answered: int
    connections: int


def _send_all(port: int, forms: list[bytes], told: Connection) -> None:
    """The flood's process: it says when it begins, ends when it is told anything, and says what it did.

    It takes none of the server's core.
    """
    os.sched_setaffinity(0, {cores()[1]})
    flood = _Flood(port, forms)
    told.send(None)
    rate = asyncio.run(flood.run(told.poll))
    told.send(_Flooded(rate, flood.answered, flood.connections))


def _measured(target: Target, seconds: float, forms: list[bytes]) -> tuple[Window, _Flooded | None]:
    """One member's page, asked for again and again; the flood has a process of its own, so that the member's browser
    waits for the hub alone.
    """
    port = target.server.port
    if not forms:
        return asyncio.run(call(port, target.loops(1), seconds, settle=SETTLE)), None
    here, there = get_context("spawn").Pipe()
    flood = get_context("spawn").Process(target=_send_all, args=(port, forms, there))
    flood.start()
    here.recv()
    try:
        found = asyncio.run(call(port, target.loops(1), seconds, settle=SETTLE))
        here.send(None)
        return found, here.recv()
    finally:
        flood.terminate()
        flood.join()


def _slow(windows: list[Window]) -> float:
    """The 95th percentile of a page's time, in milliseconds."""
    return 1000 * quantiles([wait for one in windows for wait in one.waits], n=20)[-1]


def flooded(scale: Scale) -> list[Row]:
    """A member's list of topics, calm and during the flood, by turns."""
    folder = filled(scale.small)
    asyncio.run(_with_a_window(folder))
    seconds = max(scale.seconds, SHORTEST)
    calm, during, floods = list[Window](), list[Window](), list[_Flooded]()
    with running(folder) as hub:
        target, forms = signed_in(hub, folder).group(), _forms(hub.port)
        for _ in range(scale.windows):
            calm.append(_measured(target, seconds, [])[0])
            found, flood = _measured(target, seconds, forms)
            during.append(found)
            floods += [flood] if flood else []
    ours, theirs = _slow(during), _slow(calm)
    title = f"topic list while {RATE} forms a second come to the window"
    return [
        Row(title, f"p95 {ours:.1f} ms", f"calm p95 {theirs:.1f} ms", ours / theirs, most=CALM, sizes=_said(floods))
    ]


def _said(floods: list[_Flooded]) -> str:
    rates = Samples(tuple(one.rate for one in floods), "forms/s")
    connections = max(one.connections for one in floods)
    return f"{rates}, at most {connections} connections; one member, one page at a time"
