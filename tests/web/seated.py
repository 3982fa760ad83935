"""People who are in a group already, each with a browser: for tests of the pages of groups."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from jiwar.circles import entering, founding, invitations, roles, two_steps
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.crypto import handles
from jiwar.keyring.account import Access, new_account
from jiwar.keyring.model import Settings
from jiwar.store.contract import AccountWrite
from jiwar.web.offers import cards
from tests.web.client import Client, Page, World

PLACE = re.compile(r"\{(\w+)\}")


class Someone(Client):
    """A browser that is signed in, and its owner as the core sees them."""

    def __init__(self, world: World, language: str, access: Access) -> None:
        super().__init__(world, language)
        self._access = access
        self.sign_in()

    def sign_in(self) -> None:
        """Come back with a fresh session."""
        services = self.world.hub.services
        self._cookie = services.sessions.start()
        Member.begin(services, services.sessions.find(self._cookie), self._access)
        self.cookies[self.world.site.cookie] = self._cookie.hex()

    @property
    def member(self) -> Member:
        """As the next request will find them."""
        services = self.world.hub.services
        return Member(services, services.sessions.find(self._cookie))

    def circle(self, circle: bytes) -> Circle:
        return Circle(self.member, circle)

    def persona(self, circle: bytes) -> bytes:
        return self.circle(circle).log.persona.key

    def name(self, stable: bytes) -> str:
        """This session's name for an id."""
        return handles.name(self.member.session.handle_key[: handles.KEY], stable)

    def at(self, page: str, circle: bytes, **values: object) -> str:
        """The path of a page of a group."""
        return self.world.url(page, circle=self.name(circle[:16]), **values)

    def about(self, page: str, circle: bytes, short: bytes) -> str:
        """The path of a page about something of a group."""
        (place,) = PLACE.findall(self.world.site.paths.pattern(page))
        return self.world.url(page, **{place: self.name(circle[:16] + short[:16])})

    def to(self, page: str, circle: bytes) -> Page:
        return self.get(self.at(page, circle))

    def meets(self, page: str, circle: bytes, other: Someone) -> Page:
        """A page about somebody else."""
        return self.get(self.about(page, circle, other.persona(circle)))


class Seats:
    """Brings people into groups the quick way: by the core, without a slow hash."""

    def __init__(self, world: World, language: str) -> None:
        self.world, self.language = world, language

    def run(self, work: Awaitable[object]) -> None:
        self.world.run(work)

    def someone(self) -> Someone:
        return self.world.run(self._someone())

    async def _someone(self) -> Someone:
        services = self.world.hub.services
        access = Access(services.random(32), services.random(32), services.hub_id)
        rows = new_account(access, services.random, Settings(language=self.language)).rows
        await services.store.put_accounts([AccountWrite(name, None, inner) for name, inner in rows])
        return Someone(self.world, self.language, access)

    def founder(self, access: str = "link", card: str = "close") -> tuple[Someone, bytes]:
        """Somebody who has founded a group, and its id."""
        found, ready = self.someone(), cards(self.language)[card]
        charter = founding.first_charter(card, ready.name, ready.about, ready.rules, access)
        return found, self.world.run(founding.found_circle(found.member, charter, "نخلة")).id

    def joins(self, host: Someone, circle: bytes, handle: str) -> Someone:
        """Somebody comes in by an invitation of `host`."""
        return self.world.run(self._joins(host, circle, handle))

    async def _joins(self, host: Someone, circle: bytes, handle: str) -> Someone:
        hub, guest = self.world.hub, await self._someone()
        ticket = await invitations.invite(host.circle(circle), "ar")
        admitted = await invitations.open_invite(hub.services, hub.tries, ticket.secret, ticket.words)
        entered = await entering.enter(guest.member, admitted, handle)
        if invitations.is_used_up(entered, admitted.proof):
            await hub.services.store.remove_invite(invitations.number_of(ticket.secret))
        return guest

    def knocks(self, host: Someone, circle: bytes, handle: str) -> Someone:
        """Somebody asks to come into a hidden group, and waits."""
        return self.world.run(self._knocks(host, circle, handle))

    async def _knocks(self, host: Someone, circle: bytes, handle: str) -> Someone:
        hub, guest = self.world.hub, await self._someone()
        ticket = await invitations.invite(host.circle(circle), "ar")
        admitted = await invitations.open_invite(hub.services, hub.tries, ticket.secret, ticket.words)
        await two_steps.ask_to_enter(guest.member, admitted, invitations.number_of(ticket.secret), handle)
        return guest

    def steward(self, by: Someone, who: Someone, circle: bytes, *, takes: bool = True) -> None:
        """`by` names somebody to the care team; with `takes` they have said yes."""
        self.world.run(self._steward(by, who, circle, takes))

    async def _steward(self, by: Someone, who: Someone, circle: bytes, takes: bool) -> None:
        persona = who.persona(circle)
        await roles.give(by.circle(circle), persona)
        await roles.offer(by.circle(circle), roles.open_role(by.circle(circle)), persona)
        if takes:
            await entering.take_keys(who.member, who.member.membership(circle))
