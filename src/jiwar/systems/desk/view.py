"""What dispatchers' pages show: the queue, one request with what was said, who has how many.

Implements spec/protocol.md §9.8. `inner` is the dispatchers' role circle everywhere. A queue costs one read of the
store and one a request, for its room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import callers, speech
from jiwar.circles.callers import Talk
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import desks
from jiwar.errors import NotThere
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


def desk(inner: Circle) -> bytes:
    """The object in which all requests stand."""
    return object_name(DESK, inner.id)


def cases(inner: Circle) -> list[Standing]:
    """Every request that is known, the oldest first; each caller once."""
    found: dict[bytes, Standing] = {}
    try:
        rows = inner.log.rows(desk(inner), 1, LAST_NUMBER, rules.MOST_SHOWN, newest=True)
    except NotThere:
        return []
    for slot in speech.slots_of(rows):
        standing = _standing(inner, slot)
        if standing is not None:
            found.setdefault(standing.case.caller, standing)
    return list(found.values())


def _standing(inner: Circle, rows: tuple[RecordRow, ...]) -> Standing | None:
    own = next((row for row in rows if row.number == row.slot), None)
    if own is None or not own.value:
        return None
    opened = inner.log.readable(desk(inner), [row for row in rows if row.value])
    counting = speech.what_counts(own, opened, speech.judge_of(inner))
    return rules.standing(own.slot, counting) if counting else None


def talk(inner: Circle, standing: Standing) -> Talk:
    """What was said with a caller. Raises NotThere when it was taken back, or is over."""
    found = callers.read(inner.services, standing.case.room, standing.case.caller)
    if found.circle != inner.group:
        raise NotThere
    return found


def _open(inner: Circle, standing: Standing) -> Open:
    """Raises NotThere."""
    said = talk(inner, standing)
    holder = member_of(inner.state, standing.holder)
    here = holder is not None and holder.active
    me = inner.log.persona.key
    return Open(standing, said, rules.part(standing, said.last, said.is_with_dispatchers, me, here))


def queue(inner: Circle) -> list[Open]:
    """Every request whose room is there, the oldest first."""
    return list(_all_open(inner))


def _all_open(inner: Circle) -> Iterator[Open]:
    for standing in cases(inner):
        with suppress(NotThere):
            yield _open(inner, standing)


def one(inner: Circle, slot: int) -> Open:
    """Raises NotThere, also for one that was taken back or is over."""
    rows = tuple(inner.log.rows(desk(inner), slot, slot, 1))
    standing = _standing(inner, rows) if rows else None
    if standing is None:
        raise NotThere
    return _open(inner, standing)


def lying(inner: Circle) -> int:
    """How many letters lie at the window that nobody has gathered."""
    return sum(len(inner.services.store.mail(keys.strangers)) for keys in desks(inner))


def workload(found: list[Open]) -> Counter[bytes]:
    """How many open requests each dispatcher has."""
    return Counter(one.standing.holder for one in found if one.part in ("mine", "others", "waiting"))
