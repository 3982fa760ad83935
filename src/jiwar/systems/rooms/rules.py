"""The rules of rooms: names, lengths of keeping, how many there are, messages. Pure.

Implements spec/protocol.md §9.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from jiwar.circles.policy import Policy
from jiwar.circles.texts import is_sound, line, passage
from jiwar.errors import BadChoice, Full, NotCanonical, OwnRoomsFull
from jiwar.systems.rooms.model import NO_REPLY, Message, Naming, Room, RoomCover
from jiwar.wire.canonical import decode

NAME_LIMIT = 60
TEXT_LIMIT = 4_000
KEEPS = (1, 7, 30)
MOST_ROOMS = 12
"""Open rooms of one circle; a longer list helps nobody."""
MOST_OWN = 3
"""Open rooms that somebody who is no steward has opened."""
MOST_LOOKED_AT = 48
"""Objects that a list looks at: closed rooms stand among the open ones for some days."""
MOST_ERASED = 2_000
"""Messages that closing a room erases at once; what is left of a longer one disappears by its days."""
MOST_UNREAD = 30
REACTIONS = ("with_you", "me_too", "thanks", "laugh")


def keeps(policy: Policy) -> tuple[int, ...]:
    """How long messages of a new room may stay: no longer than the circle's policy lets them."""
    return tuple(days for days in KEEPS if days <= policy.room_days) or KEEPS[:1]


def kept_days(room: RoomCover, policy: Policy) -> int:
    """How long a message stays that is written now; when the weather turns, the policy cuts it short."""
    return max(days for days in KEEPS if days <= max(min(room.keep, policy.room_days), KEEPS[0]))


def new_room(name: str, keep: int, policy: Policy) -> RoomCover:
    """Raises TextMissing, TextTooLong, BadChoice."""
    if keep not in keeps(policy):
        raise BadChoice
    return RoomCover(line(name, NAME_LIMIT), keep)


def new_name(name: str) -> Naming:
    """Raises TextMissing, TextTooLong."""
    return Naming(line(name, NAME_LIMIT))


def is_sound_name(name: str) -> bool:
    return is_sound(name, NAME_LIMIT)


def is_sound_room(room: RoomCover) -> bool:
    return is_sound_name(room.name) and room.keep in KEEPS


def is_sound_opening(body: bytes) -> bool:
    """Whether a body is the first of a room that `new_room` could have made."""
    try:
        return decode(body, Room).keep in KEEPS
    except NotCanonical:
        return False


class Counted(Protocol):
    """An open room: the slot of its first record, and whose that is (empty where nobody can say)."""

    @property
    def slot(self) -> int: ...

    @property
    def opener(self) -> bytes: ...


AnyRoom = TypeVar("AnyRoom", bound=Counted)
IsSteward = Callable[[bytes], bool]


def surplus(rooms: Sequence[Counted], is_steward: IsSteward) -> set[int]:
    """The slots of those that somebody opened beyond what one person may."""
    found: set[int] = set()
    opened: dict[bytes, int] = {}
    for room in sorted(rooms, key=lambda one: one.slot):
        opened[room.opener] = opened.get(room.opener, 0) + 1
        if room.opener and opened[room.opener] > MOST_OWN and not is_steward(room.opener):
            found.add(room.slot)
    return found


def listed(rooms: Sequence[AnyRoom], is_steward: IsSteward) -> list[AnyRoom]:
    """Those that a list shows, in their order: when they are too many, what is surplus gives way first."""
    if len(rooms) <= MOST_ROOMS:
        return list(rooms)
    beyond = surplus(rooms, is_steward)
    shown = {room.slot for room in sorted(rooms, key=lambda one: one.slot in beyond)[:MOST_ROOMS]}
    return [room for room in rooms if room.slot in shown]


def require_place(rooms: Sequence[Counted], me: bytes, is_steward: IsSteward) -> None:
    """Whether I may open another room. Raises OwnRoomsFull, Full."""
    if not is_steward(me) and sum(room.opener == me for room in rooms) >= MOST_OWN:
        raise OwnRoomsFull(most=MOST_OWN)
    if len(rooms) - len(surplus(rooms, is_steward)) >= MOST_ROOMS:
        raise Full


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
