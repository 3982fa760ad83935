"""A small world apart: people who exist as long as something is being written, over the hub's own store.

What they write into circles is real: shelves, records and seals go to the store by the same paths as everybody's.
What would be left of them otherwise (accounts, invitations) stays in memory and is dropped with them. Their clock is
their own, so that what they write may have been written on other days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from jiwar.circles import entering, invitations
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member, Services
from jiwar.clock import SetClock
from jiwar.errors import Conflict
from jiwar.keyring.account import Access, inner_digest, new_account
from jiwar.keyring.model import Settings
from jiwar.keyring.session import SessionTable
from jiwar.log.fragments import Fragments
from jiwar.store.contract import AccountWrite, Store


class _Beside:
    """The store, but for accounts and invitations: those of this world never reach it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts: dict[bytes, bytes] = {}
        self._invites: dict[bytes, bytes] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def account(self, locator: bytes) -> bytes:
        return self._accounts[locator]

    async def put_accounts(self, writes: Sequence[AccountWrite]) -> None:
        for write in writes:
            standing = self._accounts.get(write.locator)
            if (inner_digest(standing) if standing else None) != write.expects:
                raise Conflict
        self._accounts.update((write.locator, write.inner) for write in writes)

    async def put_invite(self, number: bytes, last_day: int, value: bytes) -> None:
        self._invites[number] = value

    def invite(self, number: bytes) -> bytes:
        return self._invites[number]

    async def remove_invite(self, number: bytes) -> None:
        self._invites.pop(number, None)


@dataclass(frozen=True)
class Apart:
    """The world apart: its services and its time."""

    services: Services
    clock: SetClock

    @staticmethod
    def beside(services: Services, day: int) -> Apart:
        """A world over the store of `services` in which it is `day`."""
        clock, random = SetClock(day, 18), services.random
        store = cast(Store, _Beside(services.store))
        sessions, fragments = SessionTable(clock, random), Fragments(random=random)
        return Apart(Services(store, clock, random, fragments, sessions, services.hub_id, {}), clock)

    async def somebody(self, settings: Settings, access: Access | None = None) -> Member:
        """Somebody of this world."""
        services = self.services
        access = access or Access(services.random(32), services.random(32), services.hub_id)
        born = new_account(access, services.random, settings, services.clock.day())
        await services.store.put_accounts([AccountWrite(name, None, inner) for name, inner in born.rows])
        session = services.sessions.find(services.sessions.start())
        return Member.begin(services, session, access)

    async def join(self, host: Circle, guest: Member, handle: str, language: str) -> Circle:
        """Come into somebody's circle, by an invitation as everybody does."""
        ticket = await invitations.invite(host, language)
        opened = await invitations.open_invite(self.services, invitations.Tries(), ticket.secret, ticket.words)
        return await entering.enter(guest, opened, handle)
