"""That nobody came is told only by who wishes it, and then to the care team alone: no other keyring opens it, nothing
of it stands where members look, and no persona is in it, neither of who tells nor of who didn't come.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pytest

from jiwar.circles import attending, cases, entering, letters, noshows, oneoffs, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.model import MODERATOR, Desk
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import Damaged, JiwarError
from jiwar.keyring import shelves
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import pledging, service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

MORE = "An hour in the rain."


def _everybodys_desk(circle: Circle) -> Desk:
    desk = desk_of(circle.trail.newest.record)
    return Desk(0, envelopes.public_key(desk.seed), digest(INBOX, desk.box))


async def _says_so_in_the_case(circle, case):
    await attending.say(circle, case, MORE)


async def _and_takes_it_back(circle, case):
    await service.take_back(circle, case.obj)


MUTATIONS: Mutations = {
    "the whole circle has the key": replaced(noshows, "_desk", _everybodys_desk),
    "moderators have the key": replaced(noshows, "_desk", lambda circle: circle.state.desk_of(MODERATOR)),
    "who tells signs as themselves": replaced(noshows, "_writer", lambda circle, case: circle.log.persona),
    "the other side is told": replaced(attending, "note_told", _says_so_in_the_case),
    "it changes what is on the board": replaced(attending, "note_told", _and_takes_it_back),
}


@dataclass
class Three:
    """The member asks; somebody who is a moderator would help; two stewards look after the circle."""

    village: Village
    other: Person
    obj: bytes

    @property
    def asks(self) -> Circle:
        return self.village.member.circle(self.village.circle)

    @property
    def helps(self) -> Circle:
        return self.other.circle(self.village.circle)

    async def agreed(self) -> None:
        await pledging.propose(self.helps, self.obj, whole=True)
        (made, _), *_ = pledging.agreements(self.asks, self.obj)
        await pledging.accept(self.asks, self.obj, made.name)
        await pledging.confirm(self.helps, self.obj, made.name, "en")
        await pledging.take(self.asks, self.obj, made.name)

    async def told(self) -> None:
        await pledging.tell_nobody_came(self.asks, cases.mine(self.asks)[0], MORE)

    @property
    def everybody(self) -> list[Person]:
        return [*self.village.everybody, self.other]


@pytest.fixture
async def three(anyio_backend: str) -> Three:
    here = await village()
    (other,) = await here.crowd(1)
    await roles.open_circle(here.founder.circle(here.circle), MODERATOR)
    await roles.give(here.founder.circle(here.circle), other.persona(here.circle), MODERATOR)
    await roles.follow(here.founder.circle(here.circle), MODERATOR)
    member = other.member
    assert await entering.take_keys(member, member.membership(here.circle), MODERATOR) is not None
    obj = await service.ask(here.member.circle(here.circle), Wish(NEED, "A lift on Thursday"))
    services = here.world.services
    await services.later.look(services.store, float("inf"))
    await oneoffs.settle(here.member.circle(here.circle))
    made = Three(here, other, obj)
    await made.agreed()
    return made


def _seeds(circle: Circle) -> Iterator[bytes]:
    """Everything that opens a letter of what somebody holds."""
    ring = circle.member.keyring
    for membership in shelves.memberships(ring):
        yield Persona(membership.persona).kem_seed
        for keys in shelves.trail(ring, membership.circle).epochs:
            yield desk_of(keys.record).seed
    yield from (Persona(one.seed).kem_seed for one in ring.one_offs)
    yield from (desk_of(case.secret).seed for case in ring.cases)


def opened(three: Three, who: Person) -> list[letters.Received]:
    """Every letter that says that nobody came, in whatever box, that somebody's keyring opens."""
    found = []
    for seed in set(_seeds(who.circle(three.village.circle))):
        for inbox, lying in three.village.world.hub._boxes.items():
            for mail in lying.values():
                with suppress(Damaged, JiwarError):
                    found.append(letters.read_letter(seed, letters.NOSHOW, inbox, mail))
    return found


def _seen(circle: Circle, obj: bytes) -> object:
    """What the board shows of it, and the whole tree of the circle."""
    return view.rows(circle, NEED), view.one(circle, obj), circle.log.state.size, circle.log.state.root


async def test_nobody_is_told_unasked(three: Three) -> None:
    await attending.end(three.asks, cases.mine(three.asks)[0])
    assert [opened(three, who) for who in three.everybody] == [[], [], [], []]


async def test_only_the_care_team_has_the_key_to_it(three: Three) -> None:
    await three.told()
    assert [len(opened(three, who)) for who in three.everybody] == [1, 1, 0, 0]
    circle = three.village.steward.circle(three.village.circle)
    missed = noshows.waiting(circle, roles.open_role(circle))
    assert [one.noshow.more for each in missed for one in each.told] == [MORE]


async def test_no_persona_is_in_it(three: Three) -> None:
    await three.told()
    found = [one for who in three.everybody for one in opened(three, who)]
    assert found
    personas = [member.persona for member in three.asks.state.members]
    for letter in found:
        assert not any(persona in (letter.sender, *_parts(letter)) for persona in personas)


def _parts(letter: letters.Received) -> list[bytes]:
    return [letter.body[at : at + 32] for at in range(len(letter.body) - 31)]


async def test_members_see_what_they_saw_before(three: Three) -> None:
    look = partial(_seen, three.other.circle(three.village.circle), three.obj)
    before, said = look(), cases.show(three.helps, cases.mine(three.helps)[0]).said
    await three.told()
    assert _seen(three.helps, three.obj) == before
    assert cases.show(three.helps, cases.mine(three.helps)[0]).said == said
    assert MORE.encode() not in encode(three.other.member.keyring)
