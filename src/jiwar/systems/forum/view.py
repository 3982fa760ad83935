"""What pages show of the forum: lists of topics, pages of posts, what is new.

Implements spec/protocol.md §9.2. A list costs one read of the store however many topics there are, and at most three
more where what it finds is not shown; a page of posts two reads however many posts there are. A cover that somebody
spoiled costs reading its topic, at most `MOST_READ_ANEW` slots for one circle in one request; topics beyond that are
left out of that list, and found by the next: what was folded anew is kept with what was rendered, and written with
the next post.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol, TypeVar

from jiwar.circles import speech
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Aside
from jiwar.circles.policy import OFF
from jiwar.circles.speech import Fate, Standing
from jiwar.errors import Damaged, NotCanonical, NotThere
from jiwar.log.covers import Folded
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import ObjectRow, RecordRow
from jiwar.systems.forum import rules, unnamed
from jiwar.systems.forum.model import COLLECTIONS, FORUM, NO_QUOTE, Post, TopicCover
from jiwar.wire.canonical import decode

_BATCH = 200
Slot = tuple[RecordRow, ...]
MOST_READ_ANEW = rules.PAGE * rules.MOST_PAGES
"""As many slots as the longest topic has."""
MOST_READ = 4
"""Times that a list is read on, where what it read is not shown."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as a list shows it."""

    obj: bytes
    head: int
    cover: TopicCover
    day: int
    keep: int

    @property
    def is_gone(self) -> bool:
        """Whether its first post was taken away and nobody had answered."""
        return not self.cover.title and self.cover.posts == 1

    def last_day(self) -> int:
        """The last day on which it is listed."""
        return self.day + self.keep


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post as a page shows it; texts are empty unless its fate is to stand."""

    slot: int
    day: int
    part: int
    author: bytes
    fate: Fate
    title: str
    text: str
    note: str
    quote: int
    edited: bool
    reactions: tuple[tuple[str, tuple[bytes, ...]], ...]


def open_topic(circle: Circle, row: ObjectRow) -> Topic:
    """Raises Damaged, NotCanonical for a topic that has expired, can't be read, or waits."""
    folded = circle.log.standing(row)
    here = unnamed.as_it_is(circle, folded)
    try:
        cover = standing_cover(here, folded)
    finally:
        circle.read_anew = here.read_anew
    if circle.held_back and _waits(circle, row.obj, rules.began_in(cover, row.head)):
        raise NotCanonical
    begun = here.first if isinstance(here, unnamed.Here) else folded
    return Topic(row.obj, row.head, cover, begun.day, begun.keep)


def _waits(circle: Circle, obj: bytes, slot: int) -> bool:
    """Whether what began a topic is held back: its title stands on the cover, which says nothing of that."""
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    opened = circle.log.readable(obj, [row for row in rows if row.value])
    found = speech.what_stands(rows, opened, speech.judge_of(circle), rules.is_sound_post)
    return found is not None and found.fate == "held"


class _Headed(Protocol):
    @property
    def head(self) -> int: ...


Headed = TypeVar("Headed", bound=_Headed)


def latest(
    circle: Circle, before: int | None, limit: int, shown: Callable[[list[ObjectRow]], list[Headed]]
) -> list[Headed]:
    """The latest topics of both kinds, as `shown` gives those of some rows. `before` is the head of the last one.

    Those without a name are listed apart, and what is not shown takes nobody's place: for what is, some more is read.
    """
    there = COLLECTIONS if circle.charter.unnamed != OFF else (FORUM,)
    found = chain.from_iterable(_latest(circle, one, before, limit, shown) for one in there)
    return sorted(found, key=lambda one: one.head, reverse=True)[:limit]


def _latest(
    circle: Circle,
    collection: str,
    before: int | None,
    limit: int,
    shown: Callable[[list[ObjectRow]], list[Headed]],
) -> list[Headed]:
    found: list[Headed] = []
    size = limit
    for _ in range(MOST_READ):
        rows = circle.log.covers(collection, before, size)
        found += shown(rows)
        if len(found) >= limit or len(rows) < size:
            break
        before, size = rows[-1].head, rules.PAGE
    return found


def topics(circle: Circle, before: int | None = None, limit: int = rules.PAGE) -> list[Topic]:
    """The latest topics that can be read."""

    def shown(rows: list[ObjectRow]) -> list[Topic]:
        found = []
        for row in rows:
            with suppress(Damaged, NotCanonical):
                found.append(open_topic(circle, row))
        return [topic for topic in found if not topic.is_gone]

    return latest(circle, before, limit, shown)


def here(circle: Circle, obj: bytes) -> Circle:
    """The circle as it is for one topic (`unnamed`). Raises NotThere."""
    try:
        return unnamed.as_it_is(circle, circle.log.standing(circle.log.cover(obj)))
    except (Damaged, NotCanonical):
        raise NotThere from None


def topic(circle: Circle, obj: bytes) -> Topic:
    """Raises NotThere, also for a topic that has expired or is something else."""
    try:
        found = open_topic(circle, circle.log.cover(obj))
    except (Damaged, NotCanonical):
        raise NotThere from None
    if found.is_gone:
        raise NotThere
    return found


def standing_cover(circle: Circle, folded: Folded) -> TopicCover:
    """The cover that stands, or the one that the records give when somebody spoiled it. Raises NotCanonical."""
    latest = circle.services.clock.day() + 1  # Clocks differ a little.
    try:
        cover = decode(folded.fold, TopicCover)
        sound = rules.is_sound_cover(cover, folded.head) and cover.last_day <= latest
        if sound and circle.stands(folded) and _begins_right(circle, cover, folded.head):
            if not rules.lost_its_beginning(cover) or not _has_title(circle, folded.obj):
                return cover
    except NotCanonical:
        pass
    return rebuilt(circle, folded.obj)


