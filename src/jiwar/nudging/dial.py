"""Reaching a server: straight from here, or through a SOCKS proxy (RFC 1928 and 1929), as Tor offers one.

Through a proxy nothing is looked up here and nothing is reached from here but the proxy. It is given a name of its
own for each address, at which Tor takes another way for each: the way then doesn't show which ones belong together.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Talk = Generator[tuple[bytes, int], bytes, None]
_FREE, _NAMED, _BY_NAME = 0, 2, 3
_LENGTHS = {1: 4, 4: 16}


@dataclass(frozen=True)
class Proxy:
    """Where it listens."""

    host: str
    port: int


def talk(host: str, port: int, apart: str) -> Talk:
    """What to say to a proxy, and how many bytes to hear after it. Raises OSError when it says no."""
    said = yield bytes((5, 2, _FREE, _NAMED)), 2
    if said == bytes((5, _NAMED)):
        name = apart.encode()
        said = yield bytes((1, len(name))) + name + bytes((len(name),)) + name, 2
        if said[1] != 0:
            raise OSError
    elif said != bytes((5, _FREE)):
        raise OSError
    to = host.encode()
    said = yield bytes((5, 1, 0, _BY_NAME, len(to))) + to + port.to_bytes(2, "big"), 4
    if said[:2] != bytes((5, 0)):
        raise OSError
    length = (yield b"", 1)[0] if said[3] == _BY_NAME else _LENGTHS.get(said[3])
    if length is None:
        raise OSError
    yield b"", length + 2


async def connect(
    proxy: Proxy, host: str, port: int, apart: str, context: ssl.SSLContext | None, limit: int
) -> Streams:
    """Through the proxy. Raises OSError."""
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port, limit=limit)
    with ExitStack() as undoing:
        undoing.callback(writer.transport.abort)
        await _agree(reader, writer, talk(host, port, apart))
        if context:
            await writer.start_tls(context, server_hostname=host)
        undoing.pop_all()
    return reader, writer


async def _agree(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, steps: Talk) -> None:
    say, length = next(steps)
    while True:
        writer.write(say)
        try:
            heard = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            raise OSError from None
        try:
            say, length = steps.send(heard)
        except StopIteration:
            return


def dial(proxy: Proxy | None, host: str, port: int, apart: str, seconds: float) -> socket.socket:
    """The same for who waits: straight where there is no proxy. Raises OSError."""
    line = socket.create_connection((proxy.host, proxy.port) if proxy else (host, port), seconds)
    with ExitStack() as undoing:
        undoing.callback(line.close)
        if proxy:
            _agree_waiting(line, talk(host, port, apart))
        undoing.pop_all()
    return line


def _agree_waiting(line: socket.socket, steps: Talk) -> None:
    say, length = next(steps)
    while True:
        line.sendall(say)
        heard = b""
        while len(heard) < length:
            more = line.recv(length - len(heard))
            if not more:
                raise OSError
            heard += more
        try:
            say, length = steps.send(heard)
        except StopIteration:
            return
