"""The window and its callers: what stands there, who reads what comes, what a hub or a stranger can do to it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import callers, entering, founding, leaving, letters, posted, roles, window
from jiwar.circles.callers import ASK, WORD, CallerLine, CallerSlip
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of, desks
from jiwar.circles.model import DISPATCHER
from jiwar.circles.policy import Counter, HelpDesk
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, BadInput, Full, NotAllowed, NotThere, TextMissing, TextTooLong, TooMuch
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import BOX_ENVELOPES, Mail, RecordRow
from jiwar.systems.desk import rules, service, view
from jiwar.systems.desk.model import NOBODY
from jiwar.wire.canonical import encode
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio
BED = "bed"
OPEN = HelpDesk(
    True, "The square", "Somebody comes by at nine.", (Counter(BED, "The yellow house is open."),), ("Yes.",)
)
NEED = "A bed for one night."


async def dispatcher(here: Village, who: Person) -> None:
    """Somebody more takes part."""
    circle = here.founder.circle(here.circle)
    await roles.give(circle, who.persona(here.circle), DISPATCHER)
    await roles.follow(circle, DISPATCHER)
    member = who.member
    assert await entering.take_keys(member, member.membership(here.circle), DISPATCHER) is not None


async def settle(here: Village, **values: Any) -> None:
    circle = here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, **values))
    await window.follow(circle)


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """Founder and steward are dispatchers; the window is open."""
    made = await village()
    await roles.open_circle(made.founder.circle(made.circle), DISPATCHER)
    await dispatcher(made, made.steward)
    await settle(made, window=OPEN)
    return made


def poster(here: Village) -> window.Poster:
    return window.read(here.world.services, window.page_of(here.circle))


def inner(here: Village, who: Person | None = None) -> Circle:
    return roles.open_role((who or here.founder).circle(here.circle), DISPATCHER)


def slots(here: Village) -> list[RecordRow]:
    """What stands on the disk of all requests."""
    desk = inner(here)
    return [row for row in desk.log.rows(view.desk(desk), 1, LAST_NUMBER, rules.PAGE) if row.keep]


async def asks(here: Village, text: str = NEED) -> Persona:
    seed = here.world.random(32)
    await callers.ask(here.world.services, poster(here), seed, BED, text)
    return Persona(seed)


def said(here: Village, caller: Persona) -> list[str]:
    return [one.line.text for one in callers.read(here.world.services, caller.room, caller.key).said]


async def gathered(here: Village, who: Person | None = None) -> list[view.Open]:
    who = who or here.founder
    await service.gather(who.circle(here.circle), inner(here, who))
    return await view.queue(inner(here, who))


class TestTheWindow:
    async def test_says_what_the_charter_says_under_the_key_of_the_dispatchers_record(self, here: Village) -> None:
        shown, circle = poster(here), here.member.circle(here.circle)
        assert (shown.name, shown.text, shown.counters) == (OPEN.name, OPEN.text, OPEN.counters)
        desk = circle.state.desk_of(DISPATCHER)
        assert desk is not None
        assert shown.kem == desk.kem
        assert len(here.world.store.page(window.page_of(here.circle))) == posted.PAGE_SIZE

    @pytest.mark.parametrize("values", [{"window": replace(OPEN, on=False)}, {"level": 2}])
    async def test_closes_with_the_charter_and_the_weather(self, here: Village, values: dict[str, Any]) -> None:
        await settle(here, **values)
        assert window.everything(here.world.services) == []
        with pytest.raises(NotThere):
            here.world.store.page(window.page_of(here.circle))

    async def test_ends_by_itself_when_no_dispatcher_comes(self, here: Village) -> None:
        await here.world.pass_days(window.LONGEST)
        assert window.standing(here.world.services, here.circle) is not None
        await here.world.pass_days(1)
        assert window.standing(here.world.services, here.circle) is None
        await leaving.turn_all_due(here.steward.member)
        assert window.standing(here.world.services, here.circle) is not None

    async def test_goes_when_a_dispatcher_goes_and_comes_back_with_a_key_that_they_lack(self, here: Village) -> None:
        before = poster(here)
        await roles.lay_down(here.steward.circle(here.circle), DISPATCHER)
        await window.follow(here.steward.circle(here.circle))
        assert window.standing(here.world.services, here.circle) is None
        await leaving.turn_all_due(here.founder.member)
        assert poster(here).kem != before.kem
        with pytest.raises(Full):
            await callers.ask(here.world.services, before, here.world.random(32), BED, NEED)

    async def test_goes_with_who_leaves_the_circle(self, here: Village) -> None:
        await leaving.leave(here.steward.circle(here.circle))
        assert window.standing(here.world.services, here.circle) is None

    async def test_a_steward_who_is_no_dispatcher_takes_away_what_should_not_stand(self, here: Village) -> None:
        await roles.lay_down(here.founder.circle(here.circle), DISPATCHER)
        await settle(here, window=replace(OPEN, on=False))
        assert window.standing(here.world.services, here.circle) is None
        await settle(here, window=OPEN)
        assert window.standing(here.world.services, here.circle) is None
        await leaving.turn_all_due(here.steward.member)
        assert poster(here).signer == here.steward.persona(here.circle)

    @pytest.mark.parametrize(
        "forged",
        [{"version": 2}, {"name": ""}, {"counters": ()}, {"kem": b"k" * 32}, {"inbox": b""}, {"circle": b"c" * 32}],
    )
    async def test_a_page_that_no_dispatcher_writes_is_none(self, here: Village, forged: dict[str, Any]) -> None:
        circle = here.founder.circle(here.circle)
        lie = replace(poster(here), **forged)
        signed = replace(lie, signature=circle.log.persona.sign(window._signed(lie)))
        await posted.put(here.world.services, window.LIST, window.page_of(here.circle), encode(signed))
        assert window.everything(here.world.services) == []

    async def test_no_more_windows_than_may_be(self, here: Village) -> None:
        for at in range(window.MOST_WINDOWS):
            await posted.put(here.world.services, window.LIST, bytes([at]) * 16, b"")
        await window.take_away(here.founder.circle(here.circle))
        with pytest.raises(Full):
            await window.follow(here.founder.circle(here.circle))

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"name": ""}, TextMissing),
            ({"counters": ()}, TextMissing),
            ({"counters": (Counter("", ""),)}, TextMissing),
            ({"name": "n" * 61}, TextTooLong),
            ({"text": "t" * 801}, TextTooLong),
            ({"counters": (Counter(BED, "a" * 401),)}, TextTooLong),
            ({"counters": (Counter(BED, ""),) * 13}, BadChoice),
            ({"ready": ("r" * 401,)}, TextTooLong),
            ({"ready": ("r",) * 13}, BadChoice),
            ({"text": "\u202e"}, BadChoice),
        ],
    )
    async def test_a_charter_holds_no_other_window(
        self, here: Village, wrong: dict[str, Any], error: type[BadInput]
    ) -> None:
        with pytest.raises(error):
            await settle(here, window=replace(OPEN, **wrong))


class TestCallers:
    async def test_what_is_asked_is_read_by_its_words_and_by_every_dispatcher(self, here: Village) -> None:
        caller = await asks(here)
        assert said(here, caller) == [NEED]
        for who in (here.founder, here.steward):
            (found,) = await gathered(here, who)
            assert [one.line.text for one in found.talk.said] == [NEED]
            assert found.part == "new"

    async def test_an_answer_names_no_dispatcher(self, here: Village) -> None:
        caller = await asks(here)
        (found,) = await gathered(here, here.steward)
        await service.answer(inner(here, here.steward), found, "Come at nine.")
        talk = callers.read(here.world.services, caller.room, caller.key)
        assert [one.line.text for one in talk.said] == [NEED, "Come at nine."]
        known = {one.persona for one in here.founder.circle(here.circle).state.members}
        assert not known & {one.sender for one in talk.said}
        assert caller.key not in {one.sender for one in talk.said[1:]}
        (found,) = await gathered(here)
        assert found.part == "waiting"
        assert found.standing.holder == here.steward.persona(here.circle)

    async def test_words_that_were_never_given_open_nothing(self, here: Village) -> None:
        await asks(here)
        nobody = Persona(here.world.random(32))
        with pytest.raises(NotThere):
            said(here, nobody)

    async def test_taking_it_back_leaves_nothing_for_either_side(self, here: Village) -> None:
        early, late = await asks(here), await asks(here)
        await callers.take_back(here.world.services, early.room)
        assert [one.standing.case.caller for one in await gathered(here)] == [late.key]
        await callers.take_back(here.world.services, late.room)
        assert await gathered(here) == []
        with pytest.raises(NotThere):
            said(here, late)

    async def test_two_weeks_after_the_last_word_it_is_over(self, here: Village) -> None:
        caller = await asks(here)
        await gathered(here)
        await here.world.pass_days(10)
        await leaving.turn_all_due(here.founder.member)
        await callers.add(here.world.services, poster(here), caller.seed, "Still.")
        await here.world.pass_days(14)
        assert said(here, caller) == [NEED, "Still."]
        await here.world.pass_days(1)
        with pytest.raises(NotThere):
            said(here, caller)
        assert here.world.store.mail(desk_of(caller.room).box)
        assert await gathered(here) == []
        assert not here.world.store.mail(desk_of(caller.room).box)

    async def test_who_says_much_in_a_row_waits_for_an_answer(self, here: Village) -> None:
        caller = await asks(here)
        for _ in range(callers.MOST_UNANSWERED - 1):
            await callers.add(here.world.services, poster(here), caller.seed, "And.")
        with pytest.raises(TooMuch):
            await callers.add(here.world.services, poster(here), caller.seed, "And.")
        (found,) = await gathered(here)
        await service.answer(inner(here), found, "Yes.")
        await callers.add(here.world.services, poster(here), caller.seed, "Thanks.")

    @pytest.mark.parametrize(
        ("kind", "text", "error"),
        [("boat", NEED, BadChoice), (BED, " ", TextMissing), (BED, "t" * 1_501, TextTooLong)],
    )
    async def test_what_cannot_be_asked_is_refused_and_keeps_nothing(
        self, here: Village, kind: str, text: str, error: type[BadInput]
    ) -> None:
        seed = here.world.random(32)
        with pytest.raises(error):
            await callers.ask(here.world.services, poster(here), seed, kind, text)
        assert not here.world.store.mail(desk_of(Persona(seed).room).box)

    async def test_where_the_window_is_full_nothing_is_kept(self, here: Village) -> None:
        shown = poster(here)
        for at in range(BOX_ENVELOPES):
            await here.world.store.answer_invite(shown.number, shown.inbox, Mail(bytes([at]) * 16, 20_000, b"x"))
        seed = here.world.random(32)
        with pytest.raises(Full):
            await callers.ask(here.world.services, shown, seed, BED, NEED)
        assert not here.world.store.mail(desk_of(Persona(seed).room).box)
        await gathered(here)
        assert said(here, await asks(here)) == [NEED]

    @pytest.mark.parametrize(
        "line",
        [
            CallerLine(WORD, 1, "", NEED),
            CallerLine(ASK, 0, "", NEED),
            CallerLine(ASK, 0, BED, ""),
            CallerLine(ASK, -1, BED, NEED),
            CallerLine("shout", 0, BED, NEED),
            CallerLine(ASK, 0, BED, "\u202e"),
        ],
    )
    async def test_a_room_without_a_sound_beginning_is_none(self, here: Village, line: CallerLine) -> None:
        caller, shown = Persona(here.world.random(32)), poster(here)
        mail, inbox = callers.sealed(here.world.services, caller, here.circle, caller.room, line)
        await here.world.store.answer_invite(shown.number, inbox, mail)
        with pytest.raises(NotThere):
            said(here, caller)

    async def test_somebody_with_the_words_alone_speaks_for_no_dispatcher(self, here: Village) -> None:
        caller = await asks(here)
        (found,) = await gathered(here)
        await service.answer(inner(here), found, "Come at nine.")
        (found,) = await gathered(here)
        voice = service._voice(inner(here), caller.room).key
        assert found.talk.said[1].sender == voice
        assert voice != Persona(caller.room).key


class TestGathering:
    async def test_slips_are_written_down_once_and_go(self, here: Village) -> None:
        await asks(here)
        await gathered(here)
        await gathered(here, here.steward)
        assert len(view.cases(inner(here))) == 1
        assert here.world.store.mail(desks(inner(here))[0].strangers) == []

    async def test_two_at_once_write_it_down_once(self, here: Village) -> None:
        await asks(here)
        both = [service.gather(who.circle(here.circle), inner(here, who)) for who in (here.founder, here.steward)]
        await asyncio.gather(*both)
        assert len(view.cases(inner(here))) == 1
        assert len(slots(here)) == 1

    async def test_requests_that_are_over_hide_none_that_is_open(self, here: Village) -> None:
        """More of them than one page of slots, and each was taken back after somebody had taken it in."""
        real = await asks(here)
        for many in (50, 50, 50, 51):
            junk = [await asks(here, "x") for _ in range(many)]
            await gathered(here)
            for one in junk:
                await callers.take_back(here.world.services, one.room)
        assert [one.standing.case.caller for one in await gathered(here)] == [real.key]

    async def test_what_is_written_down_of_a_request_goes_with_it(self, here: Village) -> None:
        caller = await asks(here)
        (found,) = await gathered(here)
        await service.note(inner(here), found, "Asked twice.")
        await callers.take_back(here.world.services, caller.room)
        await gathered(here)
        assert view.cases(inner(here)) == []
        assert not any(row.value for row in slots(here))

    async def test_done_ones_hide_none_either(self, here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "PAGE", 2)
        callers_here = [await asks(here) for _ in range(6)]
        for found in (await gathered(here))[1:]:
            await service.close(inner(here), found)
        assert {one.standing.case.caller for one in await gathered(here)} == {one.key for one in callers_here}

    @pytest.mark.parametrize(("days", "lane"), [(1, 30), (7, 30), (30, 30), (365, rules.CASE_DAYS)])
    async def test_a_request_outlives_its_room_and_goes_with_the_group_s_topics(
        self, here: Village, days: int, lane: int
    ) -> None:
        levels = tuple(replace(one, topic_days=days) for one in here.founder.circle(here.circle).charter.levels)
        await settle(here, levels=levels)
        await asks(here)
        await gathered(here)
        (found,) = view.cases(inner(here))
        assert found.keep == lane

    async def test_how_many_want_a_word_is_known_without_a_look_at_what_is_said(self, here: Village) -> None:
        caller = await asks(here)
        assert view.wanting(inner(here)) == 1
        (found,) = await gathered(here)
        assert view.wanting(inner(here)) == 1
        await service.hand(inner(here), found, here.founder.persona(here.circle))
        assert (view.wanting(inner(here)), view.wanting(inner(here, here.steward))) == (1, 0)
        await service.close(inner(here), found)
        assert view.wanting(inner(here)) == 0
        await callers.add(here.world.services, poster(here), caller.seed, "Still.")
        assert view.wanting(inner(here)) == 1

    async def test_what_is_no_slip_goes(self, here: Village) -> None:
        shown = poster(here)
        await here.world.store.answer_invite(shown.number, shown.inbox, Mail(b"e" * 16, 20_000, b"junk"))
        lost = Persona(here.world.random(32))
        place = (here.circle, "slip", shown.kem, shown.inbox, here.world.clock.day())
        for body in (b"", encode(CallerSlip(b"short")), encode(CallerSlip(lost.room))):
            mail = letters.write_letter(lost, *place, body, here.world.random)
            await here.world.store.answer_invite(shown.number, shown.inbox, mail)
        assert await gathered(here) == []
        assert here.world.store.mail(desks(inner(here))[0].strangers) == []

    async def test_no_more_are_open_than_may_be_and_the_rest_waits(
        self, here: Village, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST_OPEN", 1)
        first, second = await asks(here), await asks(here)
        (found,) = await gathered(here)
        assert len(here.world.store.mail(desks(inner(here))[0].strangers)) == 1
        await service.close(inner(here), found)
        assert {one.standing.case.caller for one in await gathered(here)} == {first.key, second.key}

    async def test_a_slip_of_an_epoch_that_is_over_is_found(self, here: Village) -> None:
        await asks(here)
        await roles.lay_down(here.steward.circle(here.circle), DISPATCHER)
        await leaving.turn_all_due(here.founder.member)
        assert len(await gathered(here)) == 1


class TestTheQueue:
    async def test_one_takes_hands_over_and_puts_back(self, here: Village) -> None:
        await asks(here)
        (found,) = await gathered(here)
        mine, other = here.founder.persona(here.circle), here.steward.persona(here.circle)
        await service.hand(inner(here), found, mine)
        assert [one.part for one in await view.queue(inner(here))] == ["mine"]
        assert [one.part for one in await view.queue(inner(here, here.steward))] == ["others"]
        assert view.workload(await view.queue(inner(here))) == {mine: 1}
        await service.hand(inner(here), found, other)
        assert [one.part for one in await view.queue(inner(here, here.steward))] == ["mine"]
        await service.hand(inner(here), found, NOBODY)
        assert [one.part for one in await view.queue(inner(here))] == ["new"]

    async def test_only_a_dispatcher_is_handed_something(self, here: Village) -> None:
        await asks(here)
        (found,) = await gathered(here)
        with pytest.raises(NotAllowed):
            await service.hand(inner(here), found, here.member.persona(here.circle))

    async def test_what_somebody_held_who_is_gone_is_new_again(self, here: Village) -> None:
        await asks(here)
        (found,) = await gathered(here)
        await service.hand(inner(here), found, here.steward.persona(here.circle))
        await roles.lay_down(here.steward.circle(here.circle), DISPATCHER)
        await leaving.turn_all_due(here.founder.member)
        assert [one.part for one in await view.queue(inner(here))] == ["new"]

    async def test_it_is_done_until_the_caller_says_more(self, here: Village) -> None:
        caller = await asks(here)
        (found,) = await gathered(here)
        await service.note(inner(here), found, "Asked twice.")
        await service.close(inner(here), found)
        (found,) = await view.queue(inner(here, here.steward))
        assert found.part == "done"
        assert [one.text for one in found.standing.notes] == ["Asked twice."]
        await callers.add(here.world.services, poster(here), caller.seed, "One more thing.")
        (found,) = await view.queue(inner(here))
        assert found.part == "new"

    async def test_a_word_that_crossed_the_answer_is_not_answered(self, here: Village) -> None:
        for _ in range(6):  # Which of two letters with one number comes first is chance.
            caller = await asks(here)
            await gathered(here)
            found = next(one for one in await view.queue(inner(here)) if one.standing.case.caller == caller.key)
            await callers.add(here.world.services, poster(here), caller.seed, "The door is locked.")
            await service.answer(inner(here), found, "Come at nine.")
            assert view.one(inner(here), found.standing.slot).talk.is_with_dispatchers

    async def test_who_was_a_dispatcher_says_nothing_that_passes_for_the_desk_s(self, here: Village) -> None:
        caller = await asks(here)
        (found,) = await gathered(here, here.steward)
        await service.answer(inner(here, here.steward), found, "Come at nine.")
        before = service._voice(inner(here, here.steward), caller.room)
        await roles.lay_down(here.steward.circle(here.circle), DISPATCHER)
        await leaving.turn_all_due(here.founder.member)
        await callers.add(here.world.services, poster(here), caller.seed, "Thanks.")
        await here.world.pass_days(2)
        log = here.steward.circle(here.circle).log
        for number, voice in enumerate((before, Persona(here.world.random(32))), 3):
            line = CallerLine(WORD, number, "", "Come elsewhere.")
            mail, inbox = callers.sealed(here.world.services, voice, here.circle, caller.room, line)
            await here.world.store.put_mail(log.shelf, log.newest.append, inbox, mail)
        (found,) = await view.queue(inner(here))
        assert [one.line.text for one in found.talk.said] == [NEED, "Come at nine.", "Thanks."]
        assert found.talk.is_with_dispatchers

    async def test_no_line_leaps_ahead_of_all_that_will_be_said(self, here: Village) -> None:
        caller = await asks(here)
        await gathered(here)
        voice, line = service._voice(inner(here), caller.room), CallerLine(WORD, 10_000, "", "The last.")
        mail, inbox = callers.sealed(here.world.services, voice, here.circle, caller.room, line)
        log = inner(here).log
        await here.world.store.put_mail(log.shelf, log.newest.append, inbox, mail)
        assert said(here, caller) == [NEED]
        await callers.add(here.world.services, poster(here), caller.seed, "Still.")
        assert [one.part for one in await view.queue(inner(here))] == ["new"]

    async def test_members_and_stewards_who_are_no_dispatchers_open_nothing(self, here: Village) -> None:
        await asks(here)
        await gathered(here)
        with pytest.raises(NotThere):
            roles.open_role(here.member.circle(here.circle), DISPATCHER)
        assert roles.held(here.member.circle(here.circle), DISPATCHER) is None

    async def test_everything_about_it_expires_together(self, here: Village) -> None:
        await asks(here)
        (found,) = await gathered(here)
        await service.note(inner(here), found, "Asked twice.")
        await here.world.pass_days(rules.CASE_DAYS + 1)
        assert view.cases(inner(here)) == []


async def test_the_store_shows_sizes_and_days_alone(here: Village) -> None:
    short, long = await asks(here, "A bed."), await asks(here, "b" * 1_400)
    rooms = [here.world.store.mail(desk_of(one.room).box) for one in (short, long)]
    assert len({len(mail.value) for room in rooms for mail in room}) == 1
    slips = here.world.store.mail(desks(inner(here))[0].strangers)
    assert len({len(mail.value) for mail in slips}) == 1
    assert digest(INBOX, desk_of(short.room).box) != digest(INBOX, desk_of(long.room).box)
    assert envelopes.public_key(desk_of(short.room).seed) != short.kem_key