def _begins_right(circle: Circle, cover: TopicCover, head: int) -> bool:
    """Whether a cover says what the log says of who began a topic without a name, and where."""
    if not isinstance(circle, unnamed.Here):
        return True
    return (cover.author, rules.began_in(cover, head)) == (circle.first.author, circle.first.slot)


def _has_title(circle: Circle, obj: bytes) -> bool:
    """Whether I can read what began a topic; whoever folded its cover anew could not."""
    first = _readable(circle, obj, speech.slots_of(circle.log.rows(obj, 0, LAST_NUMBER, 1)))
    return first is not None and bool(first.title)


def rebuilt(circle: Circle, obj: bytes) -> TopicCover:
    """The cover of a topic from its records alone; of all but the first and the last posts only the slots are asked.

    Where what began the topic can't be read any more there is no title either: it counts as a post in slot 0. Raises
    NotCanonical when nothing can be read, or when this request has read enough.
    """
    slots: list[int] = []
    first: list[Slot] = []
    last: deque[Slot] = deque(maxlen=rules.PAGE)
    for slot in _read_anew(circle, obj):
        slots.append(slot[0].slot)
        last.append(slot)
        if len(first) < rules.PAGE:
            first.append(slot)
    began, latest = _readable(circle, obj, first), _readable(circle, obj, reversed(last))
    if began is None or latest is None:
        raise NotCanonical
    if not began.title and began.fate == "stands":
        gone = 0 if began.slot == slots[0] else 1  # What can't be read still has its slot, what was swept has none.
        slots, began = [0, *slots[gone:]][:MOST_READ_ANEW], replace(began, author=b"", note="")
    opening = Post(began.title, began.text, began.note)
    return rules.cover_over(slots, opening, began.author, latest.author, latest.day, max(latest.part, 0))


def _read_anew(circle: Circle, obj: bytes) -> Iterator[Slot]:
    """A topic's slots, in order. Raises NotCanonical when this request has read enough."""
    first = 0
    for _ in range(MOST_READ_ANEW // _BATCH):
        rows = circle.log.rows(obj, first, LAST_NUMBER, _BATCH)
        if not rows:
            return
        batch = list(speech.slots_of(rows))
        circle.read_anew += len(batch)
        if circle.read_anew > MOST_READ_ANEW:
            raise NotCanonical
        yield from batch
        first = rows[-1].slot + 1


def _readable(circle: Circle, obj: bytes, slots: Iterable[Slot]) -> ShownPost | None:
    return next((post for slot in slots if (post := read_post(circle, obj, slot))), None)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a topic begins by now: the first page that holds something, and whether what began it has expired."""

    page: int
    is_gone: bool


def beginning(circle: Circle, obj: bytes, cover: TopicCover, head: int, read: Sequence[Slot] = ()) -> Beginning:
    """One read, of one slot; or none, where the slots of the first page were `read` already."""
    rows = read[0] if read else circle.log.rows(obj, 0, LAST_NUMBER, 1)
    if not rows:
        return Beginning(len(cover.pages), True)
    expired = rows[0].day + rows[0].keep < circle.services.clock.day()
    return Beginning(rules.page_of(cover, rows[0].slot), expired or rows[0].slot != rules.began_in(cover, head))


def unread(circle: Circle, found: Topic) -> int:
    """How many posts of a topic I haven't seen, at most a few dozen."""
    return rules.unread(found.cover, found.head, circle.trail.read_up_to(found.obj))


def slots(circle: Circle, obj: bytes, first: int, last: int) -> list[tuple[RecordRow, ...]]:
    """The posts from one slot to another, at most a page of them, still sealed, with what is written beside each."""
    return list(speech.slots_of(circle.log.rows(obj, first, last, rules.PAGE)))


def read_post(circle: Circle, obj: bytes, rows: tuple[RecordRow, ...]) -> ShownPost | None:
    """One post, or None when it can't be read or doesn't count; of a topic without a name in the circle as it is
    `here`.
    """
    standing = speech.read_slot(circle, obj, rows, rules.is_sound_post)
    return _shown(standing) if standing and unnamed.is_sized(circle, standing) else None


def posts(circle: Circle, found: Topic, page: int) -> list[ShownPost]:
    """The posts of a page that can be read."""
    first, last = rules.page_slots(found.cover, page, found.head)
    circle = here(circle, found.obj)
    read = [read_post(circle, found.obj, rows) for rows in slots(circle, found.obj, first, last)]
    return [post for post in read if post is not None]


def post(circle: Circle, obj: bytes, slot: int) -> ShownPost:
    """One post by its slot. Raises NotThere."""
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    found = read_post(here(circle, obj), obj, rows) if rows else None
    if found is None:
        raise NotThere
    return found


def is_first(circle: Circle, obj: bytes, slot: int) -> bool:
    """Whether a slot is the one that began its topic. Raises NotThere."""
    if isinstance(circle, Aside):
        return unnamed.beginning(circle) == slot
    found = topic(circle, obj)
    return rules.began_in(found.cover, found.head) == slot


def _shown(standing: Standing) -> ShownPost:
    body = rules.read(standing.body) if standing.body else Post("", "")
    known = tuple((word, people) for word, people in standing.reactions if word in rules.REACTIONS)
    return ShownPost(
        slot=standing.slot,
        day=standing.day,
        part=standing.part,
        author=standing.author,
        fate=standing.fate,
        title=body.title,
        text=body.text,
        note=body.note,
        quote=body.quote if body.quote < standing.slot else NO_QUOTE,
        edited=standing.edited,
        reactions=known,
    )
