"""Synapse, the Matrix server: one process on SQLite, a room without encryption, people who follow by /sync.

Its limits, presence and federation are off. It does no end-to-end encryption here, so it stores plain text; its
durability is SQLite's with its own settings.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

from bench.filling.words import Words
from bench.peers.apart import done, environment, free_port, scratch, server
from bench.peers.asking import Connection, connection, request
from bench.peers.chat import Arrivals, Peer, Room, against
from bench.rooms import APART_SECONDS
from bench.scale import Scale
from bench.table import Row

PACKAGES = ("matrix-synapse==1.163.2",)
NAME = "bench.localhost"
SHARED = "a secret of this bench alone"
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
    """Somebody with a connection for what they send, and one for what they hear."""

    token: str
    sends: Connection
    hears: Connection


class SynapseRoom:
    """The room."""

    def __init__(self, room: str, members: list[_Member]) -> None:
        self._path = f"/_matrix/client/v3/rooms/{quote(room)}"
        self._members, self._words, self._number = members, Words(12), count()

    def _message(self, member: _Member, text: str) -> bytes:
        path = f"{self._path}/send/m.room.message/{next(self._number)}"
        return request("PUT", path, member.token, {"msgtype": "m.text", "body": text})

    async def write(self, seconds: float) -> float:
        loop = asyncio.get_running_loop()
        started = loop.time()
        counts = await asyncio.gather(*(self._talk(one, started + seconds) for one in self._members))
        return sum(counts) / (loop.time() - started)

    async def _talk(self, member: _Member, until: float) -> int:
        loop, sent = asyncio.get_running_loop(), 0
        while loop.time() < until:
            await member.sends.ask(self._message(member, self._words.message()))
            sent += 1
        return sent

    async def deliver(self, messages: int) -> list[float]:
        since = await asyncio.gather(*(self._follow(one, "", 0) for one in self._members))
        waits: list[float] = []
        for _ in range(messages):
            text = f"message {next(self._number)}."
            arrivals = Arrivals(len(self._members))
            hearing = [
                asyncio.create_task(self._hear(at, one, since[at], text.encode(), arrivals))
                for at, one in enumerate(self._members)
            ]
            await asyncio.sleep(10 * APART_SECONDS)  # Everybody's question has to be with the server.
            started = asyncio.get_running_loop().time()
            await self._members[0].sends.ask(self._message(self._members[0], text))
            waits += await arrivals.since(started)
            since = await asyncio.gather(*hearing)
        return waits

    async def _follow(self, member: _Member, since: str, wait_ms: int) -> str:
        return _next(await self._sync(member, since, wait_ms))

    async def _sync(self, member: _Member, since: str, wait_ms: int) -> bytes:
        path = f"/_matrix/client/v3/sync?timeout={wait_ms}&filter={_FOLLOW}" + (f"&since={since}" if since else "")
        return await member.hears.ask(request("GET", path, member.token))

    async def _hear(self, at: int, member: _Member, since: str, text: bytes, arrivals: Arrivals) -> str:
        while True:
            answer = await self._sync(member, since, 30_000)
            since = _next(answer)
            if text in answer:
                arrivals.heard(at)
                return since


def _next(answer: bytes) -> str:
    found = _NEXT.search(answer)
    assert found is not None, answer[:200]
    return found.group(1).decode()


@asynccontextmanager
async def _room(number: int) -> AsyncIterator[Room]:
    """A room with so many people, on a fresh server."""
    with _running() as port:
        async with AsyncExitStack() as stack:
            open_one = stack.enter_async_context
            members = [
                _Member(await _register(port, at), await open_one(connection(port)), await open_one(connection(port)))
                for at in range(number)
            ]
            first = members[0]
            made = request("POST", "/_matrix/client/v3/createRoom", first.token, {"preset": "public_chat"})
            room = json.loads(await first.sends.ask(made))["room_id"]
            for one in members[1:]:
                await one.sends.ask(request("POST", f"/_matrix/client/v3/join/{quote(room)}", one.token, {}))
            yield SynapseRoom(room, members)


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
    written="as many live readers at the hub, nobody following at Synapse; unencrypted there",
    delivered="one message at a time; long polls of /sync there, unencrypted",
)


def compared(scale: Scale) -> list[Row]:
    """Synapse's rows. Raises Missing where it can't be installed."""
    environment("synapse", *PACKAGES)
    return against(PEER, scale)
