"""Who looks after a circle: three before the sixth guest, naming, declining, coming back."""

import pytest

from jiwar.circles import entering, firstweek, invitations, leaving, letters, roles
from jiwar.circles.invitations import Tries
from jiwar.circles.seats import seat_of
from jiwar.errors import InviteSpent, LastSteward, NotAllowed, StewardsFirst
from jiwar.wire.canonical import encode
from tests.circles.naming import name_steward, persona_of
from tests.systems.company import Company, join

pytestmark = pytest.mark.anyio


async def test_the_sixth_guest_waits_for_three_stewards(company: Company) -> None:
    for _ in range(3):
        await invitations.invite(company.palm(), "ar")
    assert invitations.invited(company.palm()) == 5
    with pytest.raises(StewardsFirst):
        await invitations.invite(company.palm(), "ar")
    await name_steward(company, "fig", takes=False)
    with pytest.raises(StewardsFirst):
        await invitations.invite(company.palm(), "ar")
    await name_steward(company, "lamp", takes=False)
    await invitations.invite(company.palm(), "ar")


async def test_a_care_team_that_says_later_goes_on_inviting_and_so_do_members(company: Company) -> None:
    await invitations.invite(company.palm(), "ar", 3)
    with pytest.raises(StewardsFirst):
        await invitations.invite(company.fig(), "ar")
    with pytest.raises(NotAllowed):
        await firstweek.grow(company.fig())
    await firstweek.grow(company.palm())
    edition = company.palm().charter.edition
    await firstweek.grow(company.palm())
    assert company.palm().charter.edition == edition
    await invitations.invite(company.fig(), "ar")


async def test_an_invitation_taken_back_counts_for_nothing(company: Company) -> None:
    for _ in range(3):
        await invitations.invite(company.palm(), "ar")
    await invitations.revoke(company.palm(), company.palm().state.invites[0].invite.proof)
    await invitations.invite(company.palm(), "ar")
    assert invitations.invited(company.palm()) == 5


async def test_an_invitation_for_three_counts_for_three(company: Company) -> None:
    await invitations.invite(company.palm(), "ar", 3)
    assert invitations.invited(company.palm()) == 5
    with pytest.raises(StewardsFirst):
        await invitations.invite(company.palm(), "ar")


