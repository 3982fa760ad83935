"""Roles other than the stewards': opened, given, taken, laid down; a role sees by its key, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, leaving, letters, reports, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desks, write_own
from jiwar.circles.model import GREETER, LETTER, MODERATOR, STEWARD, Desk, Inner, Role
from jiwar.crypto import envelopes
from jiwar.errors import JiwarError, LastSteward, NotAllowed, NotThere, Removed
from jiwar.wire.canonical import decode, encode
from tests.world import Person, Village, heard, say, send_letter, village

pytestmark = pytest.mark.anyio


@dataclass
class Court:
    """A village with moderators: the steward opened the role, the member was given it, another one was not."""

    here: Village
    other: Person

    @property
    def circle(self) -> bytes:
        return self.here.circle

    def inner(self, person: Person) -> Circle:
        return roles.open_role(person.circle(self.circle), MODERATOR)


async def seat(here: Village, person: Person, role: int, by: Person) -> None:
    """Name somebody, and have them take the keys that whoever holds the role sends."""
    await roles.give(here.founder.circle(here.circle), person.persona(here.circle), role)
    await leaving.turn_all_due(by.member)
    member = person.member
    assert await entering.take_keys(member, member.membership(here.circle), role) is not None


@pytest.fixture
async def court() -> Court:
    here = await village()
    other = await here.world.join(here.circle, here.founder, "other")
    await roles.open_circle(here.steward.circle(here.circle), MODERATOR)
    await seat(here, here.member, MODERATOR, here.steward)
    return Court(here, other)


async def test_a_steward_who_was_not_named_opens_nothing_of_it(court: Court) -> None:
    obj = await say(court.inner(court.here.member).log, "among us")
    assert heard(court.inner(court.here.steward), obj) == ["among us"]
    for person in (court.here.founder, court.other):
        assert roles.held(person.circle(court.circle), MODERATOR) is None
        with pytest.raises(NotThere):
            court.inner(person)
    assert court.here.member.circle(court.circle).me.role == MODERATOR


async def test_it_is_no_group_in_a_list(court: Court) -> None:
    assert [one.circle for one in court.here.member.member.memberships()] == [court.circle]


async def test_keys_are_sent_once_and_again_when_they_have_turned(court: Court) -> None:
    here, founder = court.here, court.here.founder.circle(court.circle)
    await roles.give(founder, court.other.persona(court.circle), MODERATOR)
    for _ in range(2):
        await leaving.turn_all_due(here.steward.member)
    inner = court.inner(here.steward)
    assert len(inner.state.invites) == 1
    assert roles.is_offered(inner, court.other.persona(court.circle))
    await roles.lay_down(here.member.circle(court.circle), MODERATOR)
    await leaving.turn_all_due(here.steward.member)
    inner = court.inner(here.steward)
    assert inner.log.newest.epoch == 1
    assert roles.is_offered(inner, court.other.persona(court.circle))
    member = court.other.member
    assert await entering.take_keys(member, member.membership(court.circle), MODERATOR) is not None


async def test_taken_by_somebody_without_its_keys_it_turns_at_the_next_visit(court: Court) -> None:
    stale = court.inner(court.here.member).log
    before = desks(court.inner(court.here.member))[0]
    await roles.take(court.here.founder.circle(court.circle), court.here.member.persona(court.circle), MODERATOR)
    circle = court.here.member.circle(court.circle)
    assert roles.held(circle, MODERATOR) is None
    # Nothing new is written to a desk that somebody reads who is out.
    assert circle.state.desk_of(MODERATOR) is None
    await leaving.turn_all_due(court.here.steward.member)
    obj = await say(court.inner(court.here.steward).log, "without you")
    stale.forget_state()
    with pytest.raises(JiwarError):
        stale.rows(obj, 0, 2**62, 10)
    with pytest.raises(Removed):
        assert court.inner(court.here.member).me
    desk = court.here.founder.circle(court.circle).state.desk_of(MODERATOR)
    assert desk is not None
    assert desk.kem != envelopes.public_key(before.seed)


async def test_taken_by_one_of_them_it_turns_at_once(court: Court) -> None:
    await roles.take(court.here.steward.circle(court.circle), court.here.member.persona(court.circle), MODERATOR)
    inner = court.inner(court.here.steward)
    assert inner.log.newest.epoch == 1
    assert {one.handle for one in inner.state.members if one.active} == {"steward"}
    assert court.here.steward.circle(court.circle).log.newest.epoch == 0


async def test_who_is_removed_from_the_circle_is_out_of_it(court: Court) -> None:
    await leaving.remove(court.here.founder.circle(court.circle), court.here.member.persona(court.circle))
    await leaving.turn_all_due(court.here.steward.member)
    assert [one.handle for one in court.inner(court.here.steward).state.members if one.active] == ["steward"]


async def test_who_leaves_forgets_it(court: Court) -> None:
    await leaving.leave(court.here.member.circle(court.circle))
    assert court.here.member.member.keyring.memberships == ()
    await leaving.turn_all_due(court.here.steward.member)
    assert court.inner(court.here.steward).log.newest.epoch == 1


async def test_the_last_one_may_go_and_it_can_begin_anew(court: Court) -> None:
    for person in (court.here.member, court.here.steward):
        await roles.lay_down(person.circle(court.circle), MODERATOR)
    founder = court.here.founder.circle(court.circle)
    assert not roles.is_open(founder, MODERATOR)
    assert founder.state.desk_of(MODERATOR) is None
    first = founder.state.inner_of(MODERATOR)
    inner = await roles.open_circle(founder, MODERATOR)
    assert inner.id != first
    assert court.here.member.circle(court.circle).state.desk_of(MODERATOR) is not None


async def test_keys_of_a_role_that_has_begun_anew_since_open_nothing(court: Court) -> None:
    here, founder = court.here, court.here.founder.circle(court.circle)
    await roles.take(founder, here.member.persona(court.circle), MODERATOR)
    await roles.lay_down(here.steward.circle(court.circle), MODERATOR)
    inner = await roles.open_circle(here.founder.circle(court.circle), MODERATOR)
    await roles.give(here.founder.circle(court.circle), here.member.persona(court.circle), MODERATOR)
    assert roles.held(here.member.circle(court.circle), MODERATOR) is None
    await leaving.turn_all_due(here.founder.member)
    member = here.member.member
    assert await entering.take_keys(member, member.membership(court.circle), MODERATOR) is not None
    assert court.inner(here.member).id == inner.id
    assert [circle for circle, _ in here.member.member.keyring.memberships] == [court.circle, inner.id]


async def test_the_only_one_with_keys_stays_while_another_is_named(court: Court) -> None:
    await roles.lay_down(court.here.member.circle(court.circle), MODERATOR)
    await roles.give(court.here.founder.circle(court.circle), court.other.persona(court.circle), MODERATOR)
    with pytest.raises(LastSteward):
        await roles.lay_down(court.here.steward.circle(court.circle), MODERATOR)


async def test_two_who_begin_it_at_once_are_not_in_two(court: Court) -> None:
    here = court.here
    first, second = here.founder.circle(court.circle), here.steward.circle(court.circle)
    assert not roles.is_open(second, GREETER)
    await roles.open_circle(first, GREETER)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(roles, "is_open", lambda circle, role: False)
        with pytest.raises(JiwarError):
            await roles.open_circle(second, GREETER)
    assert here.steward.member.role_circle_of(court.circle, GREETER) is None
    assert (
        here.member.circle(court.circle).state.inner_of(GREETER)
        == roles.open_role(here.founder.circle(court.circle), GREETER).id
    )


async def a_member_opens(court: Court) -> None:
    await roles.open_circle(court.other.circle(court.circle), GREETER)


async def a_steward_opens_what_there_is(court: Court) -> None:
    await roles.open_circle(court.here.founder.circle(court.circle), MODERATOR)


async def a_steward_gives_what_there_is_not(court: Court) -> None:
    await roles.give(court.here.founder.circle(court.circle), court.other.persona(court.circle), GREETER)


async def a_moderator_gives(court: Court) -> None:
    await roles.give(court.here.member.circle(court.circle), court.other.persona(court.circle), MODERATOR)


async def a_moderator_takes(court: Court) -> None:
    await roles.take(court.here.member.circle(court.circle), court.here.steward.persona(court.circle), MODERATOR)


async def a_member_lays_down(court: Court) -> None:
    await roles.lay_down(court.other.circle(court.circle), MODERATOR)


async def a_moderator_removes(court: Court) -> None:
    await leaving.remove(court.here.member.circle(court.circle), court.other.persona(court.circle))


@pytest.mark.parametrize(
    "act",
    [
        a_member_opens,
        a_steward_opens_what_there_is,
        a_steward_gives_what_there_is_not,
        a_moderator_gives,
        a_moderator_takes,
        a_member_lays_down,
        a_moderator_removes,
    ],
    ids=lambda act: act.__name__.replace("_", " "),
)
async def test_is_not_allowed(court: Court, act: Callable) -> None:
    size = court.here.founder.circle(court.circle).log.state.size
    with pytest.raises(NotAllowed):
        await act(court)
    assert court.here.founder.circle(court.circle).log.state.size == size


class TestAChangedProgram:
    """Somebody writes what no program of ours writes."""

    async def test_takes_no_role_without_being_named(self, court: Court) -> None:
        circle = court.other.circle(court.circle)
        for body in (
            Role(circle.log.persona.key, MODERATOR),
            Role(circle.log.persona.key, STEWARD),
        ):
            await write_own(circle, "role", encode(body))
        await write_own(circle, "inner", encode(Inner(GREETER, b"i" * 32)))
        await write_own(circle, "desk", encode(Desk(MODERATOR, envelopes.public_key(b"d" * 96), b"i" * 32)))
        state = court.here.founder.circle(court.circle).state
        assert [one.role for one in state.members if one.handle == "other"] == [0]
        assert state.inner_of(GREETER) == b""
        assert state.desk_of(MODERATOR) == court.here.member.circle(court.circle).state.desk_of(MODERATOR)
        await leaving.turn_all_due(court.here.steward.member)
        assert not roles.is_seated(court.inner(court.here.steward), circle.log.persona.key)

    async def test_a_moderator_gives_themselves_nothing_more(self, court: Court) -> None:
        circle = court.here.member.circle(court.circle)
        await write_own(circle, "role", encode(Role(circle.log.persona.key, MODERATOR | STEWARD)))
        held = court.here.founder.circle(court.circle).sketch.member(circle.log.persona.key)
        assert held is not None
        assert held.role == MODERATOR

    @pytest.mark.parametrize("claimed", [MODERATOR, STEWARD, GREETER, 0])
    async def test_sends_keys_of_a_circle_of_their_own_to_nobody(self, court: Court, claimed: int) -> None:
        """Not as moderators' keys from a moderator, nor as another role's: it is not the circle that was told."""
        here = court.here
        await roles.give(here.founder.circle(court.circle), court.other.persona(court.circle), MODERATOR)
        own = await here.world.found(here.member)
        false = invitations.admission(here.member.circle(own), b"p" * 32, LETTER, here.world.clock.day() + 7)
        sender = here.member.circle(court.circle)
        forged = replace(false, parent=court.circle, role=claimed, inviter=sender.log.persona.key)
        await send_letter(sender, court.other.persona(court.circle), letters.KEYS, encode(forged), about=own)
        member = court.other.member
        assert entering.keys_arrived(member, member.membership(court.circle)) is None

    async def test_the_keys_themselves_open_it_to_nobody_who_was_not_named(self, court: Court) -> None:
        """A moderator may hand out what they hold; whoever joins with it is put out again by the next one to come."""
        here = court.here
        inner = court.inner(here.member)
        await roles.offer(here.member.circle(court.circle), inner, court.other.persona(court.circle))
        member = court.other.member
        assert await entering.take_keys(member, member.membership(court.circle)) is None
        circle, today = court.other.circle(court.circle), here.world.clock.day()
        persona = circle.log.persona
        (letter,) = letters.read_box(
            here.world.store, persona.box(founding.BOX), persona.kem_seed, letters.KEYS, today
        )
        admitted = decode(letter.body, invitations.Admission)
        await entering.enter(court.other.member, admitted, "other", circle.membership.persona)
        await leaving.turn_all_due(here.steward.member)
        after = court.inner(here.steward)
        assert not roles.is_seated(after, court.other.persona(court.circle))
        assert after.log.newest.epoch == 1


class TestLettersToModerators:
    async def test_are_read_by_them_alone(self, court: Court) -> None:
        writer, about = court.other.circle(court.circle), court.here.founder.persona(court.circle)
        await reports.report(writer, about, "", "presses", "every night", to=MODERATOR)
        for person in (court.here.member, court.here.steward):
            found = reports.waiting(person.circle(court.circle), court.inner(person))
            assert [one.report.more for one in found] == ["every night"]
        for person in (court.here.founder, court.here.steward):
            assert reports.waiting(person.circle(court.circle), roles.open_role(person.circle(court.circle))) == []

    async def test_are_deleted_by_no_other_team(self, court: Court) -> None:
        writer, about = court.other.circle(court.circle), court.here.founder.persona(court.circle)
        await reports.report(writer, about, "", "presses", "every night", to=MODERATOR)
        for person in (court.here.founder, court.here.steward):
            await reports.clear_all_desks(person.member)
        assert len(reports.waiting(court.here.member.circle(court.circle), court.inner(court.here.member))) == 1

    async def test_go_nowhere_else_when_there_are_none(self, here: Village) -> None:
        assert reports.recipients(here.member.circle(here.circle)) == [STEWARD]
        with pytest.raises(NotThere):
            await reports.report(
                here.member.circle(here.circle), here.founder.persona(here.circle), "", "hurts", "", to=MODERATOR
            )


async def test_what_is_told_of_roles_survives_a_turn_of_keys(court: Court) -> None:
    """Who comes later learns from the announcement which role has which circle and desk."""
    here = court.here
    await leaving.remove(here.founder.circle(court.circle), court.other.persona(court.circle))
    later = await here.world.join(court.circle, here.founder, "later")
    seen, known = later.circle(court.circle).state, here.member.circle(court.circle).state
    assert (seen.inner, seen.desks) == (known.inner, known.desks)
    assert [one.handle for one in seen.holders(MODERATOR)] == [one.handle for one in known.holders(MODERATOR)]
    assert {one.day for one in seen.members} == {here.world.clock.day()}
