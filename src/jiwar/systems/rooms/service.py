"""The verbs of rooms: open, name anew, close; write, word anew, take back, remove, say a word to a message.

Implements spec/protocol.md §9.3.
"""

from __future__ import annotations

from jiwar.circles import erasing, roles, speech
from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, NotAllowed
from jiwar.log.shelf import LAST_NUMBER, Opened, Still
from jiwar.store.contract import KEPT
from jiwar.systems.rooms import rules, view
from jiwar.systems.rooms.model import MESSAGE, NAMING, NO_REPLY, ROOM, ROOMS, Room, RoomCover
from jiwar.systems.rooms.view import RoomLine
from jiwar.wire.canonical import encode

_CLOSED = Still(encode(RoomCover("", 0)), 1)
"""The last cover of a room: it says nothing, and expires, so that the store drops what is left of the room."""
_BATCH = 100


def _cover(room: RoomCover) -> Still:
    return Still(encode(room), KEPT)


async def open_room(circle: Circle, name: str, keep: int) -> bytes:
    """Open a room; returns its object. Raises TextMissing, TextTooLong, BadChoice, OwnRoomsFull, Full."""
    room = rules.new_room(name, keep, circle.policy)
    rules.require_place(view.rooms(circle), circle.log.persona.key, view.is_steward(circle))
    obj, body = circle.services.random(16), encode(Room(keep))
    record = await speech.say(circle, obj, ROOM, body, KEPT, collection=ROOMS, refold=_cover(room), create=True)
    await speech.write_beside(circle, obj, record, NAMING, rules.new_name(room.name))
    return obj


async def rename(circle: Circle, obj: bytes, name: str) -> None:
    """Give a room another name and erase those before. Raises TextMissing, TextTooLong, NotThere, NotAllowed."""
    found, body = view.room(circle, obj), rules.new_name(name)
    if not view.may_tend(circle, found.opener):
        raise NotAllowed
    own, *beside = view.first_slot(circle, obj)
    await speech.write_beside(circle, obj, own, NAMING, body, _cover(RoomCover(body.name, found.room.keep)))
    if roles.care_of(circle) is not None:
        await speech.erase_rows(circle, obj, beside, speech.control_seed_of(circle))
    else:
        await speech.erase_own(circle, obj, circle.log.readable(obj, [row for row in beside if row.value]))


async def close(circle: Circle, obj: bytes) -> None:
    """Close a room and erase what may be erased of it: everything for a steward, else what is mine.

    Raises NotThere, NotAllowed.
    """
    found = view.room(circle, obj)
    cares = roles.care_of(circle) is not None
    remove = speech.take_down if cares else speech.retract
    await remove(circle, obj, found.slot, rules.is_sound_opening, _CLOSED)
    await _erase_messages(circle, found, speech.control_seed_of(circle) if cares else b"")


async def _erase_messages(circle: Circle, closed: RoomLine, seed: bytes) -> None:
    last = LAST_NUMBER
    for _ in range(rules.MOST_ERASED // _BATCH):
        rows = circle.log.rows(closed.obj, closed.slot + 1, last, _BATCH, newest=True)
        if not rows:
            return
        if seed:
            await speech.erase_rows(circle, closed.obj, rows, seed)
        else:
            filled = [row for row in rows if row.value]
            await speech.erase_own(circle, closed.obj, circle.log.readable(closed.obj, filled))
        last = rows[0].slot - 1


async def write(circle: Circle, obj: bytes, text: str, reply_to: int = NO_REPLY) -> Opened:
    """Write into a room. Raises TextMissing, TextTooLong, NotThere (no such room or message), RoomClosed."""
    return await write_into(circle, view.room(circle, obj), text, reply_to)


async def write_into(circle: Circle, found: RoomLine, text: str, reply_to: int = NO_REPLY) -> Opened:
    """The same for a room that this request has judged already.

    Whoever finds a cover that is not as the room is brings one that is: first of all in a new epoch, because a cover
    of an epoch that is over counts no longer.
    """
    body, obj = encode(rules.new_message(text, reply_to)), found.obj
    if reply_to != NO_REPLY:
        view.message(circle, obj, reply_to)
    refold = None if found.covered else _cover(found.room)
    keep = rules.kept_days(found.room, circle.policy)
    return await speech.say(circle, obj, MESSAGE, body, keep, refold=refold, before=lambda: found.head)


async def edit(circle: Circle, obj: bytes, slot: int, text: str) -> None:
    """Give a message of mine a new wording. Raises TextMissing, TextTooLong, NotThere, NotAllowed."""
    standing = view.message(circle, obj, slot)
    body = encode(rules.new_message(text, standing.reply_to))
    await speech.edit(circle, obj, slot, body, rules.is_sound_message)


async def unsend(circle: Circle, obj: bytes, slot: int) -> None:
    """Take a message of mine back. Raises NotThere, NotAllowed."""
    await speech.retract(circle, obj, slot, rules.is_sound_message)


async def take_down(circle: Circle, obj: bytes, slot: int) -> None:
    """Remove a message, as a steward or moderator. Raises NotThere, NotAllowed."""
    await speech.take_down(circle, obj, slot, rules.is_sound_message)


async def react(circle: Circle, obj: bytes, slot: int, word: str) -> bool:
    """Say a word to a message, or take it back. Raises BadChoice, NotThere."""
    if word not in rules.REACTIONS:
        raise BadChoice
    view.room(circle, obj)
    return await speech.react(circle, obj, slot, word, rules.is_sound_message)


async def withdraw(circle: Circle) -> None:
    """Erase everything that I wrote in rooms; those that I opened are closed."""
    for found in view.rooms(circle):
        if found.opener == circle.log.persona.key:
            await close(circle, found.obj)
    await erasing.erase_mine(circle, ROOMS)
