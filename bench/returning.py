"""Coming back: what a remembered phone's login costs the processor, against one by the phrase."""

from __future__ import annotations

from collections.abc import Callable

from bench.filling.folder import filled
from bench.scale import Scale
from bench.serving import Running, running
from bench.table import Row, Samples
from bench.visiting import Visitor, hidden

PIN = "402317"
MOST = 1 / 3
TIMES = 12
"""Logins in a row: the processor's clock counts in hundredths of a second."""


def remembered(scale: Scale) -> list[Row]:
    """By turns, so that what disturbs the machine disturbs both alike."""
    folder = filled(scale.hub)
    phrases, pins = [], []
    with running(folder) as hub:
        phone = Visitor(hub.port)
        phone.sign_in(folder.keys[0])
        phone.post("/more/phones/remember", pin=PIN, **hidden(phone.get("/more/phones")))
        for _ in range(max(scale.windows // 3, 1)):
            phrases.append(_each(hub, lambda: Visitor(hub.port).sign_in(folder.keys[0])))
            pins.append(_each(hub, lambda: phone.post("/back", pin=PIN)))
    mine, other = Samples(tuple(pins), "ms"), Samples(tuple(phrases), "ms")
    return [
        Row(
            "sign-in of a remembered phone, processor time",
            str(mine),
            str(other),
            ratio=mine.median / other.median,
            most=MOST,
            sizes="against the phrase's; both with the first page",
        )
    ]


def _each(hub: Running, come_in: Callable[[], str]) -> float:
    """Milliseconds of the server's processor for each login."""
    before = hub.cpu_seconds
    for _ in range(TIMES):
        come_in()
    return (hub.cpu_seconds - before) / TIMES * 1000
