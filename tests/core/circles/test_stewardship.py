"""Stewardship: given, taken, laid down; and keys of the stewards' circle that somebody else sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, leaving, letters, roles, two_steps
from jiwar.circles.circle import Circle
from jiwar.circles.founding import BOX, desks, write_own
from jiwar.circles.model import LETTER, Role
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.crypto.signing import public_key
from jiwar.errors import BadChoice, Conflict, InviteSpent, LastSteward, NotAllowed, NotThere, Removed, TextMissing
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import encode
from tests.world import Person, Village, charter_of, hidden_village, send_letter, village

pytestmark = pytest.mark.anyio


def role_of(person: Person, circle: bytes) -> Circle:
    return roles.open_role(person.circle(circle))


async def test_a_founder_holds_the_stewards_circle(here: Village) -> None:
    role = role_of(here.founder, here.circle)
    assert role.membership.parent == here.circle
    assert role.is_steward
    assert here.founder.member.memberships()[0].circle == here.circle
    assert len(here.founder.member.memberships()) == 1
    with pytest.raises(NotThere):
        role_of(here.member, here.circle)


async def test_whoever_is_given_it_takes_the_keys(here: Village) -> None:
    await here.world.make_steward(here.circle, here.steward, here.member)
    role = role_of(here.member, here.circle)
    assert {one.handle for one in role.state.members} == {"founder", "steward", "member"}
    assert here.member.circle(here.circle).is_steward


async def test_it_is_taken_with_its_keys(here: Village) -> None:
    steward = here.steward.persona(here.circle)
    await roles.take(here.founder.circle(here.circle), steward)
    assert not here.steward.circle(here.circle).is_steward
    with pytest.raises(Removed):
        role_of(here.steward, here.circle)
    with pytest.raises(NotAllowed):
        await leaving.remove(here.steward.circle(here.circle), here.member.persona(here.circle))
    assert here.steward.circle(here.circle).log.newest.epoch == 1


async def test_what_was_taken_can_be_given_again(here: Village) -> None:
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    await here.world.make_steward(here.circle, here.founder, here.steward)
    await leaving.remove(here.steward.circle(here.circle), here.member.persona(here.circle))
    assert here.founder.circle(here.circle).log.newest.epoch == 2


async def test_it_is_laid_down_and_the_keys_turn_at_the_next_visit(here: Village) -> None:
    role_before = role_of(here.steward, here.circle)
    await roles.lay_down(here.steward.circle(here.circle))
    assert not here.steward.circle(here.circle).is_steward
    assert here.steward.member.role_circle_of(here.circle) is None
    await leaving.turn_all_due(here.founder.member)
    assert here.founder.circle(here.circle).log.newest.epoch == 1
    log, role = here.founder.circle(here.circle).log, role_of(here.founder, here.circle)
    now = founding.control_seed(role.log.newest, log.shelf)
    assert public_key(now) == log.state.control
    old = {founding.control_seed(keys, log.shelf) for keys in role_before.trail.epochs}
    assert now not in old


async def test_it_is_declined_before_the_keys_were_taken(here: Village) -> None:
    founder = here.founder.circle(here.circle)
    await roles.give(founder, here.member.persona(here.circle))
    await roles.lay_down(here.member.circle(here.circle))
    assert not here.member.circle(here.circle).is_steward


async def a_member_gives(here: Village) -> None:
    await roles.give(here.member.circle(here.circle), here.member.persona(here.circle))


async def a_steward_gives_a_stranger(here: Village) -> None:
    await roles.give(here.founder.circle(here.circle), b"x" * 32)


async def a_member_takes(here: Village) -> None:
    await roles.take(here.member.circle(here.circle), here.founder.persona(here.circle))


async def a_steward_takes_from_a_member(here: Village) -> None:
    await roles.take(here.founder.circle(here.circle), here.member.persona(here.circle))


async def a_steward_takes_from_themselves(here: Village) -> None:
    await roles.take(here.founder.circle(here.circle), here.founder.persona(here.circle))


async def a_member_steps_down(here: Village) -> None:
    await roles.lay_down(here.member.circle(here.circle))


async def a_member_changes_the_charter(here: Village) -> None:
    circle = here.member.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, name="Mine"))


@pytest.mark.parametrize(
    "act",
    [
        a_member_gives,
        a_steward_gives_a_stranger,
        a_member_takes,
        a_steward_takes_from_a_member,
        a_steward_takes_from_themselves,
        a_member_steps_down,
        a_member_changes_the_charter,
    ],
    ids=lambda act: act.__name__.replace("_", " "),
)
async def test_is_not_allowed(here: Village, act: Callable) -> None:
    size = here.founder.circle(here.circle).log.state.size
    with pytest.raises(NotAllowed):
        await act(here)
    assert here.founder.circle(here.circle).log.state.size == size


class TestTheLastSteward:
    async def test_stays_while_others_do(self, here: Village) -> None:
        await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
        circle = here.founder.circle(here.circle)
        for act in (leaving.leave, roles.lay_down):
            with pytest.raises(LastSteward):
                await act(circle)
        with pytest.raises(LastSteward):
            await roles.take(circle, here.founder.persona(here.circle))
        assert here.founder.circle(here.circle).is_steward

    async def test_regression_stays_until_the_next_one_has_taken_the_keys(self) -> None:
        here = await village()
        await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
        founder = here.founder.circle(here.circle)
        await roles.give(founder, here.member.persona(here.circle))
        await roles.offer(founder, roles.open_role(founder), here.member.persona(here.circle))
        for act in (leaving.leave, roles.lay_down):
            with pytest.raises(LastSteward):
                await act(here.founder.circle(here.circle))
        member = here.member.member
        await entering.take_keys(member, member.membership(here.circle))
        await leaving.leave(here.founder.circle(here.circle))

    async def test_regression_two_who_leave_at_once_do_not_both_go(self, here: Village) -> None:
        """Both look before either has written; the second one's leaving doesn't count, and they keep the keys."""
        first, second = here.founder.circle(here.circle), here.steward.circle(here.circle)
        leaving.require_may_leave(first)
        leaving.require_may_leave(second)
        assert second.state
        await roles.go(first)
        with pytest.raises(LastSteward):
            await roles.go(second)
        assert here.steward.circle(here.circle).is_steward

    async def test_regression_two_who_lay_it_down_at_once_do_not_both(self, here: Village) -> None:
        first, second = here.founder.circle(here.circle), here.steward.circle(here.circle)
        role = roles.open_role(second)
        assert second.state
        assert role.state
        body = encode(Role(first.log.persona.key, 0))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(roles, "require_another_steward", lambda circle: None)
            await write_own(here.steward.circle(here.circle), "role", body)
            with pytest.raises(LastSteward):
                await roles.lay_down(second)
        assert here.steward.circle(here.circle).is_steward

    async def test_goes_when_nobody_else_is_left(self) -> None:
        here = await village()
        for other in (here.steward, here.member):
            await leaving.remove(here.founder.circle(here.circle), other.persona(here.circle))
        await leaving.leave(here.founder.circle(here.circle))
        assert here.founder.member.memberships() == []


async def test_keys_that_are_out_of_date_go_and_others_come(here: Village) -> None:
    founder = here.founder.circle(here.circle)
    await roles.give(founder, here.member.persona(here.circle))
    await roles.offer(founder, roles.open_role(founder), here.member.persona(here.circle))
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    member = here.member.member
    with pytest.raises(InviteSpent):
        await entering.take_keys(member, member.membership(here.circle))
    assert await entering.take_keys(member, member.membership(here.circle)) is None
    founder = here.founder.circle(here.circle)
    await roles.offer(founder, roles.open_role(founder), here.member.persona(here.circle))
    member = here.member.member
    assert await entering.take_keys(member, member.membership(here.circle)) is not None


class TestKeysFromSomebodyElse:
    """Any member knows where another's box is, and can write to it."""

    async def offer(self, here: Village, sender: Person, role: bytes, inviter: Person | None = None) -> None:
        """Keys of the circle `role`, said to be the stewards', left in the member's box."""
        circle = sender.circle(here.circle)
        false = sender.circle(role)
        admitted = invitations.admission(false, b"p" * 32, LETTER, here.world.clock.day() + 7)
        claimed = replace(admitted, parent=here.circle, inviter=(inviter or sender).persona(here.circle))
        to = here.member.persona(here.circle)
        await send_letter(circle, to, letters.KEYS, encode(claimed), about=false.id)

    async def test_a_member_can_not_send_a_stewards_circle_of_their_own(self, here: Village) -> None:
        other = await here.world.join(here.circle, here.founder, "other")
        await roles.give(here.founder.circle(here.circle), here.member.persona(here.circle))
        own = await here.world.found(other)
        for claimed in (None, here.founder):
            await self.offer(here, other, own, claimed)
        member = here.member.member
        assert entering.keys_arrived(member, member.membership(here.circle)) is None

    async def test_a_steward_s_count_for_who_is_a_steward(self, here: Village) -> None:
        role = here.steward.member.role_circle_of(here.circle)
        assert role is not None
        await self.offer(here, here.steward, role.circle)
        member = here.member.member
        assert entering.keys_arrived(member, member.membership(here.circle)) is None
        await roles.give(here.founder.circle(here.circle), here.member.persona(here.circle))
        member = here.member.member
        assert entering.keys_arrived(member, member.membership(here.circle)) is not None

    async def test_who_holds_them_takes_no_others(self, here: Village) -> None:
        await here.world.make_steward(here.circle, here.founder, here.member)
        founder = here.founder.circle(here.circle)
        await roles.offer(founder, roles.open_role(founder), here.member.persona(here.circle))
        member = here.member.member
        assert await entering.take_keys(member, member.membership(here.circle)) is None

    async def test_regression_a_letter_of_something_else_breaks_nothing(self, here: Village) -> None:
        for purpose in (letters.KEYS, letters.REQUEST):
            await send_letter(here.member.circle(here.circle), here.founder.persona(here.circle), purpose, b"?")
        member = here.founder.member
        assert entering.keys_arrived(member, member.membership(here.circle)) is None
        assert two_steps.who_waits(here.founder.circle(here.circle)) == []


