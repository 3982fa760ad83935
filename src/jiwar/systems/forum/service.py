"""The verbs of the forum: begin a topic, answer, word anew, take back, remove, say a word to a post.

Implements spec/protocol.md §9.2. Each post stays as long as the circle's policy says, and no longer than the lane
that its topic began with. A topic is listed, under its title, until the last of them has expired.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import erasing, speech
from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, JiwarError, NotThere
from jiwar.log.covers import Folded
from jiwar.log.shelf import Opened, Refold
from jiwar.systems.forum import rules, view
from jiwar.systems.forum.model import FORUM, NO_QUOTE, REPLY, TOPIC, Post
from jiwar.wire.canonical import encode


async def start_topic(circle: Circle, title: str, text: str, note: str = "") -> bytes:
    """Begin a topic; returns its object. Raises TextMissing, TextTooLong."""
    post = rules.new_topic(title, text, note)
    clock, obj = circle.services.clock, circle.services.random(16)
    cover = rules.first_cover(post, circle.log.persona.key, clock.day(), clock.part())
    await speech.say(
        circle,
        obj,
        TOPIC,
        encode(post),
        circle.policy.topic_days,
        collection=FORUM,
        refold=lambda _: encode(cover),
        create=True,
    )
    return obj


async def reply(circle: Circle, obj: bytes, text: str, note: str = "", quote: int = NO_QUOTE) -> Opened:
    """Answer in a topic. Raises TextMissing, TextTooLong, NotThere (no such topic or quoted post), Full."""
    post = rules.new_reply(text, note, quote)
    quoted = _author_of(circle, obj, quote) if quote != NO_QUOTE else b""
    clock, me, before = circle.services.clock, circle.log.persona.key, 0

    def refold(standing: Folded | None) -> bytes:
        nonlocal before
        folded = _there(standing)
        before = folded.head
        cover = view.standing_cover(circle, folded)
        return encode(rules.after_reply(cover, folded.head, me, clock.day(), clock.part(), quoted))

    days = circle.policy.topic_days
    return await speech.say(circle, obj, REPLY, encode(post), days, refold=refold, before=lambda: before)


def _there(standing: Folded | None) -> Folded:
    if standing is None:
        raise NotThere
    return standing


def _author_of(circle: Circle, obj: bytes, slot: int) -> bytes:
    post = view.post(circle, obj, slot)
    if post.fate != "stands":
        raise NotThere
    return post.author


async def edit(circle: Circle, obj: bytes, slot: int, text: str, note: str = "", title: str = "") -> None:
    """Give a post of mine a new wording; the first one keeps its title unless there is a new one.

    Raises TextMissing, TextTooLong, NotThere, NotAllowed.
    """
    standing = view.post(circle, obj, slot)
    if view.is_first(circle, obj, slot):
        post = rules.new_topic(title or standing.title, text, note)
        await speech.edit(circle, obj, slot, encode(post), rules.is_sound_post, _retitle(circle, post))
    else:
        post = rules.new_reply(text, note, standing.quote)
        await speech.edit(circle, obj, slot, encode(post), rules.is_sound_post)


def _retitle(circle: Circle, post: Post) -> Refold:
    """What puts the title and note of the first post on the cover."""

    def refold(standing: Folded | None) -> bytes:
        cover = view.standing_cover(circle, _there(standing))
        return encode(replace(cover, title=post.title, note=post.note))

    return refold


def _untitle(circle: Circle, obj: bytes, slot: int) -> Refold | None:
    """What takes the title off the cover when the first post goes; nothing for other posts."""
    return _retitle(circle, Post("", "")) if view.is_first(circle, obj, slot) else None


async def retract(circle: Circle, obj: bytes, slot: int) -> None:
    """Take a post of mine back. Raises NotThere, NotAllowed."""
    await speech.retract(circle, obj, slot, rules.is_sound_post, _untitle(circle, obj, slot))


async def take_down(circle: Circle, obj: bytes, slot: int) -> None:
    """Remove a post, as a steward or moderator. Raises NotThere, NotAllowed."""
    await speech.take_down(circle, obj, slot, rules.is_sound_post, _untitle(circle, obj, slot))


async def react(circle: Circle, obj: bytes, slot: int, word: str) -> bool:
    """Say a word to a post, or take it back. Raises BadChoice, NotThere."""
    if word not in rules.REACTIONS:
        raise BadChoice
    return await speech.react(circle, obj, slot, word, rules.is_sound_post)


async def withdraw(circle: Circle) -> None:
    """Erase everything that I wrote in the forum; topics that I began lose their titles."""
    me = circle.log.persona.key
    for obj in list(erasing.objects_of(circle, FORUM)):
        with suppress(JiwarError):  # One that can't be read, or has lost its title before.
            found = view.topic(circle, obj)
            if found.cover.author == me and found.cover.title:
                await retract(circle, obj, rules.began_in(found.cover, found.head))
    await erasing.erase_mine(circle, FORUM)
