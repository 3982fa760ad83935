"""Rooms: how much is written while people read along, how fast a message arrives, what an open page takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from statistics import median

from bench.calling import Window, call
from bench.commits import commits_a_second
from bench.filling.folder import KEPT_IN, Filled, filled
from bench.filling.words import Words
from bench.listening import listening
from bench.machine import cores, on_core
from bench.pages import Target, signed_in
from bench.scale import Scale
from bench.serving import Running, running
from bench.table import Row, Samples
from bench.visiting import Visitor, attribute, hidden
from jiwar.web.serve import HOST

AGAINST_COMMITS = 0.2
DELIVERY = 3.0
LIVE_KIB = 64.0
ROW_BYTES = 700
"""About what a message takes in its row: sealed, padded, with its ids."""
WRITING_CLOSES = (
    "nothing small. A message takes 1.3 to 3 ms of the hub's one thread with nobody reading, and 0.1 ms more for each"
    " reader. In a profile of it the request, its form and session are a third, the circle's keys and roster a"
    " quarter, the room judged again an eighth, sealing, signing and handing the row over the rest; none of it may"
    " be kept open for the next request. Across all of them a fifth is the allocator, which overwrites what is given"
    " back and keeps nothing aside for each thread (decision 13); of what else was tried nothing keeps that"
    " promise and costs less (decision 45). A second process for live readers would take their half"
)
QUIET = {"X_Quiet": "1"}
SETTLE_SECONDS = 2.0
AT_ONCE = 16
APART_SECONDS = 0.03
Deliver = Callable[[str], Awaitable[list[float]]]
"""Sends a message and waits until everybody has it."""


@dataclass(frozen=True)
class Guest:
    """Somebody who has the room open."""

    visitor: Visitor
    room: str
    live: str
    fields: dict[str, str]

    def listen(self) -> bytes:
        return self.visitor.request(self.live)

    def say(self, text: str) -> bytes:
        """A form as the page's script sends it."""
        return self.visitor.submission(self.room, {**self.fields, "do": "send", "text": text}, **QUIET)

    def talk(self, words: Words) -> Iterator[bytes]:
        """Messages without end."""
        for number in count():
            yield self.say(f"{number} {words.message()}")


def guests(hub: Running, folder: Filled, number: int) -> list[Guest]:
    """The first people of a folder, each signed in with a session of their own and with the room open.

    Together: each sign-in waits for its row to be written in company, and two hundred one after the other would wait
    for minutes.
    """
    with ThreadPoolExecutor(AT_ONCE) as together:
        return list(together.map(partial(_guest, hub, folder), range(number)))


def _guest(hub: Running, folder: Filled, person: int) -> Guest:
    reader = signed_in(hub, folder, person)
    room = reader.places.rooms[0]
    page = reader.visitor.get(room)
    fields = {name: value for name, value in hidden(page).items() if name in ("token", "page")}
    return Guest(reader.visitor, room, attribute(page, "data-live"), fields)


def writing(scale: Scale) -> list[Row]:
    """People who write into one room as fast as they can while as many read along, against bare commits."""
    folder, words = filled(scale.hub), Words(7)
    with running(folder) as hub:
        people = guests(hub, folder, 2 * scale.senders)
        senders, readers = people[: scale.senders], people[scale.senders :]
        with_readers, alone, beside, bare = [], [], [], []
        page = signed_in(hub, folder).group()
        for _ in range(scale.windows):
            with on_core(cores()[0]):
                bare.append(commits_a_second(KEPT_IN, ROW_BYTES, scale.seconds))
            window, pages = asyncio.run(_write(hub.port, senders, readers, words, scale.seconds, page))
            with_readers.append(window.rate)
            beside += pages.waits
            alone.append(asyncio.run(_write(hub.port, senders, [], words, scale.seconds, None))[0].rate)
        still = asyncio.run(call(hub.port, page.loops(1), scale.seconds)).waits
        lone = asyncio.run(call(hub.port, [senders[0].talk(words)], scale.seconds, status=204)).waits
    ours, floor = Samples(tuple(with_readers), "messages/s"), Samples(tuple(bare), "commits/s")
    about = f"{len(senders)} senders, {len(readers)} live readers, each with a session; durable when answered"
    floor_ratio, beside_ratio = ours.median / floor.median, median(beside) / median(still)
    busy, quiet = f"p50 {1000 * median(beside):.1f} ms", f"quiet {1000 * median(still):.1f} ms"
    accepted = f"p50 {1000 * median(lone):.2f} ms"
    return [
        Row(
            "writing into a room",
            str(ours),
            f"bare {floor}",
            floor_ratio,
            least=AGAINST_COMMITS,
            sizes=about,
            closes=WRITING_CLOSES,
        ),
        Row("writing, nobody reading", str(Samples(tuple(alone), "messages/s"))),
        Row("one message, accepted", accepted, sizes="one sender, nobody else"),
        Row("topic list while all write", busy, quiet, beside_ratio, sizes="one page at a time"),
    ]


