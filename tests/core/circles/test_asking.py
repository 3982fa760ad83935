"""Asking to join: who asks, who answers, what is over, and what a hub or a program of somebody's own can do to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace as replaced
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import answering, applicants, asking, entering, founding, leaving, letters, publishing, roles
from jiwar.circles.answering import Request
from jiwar.circles.applicants import ACCEPT, APPLY, DECLINE, WORD, Application, Knock, Line, Said
from jiwar.circles.asking import MOST_ASKED, MOST_UNANSWERED
from jiwar.circles.circle import Circle
from jiwar.circles.founding import BOX, desk_of, desks
from jiwar.circles.invitations import INVITE_SIZE, Admission
from jiwar.circles.model import ASKED, LETTER, LINK, STEWARD
from jiwar.circles.posted import PAGE_SIZE
from jiwar.circles.publishing import Notice, page_of
from jiwar.clock import SetClock
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.crypto.signing import public_key
from jiwar.errors import (
    BadChoice,
    BadInput,
    Full,
    InviteSpent,
    NameTaken,
    NotAllowed,
    NotThere,
    StewardsFirst,
    TextMissing,
    TextTooLong,
    TooMuch,
)
from jiwar.keyring.model import Membership
from jiwar.keyring.persona import Persona
from jiwar.store.contract import BOX_ENVELOPES, Mail
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad
from tests.world import Person, Village, handles, village

pytestmark = pytest.mark.anyio
TEXT = "We read together. Tell us a little about yourself."
QUESTIONS = ("What brings you here?", "Whom do you know?")
ANSWERS = ("A book.", "")


async def set_charter(here: Village, **values: Any) -> None:
    circle = here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, **values))
    await publishing.follow(circle)


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    made = await village()
    await set_charter(made, access=ASKED, public=TEXT, questions=QUESTIONS)
    return made


def notice(here: Village) -> Notice:
    return publishing.read(here.world.services, page_of(here.circle))


async def asks(here: Village, handle: str = "lamp", guest: Person | None = None) -> Person:
    guest = guest or await here.world.sign_up()
    await asking.ask(guest.member, notice(here), handle, ANSWERS)
    return guest


def mine(here: Village, guest: Person) -> Membership:
    return guest.member.membership(here.circle)


def persona(here: Village, guest: Person) -> Persona:
    return Persona(mine(here, guest).persona)


def room_of(here: Village, guest: Person) -> list[Said]:
    return asking.my_room(guest.member, mine(here, guest))


def care(here: Village, who: Person | None = None) -> tuple[Circle, Circle]:
    circle = (who or here.founder).circle(here.circle)
    return circle, roles.open_role(circle)


def asked(here: Village, who: Person | None = None) -> list[Request]:
    return answering.requests(*care(here, who))


async def say_no(here: Village, request: Request, how: str = "full") -> None:
    await answering.decline(*care(here), request, how)


async def say_yes(here: Village, request: Request, who: Person | None = None) -> None:
    await answering.accept((who or here.founder).circle(here.circle), request)


def lies(here: Village, guest_room: bytes) -> int:
    """How many letters lie in a room."""
    return len(here.world.store.mail(desk_of(guest_room).box))


# the page


async def test_the_page_asks_and_carries_no_key(here: Village) -> None:
    now = notice(here)
    admitted = now.admission
    assert (now.text, now.questions, now.is_asked) == (TEXT, QUESTIONS, True)
    assert (admitted.epochs, admitted.shelf, admitted.index_key, admitted.fold_digest) == ((), b"", b"", b"")
    assert len(here.world.store.page(page_of(here.circle))) == PAGE_SIZE
    guest = await here.world.sign_up()
    with pytest.raises((NotThere, InviteSpent, IndexError)):
        await entering.enter(guest.member, admitted, "lamp")
    assert not guest.member.has(here.circle)


async def test_without_a_text_nobody_can_ask(anyio_backend: str) -> None:
    made = await village()
    await set_charter(made, access=ASKED, questions=QUESTIONS)
    assert publishing.listed(made.world.services) == ()


async def test_a_kept_page_takes_no_requests_once_it_is_over(here: Village) -> None:
    kept = notice(here)
    guest = await here.world.sign_up()
    for values in ({"access": LINK}, {"access": ASKED, "level": 2}, {"level": 0, "public": "Anew."}):
        await set_charter(here, **values)
        with pytest.raises(InviteSpent):
            await asking.ask(guest.member, kept, "lamp", ANSWERS)
        assert not guest.member.has(here.circle)
        assert guest.member.keyring.asked == ()
    await asks(here, guest=guest)


async def test_the_row_that_admits_letters_looks_like_an_invitation(here: Village) -> None:
    assert len(here.world.store.invite(notice(here).admission.proof)) == INVITE_SIZE


@pytest.mark.parametrize(
    "values", [{"questions": ("q",) * 4}, {"questions": ("q" * 161,)}, {"questions": ("\u202e",)}]
)
async def test_questions_have_bounds(here: Village, values: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        await set_charter(here, **values)


# asking and being answered


async def test_every_steward_reads_who_asks_and_what_they_say(here: Village) -> None:
    guest = await asks(here)
    for who in (here.founder, here.steward):
        (one,) = asked(here, who)
        assert (one.application.handle, one.application.questions) == ("lamp", QUESTIONS)
        assert one.application.answers == ANSWERS
        assert one.waits_for_us
    assert handles(here.founder.circle(here.circle)) == {"founder", "steward", "member"}
    assert mine(here, guest).waiting


async def test_both_sides_talk_until_it_is_decided(here: Village) -> None:
    guest = await asks(here)
    await answering.write_back(here.steward.circle(here.circle), asked(here)[0], "Which book?")
    assert not asked(here)[0].waits_for_us
    await asking.say(guest.member, mine(here, guest), "The one about rivers.")
    said = ["Which book?", "The one about rivers."]
    assert [one.line.text for one in room_of(here, guest)][1:] == said
    assert [one.line.text for one in asked(here)[0].said] == said
    assert asked(here)[0].waits_for_us


async def test_whoever_is_let_in_comes_in_under_the_persona_that_asked(here: Village) -> None:
    guest = await asks(here)
    key = persona(here, guest).key
    await say_yes(here, asked(here)[0])
    assert asked(here)[0].is_accepted, "it stands until they have come"
    before = mine(here, guest)
    assert entering.keys_arrived(guest.member, before) is not None
    circle = await entering.take_keys(guest.member, before)
    assert circle is not None
    await asking.leave_room(here.world.services, before)
    assert circle.me.persona == key
    assert "lamp" in handles(here.founder.circle(here.circle))
    assert asked(here) == []
    assert not mine(here, guest).asked
    assert lies(here, persona(here, guest).room) == 0
    await answering.clear_desk(*care(here))
    assert all(not here.world.store.mail(desk.strangers) for desk in desks(care(here)[1]))


async def test_a_name_taken_meanwhile_is_asked_for_again(here: Village) -> None:
    guest = await asks(here, "member")
    await say_yes(here, asked(here)[0])
    with pytest.raises(NameTaken):
        await entering.take_keys(guest.member, mine(here, guest))


async def test_keys_that_turned_before_they_came_are_sent_again(here: Village) -> None:
    guest = await asks(here)
    await say_yes(here, asked(here)[0])
    await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
    with pytest.raises(InviteSpent):
        await entering.take_keys(guest.member, mine(here, guest))
    await say_yes(here, asked(here)[0])
    assert await entering.take_keys(guest.member, mine(here, guest)) is not None


async def test_regression_keys_sent_twice_let_in_one(here: Village) -> None:
    """By a second tap, or by two of the team: what was sent before opens nothing."""
    guest = await asks(here)
    for who in (here.founder, here.founder, here.steward):
        await say_yes(here, asked(here)[0], who)
    invites = here.founder.circle(here.circle).state.invites
    (standing,) = (one.invite.proof for one in invites if one.invite.mode == LETTER)
    keys = [keys for _, keys in entering.arrived(guest.member, mine(here, guest))]
    outdated = [one for one in keys if public_key(one.proof) != standing]
    assert (len(keys), len(outdated)) == (3, 2)
    other = await here.world.sign_up()
    for one in outdated:
        with pytest.raises(InviteSpent):
            await entering.enter(other.member, one, "second")
    assert await entering.take_keys(guest.member, mine(here, guest)) is not None


def _keys_sent(here: Village, guest: Person) -> list[Admission]:
    return [keys for _, keys in entering.arrived(guest.member, mine(here, guest))]


async def _nobody_comes_in_by(here: Village, keys: list[Admission]) -> None:
    other = await here.world.sign_up()
    for one in keys:
        with pytest.raises(InviteSpent):
            await entering.enter(other.member, one, "second")
    assert [one for one in here.founder.circle(here.circle).state.invites if one.invite.mode == LETTER] == []


async def test_two_stewards_who_accept_at_once_let_in_one(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other's invitation before both stand."""
    guest, write, both = await asks(here), founding.write_own, asyncio.Barrier(2)

    async def together(circle: Circle, kind: str, body: bytes) -> None:
        if kind == "invite":
            await both.wait()
        await write(circle, kind, body)
        if kind == "invite":
            await both.wait()
            circle.reload()

    monkeypatch.setattr(answering, "write_own", together)
    await asyncio.gather(*(say_yes(here, asked(here, who)[0], who) for who in (here.founder, here.steward)))
    keys = _keys_sent(here, guest)
    assert len(keys) == 2
    before = mine(here, guest)
    assert await entering.take_keys(guest.member, before) is not None
    await asking.leave_room(here.world.services, before)
    assert asked(here) == []
    await _nobody_comes_in_by(here, keys)


