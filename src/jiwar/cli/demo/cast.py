"""The people of the demo as the hub knows them: accounts, groups founded, invitations taken, stewardship handed on.

Every step is the one that a person's own tap leads to.
"""

from __future__ import annotations

import asyncio
from base64 import b32decode
from dataclasses import dataclass, field

from msgspec.structs import replace

from jiwar.circles import callers, entering, founding, invitations, publishing, roles, two_steps, window
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.model import DISPATCHER, HIDDEN, Charter
from jiwar.circles.policy import Counter, HelpDesk
from jiwar.cli.demo.content import CircleScript, Community, Person, WindowScript
from jiwar.keyring.model import Settings
from jiwar.keyring.phrase import new_phrase
from jiwar.node import Hub


@dataclass
class Cast:
    """Who plays: signed-in members and their phrases, and the id of each circle that is founded."""

    hub: Hub
    community: Community
    phrases: dict[str, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    circles: dict[str, bytes] = field(default_factory=dict)

    def circle(self, person: str, slug: str) -> Circle:
        """A circle as this person has it open."""
        return Circle(self.members[person], self.circles[slug])

    def is_in(self, person: str, slug: str) -> bool:
        return slug in self.circles and self.members[person].has(self.circles[slug])

    async def open_accounts(self) -> None:
        """An account for everybody; the slow hashes run side by side."""
        await asyncio.gather(*(self._open_account(person) for person in self.community.people))

    async def _open_account(self, person: Person) -> None:
        phrase = new_phrase(self.hub.services.random)
        sessions = self.hub.services.sessions
        self.phrases[person.id] = phrase
        settings = Settings(language=person.language, digits="arabic" if person.language == "ar" else "latin")
        session = sessions.find(sessions.start())
        self.members[person.id] = await self.hub.accounts.create(phrase, session, settings)

    async def found(self, script: CircleScript) -> None:
        """Found a circle by its first steward, and bring the other stewards in."""
        first, *others = sorted(self.community.stewards(script.slug), key=lambda person: not person.founder)
        if first.founder:
            await self._spend_founding_code()
        charter = founding.first_charter(script.card, script.name, script.about, script.rules, script.access)
        handle = first.handles[script.slug]
        circle = await founding.found_circle(self.members[first.id], charter, handle)
        self.circles[script.slug] = circle.id
        await founding.change_charter(circle, self._settled(circle.charter, script))
        for other in others:
            await self.bring_in(other, script.slug, first)
            await self._share_stewardship(first, other, script.slug)

    def _settled(self, charter: Charter, script: CircleScript) -> Charter:
        """What the first steward changes on the first day: notes, hour, how long talk stays, newcomers read it."""
        first, *others = charter.levels
        longest = max((thread.keep for thread in self.community.threads if thread.circle == script.slug), default=0)
        row = replace(first, room_days=max(first.room_days, longest), newcomers_read_back=True)
        told = replace(
            charter, public=script.public, questions=script.questions, notes=script.notes, hour=script.hour
        )
        return replace(told, level=0, levels=(row, *others))

    async def open_doors(self) -> None:
        """What strangers see of circles that they may come into, as a steward's hand leaves it."""
        for script in self.community.circles:
            if script.public:
                await publishing.follow(self.circle(self.community.stewards(script.slug)[0].id, script.slug))

            if script.window is not None:
                await self._open_window(script.slug, script.window)

    async def _open_window(self, slug: str, script: WindowScript) -> None:
        """The first dispatcher, who is a steward, begins the team and opens the window; somebody has asked there."""
        first, *others = map(self.community.person, script.dispatchers)
        circle = self.circle(first.id, slug)
        await roles.open_circle(circle, DISPATCHER)
        for other in others:
            await roles.give(circle, self.circle(other.id, slug).log.persona.key, DISPATCHER)
            await roles.follow(circle, DISPATCHER)
            member = self.members[other.id]
            await entering.take_keys(member, member.membership(circle.id), DISPATCHER)
        counters = tuple(Counter(one.kind, one.text) for one in script.counter)
        told = HelpDesk(True, script.name, script.text.strip(), counters, script.ready)
        await founding.change_charter(circle, replace(circle.charter, window=told))
        await window.follow(circle)
        services = self.hub.services
        poster = window.read(services, window.page_of(circle.id))
        for one in script.caller:
            await callers.ask(services, poster, services.random(32), one.kind, one.text)

    async def _spend_founding_code(self) -> None:
        text = await self.hub.founding_code()
        code = b32decode(text.upper() + "=" * (-len(text) % 8))
        self.hub.require_founding_code(code)
        await self.hub.spend_founding_code(code)

    async def _share_stewardship(self, giver: Person, taker: Person, slug: str) -> None:
        circle = self.circle(giver.id, slug)
        persona = self.circle(taker.id, slug).log.persona.key
        await roles.give(circle, persona)
        await roles.offer(circle, roles.open_role(circle), persona)
        member = self.members[taker.id]
        await entering.take_keys(member, member.membership(circle.id))

    async def bring_in(self, person: Person, slug: str, host: Person) -> None:
        """One invitation from `host` to `person`, with two words that were said."""
        services, member = self.hub.services, self.members[person.id]
        ticket = await invitations.invite(self.circle(host.id, slug), "ar")
        admitted = await invitations.open_invite(services, self.hub.tries, ticket.secret, ticket.words)
        handle = person.handles[slug]
        if admitted.mode == HIDDEN:
            number = invitations.number_of(ticket.secret)
            await two_steps.ask_to_enter(member, admitted, number, handle)
            await self._let_in(host, slug)
            await entering.take_keys(member, member.membership(self.circles[slug]))
        else:
            circle = await entering.enter(member, admitted, handle)
            if invitations.is_used_up(circle, admitted.proof):
                await services.store.remove_invite(invitations.number_of(ticket.secret))

    async def _let_in(self, host: Person, slug: str) -> None:
        circle = self.circle(host.id, slug)
        for waiting in two_steps.who_waits(circle):
            await two_steps.let_in(circle, waiting)

    async def leave_the_stage(self) -> None:
        """Write how far everybody has come."""
        await asyncio.gather(*(member.flush(now=True) for member in self.members.values()))
