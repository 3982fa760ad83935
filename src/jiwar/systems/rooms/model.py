"""What rooms write: the room itself, which stays until it is closed, its name, and messages, which disappear.

Implements spec/protocol.md §9.3. A room is one object of the collection `rooms`. Its first record says whose it is
and stays as long as the room is open; names stand beside it, so that a former name can be erased. Its cover says both
again for lists and for those whose keys begin later; it moves with no message, so that many people can write at once.
"""

from __future__ import annotations

from jiwar.wire.canonical import Wire

ROOMS = "rooms"
ROOM, NAMING, MESSAGE = "room", "naming", "message"
NO_REPLY = -1


class Room(Wire, frozen=True):
    """The body of a `room`: the days that messages stay."""

    keep: int


class Naming(Wire, frozen=True):
    """The body of a `naming`, which stands beside the room's first record."""

    name: str


class RoomCover(Wire, frozen=True):
    """The cover of a room: what the two above say together."""

    name: str
    keep: int


class Message(Wire, frozen=True):
    """The body of a `message`. `reply_to` is the slot of another message, never its text."""

    text: str
    reply_to: int = NO_REPLY


KINDS: dict[str, type[Wire]] = {ROOM: Room, NAMING: Naming, MESSAGE: Message}
