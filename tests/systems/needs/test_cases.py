"""Two agree, have a case, open steps, arrive; either ends it, and nothing is left."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from msgspec import structs

from jiwar.circles import agreeing, attending, boxes, cases, leaving, letters, oneoffs, words
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, CasesFull, NotThere, TextMissing, TextTooLong, TooMuch
from jiwar.keyring.model import Case
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import pledging, service, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import OVER, Wish
from jiwar.wire.canonical import encode
from tests.systems.company import Company

pytestmark = pytest.mark.anyio


async def listed(company: Company, side: str = NEED, text: str = "خبز") -> bytes:
    """Something of fig's on the board."""
    obj = await service.ask(company.fig(), Wish(side, text))
    await company.services.later.look(company.services.store, float("inf"))
    await oneoffs.settle(company.fig())
    return obj


def proposed(circle: Circle, obj: bytes) -> bytes:
    return pledging.agreements(circle, obj)[0][0].name


async def agreed(company: Company, obj: bytes) -> tuple[Case, Case]:
    """Fig's case with palm, and palm's with fig."""
    await pledging.propose(company.palm(), obj, whole=True, text="عندي")
    await pledging.accept(company.fig(), obj, proposed(company.fig(), obj))
    helps = await pledging.confirm(company.palm(), obj, proposed(company.palm(), obj), "ar")
    asks = await pledging.take(company.fig(), obj, proposed(company.fig(), obj))
    return asks, helps


async def test_both_have_the_same_once_both_have_accepted(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    assert asks.secret == helps.secret
    assert (asks.asks, helps.asks) == (True, False)
    first, second = cases.show(company.fig(), asks), cases.show(company.palm(), helps)
    assert first.words == second.words
    assert len(set(first.words)) == 2
    assert first.has_come
    assert second.has_come
    assert asks.name != helps.name


async def test_before_both_accept_there_is_no_case(company: Company) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=False, text="نصفه")
    (made, case), *_ = pledging.agreements(company.fig(), obj)
    assert (made.whole, made.text, case) == (False, "نصفه", None)
    with pytest.raises(NotThere):
        await pledging.take(company.fig(), obj, made.name)
    with pytest.raises(NotThere):  # A proposal is not confirmed before it is accepted.
        await pledging.confirm(company.palm(), obj, proposed(company.palm(), obj), "ar")
    with pytest.raises(NotThere):  # And nobody accepts their own.
        await pledging.accept(company.palm(), obj, proposed(company.palm(), obj))
    await pledging.accept(company.fig(), obj, made.name)
    with pytest.raises(NotThere):
        await pledging.take(company.palm(), obj, proposed(company.palm(), obj))
    assert not company.fig().member.keyring.cases
    assert not company.palm().member.keyring.cases


@pytest.mark.parametrize("who", ["palm", "fig"])
@pytest.mark.parametrize("accepted", [False, True])
async def test_either_says_no_and_it_can_be_proposed_again(company: Company, who: str, accepted: bool) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True)
    if accepted:
        await pledging.accept(company.fig(), obj, proposed(company.fig(), obj))
    circle = company.opened_by(who)
    await pledging.refuse(circle, obj, proposed(circle, obj))
    assert not pledging.agreements(company.fig(), obj)
    assert not pledging.agreements(company.palm(), obj)
    asks, helps = await agreed(company, obj)
    assert asks.secret == helps.secret


async def test_what_is_offered_is_taken_up_the_same_way(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company, OFFER))
    assert (asks.asks, helps.asks) == (False, True)


async def test_several_help_with_one_need_and_know_nothing_of_each_proposed(company: Company) -> None:
    obj = await listed(company)
    await agreed(company, obj)
    await pledging.propose(company.lamp(), obj, whole=False)
    assert len(pledging.agreements(company.fig(), obj)) == 2
    assert len(pledging.agreements(company.lamp(), obj)) == 1
    assert len(pledging.agreements(company.palm(), obj)) == 1


async def test_a_proposal_is_made_once_and_to_what_stands_open(company: Company) -> None:
    obj = await listed(company)
    with pytest.raises(NotThere):
        await pledging.propose(company.fig(), obj, whole=True)
    with pytest.raises(TextTooLong):
        await pledging.propose(company.palm(), obj, whole=True, text="x" * (agreeing.LINE_LIMIT + 1))
    assert not company.palm().member.keyring.one_offs
    await pledging.propose(company.palm(), obj, whole=True)
    with pytest.raises(NotThere):
        await pledging.propose(company.palm(), obj, whole=True)
    await service.end(company.fig(), obj, OVER)
    with pytest.raises(NotThere):
        await pledging.propose(company.lamp(), obj, whole=True)


