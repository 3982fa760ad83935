"""What a member asks the dispatchers alone is opened by no other keyring, stewards' included; nothing of it stands on
a shelf, and no name on any letter; taken back or left behind it is gone; what finds no place is not acknowledged.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import boxes, callers, confiding, entering, founding, leaving, letters, oneoffs, rights, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.model import DISPATCHER, STEWARD, Desk
from jiwar.circles.policy import Aid
from jiwar.errors import Damaged, Full, JiwarError, NotAllowed
from jiwar.keyring import shelves
from jiwar.keyring.persona import Persona
from jiwar.store.contract import BOX_ENVELOPES, Mail
from jiwar.systems.desk import service, view
from jiwar.systems.needs import service as needs
from jiwar.systems.needs import view as board
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

TEXT = "A bed for one night."
_CONFIDE = needs.confide


async def _leaves_it(*_: object) -> None:
    """What was said stays where it is."""


async def _and_to_the_board(circle: Circle, wish: Wish) -> bytes:
    await needs.ask(circle, wish)
    return await _CONFIDE(circle, wish)


async def _acknowledges_anyway(circle: Circle, inbox: bytes, mail: Mail) -> None:
    try:
        await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, inbox, mail)
    except JiwarError:
        pass


MUTATIONS: Mutations = {
    "it goes to the care team's desk": replaced(confiding, "desk", lambda circle: circle.state.desk_of(STEWARD)),
    "it comes to the board too": replaced(needs, "confide", _and_to_the_board),
    "its member's name signs it": replaced(needs, "_one_off", lambda circle: (circle.log.persona.seed, rights.NONE)),
    "what is taken back stays": replaced(callers, "take_back", _leaves_it),
    "what is left behind stays": replaced(
        boxes, "forget_circle", lambda member, circle: member.forget_circle(circle)
    ),
    "what finds no place is acknowledged": replaced(confiding, "_left", _acknowledges_anyway),
}


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """The steward is the only dispatcher; the founder, who began the role, has laid it down. There is no window."""
    made = await village()
    circle = made.founder.circle(made.circle)
    await founding.change_charter(circle, replace(circle.charter, aid=Aid(True)))
    await roles.open_circle(made.founder.circle(made.circle), DISPATCHER)
    await roles.give(made.founder.circle(made.circle), made.steward.persona(made.circle), DISPATCHER)
    await roles.follow(made.founder.circle(made.circle), DISPATCHER)
    member = made.steward.member
    assert await entering.take_keys(member, member.membership(made.circle), DISPATCHER) is not None
    await roles.lay_down(made.founder.circle(made.circle), DISPATCHER)
    await leaving.turn_all_due(made.steward.member)
    return made


async def confides(here: Village) -> Persona:
    """What the member asks, as the persona that it is asked by."""
    circle = here.member.circle(here.circle)
    await needs.confide(circle, Wish(NEED, TEXT))
    return oneoffs.persona_of(confiding.mine(here.member.circle(here.circle))[0])


async def queue(here: Village, who: Person) -> list[view.Open]:
    circle = who.circle(here.circle)
    inner = roles.open_role(circle, DISPATCHER)
    await service.gather(circle, inner)
    return await view.queue(inner)


def place(here: Village) -> Desk:
    found = here.member.circle(here.circle).state.desk_of(DISPATCHER)
    assert found is not None
    return found


def opened(here: Village, who: Person) -> list[letters.Received]:
    """Every slip in any box of the hub that somebody's keyring opens, with all that they ever held of the group."""
    found, member = [], who.member
    for membership in shelves.memberships(member.keyring):
        for keys in member.trail(membership.circle).epochs:
            for inbox, lying in here.world.hub._boxes.items():
                for mail in lying.values():
                    try:
                        found.append(letters.read_letter(desk_of(keys.record).seed, letters.SLIP, inbox, mail))
                    except (Damaged, JiwarError):
                        continue
    return found


async def test_dispatchers_read_it_and_no_other_keyring_opens_it(here: Village) -> None:
    await confides(here)
    assert len(opened(here, here.steward)) == 1
    assert here.founder.circle(here.circle).me.holds(STEWARD)
    assert not opened(here, here.founder)
    assert not opened(here, here.member), "also not the other letters to dispatchers"
    (found,) = await queue(here, here.steward)
    assert found.talk.said[0].line.text == TEXT
    assert found.standing.case.inside


async def test_nothing_of_it_stands_on_the_shelf(here: Village) -> None:
    circle = here.member.circle(here.circle)
    before = here.world.store.shelf(circle.log.shelf, circle.log.newest.read)
    await needs.confide(circle, Wish(NEED, TEXT))
    await here.world.services.later.look(here.world.store, float("inf"))
    assert here.world.store.shelf(circle.log.shelf, circle.log.newest.read) == before
    assert board.all_mine(here.member.circle(here.circle)) == []


async def test_no_letter_of_it_says_whose_it_is(here: Village) -> None:
    await confides(here)
    known = {one.persona for one in here.founder.circle(here.circle).state.members}
    (slip,) = opened(here, here.steward)
    (found,) = await queue(here, here.steward)
    assert slip.sender not in known
    assert not {one.sender for one in found.talk.said} & known


async def test_taken_back_it_is_gone_on_both_sides(here: Village) -> None:
    asked = await confides(here)
    assert len(await queue(here, here.steward)) == 1
    circle = here.member.circle(here.circle)
    await confiding.take_back(circle, confiding.mine(circle)[0])
    assert await queue(here, here.steward) == []
    assert here.world.store.mail(desk_of(asked.room).box) == []
    assert here.member.member.keyring.one_offs == ()


async def test_who_goes_leaves_nothing_of_it_behind(here: Village) -> None:
    asked = await confides(here)
    await leaving.leave(here.member.circle(here.circle))
    assert here.world.store.mail(desk_of(asked.room).box) == []


async def test_what_finds_no_place_is_not_kept(here: Village) -> None:
    circle, desk = here.member.circle(here.circle), place(here)
    for at in range(BOX_ENVELOPES):
        mail = Mail(bytes([at]) * 16, 20_000, b"flood")
        await here.world.store.put_mail(circle.log.shelf, circle.log.newest.append, desk.inbox, mail)
    before = {inbox: len(lying) for inbox, lying in here.world.hub._boxes.items() if lying}
    with pytest.raises(Full):
        await needs.confide(circle, Wish(NEED, TEXT))
    assert {inbox: len(lying) for inbox, lying in here.world.hub._boxes.items() if lying} == before
    assert here.member.member.keyring.one_offs == ()


async def test_where_nobody_is_a_dispatcher_nothing_is_kept(here: Village) -> None:
    await roles.lay_down(here.steward.circle(here.circle), DISPATCHER)
    with pytest.raises(NotAllowed):
        await needs.confide(here.member.circle(here.circle), Wish(NEED, TEXT))
    assert here.member.member.keyring.one_offs == ()
