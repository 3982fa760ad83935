"""Asking to join: an applicant's room, before there is a circle to share: letters in two boxes.

Implements spec/protocol.md §8.1. An applicant writes to the stewards' box for strangers, they write to the box of the
persona that asks; each side keeps a copy of what it said in its own box, so that all stewards see the whole of it.
All of it is one purpose, and goes when the stewards have decided.

- Only an application begins something; any other letter about somebody who hasn't asked is junk and is cleared away.
- Who writes to an applicant knows a key and a box that stand in the application alone, which only stewards can open.
- A persona asks once: it is made for it, and becomes the member's when they are let in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import charters, handles, letters, publishing, texts
from jiwar.circles.circle import Circle
from jiwar.circles.entering import send_keys
from jiwar.circles.fold import LONGEST_LETTER, member_of
from jiwar.circles.founding import BOX, desks, write_own
from jiwar.circles.leaving import care_of
from jiwar.circles.member import Member, Services
from jiwar.circles.model import ASKED, LETTER, Desk, Invite
from jiwar.circles.publishing import Notice
from jiwar.crypto import envelopes
from jiwar.crypto.signing import public_key, require_sound_key
from jiwar.errors import BadChoice, BadInput, BadSignature, InviteSpent, JiwarError, NotAllowed, NotThere, TooMuch
from jiwar.keyring.model import Membership, Trail
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.wire.canonical import Wire, decode, encode

ANSWER_LIMIT = 500
WORD_LIMIT = 1_000
MOST_UNANSWERED = 4
"""Letters of an applicant in a row: a courtesy of the page, beside what the store's boxes hold."""
_LAST_NUMBER = 10_000
APPLY, WORD, DECLINE, WITHDRAW = "apply", "word", "decline", "withdraw"


class Application(Wire, frozen=True):
    """What somebody who asks says of themselves, and where an answer finds them."""

    handle: str
    kem: bytes
    inbox: bytes
    questions: tuple[str, ...]
    answers: tuple[str, ...]


class Line(Wire, frozen=True):
    """The body of every letter here. `about` is the persona that asks; `number` orders what was said on one day."""

    kind: str
    about: bytes
    number: int
    text: str
    application: Application | None = None


@dataclass(frozen=True)
class Said:
    """One line as either side sees it."""

    eid: bytes
    day: int
    sender: bytes
    line: Line
    box: bytes

    @property
    def order(self) -> tuple[int, int]:
        return self.day, self.line.number


@dataclass(frozen=True)
class Request:
    """Somebody who asks, as the stewards see them; `said` is what was written since, in order."""

    eid: bytes
    day: int
    persona: bytes
    application: Application
    said: tuple[Said, ...]

    @property
    def waits_for_us(self) -> bool:
        return not self.said or self.said[-1].sender == self.persona


def _lines(services: Services, box: bytes, seed: bytes, circle: bytes) -> Iterable[Said]:
    """Every sound line of a box, in no order."""
    today = services.clock.day()
    for letter in letters.read_box(services.store, box, seed, letters.ASKING, today):
        try:
            line = decode(letter.body, Line)
            _require_sound(line)
        except (BadInput, BadSignature):
            continue
        if letter.circle == circle:
            yield Said(letter.eid, letter.day, letter.sender, line, box)


def _require_sound(line: Line) -> None:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    bare = line.kind in (WORD, DECLINE, WITHDRAW) and line.application is None
    if not (0 <= line.number <= _LAST_NUMBER and texts.is_sound(line.text, WORD_LIMIT, lines=True, required=False)):
        raise BadChoice
    if line.kind == APPLY and line.application is not None:
        _require_sound_application(line.application)
    elif not bare:
        raise BadChoice


def _require_sound_application(said: Application) -> None:
    handles.require_sound_handle(said.handle)
    envelopes.require_sound_key(said.kem)
    charters.require_sound_words(said.handle, "", (), said.questions)
    if len(said.inbox) != 32 or len(said.answers) != len(said.questions):
        raise BadChoice
    if not all(texts.is_sound(answer, ANSWER_LIMIT, lines=True, required=False) for answer in said.answers):
        raise BadChoice


# who asks


