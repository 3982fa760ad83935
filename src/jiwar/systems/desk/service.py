"""The verbs of dispatchers: gather what came, take and hand over, note, answer, close.

Implements spec/protocol.md §9.8. `inner` is the dispatchers' role circle everywhere.
"""

from __future__ import annotations

import asyncio

from jiwar.circles import applicants, callers, letters, roles, speech, still, texts
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import desks
from jiwar.circles.letters import Received
from jiwar.circles.member import Member
from jiwar.circles.model import DISPATCHER
from jiwar.errors import BadInput, NotAllowed, NotThere
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Entry
from jiwar.systems.desk import rules, view
from jiwar.systems.desk.model import (
    CASE,
    DESK,
    DONE,
    HOLDING,
    MADE,
    NOTE,
    CallerCase,
    DeskBegun,
    Done,
    Holding,
    Made,
    Note,
)
from jiwar.systems.desk.view import Open, Rooms
from jiwar.wire.canonical import Wire, encode


async def gather(circle: Circle, inner: Circle) -> None:
    """Write down what came from members and through the window, and only then delete its slip: nothing that was taken
    is lost.

    What is no slip goes, and rooms that are over. When as many are open as may be, slips stay where they are. One
    comes behind the other, so that nothing is written down twice.
    """
    async with inner.services.publishing:
        found = await view.rooms(inner)
        await _sweep(inner, found.over)
        for inside in (True, False):
            await _gather(circle, inner, found, inside)


async def _gather(circle: Circle, inner: Circle, found: Rooms, inside: bool) -> None:
    store, today = inner.services.store, inner.services.clock.day()
    known = {one.case.caller for one in (*found.quiet, *(one.standing for one in found.open))}
    left = rules.MOST_OPEN - sum(one.part != "done" and one.standing.case.inside == inside for one in found.open)
    for keys in desks(inner):
        box = keys.box if inside else keys.strangers
        lying, kept = applicants.lying(inner.services, box), set()
        for letter in letters.read_box(store, box, keys.seed, letters.SLIP, today):
            if letter.sender in known or (case := _asked(circle, letter, inside)) is None:
                continue
            if left < 1:
                kept.add(letter.eid)
                continue
            await _write_down(circle, inner, case)
            known.add(letter.sender)
            left -= 1
            await asyncio.sleep(0)
        await applicants.empty(inner.services, box, [eid for eid in lying if eid not in kept])


def _asked(circle: Circle, letter: Received, inside: bool) -> CallerCase | None:
    """The request that a slip stands for; None for what is none, or was taken back."""
    try:
        room = callers.read_slip(letter.body)
        talk = callers.read(circle.services, room, letter.sender)
    except (BadInput, NotThere):
        return None
    return CallerCase(letter.sender, room, inside) if letter.circle == talk.circle == circle.id else None


async def _write_down(circle: Circle, inner: Circle, case: CallerCase) -> None:
    await still.begin(inner, view.desk(inner), DESK, DeskBegun())
    await inner.log.append(Entry(view.desk(inner), CASE, encode(case), rules.lane(circle.policy)))


async def _sweep(inner: Circle, over: list[rules.Standing]) -> None:
    """Empty the rooms that are over, and what I wrote down about them."""
    desk = view.desk(inner)
    for standing in over:
        await asyncio.sleep(0)
        await callers.take_back(inner.services, standing.case.room)
        rows = inner.log.rows(desk, standing.slot, standing.slot, 1)
        await speech.erase_own(inner, desk, inner.log.readable(desk, [row for row in rows if row.value]))


async def gather_everywhere(member: Member) -> None:
    """Done when a dispatcher comes back."""
    await roles.wherever_held(member, gather, DISPATCHER)


async def _beside(inner: Circle, found: Open, kind: str, body: Wire) -> None:
    """Write something down about a request, to expire with it."""
    case = found.standing
    entry = Entry(view.desk(inner), kind, encode(body), case.keep, slot=case.slot, day=case.day)
    await inner.log.append(entry)
    inner.keep_trail(inner.trail)


async def hand(inner: Circle, found: Open, persona: bytes) -> None:
    """Take a request, hand it to another dispatcher, or put it back (NOBODY). Raises NotAllowed for anybody else."""
    to = member_of(inner.state, persona)
    if persona and (to is None or not to.active):
        raise NotAllowed
    await _beside(inner, found, HOLDING, Holding(persona))


async def note(inner: Circle, found: Open, text: str) -> None:
    """For the other dispatchers. Raises TextMissing, TextTooLong."""
    await _beside(inner, found, NOTE, Note(texts.passage(text, rules.NOTE_LIMIT)))


async def made(inner: Circle, found: Open) -> None:
    """A request was made of it for the board, by a one-off of mine: the others needn't make another."""
    await _beside(inner, found, MADE, Made())


async def close(inner: Circle, found: Open) -> None:
    """It is done, until its caller says something more. They can read the answer for as long as before."""
    await _beside(inner, found, DONE, Done(found.talk.said_by_caller, len(found.talk.said)))


async def answer(inner: Circle, found: Open, text: str) -> None:
    """Say something to the caller; whoever does so looks after the request, if nobody does.

    Raises TextMissing, TextTooLong, TooMuch (the room is full).
    """
    room, line = found.standing.case.room, callers.next_line(found.talk, text)
    mail, inbox = callers.sealed(inner.services, _voice(inner, room), found.talk.circle, room, line)
    await inner.services.store.put_mail(inner.log.shelf, inner.log.newest.append, inbox, mail)
    if found.part == "new":
        await hand(inner, found, inner.log.persona.key)


def _voice(inner: Circle, room: bytes) -> Persona:
    return view.voice(inner.log.newest.record, room)
