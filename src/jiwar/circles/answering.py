"""Answering who asks to join: the stewards' side of a request.

Implements spec/protocol.md §4.10. Who asks is found by a knock on the desk for strangers, whose keys come from the
stewards' circle (`founding.desks`), and heard in the applicant's room (`applicants`).

Does not hide from the stewards of the time what was said in the room, nor from one who was removed since: they have
its secret until the request is decided.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import applicants, invitations, letters, roles, texts
from jiwar.circles.applicants import (
    ACCEPT,
    APPLY,
    DECLINE,
    DECLINED,
    WORD,
    WORD_LIMIT,
    Application,
    Knock,
    Line,
    Said,
)
from jiwar.circles.circle import Circle
from jiwar.circles.entering import send_keys
from jiwar.circles.fold import LONGEST_WAIT, member_of
from jiwar.circles.founding import desk_of, desks, write_own
from jiwar.circles.member import Member
from jiwar.circles.model import LETTER, CircleState, Invite, Revoke
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import INVITE_NUMBER
from jiwar.crypto.signing import public_key, require_sound_key
from jiwar.errors import BadChoice, BadInput, BadSignature, NotAllowed, TooMuch
from jiwar.wire.canonical import decode, encode


@dataclass(frozen=True)
class Request:
    """Somebody who asks, as the stewards see them; `said` is what was written since, in order."""

    eid: bytes
    day: int
    persona: bytes
    room: bytes
    application: Application
    said: tuple[Said, ...]

    @property
    def is_accepted(self) -> bool:
        return any(one.line.kind == ACCEPT for one in self.said)

    @property
    def waits_for_us(self) -> bool:
        return not self.said or self.said[-1].sender == self.persona


def requests(circle: Circle, care: Circle) -> list[Request]:
    """Everybody who asks and hasn't been answered for good, oldest first; each persona once."""
    found: dict[bytes, Request] = {}
    for letter, room in _knocks(circle, care):
        if letter.sender not in found and (request := _request(circle, letter, room)) is not None:
            found[letter.sender] = request
    return sorted(found.values(), key=lambda one: (one.day, one.eid))


def _knocks(circle: Circle, care: Circle) -> list[tuple[letters.Received, bytes]]:
    """What lies on the desks for strangers, of all epochs that this steward holds, with the room that it opens."""
    store, today, found = circle.services.store, circle.services.clock.day(), []
    for desk in desks(care):
        for letter in letters.read_box(store, desk.strangers, desk.seed, letters.KNOCK, today):
            with suppress(BadInput, BadSignature):
                require_sound_key(letter.sender)
                room = decode(letter.body, Knock).room
                if letter.circle == circle.id and len(room) == 32:
                    found.append((letter, room))
    return found


def _request(circle: Circle, letter: letters.Received, room: bytes) -> Request | None:
    """What a knock asks for; None for one that was taken back, is decided or over, or by who is in already."""
    said = applicants.read_room(circle.services, room, circle.id)
    began = next((one for one in said if one.line.kind == APPLY and one.sender == letter.sender), None)
    if began is None or began.line.application is None or applicants.is_over(said, circle.services.clock.day()):
        return None
    since = tuple(one for one in said if _may_say(circle.state, letter.sender, one))
    decided = any(one.line.kind == DECLINE for one in since)
    if decided or member_of(circle.state, letter.sender) is not None:
        return None
    return Request(letter.eid, began.day, letter.sender, room, began.line.application, since)


def _may_say(state: CircleState, persona: bytes, said: Said) -> bool:
    """Who asks adds words; whoever is in the circle and has the room's secret answers."""
    if said.sender == persona:
        return said.line.kind == WORD
    return said.line.kind != APPLY and member_of(state, said.sender) is not None


async def _put(circle: Circle, asked: Request, line: Line) -> None:
    mail, inbox = applicants.sealed(circle.services, circle.log.persona, circle.id, asked.room, line)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, inbox, mail)


