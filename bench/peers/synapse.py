"""Synapse, the Matrix server: one process on SQLite, a room without encryption, people who follow by /sync.

Its limits, presence and federation are off. It does no end-to-end encryption here, so it stores plain text. What it
has answered is on the disk: a write-ahead log, and SQLite waits for the disk unless it is told otherwise.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

from bench.calling import call
from bench.filling.words import Words
from bench.peers.apart import done, environment, free_port, scratch, server
from bench.peers.asking import Connection, connection, request
from bench.peers.chat import Arrivals, Peer, Room, against
from bench.scale import Scale
from bench.table import Row

PACKAGES = ("matrix-synapse==1.163.2",)
NAME = "bench.localhost"
SHARED = "a secret of this bench alone"
WAIT_MS = 30_000
POLLED_SECONDS = 0.3
"""How long everybody's question takes to be with the server."""
_NEXT = re.compile(rb'"next_batch":"([^"]+)"')
_RATE = {"per_second": 1e6, "burst_count": 1_000_000}
_FOLLOW = quote(json.dumps({"presence": {"types": []}, "account_data": {"types": []}}))


def _limits() -> dict[str, object]:
    """All that would slow somebody down, out of reach."""
    kinds = ("rc_message", "rc_registration", "rc_admin_redaction", "rc_presence", "rc_delayed_event_mgmt")
    nested = {
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _RATE),
        "rc_joins": dict.fromkeys(("local", "remote"), _RATE),
        "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _RATE),
    }
    return {**dict.fromkeys(kinds, _RATE), "rc_joins_per_room": _RATE, **nested}


def _configure(folder: Path, port: int) -> Path:
    """Its configuration, with the log's beside it. JSON is YAML."""
    log = folder / "log.json"
    log.write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}))
    told = {
        "server_name": NAME,
        "listeners": [
            {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "hub.db")}},
        "log_config": str(log),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "pid_file": str(folder / "pid"),
        "registration_shared_secret": SHARED,
        "macaroon_secret_key": SHARED,
        "form_secret": SHARED,
        "report_stats": False,
        "trusted_key_servers": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        **_limits(),
    }
    path = folder / "homeserver.yaml"
    path.write_text(json.dumps(told))
    return path


@contextmanager
def _running() -> Iterator[int]:
    """A fresh server's port."""
    python = environment("synapse", *PACKAGES) / "python"
    with scratch() as folder:
        port = free_port()
        command = [python, "-m", "synapse.app.homeserver", "--config-path", _configure(folder, port)]
        done([*command, "--generate-keys"])
        with server(command, port, folder / "said"):
            yield port


@dataclass(frozen=True)
class _Member:
    """Somebody with a connection for what they hear."""

    token: str
    hears: Connection


