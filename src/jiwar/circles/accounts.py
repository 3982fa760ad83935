"""Opening an account and coming back to it.

Implements spec/protocol.md §3.2–3.4. A login reads and writes two rows, its own and its companion; an unknown phrase
costs the same slow hash and two reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from jiwar.circles.member import Member, Services
from jiwar.errors import Busy, Conflict, NotCanonical, PhraseUnknown, Unopenable
from jiwar.keyring.account import FIRST_SETTINGS, Access, inner_digest, new_account
from jiwar.keyring.model import Settings
from jiwar.keyring.session import Session
from jiwar.store.contract import AccountWrite

LANES = 2
MOST_WAITING = 64


class Accounts:
    """The way in; holds the bounded lanes in which slow hashes run."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lanes = ThreadPoolExecutor(LANES, thread_name_prefix="stretch")
        self._waiting = 0

    async def stretch(self, phrase: int) -> Access:
        """What a phrase opens. Raises Busy when too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._lanes, Access.of_phrase, phrase, self._services.hub_id)
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
        newborn = new_account(access, self._services.random, settings)
        rows = [AccountWrite(name, None, inner) for name, inner in newborn.rows]
        written = asyncio.ensure_future(self._services.store.put_accounts(rows))
        await asyncio.sleep(0)  # Queued before anything that the block writes.
        try:
            yield Member.newborn(self._services, session, access, rows[0].inner, newborn.keyring)
        finally:
            await written

    async def sign_in(self, phrase: int, session: Session) -> Member:
        """Come back. Raises PhraseUnknown, Busy."""
        access = await self.stretch(phrase)
        store = self._services.store
        inner = store.account(access.locator)
        try:
            keyring = access.open(inner)
        except (Unopenable, NotCanonical):
            store.account(access.unlock)
            raise PhraseUnknown from None
        beside = store.account(keyring.companion)
        resealed = access.seal(keyring, self._services.random)
        try:
            await store.put_accounts(
                [
                    AccountWrite(access.locator, inner_digest(inner), resealed),
                    AccountWrite(keyring.companion, inner_digest(beside), beside),
                ]
            )
        except Conflict:
            pass  # Another session of this account wrote a moment ago: its rows are as new.
        self._services.versions[access.locator] = self._services.versions.get(access.locator, 0) + 1
        return Member.begin(self._services, session, access)

    async def forget(self, phrase: int) -> None:
        """Delete an account and its companion. Raises PhraseUnknown, Busy."""
        access = await self.stretch(phrase)
        try:
            keyring = access.open(self._services.store.account(access.locator))
        except (Unopenable, NotCanonical):
            raise PhraseUnknown from None
        await self._services.store.remove_accounts([access.locator, keyring.companion])
        self._services.versions.pop(access.locator, None)

    def close(self) -> None:
        self._lanes.shutdown(wait=False)
