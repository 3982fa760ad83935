"""The verbs of the forum: begin a topic, answer, word anew, take back, remove, say a word to a post.

Implements spec/protocol.md §9.2, and §9.13 where a topic has no name: what a one-off does there, it does with the
circle as it has it open (`as_who_began`). Each post stays as long as the circle's policy says, and no longer than the
lane that its topic began with. A topic is listed, under its title, until the last of them has expired.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import answerable, erasing, oneoffs, speech
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Together
from jiwar.errors import BadChoice, Full, JiwarError, NotAllowed, NotThere
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.log.covers import Folded
from jiwar.log.shelf import Opened, Refold
from jiwar.systems.forum import rules, unnamed, view
from jiwar.systems.forum.model import COLLECTIONS, FORUM, NO_QUOTE, REPLY, TOPIC, UNNAMED, Post, Unnamed
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


async def start_unnamed(circle: Circle, title: str, text: str, note: str = "") -> bytes:
    """Begin a topic without a name; returns its object. Durable when it returns, in the list within the hour.

    Raises TextMissing, TextTooLong, NamesOnly (the charter has none), NotAllowed (no right is left), NobodyAnswers
    (it has to be answerable, and two others of the care team aren't there), Full, KeyringFull.
    """
    post, found = rules.fitting(rules.new_topic(title, text, note)), unnamed.right_to_begin(circle)
    unnamed.require_some(circle)
    if found is None:
        raise NotAllowed
    if unnamed.is_full(circle):
        raise Full
    clock, me = circle.services.clock, Persona(found.seed).key
    keep = min(circle.policy.topic_days, unnamed.LONGEST_DAYS)
    cover = encode(rules.first_cover(post, me, clock.day(), clock.part()))
    obj = oneoffs.object_of(circle.id, me)
    sealed = answerable.seal_name(circle, obj) if unnamed.answers(circle) else answerable.NONE
    said = UNNAMED, encode(Unnamed(post, found.right, sealed)), cover
    return await oneoffs.begin(circle, OneOff(circle.id, found.seed, UNNAMED, clock.day(), keep, *said))


def as_who_began(circle: Circle, obj: bytes) -> Circle:
    """The circle as whoever began a topic without a name has it open. Raises NotThere for somebody else's."""
    view.topic(circle, obj)
    return oneoffs.as_one_off(circle, obj, Together)


async def take_back(circle: Circle, obj: bytes) -> None:
    """Withdraw a topic of mine without a name, with everything that I said there without one. What has not come yet
    never comes. Raises NotThere.
    """
    aside = oneoffs.as_one_off(circle, obj, Together)
    if circle.log.has(obj):
        with suppress(
            JiwarError
        ):  # It was removed, or somebody spoiled what stands of it: then mine goes all the same.
            await retract(aside, obj, unnamed.beginning(aside))
        await erasing.erase_in(aside, obj)
    await oneoffs.forget(circle, [obj])


async def reply(circle: Circle, obj: bytes, text: str, note: str = "", quote: int = NO_QUOTE) -> Opened:
    """Answer in a topic. Raises TextMissing, TextTooLong, NotThere (no such topic or quoted post), Full."""
    body = unnamed.body(circle, rules.new_reply(text, note, quote))
    here = view.here(circle, obj)
    quoted = _author_of(here, obj, quote) if quote != NO_QUOTE else b""
    clock, me, before = circle.services.clock, circle.log.persona.key, 0

    def refold(standing: Folded | None) -> bytes:
        nonlocal before
        folded = _there(standing)
        before = folded.head
        cover = view.standing_cover(here, folded)
        return encode(rules.after_reply(cover, folded.head, me, clock.day(), clock.part(), quoted))

    days = circle.policy.topic_days
    return await speech.say(circle, obj, REPLY, body, days, refold=refold, before=lambda: before)


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
    circle = view.here(circle, obj)
    standing, first, refold = view.post(circle, obj, slot), b"", None
    if view.is_first(circle, obj, slot):
        post = rules.new_topic(title or standing.title, text, note)
        first, refold = unnamed.first_body(circle), _retitle(circle, post)
    else:
        post = rules.new_reply(text, note, standing.quote)
    await speech.edit(circle, obj, slot, unnamed.body(circle, post, first), rules.is_sound_post, refold)


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
    circle = view.here(circle, obj)
    await speech.retract(circle, obj, slot, rules.is_sound_post, _untitle(circle, obj, slot))


async def take_down(circle: Circle, obj: bytes, slot: int) -> None:
    """Remove a post, as a steward or moderator. Raises NotThere, NotAllowed."""
    here = view.here(circle, obj)
    await speech.take_down(here, obj, slot, rules.is_sound_post, _untitle(here, obj, slot))


async def react(circle: Circle, obj: bytes, slot: int, word: str) -> bool:
    """Say a word to a post, or take it back. Raises BadChoice, NotThere."""
    if word not in rules.REACTIONS:
        raise BadChoice
    return await speech.react(view.here(circle, obj), obj, slot, word, rules.is_sound_post)


async def withdraw(circle: Circle) -> None:
    """Erase everything that I wrote in the forum; topics that I began lose their titles, those without a name go."""
    me = circle.log.persona.key
    for one in unnamed.all_mine(circle):
        with suppress(JiwarError):  # One that was removed.
            await take_back(circle, oneoffs.object_named(one))
    for obj in list(erasing.objects_of(circle, FORUM)):
        with suppress(JiwarError):  # One that can't be read, or has lost its title before.
            found = view.topic(circle, obj)
            if found.cover.author == me and found.cover.title:
                await retract(circle, obj, rules.began_in(found.cover, found.head))
    for collection in COLLECTIONS:
        await erasing.erase_mine(circle, collection)