async def test_keys_that_come_after_the_applicant_let_in_nobody(
    here: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second steward accepts from a page that was open when the first one did, and the applicant was quick."""
    guest, write = await asks(here), founding.write_own
    late, seen = here.steward.circle(here.circle), asked(here, here.steward)[0]
    await say_yes(here, asked(here)[0])
    keys, before = _keys_sent(here, guest), mine(here, guest)

    async def slowly(circle: Circle, kind: str, body: bytes) -> None:
        if kind == "invite":
            assert await entering.take_keys(guest.member, before) is not None
        await write(circle, kind, body)

    monkeypatch.setattr(answering, "write_own", slowly)
    await answering.accept(late, seen)
    lamps = [one for one in here.founder.circle(here.circle).state.members if one.handle == "lamp"]
    assert len(lamps) == 1
    await _nobody_comes_in_by(here, keys)


async def _fill_room(here: Village, guest: Person) -> None:
    for number in range(1, BOX_ENVELOPES):
        await _into_room(here, guest, Line(WORD, number, "And more."))
    with pytest.raises(TooMuch):
        await _into_room(here, guest, Line(WORD, BOX_ENVELOPES, "And more."))


async def test_regression_a_full_room_is_declined(here: Village) -> None:
    guest = await asks(here)
    await _fill_room(here, guest)
    await say_no(here, asked(here)[0])
    assert [one.line.kind for one in room_of(here, guest)] == [DECLINE]
    assert lies(here, persona(here, guest).room) == 1


async def test_regression_a_full_room_is_accepted(here: Village) -> None:
    guest = await asks(here)
    await _fill_room(here, guest)
    await say_yes(here, asked(here)[0])
    assert [one.line.kind for one in room_of(here, guest)] == [APPLY, ACCEPT]
    assert asked(here)[0].is_accepted
    assert await entering.take_keys(guest.member, mine(here, guest)) is not None


async def test_regression_who_knocks_while_the_desk_is_cleared_is_kept(
    here: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asks(here)
    await here.world.pass_days(15)
    await publishing.follow(here.founder.circle(here.circle))
    empty = applicants.empty
    late: list[Person] = []

    async def and_somebody_knocks(*what: Any) -> None:
        if not late:
            late.append(await asks(here, "late"))
        await empty(*what)

    monkeypatch.setattr(applicants, "empty", and_somebody_knocks)
    await answering.clear_desk(*care(here))
    assert [one.application.handle for one in asked(here)] == ["late"]


@pytest.mark.parametrize("how", applicants.DECLINED)
async def test_a_no_is_one_of_a_few_ready_ones_and_nothing_else_stays(here: Village, how: str) -> None:
    guest = await asks(here)
    await asking.say(guest.member, mine(here, guest), "One more word.")
    await say_no(here, asked(here)[0], how)
    said, me = room_of(here, guest), persona(here, guest)
    assert [one.line.kind for one in said] == [DECLINE]
    assert asking.how_declined(said, me.key) == how
    assert asked(here) == []
    with pytest.raises(NotThere):
        await asking.say(guest.member, mine(here, guest), "Please.")
    await asking.withdraw(guest.member, mine(here, guest))
    assert lies(here, me.room) == 0


async def test_a_no_in_words_of_ones_own_is_refused(here: Village) -> None:
    await asks(here)
    with pytest.raises(BadChoice):
        await say_no(here, asked(here)[0], "because")


async def test_who_takes_a_request_back_leaves_nothing(here: Village) -> None:
    guest = await asks(here)
    room = persona(here, guest).room
    await asking.withdraw(guest.member, mine(here, guest))
    assert not guest.member.has(here.circle)
    assert lies(here, room) == 0
    assert asked(here) == []
    await answering.clear_all_desks(here.steward.member)
    assert all(not here.world.store.mail(desk.strangers) for desk in desks(care(here)[1]))


async def test_nobody_withdraws_from_a_circle_they_are_in(here: Village) -> None:
    with pytest.raises(NotThere):
        await asking.withdraw(here.member.member, mine(here, here.member))


async def test_what_lies_in_the_store_says_no_word_of_it(here: Village) -> None:
    guest = await asks(here, "lanternlight")
    await asking.say(guest.member, mine(here, guest), "It is about rivers.")
    await answering.write_back(here.steward.circle(here.circle), asked(here)[0], "Which ones?")
    lying = repr(here.world.hub.image())
    for word in ("lanternlight", "A book.", "rivers", "Which ones", persona(here, guest).key.hex()):
        assert word not in lying
    assert repr(persona(here, guest).key)[2:-1] not in lying


# time


async def test_a_request_that_nobody_answers_is_over_for_both(here: Village) -> None:
    guest = await asks(here)
    await here.world.pass_days(14)
    assert len(asked(here)) == 1
    await here.world.pass_days(1)
    assert asked(here) == []
    assert room_of(here, guest) == []
    room = persona(here, guest).room
    assert lies(here, room) == 1
    await answering.clear_all_desks(here.founder.member)
    assert lies(here, room) == 0
    await asking.withdraw(guest.member, mine(here, guest))
    assert not guest.member.has(here.circle)


async def test_a_word_of_the_team_keeps_it_open(here: Village) -> None:
    guest = await asks(here)
    await here.world.pass_days(10)
    await leaving.turn_all_due(here.founder.member)
    await answering.write_back(here.founder.circle(here.circle), asked(here)[0], "Soon.")
    await here.world.pass_days(10)
    assert [one.application.handle for one in asked(here)] == ["lamp"]
    assert room_of(here, guest)[-1].line.text == "Soon."


async def test_a_letter_of_tomorrow_keeps_nothing_open(here: Village) -> None:
    """The store takes none; a hub that helps whoever asks may."""
    guest, line = await asks(here), Line(WORD, 1, "I wait for ever.")
    me, later = persona(here, guest), SetClock()
    later.forward(days=50)
    mail, _ = applicants.sealed(replaced(here.world.services, clock=later), me, here.circle, me.room, line)
    here.world.hub.lies["mail"] = lambda honest, token: [*honest, mail] if token == desk_of(me.room).box else honest
    assert asked(here)[0].said == ()


# how often


async def test_an_account_asks_a_few_times_a_month_wherever(here: Village) -> None:
    guest = await here.world.sign_up()
    for _ in range(MOST_ASKED):
        await asks(here, guest=guest)
        await asking.withdraw(guest.member, mine(here, guest))
    with pytest.raises(Full):
        await asks(here, guest=guest)
    assert not guest.member.has(here.circle)
    assert here.circle not in encode(guest.member.keyring), "it says how often, and not where"
    await here.world.pass_days(30)
    await leaving.turn_all_due(here.founder.member)
    await asks(here, guest=guest)
    assert len(guest.member.keyring.asked) == 1


async def test_who_is_in_or_waits_does_not_ask_again(here: Village) -> None:
    guest = await asks(here)
    for who in (guest, here.member):
        with pytest.raises(NotAllowed):
            await asks(here, guest=who)
    assert len(asked(here)) == 1


async def test_words_in_a_row_have_an_end(here: Village) -> None:
    guest = await asks(here)
    for number in range(MOST_UNANSWERED - 1):
        await asking.say(guest.member, mine(here, guest), str(number))
    with pytest.raises(TooMuch):
        await asking.say(guest.member, mine(here, guest), "And more.")
    await answering.write_back(here.founder.circle(here.circle), asked(here)[0], "I read it.")
    await asking.say(guest.member, mine(here, guest), "Thank you.")


async def test_a_full_desk_is_said_and_nothing_stays(here: Village) -> None:
    guest = await here.world.sign_up()
    await _fill_desk(here)
    with pytest.raises(TooMuch):
        await asks(here, guest=guest)
    assert not guest.member.has(here.circle)
    assert guest.member.keyring.asked == ()
    await answering.clear_all_desks(here.founder.member)
    await asks(here, guest=guest)


async def test_strangers_can_not_fill_the_desk_that_members_write_to(here: Village) -> None:
    await _fill_desk(here)
    assert here.world.store.mail(desks(care(here)[1])[0].box) == []


async def _fill_desk(here: Village) -> None:
    admitted, today = notice(here).admission, here.world.clock.day()
    for number in range(BOX_ENVELOPES):
        mail = Mail(number.to_bytes(16, "big"), today, b"junk" * 600)
        await here.world.store.answer_invite(admitted.proof, admitted.inviter_inbox, mail)


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [(("x" * 501, ""), TextTooLong), (("one",), BadChoice), (("1", "2", "3"), BadChoice)],
)
async def test_answers_have_bounds(here: Village, answers: tuple[str, ...], wrong: type[BadInput]) -> None:
    guest = await here.world.sign_up()
    with pytest.raises(wrong):
        await asking.ask(guest.member, notice(here), "lamp", answers)
    with pytest.raises(TextMissing):
        await asking.ask(guest.member, notice(here), "  ", ANSWERS)
    assert not guest.member.has(here.circle)


# who may answer


async def test_a_group_that_grows_has_three_stewards_first(here: Village) -> None:
    for number in range(3):
        await here.world.join(here.circle, here.founder, f"guest {number}")
    await asks(here)
    with pytest.raises(StewardsFirst):
        await say_yes(here, asked(here)[0])


async def test_in_a_storm_nobody_is_let_in(here: Village) -> None:
    guest = await asks(here)
    await set_charter(here, level=3)
    with pytest.raises(NotAllowed):
        await say_yes(here, asked(here)[0])
    with pytest.raises(InviteSpent):
        await asking.say(guest.member, mine(here, guest), "Are you there?")
    assert not asking.takes_letters(guest.member, mine(here, guest))
    await say_no(here, asked(here)[0], "later")
    assert asking.how_declined(room_of(here, guest), persona(here, guest).key) == "later"


async def test_members_read_no_request(here: Village) -> None:
    await asks(here)
    with pytest.raises(NotThere):
        care(here, here.member)
    await answering.clear_all_desks(here.member.member)
    assert len(asked(here)) == 1


async def test_a_steward_who_comes_later_reads_what_waits(here: Village) -> None:
    await asks(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    assert [one.application.handle for one in asked(here, here.member)] == ["lamp"]


async def test_a_steward_who_is_out_does_not_find_who_asks_since(here: Village) -> None:
    old = desks(care(here, here.steward)[1])
    await leaving.remove(here.founder.circle(here.circle), here.steward.persona(here.circle))
    await asks(here)
    assert len(asked(here)) == 1
    assert all(here.world.store.mail(desk.strangers) == [] for desk in old)


# programs of somebody's own, and a hub that lies


async def _into_room(
    here: Village, guest: Person, line: Line, sender: Persona | None = None, circle: bytes = b""
) -> None:
    me = persona(here, guest)
    room = desk_of(me.room)
    kem, inbox = envelopes.public_key(room.seed), digest(INBOX, room.box)
    place = (circle or here.circle, letters.ROOM, kem, inbox, here.world.clock.day())
    mail = letters.write_letter(sender or me, *place, encode(line), here.world.random)
    await here.world.store.answer_invite(notice(here).admission.proof, inbox, mail)


async def _onto_desk(here: Village, sender: Persona, body: bytes, circle: bytes = b"") -> None:
    desk = notice(here).admission
    place = (circle or here.circle, letters.KNOCK, desk.inviter_kem, desk.inviter_inbox, here.world.clock.day())
    mail = letters.write_letter(sender, *place, body, here.world.random)
    await here.world.store.answer_invite(desk.proof, desk.inviter_inbox, mail)


STRANGER = Persona(b"s" * 32)


async def test_a_knock_with_an_empty_or_foreign_room_is_junk(here: Village) -> None:
    guest = await asks(here)
    for body in (
        encode(Knock(b"r" * 32)),
        encode(Knock(b"short")),
        b"\xc1",
        encode(Knock(persona(here, guest).room)),
    ):
        await _onto_desk(here, STRANGER, body)
    await _onto_desk(here, STRANGER, encode(Knock(STRANGER.room)), circle=b"c" * 32)
    assert [one.persona for one in asked(here)] == [persona(here, guest).key]
    await answering.clear_all_desks(here.founder.member)
    assert len(here.world.store.mail(desks(care(here)[1])[0].strangers)) == 1


async def test_a_persona_asks_once(here: Village) -> None:
    guest = await asks(here)
    me = persona(here, guest)
    await _onto_desk(here, me, encode(Knock(me.room)))
    assert len(asked(here)) == 1
    await answering.clear_all_desks(here.founder.member)
    assert len(here.world.store.mail(desks(care(here)[1])[0].strangers)) == 1


async def test_a_member_gets_no_second_name_by_asking(here: Village) -> None:
    """Their own persona is in the roster already; with a new one they are somebody that stewards don't know."""
    member = Persona(mine(here, here.member).persona)
    application = Application("lamp", member.kem_key, member.inbox(BOX), (), ())
    await _into_room_of(here, member, Line(APPLY, 0, "", application))
    await _onto_desk(here, member, encode(Knock(member.room)))
    assert asked(here) == []


async def _into_room_of(here: Village, who: Persona, line: Line) -> None:
    mail, inbox = applicants.sealed(here.world.services, who, here.circle, who.room, line)
    await here.world.store.answer_invite(notice(here).admission.proof, inbox, mail)


async def test_who_asks_can_not_speak_for_the_team(here: Village) -> None:
    guest = await asks(here)
    for line in (Line(ACCEPT, 1, ""), Line(DECLINE, 2, "full")):
        await _into_room(here, guest, line)
        await _into_room(here, guest, line, sender=STRANGER)
    (one,) = asked(here)
    assert (one.said, one.is_accepted) == ((), False)
    assert asking.how_declined(room_of(here, guest)[:2], persona(here, guest).key) == ""


SOUND = Application("lamp", STRANGER.kem_key, b"i" * 32, ("Why?",), ("So.",))
UNSOUND: dict[str, Line] = {
    "another kind": Line("order", 0, "x"),
    "an empty word": Line(WORD, 0, ""),
    "a long word": Line(WORD, 0, "x" * 1001),
    "a turned word": Line(WORD, 0, "\u202ex"),
    "a number below": Line(WORD, -1, "x"),
    "a number beyond": Line(WORD, 10_001, "x"),
    "a no of one's own": Line(DECLINE, 0, "never"),
    "a yes with words": Line(ACCEPT, 0, "yes"),
    "a word with an application": Line(WORD, 0, "x", SOUND),
    "an application with words": Line(APPLY, 0, "x", SOUND),
    "none in it": Line(APPLY, 0, ""),
    "a hidden name": Line(APPLY, 0, "", replace(SOUND, handle="\u200b")),
    "no key": Line(APPLY, 0, "", replace(SOUND, kem=b"\xff" * 1216)),
    "a short box": Line(APPLY, 0, "", replace(SOUND, inbox=b"i")),
    "an answer too few": Line(APPLY, 0, "", replace(SOUND, answers=())),
    "a long answer": Line(APPLY, 0, "", replace(SOUND, answers=("x" * 501,))),
    "a long question": Line(APPLY, 0, "", replace(SOUND, questions=("x" * 161,))),
    "many questions": Line(APPLY, 0, "", replace(SOUND, questions=("q",) * 4, answers=("a",) * 4)),
}


@pytest.mark.parametrize("line", UNSOUND.values(), ids=UNSOUND.keys())
async def test_what_no_program_of_ours_writes_is_passed_over(here: Village, line: Line) -> None:
    with pytest.raises(BadInput):
        applicants.require_sound_line(line)
    guest = await asks(here)
    await _into_room(here, guest, line)
    assert asked(here)[0].said == ()
    assert len(room_of(here, guest)) == 1


async def test_sound_lines_are_sound() -> None:
    for line in (Line(APPLY, 0, "", SOUND), Line(WORD, 3, "x\ny"), Line(ACCEPT, 4, ""), Line(DECLINE, 5, "later")):
        applicants.require_sound_line(line)


async def test_a_line_about_another_circle_says_nothing_here(here: Village) -> None:
    guest = await asks(here)
    await _into_room(here, guest, Line(WORD, 1, "x"), circle=b"c" * 32)
    assert asked(here)[0].said == ()


async def test_a_hub_that_keeps_what_was_deleted_brings_nobody_in(here: Village) -> None:
    """It can show a request that was taken back, or a no that was read; keys sent then open for nobody."""
    guest = await asks(here)
    before = here.world.hub.image()["_boxes"]
    await asking.withdraw(guest.member, mine(here, guest))
    here.world.hub._boxes = before
    await say_yes(here, asked(here)[0])
    assert not guest.member.has(here.circle)
    assert "lamp" not in handles(here.founder.circle(here.circle))


async def test_a_hub_that_moves_letters_opens_none(here: Village) -> None:
    """What was said in one room says nothing in another, nor on another day."""
    one, other = await asks(here, "lamp"), await asks(here, "fig")
    boxes = [desk_of(persona(here, who).room).box for who in (one, other)]
    hers = here.world.store.mail(boxes[1])
    here.world.hub.lies["mail"] = lambda honest, token: hers if token == boxes[0] else honest
    assert room_of(here, one) == []
    assert [request.application.handle for request in asked(here)] == ["fig"]
    here.world.hub.lies["mail"] = lambda honest, token: [replaced(mail, day=mail.day - 1) for mail in honest]
    assert room_of(here, one) == []
    assert asked(here) == []


async def test_a_hub_that_hides_letters_lets_a_request_be_over(here: Village) -> None:
    guest = await asks(here)
    here.world.hub.lies["mail"] = lambda honest, token: []
    assert room_of(here, guest) == []
    assert asked(here) == []


FORGED: dict[str, Callable[[Notice], Notice]] = {
    "no key": lambda one: replace(one, admission=replace(one.admission, inviter_kem=b"\xff" * 1216)),
    "a short box": lambda one: replace(one, admission=replace(one.admission, inviter_inbox=b"i")),
    "a short number": lambda one: replace(one, admission=replace(one.admission, proof=b"i")),
    "many questions": lambda one: replace(one, questions=("q",) * 4),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_page_that_no_program_of_ours_signs_is_no_page(
    here: Village, forge: Callable[[Notice], Notice]
) -> None:
    made = forge(notice(here))
    signed = replace(made, signature=here.founder.circle(here.circle).log.persona.sign(publishing._signed(made)))
    await here.world.store.put_page(page_of(here.circle), pad(encode(signed), PAGE_SIZE))
    with pytest.raises(NotThere):
        notice(here)


async def test_a_hub_that_swaps_the_desk_is_seen_by_stewards(here: Village) -> None:
    """A stranger has the hub's word for the page; the next steward's session writes the true one."""
    mine_ = Persona(b"h" * 32)
    forged = replace(notice(here), signer=mine_.key)
    forged = replace(forged, admission=replace(forged.admission, inviter_kem=STRANGER.kem_key), signature=b"")
    forged = replace(forged, signature=mine_.sign(publishing._signed(forged)))
    await here.world.store.put_page(page_of(here.circle), pad(encode(forged), PAGE_SIZE))
    assert notice(here).admission.inviter_kem == STRANGER.kem_key
    await leaving.turn_all_due(here.founder.member)
    assert notice(here).admission.inviter_kem != STRANGER.kem_key


async def test_a_steward_without_keys_leaves_the_page_as_it_is(here: Village) -> None:
    circle = here.founder.circle(here.circle)
    await roles.give(circle, here.member.persona(here.circle), STEWARD)
    before = notice(here)
    await publishing.follow(here.member.circle(here.circle))
    assert notice(here) == before
