"""Asking to join: who asks makes a persona for it, knocks at the stewards' desk for strangers, and waits.

Implements spec/protocol.md §4.10. What is said meanwhile lies in the applicant's room (`applicants`); the stewards'
side is `answering`. Who takes a request back empties the room, and then the knock says nothing.

- What is let in is the persona that asked, by the same letter of keys as into a hidden circle (`entering.take_keys`).
- A request that nobody answers for two weeks is over for both sides; whichever comes by next deletes it.
- How often somebody asks is counted in their own keyring, by days and without naming a circle. The hub can't count
  it: whoever makes a new key begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import applicants, entering, handles, letters, publishing, texts
from jiwar.circles.applicants import ANSWER_LIMIT, APPLY, DECLINE, WORD, WORD_LIMIT, Application, Knock, Line, Said
from jiwar.circles.founding import BOX, desk_of
from jiwar.circles.member import Member, Services
from jiwar.circles.model import Charter
from jiwar.circles.publishing import Notice
from jiwar.errors import BadChoice, Full, InviteSpent, NotAllowed, NotThere, TooMuch
from jiwar.keyring import shelves
from jiwar.keyring.model import Keyring, Membership
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.wire.canonical import encode

MOST_UNANSWERED = 4
"""What who asks may say in a row: a courtesy of the page, beside what a box holds."""
MOST_ASKED = 3
ASKED_DAYS = 30
"""So often somebody asks, and in so many days: kept by their own program."""
_ROOM = b""
"""The room's mark in the trail of a circle that I wait for, in which no object can be seen."""


def clean_answers(notice: Notice, answers: Iterable[str]) -> tuple[str, ...]:
    """One for each question. Raises TextTooLong, BadChoice."""
    clean = tuple(texts.passage(answer, ANSWER_LIMIT, required=False) for answer in answers)
    if len(clean) != len(notice.questions):
        raise BadChoice
    return clean


def may_ask(keyring: Keyring, today: int) -> bool:
    """Whether this account has asked few enough times lately."""
    return len(_lately(keyring, today)) < MOST_ASKED


def _lately(keyring: Keyring, today: int) -> tuple[int, ...]:
    return tuple(day for day in keyring.asked if day + ASKED_DAYS > today)


async def ask(member: Member, notice: Notice, handle: str, answers: tuple[str, ...]) -> None:
    """Ask a circle's stewards to be let in, and wait.

    Raises NotAllowed (I am in it, or ask already), Full (asked too often), InviteSpent (it takes no requests any
    more), TooMuch (as many wait as may), TextMissing, TextTooLong, BadChoice, KeyringFull.
    """
    services, today = member.services, member.services.clock.day()
    if not notice.is_asked or member.has(notice.circle):
        raise NotAllowed
    if not may_ask(member.keyring, today):
        raise Full
    handle, clean = handles.sound_handle(handle), clean_answers(notice, answers)
    membership, trail = entering.entry_point(notice.admission, services.random(32), handle, today)
    persona = Persona(membership.persona)
    application = Application(handle, persona.kem_key, persona.inbox(BOX), notice.questions, clean)
    line = Line(APPLY, 0, "", application)
    applicants.require_sound_line(line)

    def begin(ring: Keyring) -> Keyring:
        inside = shelves.with_trail(shelves.with_membership(ring, membership), trail)
        return replace(inside, asked=(*_lately(ring, today), today))

    # First the persona, then the letters: an answer to keys that nobody has would be lost.
    await member.update(begin)
    try:
        await _tell(services, persona, notice, line)
        await _knock(services, persona, notice)
    except (InviteSpent, TooMuch):
        await _forget(member, membership)
        await member.update(lambda ring: replace(ring, asked=_lately(ring, today)[:-1]))
        raise


async def _knock(services: Services, persona: Persona, notice: Notice) -> None:
    desk, body, today = notice.admission, encode(Knock(persona.room)), services.clock.day()
    place = (notice.circle, letters.KNOCK, desk.inviter_kem, desk.inviter_inbox, today)
    mail = letters.write_letter(persona, *place, body, services.random)
    await _admitted(services, notice, desk.inviter_inbox, mail)