async def test_who_declines_is_no_steward_and_holds_nothing(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    assert company.fig().is_steward
    assert roles.care_of(company.fig()) is None
    await roles.lay_down(company.fig())
    assert not company.fig().is_steward


async def test_keys_of_the_care_team_count_from_stewards_alone(company: Company) -> None:
    await roles.give(company.palm(), persona_of(company.fig()))
    role = roles.open_role(company.palm())
    lamp, fig = company.lamp(), company.fig()
    seat = seat_of(lamp, persona_of(fig))
    forged = invitations.admission(role, b"p" * 32, "letter", 20_100)
    mail = letters.write_letter(
        lamp.log.persona,
        lamp.id,
        letters.KEYS,
        seat.kem,
        seat.inbox,
        20_000,
        encode(forged),
        company.services.random,
    )
    await company.services.store.put_mail(lamp.log.shelf, lamp.log.newest.append, seat.inbox, mail)
    assert entering.keys_arrived(company.fig().member, company.fig().membership) is None


async def test_a_former_steward_can_be_named_again(company: Company) -> None:
    await name_steward(company, "fig")
    first = roles.open_role(company.fig()).log.newest.epoch
    await roles.take(company.palm(), persona_of(company.fig()))
    assert roles.care_of(company.fig()) is None
    await name_steward(company, "fig")
    role = roles.care_of(company.fig())
    assert role is not None
    assert role.log.newest.epoch == first + 1


async def test_who_stays_behind_alone_can_not_lay_it_down(company: Company) -> None:
    with pytest.raises(LastSteward):
        await roles.lay_down(company.palm())
    await name_steward(company, "fig")
    await roles.lay_down(company.palm())
    with pytest.raises(LastSteward):
        await leaving.leave(company.fig())
    await leaving.turn_all_due(company.fig().member)
    assert company.fig().log.newest.epoch == 1
    assert roles.open_role(company.fig()).log.newest.epoch == 1


async def test_leaving_while_named_but_without_keys(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    await leaving.leave(company.fig())
    assert not company.members["fig"].has(company.circle)


async def test_a_named_steward_without_keys_turns_nothing(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    await leaving.leave(company.lamp())
    await leaving.turn_all_due(company.fig().member)
    assert company.palm().log.newest.epoch == 0


async def test_guests_come_again_once_there_are_three(company: Company) -> None:
    await name_steward(company, "fig")
    await name_steward(company, "lamp")
    for at in range(5):
        await join(company, Tries(), f"guest{at}", f"ضيف{at}")
    assert sum(one.active for one in company.palm().state.members) == 8


async def test_a_former_steward_holds_nothing_until_the_keys_come(company: Company) -> None:
    await name_steward(company, "fig")
    await roles.take(company.palm(), persona_of(company.fig()))
    await name_steward(company, "fig", takes=False)
    assert company.fig().is_steward
    assert roles.care_of(company.fig()) is None
    await leaving.leave(company.fig())
    assert not company.members["fig"].has(company.circle)
    assert company.members["fig"].role_circle_of(company.circle) is None


async def test_who_was_named_can_be_taken_out_before_they_said_yes(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    before = roles.open_role(company.palm()).log.newest.epoch
    await roles.take(company.palm(), persona_of(company.fig()))
    fig = company.fig()
    assert not fig.is_steward
    assert entering.keys_arrived(fig.member, fig.membership) is None
    # The keys lay in their box, so they have turned.
    assert roles.open_role(company.palm()).log.newest.epoch == before + 1


@pytest.mark.parametrize("say_no", [roles.lay_down, leaving.leave])
async def test_keys_turn_after_who_went_without_taking_them(company: Company, say_no) -> None:
    await name_steward(company, "fig", takes=False)
    await say_no(company.fig())
    await leaving.turn_all_due(company.palm().member)
    assert roles.open_role(company.palm()).log.newest.epoch == 1
    assert company.palm().log.newest.epoch == 1


async def test_keys_that_have_turned_since_can_be_sent_again(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    await name_steward(company, "lamp")
    await roles.take(company.palm(), persona_of(company.lamp()))
    fig = company.fig()
    with pytest.raises(InviteSpent):
        await entering.take_keys(fig.member, fig.membership)
    assert entering.keys_arrived(company.fig().member, company.fig().membership) is None
    role = roles.open_role(company.palm())
    assert not roles.is_seated(role, persona_of(company.fig()))
    await roles.offer(company.palm(), role, persona_of(company.fig()))
    await entering.take_keys(company.fig().member, company.fig().membership)
    assert roles.care_of(company.fig()) is not None


async def test_a_stale_letter_does_not_stand_in_the_way_of_a_new_one(company: Company) -> None:
    await name_steward(company, "fig", takes=False)
    await name_steward(company, "lamp")
    await roles.take(company.palm(), persona_of(company.lamp()))
    await roles.offer(company.palm(), roles.open_role(company.palm()), persona_of(company.fig()))
    await entering.take_keys(company.fig().member, company.fig().membership)
    assert roles.care_of(company.fig()) is not None


async def test_members_take_the_care_from_nobody(company: Company) -> None:
    await name_steward(company, "lamp")
    with pytest.raises(NotAllowed):
        await roles.take(company.fig(), persona_of(company.lamp()))
    with pytest.raises(NotAllowed):
        await roles.give(company.fig(), persona_of(company.fig()))
    with pytest.raises(NotAllowed):
        await leaving.remove(company.fig(), persona_of(company.lamp()))
    with pytest.raises(NotAllowed):
        await roles.lay_down(company.fig())
