"""What pages show of needs and offers: lists, one of them, my own.

Implements spec/protocol.md §9.5. A list costs one read of the store however many there are; one of them two. A cover
that doesn't stand (somebody else than its one-off wrote it) costs reading the first slot of its object.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from jiwar.circles import confiding, oneoffs, rights, speech, words
from jiwar.circles.callers import Talk
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Aside
from jiwar.circles.rights import Known, Standing
from jiwar.circles.speech import Fate
from jiwar.circles.words import Heard
from jiwar.errors import Damaged, NotCanonical, NotThere
from jiwar.keyring.model import OneOff
from jiwar.log.covers import Folded
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import ObjectRow
from jiwar.systems.needs import rules
from jiwar.systems.needs.model import COLLECTIONS, NO_BOX, Need, NeedCover
from jiwar.wire.canonical import decode

PAGE = 30
PART, MOST = 100, 10_000
"""Of what is read for a plan: at once, and in all."""
NO_SLOT = -1
SOON = 2
"""Days before the last one on which its owner is reminded."""


@dataclass(frozen=True, slots=True)
class Line:
    """One as a list shows it; `until` is the last day on which it is listed."""

    obj: bytes
    head: int
    cover: NeedCover
    until: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Shown:
    """One, whole. `waits`: it is mine, and has not come yet; then it has no slot. `author` is its one-off's key."""

    obj: bytes
    slot: int
    head: int
    need: Need
    fate: Fate
    day: int
    part: int
    until: int
    author: bytes
    standing: Standing = "unsaid"
    waits: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether somebody is behind it who can be written to: not where the care team brought it for others."""
        return self.need.inbox != NO_BOX

    @property
    def is_open(self) -> bool:
        return self.fate == "stands" and not self.need.outcome


def rows(circle: Circle, side: str, before: int | None = None, limit: int = PAGE) -> list[ObjectRow]:
    """The latest of one side, still sealed; `before` is the head of the last one shown."""
    return circle.log.covers(COLLECTIONS[side], before, limit)


def lines(circle: Circle, side: str, found: list[ObjectRow]) -> list[Line]:
    """Those of them that stand open."""
    known = rights.all_keys(circle) if found else []
    shown = (line(circle, side, row, known) for row in found)
    return [one for one in shown if one is not None]


def line(circle: Circle, side: str, row: ObjectRow, known: list[Known]) -> Line | None:
    """One by its stored cover, or None when it can't be read, has ended, or is of the other side."""
    try:
        found = _line(circle, row, known)
    except (Damaged, NotCanonical, NotThere):
        return None
    return found if found.cover.text and found.cover.side == side else None


def whole(circle: Circle, side: str) -> Iterator[list[Line]]:
    """All that stands open on one side, the latest first, a part at a time: for a plan, not for a page."""
    before, left = None, MOST
    while left > 0:
        found = rows(circle, side, before, min(PART, left))
        yield lines(circle, side, found)
        if len(found) < PART:
            return
        before, left = found[-1].head, left - len(found)


def _line(circle: Circle, row: ObjectRow, known: list[Known]) -> Line:
    folded = circle.log.standing(row)
    cover, key = _cover(circle, folded)
    # Its cover is written with its first word: nothing after it is listed.
    standing = rights.standing(circle, known, cover.right, key, folded.day, folded.head)
    return Line(row.obj, row.head, cover, folded.day + folded.keep, standing)


def _cover(circle: Circle, folded: Folded) -> tuple[NeedCover, bytes]:
    """The cover that its one-off wrote, or what the first record says; and its key. Raises NotCanonical, NotThere."""
    latest = circle.services.clock.day() + 1  # Clocks differ a little.
    try:
        cover = decode(folded.fold, NeedCover)
        if rules.is_sound_cover(cover) and cover.said_day <= latest and Aside(circle, folded.obj).stands(folded):
            return cover, folded.signer
    except NotCanonical:
        pass
    found = _first(circle, folded)
    if not found.is_open:
        return rules.taken_away(found.need.side), found.author
    return rules.cover(found.need, found.day, max(found.part, 0)), found.author


def one(circle: Circle, obj: bytes, known: list[Known] | None = None) -> Shown:
    """`known`: keys of rights, where several are looked at. Raises NotThere, also for what has expired, was taken
    away, or is something else.
    """
    try:
        row = circle.log.cover(obj)
        found = _first(circle, circle.log.standing(row))
    except (Damaged, NotCanonical):
        raise NotThere from None
    if found.fate != "stands":
        raise NotThere
    known = rights.all_keys(circle) if known is None else known
    standing = rights.standing(circle, known, found.need.right, found.author, found.day, found.slot)
    return replace(found, standing=standing)


