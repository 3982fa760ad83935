"""A signed-in member for the length of a request: their keyring, opened, and the way to change it.

Implements spec/protocol.md §3.4. The session keeps, sealed under the cookie: what opens the account, the keyring as
it was last read, and the trails that have moved since. Decisions are written at once; trails are written when a
session ends and at most every ten minutes, so that the store does not see every visit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import replace as changed

from msgspec.structs import replace

from jiwar.circles.later import Later
from jiwar.circles.model import STEWARD
from jiwar.circles.rung import Rung
from jiwar.clock import Clock
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import PERSONA_RETURN
from jiwar.crypto.random import Random
from jiwar.errors import Conflict, NotThere, SignedOut, Unopenable
from jiwar.keyring import shelves
from jiwar.keyring.account import Access, inner_digest
from jiwar.keyring.model import Keyring, Membership, Settings, Trail, merge
from jiwar.keyring.persona import Persona
from jiwar.keyring.session import Session, SessionTable
from jiwar.log.fragments import Fragments
from jiwar.log.queues import Queues
from jiwar.store.contract import AccountWrite, Store
from jiwar.store.guard import Order
from jiwar.wire.canonical import Wire, encode, reread

FLUSH_SECONDS = 600
_TRIES = 8
Change = Callable[[Keyring], Keyring]


@dataclass
class Services:
    """What `node` composes once and every request uses."""

    store: Store
    clock: Clock
    random: Random
    fragments: Fragments
    sessions: SessionTable
    hub_id: bytes
    versions: dict[bytes, int]
    publishing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the list of published circles is read and written anew."""
    rung: Rung = field(default_factory=Rung)
    queues: Queues = field(default_factory=Queues)
    later: Later = field(default_factory=Later)


class _Line(Wire, frozen=True):
    """What every page asks about every circle; `key` is the public key of my persona there."""

    circle: bytes
    parent: bytes
    role: int
    waiting: bool
    level: int
    key: bytes


class _Held(Wire, frozen=True):
    """The keyring as this session read it last, and its circles in brief: most pages decode one circle at most."""

    version: int
    digest: bytes
    keyring: Keyring
    lines: tuple[_Line, ...]


def _lines(keyring: Keyring) -> tuple[_Line, ...]:
    return tuple(
        _Line(
            one.circle,
            one.parent,
            one.role,
            one.waiting,
            shelves.trail(keyring, one.circle).level,
            Persona(one.persona).key,
        )
        for one in shelves.memberships(keyring)
    )


class _Step(Wire, frozen=True):
    """A trail that has moved; it stays encoded until somebody asks for its circle."""

    circle: bytes
    level: int
    encoded: bytes


class _Moved(Wire, frozen=True):
    """Trails that have moved since; `flushed` is when they were written last."""

    flushed: float
    steps: tuple[_Step, ...]

    def without(self, circle: bytes) -> tuple[_Step, ...]:
        return tuple(step for step in self.steps if step.circle != circle)


