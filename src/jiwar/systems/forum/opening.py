"""Opening who began an answerable topic: one steward asks with a reason, another agrees, and everybody is told.

Implements spec/protocol.md §9.15. What the two write to each other stands in the stewards' circle, one object for
each asking, under the topic's own day and lane: it is gone when the topic's time is up. That it was opened stands
beside what began the topic, and is written before anything opens. What opened is written nowhere: each of the two
puts it together anew when they look.

- Only who is named in the topic takes part; every steward sees that it was asked, why and by whom.
- Halves are passed on sealed, each to the other one of its pair.
- A copy of what is sealed stands in the asking, so that a topic can be removed at once and opened after.

Does not keep: two who can open it from doing so without a word, with programs of their own; who was asked from
keeping what they have read.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import answerable, nudges, speech
from jiwar.circles.circle import Circle
from jiwar.circles.texts import is_sound, passage
from jiwar.errors import BadInput, Damaged, NotAllowed, NotThere
from jiwar.log import shelf
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.store.contract import RecordRow
from jiwar.systems.forum import unnamed, view
from jiwar.systems.forum.model import (
    AGREED,
    DECLINED,
    OPENED,
    OPENING,
    NameAgreed,
    NameAsked,
    NameDeclined,
    NameOpened,
)
from jiwar.systems.forum.unnamed import Here
from jiwar.wire.canonical import Wire, decode, encode

COLLECTION = "openings"
REASON_LIMIT = 600
MOST_LISTED, MOST_READ = 60, 30
"""Askings, and records of each, that are read."""
NOBODY = b""
"""What opened and names none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one steward asked, under the day and lane of the topic. agreed: who agreed, with the half that they passed
    on to who asked.
    """

    obj: bytes
    first: shelf.Opened
    said: NameAsked
    agreed: dict[bytes, bytes]
    declined: frozenset[bytes]

    @property
    def by(self) -> bytes:
        return self.first.author

    @property
    def topic(self) -> bytes:
        return self.said.topic

    def awaits(self, persona: bytes) -> bool:
        """Whether it is somebody's to agree or decline."""
        spoken = {self.by, *self.agreed, *self.declined}
        return persona in self.said.sealed.recipients and persona not in spoken

    @property
    def is_open(self) -> bool:
        """Whether anybody may agree still."""
        return not self.agreed and any(map(self.awaits, self.said.sealed.recipients))


# what stands


def here(circle: Circle, obj: bytes) -> Here:
    """The circle as it is for a topic that two stewards can open. Raises NotThere for any other."""
    found = view.here(circle, obj)
    if not isinstance(found, Here) or not unnamed.sealed_in(found, found.first).recipients:
        raise NotThere
    return found


def told(circle: Circle, obj: bytes) -> int:
    """The day on which two opened who began a topic, as one of today's stewards wrote beside it; else 0. Also where
    the topic was removed or taken back since.
    """
    try:
        rows = _beginning(circle, obj)
    except NotThere:
        return 0
    latest, opened = circle.services.clock.day() + 1, circle.log.readable(obj, [row for row in rows if row.value])
    for record in speech.what_counts(rows[0], opened, speech.judge_of(circle)):
        author = circle.sketch.member(record.author)
        if record.kind == OPENED and author is not None and author.is_steward:
            with suppress(BadInput):
                day = decode(record.body, NameOpened).day
                if record.day <= day <= latest:
                    return day
    return 0


def _beginning(circle: Circle, obj: bytes) -> list[RecordRow]:
    """The slot that began a topic. Raises NotThere."""
    rows = circle.log.rows(obj, 0, LAST_NUMBER, 1)
    if not rows or rows[0].number != rows[0].slot:
        raise NotThere
    return rows


def all_asked(inner: Circle) -> list[Asked]:
    """What stands of what was asked, the latest first."""
    found = (_asked(inner, row.obj) for row in inner.log.covers(COLLECTION, None, MOST_LISTED))
    return [one for one in found if one is not None]


def about(inner: Circle, topic: bytes) -> list[Asked]:
    """What was asked about one topic."""
    return [one for one in all_asked(inner) if one.topic == topic]


def _asked(inner: Circle, obj: bytes) -> Asked | None:
    """One asking, unless it was withdrawn or is none that a program of ours could have written."""
    rows = inner.log.rows(obj, 0, LAST_NUMBER, MOST_READ)
    records = [one for one in inner.log.readable(obj, [row for row in rows if row.value]) if inner.counts(one)]
    try:
        first, *rest = records
        said = decode(first.body, NameAsked)
    except (ValueError, BadInput):
        return None
    if not _is_sound(first, said):
        return None
    others, agreed, declined = set(said.sealed.recipients) - {first.author}, dict[bytes, bytes](), set[bytes]()
    for record in (one for one in rest if one.author in others):
        with suppress(BadInput):
            if record.kind == AGREED and len(half := decode(record.body, NameAgreed).half) == answerable.PASSED:
                agreed.setdefault(record.author, half)
            elif record.kind == DECLINED:
                decode(record.body, NameDeclined)
                declined.add(record.author)
    return Asked(obj, first, said, agreed, frozenset(declined))


