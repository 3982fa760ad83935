"""Pages: against the floor, against themselves at other sizes, and what they cost besides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from statistics import median

from bench.calling import Window, call
from bench.filling.folder import Filled, filled
from bench.places import PATHS, Places, find
from bench.scale import Scale
from bench.serving import Running, running
from bench.table import Row, Samples
from bench.visiting import Visitor

TOPICS = 16
AGAINST_FLOOR = 0.5
BOARD = 0.3
GROWTH = 1.2


@dataclass(frozen=True)
class Target:
    """Pages of one server that are asked for by turns."""

    server: Running
    requests: tuple[bytes, ...]

    def loops(self, connections: int) -> list[Iterator[bytes]]:
        """One endless row of requests for each connection, each beginning somewhere else."""
        size = len(self.requests)
        return [cycle(self.requests[at % size :] + self.requests[: at % size]) for at in range(connections)]


@dataclass(frozen=True)
class Reader:
    """The reader, signed in at one server."""

    server: Running
    visitor: Visitor
    places: Places

    def group(self, **headers: str) -> Target:
        return Target(self.server, (self.visitor.request(self.places.group, **headers),))

    def talk(self) -> Target:
        return Target(self.server, (self.visitor.request(self.places.talk),))

    def topics(self, **headers: str) -> Target:
        paths = self.places.topics[:TOPICS]
        return Target(self.server, tuple(self.visitor.request(path, **headers) for path in paths))


def signed_in(hub: Running, folder: Filled, person: int = 0) -> Reader:
    """Somebody of the folder's people at a running hub."""
    visitor = Visitor(hub.port)
    visitor.sign_in(folder.keys[person])
    return Reader(hub, visitor, find(visitor))


def by_turns(targets: Mapping[str, Target], scale: Scale) -> dict[str, list[Window]]:
    """Short windows of each target by turns, so that what disturbs the machine disturbs all alike."""
    found: dict[str, list[Window]] = {name: [] for name in targets}
    for _ in range(scale.windows):
        for name, target in targets.items():
            before = target.server.cpu_seconds
            window = asyncio.run(call(target.server.port, target.loops(scale.connections), scale.seconds))
            window.cpu = target.server.cpu_seconds - before
            found[name].append(window)
    return found


def by_processor(
    title: str, ours: list[Window], other: list[Window], least: float | None = None, most: float | None = None
) -> Row:
    """The same comparison by the server's processor time alone: what else the machine does disturbs it less."""
    mine = Samples(tuple(window.cpu_each for window in ours), "ms")
    theirs = Samples(tuple(window.cpu_each for window in other), "ms")
    ratio = theirs.median / mine.median if least is not None else mine.median / theirs.median
    return Row(f"{title}, processor time", str(mine), str(theirs), ratio, least=least, most=most)


def rates(windows: list[Window]) -> Samples:
    return Samples(tuple(window.rate for window in windows), "req/s")


def sizes(folder: Filled, plain: Window, packed: Window) -> str:
    """What a row says of its page."""
    return f"{folder.size.described}; page {plain.page_bytes:,.0f} bytes, {packed.page_bytes:,.0f} with gzip"


def against_floor(scale: Scale) -> list[Row]:
    """The list of a group and a page of thirty posts, signed in, against the same pages from plain memory."""
    folder = filled(scale.hub)
    with running(folder, "bench.floor") as floor, running(folder) as hub:
        reader, stranger = signed_in(hub, folder), Visitor(floor.port)
        targets = {
            "list": reader.group(),
            "list floor": Target(floor, (stranger.request("/group"),)),
            "topic": reader.topics(),
            "topic floor": Target(floor, (stranger.request("/topic"),)),
            "list gzip": reader.group(Accept_Encoding="gzip"),
            "topic gzip": reader.topics(Accept_Encoding="gzip"),
            "talk": reader.talk(),
        }
        found = by_turns(targets, scale)
    rows = []
    for name, title in (("list", "topic list, signed in"), ("topic", "topic page, 30 posts")):
        ours, floors = rates(found[name]), rates(found[f"{name} floor"])
        about = sizes(folder, found[name][0], found[f"{name} gzip"][0])
        ratio = ours.median / floors.median
        rows.append(Row(title, str(ours), f"floor {floors}", ratio, least=AGAINST_FLOOR, sizes=about))
        rows.append(by_processor(title, found[name], found[f"{name} floor"], least=AGAINST_FLOOR))
        packed = rates(found[f"{name} gzip"])
        rows.append(Row(f"{title}, gzip", str(packed), f"plain {ours}", packed.median / ours.median))
    rows.append(Row("talk of all groups", str(rates(found["talk"])), sizes=f"{folder.size.circles} groups"))
    return rows


