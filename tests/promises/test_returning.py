"""Coming back under an old name: by a steward's slip, a role only by two and after two days, stopped by the old."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, invitations, leaving, returning, returns, roles, two_steps
from jiwar.circles.circle import Circle
from jiwar.circles.founding import write_own
from jiwar.circles.model import CONFIRMATIONS, STEWARD, STOP_DAYS, CircleState, Confirm, Disown, Member, Return, Role
from jiwar.errors import JiwarError, NameTaken, NotAllowed, NotThere, Removed
from jiwar.log.shelf import Opened
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, handles, hidden_village, say

pytestmark = pytest.mark.anyio

came_back, stopped = returns.came_back, returns.stopped


def _with(state: CircleState | None, persona: bytes, **changed: object) -> CircleState | None:
    """The same state, with something else about one person."""
    if state is None:
        return None
    return replace(
        state, members=tuple(replace(one, **changed) if one.persona == persona else one for one in state.members)
    )


def _with_the_role(state: CircleState, old: bytes, newcomer: Member) -> CircleState | None:
    before = state.member(old)
    return _with(came_back(state, old, newcomer), newcomer.persona, role=before.role if before else 0)


def _beside_the_old_one(state: CircleState, old: bytes, newcomer: Member) -> CircleState | None:
    return _with(came_back(state, old, newcomer), old, until=0)


def _by_anybody(state: CircleState, record: Opened, body: Disown) -> CircleState | None:
    old = next((one.old for one in state.returns if one.new == body.persona), b"")
    return stopped(state, replace(record, author=old), body)


def _who_came_stays(state: CircleState, record: Opened, body: Disown) -> CircleState | None:
    return _with(stopped(state, record, body), body.persona, until=0)


def _the_role_is_lost(state: CircleState, record: Opened, body: Disown) -> CircleState | None:
    return _with(stopped(state, record, body), record.author, role=0)


MUTATIONS: Mutations = {
    "any member writes a slip": replaced(returns, "may_invite_back", lambda state, author, body: True),
    "the role comes with the name": replaced(returns, "came_back", _with_the_role),
    "the old account goes on beside the new one": replaced(returns, "came_back", _beside_the_old_one),
    "days alone give the role": replaced(Return, "may_hold", lambda back, day: day > back.day + STOP_DAYS),
    "two give the role at once": replaced(Return, "may_hold", lambda back, day: len(back.confirmed) >= CONFIRMATIONS),
    "the old account is not told": replaced(returning, "of_old", lambda circle, persona: None),
    "anybody stops it": replaced(returns, "stopped", _by_anybody),
    "it is stopped and they stay": replaced(returns, "stopped", _who_came_stays),
    "it is stopped and the role is lost": replaced(returns, "stopped", _the_role_is_lost),
    "the old account stops it for ever": replaced(Return, "may_be_stopped", lambda back, day: True),
    "a turn of the keys ends the wait": replaced(
        returns, "turned", lambda several, day: tuple(replace(one, over=True) for one in several)
    ),
}


async def comes_back(here: Village, old: Person, by: Person, handle: str = "") -> Person:
    """`by` writes a slip for the name of `old`; whoever comes with it, in an account of their own."""
    newcomer = await here.world.sign_up()
    target = old.persona(here.circle)
    ticket = await returning.invite_back(by.circle(here.circle), target, "en")
    admitted = await invitations.open_invite(here.world.services, here.world.tries, ticket.secret, ticket.words)
    await entering.enter(newcomer.member, admitted, handle or admitted.handle)
    return newcomer


async def tried(here: Village, by: Person, kind: str, body: Confirm | Disown | Role) -> None:
    """A record as a changed program writes it."""
    await write_own(by.circle(here.circle), kind, encode(body))


def named(here: Village, reader: Person, who: Person) -> tuple[str, bool, int]:
    found = reader.circle(here.circle).state.member(who.persona(here.circle))
    assert found is not None
    return found.handle, found.active, found.role


async def test_the_new_persona_carries_the_old_name_and_the_old_one_is_closed(here: Village) -> None:
    old = here.member.persona(here.circle)
    back = await comes_back(here, here.member, here.founder)
    state = here.founder.circle(here.circle).state
    closed = state.member(old)
    assert closed is not None
    assert (closed.handle, closed.active) == ("member", False)
    assert named(here, here.founder, back) == ("member", True, 0)
    assert handles(here.steward.circle(here.circle)) == {"founder", "steward", "member"}
    await say(back.circle(here.circle).log, "I am here again")


async def test_what_the_old_persona_writes_counts_no_more(here: Village) -> None:
    await comes_back(here, here.member, here.founder)
    with pytest.raises(Removed):
        here.member.circle(here.circle).me  # noqa: B018
    await tried(here, here.member, "confirm", Confirm(here.founder.persona(here.circle)))
    assert here.founder.circle(here.circle).state.returns[0].confirmed == ()


async def test_a_returned_steward_has_no_role_and_one_steward_alone_gives_none(here: Village) -> None:
    third = await here.world.join(here.circle, here.founder, "third")
    await here.world.make_steward(here.circle, here.founder, third)
    back = await comes_back(here, here.steward, here.founder)
    assert named(here, here.founder, back) == ("steward", True, 0)
    me = back.persona(here.circle)
    for days in (0, 3):
        here.world.clock.forward(days=days)
        await returning.confirm(here.founder.circle(here.circle), me)
        await tried(here, here.founder, "role", Role(me, STEWARD))
        assert named(here, here.founder, back)[2] == 0
    await returning.confirm(third.circle(here.circle), me)
    await roles.give(here.founder.circle(here.circle), me)
    assert named(here, here.founder, back)[2] == STEWARD


async def test_two_stewards_give_a_role_only_after_two_days(here: Village) -> None:
    back = await comes_back(here, here.member, here.founder)
    me = back.persona(here.circle)
    for steward in (here.founder, here.steward):
        await returning.confirm(steward.circle(here.circle), me)
    await tried(here, here.founder, "role", Role(me, STEWARD))
    assert named(here, here.founder, back)[2] == 0
    here.world.clock.forward(days=3)
    await tried(here, here.founder, "role", Role(me, STEWARD))
    assert named(here, here.founder, back)[2] == STEWARD


async def test_the_old_account_stops_it_and_has_its_role_again(here: Village) -> None:
    back = await comes_back(here, here.steward, here.founder)
    assert returning.of_old(here.steward.circle(here.circle), here.steward.persona(here.circle)) is not None
    await returning.stop(here.steward.circle(here.circle))
    assert named(here, here.founder, here.steward) == ("steward", True, STEWARD)
    gone = here.founder.circle(here.circle).state.member(Circle(back.member, here.circle).log.persona.key)
    assert gone is not None
    assert (gone.handle, gone.active) == ("", False)
    await leaving.turn_all_due(here.founder.member)
    with pytest.raises(JiwarError):
        back.circle(here.circle).state  # noqa: B018


async def test_a_turn_of_the_keys_in_between_takes_nobody_the_stop(here: Village) -> None:
    await comes_back(here, here.member, here.founder)
    other = await here.world.join(here.circle, here.founder, "other")
    await leaving.remove(here.founder.circle(here.circle), other.persona(here.circle))
    await returning.stop(here.member.circle(here.circle))
    assert named(here, here.founder, here.member) == ("member", True, 0)


async def test_after_two_days_the_keys_turn_and_the_old_account_is_out(here: Village) -> None:
    await comes_back(here, here.member, here.founder)
    old = here.member.circle(here.circle)
    await leaving.turn_all_due(here.founder.member)
    assert here.founder.circle(here.circle).log.newest.epoch == 0
    here.world.clock.forward(days=3)
    await tried(here, here.member, "disown", Disown(here.founder.circle(here.circle).state.returns[0].new))
    await leaving.turn_all_due(here.founder.member)
    circle = here.founder.circle(here.circle)
    assert circle.log.newest.epoch == 1
    assert circle.is_announced
    assert [one.over for one in circle.state.returns] == [True]
    with pytest.raises(JiwarError):
        Circle(here.member.member, old.id)
    assert (await here.world.join(here.circle, here.founder, "later")).circle(here.circle).state.returns[0].over


async def test_nobody_but_the_old_account_stops_it(here: Village) -> None:
    back = await comes_back(here, here.member, here.founder)
    for who in (here.founder, here.steward, back):
        await tried(here, who, "disown", Disown(back.persona(here.circle)))
        assert named(here, here.founder, back)[1]
        with pytest.raises(NotThere):
            await returning.stop(who.circle(here.circle))


async def test_a_member_writes_no_slip_and_nobody_one_for_themselves(here: Village) -> None:
    with pytest.raises(NotAllowed):
        await returning.invite_back(here.member.circle(here.circle), here.steward.persona(here.circle), "en")
    with pytest.raises(NotAllowed):
        await returning.invite_back(here.founder.circle(here.circle), here.founder.persona(here.circle), "en")
    steward = here.founder.circle(here.circle).state.member(here.steward.persona(here.circle))
    with pytest.raises(NotAllowed):  # With a program of their own.
        await invitations.invite(here.member.circle(here.circle), "en", returns=steward)


async def test_a_slip_gives_no_other_name(here: Village) -> None:
    with pytest.raises(NameTaken):
        await comes_back(here, here.member, here.founder, "somebody")
    assert named(here, here.founder, here.member)[1]


async def test_the_only_steward_left_is_not_put_out_by_a_slip(here: Village) -> None:
    """The slip was written while there were two."""
    ticket = await returning.invite_back(here.steward.circle(here.circle), here.founder.persona(here.circle), "en")
    await roles.lay_down(here.steward.circle(here.circle))
    newcomer = await here.world.sign_up()
    admitted = await invitations.open_invite(here.world.services, here.world.tries, ticket.secret, ticket.words)
    with pytest.raises(JiwarError):
        await entering.enter(newcomer.member, admitted, admitted.handle)
    assert named(here, here.founder, here.founder) == ("founder", True, STEWARD)


async def test_into_a_hidden_circle_one_comes_back_by_knocking() -> None:
    here = await hidden_village()
    old = here.member.persona(here.circle)
    ticket = await returning.invite_back(here.founder.circle(here.circle), old, "en")
    admitted = await invitations.open_invite(here.world.services, here.world.tries, ticket.secret, ticket.words)
    assert admitted.epochs == ()
    back = await here.world.sign_up()
    number = invitations.number_of(ticket.secret)
    await two_steps.ask_to_enter(back.member, admitted, number, admitted.handle)
    circle = here.founder.circle(here.circle)
    await two_steps.let_in(circle, two_steps.who_waits(circle)[0])
    member = back.member
    assert await entering.take_keys(member, member.membership(here.circle)) is not None
    assert named(here, here.founder, back) == ("member", True, 0)
    closed = here.founder.circle(here.circle).state.member(old)
    assert closed is not None
    assert not closed.active
