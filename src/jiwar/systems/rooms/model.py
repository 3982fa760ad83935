"""What rooms write: the room itself, which stays, and messages, which disappear.

Implements spec/protocol.md §9.3. A room is one object of the collection `rooms`. Its cover is its first body and
moves with no message, so that many people can write at once.
"""

from __future__ import annotations

from jiwar.wire.canonical import Wire

ROOMS = "rooms"
ROOM, MESSAGE = "room", "message"
NO_REPLY = -1


class Room(Wire, frozen=True):
    """The body of a `room`, and its cover: a name, and the days that messages stay."""

    name: str
    keep: int


class Message(Wire, frozen=True):
    """The body of a `message`. `reply_to` is the slot of another message, never its text."""

    text: str
    reply_to: int = NO_REPLY


KINDS: dict[str, type[Wire]] = {ROOM: Room, MESSAGE: Message}
