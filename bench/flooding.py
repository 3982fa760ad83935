"""The window under a flood: how long a member's page takes while forms come by the hundred in a second.

The forms are whole and sound, sent over connections that stay open, at a rate that doesn't wait for answers longer
than one of them takes. The server keeps the window's own limits, and those alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from statistics import quantiles
from typing import Any

from msgspec.structs import replace

from bench.calling import Window, call
from bench.filling.folder import Filled, filled
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
CONNECTIONS = 50
CALM = 3.0
CLOSES = (
    "a process of its own for the window: fifty connections that are read and answered in one thread stand before a "
    "member's request there, however little each costs"
)
SHORTEST = 2.0
"""Seconds of one window: a member's page comes some dozens of times in them."""
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


async def _flood(port: int, forms: list[bytes], until: asyncio.Event) -> int:
    """How many were answered until somebody says that it is enough."""
    sent = await asyncio.gather(
        *(_one_connection(port, forms[at % len(forms)], until, at) for at in range(CONNECTIONS))
    )
    return sum(sent)


async def _one_connection(port: int, form: bytes, until: asyncio.Event, at: int) -> int:
    reader, writer = await asyncio.open_connection(HOST, port)
    step, answered = CONNECTIONS / RATE, 0
    due = time.perf_counter() + at / RATE
    while not until.is_set():
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(form)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        start = head.index(_LENGTH) + len(_LENGTH)
        await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
        answered += 1
        due = max(due + step, time.perf_counter() - step)
    writer.close()
    return answered


async def _measured(target: Target, seconds: float, forms: list[bytes]) -> tuple[Window, float]:
    """One member's page, asked for again and again; and how many forms a second were answered beside it."""
    until, started = asyncio.Event(), time.perf_counter()
    port = target.server.port
    flood = asyncio.create_task(_flood(port, forms, until)) if forms else None
    found = await call(port, target.loops(1), seconds, settle=0.5)
    until.set()
    return found, (await flood) / (time.perf_counter() - started) if flood else 0.0


def _slow(windows: list[Window]) -> float:
    """The 95th percentile of a page's time, in milliseconds."""
    return 1000 * quantiles([wait for one in windows for wait in one.waits], n=20)[-1]


def flooded(scale: Scale) -> list[Row]:
    """A member's list of topics, calm and during the flood, by turns."""
    folder = filled(scale.small)
    _run(_with_a_window(folder))
    seconds = max(scale.seconds, SHORTEST)
    calm, during, rates = list[Window](), list[Window](), list[float]()
    with running(folder) as hub:
        target, forms = signed_in(hub, folder).group(), _forms(hub.port)
        for _ in range(scale.windows):
            calm.append(_run(_measured(target, seconds, []))[0])
            found, rate = _run(_measured(target, seconds, forms))
            during.append(found)
            rates.append(rate)
    ours, theirs = _slow(during), _slow(calm)
    said = f"{Samples(tuple(rates), 'forms/s')}, {CONNECTIONS} connections; one member, one page at a time"
    title = f"topic list while {RATE} forms a second come to the window"
    calmly = f"calm p95 {theirs:.1f} ms"
    return [Row(title, f"p95 {ours:.1f} ms", calmly, ours / theirs, most=CALM, sizes=said, closes=CLOSES)]


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)
