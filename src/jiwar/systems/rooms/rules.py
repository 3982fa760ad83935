"""The rules of rooms: names, lengths of keeping, messages. Pure.

Implements spec/protocol.md §9.3.
"""

from __future__ import annotations

from jiwar.circles.policy import Policy
from jiwar.circles.texts import is_sound, line, passage
from jiwar.errors import BadChoice, NotCanonical
from jiwar.systems.rooms.model import NO_REPLY, Message, Room
from jiwar.wire.canonical import decode

NAME_LIMIT = 60
TEXT_LIMIT = 4_000
KEEPS = (1, 7, 30)
MOST_ROOMS = 12
"""Rooms of one circle; a longer list helps nobody."""
MOST_UNREAD = 30
REACTIONS = ("with_you", "me_too", "thanks", "laugh")


def keeps(policy: Policy) -> tuple[int, ...]:
    """How long messages of a new room may stay: no longer than the circle's policy lets them."""
    return tuple(days for days in KEEPS if days <= policy.room_days) or KEEPS[:1]


def kept_days(room: Room, policy: Policy) -> int:
    """How long a message stays that is written now; when the weather turns, the policy cuts it short."""
    return max(days for days in KEEPS if days <= max(min(room.keep, policy.room_days), KEEPS[0]))


def new_room(name: str, keep: int, policy: Policy) -> Room:
    """Raises TextMissing, TextTooLong, BadChoice."""
    if keep not in keeps(policy):
        raise BadChoice
    return Room(line(name, NAME_LIMIT), keep)


def is_sound_room(room: Room) -> bool:
    return is_sound(room.name, NAME_LIMIT) and room.keep in KEEPS


def new_message(text: str, reply_to: int = NO_REPLY) -> Message:
    """Raises TextMissing, TextTooLong."""
    return Message(passage(text, TEXT_LIMIT), reply_to)


def is_sound_message(body: bytes) -> bool:
    """Whether a body is a message that the function above could have made."""
    try:
        message = decode(body, Message)
    except NotCanonical:
        return False
    return is_sound(message.text, TEXT_LIMIT, lines=True) and (message.reply_to == NO_REPLY or message.reply_to >= 0)
