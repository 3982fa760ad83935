"""Prosody, the XMPP server: a room that keeps an archive, over plain connections, people without accounts.

Twice: with its own files, as it comes, which don't wait for the disk, so that what it has taken may be lost with the
power; and with SQLite, where a message is on the disk before anybody hears it, as at a hub.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape

from bench.calling import Unexpected
from bench.filling.words import Words
from bench.peers.apart import Missing, done, free_port, program, scratch, server
from bench.peers.chat import Arrivals, Peer, Room, against
from bench.rooms import APART_SECONDS
from bench.scale import Scale
from bench.table import Row
from jiwar.web.serve import HOST

ROOM = "room@rooms.localhost"
FILES = 'storage = "internal"'
SQLITE = 'storage = "sql"; sql = { driver = "SQLite3", database = "prosody.sqlite" }'
SETTLE_SECONDS = 0.1
"""What comes in the beginning isn't counted, as in a hub's windows."""
QUIET_SECONDS = 0.3
_CONFIGURED = """
data_path = "{folder}"
certificates = "{folder}"
pidfile = "{folder}/pid"
run_as_root = true
modules_enabled = {{ "saslauth" }}
modules_disabled = {{ "s2s", "tls" }}
c2s_require_encryption = false
c2s_ports = {{ {port} }}
interfaces = {{ "127.0.0.1" }}
{storage}
storage_archive_item_limit = 10000000
log = {{ error = "*console" }}
VirtualHost "localhost"
  authentication = "anonymous"
Component "rooms.localhost" "muc"
  modules_enabled = {{ "muc_mam" }}
  muc_room_locking = false
"""
_OPENING = b"<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
_ENTERING = (
    "<presence to='{room}/{name}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
)
_NAMELESS = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'>=</auth>"
_LONGEST = 64
"""No awaited text is longer."""


class Occupant(asyncio.Protocol):
    """Somebody in the room, who waits for one text at a time in all that they hear."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._awaited, self._heard = b"", b""
        self._came: Callable[[], None] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._awaited:
            return
        heard = self._heard + data
        if self._awaited in heard:
            self._awaited = b""
            self._came()
        else:
            self._heard = heard[-_LONGEST:]

    def await_text(self, text: bytes, came: Callable[[], None]) -> None:
        """Call `came` once, when the text comes."""
        self._awaited, self._heard, self._came = text, b"", came

    def send(self, text: str, came: Callable[[], None]) -> None:
        """Say something in the room, and call `came` when it is heard again."""
        self.await_text(f"/{self._name}'".encode(), came)
        self.say(text)

    def say(self, text: str) -> None:
        self._write(f"<message to='{ROOM}' type='groupchat'><body>{escape(text)}</body></message>".encode())

    def _write(self, sent: bytes) -> None:
        self._transport.write(sent)  # type: ignore[attr-defined]

    async def enter(self) -> None:
        """Through the door, into the room."""
        await self._ask(_OPENING, b"</stream:features>")
        await self._ask(_NAMELESS, b"<success")
        await self._ask(_OPENING, b"</stream:features>")
        bind = b"<iq id='b' type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
        await self._ask(bind, b"</iq>")
        await self._ask(_ENTERING.format(room=ROOM, name=self._name).encode(), b"<subject")

    async def _ask(self, sent: bytes, awaited: bytes) -> None:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.await_text(awaited, partial(answered.set_result, None))
        self._write(sent)
        try:
            await asyncio.wait_for(answered, 30)
        except TimeoutError:
            raise Unexpected(f"no {awaited!r}; the last was {self._heard!r}") from None


class _Talk:
    """Somebody who says the next thing when they have heard the last one."""

    def __init__(self, occupant: Occupant, words: Words) -> None:
        self._occupant, self._words = occupant, words
        self.heard, self.stopping = 0, False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._say()

    def _say(self) -> None:
        self._occupant.send(f"{self.heard} {self._words.message()}", self._next)

    def _next(self) -> None:
        self.heard += 1
        if self.stopping:
            self.ended.set_result(None)
        else:
            self._say()


class ProsodyRoom:
    """The room."""

    def __init__(self, occupants: list[Occupant]) -> None:
        self._occupants, self._words, self._number = occupants, Words(13), count()

    async def write(self, seconds: float, followed: bool) -> float:
        """A message has been taken when its sender hears it. Whoever is in the room follows it."""
        talks = [_Talk(one, self._words) for one in self._occupants]
        await asyncio.sleep(SETTLE_SECONDS)
        before, started = sum(one.heard for one in talks), time.perf_counter()
        await asyncio.sleep(seconds)
        rate = (sum(one.heard for one in talks) - before) / (time.perf_counter() - started)
        for one in talks:
            one.stopping = True
        await asyncio.wait_for(asyncio.gather(*(one.ended for one in talks)), 60)
        await asyncio.sleep(QUIET_SECONDS)
        return rate

    async def deliver(self, messages: int) -> list[float]:
        waits: list[float] = []
        for _ in range(messages):
            text, arrivals = f"message {next(self._number)}.", Arrivals(len(self._occupants))
            for at, one in enumerate(self._occupants):
                one.await_text(text.encode(), partial(arrivals.heard, at))
            started = time.perf_counter()
            self._occupants[0].say(text)
            waits += await arrivals.since(started)
            await asyncio.sleep(APART_SECONDS)
        return waits


@contextmanager
def _running(storage: str) -> Iterator[int]:
    """A fresh server's port."""
    command = program("prosody")
    with scratch() as folder:
        port, told = free_port(), folder / "prosody.cfg.lua"
        told.write_text(_CONFIGURED.format(folder=folder, port=port, storage=storage))
        with server([command, "--config", told, "-F"], port, folder / "said"):
            yield port


@asynccontextmanager
async def _room(storage: str, number: int) -> AsyncIterator[Room]:
    """A room with so many people, on a fresh server."""
    loop = asyncio.get_running_loop()
    with _running(storage) as port:
        async with AsyncExitStack() as stack:
            occupants = []
            for at in range(number):
                transport, one = await loop.create_connection(partial(Occupant, f"person{at}"), HOST, port)
                stack.callback(transport.close)
                await one.enter()
                occupants.append(one)
            await asyncio.sleep(QUIET_SECONDS)
            yield ProsodyRoom(occupants)


def _peer(name: str, storage: str, disk: str) -> Peer:
    return Peer(name, partial(_room, storage), least_written=1.0, most_delivered=1.0, written=disk, delivered=disk)


def compared(scale: Scale) -> list[Row]:
    """Prosody's rows, as it comes. Raises Missing where it isn't installed."""
    program("prosody")
    return against(_peer("Prosody", FILES, "unencrypted there, and nothing there waits for the disk"), scale)


def compared_on_disk(scale: Scale) -> list[Row]:
    """The same with what it takes on the disk. Raises Missing where the module for SQLite isn't installed."""
    lua = program("prosody").read_text(errors="replace").partition("\n")[0].rpartition(" ")[2]
    try:
        done([program(Path(lua).name), "-e", "require 'dbd.sqlite3'"])
    except Missing:
        raise Missing("lua-dbi-sqlite3 isn't on this machine: apt-get install lua-dbi-sqlite3") from None
    return against(_peer("Prosody on SQLite", SQLITE, "unencrypted there; on the disk first at both"), scale)