async def ask(member: Member, notice: Notice, handle: str, answers: tuple[str, ...]) -> None:
    """Ask a circle's stewards to be let in, and wait.

    Raises NotAllowed (I am in it, or ask already), InviteSpent (it takes no requests any more), TooMuch (as many wait
    as may), TextMissing, TextTooLong, KeyringFull.
    """
    if notice.access != ASKED or member.has(notice.circle):
        raise NotAllowed
    services, today = member.services, member.services.clock.day()
    handle = handles.sound_handle(handle)
    clean = tuple(texts.passage(answer, ANSWER_LIMIT, required=False) for answer in answers)
    blank = services.random(32)
    membership = Membership(notice.circle, b"", b"", blank, today, name=notice.name, handle=handle, waiting=True)
    persona = Persona(membership.persona)
    application = Application(handle, persona.kem_key, persona.inbox(BOX), notice.questions, clean)
    _require_sound_application(application)
    # First the persona, then the letter: an answer to keys that nobody has would be lost.
    await member.add_circles((membership, Trail(notice.circle, ())))
    try:
        await _tell(services, persona, notice, Line(APPLY, persona.key, 0, "", application))
    except (InviteSpent, TooMuch):
        await member.forget_circle(notice.circle)
        raise


async def _tell(services: Services, persona: Persona, notice: Notice, line: Line) -> None:
    """Write to the stewards, and keep a copy. Raises InviteSpent, TooMuch."""
    if notice.desk is None:
        raise InviteSpent
    own = Desk(persona.kem_key, persona.inbox(BOX))
    try:
        for desk in (notice.desk, own):
            mail = _sealed(services, persona, notice.circle, desk, line)
            await services.store.answer_invite(notice.ticket, desk.inbox, mail)
    except NotThere:
        raise InviteSpent from None


def _sealed(services: Services, persona: Persona, circle: bytes, to: Desk, line: Line) -> Mail:
    today, body = services.clock.day(), encode(line)
    return letters.write_letter(persona, circle, letters.ASKING, to.kem, to.inbox, today, body, services.random)


def my_request(member: Member, membership: Membership) -> list[Said]:
    """What was written between me and the stewards of a circle that I asked, in order; empty if I never asked."""
    persona = Persona(membership.persona)
    said = _lines(member.services, persona.box(BOX), persona.kem_seed, membership.circle)
    return sorted((one for one in said if one.line.about == persona.key), key=lambda one: one.order)


def was_declined(said: list[Said]) -> bool:
    """Whether the stewards have said no."""
    return any(one.line.kind == DECLINE and one.sender != one.line.about for one in said)


async def say(member: Member, membership: Membership, text: str) -> None:
    """Write to the stewards while I wait.

    Raises NotThere (nothing to wait for), InviteSpent (it takes no letters now), TooMuch, TextMissing, TextTooLong.
    """
    said = my_request(member, membership)
    if not said or was_declined(said):
        raise NotThere
    text = texts.passage(text, WORD_LIMIT)
    persona = Persona(membership.persona)
    last = said[-MOST_UNANSWERED:]
    if len(last) == MOST_UNANSWERED and all(one.sender == persona.key for one in last):
        raise TooMuch
    await _tell(member.services, persona, _standing_notice(member, membership), _word(persona.key, said, text))


def takes_letters(member: Member, membership: Membership) -> bool:
    """Whether its stewards can be written to now."""
    try:
        return publishing.notice_of(member.services, membership.circle).access == ASKED
    except NotThere:
        return False


def _standing_notice(member: Member, membership: Membership) -> Notice:
    try:
        return publishing.notice_of(member.services, membership.circle)
    except NotThere:
        raise InviteSpent from None


def _word(about: bytes, said: Iterable[Said], text: str, kind: str = WORD) -> Line:
    return Line(kind, about, 1 + max((one.line.number for one in said), default=0), text)


async def withdraw(member: Member, membership: Membership) -> None:
    """Wait no longer: the stewards are told if they can be, and nothing of it stays with me."""
    said, persona = my_request(member, membership), Persona(membership.persona)
    if said and not was_declined(said):
        with suppress(InviteSpent, TooMuch):
            line = _word(persona.key, said, "", WITHDRAW)
            await _tell(member.services, persona, _standing_notice(member, membership), line)
    await forget_letters(member, membership)
    await member.forget_circle(membership.circle)


async def forget_letters(member: Member, membership: Membership) -> None:
    """Nothing that was written stays in my box."""
    for one in my_request(member, membership):
        await member.services.store.delete_mail(one.box, one.eid)


