"""Counting for the figures of the board, and telling the group: done when a steward comes by.

Implements spec/protocol.md §9.14. `inner` is the stewards' role circle everywhere: the tally lies under their keys,
one record of it at a time; what the group is told lies in the group, a record for each period, the first of which
counts.

Does not count what came without an introduction, what the care team brought for others, nor, in one coming, more than
the newest of each side: what is left is passed over, and figures are lower.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from jiwar.circles import rights, roles, speech, still
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.model import STEWARD
from jiwar.circles.rights import period_of
from jiwar.circles.rounded import is_large_enough
from jiwar.errors import NotCanonical, NotThere
from jiwar.log.shelf import LAST_NUMBER, Opened, object_name
from jiwar.store.contract import RecordRow
from jiwar.systems.needs import figures, view
from jiwar.systems.needs.figures import NEVER, Seen
from jiwar.systems.needs.model import COLLECTIONS, NEED, TALLY, TOLD, Tally, Told
from jiwar.systems.needs.rules import WORKED
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import Wire, decode

TALLY_DAYS, TOLD_DAYS = 90, 365
MOST = 300
"""Of each side that one coming looks at, the newest."""
PERIODS = 6
"""That a page shows."""
Body = TypeVar("Body", bound=Wire)


def tally_object(inner: Circle) -> bytes:
    return object_name(TALLY, inner.id)


def told_object(circle: Circle) -> bytes:
    return object_name(TOLD, circle.id)


# reading


def tally(circle: Circle, inner: Circle) -> Tally | None:
    """The last sound one that a steward's program left; None where counting hasn't begun."""
    period, size = _now(circle), circle.log.state.size
    found = (_read(record, TALLY, Tally) for record in still.records(inner, tally_object(inner)))
    return next((one for one in found if one is not None and figures.is_sound_tally(one, period, size)), None)


def told(circle: Circle) -> list[Told]:
    """What the group was told, the latest period first: of each what was said first, by who is a steward now."""
    found: dict[int, Told] = {}
    for record in still.records(circle, told_object(circle)):
        said, author = _read(record, TOLD, Told), circle.sketch.member(record.author)
        if said is None or author is None or not author.holds(STEWARD):
            continue
        if figures.is_sound_told(said, min(_now(circle), period_of(record.day))):
            found[said.period] = said
    return [found[period] for period in sorted(found, reverse=True)][:PERIODS]


def people(circle: Circle) -> int:
    """Of how many figures would be."""
    return sum(one.active for one in circle.state.members)


def _now(circle: Circle) -> int:
    return period_of(circle.services.clock.day())


def _read(record: Opened, kind: str, body: type[Body]) -> Body | None:
    try:
        return decode(record.body, body) if record.kind == kind else None
    except NotCanonical:
        return None


# counting


async def look_after(circle: Circle, inner: Circle) -> None:
    """Tell of the period that is over, and count what is new. In a small group nothing is counted at all."""
    size, period = people(circle), _now(circle)
    if not circle.charter.aid.on or not is_large_enough(size):
        return
    standing = tally(circle, inner)
    if standing is not None and standing.period < period:
        await _tell(circle, figures.told(standing, size))
    seen = _seen(circle, standing.upto) if standing else ()
    fresh = figures.counted(standing, period, seen, circle.log.state.size)
    if standing is None or (fresh.period, fresh.counts) != (standing.period, standing.counts):
        await _keep(inner, fresh)


def _seen(circle: Circle, upto: int) -> Iterator[Seen]:
    """What stands and was begun or ended since the log had so many records."""
    known = rights.all_keys(circle)
    for side in COLLECTIONS:
        for row in view.rows(circle, side, limit=MOST):
            with suppress(NotThere):
                slot = circle.log.rows(row.obj, 0, LAST_NUMBER, 1)
                if slot and slot[-1].number >= upto:  # Of the others nothing is opened.
                    shown = view.one(circle, row.obj, known)
                    if shown.need.side == side and shown.standing in figures.INTRODUCED:
                        yield Seen(side, shown.slot, _worked(shown, slot))


def _worked(shown: Shown, slot: list[RecordRow]) -> int:
    """The number of what ended it as worked out, or NEVER: of all that was written beside it the first, also where
    that was emptied since, so that nobody ends one request again and again.
    """
    if shown.need.side != NEED or shown.need.outcome != WORKED:
        return NEVER
    return min((row.number for row in slot if row.number != row.slot), default=NEVER)


async def _keep(inner: Circle, fresh: Tally) -> None:
    """Write it down, and empty what stood before: of exact numbers no row of days is left."""
    obj = tally_object(inner)
    before = list(still.rows(inner, obj))
    await still.write(inner, obj, TALLY, fresh, TALLY_DAYS)
    await speech.erase_rows(inner, obj, before, speech.control_seed_of(inner))


async def _tell(circle: Circle, said: Told | None) -> None:
    if said is not None and all(one.period != said.period for one in told(circle)):
        await still.write(circle, told_object(circle), TOLD, said, TOLD_DAYS)


async def look_after_everywhere(member: Member) -> None:
    """Done when a steward comes back."""
    await roles.wherever_held(member, look_after)
