"""The rules of the forum: what a post may hold, and how a topic's cover follows its posts. Pure.

Implements spec/protocol.md §9.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from msgspec.structs import replace

from jiwar.circles import answerable, oneoffs
from jiwar.circles.texts import is_sound, line, passage
from jiwar.errors import Full, NotCanonical, TextTooLong
from jiwar.systems.forum.model import NO_QUOTE, Call, Post, TopicCover, Unnamed
from jiwar.wire.canonical import decode, encode

TITLE_LIMIT = 120
TEXT_LIMIT = 12_000
NOTE_LIMIT = 80
UNNAMED_LIMIT, ALWAYS_FITS = 2_000, 1_000
"""Of a one-off's text, and what fits into its one size in whatever script."""
PAGE = 30
MOST_PAGES = 300
"""A longer topic takes no more posts; its cover has to fit into one cell."""
MOST_RECENT = 24
MOST_CALLS = 6
PERSONA = 32
"""Bytes of somebody's key; none where nobody can say any more who wrote."""
REACTIONS = ("with_you", "me_too", "thanks", "laugh")


def new_topic(title: str, text: str, note: str = "") -> Post:
    """Raises TextMissing, TextTooLong."""
    return Post(line(title, TITLE_LIMIT), passage(text, TEXT_LIMIT), line(note, NOTE_LIMIT, required=False))


def new_reply(text: str, note: str = "", quote: int = NO_QUOTE) -> Post:
    """Raises TextMissing, TextTooLong."""
    return Post("", passage(text, TEXT_LIMIT), line(note, NOTE_LIMIT, required=False), quote)


def fitting(post: Post) -> Post:
    """A post that a one-off can say in its one size, answerable or not. Raises TextTooLong."""
    if len(post.text) > UNNAMED_LIMIT:
        raise TextTooLong(limit=UNNAMED_LIMIT)
    if len(encode(Unnamed(post))) + answerable.LARGEST >= oneoffs.SIZE:
        raise TextTooLong(limit=ALWAYS_FITS)
    return post


def read(body: bytes) -> Post:
    """The post that a body holds, a member's as it is or a one-off's in its one size. Raises NotCanonical."""
    with suppress(NotCanonical):
        return decode(body, Post)
    inner = oneoffs.unsized(body)
    with suppress(NotCanonical):
        return decode(inner, Post)
    return decode(inner, Unnamed).post


def is_sound_post(body: bytes) -> bool:
    """Whether a body is a post that one of the functions above could have made."""
    try:
        post = read(body)
    except NotCanonical:
        return False
    return (
        is_sound(post.title, TITLE_LIMIT, required=False)
        and is_sound(post.text, TEXT_LIMIT, lines=True)
        and is_sound(post.note, NOTE_LIMIT, required=False)
        and (post.quote == NO_QUOTE or post.quote >= 0)
    )


def first_cover(post: Post, author: bytes, day: int, part: int) -> TopicCover:
    """The cover of a topic that has only just begun."""
    return TopicCover(post.title, post.note, author, 1, (0,), (), author, day, part)


def after_reply(cover: TopicCover, head: int, author: bytes, day: int, part: int, quoted: bytes = b"") -> TopicCover:
    """The cover after one more post; `head` is the slot of the last one before it. Raises Full."""
    if cover.posts >= PAGE * MOST_PAGES:
        raise Full
    begins_page = cover.posts % PAGE == 0
    pages = (head,) if cover.posts == 1 else cover.pages
    return replace(
        cover,
        posts=cover.posts + 1,
        pages=(*pages, head + 1) if begins_page else pages,
        recent=(head, *cover.recent)[:MOST_RECENT],
        last_author=author,
        last_day=day,
        last_part=part,
        calls=((Call(head + 1, quoted), *cover.calls) if quoted else cover.calls)[:MOST_CALLS],
    )


def cover_over(
    slots: Sequence[int], first: Post, author: bytes, last_author: bytes, last_day: int, last_part: int
) -> TopicCover:
    """The cover of a topic with posts in these slots, folded anew. Whom they quote is not looked for."""
    return TopicCover(
        title=first.title,
        note=first.note,
        author=author,
        posts=len(slots),
        pages=(slots[0], *(before + 1 for before in slots[PAGE - 1 : -1 : PAGE])) if len(slots) > 1 else (0,),
        recent=tuple(reversed(slots[:-1]))[:MOST_RECENT],
        last_author=last_author,
        last_day=last_day,
        last_part=last_part,
    )


def is_sound_cover(cover: TopicCover, head: int) -> bool:
    """Whether a cover could have come about by the functions above, with `head` as its last post."""
    slots = (head, *cover.recent)
    return (
        is_sound(cover.title, TITLE_LIMIT, required=False)
        and is_sound(cover.note, NOTE_LIMIT, required=False)
        and 1 <= cover.posts <= PAGE * MOST_PAGES
        and len(cover.pages) == pages_for(cover.posts)
        and (cover.pages[0] >= 0 if cover.posts > 1 else cover.pages[0] == 0)
        and all(earlier < later for earlier, later in pairwise(cover.pages))
        and cover.pages[-1] <= head
        and len(cover.recent) == min(cover.posts - 1, MOST_RECENT)
        and all(later > earlier >= 0 for later, earlier in pairwise(slots))
        and len(cover.calls) <= MOST_CALLS
        and all(len(one) in (0, PERSONA) for one in (cover.author, cover.last_author))
        and all(len(call.persona) == PERSONA for call in cover.calls)
        and 0 <= cover.last_part <= 4
        and cover.last_day >= 0
    )


def pages_for(posts: int) -> int:
    return (posts + PAGE - 1) // PAGE


def began_in(cover: TopicCover, head: int) -> int:
    """The slot that began a topic."""
    return cover.pages[0] if cover.posts > 1 else head


def lost_its_beginning(cover: TopicCover) -> bool:
    """Whether a cover was folded anew by somebody who could not read what began the topic."""
    return began_in(cover, 1) == 0


def page_slots(cover: TopicCover, page: int, head: int) -> tuple[int, int]:
    """The first and the last slot of a page, counted from 1; a page that isn't there is the last one."""
    at = min(max(page, 1), len(cover.pages)) - 1
    last = cover.pages[at + 1] - 1 if at + 1 < len(cover.pages) else head
    return cover.pages[at], last


def page_of(cover: TopicCover, slot: int) -> int:
    """The page that a slot stands on, counted from 1."""
    return max(sum(first <= slot for first in cover.pages), 1)


def unread(cover: TopicCover, head: int, read_up_to: int) -> int:
    """How many posts are new, at most `MOST_RECENT` and one."""
    if head <= read_up_to:
        return 0
    return 1 + sum(slot > read_up_to for slot in cover.recent)


def first_unread_page(cover: TopicCover, head: int, read_up_to: int) -> int:
    """The page of the first new post, or the last page."""
    return len(cover.pages) if head <= read_up_to else page_of(cover, read_up_to + 1)
