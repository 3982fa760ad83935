"""Who asked to be reminded is rung when somebody else writes; who has gone is not, and nobody sees whose is whose."""

from __future__ import annotations

import asyncio

import pytest

from jiwar.circles import leaving, nudges
from jiwar.circles.member import Member
from jiwar.circles.nudges import PUSH, Target, open_target
from jiwar.crypto import envelopes
from jiwar.errors import Damaged
from jiwar.keyring.model import Nudge
from jiwar.systems.forum import service
from tests.world import HUB_ID, Person, Village

pytestmark = pytest.mark.anyio
SEED = bytes(range(envelopes.SEED))
KEY = envelopes.public_key(SEED)


async def ask(person: Person, name: str = "topic", channel: str = PUSH) -> None:
    await nudges.choose(person.member, KEY, Nudge(channel, f"https://push.example/{name}", 21, "a text"))


def rung(here: Village) -> list[str]:
    """Whose targets were handed over since the last time."""
    taken = (open_target(SEED, HUB_ID, sealed) for sealed in here.world.services.rung.take())
    return sorted(target.endpoint.rpartition("/")[2] for target in taken)


def lying(here: Village) -> int:
    return sum(map(len, here.world.hub._boxes.values()))


async def write(here: Village, person: Person) -> None:
    await service.start_topic(person.circle(here.circle), "A title", "Words.")


async def test_others_are_rung_when_somebody_writes(here: Village) -> None:
    await ask(here.founder, "founder")
    await ask(here.member, "member")
    await write(here, here.member)
    assert rung(here) == ["founder"]
    await write(here, here.steward)
    assert rung(here) == ["founder", "member"]
    assert rung(here) == []


async def test_answers_ring_too_and_reactions_do_not(here: Village) -> None:
    await ask(here.founder, "founder")
    topic = await service.start_topic(here.steward.circle(here.circle), "A title", "Words.")
    rung(here)
    circle = here.member.circle(here.circle)
    answer = await service.reply(circle, topic, "An answer.")
    assert rung(here) == ["founder"]
    await service.react(here.steward.circle(here.circle), topic, answer.slot, "thanks")
    assert rung(here) == []


async def test_who_ends_it_is_rung_no_more(here: Village) -> None:
    await ask(here.founder)
    await ask(here.founder, "other")
    await write(here, here.member)
    assert rung(here) == ["other"]
    await nudges.choose(here.founder.member, KEY, Nudge())
    await write(here, here.member)
    assert rung(here) == []
    assert here.founder.member.keyring.nudge == Nudge()


async def test_regression_two_taps_leave_one(here: Village) -> None:
    """Two visits at once, each with the keyring as it was before."""
    first, second = here.founder.member, Member(here.world.services, here.founder.member.session)
    wanted = Nudge(PUSH, "https://push.example/topic", 21, "a text")
    await asyncio.gather(nudges.choose(first, KEY, wanted), nudges.choose(second, KEY, wanted))
    assert lying(here) == 1
    await nudges.choose(Member(here.world.services, first.session), KEY, Nudge())
    assert lying(here) == 0


async def test_regression_what_was_ended_is_cleared_after_a_crash(
    here: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(here.founder)

    async def crash(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(nudges, "renew", crash)
        with pytest.raises(OSError):
            await nudges.choose(here.founder.member, KEY, Nudge())
    assert lying(here) == 1
    await nudges.renew(here.founder.member, KEY)
    assert lying(here) == 0
    assert here.founder.member.keyring.nudge == Nudge()


async def test_who_was_removed_is_not_rung_and_who_stays_is_after_their_next_visit(here: Village) -> None:
    await ask(here.member, "member")
    await ask(here.founder, "founder")
    await leaving.remove(here.steward.circle(here.circle), here.member.persona(here.circle))
    await nudges.renew(here.founder.member, KEY)
    await write(here, here.steward)
    assert rung(here) == ["founder"]


async def test_who_leaves_is_rung_no_more_there(here: Village) -> None:
    other = await here.world.found(here.member)
    friend = await here.world.join(other, here.member, "friend")
    await ask(here.member)
    await leaving.leave(here.member.circle(here.circle))
    assert [one.circle for one in here.member.member.keyring.nudge.placed] == [other]
    await write(here, here.steward)
    assert rung(here) == []
    await service.start_topic(friend.circle(other), "A title", "Words.")
    assert rung(here) == ["topic"]


async def test_targets_are_left_anew_before_they_expire(here: Village) -> None:
    await ask(here.founder)
    before = here.founder.member.keyring.nudge.placed
    await nudges.renew(here.founder.member, KEY)
    assert here.founder.member.keyring.nudge.placed == before
    await here.world.pass_days(nudges.AGAIN_DAYS)
    await nudges.renew(here.founder.member, KEY)
    assert here.founder.member.keyring.nudge.placed[0].day == here.world.clock.day()
    await write(here, here.member)
    assert rung(here) == ["topic"]


async def test_regression_what_another_member_took_away_is_left_anew(here: Village) -> None:
    await ask(here.founder)
    for box in here.world.hub._boxes.values():
        box.clear()
    await write(here, here.member)
    assert rung(here) == []
    await nudges.renew(here.founder.member, KEY)
    await write(here, here.member)
    assert rung(here) == ["topic"]
    assert len(here.founder.member.keyring.nudge.placed) == 1


async def test_new_group_rings_after_the_next_visit(here: Village) -> None:
    await ask(here.member)
    other = await here.world.found(here.member)
    friend = await here.world.join(other, here.member, "friend")
    await nudges.renew(here.member.member, KEY)
    await service.start_topic(friend.circle(other), "A title", "Words.")
    assert rung(here) == ["topic"]


async def test_hub_gets_nothing_from_the_rows_alone(here: Village) -> None:
    """What lies in a box is sealed under the epoch's key too: the hub's own key doesn't open it."""
    await ask(here.founder)
    values = [mail.value for box in here.world.hub._boxes.values() for mail in box.values()]
    assert len(values) == 1
    for value in values:
        with pytest.raises(Damaged):
            open_target(SEED, HUB_ID, value)


async def test_targets_are_of_one_size_and_have_nothing_in_common(here: Village) -> None:
    short = nudges.seal_target(KEY, HUB_ID, Target(PUSH, "https://a.example/", 1, ""))
    long = nudges.seal_target(KEY, HUB_ID, Target(PUSH, "https://a.example/" + "x" * 500, 23, "نص" * 30))
    assert len(short) == len(long)
    again = nudges.seal_target(KEY, HUB_ID, Target(PUSH, "https://a.example/", 1, ""))
    assert not any(short[at : at + 16] == again[at : at + 16] for at in range(len(short) - 16))
