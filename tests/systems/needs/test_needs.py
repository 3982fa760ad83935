"""Needs and offers among a steward and two members, over a store in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from jiwar.circles import leaving, oneoffs, speech
from jiwar.circles.circle import Circle
from jiwar.circles.founding import change_charter
from jiwar.circles.later import USUAL
from jiwar.circles.policy import Aid
from jiwar.errors import Full, NotAllowed, NotThere
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Entry
from jiwar.store.contract import Cover
from jiwar.systems.forum import view as topics
from jiwar.systems.needs import rules, service, view
from jiwar.systems.needs.model import COLLECTIONS, NEED, OFFER, Need
from jiwar.systems.needs.rules import EASY, NOW, WORKED, Wish
from jiwar.wire.canonical import encode
from tests.systems.company import Company, bring, spoil

pytestmark = pytest.mark.anyio

RIDE = Wish(NEED, "توصيلة إلى المستوصف صباح الخميس", area="جهة السوق", kind="transport")


async def comes(company: Company) -> None:
    """An hour passes."""
    company.clock.forward(seconds=USUAL[1])
    await company.services.later.look(company.services.store, company.clock.monotonic())


async def asked(company: Company, wish: Wish = RIDE) -> bytes:
    """Something that fig wishes, and that has come."""
    obj = await service.ask(company.fig(), wish)
    await comes(company)
    await oneoffs.settle(company.fig())
    return obj


def listed(circle: Circle, side: str = NEED) -> list[str]:
    return [line.cover.text for line in view.lines(circle, side, view.rows(circle, side))]


async def test_it_comes_within_the_hour_and_not_before_five_minutes(company: Company) -> None:
    obj = await service.ask(company.fig(), RIDE)
    company.clock.forward(seconds=USUAL[0] - 1)
    await company.services.later.look(company.services.store, company.clock.monotonic())
    assert listed(company.palm()) == []
    assert view.mine(company.fig(), obj).waits
    await comes(company)
    assert listed(company.palm()) == [RIDE.text]
    assert view.one(company.lamp(), obj).need.area == RIDE.area
    assert not view.mine(company.fig(), obj).waits


async def test_only_its_owner_knows_whose_it_is(company: Company) -> None:
    obj = await asked(company)
    assert [found.obj for found in view.all_mine(company.fig())] == [obj]
    assert view.all_mine(company.palm()) == []
    with pytest.raises(NotThere):
        await service.end(company.palm(), obj, WORKED)


async def test_what_was_waiting_when_the_process_died_waits_again(company: Company) -> None:
    obj = await service.ask(company.fig(), RIDE)
    company.services.later.waiting.clear()
    await comes(company)
    assert listed(company.palm()) == []
    await oneoffs.settle(company.fig())
    assert obj in company.services.later.waiting
    await comes(company)
    assert listed(company.palm()) == [RIDE.text]


async def test_what_waits_comes_when_the_process_ends(company: Company) -> None:
    for number in range(3):
        await service.ask(company.fig(), replace(RIDE, text=f"طلب {number}"))
    await company.services.later.flush(company.services.store, company.services.random)
    assert len(listed(company.palm())) == 3


async def test_once_it_stands_the_keyring_keeps_its_keys_alone(company: Company) -> None:
    await asked(company)
    one = oneoffs.mine(company.fig())[0]
    assert (one.kind, one.body, one.cover) == ("", b"", b"")
    assert len(one.seed) == 32


async def test_there_is_room_for_a_few_that_wait(company: Company) -> None:
    for _ in range(oneoffs.MOST_WAITING):
        await service.ask(company.fig(), RIDE)
    with pytest.raises(Full):
        await service.ask(company.fig(), RIDE)
    await comes(company)
    await oneoffs.settle(company.fig())
    await service.ask(company.fig(), RIDE)


async def test_the_longest_words_fit_into_the_keyring_and_the_cell(company: Company) -> None:
    face = "\U0001f9ff"
    wish = Wish(NEED, face * rules.TEXT_LIMIT, area=face * 40, languages=face * 60, conditions=face * 200)
    for _ in range(oneoffs.MOST_WAITING):
        await service.ask(company.fig(), wish)
    await comes(company)
    assert len(listed(company.palm())) == oneoffs.MOST_WAITING


async def test_mine_ends_with_an_outcome_and_its_words_go(company: Company) -> None:
    obj = await asked(company)
    await service.end(company.fig(), obj, WORKED)
    assert listed(company.palm()) == []
    ended = view.one(company.palm(), obj)
    assert (ended.need.text, ended.need.outcome, ended.is_open) == ("", WORKED, False)
    assert oneoffs.mine(company.fig()) == []


async def test_mine_is_taken_back_before_and_after_it_came(company: Company) -> None:
    obj = await service.ask(company.fig(), RIDE)
    await service.take_back(company.fig(), obj)
    await comes(company)
    assert listed(company.palm()) == []
    assert oneoffs.mine(company.fig()) == []
    obj = await asked(company)
    await service.take_back(company.fig(), obj)
    assert listed(company.palm()) == []
    with pytest.raises(NotThere):
        view.one(company.palm(), obj)


async def test_mine_is_renewed_by_another_one_off(company: Company) -> None:
    obj = await asked(company, replace(RIDE, day=company.clock.day() + 1))
    company.clock.forward(days=6)
    assert view.ends_soon(company.fig(), view.mine(company.fig(), obj))
    again = await service.renew(company.fig(), obj)
    await comes(company)
    assert again != obj
    assert listed(company.palm()) == [RIDE.text]
    assert view.one(company.palm(), again).need.day == 0


async def test_it_goes_by_itself_by_its_hurry(company: Company) -> None:
    await asked(company, replace(RIDE, when=NOW))
    await asked(company, replace(RIDE, when=EASY, text="على مهل"))
    assert len(listed(company.palm())) == 2
    company.clock.forward(days=2)
    assert listed(company.palm()) == ["على مهل"]
    await oneoffs.settle(company.fig())
    company.clock.forward(days=30)
    await oneoffs.settle(company.fig())
    assert oneoffs.mine(company.fig()) == []


async def test_a_steward_removes_one_without_learning_whose_it_was(company: Company) -> None:
    obj = await asked(company)
    with pytest.raises(NotAllowed):
        await service.take_down(company.lamp(), obj)
    await service.take_down(company.palm(), obj)
    for circle in (company.palm(), company.fig(), company.lamp()):
        assert listed(circle) == []
        with pytest.raises(NotThere):
            view.one(circle, obj)


async def test_offers_are_a_list_of_their_own(company: Company) -> None:
    await asked(company, Wish(OFFER, "سيارة صباحاً"))
    assert listed(company.palm(), OFFER) == ["سيارة صباحاً"]
    assert listed(company.palm()) == []


async def test_the_care_team_turns_needs_off(company: Company) -> None:
    await change_charter(company.palm(), changed(company.palm().charter, aid=Aid(on=False)))
    with pytest.raises(NotAllowed):
        await service.ask(company.fig(), RIDE)


async def test_who_leaves_takes_what_waits_along(company: Company) -> None:
    await service.ask(company.fig(), RIDE)
    fig = company.fig()
    await leaving.leave(fig)
    await comes(company)
    assert listed(company.palm()) == []
    assert fig.member.keyring.one_offs == ()


# what somebody with a program of their own might do


def sized(need: Need) -> bytes:
    return oneoffs.sized(encode(need))


async def write_as(circle: Circle, persona: Persona, obj: bytes, need: Need, collection: str) -> int:
    """A record in a slot of its own, with a cover that its author signs."""
    aside = oneoffs.Aside(circle, obj, persona)
    nonce = circle.services.random(16)
    said = encode(speech.Said(nonce, sized(need)))
    entry = Entry(obj, NEED, said, 7, collection=collection, rid=speech.owned_rid(persona.key, nonce))
    fold = encode(rules.cover(need, circle.services.clock.day(), 1))
    create = not circle.log.has(obj)
    return (await aside.log.append(entry, lambda _: fold, create)).number


def need_of(persona: Persona, text: str = "كلام غيري") -> Need:
    return rules.new_need(Wish(NEED, text), Aid(), 20_500, persona.kem_key, persona.inbox(oneoffs.BOX))


async def test_a_one_off_writes_in_its_own_object_alone(company: Company) -> None:
    obj, stranger = await asked(company), Persona(bytes(32))
    lamp = company.lamp()
    await write_as(lamp, stranger, obj, need_of(stranger), "needs")
    assert listed(company.palm()) == [RIDE.text]
    assert view.one(company.palm(), obj).need.text == RIDE.text
    other = company.services.random(16)
    await write_as(lamp, stranger, other, need_of(stranger), "needs")
    assert listed(company.palm()) == [RIDE.text]
    with pytest.raises(NotThere):
        view.one(company.palm(), other)


async def test_a_member_signs_no_need_and_no_cover_of_one(company: Company) -> None:
    obj = await asked(company)
    me = company.lamp().log.persona
    await write_as(company.lamp(), me, obj, need_of(me), "needs")
    assert listed(company.palm()) == [RIDE.text]
    await write_as(company.lamp(), me, company.services.random(16), need_of(me), "needs")
    assert listed(company.palm()) == [RIDE.text]


async def test_a_one_off_is_nobody_in_the_forum(company: Company) -> None:
    stranger = Persona(bytes(32))
    obj = oneoffs.object_of(company.circle, stranger.key)
    await write_as(company.lamp(), stranger, obj, need_of(stranger), "forum")
    assert topics.topics(company.palm()) == []
    with pytest.raises(NotThere):
        topics.topic(company.palm(), obj)


async def test_nobody_else_words_it_anew_or_takes_it_back(company: Company) -> None:
    obj = await asked(company)
    slot = view.one(company.lamp(), obj).slot
    aside = oneoffs.Aside(company.lamp(), obj)
    for act in (
        speech.edit(aside, obj, slot, sized(need_of(Persona(bytes(32)))), rules.is_sound_need),
        speech.retract(aside, obj, slot, rules.is_sound_need),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert listed(company.palm()) == [RIDE.text]


async def test_a_spoiled_or_foreign_cover_is_folded_anew(company: Company) -> None:
    obj = await asked(company)
    await spoil(company.lamp(), obj)
    assert listed(company.palm()) == [RIDE.text]
    standing = company.lamp().log.cover(obj).cover
    await bring(company.lamp(), obj, Cover(standing.epoch, standing.day, standing.keep, standing.value[:-1]))
    assert listed(company.palm()) == [RIDE.text]


async def test_a_body_of_another_size_says_nothing(company: Company) -> None:
    stranger = Persona(bytes(32))
    obj = oneoffs.object_of(company.circle, stranger.key)
    aside, nonce = oneoffs.Aside(company.lamp(), obj, stranger), bytes(16)
    said = encode(speech.Said(nonce, encode(need_of(stranger))))
    entry = Entry(obj, NEED, said, 7, collection=COLLECTIONS[NEED], rid=speech.owned_rid(stranger.key, nonce))
    fold = encode(rules.cover(need_of(stranger), company.clock.day(), 1))
    await aside.log.append(entry, lambda _: fold, True)
    with pytest.raises(NotThere):
        view.one(company.palm(), obj)
