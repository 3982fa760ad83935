"""The people that tests of systems work with."""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import entering, founding, invitations
from jiwar.circles.circle import Circle
from jiwar.circles.invitations import Tries
from jiwar.circles.member import Member, Services
from jiwar.clock import SetClock
from jiwar.keyring.account import Access, new_account
from jiwar.log.shelf import LAST_NUMBER
from jiwar.node import memory_hub
from jiwar.store.contract import AccountWrite, Append, Cover


async def new_member(services: Services) -> Member:
    """An account and a session, without the slow hash of a phrase."""
    random = services.random
    access = Access(random(32), random(32), services.hub_id)
    rows = new_account(access, random).rows
    await services.store.put_accounts([AccountWrite(name, None, inner) for name, inner in rows])
    return Member.begin(services, services.sessions.find(services.sessions.start()), access)


@dataclass
class Company:
    """A steward (palm), two members (fig, lamp) and their circle."""

    services: Services
    clock: SetClock
    circle: bytes
    members: dict[str, Member]

    def opened_by(self, name: str) -> Circle:
        """The circle in a new request of somebody."""
        member = self.members[name]
        self.members[name] = member = Member(self.services, member.session)
        return Circle(member, self.circle)

    def palm(self) -> Circle:
        return self.opened_by("palm")

    def fig(self) -> Circle:
        return self.opened_by("fig")

    def lamp(self) -> Circle:
        return self.opened_by("lamp")


async def bring(circle: Circle, obj: bytes, cover: Cover) -> None:
    """What a member can do with a program of their own: leave any cover, with a record that says nothing."""
    log = circle.log
    target = log.rows(obj, 0, LAST_NUMBER, 1)[0]
    place = (log.shelf, log.newest.append, obj, log.tag("any"), target.slot, None)
    when = (log.newest.epoch, target.day, target.keep, log.random(16), bytes(32))
    await log.store.append(Append(*place, *when, b"x" * 300, cover))


async def spoil(circle: Circle, obj: bytes) -> None:
    """A cover that nobody can open."""
    standing = circle.log.cover(obj).cover
    await bring(circle, obj, Cover(circle.log.newest.epoch, standing.day, standing.keep, b"x" * 300))


async def gather(clock: SetClock) -> Company:
    """Found a circle and bring two people in."""
    services = memory_hub(clock).services
    palm = await new_member(services)
    charter = founding.first_charter("close", "قعدة", "نحكي", ("بهدوء",), "link")
    founded = await founding.found_circle(palm, charter, "نخلة")
    company = Company(services, clock, founded.id, {"palm": palm})
    tries = Tries()
    for name, handle in (("fig", "تينة"), ("lamp", "قنديل")):
        await join(company, tries, name, handle)
    return company


async def join(company: Company, tries: Tries, name: str, handle: str) -> None:
    """Somebody more comes in, invited by palm."""
    host, services = company.palm(), company.services
    ticket = await invitations.invite(host, "ar")
    admitted = await invitations.open_invite(services, tries, ticket.secret, ticket.words)
    company.members[name] = await new_member(services)
    await entering.enter(company.members[name], admitted, handle)
