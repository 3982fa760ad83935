"""Phones that remember: asked for by their owner, for thirty days, behind six digits.

Implements spec/protocol.md §3.7. A try and its count are one step: whoever sends many at once has them judged one
after the other, and no answer leaves before its count is on disk.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from msgspec.structs import replace

from jiwar.circles.accounts import Accounts
from jiwar.circles.member import Member, Services
from jiwar.errors import Conflict, NotCanonical, PhoneForgotten, PhraseUnknown, PinTaken, PinWrong, Unopenable
from jiwar.keyring.account import Access, inner_digest
from jiwar.keyring.model import Keyring, Phone
from jiwar.keyring.phone import COOKIE, DAYS, TRIES, Memory, PhoneKey, new_memory
from jiwar.keyring.session import Session
from jiwar.store.contract import AccountWrite

MOST_PHONES = 6
SLOT = "slot"
"""Where a session notes which slot of its phone it came by."""


class Phones:
    """Remembering, coming back, forgetting."""

    def __init__(self, services: Services, accounts: Accounts) -> None:
        self._services, self._accounts = services, accounts
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def _key(self, cookie: bytes) -> PhoneKey:
        return PhoneKey(cookie, self._services.hub_id)

    def _standing(self, cookie: bytes) -> tuple[PhoneKey, bytes, Memory]:
        """Raises PhoneForgotten, for what never was as for what is over."""
        key = self._key(cookie)
        inner = self._services.store.account(key.locator)
        try:
            memory = key.open(inner)
        except (Unopenable, NotCanonical):
            raise PhoneForgotten from None
        if memory.until < self._services.clock.day():
            raise PhoneForgotten
        return key, inner, memory

    def language(self, cookie: bytes) -> str:
        """The language in which a phone asks for its PIN; empty for one that isn't remembered."""
        try:
            return self._standing(cookie)[2].language if len(cookie) == COOKIE else ""
        except PhoneForgotten:
            return ""

    async def remember(self, member: Member, pin: str, name: str = "", old: bytes = b"") -> bytes:
        """Let this phone come back to this account by a PIN; returns its cookie. What `old` remembered is forgotten.

        Raises Busy, KeyringFull.
        """
        services = self._services
        cookie = services.random(COOKIE)
        key, until = self._key(cookie), services.clock.day() + DAYS
        memory, slot = new_memory(until, member.settings.language, services.random), services.random(1)[0] & 1
        stretched = await self._accounts.stretch_pin(pin, memory.pepper)
        memory = key.fill(memory, slot, stretched, member.access, services.random)
        row = AccountWrite(key.locator, None, key.seal(memory, services.random))
        gone: list[bytes] = [self._key(old).locator] if old else []

        def listed(ring: Keyring) -> Keyring:
            kept = [one for one in ring.phones if one.locator not in gone]
            gone.extend(one.locator for one in kept[: -MOST_PHONES + 1])
            return replace(ring, phones=(*kept[-MOST_PHONES + 1 :], Phone(name, key.locator, until)))

        await asyncio.gather(member.update(listed), services.store.put_accounts([row]))
        if gone:
            await services.store.remove_accounts(gone)
        member.session.write(SLOT, bytes([slot]))
        return cookie

    async def add(self, member: Member, cookie: bytes, other: Access, pin: str) -> None:
        """Let a second PIN open another account on this phone, in the slot that this session didn't come by.

        Raises PhoneForgotten, PinTaken, PhraseUnknown, Busy.
        """
        slot = member.session.read(SLOT)
        if slot is None:
            raise PhoneForgotten
        async with self._alone(cookie):
            key, inner, memory = self._standing(cookie)
            stretched = await self._accounts.stretch_pin(pin, memory.pepper)
            try:
                taken, _ = key.find(memory, stretched)
            except Unopenable:
                taken = -1
            if taken == slot[0]:
                raise PinTaken
            filled = key.fill(memory, 1 - slot[0], stretched, other, self._services.random)
            row = AccountWrite(key.locator, inner_digest(inner), key.seal(filled, self._services.random))
            phone = next((one for one in member.keyring.phones if one.locator == key.locator), None)
            await self._list(other, phone or Phone("", key.locator, memory.until), row)

    async def _list(self, other: Access, phone: Phone, row: AccountWrite) -> None:
        """The other account lists the phone as well, else it would be the one that doesn't. Raises PhraseUnknown."""
        store = self._services.store
        inner = store.account(other.locator)
        try:
            ring = other.open(inner)
        except (Unopenable, NotCanonical):
            raise PhraseUnknown from None
        kept = [one for one in ring.phones if one.locator != phone.locator]
        ring = replace(ring, phones=(*kept[-MOST_PHONES + 1 :], phone), edition=ring.edition + 1)
        sealed = other.seal(ring, self._services.random)
        await store.put_accounts([AccountWrite(other.locator, inner_digest(inner), sealed), row])
        versions = self._services.versions
        versions[other.locator] = versions.get(other.locator, 0) + 1

    async def come_back(self, cookie: bytes, pin: str, session: Session) -> Member:
        """Raises PinWrong (left), PhoneForgotten, Busy."""
        async with self._alone(cookie):
            key, inner, memory = self._standing(cookie)
            stretched = await self._accounts.stretch_pin(pin, memory.pepper)
            slot, access = self._found(key, memory, stretched)
            try:
                self._accounts.require_known(access)
            except PhraseUnknown:
                await self._count(key, inner, memory)
                raise PinWrong(left=TRIES - memory.wrong - 1) from None
            row = AccountWrite(key.locator, inner_digest(inner), self._sealed(key, memory, 0))
            member = await self._accounts.begin(access, session, row)
            session.write(SLOT, bytes([slot]))
            return member

    async def prove(self, member: Member, cookie: bytes, pin: str) -> None:
        """That a member knows the PIN by which this phone opens their account; a wrong one counts as at its door.

        Raises PinWrong (left), PhoneForgotten, Busy.
        """
        async with self._alone(cookie):
            key, inner, memory = self._standing(cookie)
            _, access = self._found(key, memory, await self._accounts.stretch_pin(pin, memory.pepper))
            if access != member.access:
                await self._count(key, inner, memory)
                raise PinWrong(left=TRIES - memory.wrong - 1)
            row = AccountWrite(key.locator, inner_digest(inner), self._sealed(key, memory, 0))
            await self._services.store.put_accounts([row])

    def _found(self, key: PhoneKey, memory: Memory, stretched: bytes) -> tuple[int, Access]:
        """What a PIN opens; for a wrong one something that opens nothing. A right one before an account that is shut
        or deleted is counted and answered like a wrong one.
        """
        try:
            return key.find(memory, stretched)
        except Unopenable:
            return -1, Access(stretched, stretched, self._services.hub_id)

    async def _count(self, key: PhoneKey, inner: bytes, memory: Memory) -> None:
        """A wrong try, on disk before it is answered. Raises PhoneForgotten for the last."""
        store = self._services.store
        if memory.wrong + 1 >= TRIES:
            await store.remove_accounts([key.locator])
            raise PhoneForgotten
        try:
            row = AccountWrite(key.locator, inner_digest(inner), self._sealed(key, memory, memory.wrong + 1))
            await store.put_accounts([row])
        except Conflict:
            raise PhoneForgotten from None  # Ended from elsewhere meanwhile.

    def _sealed(self, key: PhoneKey, memory: Memory, wrong: int) -> bytes:
        return key.seal(replace(memory, wrong=wrong), self._services.random)

    async def forget(self, cookie: bytes) -> None:
        """The phone itself forgets."""
        await self._services.store.remove_accounts([self._key(cookie).locator])

    async def rename(self, member: Member, locator: bytes, name: str) -> None:
        """My name for a phone; nobody else sees it."""

        def named(ring: Keyring) -> Keyring:
            renamed = (replace(one, name=name) if one.locator == locator else one for one in ring.phones)
            return replace(ring, phones=tuple(renamed))

        await member.update(named)

    async def end(self, member: Member, locator: bytes) -> None:
        """A phone of this account is forgotten, from here or from another phone."""
        await member.update(
            lambda ring: replace(ring, phones=tuple(one for one in ring.phones if one.locator != locator))
        )
        await self._services.store.remove_accounts([locator])

    def locator(self, cookie: bytes) -> bytes:
        """The name of a phone's row, to find it in a keyring."""
        return self._key(cookie).locator

    def _alone(self, cookie: bytes) -> asyncio.Lock:
        return self._turns.setdefault(self._key(cookie).locator, asyncio.Lock())
