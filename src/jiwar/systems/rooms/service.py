"""The verbs of rooms: open a room, write, word anew, take back, remove, say a word to a message.

Implements spec/protocol.md §9.3.
"""

from __future__ import annotations

from jiwar.circles import speech
from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, Full
from jiwar.log.shelf import Entry, Opened
from jiwar.store.contract import KEPT
from jiwar.systems.rooms import rules, view
from jiwar.systems.rooms.model import MESSAGE, NO_REPLY, ROOM, ROOMS
from jiwar.wire.canonical import encode


async def open_room(circle: Circle, name: str, keep: int) -> bytes:
    """Open a room; returns its object. Raises TextMissing, TextTooLong, BadChoice, Full."""
    room = rules.new_room(name, keep, circle.policy)
    if len(circle.log.covers(ROOMS, None, rules.MOST_ROOMS)) >= rules.MOST_ROOMS:
        raise Full
    obj, body = circle.services.random(16), encode(room)
    entry = Entry(obj, ROOM, body, KEPT, collection=ROOMS)
    record = await circle.log.append(entry, refold=lambda _: body, create=True)
    circle.has_seen(obj, record.number)
    circle.keep_trail(circle.trail)
    return obj


async def write(circle: Circle, obj: bytes, text: str, reply_to: int = NO_REPLY) -> Opened:
    """Write into a room. Raises TextMissing, TextTooLong, NotThere (no such room or message).

    Whoever writes first in an epoch takes the cover along: a cover of an epoch that is over counts no longer.
    """
    body = encode(rules.new_message(text, reply_to))
    found = view.room(circle, obj)
    if reply_to != NO_REPLY:
        view.message(circle, obj, reply_to)
    refold = (lambda _: encode(found.room)) if found.epoch < circle.log.newest.epoch else None
    keep = rules.kept_days(found.room, circle.policy)
    record = await speech.say(circle, obj, MESSAGE, body, keep, refold=refold)
    if circle.trail.read_up_to(obj) >= found.head:
        circle.has_seen(obj, record.number)
    return record


async def edit(circle: Circle, obj: bytes, slot: int, text: str) -> None:
    """Give a message of mine a new wording. Raises TextMissing, TextTooLong, NotThere, NotAllowed."""
    standing = view.message(circle, obj, slot)
    body = encode(rules.new_message(text, standing.reply_to))
    await speech.edit(circle, obj, slot, body, rules.is_sound_message)


async def unsend(circle: Circle, obj: bytes, slot: int) -> None:
    """Take a message of mine back. Raises NotThere, NotAllowed."""
    await speech.retract(circle, obj, slot, rules.is_sound_message)


async def take_down(circle: Circle, obj: bytes, slot: int) -> None:
    """Remove a message, as a steward. Raises NotThere, NotAllowed."""
    await speech.take_down(circle, obj, slot, rules.is_sound_message)


async def react(circle: Circle, obj: bytes, slot: int, word: str) -> bool:
    """Say a word to a message, or take it back. Raises BadChoice, NotThere."""
    if word not in rules.REACTIONS:
        raise BadChoice
    return await speech.react(circle, obj, slot, word, rules.is_sound_message)