async def write_back(circle: Circle, asked: Request, text: str) -> None:
    """Say something to somebody who asks. Raises TextMissing, TextTooLong, TooMuch."""
    await _put(circle, asked, applicants.next_line(asked.said, WORD, texts.passage(text, WORD_LIMIT)))


async def accept(circle: Circle, asked: Request) -> None:
    """Send the keys to somebody who asks; again, if the ones before have turned meanwhile: those then open nothing.

    The request stands until they have come in, or it is over. Raises NotAllowed where the weather lets nobody in,
    StewardsFirst, Full, Conflict, TooMuch (their own box).
    """
    invitations.require_may_write(circle)
    services, last_day = circle.services, circle.services.clock.day() + LONGEST_WAIT
    proof, number = services.random(32), derive(asked.room, INVITE_NUMBER)
    await write_own(circle, "invite", encode(Invite(public_key(proof), number, LETTER, 1, last_day, 0)))
    if all(one.invite.proof != public_key(proof) for one in circle.state.invites):
        raise NotAllowed
    await _end_before(circle, number, public_key(proof))
    if member_of(circle.state, asked.persona) is not None:
        # They came in meanwhile, by keys that another steward sent: these would let in somebody else.
        await write_own(circle, "revoke", encode(Revoke(public_key(proof))))
        return
    await send_keys(circle, proof, last_day, asked.application.kem, asked.application.inbox)
    await _decide(circle, asked, ACCEPT)


async def _end_before(circle: Circle, number: bytes, proof: bytes) -> None:
    """End invitations of the same request that stand before this one. Two stewards may accept at once: each of them
    sees what stands before their own, so that the last one is left, and it alone.
    """
    for one in circle.state.invites:
        if one.invite.proof == proof:
            return
        if one.invite.number == number:
            await write_own(circle, "revoke", encode(Revoke(one.invite.proof)))


async def _decide(circle: Circle, asked: Request, kind: str, text: str = "") -> list[bytes]:
    """Have the last word, also in a full room: then all goes but the request itself. Return what lay there."""
    services, box = circle.services, desk_of(asked.room).box
    said, before = applicants.read_room(services, asked.room, circle.id), applicants.lying(services, box)
    line = applicants.next_line(said, kind, text)
    try:
        await _put(circle, asked, line)
    except TooMuch:
        began = next((one.eid for one in said if one.line.kind == APPLY and one.sender == asked.persona), b"")
        await applicants.empty(services, box, [eid for eid in before if eid != began])
        await _put(circle, asked, line)
    return before


async def decline(circle: Circle, care: Circle, asked: Request, how: str) -> None:
    """Say no, in one of a few ready ways; what was said before goes. Raises BadChoice."""
    if how not in DECLINED:
        raise BadChoice
    before = await _decide(circle, asked, DECLINE, how)
    await applicants.empty(circle.services, desk_of(asked.room).box, before)
    await clear_desk(circle, care)


async def clear_desk(circle: Circle, care: Circle) -> None:
    """Delete what fills the desks for strangers and asks for nothing (any more), and rooms that are over."""
    services, today = circle.services, circle.services.clock.day()
    # Listed before it is judged: whoever knocks meanwhile is kept.
    found = {desk.strangers: applicants.lying(services, desk.strangers) for desk in desks(care)}
    standing = {one.eid for one in requests(circle, care)}
    for letter, room in _knocks(circle, care):
        said = applicants.read_room(services, room, circle.id)
        if letter.eid not in standing and said and applicants.is_over(said, today):
            box = desk_of(room).box
            await applicants.empty(services, box, applicants.lying(services, box))
    for box, eids in found.items():
        await applicants.empty(services, box, [eid for eid in eids if eid not in standing])


async def clear_all_desks(member: Member) -> None:
    """Done when a steward comes back."""
    await roles.wherever_held(member, clear_desk)