async def _write(
    port: int, senders: list[Guest], readers: list[Guest], words: Words, seconds: float, page: Target | None
) -> tuple[Window, Window]:
    """Write for some seconds; beside it one connection asks for a page again and again."""
    heard = bytearray()

    def hear(_: float, data: bytes) -> None:
        heard[:] = data[-1:]

    async with listening(port, [one.listen() for one in readers], hear):
        written = call(port, [one.talk(words) for one in senders], seconds, status=204)
        if page is None:
            return await written, Window()
        return await asyncio.gather(written, call(port, page.loops(1), seconds))


def delivery(scale: Scale) -> list[Row]:
    """From the start of sending a message to its arrival at each of those who have the room open."""
    folder = filled(scale.hub)
    with running(folder) as hub:
        people = guests(hub, folder, scale.listeners)
        one, _ = asyncio.run(_deliver(hub.port, people[0], people[:1], scale.messages))
        each, last = asyncio.run(_deliver(hub.port, people[0], people, scale.messages))
        again, _ = asyncio.run(_deliver(hub.port, people[0], people[:1], scale.messages))
    single, all_of_them = Samples(tuple(one + again), "ms"), Samples(tuple(each), "ms")
    about = (
        f"{scale.messages} messages, one at a time; {len(people)} sessions; the last of all p50 {median(last):.1f} ms"
    )
    ratio = all_of_them.median / single.median
    return [Row(f"delivery to {len(people)}", str(all_of_them), f"to 1: {single}", ratio, most=DELIVERY, sizes=about)]


async def _deliver(port: int, sender: Guest, readers: list[Guest], messages: int) -> tuple[list[float], list[float]]:
    """Milliseconds to each reader, and for each message to the last one. Raises TimeoutError when one never comes."""
    async with following(port, sender, readers) as deliver:
        waits = [await deliver(f"message {number}") for number in range(messages)]
    return [wait for each in waits for wait in each], [max(each) for each in waits]


@asynccontextmanager
async def following(port: int, sender: Guest, readers: list[Guest]) -> AsyncIterator[Deliver]:
    """Open the room for all readers; a message that is then sent gives the milliseconds to each."""
    arrived: list[float] = []
    complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hear(at: float, data: bytes) -> None:
        if b"event: say" in data:
            arrived.append(at)
            if len(arrived) == len(readers):
                complete.set_result(None)

    async def deliver(text: str) -> list[float]:
        nonlocal complete
        arrived.clear()
        complete = asyncio.get_running_loop().create_future()
        # A connection of its own: a hub closes those that rest while a peer has its turn.
        answers, sending = await asyncio.open_connection(HOST, port)
        started = time.perf_counter()
        sending.write(sender.say(text))
        await asyncio.wait_for(complete, 10)
        await answers.readuntil(b"\r\n\r\n")
        sending.close()
        waits = [1000 * (at - started) for at in arrived]
        await asyncio.sleep(APART_SECONDS)
        return waits

    async with listening(port, [one.listen() for one in readers], hear):
        yield deliver


def live_memory(scale: Scale) -> list[Row]:
    """What a live page takes that is open while nothing happens."""
    folder = filled(scale.hub)
    with running(folder) as hub:
        people = guests(hub, folder, scale.listeners)
        requests = [people[at % len(people)].listen() for at in range(scale.idle)]
        asyncio.run(_hold(hub, requests[: len(requests) // 10]))
        before, held = asyncio.run(_hold(hub, requests))
    each = (held - before) / len(requests)
    about = f"{len(requests)} open, of {len(people)} sessions; resident set {before:,} KiB before"
    return [Row("an idle live page", f"{each:.1f} KiB", ratio=each, most=LIVE_KIB, sizes=about)]


async def _hold(hub: Running, requests: list[bytes]) -> tuple[int, int]:
    before = hub.resident_kib
    async with listening(hub.port, requests, lambda _, __: None):
        await asyncio.sleep(SETTLE_SECONDS)
        return before, hub.resident_kib
