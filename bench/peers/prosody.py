"""Prosody, the XMPP server: a room that keeps an archive in its internal storage, over plain connections.

People come in without accounts. Its storage doesn't wait for the disk, so what it has taken may be lost with the
power; a hub's message is on the disk when it is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import count
from xml.sax.saxutils import escape

from bench.calling import Unexpected
from bench.filling.words import Words
from bench.peers.apart import free_port, program, scratch, server
from bench.peers.chat import Arrivals, Peer, Room, against
from bench.rooms import APART_SECONDS
from bench.scale import Scale
from bench.table import Row
from jiwar.web.serve import HOST

ROOM = "room@rooms.localhost"
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
storage = "internal"
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
_END = b"</message>"


class Occupant:
    """Somebody in the room: what they say, and every message that they hear."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.name, self._reader, self._writer = name, reader, writer

    async def enter(self) -> None:
        """Through the door, into the room."""
        await self._say(_OPENING, b"</stream:features>")
        await self._say(_NAMELESS, b"<success")
        await self._say(_OPENING, b"</stream:features>")
        bind = b"<iq id='b' type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
        await self._say(bind, b"</iq>")
        await self._say(_ENTERING.format(room=ROOM, name=self.name).encode(), b"<subject")

    async def _say(self, sent: bytes, awaited: bytes) -> None:
        self._writer.write(sent)
        try:
            await asyncio.wait_for(self._reader.readuntil(awaited), 30)
        except asyncio.IncompleteReadError as error:
            raise Unexpected(error.partial[:1000].decode("latin-1")) from None

    def send(self, text: str) -> None:
        self._writer.write(f"<message to='{ROOM}' type='groupchat'><body>{escape(text)}</body></message>".encode())

    async def hear(self) -> bytes:
        """What comes up to the end of the next message."""
        return await self._reader.readuntil(_END)

    async def hear_all(self) -> None:
        """Until nothing has come for a while."""
        while True:
            try:
                await asyncio.wait_for(self.hear(), 10 * APART_SECONDS)
            except TimeoutError:
                return


class ProsodyRoom:
    """The room."""

    def __init__(self, occupants: list[Occupant]) -> None:
        self._occupants, self._words, self._number = occupants, Words(13), count()

    async def write(self, seconds: float) -> float:
        """A message has been taken when its sender hears it."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        counts = await asyncio.gather(*(self._talk(one, started + seconds) for one in self._occupants))
        rate = sum(counts) / (loop.time() - started)
        await asyncio.gather(*(one.hear_all() for one in self._occupants))
        return rate

    async def _talk(self, occupant: Occupant, until: float) -> int:
        loop, sent = asyncio.get_running_loop(), 0
        mine = f"/{occupant.name}'".encode()
        while loop.time() < until:
            occupant.send(self._words.message())
            while mine not in await occupant.hear():
                pass
            sent += 1
        return sent

    async def deliver(self, messages: int) -> list[float]:
        waits: list[float] = []
        for _ in range(messages):
            text, arrivals = f"message {next(self._number)}.", Arrivals(len(self._occupants))
            hearing = [
                asyncio.create_task(self._hear(at, one, text.encode(), arrivals))
                for at, one in enumerate(self._occupants)
            ]
            await asyncio.sleep(APART_SECONDS)
            started = asyncio.get_running_loop().time()
            self._occupants[0].send(text)
            waits += await arrivals.since(started)
            await asyncio.gather(*hearing)
        return waits

    async def _hear(self, at: int, occupant: Occupant, text: bytes, arrivals: Arrivals) -> None:
        while text not in await occupant.hear():
            pass
        arrivals.heard(at)


@contextmanager
def _running() -> Iterator[int]:
    """A fresh server's port."""
    command = program("prosody")
    with scratch() as folder:
        port, told = free_port(), folder / "prosody.cfg.lua"
        told.write_text(_CONFIGURED.format(folder=folder, port=port))
        with server([command, "--config", told, "-F"], port, folder / "said"):
            yield port


@asynccontextmanager
async def _room(number: int) -> AsyncIterator[Room]:
    """A room with so many people, on a fresh server."""
    with _running() as port:
        async with AsyncExitStack() as stack:
            occupants = []
            for at in range(number):
                reader, writer = await asyncio.open_connection(HOST, port, limit=2**26)
                stack.callback(writer.close)
                occupants.append(Occupant(f"person{at}", reader, writer))
                await occupants[-1].enter()
            await asyncio.gather(*(one.hear_all() for one in occupants))
            yield ProsodyRoom(occupants)


PEER = Peer(
    "Prosody",
    _room,
    least_written=1.0,
    most_delivered=1.0,
    written="as many live readers at the hub; at Prosody the senders read along; not on the disk when answered there",
    delivered="one message at a time; not on the disk when delivered there",
)


def compared(scale: Scale) -> list[Row]:
    """Prosody's rows. Raises Missing where it isn't installed."""
    program("prosody")
    return against(PEER, scale)