class TestRequestsOfSomebodyElse:
    async def test_regression_a_member_can_not_ask_for_a_second_name(self) -> None:
        """Every member sees what an invitation is checked against; only who has the link can sign for it."""
        here = await hidden_village()
        world = here.world
        await world.admitted(here.circle, here.founder)
        circle = here.member.circle(here.circle)
        proof = circle.state.invites[-1].invite.proof
        second = Persona(b"2" * 32)
        for signature in (bytes(64), second.sign(b"")):
            asking = two_steps.Asking("second name", second.kem_key, second.inbox(BOX), proof, signature)
            to = here.founder.persona(here.circle)
            await send_letter(circle, to, letters.REQUEST, encode(asking), second)
        assert two_steps.who_waits(here.founder.circle(here.circle)) == []


async def test_the_desk_turns_with_the_stewards(here: Village) -> None:
    """A former steward knows neither key nor box of the letters that come after."""
    before = desks(role_of(here.steward, here.circle))[0]
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    role = role_of(here.founder, here.circle)
    newest = desks(role)[0]
    assert newest.box != before.box
    assert newest.seed != before.seed
    assert before in desks(role)
    desk = here.member.circle(here.circle).state.desk_of()
    assert desk is not None
    assert desk.inbox == digest(INBOX, newest.box)


async def test_a_charter_is_changed_once_at_a_time(here: Village) -> None:
    first, second = here.founder.circle(here.circle), here.steward.circle(here.circle)
    wanted = replace(first.charter, about="We bake.")
    assert second.charter
    await founding.change_charter(first, wanted)
    with pytest.raises(Conflict):
        await founding.change_charter(second, replace(second.charter, about="We sleep."))
    standing = here.member.circle(here.circle).charter
    assert (standing.about, standing.edition, standing.rules_edition) == ("We bake.", 1, 1)
    circle = here.founder.circle(here.circle)
    for charter, error in ((replace(standing, name=""), TextMissing), (replace(standing, level=7), BadChoice)):
        with pytest.raises(error):
            await founding.change_charter(circle, charter)


@pytest.mark.parametrize("handle", ["", "\u200b"])
async def test_nobody_founds_without_a_name(here: Village, handle: str) -> None:
    with pytest.raises(TextMissing):
        await founding.found_circle(here.member.member, charter_of(), handle)
    assert len(here.member.member.memberships()) == 1
