"""Opening an account and coming back to it.

Implements spec/protocol.md §3.2–3.4. A login reads and writes two rows, its own and its companion; an unknown phrase
costs the same slow hash, two reads and the same wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from msgspec.structs import replace

from jiwar.circles.member import Member, Services
from jiwar.crypto.kdf import stretch_code, stretch_pin
from jiwar.errors import Busy, Conflict, NotCanonical, PhraseUnknown, Unopenable
from jiwar.keyring.account import FIRST_SETTINGS, INNER_SIZE, Access, inner_digest, new_account
from jiwar.keyring.model import Keyring, Settings
from jiwar.keyring.session import Session
from jiwar.store.contract import AccountWrite
from jiwar.store.guard import EMPTIED, Guard, Order

LANES = 2
MOST_WAITING = 64
T = TypeVar("T")


def without_old_phones(keyring: Keyring, today: int) -> tuple[Keyring, list[bytes]]:
    """The keyring without the phones whose time is over, and the names of their rows."""
    over = [phone.locator for phone in keyring.phones if phone.until < today]
    kept = tuple(phone for phone in keyring.phones if phone.until >= today)
    return (replace(keyring, phones=kept) if over else keyring), over


def login_rows(
    access: Access,
    keyring: Keyring,
    inner: bytes,
    resealed: bytes,
    order: Order | None,
    beside: bytes,
    left: bytes,
) -> list[AccountWrite]:
    """What every login writes: its own row sealed anew, and its companion's."""
    return [
        AccountWrite(access.locator, inner_digest(inner), resealed, order),
        AccountWrite(keyring.companion, inner_digest(beside), left),
    ]


def named_by(keyring: Keyring, other: Access) -> Keyring:
    """The keyring with another account for its companion, known by its locator alone."""
    return replace(keyring, companion=other.locator)


class Accounts:
    """The way in; holds the bounded lanes in which slow hashes run."""

    def __init__(self, services: Services, destroys: bool = False) -> None:
        """`destroys`: every login overwrites its companion. One setting of a hub: one of an account would show which
        of the two is the decoy.
        """
        self._services, self._destroys = services, destroys
        self._lanes = ThreadPoolExecutor(LANES, thread_name_prefix="stretch")
        self._waiting = 0

    async def stretch(self, phrase: int) -> Access:
        """What a phrase opens. Raises Busy when too many wait."""
        return await self._slowly(Access.of_phrase, phrase, self._services.hub_id)

    async def stretch_pin(self, pin: str, pepper: bytes) -> bytes:
        """What a phone's PIN gives beside a cookie and a pepper. Raises Busy when too many wait."""
        return await self._slowly(stretch_pin, pin, pepper)

    async def stretch_code(self, code: int) -> bytes:
        """The seed that somebody's code at a window gives. Raises Busy when too many wait."""
        return await self._slowly(stretch_code, code, self._services.hub_id)

    async def _slowly(self, work: Callable[..., T], *given: Any) -> T:
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._lanes, work, *given)
        finally:
            self._waiting -= 1

    async def create(self, phrase: int, session: Session, settings: Settings = FIRST_SETTINGS) -> Member:
        """Open an account for a phrase and make the session its own; durable when it returns."""
        async with self.opening(phrase, session, settings) as member:
            return member

    @asynccontextmanager
    async def opening(
        self, phrase: int, session: Session, settings: Settings = FIRST_SETTINGS
    ) -> AsyncIterator[Member]:
        """The same, durable when the block ends: what the block writes to the account joins the same batch."""
        access = await self.stretch(phrase)
        newborn = new_account(access, self._services.random, settings, self._services.clock.day())
        rows = [AccountWrite(name, None, inner) for name, inner in newborn.rows]
        written = asyncio.ensure_future(self._services.store.put_accounts(rows))
        await asyncio.sleep(0)  # Queued before anything that the block writes.
        try:
            yield Member.newborn(self._services, session, access, rows[0].inner, newborn.keyring)
        finally:
            await written

    async def sign_in(self, phrase: int, session: Session) -> Member:
        """Come back. Raises PhraseUnknown, Busy."""
        return await self.begin(await self.stretch(phrase), session)

    def require_known(self, access: Access) -> None:
        """Raises PhraseUnknown for what opens nothing now."""
        try:
            access.open(self._services.store.account(access.locator))
        except (Unopenable, NotCanonical):
            raise PhraseUnknown from None

    async def begin(self, access: Access, session: Session, *also: AccountWrite) -> Member:
        """Make a session this account's, with other rows in the same batch. Raises PhraseUnknown.

        One path for what is there and what isn't: two reads, one seal, one wait for the disk.
        """
        store, random = self._services.store, self._services.random
        inner, guard = store.account(access.locator), store.guard(access.locator)
        try:
            known, keyring = True, access.open(inner)
        except (Unopenable, NotCanonical):
            known, keyring = False, Keyring(1, 0, access.unlock, access.unlock)
        beside = store.account(keyring.companion)
        current, over = without_old_phones(keyring, self._services.clock.day())
        current, order = _told(current, guard) if known else (current, None)
        resealed = access.seal(current, random)
        own = login_rows(access, keyring, inner, resealed, order, beside, self._companion_now(beside))
        try:
            await store.put_accounts([*(own if known else ()), *also])
        except Conflict:
            pass  # Another session of this account wrote a moment ago: its rows are as new.
        if not known:
            raise PhraseUnknown
        if over:
            await store.remove_accounts(over)
        self._services.versions[access.locator] = self._services.versions.get(access.locator, 0) + 1
        return Member.begin(self._services, session, access)

    def _companion_now(self, beside: bytes) -> bytes:
        """What a login leaves of the companion: itself or, where the hub is set so, random bytes."""
        return self._services.random(INNER_SIZE) if self._destroys else beside

    async def adopt(self, member: Member, other: Access, keyring: Keyring) -> None:
        """Let a filled keyring be the companion of a member, and the member its own; durable when it returns.

        The row that was the companion stays as it is, random bytes: rows are added to a store, as they are by a phone
        that is remembered, and none vanishes.
        """
        services = self._services
        filled = replace(named_by(keyring, member.access), second_shown=True)
        row = AccountWrite(other.locator, None, other.seal(filled, services.random))
        await asyncio.gather(
            member.update(lambda ring: replace(named_by(ring, other), second_shown=True)),
            services.store.put_accounts([row]),
        )

    async def forget(self, phrase: int) -> None:
        """Delete an account and its companion. Raises PhraseUnknown, Busy."""
        access = await self.stretch(phrase)
        try:
            keyring = access.open(self._services.store.account(access.locator))
        except (Unopenable, NotCanonical):
            raise PhraseUnknown from None
        phones = [phone.locator for phone in keyring.phones]
        await self._services.store.remove_accounts([access.locator, keyring.companion, *phones])
        self._services.versions.pop(access.locator, None)

    def close(self) -> None:
        self._lanes.shutdown(wait=False)


def _told(keyring: Keyring, guard: Guard) -> tuple[Keyring, Order | None]:
    """Where a friend has closed the account, its owner finds that out, and gives every capability anew."""
    if guard.told:
        return keyring, None
    return replace(keyring, friends=(), was_closed=True), Order(EMPTIED, told=True)