# the stewards


def requests(circle: Circle, role: Circle) -> list[Request]:
    """Everybody who asks and hasn't been answered, oldest first."""
    found: dict[bytes, list[Said]] = {}
    for one in _all_lines(circle, role):
        found.setdefault(one.line.about, []).append(one)
    asked = [request for persona, said in found.items() if (request := _request(persona, said))]
    return sorted(asked, key=lambda one: one.day)


def _all_lines(circle: Circle, role: Circle) -> list[Said]:
    """What lies in the boxes for strangers, of all epochs that this steward holds, by those who may have written it."""
    found = [one for desk in desks(role) for one in _lines(circle.services, desk.asking, desk.seed, circle.id)]
    return [one for one in found if one.sender == one.line.about or member_of(circle.state, one.sender)]


def _request(persona: bytes, said: list[Said]) -> Request | None:
    """A request, unless it was taken back; whoever wrote two applications asks by the first."""
    own = [one for one in said if one.sender == persona]
    began = min((one for one in own if one.line.kind == APPLY), key=lambda one: (*one.order, one.eid), default=None)
    if began is None or began.line.application is None or any(one.line.kind == WITHDRAW for one in own):
        return None
    try:
        require_sound_key(persona)
    except BadSignature:
        return None
    since = tuple(sorted((one for one in said if one.line.kind == WORD), key=lambda one: one.order))
    return Request(began.eid, began.day, persona, began.line.application, since)


async def write_back(circle: Circle, role: Circle, asked: Request, text: str) -> None:
    """Write to somebody who asks. Raises TextMissing, TextTooLong, TooMuch."""
    line = _word(asked.persona, asked.said, texts.passage(text, WORD_LIMIT))
    # The copy first: what the others of the team can't see was not said.
    await _put(circle, publishing.asking_desk(role), line)
    await _put(circle, Desk(asked.application.kem, asked.application.inbox), line)


async def _put(circle: Circle, to: Desk, line: Line) -> None:
    mail = _sealed(circle.services, circle.log.persona, circle.id, to, line)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, to.inbox, mail)


async def accept(circle: Circle, role: Circle, asked: Request) -> None:
    """Send the keys to somebody who asks. Raises NotAllowed where the weather lets nobody in, Conflict, TooMuch."""
    proof, number = circle.services.random(32), circle.services.random(32)
    last_day = circle.services.clock.day() + LONGEST_LETTER
    await write_own(circle, "invite", encode(Invite(public_key(proof), number, LETTER, 1, last_day, 0)))
    if all(one.invite.proof != public_key(proof) for one in circle.state.invites):
        raise NotAllowed
    await send_keys(circle, proof, last_day, asked.application.kem, asked.application.inbox)
    await _settle(circle, role, asked)


async def decline(circle: Circle, role: Circle, asked: Request) -> None:
    """Say no, without a reason: the page that reads it has a kind sentence. Raises TooMuch."""
    line = _word(asked.persona, asked.said, "", DECLINE)
    await _put(circle, Desk(asked.application.kem, asked.application.inbox), line)
    await _settle(circle, role, asked)


async def _settle(circle: Circle, role: Circle, asked: Request) -> None:
    """It has been decided: every letter about it goes."""
    store = circle.services.store
    about = [one for one in _all_lines(circle, role) if one.line.about == asked.persona]
    await asyncio.gather(*(store.delete_mail(one.box, one.eid) for one in about))


async def clear_boxes(circle: Circle, role: Circle) -> None:
    """Delete what fills the boxes for strangers and belongs to no request, taken back or made up."""
    store, held = circle.services.store, requests(circle, role)
    sound = {one.eid for asked in held for one in asked.said} | {asked.eid for asked in held}
    for desk in desks(role):
        junk = [mail.eid for mail in store.mail(desk.asking) if mail.eid not in sound]
        await asyncio.gather(*(store.delete_mail(desk.asking, eid) for eid in junk))


async def clear_all_boxes(member: Member) -> None:
    """Done when a steward comes back; a circle that can't be opened keeps nobody from the others."""
    for membership in member.memberships():
        if not membership.waiting and member.role_circle_of(membership.circle) is not None:
            with suppress(JiwarError):
                circle = Circle(member, membership.circle)
                if role := care_of(circle):
                    await clear_boxes(circle, role)
