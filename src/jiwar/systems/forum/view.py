"""What pages show of the forum: lists of topics, pages of posts, what is new.

Implements spec/protocol.md §9.2. A list costs one read of the store however many topics there are, a page of posts
one read however many posts there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import speech
from jiwar.circles.circle import Circle
from jiwar.circles.speech import Fate, Standing
from jiwar.errors import Damaged, NotCanonical, NotThere
from jiwar.log.shelf import LAST_NUMBER, Folded
from jiwar.store.contract import ObjectRow, RecordRow
from jiwar.systems.forum import rules
from jiwar.systems.forum.model import FORUM, NO_QUOTE, Post, TopicCover
from jiwar.wire.canonical import decode

_BATCH = 200


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


def topic_rows(circle: Circle, before: int | None = None, limit: int = rules.PAGE) -> list[ObjectRow]:
    """The latest topics, still sealed; `before` is the head of the last one shown."""
    return circle.log.covers(FORUM, before, limit)


def open_topic(circle: Circle, row: ObjectRow) -> Topic:
    """Raises Damaged, NotCanonical for a topic that has expired or can't be read."""
    folded = circle.log.open_cover(row)
    return Topic(row.obj, row.head, standing_cover(circle, folded), folded.day, folded.keep)


def topics(circle: Circle, before: int | None = None, limit: int = rules.PAGE) -> list[Topic]:
    """The latest topics that can be read."""
    found = []
    for row in topic_rows(circle, before, limit):
        try:
            found.append(open_topic(circle, row))
        except (Damaged, NotCanonical):
            continue
    return [topic for topic in found if not topic.is_gone]


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
    """The cover that stands, or the one that the records give when somebody wrote what can't be."""
    latest = circle.services.clock.day() + 1  # Clocks differ a little.
    try:
        cover = decode(folded.fold, TopicCover)
        if rules.is_sound_cover(cover, folded.head) and cover.last_day <= latest and circle.stands(folded):
            return cover
    except NotCanonical:
        pass
    return rebuilt(circle, folded.obj)


def rebuilt(circle: Circle, obj: bytes) -> TopicCover:
    """The cover of a topic from its records alone. Raises NotCanonical when there is no first post."""
    cover: TopicCover | None = None
    first, head = 0, 0
    while rows := circle.log.rows(obj, first, LAST_NUMBER, _BATCH):
        for slot in speech.slots_of(rows):
            standing = speech.read_slot(circle, obj, slot, rules.is_sound_post)
            shown = _shown(standing) if standing else None
            if cover is None and shown:
                post = Post(shown.title, shown.text, shown.note)
                cover = rules.first_cover(post, shown.author, shown.day, max(shown.part, 0))
            elif cover is not None:
                author = shown.author if shown else cover.last_author
                day, part = (shown.day, max(shown.part, 0)) if shown else (cover.last_day, cover.last_part)
                cover = rules.after_reply(cover, head, author, day, part)
            head = slot[0].slot
        first = rows[-1].slot + 1
    if cover is None:
        raise NotCanonical
    return cover


def unread(circle: Circle, found: Topic) -> int:
    """How many posts of a topic I haven't seen, at most a few dozen."""
    return rules.unread(found.cover, found.head, circle.trail.read_up_to(found.obj))


def slots(circle: Circle, obj: bytes, first: int, last: int) -> list[tuple[RecordRow, ...]]:
    """The posts from one slot to another, at most a page of them, still sealed, with what is written beside each."""
    return list(speech.slots_of(circle.log.rows(obj, first, last, rules.PAGE)))


def read_post(circle: Circle, obj: bytes, rows: tuple[RecordRow, ...]) -> ShownPost | None:
    """One post, or None when it can't be read or doesn't count."""
    standing = speech.read_slot(circle, obj, rows, rules.is_sound_post)
    return _shown(standing) if standing else None


def posts(circle: Circle, found: Topic, page: int) -> list[ShownPost]:
    """The posts of a page that can be read."""
    first, last = rules.page_slots(found.cover, page, found.head)
    read = [read_post(circle, found.obj, rows) for rows in slots(circle, found.obj, first, last)]
    return [post for post in read if post is not None]


def post(circle: Circle, obj: bytes, slot: int) -> ShownPost:
    """One post by its slot. Raises NotThere."""
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    found = read_post(circle, obj, rows) if rows else None
    if found is None:
        raise NotThere
    return found


def is_first(circle: Circle, obj: bytes, slot: int) -> bool:
    """Whether a slot is the one that began its topic."""
    rows = circle.log.rows(obj, 0, slot, 1)
    return bool(rows) and rows[0].slot == slot


def _shown(standing: Standing) -> ShownPost:
    body = decode(standing.body, Post) if standing.body else Post("", "")
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
