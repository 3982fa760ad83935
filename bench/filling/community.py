"""Founds the community that is measured: members, circles, keyrings, through the calls that the pages make."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.filling.words import Words
from jiwar.circles import entering, founding, invitations, issuing, roles
from jiwar.circles.accounts import Accounts
from jiwar.circles.circle import Circle
from jiwar.circles.founding import first_charter
from jiwar.circles.invitations import STEWARDS_FIRST
from jiwar.circles.member import Member, Services
from jiwar.circles.model import LINK
from jiwar.circles.policy import AREA_LIMIT
from jiwar.clock import SetClock
from jiwar.crypto.random import system_random
from jiwar.keyring import phrase
from jiwar.keyring.hub_secret import create_hub_secret
from jiwar.keyring.model import MOST_MARKS
from jiwar.keyring.session import SessionTable
from jiwar.log.fragments import Fragments
from jiwar.node import FRONT_PAGE, HUB_PAGE, Front
from jiwar.store.sqlite.store import Pace, SqliteStore, open_store
from jiwar.systems.forum import service as forum
from jiwar.systems.forum.model import FORUM
from jiwar.systems.needs import bringing, rules
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.systems.rooms import service as rooms
from jiwar.wire.canonical import encode

AT_ONCE = Pace(accounts=0.0, accounts_jitter=0.0, boxes=0.0, shelves_loaded=0.0)
ROOM_DAYS = 7
SIDE_TOPICS = 4
AREAS = 12
TOGETHER = 32
"""Accounts that are opened at a time: the hub lets no more than so many wait for its slow hash."""
_RULES = ("نحكي بهدوء", "ما يقال هنا يبقى هنا")


@dataclass(frozen=True)
class Person:
    """Somebody with a key of their own, signed in while the folder is filled."""

    key: int
    member: Member


@dataclass(frozen=True)
class Community:
    """What the loader goes on with. The first person is the reader whose pages are measured."""

    store: SqliteStore
    services: Services
    clock: SetClock
    people: list[Person]
    circle: bytes
    room: bytes

    def main_circle(self, person: Person) -> Circle:
        return Circle(person.member, self.circle)


class Founder:
    """Founds, invites, enters. The clock stands on the community's first day."""

    def __init__(self, store: SqliteStore, clock: SetClock, words: Words) -> None:
        self.store, self.clock, self.words = store, clock, words
        self.hub_id = system_random(16)
        sessions = SessionTable(clock)
        self.services = Services(store, clock, system_random, Fragments(), sessions, self.hub_id, {})
        self.accounts = Accounts(self.services)

    async def person(self) -> Person:
        key = phrase.new_phrase()
        session = self.services.sessions.find(self.services.sessions.start())
        return Person(key, await self.accounts.create(key, session))

    async def people(self, count: int) -> list[Person]:
        found: list[Person] = []
        while len(found) < count:
            some = min(count - len(found), TOGETHER)
            found += await asyncio.gather(*(self.person() for _ in range(some)))
        return found

    async def circle(self, founder: Person, name: str) -> Circle:
        charter = first_charter("neighbours", name, self.words.post(), _RULES, LINK)
        return await founding.found_circle(founder.member, charter, self.words.title()[:40])

    async def bring(self, circle: Circle, person: Person, number: int) -> Circle:
        """Invite somebody and let them enter, as the two pages do."""
        ticket = await invitations.invite(circle, "ar")
        tries = invitations.Tries()
        admitted = await invitations.open_invite(self.services, tries, ticket.secret, ticket.words)
        entered = await entering.enter(person.member, admitted, f"{self.words.phrase(1, 2)} {number}"[:40])
        if invitations.is_used_up(entered, admitted.proof):
            await self.services.store.remove_invite(invitations.number_of(ticket.secret))
        circle.reload()
        return entered


async def found(folder: Path, first_day: int, members: int, circles: int) -> Community:
    """A hub with one large circle, and a reader who is in `circles` circles."""
    clock, words = SetClock(first_day), Words(members)
    secret = create_hub_secret(folder / "secret")
    store = await open_store(folder / "data", secret.outer(), clock, pace=AT_ONCE)
    founder = Founder(store, clock, words)
    await store.put_page(HUB_PAGE, founder.hub_id)
    await store.put_page(FRONT_PAGE, encode(Front()))
    people = await founder.people(members)
    reader, host, *others = people
    main = await founder.circle(host, words.title())
    for number, person in enumerate([*others, reader]):
        entered = await founder.bring(main, person, number)
        if number < STEWARDS_FIRST - 1:
            await roles.give(main, entered.log.persona.key)
    for side_host in others[: circles - 1]:
        await _side_circle(founder, side_host, reader)
    room = await rooms.open_room(main, words.title(), ROOM_DAYS)
    founder.accounts.close()
    return Community(store, founder.services, clock, people, main.id, room)


async def _side_circle(founder: Founder, host: Person, reader: Person) -> None:
    """A small circle with a handful of topics, one room, and the reader in it."""
    circle = await founder.circle(host, founder.words.title())
    entered = await founder.bring(circle, reader, 1)
    for _ in range(SIDE_TOPICS):
        obj = await forum.start_topic(circle, founder.words.title(), founder.words.post())
        await forum.reply(entered, obj, founder.words.post())
    room = await rooms.open_room(circle, founder.words.title(), ROOM_DAYS)
    await rooms.write(entered, room, founder.words.message())


async def ask(community: Community, count: int) -> None:
    """So many open requests in the large circle, of several kinds and parts of town, as a steward brings them in."""
    words, circle = Words(count), community.main_circle(community.people[1])
    kinds, areas = rules.USUAL, [words.title()[:AREA_LIMIT].strip() for _ in range(AREAS)]
    wishes = [Wish(NEED, words.post(), rules.EASY, areas[at % AREAS], kinds[at % len(kinds)]) for at in range(count)]
    await issuing.look_after_everywhere(community.people[1].member)  # Each comes with an introduction.
    for some in batched(wishes, bringing.MOST):
        await bringing.bring(circle, some)


def batched(wishes: list[Wish], most: int) -> Iterator[list[Wish]]:
    """No more than `most` at a time."""
    return (wishes[at : at + most] for at in range(0, len(wishes), most))


async def settle(community: Community, previous: dict[bytes, bytes]) -> None:
    """Write everybody's trail: the record each wrote last, and for the reader as many marks as a keyring holds."""
    reader = community.people[0]
    for person in community.people:
        circle = community.main_circle(person)
        circle.log.previous = previous.get(circle.log.persona.key, circle.log.previous)
        circle.keep_trail(circle.trail)
        for membership in reader.member.memberships() if person is reader else ():
            _mark_all(Circle(reader.member, membership.circle))
        await person.member.flush(now=True)


def _mark_all(circle: Circle) -> None:
    rows = circle.log.covers(FORUM, None, MOST_MARKS + 10)
    for row in rows[10:]:
        circle.has_seen(row.obj, row.head)
    for _ in range(MOST_MARKS - len(circle.trail.marks)):
        circle.has_seen(circle.services.random(16), 1)