def board(scale: Scale) -> list[Row]:
    """The first page of a board, against the same page from plain memory."""
    folder = filled(scale.asked)
    with running(folder, "bench.floor") as floor, running(folder) as hub:
        reader = signed_in(hub, folder)
        targets = {
            "board": Target(hub, (reader.visitor.request(PATHS["help"]),)),
            "floor": Target(floor, (Visitor(floor.port).request("/board"),)),
        }
        found = by_turns(targets, scale)
    ours, floors = rates(found["board"]), rates(found["floor"])
    title, about = "board, first page", f"{folder.size.described}; page {found['board'][0].page_bytes:,.0f} bytes"
    return [
        Row(title, str(ours), f"floor {floors}", ours.median / floors.median, least=BOARD, sizes=about),
        by_processor(title, found["board"], found["floor"], least=BOARD),
    ]


def growth(scale: Scale) -> list[Row]:
    """A page of a community a hundred times as old, against the same page."""
    small, large = filled(scale.small), filled(scale.large)
    with ExitStack() as stack:
        hubs = {folder: stack.enter_context(running(folder)) for folder in (small, large)}
        readers = {folder: signed_in(hub, folder) for folder, hub in hubs.items()}
        targets = {}
        for name, folder in (("small", small), ("large", large)):
            targets[f"list {name}"] = readers[folder].group()
            targets[f"topic {name}"] = readers[folder].topics()
        found = by_turns(targets, scale)
    about = f"{large.size.posts:,} against {small.size.posts:,} posts"
    rows = []
    for name, title in (("list", "topic list, page time"), ("topic", "topic page, page time")):
        old, young = times_of(found[f"{name} large"]), times_of(found[f"{name} small"])
        rows.append(Row(title, str(old), str(young), old.median / young.median, most=GROWTH, sizes=about))
        rows.append(by_processor(title, found[f"{name} large"], found[f"{name} small"], most=GROWTH))
    return rows


def times_of(windows: list[Window]) -> Samples:
    """Milliseconds that a page takes the server: with all connections busy, the time from answer to answer."""
    return Samples(tuple(1000 / window.rate for window in windows), "ms")


def cold(scale: Scale) -> list[Row]:
    """A topic that nobody has opened since the hub was started: every record opened and its signature checked."""
    folder = filled(scale.hub)
    with running(folder) as hub:
        reader = signed_in(hub, folder)
        path, waits, warm = reader.places.topics[0], [], []
        for _ in range(scale.times):
            hub.empty_fragments()
            time.sleep(0.02)
            waits.append(_wait(reader.visitor, path))
            warm.append(_wait(reader.visitor, path))
    ours, kept = Samples(tuple(waits), "ms"), Samples(tuple(warm), "ms")
    return [
        Row("topic page, cold", str(ours), f"warm {kept}", ours.median / kept.median, sizes="one request at a time")
    ]


def _wait(visitor: Visitor, path: str) -> float:
    started = time.perf_counter()
    visitor.get(path)
    return 1000 * (time.perf_counter() - started)


def sign_in(scale: Scale) -> list[Row]:
    """Coming back: the slow hash, two rows read and written."""
    folder = filled(scale.hub)
    with running(folder) as hub:
        waits = []
        for key in folder.keys[: max(scale.times // 3, 2)]:
            visitor, started = Visitor(hub.port), time.perf_counter()
            visitor.sign_in(key)
            waits.append(time.perf_counter() - started)
    return [
        Row("sign-in, then the first page", str(Samples(tuple(waits), "s")), sizes="one at a time, Argon2id 32 MiB")
    ]


def idle_memory(scale: Scale) -> list[Row]:
    """A fresh process with an open hub after its first page."""
    folder = filled(scale.hub)
    found = []
    for _ in range(3):
        with running(folder) as hub:
            signed_in(hub, folder)
            time.sleep(1.0)
            found.append(hub.resident_kib / 1024)
    return [Row("idle memory", str(Samples(tuple(found), "MiB")), ratio=median(found), most=80, sizes="resident set")]