async def _tell(services: Services, persona: Persona, notice: Notice, line: Line) -> None:
    mail, inbox = applicants.sealed(services, persona, notice.circle, persona.room, line)
    await _admitted(services, notice, inbox, mail)


async def _admitted(services: Services, notice: Notice, inbox: bytes, mail: Mail) -> None:
    """Leave a letter, as a stranger may. Raises InviteSpent when the circle takes none any more, TooMuch."""
    try:
        await services.store.answer_invite(notice.admission.proof, inbox, mail)
    except NotThere:
        raise InviteSpent from None


def my_room(member: Member, membership: Membership) -> list[Said]:
    """What was said between me and the stewards of a circle that I asked, in order; nothing once it is over."""
    said = applicants.read_room(member.services, Persona(membership.persona).room, membership.circle)
    return [] if applicants.is_over(said, member.services.clock.day()) else said


def how_declined(said: Iterable[Said], me: bytes) -> str:
    """How the stewards have said no; empty while they haven't."""
    return next((one.line.text for one in said if one.line.kind == DECLINE and one.sender != me), "")


def is_answered(member: Member, membership: Membership) -> bool:
    """Whether the stewards have said something, a word or a no, that I haven't read."""
    me, read = Persona(membership.persona).key, member.trail(membership.circle).read_up_to(_ROOM)
    return any(one.sender != me and one.line.number > read for one in my_room(member, membership))


def has_read(member: Member, membership: Membership, said: list[Said]) -> None:
    """I know by now what stands in the room."""
    if said:
        trail = member.trail(membership.circle)
        member.remember(trail.mark(_ROOM, max(one.line.number for one in said)))


def takes_letters(member: Member, membership: Membership) -> bool:
    """Whether its stewards can be written to now."""
    notice = publishing.standing(member.services, membership.circle)
    return notice is not None and notice.is_asked


def may_say(said: list[Said], me: bytes) -> bool:
    """Whether the next word may be mine: not after so many in a row, nor when it is decided."""
    last = said[-MOST_UNANSWERED:]
    in_a_row = len(last) == MOST_UNANSWERED and all(one.sender == me for one in last)
    return bool(said) and not how_declined(said, me) and not in_a_row


def open_door(member: Member, membership: Membership) -> Charter | None:
    """What a circle says of itself inside once its keys have come; None while they haven't, or have turned."""
    for _, admitted in entering.arrived(member, membership):
        with suppress(InviteSpent):
            return entering.charter_seen_by(member.services, admitted)
    return None


async def say(member: Member, membership: Membership, text: str) -> None:
    """Add a word while I wait.

    Raises NotThere (nothing to wait for), InviteSpent (it takes no letters now), TooMuch, TextMissing, TextTooLong.
    """
    said, persona = my_room(member, membership), Persona(membership.persona)
    if not membership.asked or not said or how_declined(said, persona.key):
        raise NotThere
    text = texts.passage(text, WORD_LIMIT)
    if not may_say(said, persona.key):
        raise TooMuch
    notice = publishing.standing(member.services, membership.circle)
    if notice is None or not notice.is_asked:
        raise InviteSpent
    await _tell(member.services, persona, notice, applicants.next_line(said, WORD, text))


async def withdraw(member: Member, membership: Membership) -> None:
    """Wait no longer: nothing of it stays in the room, nor with me."""
    if not (membership.waiting and membership.asked):
        raise NotThere
    await _forget(member, membership)


async def _forget(member: Member, membership: Membership) -> None:
    await leave_room(member.services, membership)
    await member.forget_circle(membership.circle)


async def leave_room(services: Services, membership: Membership) -> None:
    """Delete everything that lies in the room of whoever asked, sound or not, and keys that were sent there."""
    persona = Persona(membership.persona)
    for box in (desk_of(persona.room).box, persona.box(BOX)):
        await applicants.empty(services, box, applicants.lying(services, box))