class SynapseRoom:
    """The room. Each time that it is written into, everybody comes with a new connection, as to a hub."""

    def __init__(self, port: int, room: str, members: list[_Member]) -> None:
        self._port, self._path = port, f"/_matrix/client/v3/rooms/{quote(room)}"
        self._members, self._words, self._number = members, Words(12), count()
        self._since: list[str] = []

    def _message(self, member: _Member, text: str) -> bytes:
        path = f"{self._path}/send/m.room.message/{next(self._number)}"
        return request("PUT", path, member.token, {"msgtype": "m.text", "body": text})

    def _talk(self, member: _Member) -> Iterator[bytes]:
        while True:
            yield self._message(member, self._words.message())

    async def write(self, seconds: float, followed: bool) -> float:
        loops = [self._talk(one) for one in self._members]
        if not followed:
            return (await call(self._port, loops, seconds)).rate
        since = await asyncio.gather(*(_next_of(one.hears, one.token, "", 0) for one in self._members))
        async with asyncio.TaskGroup() as group:
            following = [
                group.create_task(self._follow(one.token, begun))
                for one, begun in zip(self._members, since, strict=True)
            ]
            await asyncio.sleep(POLLED_SECONDS)
            window = await call(self._port, loops, seconds)
            for one in following:
                one.cancel()
        return window.rate

    async def _follow(self, token: str, since: str) -> None:
        async with connection(self._port) as hears:
            while True:
                since = await _next_of(hears, token, since, WAIT_MS)

    async def deliver(self, messages: int) -> list[float]:
        if not self._since:
            self._since = await asyncio.gather(*(_next_of(one.hears, one.token, "", 0) for one in self._members))
        waits: list[float] = []
        async with connection(self._port) as sends:
            for _ in range(messages):
                waits += await self._deliver(sends, f"message {next(self._number)}.")
        return waits

    async def _deliver(self, sends: Connection, text: str) -> list[float]:
        arrivals = Arrivals(len(self._members))
        hearing = [
            asyncio.create_task(self._hear(at, one, self._since[at], text.encode(), arrivals))
            for at, one in enumerate(self._members)
        ]
        await asyncio.sleep(POLLED_SECONDS)
        message, started = self._message(self._members[0], text), time.perf_counter()
        await sends.ask(message)
        waits = await arrivals.since(started)
        self._since = await asyncio.gather(*hearing)
        return waits

    async def _hear(self, at: int, member: _Member, since: str, text: bytes, arrivals: Arrivals) -> str:
        while True:
            answer = await member.hears.ask(_sync(member.token, since, WAIT_MS))
            since = _next(answer)
            if text in answer:
                arrivals.heard(at)
                return since


def _sync(token: str, since: str, wait_ms: int) -> bytes:
    path = f"/_matrix/client/v3/sync?timeout={wait_ms}&filter={_FOLLOW}" + (f"&since={since}" if since else "")
    return request("GET", path, token)


async def _next_of(hears: Connection, token: str, since: str, wait_ms: int) -> str:
    return _next(await hears.ask(_sync(token, since, wait_ms)))


def _next(answer: bytes) -> str:
    found = _NEXT.search(answer)
    assert found is not None, answer[:200]
    return found.group(1).decode()


@asynccontextmanager
async def _room(number: int) -> AsyncIterator[Room]:
    """A room with so many people, on a fresh server."""
    with _running() as port:
        async with AsyncExitStack() as stack:
            members = [
                _Member(await _register(port, at), await stack.enter_async_context(connection(port)))
                for at in range(number)
            ]
            first = members[0]
            made = request("POST", "/_matrix/client/v3/createRoom", first.token, {"preset": "public_chat"})
            room = json.loads(await first.hears.ask(made))["room_id"]
            for one in members[1:]:
                await one.hears.ask(request("POST", f"/_matrix/client/v3/join/{quote(room)}", one.token, {}))
            yield SynapseRoom(port, room, members)


async def _register(port: int, number: int) -> str:
    """A new account's token, by the server's own way for scripts."""
    path = "/_synapse/admin/v1/register"
    async with connection(port) as asking:
        nonce = json.loads(await asking.ask(request("GET", path)))["nonce"]
        name = f"person{number}"
        proof = hmac.new(SHARED.encode(), "\0".join((nonce, name, "word", "notadmin")).encode(), hashlib.sha1)
        body = {"nonce": nonce, "username": name, "password": "word", "admin": False, "mac": proof.hexdigest()}
        token: str = json.loads(await asking.ask(request("POST", path, body=body)))["access_token"]
        return token


PEER = Peer(
    "Synapse",
    _room,
    least_written=10.0,
    most_delivered=0.05,
    written=f"{PACKAGES[0]}, unencrypted; on the disk when answered at both",
    delivered=f"{PACKAGES[0]}, long polls of /sync, unencrypted; on the disk first at both",
    unfollowed=True,
)


def compared(scale: Scale) -> list[Row]:
    """Synapse's rows. Raises Missing where it can't be installed."""
    environment("synapse", *PACKAGES)
    return against(PEER, scale)
