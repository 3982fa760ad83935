"""Reports: a member draws attention to something written, or to somebody.

Implements spec/protocol.md §8. A report is a letter to the desk of a role, the stewards' or the moderators' as its
sender chooses; who doesn't hold that role has no key to it. It holds one record's words and its author's handle, a
reason, and the sender's persona, which its readers see. It is a copy: it outlives its subject until one of them has
dealt with it, or for as long as letters are kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from jiwar.circles import letters, noshows
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import desks
from jiwar.circles.member import Member
from jiwar.circles.model import MODERATOR, STEWARD
from jiwar.circles.roles import wherever_held
from jiwar.errors import BadChoice, BadInput, NotThere, TextTooLong
from jiwar.log.shelf import LAST_NUMBER
from jiwar.wire.canonical import Wire, decode, encode

WORDS_LIMIT = 2_000
MORE_LIMIT = 600
READERS = (STEWARD, MODERATOR)
"""Roles to which members write."""
REASONS = ("hurts", "reveals", "presses", "other")
"""Why somebody writes; the page says it in the reader's language."""


NOWHERE = -1
ID = 16


class Report(Wire, frozen=True):
    """What the letter says.

    A report about somebody rather than something has no `words`, no `obj`, and NOWHERE for its `slot`; one about what
    was written without a name has no `persona` and no `handle`. The words are
    what the sender says stood there: whoever reads compares them with what stands.
    """

    persona: bytes
    handle: str
    words: str
    reason: str
    more: str
    obj: bytes = b""
    slot: int = NOWHERE


@dataclass(frozen=True)
class Received:
    """A report as its readers have it."""

    eid: bytes
    day: int
    sender: bytes
    report: Report


async def report(
    circle: Circle,
    persona: bytes,
    words: str,
    reason: str,
    more: str,
    obj: bytes = b"",
    slot: int = NOWHERE,
    to: int = STEWARD,
) -> None:
    """Write to those who hold a role.

    `persona` is empty for something that has no name. Raises NotThere (no such person, no desk yet), BadChoice,
    TextTooLong, TooMuch (a full desk).
    """
    about, desk = member_of(circle.state, persona), circle.state.desk_of(to)
    if (about is None and (persona or not obj)) or desk is None:
        raise NotThere
    if reason not in REASONS:
        raise BadChoice
    if len(more) > MORE_LIMIT:
        raise TextTooLong(limit=MORE_LIMIT)
    services = circle.services
    body = encode(Report(persona, about.handle if about else "", words[:WORDS_LIMIT], reason, more, obj, slot))
    mail = letters.write_letter(
        circle.log.persona,
        circle.id,
        letters.REPORT,
        desk.kem,
        desk.inbox,
        services.clock.day(),
        body,
        services.random,
    )
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, desk.inbox, mail)


def recipients(circle: Circle) -> list[int]:
    """The roles to which one may write now."""
    return [role for role in READERS if circle.state.desk_of(role) is not None]


def waiting(circle: Circle, role: Circle) -> list[Received]:
    """Reports that nobody has dealt with, oldest first.

    A desk turns with its role circle; every epoch that I still hold opens its own letters.
    """
    store, today = circle.services.store, circle.services.clock.day()
    found = []
    for desk in desks(role):
        for letter in letters.read_box(store, desk.box, desk.seed, letters.REPORT, today):
            if letter.circle == circle.id and member_of(circle.state, letter.sender):
                found.append(letter)
    read = (_read(circle, letter) for letter in found)
    return sorted(filter(None, read), key=lambda one: one.day)


def all_waiting(circle: Circle, role: int, inner: Circle) -> int:
    """How many things wait on the desk of a role, if it has one: reports, and for stewards that nobody came."""
    if role not in READERS:
        return 0
    return len(waiting(circle, inner)) + (len(noshows.waiting(circle, inner)) if role == STEWARD else 0)


def _read(circle: Circle, letter: letters.Received) -> Received | None:
    try:
        report = decode(letter.body, Report)
    except BadInput:
        return None
    return Received(letter.eid, letter.day, letter.sender, report) if _is_sound(circle, report) else None


def _is_sound(circle: Circle, report: Report) -> bool:
    """Whether `report` could have written it: somebody's own program may put anything into a letter."""
    somewhere = len(report.obj) == ID and 0 <= report.slot <= LAST_NUMBER
    return (
        (member_of(circle.state, report.persona) is not None or (somewhere and not report.persona))
        and report.reason in REASONS
        and len(report.words) <= WORDS_LIMIT
        and len(report.more) <= MORE_LIMIT
        and (somewhere or (report.obj, report.slot) == (b"", NOWHERE))
    )


async def clear_desk(circle: Circle, role: Circle) -> None:
    """Delete what fills the desk and is no report: nobody would ever read it, and a full desk takes no report.

    Any member can leave such letters. What is sealed to the desk's own key and sound stays until it is settled, and
    what is for somebody else to gather.
    """
    store, sound = circle.services.store, {one.eid for one in waiting(circle, role)}
    sound |= {one.eid for one in noshows.lying(circle, role)}
    today = circle.services.clock.day()
    for desk in desks(role):
        sound |= {one.eid for one in letters.read_box(store, desk.box, desk.seed, letters.VOUCH, today)}
        junk = [mail.eid for mail in store.mail(desk.box) if mail.eid not in sound]
        await asyncio.gather(*(store.delete_mail(desk.box, eid) for eid in junk))


async def clear_all_desks(member: Member) -> None:
    """Done when somebody with a role comes back."""
    for role in READERS:
        await wherever_held(member, clear_desk, role)


async def settle(role: Circle, eid: bytes) -> None:
    """A report has been dealt with: the letter goes."""
    for desk in desks(role):
        await role.services.store.delete_mail(desk.box, eid)