async def test_they_talk_and_the_oldest_gives_way(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    with pytest.raises(TextMissing):
        await attending.say(company.fig(), asks, " ")
    for number in range(cases.MOST_LETTERS + 3):
        await attending.say(company.fig(), asks, f"كلمة {number}")
    assert cases.show(company.palm(), helps).waits_for_me
    await attending.say(company.palm(), helps, "وصل")
    said = [one.line.text for one in cases.show(company.fig(), asks).talk]
    assert said[-2:] == [f"كلمة {cases.MOST_LETTERS + 2}", "وصل"]
    assert len(cases.lying(company.fig(), asks)) == cases.MOST_LETTERS
    assert cases.show(company.fig(), asks).has_come


async def test_a_step_is_seen_when_both_have_opened_it(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    asks = await attending.open_step(company.fig(), asks, cases.NAME, "تينة")
    seen = cases.show(company.palm(), helps)
    assert seen.step(cases.NAME) == cases.Opened("", True, "")
    assert all("تينة" not in one.line.text for one in seen.said)
    helps = await attending.open_step(company.palm(), helps, cases.NAME, "نخلة")
    assert cases.show(company.fig(), asks).step(cases.NAME) == cases.Opened("تينة", True, "نخلة", waits=True)
    await attending.show_opened(company.fig(), asks)
    assert cases.show(company.palm(), helps).step(cases.NAME) == cases.Opened("نخلة", True, "تينة")
    assert cases.show(company.palm(), helps).step(cases.PLACE) == cases.Opened("", False, "")
    for step, text, error in ((cases.NAME, "x", BadChoice), ("all", "x", BadChoice), (cases.PLACE, "", TextMissing)):
        with pytest.raises(error):
            await attending.open_step(company.fig(), asks, step, text)


async def test_who_ends_it_leaves_nothing_and_the_other_learns_it(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي")
    asks, helps = await agreed(company, obj)
    await attending.end(company.fig(), asks)
    assert not company.fig().member.keyring.cases
    assert not cases.lying(company.palm(), helps)
    with pytest.raises(NotThere):
        await attending.say(company.palm(), helps, "؟")
    await attending.settle(company.palm())
    (news,) = cases.mine(company.palm())
    assert cases.show(company.palm(), news).is_over
    assert (news.obj, news.seed, news.other, news.secret) == (b"", b"", b"", b"")
    assert not company.palm().member.keyring.one_offs
    assert view.one(company.palm(), obj).is_open
    assert view.threads(company.fig(), obj) == []
    await attending.end(company.palm(), news)
    assert not company.palm().member.keyring.cases
    again, _ = await agreed(company, obj)
    assert again.secret != asks.secret


async def test_the_news_that_it_ended_goes_by_itself(company: Company) -> None:
    asks, _ = await agreed(company, await listed(company))
    await attending.end(company.fig(), asks)
    await attending.settle(company.palm())
    company.clock.forward(days=cases.AFTER + 1)
    await attending.settle(company.palm())
    assert not company.palm().member.keyring.cases


@pytest.mark.parametrize("first", ["palm", "fig"])
async def test_days_after_both_have_arrived_whoever_comes_first_shreds_it(company: Company, first: str) -> None:
    asks, helps = await agreed(company, await listed(company))
    await attending.arrive(company.fig(), asks)
    assert cases.show(company.fig(), asks).last_day == asks.day + cases.LIFE
    await attending.arrive(company.palm(), helps)
    await attending.arrive(company.palm(), cases.mine(company.palm())[0])
    assert sum(one.line.kind == cases.ARRIVED for one in cases.show(company.fig(), asks).said) == 2
    assert cases.show(company.fig(), asks).last_day == asks.day + cases.AFTER
    company.clock.forward(days=cases.AFTER)
    await attending.settle(company.opened_by(first))
    assert cases.lying(company.fig(), asks)
    company.clock.forward(days=1)
    await attending.settle(company.opened_by(first))
    assert not cases.lying(company.fig(), asks)
    for who in ("palm", "fig"):  # And the other one is told no news.
        await attending.settle(company.opened_by(who))
        assert not company.opened_by(who).member.keyring.cases


async def test_it_lasts_a_month_at_most(company: Company) -> None:
    asks, _ = await agreed(company, await listed(company))
    company.clock.forward(days=cases.LIFE + 1)
    await attending.settle(company.fig())
    assert not cases.lying(company.fig(), asks)
    assert not company.fig().member.keyring.cases


async def test_one_has_a_few_at_a_time(company: Company) -> None:
    for number in range(cases.MOST_OPEN):
        await agreed(company, await listed(company, text=f"طلب {number}"))
    obj = await listed(company, text="وطلب")
    with pytest.raises(CasesFull):
        await pledging.propose(company.palm(), obj, whole=True)
    await pledging.propose(company.lamp(), obj, whole=True)
    with pytest.raises(CasesFull):
        await pledging.accept(company.fig(), obj, proposed(company.fig(), obj))
    await attending.end(company.fig(), cases.mine(company.fig())[0])
    await pledging.accept(company.fig(), obj, proposed(company.fig(), obj))


async def test_who_leaves_the_circle_ends_all_of_theirs(company: Company) -> None:
    asks, _ = await agreed(company, await listed(company))
    box = Persona(asks.seed).box(oneoffs.BOX)
    await leaving.leave(company.fig())
    assert not cases.lying(company.palm(), asks)
    assert not company.services.store.mail(box)


async def test_a_case_that_ended_before_it_was_taken_is_not_there(company: Company) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True)
    await pledging.accept(company.fig(), obj, proposed(company.fig(), obj))
    helps = await pledging.confirm(company.palm(), obj, proposed(company.palm(), obj), "ar")
    await attending.end(company.palm(), helps)
    with pytest.raises(NotThere):
        await pledging.take(company.fig(), obj, proposed(company.fig(), obj))
    assert not pledging.agreements(company.fig(), obj)
    assert words.heard(company.fig(), oneoffs.persona_of(oneoffs.mine(company.fig())[0]), obj) == []


async def test_who_has_a_program_of_their_own_spoils_no_agreement_but_their_own(company: Company) -> None:
    obj = await listed(company)
    found = view.one(company.lamp(), obj)
    own = oneoffs.persona_of(await oneoffs.begin_about(company.lamp(), obj, 7))
    to = agreeing.Place(found.author, found.need.kem, found.need.inbox)
    places = (to.kem, to.inbox), (own.kem_key, own.inbox(oneoffs.BOX))
    deal = agreeing.Deal(agreeing.PROPOSE, True, "", bytes(32), bytes(32), "", to.key, obj, *places[1])
    await words.leave(company.lamp(), own, letters.DEAL, encode(deal), *places)
    await pledging.propose(company.palm(), obj, whole=True, text="عندي")
    (theirs,) = [one for one, _ in pledging.agreements(company.fig(), obj) if one.text]
    await pledging.accept(company.fig(), obj, theirs.name)
    helps = await pledging.confirm(company.palm(), obj, proposed(company.palm(), obj), "ar")
    asks = await pledging.take(company.fig(), obj, theirs.name)
    assert asks.secret == helps.secret


async def fill(company: Company, helps: Case) -> None:
    """Palm, with a program of their own, puts into the case's box whatever it takes."""
    room, circle = desk_of(helps.secret), company.palm()
    place = envelopes.public_key(room.seed), digest(INBOX, room.box)
    with suppress(TooMuch):
        while True:
            await words.leave(circle, Persona(helps.seed), letters.PAIR, b"x", place)


async def test_what_did_not_come_into_a_full_box_goes_with_the_next_thing_done(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    await fill(company, helps)
    with pytest.raises(TooMuch):
        await attending.open_step(company.fig(), asks, cases.NAME, "تينة")
    with pytest.raises(TooMuch):
        await attending.arrive(company.fig(), asks)
    (asks,) = cases.mine(company.fig())
    assert cases.show(company.fig(), asks).step(cases.NAME).waits
    box = desk_of(helps.secret).box
    for mail in cases.lying(company.palm(), helps)[-20:]:
        await company.services.store.delete_mail(box, mail.eid)
    await attending.tell(company.fig(), asks)
    theirs = cases.show(company.palm(), helps)
    assert theirs.step(cases.NAME).theirs_open
    assert theirs.has_arrived(mine=False)
    assert not cases.show(company.fig(), asks).step(cases.NAME).waits
    lying = len(cases.lying(company.fig(), asks))
    await attending.arrive(company.fig(), asks)
    assert len(cases.lying(company.fig(), asks)) == lying, "nothing is said twice"


async def test_two_sessions_of_mine_open_different_steps(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    await attending.open_step(company.fig(), asks, cases.NAME, "تينة")
    await attending.open_step(company.fig(), asks, cases.PLACE, "المخبز")  # As it was read before the first.
    assert {step for step, _ in cases.mine(company.fig())[0].opened} == {cases.NAME, cases.PLACE}
    shown = cases.show(company.palm(), helps)
    assert all(shown.step(step).theirs_open for step in (cases.NAME, cases.PLACE))


async def test_what_is_put_out_of_a_keyring_leaves_nothing_in_a_box(company: Company) -> None:
    obj = await listed(company)
    asks, helps = await agreed(company, obj)
    await service.send_word(company.lamp(), obj, "وأنا")
    await boxes.forget_circle(company.fig().member, company.circle)
    ring = company.members["fig"].keyring
    assert (ring.cases, ring.one_offs) == ((), ())
    assert not company.services.store.mail(desk_of(helps.secret).box)
    assert not company.services.store.mail(Persona(asks.seed).box(oneoffs.BOX))


async def test_who_was_removed_shreds_at_the_next_sign_in(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    await attending.look_after_everywhere(company.fig().member)
    assert cases.mine(company.fig()) == [asks]
    await leaving.remove(company.palm(), company.fig().me.persona)
    await attending.look_after_everywhere(company.members["fig"])
    assert company.members["fig"].keyring.cases == ()
    assert not cases.lying(company.palm(), helps)


async def test_what_had_its_time_is_shredded_at_a_sign_in_whatever_its_circle(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    company.clock.forward(days=cases.LIFE + 40)
    await attending.look_after_everywhere(company.fig().member)
    assert not company.fig().member.keyring.cases
    assert not cases.lying(company.palm(), helps)
    assert not company.services.store.mail(Persona(asks.seed).box(oneoffs.BOX))


async def test_with_a_one_off_goes_what_lies_in_its_box(company: Company) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True, text="عندي")
    own = oneoffs.about(company.palm(), obj)
    assert own is not None
    box = Persona(own.seed).box(oneoffs.BOX)
    assert company.services.store.mail(box)
    company.clock.forward(days=own.keep + 1)
    await oneoffs.settle(company.palm())
    assert not company.palm().member.keyring.one_offs
    assert not company.services.store.mail(box)


async def crafted(company: Company, obj: bytes, text: str, day: int) -> None:
    """Palm proposes with a program of their own, on any day."""
    circle = company.palm()
    found, own = view.one(circle, obj), oneoffs.persona_of(await oneoffs.begin_about(circle, obj, 7))
    place, need = (own.kem_key, own.inbox(oneoffs.BOX)), found.need
    deal = agreeing.Deal(agreeing.PROPOSE, False, text, bytes(32), bytes(32), "", found.author, obj, *place)
    mail = letters.write_letter(
        own, circle.id, letters.DEAL, need.kem, need.inbox, day, encode(deal), circle.services.random, (words.SIZE,)
    )
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, need.inbox, mail)


@pytest.mark.parametrize("days", [-1, 0, 1])
async def test_whatever_its_day_a_proposal_is_refused(company: Company, days: int) -> None:
    obj = await listed(company)
    await crafted(company, obj, "x", company.clock.day() + days)
    await pledging.refuse(company.fig(), obj, proposed(company.fig(), obj))
    assert pledging.agreements(company.fig(), obj) == []
    own = oneoffs.persona_of(oneoffs.mine(company.fig())[0])
    assert not company.services.store.mail(own.box(oneoffs.BOX))


async def test_a_letter_from_the_day_after_tomorrow_is_passed_over(company: Company) -> None:
    obj = await listed(company)
    company.clock.forward(days=2)
    await crafted(company, obj, "x", company.clock.day())
    company.clock.forward(days=-2)
    assert pledging.agreements(company.fig(), obj) == []


@pytest.mark.parametrize("days", [-1, 0, 1])
async def test_what_was_accepted_does_not_become_something_else(company: Company, days: int) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True, text="كله")
    first = proposed(company.fig(), obj)
    await pledging.accept(company.fig(), obj, first)
    await crafted(company, obj, "نصفه، بمقابل", company.clock.day() + days)
    ((made, _),) = pledging.agreements(company.fig(), obj)
    assert (made.step, made.whole, made.text) == (agreeing.ACCEPT, True, "كله")


async def test_what_was_read_is_what_is_accepted(company: Company) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True, text="كله")
    read = proposed(company.fig(), obj)
    await crafted(company, obj, "نصفه، بمقابل", company.clock.day() + 1)
    assert proposed(company.fig(), obj) != read
    with pytest.raises(NotThere):
        await pledging.accept(company.fig(), obj, read)


async def test_what_was_said_twice_is_said_once(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A double tap, or two phones: each begins before the other has ended."""
    store, put = company.services.store, company.services.store.put_mail

    async def later(*given: bytes) -> None:
        await asyncio.sleep(0.01)
        await put(*given)  # type: ignore[arg-type]

    obj = await listed(company)
    monkeypatch.setattr(store, "put_mail", later)
    await pledging.propose(company.palm(), obj, whole=True)
    name = proposed(company.fig(), obj)
    await asyncio.gather(*(pledging.accept(company.fig(), obj, name) for _ in range(2)))
    await pledging.accept(company.fig(), obj, name)
    helps = await asyncio.gather(*(pledging.confirm(company.palm(), obj, name, "ar") for _ in range(2)))
    again = await pledging.confirm(company.palm(), obj, name, "ar")
    asks = await asyncio.gather(*(pledging.take(company.fig(), obj, name) for _ in range(2)))
    assert len({one.secret for one in (*helps, again, *asks)}) == 1
    for circle in (company.fig(), company.palm()):
        assert len(cases.mine(circle)) == 1


async def test_a_yes_that_finds_no_room_is_not_said(company: Company) -> None:
    obj = await listed(company)
    await pledging.propose(company.palm(), obj, whole=True)
    own = oneoffs.about(company.palm(), obj)
    assert own is not None
    palm = oneoffs.persona_of(own)
    with suppress(TooMuch):
        while True:
            await words.leave(company.palm(), palm, letters.DEAL, b"x", (palm.kem_key, palm.inbox(oneoffs.BOX)))
    name = proposed(company.fig(), obj)
    with pytest.raises(TooMuch):
        await pledging.accept(company.fig(), obj, name)
    ((made, _),) = pledging.agreements(company.fig(), obj)
    assert made.step == agreeing.PROPOSE
    await pledging.refuse(company.fig(), obj, name)
    assert pledging.agreements(company.fig(), obj) == []


@pytest.mark.parametrize(
    "change",
    [
        {"step": "maybe"},
        {"half": b"x"},
        {"text": "a\nb"},
        {"language": "xx"},
        {"on": b"x"},
        {"to": b"x"},
        {"kem": b"x"},
    ],
    ids=str,
)
async def test_a_deal_that_no_program_of_ours_writes(company: Company, change: dict[str, object]) -> None:
    obj = await listed(company)
    found = view.one(company.lamp(), obj)
    own = oneoffs.persona_of(await oneoffs.begin_about(company.lamp(), obj, 7))
    place = own.kem_key, own.inbox(oneoffs.BOX)
    deal = agreeing.Deal(agreeing.PROPOSE, True, "", bytes(32), bytes(32), "", found.author, obj, *place)
    body = encode(structs.replace(deal, **change))
    await words.leave(company.lamp(), own, letters.DEAL, body, (found.need.kem, found.need.inbox))
    assert pledging.agreements(company.fig(), obj) == []


@pytest.mark.parametrize(
    "line",
    [
        cases.Line("shout", 1, "", "x"),
        cases.Line(cases.SAY, 1, "", ""),
        cases.Line(cases.SAY, 1, cases.NAME, "x"),
        cases.Line(cases.OPEN, 1, "all", ""),
        cases.Line(cases.SHOW, 1, cases.NAME, "x" * (cases.STEP_LIMIT + 1)),
        cases.Line(cases.ARRIVED, -1, "", ""),
    ],
    ids=lambda line: f"{line.kind}-{line.number}",
)
async def test_a_line_that_no_program_of_ours_writes(company: Company, line: cases.Line) -> None:
    asks, helps = await agreed(company, await listed(company))
    room = desk_of(helps.secret)
    place = envelopes.public_key(room.seed), digest(INBOX, room.box)
    before = cases.show(company.fig(), asks)
    await words.leave(company.palm(), Persona(helps.seed), letters.PAIR, encode(line), place)
    stranger = Persona(company.services.random(32))
    await words.leave(company.palm(), stranger, letters.PAIR, encode(cases.Line(cases.SAY, 1, "", "أنا")), place)
    assert cases.show(company.fig(), asks) == before
