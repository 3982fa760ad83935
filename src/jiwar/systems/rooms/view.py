"""What pages show of rooms: the list of rooms, the newest messages, what is new.

Implements spec/protocol.md §9.3. A room costs two reads of the store however much was said in it: what stands at its
first record, and its newest messages.

Whether a room is open, whose it is and how it is called is what its first slot says; a cover is believed only where
that doesn't open, because any member can write one. That the first record is still there is for everybody to see: who
closes a room empties it, and only who opened it and the stewards can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jiwar.circles import speech
from jiwar.circles.circle import Circle
from jiwar.circles.roles import care_of
from jiwar.circles.speech import Fate, Standing
from jiwar.errors import Damaged, NotCanonical, NotThere, RoomClosed
from jiwar.log.shelf import LAST_NUMBER, Opened
from jiwar.store.contract import KEPT, ObjectRow, RecordRow
from jiwar.systems.rooms import rules
from jiwar.systems.rooms.model import NAMING, NO_REPLY, ROOMS, Message, Naming, Room, RoomCover
from jiwar.wire.canonical import decode

SHOWN = 30


@dataclass(frozen=True, slots=True)
class RoomLine:
    """An open room as a list shows it.

    slot: where its first record stands; opener: whose that is, empty for who can't open it.
    told: whether its cover says the same; covered: and says it to those who come in now.
    """

    obj: bytes
    head: int
    slot: int
    room: RoomCover
    opener: bytes
    told: bool
    covered: bool


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


def room_rows(circle: Circle) -> list[ObjectRow]:
    """What lists of rooms are made of, still sealed, the liveliest first."""
    return circle.log.covers(ROOMS, None, rules.MOST_LOOKED_AT)


def rooms(circle: Circle) -> list[RoomLine]:
    """The open rooms of a circle, the liveliest first."""
    found = []
    for row in room_rows(circle):
        try:
            found.append(open_room(circle, row, first_slot(circle, row.obj)))
        except (Damaged, NotCanonical, NotThere):
            continue
    return rules.listed(found, is_steward(circle))


def is_steward(circle: Circle) -> rules.IsSteward:
    return speech.judge_of(circle).is_steward


def room(circle: Circle, obj: bytes) -> RoomLine:
    """Raises NotThere, also for what is something else; RoomClosed."""
    try:
        return open_room(circle, circle.log.cover(obj), first_slot(circle, obj))
    except (Damaged, NotCanonical):
        raise NotThere from None


def _closing_judge(circle: Circle) -> speech.Judge:
    """A moderator removes what is said in a room; to end the room itself is for stewards and who opened it."""
    judge = speech.judge_of(circle)
    return replace(judge, may_remove=judge.is_steward)


def may_tend(circle: Circle, opener: bytes) -> bool:
    """Whether I may name a room anew and close it: who opened it, and stewards who hold their keys."""
    return opener == circle.log.persona.key or care_of(circle) is not None


def first_slot(circle: Circle, obj: bytes) -> tuple[RecordRow, ...]:
    """What stands where a room begins, still sealed: the record that opened it, and its names."""
    return tuple(circle.log.rows(obj, 0, LAST_NUMBER, 1))


def open_room(circle: Circle, row: ObjectRow, first: tuple[RecordRow, ...]) -> RoomLine:
    """A room by its stored cover and first slot. Raises RoomClosed; Damaged, NotCanonical for what is none."""
    own, told = _own(first), _told(circle, row)
    said, opener = told, b""
    if not speech.is_closed_to(circle, first):
        opened = circle.log.readable(row.obj, [one for one in first if one.value])
        standing = speech.what_stands(first, opened, _closing_judge(circle), rules.is_sound_opening)
        if standing is None:
            raise NotCanonical
        if standing.fate != "stands":
            raise RoomClosed
        opener, keep = standing.author, decode(standing.body, Room).keep
        name = _name(circle, own, opened, opener) or (told.name if told else "")
        said = RoomCover(name, keep)
    if said is None or not rules.is_sound_room(said):
        raise NotCanonical
    return RoomLine(row.obj, row.head, own.slot, said, opener, said == told, said == told and is_current(circle, row))


def is_current(circle: Circle, row: ObjectRow) -> bool:
    """Whether a cover opens to those who come in now: it is of the newest epoch, and kept."""
    return (row.cover.epoch, row.cover.keep) == (circle.log.newest.epoch, KEPT)


def _own(first: tuple[RecordRow, ...]) -> RecordRow:
    """The record that opened a room. Raises RoomClosed when it was emptied."""
    if not first or first[0].number != first[0].slot or first[0].keep != KEPT:
        raise NotCanonical
    if not first[0].value:
        raise RoomClosed
    return first[0]


def _told(circle: Circle, row: ObjectRow) -> RoomCover | None:
    """What the cover says; its signer may be gone, but no stranger."""
    try:
        folded = circle.log.open_cover(row, lasting=True)
        found = decode(folded.fold, RoomCover)
    except (Damaged, NotCanonical):
        return None
    known = rules.is_sound_room(found) and circle.sketch.member(folded.signer) is not None
    return found if known else None


def _name(circle: Circle, own: RecordRow, opened: list[Opened], opener: bytes) -> str:
    """The last name that a steward or who opened the room gave it; empty when there is none that opens."""
    judge, found = speech.judge_of(circle), ""
    for one in speech.what_counts(own, opened, judge):
        may_name = one.author == opener or judge.is_steward(one.author)
        if one.kind == NAMING and may_name and not judge.waits(one.author, one.number):
            try:
                name = decode(one.body, Naming).name
            except NotCanonical:
                continue
            found = name if rules.is_sound_name(name) else found
    return found


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
    """One message by its slot. Raises NotThere, also for one that was taken away, or with its room."""
    room(circle, obj)
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
