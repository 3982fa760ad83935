"""How large a run is: the whole measurement, or a quick one that shows that everything works."""

from __future__ import annotations

from dataclasses import dataclass

from bench.filling.folder import Size


@dataclass(frozen=True)
class Scale:
    """Sizes of folders, and how long and how often things are measured.

    `hub` is the folder of most rows, `small` and `large` are compared with each other. `senders` write into a room
    that as many people read; `listeners` wait for one message; `idle` live pages are open while nothing happens;
    `held` letters wait, and those of `held_minutes` come in each window; a `board` has so many needs and offers
    in memory; the folder `asked` has open requests that a page lists.
    """

    hub: Size
    small: Size
    large: Size
    windows: int
    seconds: float
    connections: int
    senders: int
    listeners: int
    idle: int
    messages: int
    times: int
    held: int
    held_minutes: int
    board: int
    asked: Size


FULL = Scale(
    hub=Size(posts=100_000, topics=10_000, members=240, circles=5),
    small=Size(posts=10_000, topics=1_000, members=240, circles=5),
    large=Size(posts=1_000_000, topics=100_000, members=240, circles=5),
    windows=9,
    seconds=1.0,
    connections=8,
    senders=32,
    listeners=200,
    idle=300,
    messages=60,
    times=30,
    held=100_000,
    held_minutes=10,
    board=10_000,
    asked=Size(posts=2_000, topics=64, members=24, circles=1, needs=5_000),
)
QUICK = Scale(
    hub=Size(posts=1_200, topics=40, members=8, circles=2),
    small=Size(posts=1_000, topics=32, members=8, circles=2),
    large=Size(posts=1_500, topics=45, members=8, circles=2),
    windows=2,
    seconds=0.2,
    connections=2,
    senders=4,
    listeners=6,
    idle=6,
    messages=4,
    times=3,
    held=300,
    held_minutes=10,
    board=200,
    asked=Size(posts=1_100, topics=34, members=8, circles=1, needs=200),
)
