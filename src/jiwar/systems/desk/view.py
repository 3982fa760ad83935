"""What dispatchers' pages show: the queue, one request with what was said, who has how many.

Implements spec/protocol.md §9.8. `inner` is the dispatchers' role circle everywhere. A look at the queue reads each
request's box once, and opens what this process hasn't opened before (`letters.read_lasting`); rooms of those that
are done, and where nothing came since, stay closed but for the latest few. The first look of a day costs a key
exchange for each letter of an open room: others get their turn between two rooms.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from jiwar.circles import callers, speech
from jiwar.circles.callers import Talk
from jiwar.circles.circle import Circle
from jiwar.circles.fold import LONGEST_WAIT, member_of
from jiwar.circles.founding import desk_of, desks
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import WINDOW_VOICE
from jiwar.errors import NotThere
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER, object_name
from jiwar.store.contract import RecordRow
from jiwar.systems.desk import rules
from jiwar.systems.desk.model import DESK
from jiwar.systems.desk.rules import Part, Standing


@dataclass(frozen=True)
class Open:
    """A request whose room is there."""

    standing: Standing
    talk: Talk
    part: Part


@dataclass(frozen=True)
class Rooms:
    """What one look at every request finds, each list the oldest first. `quiet`: done, and not looked into, because
    nothing came since; `over`: taken back, or ended.
    """

    open: list[Open]
    quiet: list[Standing]
    over: list[Standing]


def desk(inner: Circle) -> bytes:
    """The object in which all requests stand."""
    return object_name(DESK, inner.id)


def cases(inner: Circle) -> list[Standing]:
    """Every request that is known, the oldest first; each caller once, by the first of several slots."""
    found: dict[bytes, Standing] = {}
    for slot in _newest_slots(inner):
        standing = _standing(inner, slot)
        if standing is not None:
            found.pop(standing.case.caller, None)
            found[standing.case.caller] = standing
    return list(reversed(found.values()))


def _newest_slots(inner: Circle) -> Iterator[tuple[RecordRow, ...]]:
    """The slots of the desk, the newest first; what is answered, over or erased keeps nobody from those behind it."""
    last = LAST_NUMBER
    for _ in range(0, rules.MOST_READ, rules.PAGE):
        try:
            rows = inner.log.rows(desk(inner), 1, last, rules.PAGE, newest=True)
        except NotThere:
            return
        slots = list(speech.slots_of(rows))
        yield from reversed(slots)
        if len(slots) < rules.PAGE:
            return
        last = rows[0].slot - 1


def _standing(inner: Circle, rows: tuple[RecordRow, ...]) -> Standing | None:
    own = next((row for row in rows if row.number == row.slot), None)
    if own is None or not own.value:
        return None
    opened = inner.log.readable(desk(inner), [row for row in rows if row.value], again=True)
    counting = speech.what_counts(own, opened, speech.judge_of(inner))
    return rules.standing(own.slot, counting) if counting else None


def talk(inner: Circle, standing: Standing) -> Talk:
    """What the caller said, and dispatchers while their epoch stood (and a day longer: clocks may differ).

    So who is one no longer can put in nothing that passes for a word of today. Raises NotThere when it was taken
    back, or is over.
    """
    found = callers.read(inner.services, standing.case.room, standing.case.caller)
    if found.circle != inner.group:
        raise NotThere
    over = {voice(keys.record, standing.case.room).key: keys.last for keys in inner.trail.epochs}
    ours = {found.caller: 0, **over}
    said = (one for one in found.said if one.sender in ours and (not ours[one.sender] or one.day <= ours[one.sender]))
    return replace(found, said=tuple(said))


def voice(secret: bytes, room: bytes) -> Persona:
    """In a room all dispatchers of an epoch speak with one voice, which says of none of them who they are.

    `secret` is the epoch's record key.
    """
    return Persona(derive(secret, WINDOW_VOICE, room))


def _open(inner: Circle, standing: Standing) -> Open:
    """Raises NotThere."""
    said = talk(inner, standing)
    holder = member_of(inner.state, standing.holder)
    here = holder is not None and holder.active
    me = inner.log.persona.key
    return Open(standing, said, rules.part(standing, said.said_by_caller, said.is_with_dispatchers, me, here))


async def rooms(inner: Circle) -> Rooms:
    """Every request."""
    found = Rooms([], [], [])
    for standing in cases(inner):
        await asyncio.sleep(0)
        try:
            if standing.is_done and _is_quiet(inner, standing):
                found.quiet.append(standing)
            else:
                found.open.append(_open(inner, standing))
        except NotThere:
            found.over.append(standing)
    return found


async def queue(inner: Circle) -> list[Open]:
    """Every request whose room is there, the oldest first; of the quiet ones the latest few."""
    found = await rooms(inner)
    shown = found.open
    for standing in found.quiet[-rules.MOST_DONE :]:
        with suppress(NotThere):  # What lies there is nobody's word.
            shown.append(_open(inner, standing))
    return sorted(shown, key=lambda one: one.standing.slot)


def _is_quiet(inner: Circle, standing: Standing) -> bool:
    """Whether a request that is done has as many letters as lines then: nothing can have come since. Raises NotThere
    when its room is over.
    """
    lying = inner.services.store.mail(desk_of(standing.case.room).box)
    if not lying or max(mail.day for mail in lying) + LONGEST_WAIT < inner.services.clock.day():
        raise NotThere
    return len(lying) == standing.lines


def one(inner: Circle, slot: int) -> Open:
    """Raises NotThere, also for one that was taken back or is over."""
    rows = tuple(inner.log.rows(desk(inner), slot, slot, 1))
    standing = _standing(inner, rows) if rows else None
    if standing is None:
        raise NotThere
    return _open(inner, standing)


def lying(inner: Circle) -> int:
    """How many letters lie at the desk that nobody has gathered."""
    store = inner.services.store
    return sum(len(store.mail(box)) for keys in desks(inner) for box in (keys.box, keys.strangers))


def wanting(inner: Circle) -> int:
    """About how many requests want a word of mine or of anybody, without a look at what is said: those that are mine
    or nobody's, and those that are done where more letters lie than then.
    """
    return lying(inner) + sum(_may_want(inner, standing) for standing in cases(inner))


def _may_want(inner: Circle, standing: Standing) -> bool:
    letters = len(inner.services.store.mail(desk_of(standing.case.room).box))
    if standing.is_done:
        return letters not in (0, standing.lines)
    holder = member_of(inner.state, standing.holder)
    others = holder is not None and holder.active and holder.persona != inner.log.persona.key
    return letters > 0 and not others


def workload(found: list[Open]) -> Counter[bytes]:
    """How many open requests each dispatcher has."""
    return Counter(one.standing.holder for one in found if one.part in ("mine", "others", "waiting"))
