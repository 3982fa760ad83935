"""Sessions: RAM only, sealed under a cookie that the process doesn't keep.

Implements spec/protocol.md §3.4. Between requests the table holds H(cookie) and values that open under
K(cookie ‖ boot key) alone; a restart ends every session. Nothing here is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from jiwar.clock import Clock
from jiwar.crypto.handles import Names
from jiwar.crypto.hashing import digest, same
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import SESSION_ACCOUNT, SESSION_FORM, SESSION_HANDLE, SESSION_NAME, SESSION_SEAL
from jiwar.crypto.random import Random, system_random
from jiwar.crypto.sealing import seal_outer, unseal_outer
from jiwar.errors import Busy, SignedOut

COOKIE = 32
IDLE_SECONDS = 20 * 60
MOST_SESSIONS = 20_000


@dataclass
class _Entry:
    seen: float
    idle: float
    since: tuple[int, int] = (0, 0)
    account: bytes = b""
    values: dict[str, bytes] = field(default_factory=dict)


class Session:
    """One cookie's view of its entry, for the length of a request."""

    def __init__(self, name: bytes, key: bytes, entry: _Entry, random: Random) -> None:
        self.name, self._key, self._entry, self._random = name, key, entry, random

    def read(self, slot: str) -> bytes | None:
        """A value of this session, or None."""
        sealed = self._entry.values.get(slot)
        return None if sealed is None else unseal_outer(self._key, self.name + slot.encode(), sealed)

    def write(self, slot: str, plain: bytes) -> None:
        self._entry.values[slot] = seal_outer(self._key, self.name + slot.encode(), plain, self._random)

    def forget(self, slot: str) -> None:
        self._entry.values.pop(slot, None)

    def rest_at_most(self, seconds: float) -> None:
        """Shorten how long this session may lie idle; it never grows again."""
        self._entry.idle = min(self._entry.idle, seconds)

    @property
    def idle(self) -> float:
        """How long this session may lie idle, in seconds."""
        return self._entry.idle

    def take_after(self, old: Session) -> None:
        """Belong to the account that another session of this browser belonged to."""
        self._entry.account, self._entry.since = old._entry.account, old._entry.since

    @property
    def since(self) -> tuple[int, int]:
        """The day and the part of it in which this session began."""
        return self._entry.since

    @cached_property
    def handle_key(self) -> bytes:
        """Names ids in this session's URLs."""
        return derive(self._key, SESSION_HANDLE)

    @cached_property
    def names(self) -> Names:
        """The names of ids in this session's URLs."""
        return Names(self.handle_key)

    @cached_property
    def form_token(self) -> str:
        """What every form of this session carries."""
        return derive(self._key, SESSION_FORM, length=16).hex()


class SessionTable:
    """All sessions of this process."""

    def __init__(self, clock: Clock, random: Random = system_random) -> None:
        self._clock, self._random = clock, random
        self._boot = random(32)
        self._entries: dict[bytes, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def start(self) -> bytes:
        """A new empty session; returns its cookie. Raises Busy."""
        if len(self._entries) >= MOST_SESSIONS:
            self.sweep()
            if len(self._entries) >= MOST_SESSIONS:
                raise Busy
        cookie = self._random(COOKIE)
        self._entries[digest(SESSION_NAME, cookie)] = _Entry(
            self._clock.monotonic(), IDLE_SECONDS, (self._clock.day(), self._clock.part())
        )
        return cookie

    def find(self, cookie: bytes, seen: bool = True) -> Session:
        """The session of a cookie, which counts as seen now, unless nobody was there to see. Raises SignedOut."""
        name = digest(SESSION_NAME, cookie)
        entry = self._entries.get(name)
        now = self._clock.monotonic()
        if entry is None or now - entry.seen > entry.idle:
            self._entries.pop(name, None)
            raise SignedOut
        entry.seen = now if seen else entry.seen
        return Session(name, derive(cookie + self._boot, SESSION_SEAL), entry, self._random)

    def lives(self, name: bytes) -> bool:
        """Whether a session is still there, without counting as seen: what stays open by itself keeps none alive."""
        entry = self._entries.get(name)
        return entry is not None and self._clock.monotonic() - entry.seen <= entry.idle

    def name(self, cookie: bytes) -> bytes:
        """What the table calls the session of a cookie, without opening it or counting it as seen; empty for none."""
        name = digest(SESSION_NAME, cookie)
        return name if self.lives(name) else b""

    def holds(self, name: bytes, slot: str) -> bool:
        """Whether a session has a value, whatever it is."""
        entry = self._entries.get(name)
        return entry is not None and slot in entry.values

    def end(self, cookie: bytes) -> None:
        self._entries.pop(digest(SESSION_NAME, cookie), None)

    def belongs(self, session: Session, locator: bytes) -> None:
        """Note which account a session opens, as a tag that nobody can make who hasn't the boot key."""
        self._entries[session.name].account = self._tag(locator)

    def end_of(self, locator: bytes) -> None:
        """End every session of an account."""
        tag = self._tag(locator)
        for name in [name for name, entry in self._entries.items() if same(entry.account, tag)]:
            del self._entries[name]

    def beside(self, session: Session) -> list[tuple[bytes, int, int]]:
        """The other open sessions of the same account: name, and day and part of the day in which they began."""
        own = self._entries[session.name].account
        same_account = [name for name, entry in self._entries.items() if own and same(entry.account, own)]
        others = [name for name in same_account if name != session.name and self.lives(name)]
        return sorted((name, *self._entries[name].since) for name in others)

    def end_beside(self, session: Session, name: bytes) -> None:
        """End another session of the same account; anything else is passed over."""
        if any(name == other for other, _, _ in self.beside(session)):
            del self._entries[name]

    def _tag(self, locator: bytes) -> bytes:
        return digest(SESSION_ACCOUNT, self._boot, locator)

    def forget(self, name: bytes, slot: str) -> None:
        """Have a session forget a value, whoever asks."""
        if name in self._entries:
            self._entries[name].values.pop(slot, None)

    def sweep(self) -> None:
        """Forget what has been idle for too long."""
        now = self._clock.monotonic()
        for name in [name for name, entry in self._entries.items() if now - entry.seen > entry.idle]:
            del self._entries[name]
