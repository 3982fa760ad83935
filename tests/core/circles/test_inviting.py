"""Invitations from writing to spending: who may, what opens them, what ends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, invitations, leaving, two_steps
from jiwar.circles.invitations import INVITE_SIZE, MOST_TRIES, is_used_up, mine, number_of, open_invite, revoke
from jiwar.circles.model import LINK
from jiwar.errors import Full, InviteSpent, KeysChanged, NameTaken, NotAllowed, NotThere, StewardsFirst, WrongWords
from jiwar.i18n import LANGUAGES
from jiwar.store.contract import Append, Receipt
from tests.world import Village, World, handles, hidden_village, village

pytestmark = pytest.mark.anyio
WRONG = ("wrong", "words")


async def test_a_link_and_its_words_open_the_way_in(here: Village) -> None:
    world = here.world
    ticket = await invitations.invite(here.member.circle(here.circle), "ar", 1)
    admitted = await open_invite(world.services, world.tries, ticket.secret, ticket.words)
    assert (admitted.circle, admitted.name, admitted.mode) == (here.circle, "Evenings", LINK)
    newcomer = await world.sign_up()
    assert entering.name_is_free(world.services, admitted, "lamp")
    assert not entering.name_is_free(world.services, admitted, "Member")
    charter = entering.charter_seen_by(world.services, admitted)
    assert charter is not None
    assert charter.rules == ("Be kind.",)
    circle = await entering.enter(newcomer.member, admitted, "lamp")
    if is_used_up(circle, admitted.proof):
        await world.services.store.remove_invite(number_of(ticket.secret))
    assert handles(here.founder.circle(here.circle)) == {"founder", "steward", "member", "lamp"}
    with pytest.raises(InviteSpent):
        await open_invite(world.services, world.tries, ticket.secret, ticket.words)


async def test_words_are_compared_as_they_sound(here: Village) -> None:
    world = here.world
    ticket = await invitations.invite(here.founder.circle(here.circle), "en", 1)
    spoken = (f" {ticket.words[0].upper()}", f"{ticket.words[1]} ")
    with pytest.raises(WrongWords):
        await open_invite(world.services, world.tries, ticket.secret, (ticket.words[1], ticket.words[0]))
    assert (await open_invite(world.services, world.tries, ticket.secret, spoken)).circle == here.circle


async def test_the_fifth_wrong_words_end_an_invitation(here: Village) -> None:
    world = here.world
    ticket = await invitations.invite(here.founder.circle(here.circle), "en", 1)
    left = []
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(WrongWords) as refused:
            await open_invite(world.services, world.tries, ticket.secret, WRONG)
        left.append(refused.value.fields["left"])
    assert left == [4, 3, 2, 1]
    with pytest.raises(InviteSpent):
        await open_invite(world.services, world.tries, ticket.secret, WRONG)
    with pytest.raises(InviteSpent):
        await open_invite(world.services, world.tries, ticket.secret, ticket.words)


@pytest.mark.parametrize("text", ["", "aaaa", "!" * 26, "a" * 26, "a" * 500, "ل" * 26])
async def test_a_link_that_leads_nowhere_is_spent(world: World, text: str) -> None:
    with pytest.raises(InviteSpent):
        await open_invite(world.services, world.tries, text, WRONG)


def test_a_malformed_link_has_no_number() -> None:
    with pytest.raises(NotThere):
        number_of("aaaa")


async def test_every_invitation_has_one_size(here: Village) -> None:
    for language in LANGUAGES:
        ticket = await invitations.invite(here.founder.circle(here.circle), language, 1)
        assert len(here.world.store.invite(number_of(ticket.secret))) == INVITE_SIZE


async def expire(here: Village, link: str, proof: bytes) -> None:
    await here.world.pass_days(8)


async def revoked(here: Village, link: str, proof: bytes) -> None:
    circle = here.founder.circle(here.circle)
    await revoke(circle, circle.state.invites[-1].invite.proof)


async def inviter_removed(here: Village, link: str, proof: bytes) -> None:
    await leaving.remove(here.steward.circle(here.circle), here.member.persona(here.circle))


async def somebody_else_removed(here: Village, link: str, proof: bytes) -> None:
    await leaving.remove(here.steward.circle(here.circle), here.founder.persona(here.circle))


async def used(here: Village, link: str, proof: bytes) -> None:
    world = here.world
    admitted = await open_invite(world.services, world.tries, link, here.words)  # type: ignore[attr-defined]
    circle = await entering.enter((await world.sign_up()).member, admitted, "faster")
    if is_used_up(circle, admitted.proof):
        await world.services.store.remove_invite(number_of(link))


ENDS: dict[str, Callable[[Village, str, bytes], Awaitable[None]]] = {
    "its days are over": expire,
    "it was revoked": revoked,
    "its writer was removed": inviter_removed,
    "the keys have turned": somebody_else_removed,
    "it was used": used,
}


@pytest.mark.parametrize("ending", ENDS.values(), ids=ENDS.keys())
async def test_an_invitation_has_ended(here: Village, ending: Callable[..., Awaitable[None]]) -> None:
    """Neither the link opens any more, nor does what was opened before let anybody in."""
    world = here.world
    ticket = await invitations.invite(here.member.circle(here.circle), "en", 1)
    admitted = await open_invite(world.services, world.tries, ticket.secret, ticket.words)
    here.words = ticket.words  # type: ignore[attr-defined]
    await ending(here, ticket.secret, admitted.proof)
    with pytest.raises(InviteSpent):
        await open_invite(world.services, world.tries, ticket.secret, ticket.words)
    with pytest.raises(InviteSpent):
        await entering.enter((await world.sign_up()).member, admitted, "late")


async def test_an_invitation_for_several_lets_in_several(here: Village) -> None:
    world = here.world
    admitted, link = await world.admitted(here.circle, here.founder, uses=3)
    for number in range(3):
        circle = await entering.enter((await world.sign_up()).member, admitted, f"newcomer {number}")
        if is_used_up(circle, admitted.proof):
            await world.services.store.remove_invite(number_of(link))
    with pytest.raises(InviteSpent):
        await entering.enter((await world.sign_up()).member, admitted, "newcomer 3")


async def test_uses_stay_within_the_policy(here: Village) -> None:
    await invitations.invite(here.founder.circle(here.circle), "en", 99)
    assert here.founder.circle(here.circle).state.invites[-1].invite.uses == 3


async def test_a_name_is_taken_before_and_at_the_same_moment(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    world = here.world
    admitted, _ = await world.admitted(here.circle, here.founder, uses=3)
    first, second = await world.sign_up(), await world.sign_up()
    with pytest.raises(NameTaken):
        await entering.enter(first.member, admitted, "MEMBER")
    stale = world.hub.image()
    await entering.enter(first.member, admitted, "lamp")
    now = world.hub.image()
    # The second one has looked before the first came in, and writes after.
    world.hub.restore(stale)
    looked = entering._shown

    def looked_before(log, trail):
        found = looked(log, trail)
        world.hub.restore(now)
        return found

    monkeypatch.setattr(entering, "_shown", looked_before)
    with pytest.raises(NameTaken):
        await entering.enter(second.member, admitted, "Lamp")
    monkeypatch.undo()
    assert not second.member.has(here.circle)
    world.restart()
    await entering.enter(second.member, admitted, "lantern")
    assert {"lamp", "lantern"} <= handles(here.founder.circle(here.circle))


async def test_keys_that_turn_at_the_last_moment_end_it(here: Village) -> None:
    admitted, _ = await here.world.admitted(here.circle, here.founder)
    newcomer = await here.world.sign_up()

    async def turned(_: Append) -> Receipt:
        raise KeysChanged

    here.world.store.append = turned  # type: ignore[method-assign, assignment]
    with pytest.raises(InviteSpent):
        await entering.enter(newcomer.member, admitted, "lamp")
    assert not newcomer.member.has(here.circle)


async def test_who_is_in_does_not_come_in_twice(here: Village) -> None:
    admitted, _ = await here.world.admitted(here.circle, here.founder)
    with pytest.raises(NotAllowed):
        await entering.enter(here.member.member, admitted, "second name")
    assert here.member.circle(here.circle).me.handle == "member"


async def test_who_was_removed_can_be_invited_anew(here: Village) -> None:
    persona = here.member.persona(here.circle)
    await leaving.remove(here.founder.circle(here.circle), persona)
    admitted, _ = await here.world.admitted(here.circle, here.founder)
    circle = await entering.enter(here.member.member, admitted, "again")
    assert circle.me.handle == "again"
    assert circle.log.persona.key != persona


class TestWho:
    async def test_members_invite_in_an_open_circle_only(self) -> None:
        here = await village(card="support")
        with pytest.raises(NotAllowed):
            await invitations.invite(here.member.circle(here.circle), "en", 1)
        await invitations.invite(here.steward.circle(here.circle), "en", 1)

    async def test_a_dozen_at_a_time(self, here: Village) -> None:
        third = await here.world.join(here.circle, here.founder, "third")
        await here.world.make_steward(here.circle, here.founder, third)
        for _ in range(12):
            await invitations.invite(here.member.circle(here.circle), "en", 1)
        with pytest.raises(Full):
            await invitations.invite(here.member.circle(here.circle), "en", 1)

    async def test_three_stewards_before_the_sixth_invitation(self, here: Village) -> None:
        for name in ("fourth", "fifth", "sixth"):
            await here.world.join(here.circle, here.founder, name)
        with pytest.raises(StewardsFirst):
            await invitations.invite(here.founder.circle(here.circle), "en", 1)

    async def test_only_the_writer_or_a_steward_revokes(self, here: Village) -> None:
        await invitations.invite(here.founder.circle(here.circle), "en", 1)
        proof = here.founder.circle(here.circle).state.invites[0].invite.proof
        for name in (proof, b"x" * 32):
            with pytest.raises(NotAllowed):
                await revoke(here.member.circle(here.circle), name)
        await revoke(here.steward.circle(here.circle), proof)
        assert here.founder.circle(here.circle).state.invites == ()

    async def test_members_see_their_own_and_stewards_all(self, here: Village) -> None:
        await invitations.invite(here.founder.circle(here.circle), "en", 1)
        await invitations.invite(here.member.circle(here.circle), "en", 1)
        counts = [len(mine(who.circle(here.circle))) for who in here.everybody]
        assert counts == [2, 2, 1]
        await here.world.pass_days(8)
        assert mine(here.founder.circle(here.circle)) == []


class TestHidden:
    """The link lets somebody ask; the keys come in a second step, from who invited them."""

    @pytest.fixture
    async def hidden(self, anyio_backend: str) -> Village:
        return await hidden_village()

    async def test_two_steps_lead_in(self, hidden: Village) -> None:
        world, newcomer = hidden.world, await hidden.world.sign_up()
        ticket = await invitations.invite(hidden.founder.circle(hidden.circle), "en", 3)
        admitted = await open_invite(world.services, world.tries, ticket.secret, ticket.words)
        assert (admitted.epochs, admitted.shelf, admitted.index_key) == ((), b"", b"")
        assert entering.charter_seen_by(world.services, admitted) is None
        assert entering.name_is_free(world.services, admitted, "founder")
        await two_steps.ask_to_enter(newcomer.member, admitted, number_of(ticket.secret), "lamp")
        with pytest.raises(NotThere):
            newcomer.circle(hidden.circle)
        with pytest.raises(InviteSpent):
            await open_invite(world.services, world.tries, ticket.secret, ticket.words)
        assert await entering.take_keys(newcomer.member, newcomer.member.membership(hidden.circle)) is None
        (waiting,) = two_steps.who_waits(hidden.founder.circle(hidden.circle))
        assert waiting.asking.handle == "lamp"
        assert two_steps.who_waits(hidden.steward.circle(hidden.circle)) == []
        await two_steps.let_in(hidden.founder.circle(hidden.circle), waiting)
        circle = await entering.take_keys(newcomer.member, newcomer.member.membership(hidden.circle))
        assert circle is not None
        assert circle.me.handle == "lamp"
        assert "lamp" in handles(hidden.steward.circle(hidden.circle))
        assert two_steps.who_waits(hidden.founder.circle(hidden.circle)) == []

    async def asked(self, hidden: Village) -> tuple[two_steps.Waiting, object]:
        world, newcomer = hidden.world, await hidden.world.sign_up()
        admitted, link = await world.admitted(hidden.circle, hidden.founder)
        await two_steps.ask_to_enter(newcomer.member, admitted, number_of(link), "lamp")
        (waiting,) = two_steps.who_waits(hidden.founder.circle(hidden.circle))
        return waiting, newcomer

    async def test_who_asked_in_time_is_let_in_after_the_last_day(self, hidden: Village) -> None:
        await self.asked(hidden)
        await hidden.world.pass_days(9)
        (waiting,) = two_steps.who_waits(hidden.founder.circle(hidden.circle))
        await two_steps.let_in(hidden.founder.circle(hidden.circle), waiting)

    async def test_who_asked_is_let_in_after_the_keys_have_turned(self, hidden: Village) -> None:
        waiting, newcomer = await self.asked(hidden)
        await leaving.remove(hidden.founder.circle(hidden.circle), hidden.member.persona(hidden.circle))
        hidden.world.restart()
        await two_steps.let_in(hidden.founder.circle(hidden.circle), waiting)
        member = newcomer.member  # type: ignore[attr-defined]
        assert await entering.take_keys(member, member.membership(hidden.circle)) is not None

    async def test_turning_away_and_revoking_end_it(self, hidden: Village) -> None:
        waiting, _ = await self.asked(hidden)
        await two_steps.turn_away(hidden.founder.circle(hidden.circle), waiting)
        assert two_steps.who_waits(hidden.founder.circle(hidden.circle)) == []
        await revoke(hidden.founder.circle(hidden.circle), waiting.asking.proof)
        with pytest.raises(NotAllowed):
            await two_steps.let_in(hidden.founder.circle(hidden.circle), waiting)

    async def test_an_invitation_that_has_ended_takes_no_question(self, hidden: Village) -> None:
        world, newcomer = hidden.world, await hidden.world.sign_up()
        admitted, link = await world.admitted(hidden.circle, hidden.founder)
        await world.store.remove_invite(number_of(link))
        with pytest.raises(InviteSpent):
            await two_steps.ask_to_enter(newcomer.member, admitted, number_of(link), "lamp")
        assert not newcomer.member.has(hidden.circle)

    async def test_who_is_in_does_not_ask(self, hidden: Village) -> None:
        admitted, link = await hidden.world.admitted(hidden.circle, hidden.founder)
        with pytest.raises(NotAllowed):
            await two_steps.ask_to_enter(hidden.member.member, admitted, number_of(link), "second name")

    async def test_the_link_s_own_key_is_no_way_in(self, hidden: Village) -> None:
        """A member who comes by a hidden link holds keys already, and would get a second name past the inviter."""
        world = hidden.world
        admitted, _ = await world.admitted(hidden.circle, hidden.founder)
        held = invitations.admission(hidden.member.circle(hidden.circle), admitted.proof, LINK, admitted.last_day)
        with pytest.raises((InviteSpent, NameTaken)):
            await entering.enter((await world.sign_up()).member, held, "second name")
        assert "second name" not in handles(hidden.founder.circle(hidden.circle))


@pytest.mark.parametrize(
    "changed",
    [{"level": 99}, {"fold_from": 2**63}, {"epochs": ()}, {"shelf": b"s"}, {"index_key": b""}, {"name": "x" * 99}],
)
async def test_regression_a_crafted_admission_enters_no_keyring(here: Village, changed: dict[str, Any]) -> None:
    """A level that there is not would have stopped every page of whoever took it."""
    world = here.world
    ticket = await invitations.invite(here.member.circle(here.circle), "ar", 1)
    admitted = await open_invite(world.services, world.tries, ticket.secret, ticket.words)
    newcomer = await world.sign_up()
    with pytest.raises(NotThere):
        await entering.enter(newcomer.member, replace(admitted, **changed), "lamp")
    assert newcomer.member.memberships() == []