def _is_sound(first: shelf.Opened, said: NameAsked) -> bool:
    """Whether a program of ours could have written it."""
    who = said.sealed.recipients
    return (
        first.kind == OPENING
        and first.slot == first.number
        and 0 < first.keep <= unnamed.LONGEST_DAYS
        and first.day <= said.day
        and answerable.is_sound(said.sealed)
        and first.author in who
        and is_sound(said.reason, REASON_LIMIT, lines=True)
        and len(said.halves) == len(who)
        and all(len(half) in (0, answerable.PASSED) for half in said.halves)
    )


# the verbs


async def ask(circle: Circle, inner: Circle, topic: bytes, reason: str) -> None:
    """Ask the others who can to open who began a topic. Raises TextMissing, TextTooLong, NotThere (the topic, or I am
    not among them), NotAllowed (I have asked already), Damaged (what was sealed for me doesn't open).
    """
    reason, there = passage(reason, REASON_LIMIT), here(circle, topic)
    if any(one.by == circle.log.persona.key for one in about(inner, topic)):
        raise NotAllowed
    sealed, today = unnamed.sealed_in(there, there.first), circle.services.clock.day()
    halves = answerable.my_halves(circle, topic, sealed)
    passed = tuple(_passed_on(circle, topic, one, halves.get(one, b"")) for one in sealed.recipients)
    said = encode(NameAsked(topic, today, reason, sealed, passed))
    obj, first = circle.services.random(16), there.first
    entry = Entry(obj, OPENING, said, first.keep, day=first.day, collection=COLLECTION)
    await inner.log.append(entry, lambda _: b"", create=True)
    inner.keep_trail(inner.trail)
    nudges.ring(inner)


def _passed_on(circle: Circle, topic: bytes, to: bytes, half: bytes) -> bytes:
    """Nothing for myself, nor for who has gone."""
    with suppress(NotThere):
        return answerable.pass_on(circle, topic, to, half) if half else b""
    return b""


async def agree(circle: Circle, inner: Circle, asking: bytes) -> None:
    """Open with who asked. Everybody is told first. Raises NotThere, NotAllowed (it isn't mine to say), Damaged (what
    was sealed for me, or passed on to me, doesn't open).
    """
    one = _mine_to_answer(inner, asking)
    halves = answerable.my_halves(circle, one.topic, one.said.sealed)
    _half_of(circle, one)
    half = answerable.pass_on(circle, one.topic, one.by, halves[one.by])
    if not told(circle, one.topic):
        await tell(circle, one.topic, circle.services.clock.day())
    await _append(inner, one, AGREED, NameAgreed(half))
    nudges.ring(inner)


async def tell(circle: Circle, topic: bytes, day: int) -> None:
    """Tell everybody that who began a topic was opened, where anything is left of it."""
    with suppress(NotThere):
        await speech.write_beside(circle, topic, _beginning(circle, topic)[0], OPENED, NameOpened(day))


async def decline(inner: Circle, asking: bytes) -> None:
    """Not with me. Another one who can may still agree. Raises NotThere, NotAllowed."""
    await _append(inner, _mine_to_answer(inner, asking), DECLINED, NameDeclined())


async def withdraw(inner: Circle, asking: bytes) -> None:
    """Take back what I asked, with my halves, as long as nobody has agreed. Raises NotThere, NotAllowed."""
    one = _standing(inner, asking)
    if one.by != inner.log.persona.key or one.agreed:
        raise NotAllowed
    await inner.log.erase_own(one.obj, one.first.slot, one.first.number, one.first.rid)


def _standing(inner: Circle, asking: bytes) -> Asked:
    found = next((one for one in all_asked(inner) if one.obj == asking), None)
    if found is None:
        raise NotThere
    return found


def _mine_to_answer(inner: Circle, asking: bytes) -> Asked:
    """What somebody else asked of me, and I said nothing to. Raises NotThere, NotAllowed."""
    one = _standing(inner, asking)
    if not one.awaits(inner.log.persona.key):
        raise NotAllowed
    return one


async def _append(inner: Circle, one: Asked, kind: str, body: Wire) -> None:
    await inner.log.append(Entry(one.obj, kind, encode(body), one.first.keep, day=one.first.day))
    inner.keep_trail(inner.trail)


# what opened


def opened(circle: Circle, one: Asked) -> bytes | None:
    """Who began the topic, as somebody who asked or agreed opens it: their key, or NOBODY where what was sealed names
    none. None where there is nothing that I can open.
    """
    me = circle.log.persona.key
    if not one.agreed or me not in (one.by, *one.agreed):
        return None
    with suppress(Damaged):
        halves = answerable.my_halves(circle, one.topic, one.said.sealed)
        for other in one.agreed if one.by == me else [one.by]:
            with suppress(Damaged, BadInput):
                theirs = _half_of(circle, one) if one.by != me else _half_by(circle, one, other)
                return answerable.open_name(circle, one.topic, one.said.sealed, halves[other], theirs)
    return NOBODY


def _half_of(circle: Circle, one: Asked) -> bytes:
    """The half that who asked passed on to me. Raises Damaged."""
    at = one.said.sealed.recipients.index(circle.log.persona.key)
    return answerable.passed_on(circle, one.topic, one.by, one.said.halves[at])


def _half_by(circle: Circle, one: Asked, other: bytes) -> bytes:
    """The half that somebody who agreed passed on to me, who asked. Raises Damaged."""
    return answerable.passed_on(circle, one.topic, other, one.agreed[other])
