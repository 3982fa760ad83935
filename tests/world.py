"""An in-memory world: a hub, people who come to it, and a hub that lies.

The cast is made by `World`: whoever signs up is a `Person` with a cookie, and every look at `person.member` is one
more request. Nothing here stands in for the program: people use the real verbs over a real store. `HostileHub` is a
real store too; it answers as it was told to.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, letters, roles
from jiwar.circles.accounts import Accounts
from jiwar.circles.circle import Circle, open_log
from jiwar.circles.member import Member, Services
from jiwar.circles.model import HIDDEN, LINK, Charter
from jiwar.circles.seats import seat_of
from jiwar.clock import SetClock
from jiwar.crypto.random import Random, system_random
from jiwar.errors import SignedOut
from jiwar.keyring.account import Access, new_account
from jiwar.keyring.hub_secret import HubSecret, OuterLayer
from jiwar.keyring.persona import Persona
from jiwar.keyring.session import SessionTable
from jiwar.log.covers import Folded
from jiwar.log.fragments import Fragments
from jiwar.log.shelf import Entry, ShelfLog
from jiwar.store.contract import AccountWrite, Append, Outer, Receipt, Store
from jiwar.store.memory import MemoryStore

HUB_ID = b"a hub for tests."
TOPICS = "topics"
NO_OUTER: Outer = OuterLayer(b"o" * 32)
"""What a store in memory has no use for."""
T = TypeVar("T")


def run(story: Coroutine[Any, Any, T]) -> T:
    """Play a story to its end: for tests that are not coroutines themselves."""
    return asyncio.run(story)


class HostileHub(MemoryStore):
    """A store that does what a hub must not.

    - `lies[name]` changes the answer of a read: it gets the honest answer and the arguments.
    - `colludes` lets anybody write under any token and epoch, as a hub can that helps a former member.
    - `image` and `restore` go back to an older state; `fork` makes two hubs out of one.
    """

    _KEPT = ("_shelves", "_accounts", "_guards", "_boxes", "_held", "_invites", "_pages")

    def __init__(self, clock: SetClock, random: Random = system_random) -> None:
        super().__init__(clock, random)
        self.lies: dict[str, Callable[..., Any]] = {}
        self.colludes = False

    def __getattribute__(self, name: str) -> Any:
        honest = super().__getattribute__(name)
        if name.startswith("_") or name not in super().__getattribute__("lies"):
            return honest
        lie = self.lies[name]
        return lambda *args, **kwargs: lie(honest(*args, **kwargs), *args, **kwargs)

    def _writer(self, shelf: bytes, token: bytes) -> Any:
        return self._there(shelf) if self.colludes else super()._writer(shelf, token)

    def _reader(self, shelf: bytes, token: bytes) -> Any:
        return self._there(shelf) if self.colludes else super()._reader(shelf, token)

    async def append(self, append: Append) -> Receipt:
        if not self.colludes:
            return await super().append(append)
        shelf = self._there(append.shelf)
        epoch, shelf.epoch = shelf.epoch, append.epoch
        try:
            return await super().append(append)
        finally:
            shelf.epoch = epoch

    def image(self) -> dict[str, Any]:
        return {name: copy.deepcopy(getattr(self, name)) for name in self._KEPT}

    def restore(self, image: dict[str, Any]) -> None:
        for name, value in image.items():
            setattr(self, name, copy.deepcopy(value))

    def fork(self) -> HostileHub:
        other = HostileHub(self._clock)  # type: ignore[arg-type]
        other.restore(self.image())
        return other


@dataclass
class Person:
    """Somebody with an account and one open session; `again` opens another of the same account."""

    world: World
    access: Access
    cookie: bytes

    @property
    def member(self) -> Member:
        """The person as of this request; signed in anew when they have been away for too long."""
        services = self.world.services
        try:
            return Member(services, services.sessions.find(self.cookie))
        except SignedOut:
            self.cookie = services.sessions.start()
            return Member.begin(services, services.sessions.find(self.cookie), self.access)

    def circle(self, circle: bytes) -> Circle:
        return Circle(self.member, circle)

    def persona(self, circle: bytes) -> bytes:
        return self.circle(circle).log.persona.key

    def again(self) -> Person:
        """Another phone of the same person."""
        services = self.world.services
        cookie = services.sessions.start()
        Member.begin(services, services.sessions.find(cookie), self.access)
        return self.world.remembered(Person(self.world, self.access, cookie))

    def stale_log(self, circle: bytes) -> ShelfLog:
        """A log under the keys that this person has kept, as a program of their own making would open it."""
        member = self.member
        return open_log(self.world.services, member.membership(circle), member.trail(circle))


@dataclass
class World:
    """One hub and its time."""

    clock: SetClock = field(default_factory=SetClock)
    random: Random = system_random
    store: Store = None  # type: ignore[assignment]
    secret: HubSecret | None = None
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = self.store or HostileHub(self.clock)
        sessions = SessionTable(self.clock, self.random)
        self.services = Services(
            self.store, self.clock, self.random, Fragments(random=self.random), sessions, HUB_ID, {}
        )
        self.accounts = Accounts(self.services)
        self.tries = invitations.Tries()

    @property
    def hub(self) -> HostileHub:
        assert isinstance(self.store, HostileHub)
        return self.store

    def restart(self) -> None:
        """The process dies and comes back: what it had in RAM but its sessions is gone."""
        self.services.fragments.clear()

    async def sign_up(self) -> Person:
        """An account whose phrase was stretched elsewhere: the slow hash has its own tests."""
        access = Access(self.random(32), self.random(32), HUB_ID)
        rows = new_account(access, self.random).rows
        await self.store.put_accounts([AccountWrite(locator, None, inner) for locator, inner in rows])
        cookie = self.services.sessions.start()
        Member.begin(self.services, self.services.sessions.find(cookie), access)
        return self.remembered(Person(self, access, cookie))

    def remembered(self, person: Person) -> Person:
        self.people.append(person)
        return person

    async def pass_days(self, days: int) -> None:
        """Everybody signs out; nights pass, each with its sweep."""
        for person in self.people:
            await person.member.flush(now=True)
        for _ in range(days):
            self.clock.forward(days=1)
            await self.night()
        self.restart()

    async def night(self) -> None:
        """What a hub does at midnight, under the next secret where there is one."""
        today = self.clock.day()
        if self.secret is None:
            await self.store.turn_day(today, NO_OUTER)
        else:
            await self.secret.turn(lambda outer: self.store.turn_day(today, outer))

    async def found(self, founder: Person, card: str = "close", access: str = LINK, **changed: Any) -> bytes:
        """A circle of `founder`; its id."""
        charter = charter_of(card, access, **changed)
        return (await founding.found_circle(founder.member, charter, "founder")).id

    async def admitted(self, circle: bytes, inviter: Person, uses: int = 1) -> tuple[invitations.Admission, str]:
        """An invitation, written and opened: what a newcomer holds, and the link."""
        ticket = await invitations.invite(inviter.circle(circle), "en", uses)
        opened = await invitations.open_invite(self.services, self.tries, ticket.secret, ticket.words)
        return opened, ticket.secret

    async def join(self, circle: bytes, inviter: Person, handle: str) -> Person:
        """Somebody new, invited and come in."""
        newcomer = await self.sign_up()
        admitted, link = await self.admitted(circle, inviter)
        entered = await entering.enter(newcomer.member, admitted, handle)
        if invitations.is_used_up(entered, admitted.proof):
            await self.services.store.remove_invite(invitations.number_of(link))
        return newcomer

    async def make_steward(self, circle: bytes, steward: Person, other: Person) -> None:
        """Give somebody the role, and its keys."""
        standing = steward.circle(circle)
        await roles.give(standing, other.persona(circle))
        await roles.offer(standing, roles.open_role(standing), other.persona(circle))
        member = other.member
        assert await entering.take_keys(member, member.membership(circle)) is not None


def charter_of(card: str = "close", access: str = LINK, **changed: Any) -> Charter:
    charter = founding.first_charter(card, "Evenings", "We cook.", ("Be kind.",), access)
    return Charter(**{**{name: getattr(charter, name) for name in charter.__struct_fields__}, **changed})


async def say(log: ShelfLog, text: str, obj: bytes | None = None, keep: int = 90) -> bytes:
    """Open a topic, or answer in one; the topic. Its cover counts what was said."""

    def count(standing: Folded | None) -> bytes:
        return str(int(standing.fold) + 1 if standing else 1).encode()

    name = obj or log.random(16)
    entry = Entry(name, "say", text.encode(), keep, collection=TOPICS)
    await log.append(entry, refold=count, create=obj is None)
    return name


def heard(circle: Circle, obj: bytes) -> list[str]:
    """What stands in a topic for this reader: opened, sound, by somebody who might write it there."""
    rows = circle.log.rows(obj, 0, 2**62, 1000)
    return [record.body.decode() for record in circle.log.readable(obj, rows) if circle.counts(record)]


def handles(circle: Circle) -> set[str]:
    """Who is in the circle."""
    return {member.handle for member in circle.state.members if member.active}


@dataclass
class Village:
    """A circle with three people in it: the cast of most stories."""

    world: World
    circle: bytes
    founder: Person
    steward: Person
    member: Person

    @property
    def everybody(self) -> list[Person]:
        return [self.founder, self.steward, self.member]

    async def crowd(self, count: int) -> list[Person]:
        """So many accounts that come in one after the other."""
        circle = self.founder.circle(self.circle)
        await founding.change_charter(circle, replace(circle.charter, later=True))
        return [await self.world.join(self.circle, self.founder, f"stranger {number}") for number in range(count)]


async def village(world: World | None = None, **charter: Any) -> Village:
    """A founder, a second steward and a member."""
    world = world or World()
    founder = await world.sign_up()
    circle = await world.found(founder, **charter)
    steward = await world.join(circle, founder, "steward")
    await world.make_steward(circle, founder, steward)
    member = await world.join(circle, founder, "member")
    return Village(world, circle, founder, steward, member)


async def hidden_village() -> Village:
    """A circle that was open when its people came, and hidden since."""
    here = await village()
    circle = here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, access=HIDDEN))
    return here


async def send_letter(
    circle: Circle, to: bytes, purpose: str, body: bytes, sender: Persona | None = None, about: bytes = b""
) -> None:
    """Leave a letter in the box of a member, as any other member's own program can."""
    seat, services = seat_of(circle, to), circle.services
    place = (about or circle.id, purpose, seat.kem, seat.inbox, services.clock.day())
    mail = letters.write_letter(sender or circle.log.persona, *place, body, services.random)
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, seat.inbox, mail)
