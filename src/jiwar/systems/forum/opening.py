"""Opening who began an answerable topic: one steward asks with a reason, another agrees, and everybody is told.

Implements spec/protocol.md §9.15. What the two write to each other stands in the stewards' circle, one object for
each asking, under the topic's own day and lane: it is gone when the topic's time is up. That it was opened stands
beside what began the topic, and is written before any half is passed on. Who agreed passes theirs on first, and who
asked when they look: asking gives nothing away. What opened is written nowhere: each of the two puts it together anew
when they look.

- Only who is named in the topic takes part; every steward sees that it was asked, why and by whom.
- Halves are passed on sealed, each to the other one of its pair.
- A copy of what is sealed stands in the asking, so that a topic can be removed at once and opened after.

Does not keep: two who can open it from doing so without a word, with programs of their own; who asked from keeping
what opened from who agreed; either from passing on something else, or from keeping what they have read.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import answerable, nudges, speech
from jiwar.circles.answerable import OPENED, NameOpened
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Together
from jiwar.circles.texts import is_sound, passage
from jiwar.errors import BadInput, Damaged, Full, NotAllowed, NotThere
from jiwar.log import shelf
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.store.contract import RecordRow
from jiwar.systems.forum import rules, unnamed, view
from jiwar.systems.forum.model import (
    AGREED,
    DECLINED,
    OPENING,
    PASSED,
    NameAgreed,
    NameAsked,
    NameDeclined,
    NamePassed,
)
from jiwar.systems.forum.unnamed import Here
from jiwar.wire.canonical import Wire, decode, encode

COLLECTION = "openings"
REASON_LIMIT = 600
MOST_LISTED, MOST_READ = 60, 120
"""Askings, and records of each, that are read; nothing is added to one that has as many."""
NOBODY = b""
"""What opened and names none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one steward asked, under the day and lane of the topic.

    agreed: who agreed, with the half that they passed on to who asked. passed: with whom of them who asked has looked
    since, with the half that these got back; an empty one where what came together names nobody.
    """

    obj: bytes
    first: shelf.Opened
    said: NameAsked
    agreed: dict[bytes, bytes]
    passed: dict[bytes, bytes]
    declined: frozenset[bytes]
    is_full: bool

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
        """Whether anybody is needed still: nobody agreed, or nothing came of it."""
        in_vain = all(self.passed.get(one) == NOBODY for one in self.agreed)
        return in_vain and any(map(self.awaits, self.said.sealed.recipients))

    @property
    def to_open(self) -> list[bytes]:
        """Who agreed since whoever asked has looked."""
        return [one for one in self.agreed if one not in self.passed]


# what stands


def here(circle: Circle, obj: bytes) -> Here:
    """The circle as it is for a topic that two stewards can open. Raises NotThere for any other."""
    found = view.here(circle, obj)
    if not isinstance(found, Here) or not unnamed.sealed_in(found, found.first).recipients:
        raise NotThere
    return found


def told(circle: Circle, obj: bytes) -> int:
    """The day on which two opened who began a topic, as one of those named there wrote beside it; else 0.

    Where the topic was removed or taken back since, nobody can read any more who is named: then, as one of today's
    stewards wrote.
    """
    try:
        rows = _beginning(circle, obj)
    except NotThere:
        return 0
    latest, opened = circle.services.clock.day() + 1, circle.log.readable(obj, [row for row in rows if row.value])
    first = speech.read_slot(Together(circle, obj), obj, rows, rules.is_sound_post)
    named, judge = unnamed.whatever_is_sealed(first).recipients, speech.judge_of(circle)
    for record in speech.what_counts(rows[0], opened, judge):
        day, author = answerable.day_told(record), record.author
        if 0 < day <= latest and (author in named if named else judge.is_steward(author)):
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
    agreed, passed, declined = dict[bytes, bytes](), dict[bytes, bytes](), set[bytes]()
    for record in (one for one in rest if one.author in said.sealed.recipients):
        with suppress(BadInput):
            asks = record.author == first.author
            if asks and record.kind == PASSED and _is_passed(back := decode(record.body, NamePassed), agreed):
                passed.setdefault(back.to, back.half)
            elif not asks and record.kind == AGREED and _is_half(half := decode(record.body, NameAgreed).half):
                agreed.setdefault(record.author, half)
            elif not asks and record.kind == DECLINED:
                decode(record.body, NameDeclined)
                declined.add(record.author)
    return Asked(obj, first, said, agreed, passed, frozenset(declined), len(rows) >= MOST_READ)


def _is_half(half: bytes) -> bool:
    return len(half) == answerable.PASSED


def _is_passed(back: NamePassed, agreed: dict[bytes, bytes]) -> bool:
    """Whether it goes to somebody who has agreed before."""
    return back.to in agreed and (back.half == NOBODY or _is_half(back.half))


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
    )


# the verbs


async def ask(circle: Circle, inner: Circle, topic: bytes, reason: str) -> None:
    """Ask the others who can to open who began a topic; it passes nothing on. Raises TextMissing, TextTooLong,
    NotThere (the topic, or I am not among them), NotAllowed (I have asked already), Damaged (what was sealed for me
    doesn't open).
    """
    reason, there = passage(reason, REASON_LIMIT), here(circle, topic)
    if any(one.by == circle.log.persona.key for one in about(inner, topic)):
        raise NotAllowed
    sealed, today = unnamed.sealed_in(there, there.first), circle.services.clock.day()
    answerable.my_halves(circle, topic, sealed)
    said = encode(NameAsked(topic, today, reason, sealed))
    obj, first = circle.services.random(16), there.first
    entry = Entry(obj, OPENING, said, first.keep, day=first.day, collection=COLLECTION)
    await inner.log.append(entry, lambda _: b"", create=True)
    inner.keep_trail(inner.trail)
    nudges.ring(inner)


async def agree(circle: Circle, inner: Circle, asking: bytes) -> None:
    """Open with who asked: everybody is told, then my half is passed on to them. They see it first, and I when they
    have passed theirs back.

    Raises NotThere (also where nothing is left of the topic to tell it beside), NotAllowed (it isn't mine to say, or
    who asked is no steward now), Full, Damaged (what was sealed for me doesn't open).
    """
    one = _mine_to_answer(inner, asking)
    _still_to_open(circle, one)
    halves = answerable.my_halves(circle, one.topic, one.said.sealed)
    half = answerable.pass_on(circle, one.topic, one.said.sealed, one.by, halves[one.by])
    if not told(circle, one.topic):
        await tell(circle, one.topic, circle.services.clock.day())
    await _append(inner, _mine_to_answer(inner, asking), AGREED, NameAgreed(half))
    nudges.ring(inner)


def _still_to_open(circle: Circle, one: Asked) -> None:
    """Raises NotThere for what would outlive its topic, with nobody told; NotAllowed for who is no steward now."""
    began, asks = _beginning(circle, one.topic)[0], circle.sketch.member(one.by)
    if (began.day, began.keep) != (one.first.day, one.first.keep):
        raise NotThere
    if asks is None or not asks.is_steward:
        raise NotAllowed


async def tell(circle: Circle, topic: bytes, day: int) -> None:
    """Tell everybody that who began a topic was opened. Raises NotThere where nothing is left of it."""
    await speech.write_beside(circle, topic, _beginning(circle, topic)[0], OPENED, NameOpened(day))


async def look(circle: Circle, inner: Circle, asking: bytes) -> None:
    """Open what I asked, with whoever agreed since, and pass my half back where it names somebody. Raises NotThere,
    NotAllowed (nobody agreed since, or somebody else asked), Full, Damaged (what was sealed for me doesn't open).
    """
    one = _standing(inner, asking)
    if one.by != circle.log.persona.key or not one.to_open:
        raise NotAllowed
    if one.is_full:
        raise Full
    halves = answerable.my_halves(circle, one.topic, one.said.sealed)
    for other in one.to_open:
        half = NOBODY
        if _together(circle, one, halves, other, one.agreed[other]) != NOBODY:
            with suppress(NotThere):  # They have gone.
                half = answerable.pass_on(circle, one.topic, one.said.sealed, other, halves[other])
        await _append(inner, one, PASSED, NamePassed(other, half))
    nudges.ring(inner)


async def decline(inner: Circle, asking: bytes) -> None:
    """Not with me. Another one who can may still agree. Raises NotThere, NotAllowed, Full."""
    await _append(inner, _mine_to_answer(inner, asking), DECLINED, NameDeclined())


async def withdraw(inner: Circle, asking: bytes) -> None:
    """Take back what I asked, as long as nobody has agreed. Raises NotThere, NotAllowed."""
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
    """What somebody else asked of me, and I said nothing to. Raises NotThere, NotAllowed, Full."""
    one = _standing(inner, asking)
    if not one.awaits(inner.log.persona.key):
        raise NotAllowed
    if one.is_full:  # What I say would be read by nobody.
        raise Full
    return one


async def _append(inner: Circle, one: Asked, kind: str, body: Wire) -> None:
    await inner.log.append(Entry(one.obj, kind, encode(body), one.first.keep, day=one.first.day))
    inner.keep_trail(inner.trail)


# what opened


def opened(circle: Circle, one: Asked) -> bytes | None:
    """Who began the topic, as somebody who asked or agreed opens it once who asked has looked: their key, or NOBODY
    where what came together names none. None where there is nothing that I can open.
    """
    theirs = _passed_to(circle.log.persona.key, one)
    if not theirs:
        return None
    with suppress(Damaged):
        halves = answerable.my_halves(circle, one.topic, one.said.sealed)
        found = (_together(circle, one, halves, *passed) for passed in theirs.items())
        return next((who for who in found if who != NOBODY), NOBODY)
    return NOBODY


def _passed_to(me: bytes, one: Asked) -> dict[bytes, bytes]:
    """What was passed on to me, by whom, and who asked has looked at."""
    if one.by == me:
        return {other: one.agreed[other] for other in one.passed}
    return {one.by: one.passed[me]} if me in one.passed else {}


def _together(circle: Circle, one: Asked, halves: dict[bytes, bytes], other: bytes, passed: bytes) -> bytes:
    """Whom my half and another's name together, or NOBODY."""
    with suppress(Damaged, BadInput):
        theirs = answerable.passed_on(circle, one.topic, one.said.sealed, other, passed)
        return answerable.open_name(circle, one.topic, one.said.sealed, halves[other], theirs)
    return NOBODY