def _first(circle: Circle, folded: Folded) -> Shown:
    """What stands in the slot that began it, by its one-off. Raises NotThere, NotCanonical."""
    slots = speech.slots_of(circle.log.rows(folded.obj, 0, LAST_NUMBER, 1))
    aside = Aside(circle, folded.obj)
    standing = next((speech.read_slot(aside, folded.obj, slot, rules.is_sound_need) for slot in slots), None)
    if standing is None or standing.fate != "stands" or not aside.is_its_own(standing.author):
        raise NotThere
    need = rules.read(standing.body)
    until = standing.day + standing.keep
    place = (standing.day, standing.part, until, standing.author)
    return Shown(folded.obj, standing.slot, folded.head, need, standing.fate, *place)


def mine(circle: Circle, obj: bytes) -> Shown:
    """One of mine, also while it waits. Raises NotThere."""
    own = oneoffs.behind(circle, obj)
    if own is None or own.collection not in COLLECTIONS.values():
        raise NotThere
    return _waiting(obj, own) if own.kind and not circle.log.has(obj) else one(circle, obj)


def _waiting(obj: bytes, own: OneOff) -> Shown:
    need, cover = decode(own.body, Need), decode(own.cover, NeedCover)
    return Shown(obj, NO_SLOT, 0, need, "stands", own.day, cover.said_part, own.day + own.keep, b"", waits=True)


def all_mine(circle: Circle) -> list[Shown]:
    """Everything of mine in a circle that is open or waits, the latest first."""
    found = []
    for own in oneoffs.mine(circle, COLLECTIONS.values()):
        try:
            found.append(mine(circle, oneoffs.object_named(own)))
        except NotThere:
            continue
    return [one for one in found if one.is_open]


@dataclass(frozen=True, slots=True)
class Confided:
    """What dispatchers alone read: mine, with everything that was said. `name` is what its key gives."""

    name: bytes
    need: Need
    talk: Talk


def confided(circle: Circle, name: bytes) -> Confided:
    """One of mine. Raises NotThere, also when it is over."""
    talk = confiding.read(circle, confiding.behind(circle, name))
    try:
        return Confided(name, rules.told(talk.said[0].line.text, talk.more), talk)
    except NotCanonical:
        raise NotThere from None


def all_confided(circle: Circle) -> list[Confided]:
    """Everything that I confided in a circle, the latest first."""
    found = []
    for own in confiding.mine(circle):
        with suppress(NotThere):
            found.append(confided(circle, oneoffs.object_named(own)))
    return found


def asked(circle: Circle, talk: Talk) -> tuple[Need, Standing] | None:
    """What a member confided, as dispatchers read it, and what its right says of who is behind it; None for the
    words of who has no account.
    """
    first = talk.said[0]
    try:
        need = rules.told(first.line.text, talk.more)
    except NotCanonical:
        return None
    known = rights.all_keys(circle)
    return need, rights.standing(circle, known, need.right, talk.caller, first.day, LAST_NUMBER)


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said between two one-offs about a need, in order; `other` is the one that isn't mine."""

    other: bytes
    words: tuple[Heard, ...]

    @property
    def waits_for_me(self) -> bool:
        """Whether the last word was theirs."""
        return self.words[-1].sender == self.other


def threads(circle: Circle, obj: bytes) -> list[Thread]:
    """What was said to me behind a need of mine, by whom; or between me and whoever is behind somebody else's."""
    own = oneoffs.behind(circle, obj) or oneoffs.about(circle, obj)
    if own is None:
        return []
    me = oneoffs.persona_of(own)
    found: dict[bytes, list[Heard]] = {}
    for one in words.heard(circle, me, obj):
        if not own.about or oneoffs.object_of(circle.id, one.other(me.key)) == obj:
            found.setdefault(one.other(me.key), []).append(one)
    return [Thread(other, tuple(said)) for other, said in found.items() if other != me.key]


def written_about(circle: Circle) -> list[Shown]:
    """What of others stands open that I have written about."""
    found = []
    for own in oneoffs.all_mine(circle):
        if own.about:
            with suppress(NotThere):
                found.append(one(circle, own.about))
    return [shown for shown in found if shown.is_open]


def ends_soon(circle: Circle, shown: Shown) -> bool:
    """Whether its owner should be asked if it is still wanted."""
    left = shown.until - circle.services.clock.day()
    return not shown.waits and left <= SOON and left < shown.until - shown.day


def is_new(circle: Circle, row: ObjectRow) -> bool:
    """Whether I haven't looked at it."""
    return row.head > circle.trail.read_up_to(row.obj)