class Member:
    """Whoever holds the cookie."""

    def __init__(self, services: Services, session: Session) -> None:
        """Raises SignedOut when the session belongs to nobody yet."""
        self.services, self.session = services, session
        opens = session.read("access")
        if opens is None:
            raise SignedOut
        self._trails: dict[bytes, Trail] = {}
        self._access = Access(opens[:32], opens[32:], services.hub_id)
        self._held = self._read_held()
        self._moved = self._read_moved()

    @staticmethod
    def begin(services: Services, session: Session, access: Access) -> Member:
        """Make a session this account's. Raises SignedOut when the phrase opens nothing."""
        services.sessions.belongs(session, access.locator)
        session.write("access", access.locator + access.unlock)
        session.forget("keyring")
        session.forget("moved")
        return Member(services, session)

    @staticmethod
    def newborn(services: Services, session: Session, access: Access, inner: bytes, keyring: Keyring) -> Member:
        """Make a session that of an account whose first row is still on its way to the store."""
        services.sessions.belongs(session, access.locator)
        held = _Held(services.versions.get(access.locator, 0), inner_digest(inner), keyring, _lines(keyring))
        session.write("access", access.locator + access.unlock)
        session.write("keyring", encode(held))
        session.forget("moved")
        return Member(services, session)

    @property
    def access(self) -> Access:
        """What opens this account: for a phone that shall remember it, and nothing else."""
        return self._access

    def _read_moved(self) -> _Moved:
        """What this session knows now: another request of it may have moved on."""
        raw = self.session.read("moved")
        return reread(raw, _Moved) if raw else _Moved(self.services.clock.monotonic(), ())

    def _version(self) -> int:
        return self.services.versions.get(self._access.locator, 0)

    def _read_held(self) -> _Held:
        raw = self.session.read("keyring")
        if raw is not None:
            held = reread(raw, _Held)
            if held.version == self._version():
                return held
        return self._read_store()

    def _read_store(self) -> _Held:
        inner = self.services.store.account(self._access.locator)
        try:
            return self._hold(self._version(), inner_digest(inner), self._access.open(inner))
        except Unopenable:
            raise SignedOut from None  # Closed, asleep, or deleted elsewhere.

    def _hold(self, version: int, digest: bytes, keyring: Keyring) -> _Held:
        held = self._held = _Held(version, digest, keyring, _lines(keyring))
        self.session.write("keyring", encode(held))
        return held

    @property
    def keyring(self) -> Keyring:
        return self._held.keyring

    @property
    def locator(self) -> bytes:
        """Where my account's row is."""
        return self._access.locator

    @property
    def settings(self) -> Settings:
        return self.keyring.settings

    def memberships(self) -> list[Membership]:
        """My circles, in the order I came to them; role circles are found through their parents."""
        return [one for one in shelves.memberships(self.keyring) if not one.parent]

    def circle_called(self, beginning: bytes) -> bytes:
        """The id of the circle of mine whose id begins so. Raises NotThere, also while I wait for its keys."""
        for line in self._held.lines:
            if line.circle.startswith(beginning) and not line.waiting:
                return line.circle
        raise NotThere

    def highest_level(self) -> int:
        """The level of the circle of mine that has to be the most careful."""
        moved = {step.circle: step.level for step in self._moved.steps}
        inside = (line for line in self._held.lines if not (line.parent or line.waiting))
        return max((moved.get(line.circle, line.level) for line in inside), default=0)

    def membership(self, circle: bytes) -> Membership:
        """Raises NotThere."""
        return shelves.membership(self.keyring, circle)

    def persona_in(self, membership: Membership) -> Persona:
        """Who I am in a circle."""
        made = next((line.key for line in self._held.lines if line.circle == membership.circle), b"")
        return Persona(membership.persona, made)

    def role_circle_of(self, circle: bytes, role: int = STEWARD) -> Membership | None:
        """The role circle of a circle, if I have had its keys."""
        for line in self._held.lines:
            if (line.parent, line.role) == (circle, role):
                return self.membership(line.circle)
        return None

    def roles_in(self, circle: bytes) -> list[int]:
        """The roles of whose circles I have had the keys."""
        return [line.role for line in self._held.lines if line.parent == circle]

    def trail(self, circle: bytes) -> Trail:
        """Raises NotThere."""
        for step in self._moved.steps:
            if step.circle == circle:
                return self._trail_at(step)
        return shelves.trail(self.keyring, circle)

    def _trail_at(self, step: _Step) -> Trail:
        """Decoded once a request: who writes asks again how far they had come."""
        if step.encoded not in self._trails:
            self._trails[step.encoded] = reread(step.encoded, Trail)
        return self._trails[step.encoded]

    def remember(self, trail: Trail) -> None:
        """Note how far I have come, in this session only for now."""
        moved = self._read_moved()
        before = next((self._trail_at(step) for step in moved.steps if step.circle == trail.circle), None)
        now = merge(before, trail) if before else trail
        step = _Step(now.circle, now.level, encode(now))
        self._keep_moved(replace(moved, steps=(*moved.without(trail.circle), step)))

    def _keep_moved(self, moved: _Moved) -> None:
        self._moved = moved
        self.session.write("moved", encode(moved))

    async def update(self, change: Change, order: Order | None = None) -> None:
        """Decide something: change the keyring in the store, with the trails that have moved.

        `change` may run more than once; `order` is for what stands before the keyring. Raises KeyringFull, Conflict,
        SignedOut (closed meanwhile).
        """
        moved = self._read_moved().steps
        held = self._held
        for _ in range(_TRIES):
            try:
                await self._write(held, change, moved, order)
                break
            except Conflict:
                held = self._read_store()
        else:
            raise Conflict
        still = tuple(step for step in self._read_moved().steps if step not in moved)
        self._keep_moved(_Moved(self.services.clock.monotonic(), still))

    async def _write(self, held: _Held, change: Change, moved: tuple[_Step, ...], order: Order | None) -> None:
        write, keyring = self._sealed(held, change, moved)
        await self.services.store.put_accounts([changed(write, order=order)])
        version = self._version() + 1
        self.services.versions[self._access.locator] = version
        self._hold(version, inner_digest(write.inner), keyring)

    def _sealed(self, held: _Held, change: Change, moved: tuple[_Step, ...]) -> tuple[AccountWrite, Keyring]:
        keyring = held.keyring
        for step in moved:
            if any(name == step.circle for name, _ in keyring.memberships):
                keyring = shelves.with_trail(keyring, self._trail_at(step))
        keyring = change(keyring)
        keyring = replace(keyring, edition=keyring.edition + 1)
        inner = self._access.seal(keyring, self.services.random)
        return AccountWrite(self._access.locator, held.digest, inner), keyring

    def last_write(self) -> Coroutine[None, None, None] | None:
        """What is left to write when a session ends, to be awaited behind the answer; None when nothing has moved.

        It holds a sealed row and nothing that opens it. If another session writes first, this one's trails are lost.
        """
        if not self._moved.steps:
            return None
        write, _ = self._sealed(self._held, lambda keyring: keyring, self._moved.steps)
        return _write_last(self.services, write)

    async def flush(self, *, now: bool = False) -> None:
        """Write trails that have moved, if it is time."""
        due = self.services.clock.monotonic() - self._moved.flushed >= FLUSH_SECONDS
        if self._moved.steps and (now or due):
            await self.update(lambda keyring: keyring)

    async def change_membership(self, circle: bytes, change: Callable[[Membership], Membership]) -> None:
        """Raises NotThere."""
        await self.update(lambda ring: shelves.with_membership(ring, change(shelves.membership(ring, circle))))

    async def add_circles(self, *entered: tuple[Membership, Trail]) -> None:
        """Take circles into the keyring, in one write. Raises KeyringFull."""

        def change(ring: Keyring) -> Keyring:
            for membership, trail in entered:
                ring = shelves.with_trail(shelves.with_membership(ring, membership), trail)
            return ring

        await self.update(change)

    async def forget_circle(self, circle: bytes) -> None:
        moved = self._read_moved()
        self._keep_moved(replace(moved, steps=moved.without(circle)))
        await self.update(lambda ring: shelves.without_circle(ring, circle))

    def return_seed(self, circle: bytes) -> bytes:
        """The seed by which my phrase alone proves my persona in a refounded hub (spec §4.7)."""
        return derive(self._access.unlock, PERSONA_RETURN, circle)

    def has(self, circle: bytes) -> bool:
        try:
            self.membership(circle)
        except NotThere:
            return False
        return True


async def _write_last(services: Services, write: AccountWrite) -> None:
    with suppress(Conflict):
        await services.store.put_accounts([write])
        services.versions[write.locator] = services.versions.get(write.locator, 0) + 1
