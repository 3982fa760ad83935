"""What pages show of rooms: the list of rooms, the newest messages, what is new.

Implements spec/protocol.md §9.3. A room costs one read of the store however much was said in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import speech
from jiwar.circles.circle import Circle
from jiwar.circles.speech import Fate, Standing
from jiwar.errors import Damaged, NotCanonical, NotThere
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import KEPT, ObjectRow, RecordRow
from jiwar.systems.rooms import rules
from jiwar.systems.rooms.model import NO_REPLY, ROOMS, Message, Room
from jiwar.wire.canonical import decode

SHOWN = 30


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room as a list shows it. `epoch` is that of its cover."""

    obj: bytes
    head: int
    room: Room
    epoch: int


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as a page shows it; its text is empty unless its fate is to stand."""

    slot: int
    day: int
    keep: int
    part: int
    author: bytes
    fate: Fate
    text: str
    reply_to: int
    edited: bool
    reactions: tuple[tuple[str, tuple[bytes, ...]], ...]

    def last_day(self) -> int:
        """The last day on which it can be read."""
        return self.day + self.keep


def rooms(circle: Circle) -> list[RoomLine]:
    """The rooms of a circle, the liveliest first."""
    found = []
    for row in circle.log.covers(ROOMS, None, rules.MOST_ROOMS):
        try:
            found.append(open_room_row(circle, row))
        except (Damaged, NotCanonical):
            continue
    return found


def room(circle: Circle, obj: bytes) -> RoomLine:
    """Raises NotThere, also for what is something else."""
    try:
        return open_room_row(circle, circle.log.cover(obj))
    except (Damaged, NotCanonical):
        raise NotThere from None


def open_room_row(circle: Circle, row: ObjectRow) -> RoomLine:
    """One room by its stored cover, which stands from the first record on: its signer may be gone, but no stranger.

    Raises Damaged, NotCanonical.
    """
    folded = circle.log.open_cover(row, lasting=True)
    found = decode(folded.fold, Room)
    if not rules.is_sound_room(found) or circle.sketch.member(folded.signer) is None:
        raise NotCanonical
    return RoomLine(row.obj, row.head, found, folded.epoch)


def newest_rows(
    circle: Circle, obj: bytes, limit: int = SHOWN, before: int | None = None, after: int = -1
) -> list[tuple[RecordRow, ...]]:
    """The newest messages, still sealed, with what is written beside each, oldest first."""
    last = LAST_NUMBER if before is None else before - 1
    rows = circle.log.rows(obj, after + 1, last, limit, newest=True)
    today = circle.services.clock.day()
    return [slot for slot in speech.slots_of(rows) if not _is_room(slot) and slot[0].day + slot[0].keep >= today]


def _is_room(slot: tuple[RecordRow, ...]) -> bool:
    """Whether this is the record that opened the room: the only one that doesn't expire."""
    return slot[0].keep == KEPT


def read_message(circle: Circle, obj: bytes, rows: tuple[RecordRow, ...]) -> ShownMessage | None:
    """One message, or None when it can't be read or doesn't count."""
    standing = speech.read_slot(circle, obj, rows, rules.is_sound_message)
    return _shown(standing) if standing else None


def messages(circle: Circle, obj: bytes, limit: int = SHOWN, before: int | None = None) -> list[ShownMessage]:
    """The newest messages that can be read, oldest first."""
    read = [read_message(circle, obj, rows) for rows in newest_rows(circle, obj, limit, before)]
    return [message for message in read if message is not None]


def message(circle: Circle, obj: bytes, slot: int) -> ShownMessage:
    """One message by its slot. Raises NotThere, also for one that was taken away."""
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    found = read_message(circle, obj, rows) if rows and not _is_room(rows) else None
    if found is None or found.fate != "stands":
        raise NotThere
    return found


def new_rows(circle: Circle, found: RoomLine) -> list[tuple[RecordRow, ...]]:
    """What was said since I was here, still sealed: the newest at most, without what is empty by now."""
    read = circle.trail.read_up_to(found.obj)
    if found.head <= read:
        return []
    rows = newest_rows(circle, found.obj, rules.MOST_UNREAD, after=read)
    return [slot for slot in rows if any(row.value for row in slot)]


def _shown(standing: Standing) -> ShownMessage:
    body = decode(standing.body, Message) if standing.body else Message("")
    known = tuple((word, people) for word, people in standing.reactions if word in rules.REACTIONS)
    return ShownMessage(
        slot=standing.slot,
        day=standing.day,
        keep=standing.keep,
        part=standing.part,
        author=standing.author,
        fate=standing.fate,
        text=body.text,
        reply_to=body.reply_to if body.reply_to < standing.slot else NO_REPLY,
        edited=standing.edited,
        reactions=known,
    )
