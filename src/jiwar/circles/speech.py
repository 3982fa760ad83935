"""What members say, and what is written beside it: a new wording, a withdrawal, a removal, a reaction.

Implements spec/protocol.md §9.1. What is said stands in a slot of its own; what is written beside it stands in the
same slot, with the same day and lane, and expires with it. Systems give bodies their meaning, this module says which
of them stands.

- The rid of what is said is digest(SAID_OWNER, author, nonce), and the nonce is inside. Who writes a new wording
  shows the nonce, so that everybody can tell whose it was when the first wording has long been erased.
- A new wording replaces the older ones, whose rows are emptied; a withdrawal and a removal leave none. Who removes
  needn't be able to read: a steward empties all of the slot but the notes that two opened who said it (`answerable`).
- What doesn't count is passed over, whoever reads: two readers with the same rows see the same.
- Whether somebody may remove is judged by the role they have now: what was removed stays empty in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal, TypeVar

from jiwar.circles import answerable, nudges, removals
from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.member import Member
from jiwar.circles.model import MODERATOR, STEWARD
from jiwar.circles.roles import open_role
from jiwar.circles.turning import standing_control
from jiwar.clock import EVENING, NIGHT
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import SAID_OWNER
from jiwar.crypto.signing import sign
from jiwar.errors import NotAllowed, NotCanonical, NotThere
from jiwar.log.shelf import Entry, Opened, Refold
from jiwar.store.contract import RecordRow
from jiwar.store.signed import erase_message
from jiwar.wire.canonical import Wire, decode, encode

REACTION_LIMIT = 16
UNKNOWN_PART = -1
PARTS = range(NIGHT, EVENING + 1)
Fate = Literal["stands", "retracted", "removed", "lost", "held"]
"""`held`: what stands there is not shown to this reader, for now (`quiet`)."""
Sound = Callable[[bytes], bool]
"""Whether a body means something in its system."""


class Said(Wire, frozen=True):
    """The body of everything said: the nonce that shows whose it is, and the system's own body."""

    nonce: bytes
    body: bytes


class Edit(Wire, frozen=True):
    """Kind `edit`: a whole new body. `part` is the part of the day of the first wording, which will be erased."""

    nonce: bytes
    part: int
    body: bytes


class Retract(Wire, frozen=True):
    """Kind `retract`: the author takes back what they said."""

    nonce: bytes


class Takedown(Wire, frozen=True):
    """Kind `takedown`: a steward or moderator removes what somebody said."""


class React(Wire, frozen=True):
    """Kind `react`: one word from a short list of the system's; to take it back, its author erases the record."""

    word: str


KINDS: dict[str, type[Wire]] = {"edit": Edit, "retract": Retract, "takedown": Takedown, "react": React}
Beside = TypeVar("Beside", Edit, Retract, Takedown, React)
Owned = TypeVar("Owned", Edit, Retract)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in one slot; `body` is empty unless its fate is to stand, `author` where nobody can say."""

    slot: int
    day: int
    keep: int
    part: int
    author: bytes
    fate: Fate
    body: bytes
    edited: bool
    reactions: tuple[tuple[str, tuple[bytes, ...]], ...]

    def reacted(self, word: str, persona: bytes) -> bool:
        return any(persona in people for name, people in self.reactions if name == word)


@dataclass(frozen=True, slots=True)
class Judge:
    """What the roster says: whose records count, who may remove, and whose words wait."""

    counts: Callable[[Opened], bool]
    is_steward: Callable[[bytes], bool]
    may_remove: Callable[[bytes], bool]
    waits: Callable[[bytes, int], bool]


def owned_rid(author: bytes, nonce: bytes) -> bytes:
    """The rid of something said: nobody else can show a nonce that gives it."""
    return digest(SAID_OWNER, author, nonce)[:16]


def slots_of(rows: Iterable[RecordRow]) -> Iterator[tuple[RecordRow, ...]]:
    """Rows as the store gives them, one tuple a slot."""
    for _, group in groupby(rows, key=lambda row: row.slot):
        yield tuple(group)


def judge_of(circle: Circle) -> Judge:
    def holds(roles: int, persona: bytes) -> bool:
        member = circle.sketch.member(persona)
        return member is not None and member.holds(roles)

    return Judge(circle.counts, partial(holds, STEWARD), partial(holds, STEWARD | MODERATOR), circle.holds_back)


def read_slot(circle: Circle, obj: bytes, rows: Sequence[RecordRow], sound: Sound) -> Standing | None:
    """What stands in a slot for this member, or None when it can't be read, doesn't count or waits."""
    filled = [row for row in rows if row.value]
    standing = what_stands(rows, circle.log.readable(obj, filled), judge_of(circle), sound)
    return None if standing is None or standing.fate == "held" else standing


def what_stands(rows: Sequence[RecordRow], opened: Iterable[Opened], judge: Judge, sound: Sound) -> Standing | None:
    """The fold of one slot: from its rows and from what of them opens."""
    own_row = next((row for row in rows if row.number == row.slot), None)
    if own_row is None:
        return None
    counting = what_counts(own_row, opened, judge)
    beside = [one for one in counting if one.number != own_row.slot]
    own = next((one for one in counting if one.number == own_row.slot), None)
    first = _said(own, own_row, sound) if own else None
    if own_row.value and first is None:
        return None
    edits = [(one, edit) for one, edit in _of_owner(beside, Edit, own_row.rid) if sound(edit.body)]
    owners = [one.author for one, _ in (*edits, *_of_owner(beside, Retract, own_row.rid))]
    author = own.author if own else next(iter(owners), b"")
    fate = _fate(beside, judge, own_row.rid, bool(first or edits))
    if fate == "stands" and judge.waits(author, edits[-1][0].number if edits else own_row.number):
        fate = "held"
    part = _part(own.part if own else edits[-1][1].part if edits else UNKNOWN_PART)
    body = edits[-1][1].body if edits else first.body if first else b""
    stands = fate == "stands"
    return Standing(
        slot=own_row.slot,
        day=own_row.day,
        keep=own_row.keep,
        part=part,
        author=author,
        fate=fate,
        body=body if stands else b"",
        edited=bool(edits) and stands,
        reactions=_reactions(beside) if stands else (),
    )


def is_closed_to(circle: Circle, rows: Sequence[RecordRow]) -> bool:
    """Whether a slot holds something said before this member's keys begin: there, but nobody's to judge for them."""
    return bool(rows and rows[0].number == rows[0].slot and rows[0].value) and not circle.log.holds(rows[0].epoch)


def what_counts(own: RecordRow, opened: Iterable[Opened], judge: Judge) -> list[Opened]:
    """Of the opened records of a slot those that count beside `own`, in their order."""
    place = (own.day, own.keep)
    counting = [one for one in opened if (one.day, one.keep) == place and judge.counts(one)]
    return sorted(counting, key=lambda one: one.number)


def _part(part: int) -> int:
    """A part of the day as a program of ours writes it; any other is none."""
    return part if part in PARTS else UNKNOWN_PART


def _said(own: Opened, row: RecordRow, sound: Sound) -> Said | None:
    try:
        said = decode(own.body, Said)
    except NotCanonical:
        return None
    return said if owned_rid(own.author, said.nonce) == row.rid and sound(said.body) else None


def _beside(records: Iterable[Opened], kind: type[Beside]) -> Iterator[tuple[Opened, Beside]]:
    for one in records:
        if KINDS.get(one.kind) is kind:
            try:
                yield one, decode(one.body, kind)
            except NotCanonical:
                continue


def _of_owner(records: Iterable[Opened], kind: type[Owned], rid: bytes) -> list[tuple[Opened, Owned]]:
    return [(one, body) for one, body in _beside(records, kind) if owned_rid(one.author, body.nonce) == rid]


def _fate(beside: list[Opened], judge: Judge, rid: bytes, worded: bool) -> Fate:
    if any(judge.may_remove(one.author) for one, _ in _beside(beside, Takedown)):
        return "removed"
    if _of_owner(beside, Retract, rid):
        return "retracted"
    return "stands" if worded else "lost"


def _reactions(beside: list[Opened]) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    people: dict[str, set[bytes]] = {}
    for one, body in _beside(beside, React):
        if len(body.word) <= REACTION_LIMIT:
            people.setdefault(body.word, set()).add(one.author)
    return tuple((word, tuple(sorted(people[word]))) for word in sorted(people))


# saying


async def say(
    circle: Circle,
    obj: bytes,
    kind: str,
    body: bytes,
    keep: int,
    collection: str = "",
    refold: Refold | None = None,
    create: bool = False,
    before: Callable[[], int] = lambda: 0,
) -> Opened:
    """Say something in a slot of its own, and ring. Raises as `ShelfLog.append` does.

    `before` tells, once it is said, the object's head before: who had read up to there has read this as well.
    """
    nonce = circle.services.random(16)
    rid = owned_rid(circle.log.persona.key, nonce)
    entry = Entry(obj, kind, encode(Said(nonce, body)), keep, collection=collection, rid=rid)
    record = await circle.log.append(entry, refold, create)
    trail = circle.trail
    circle.keep_trail(trail.mark(obj, record.number) if trail.read_up_to(obj) >= before() else trail)
    nudges.ring(circle)
    return record


@dataclass(frozen=True, slots=True)
class _Slot:
    rows: tuple[RecordRow, ...]
    opened: tuple[Opened, ...]
    standing: Standing

    def worded(self) -> Iterator[Opened]:
        """The wordings that still have text."""
        return (one for one in self.opened if one.number == one.slot or one.kind == "edit")


def _open(circle: Circle, obj: bytes, slot: int, sound: Sound) -> _Slot:
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    opened = tuple(circle.log.readable(obj, [row for row in rows if row.value]))
    standing = what_stands(rows, opened, judge_of(circle), sound)
    if standing is None or standing.fate != "stands":
        raise NotThere
    return _Slot(rows, opened, standing)


_InSlot = RecordRow | Opened | Standing


async def write_beside(
    circle: Circle,
    obj: bytes,
    own: RecordRow | Opened | Standing,
    kind: str,
    body: Wire,
    refold: Refold | None = None,
) -> None:
    """Write something beside what was said in a slot. Raises as `ShelfLog.append` does."""
    entry = Entry(obj, kind, encode(body), own.keep, slot=own.slot, day=own.day)
    await circle.log.append(entry, refold)
    circle.keep_trail(circle.trail)


def _nonce(circle: Circle, found: _Slot) -> bytes:
    """The nonce of something that I said. Raises NotAllowed when it was somebody else."""
    me = circle.log.persona.key
    if found.standing.author != me:
        raise NotAllowed
    shown = [edit.nonce for _, edit in _of_owner(found.opened, Edit, found.rows[0].rid)]
    shown += [decode(one.body, Said).nonce for one in found.opened if one.number == one.slot]
    return shown[0]


async def edit(
    circle: Circle, obj: bytes, slot: int, body: bytes, sound: Sound, refold: Refold | None = None
) -> None:
    """Give what I said a new wording and erase the older ones. Raises NotThere, NotAllowed."""
    found = _open(circle, obj, slot, sound)
    beside = Edit(_nonce(circle, found), found.standing.part, body)
    await write_beside(circle, obj, found.standing, "edit", beside, refold)
    await erase_own(circle, obj, found.worded())


async def retract(circle: Circle, obj: bytes, slot: int, sound: Sound, refold: Refold | None = None) -> None:
    """Take back what I said: it is erased, and a note that it was there stays. Raises NotThere, NotAllowed."""
    found = _open(circle, obj, slot, sound)
    await write_beside(circle, obj, found.standing, "retract", Retract(_nonce(circle, found)), refold)
    await erase_own(circle, obj, found.opened)


async def take_down(circle: Circle, obj: bytes, slot: int, sound: Sound, refold: Refold | None = None) -> None:
    """Remove what somebody said: a signed note, which every reader honours at once. A steward erases everything else
    by the control key; a moderator, who hasn't got it, leaves word for the next steward to come. Raises NotThere,
    NotAllowed.
    """
    if not circle.me.holds(STEWARD | MODERATOR):
        raise NotAllowed
    rows = tuple(circle.log.rows(obj, slot, slot, 1))
    if not is_closed_to(circle, rows):
        rows = _open(circle, obj, slot, sound).rows
    await take_down_rows(circle, obj, rows, refold)


async def take_down_rows(circle: Circle, obj: bytes, rows: Sequence[RecordRow], refold: Refold | None = None) -> None:
    """The same for everything in a slot, by its rows, whatever it says. Raises NotAllowed."""
    if not circle.me.holds(STEWARD | MODERATOR):
        raise NotAllowed
    seed = control_seed_of(circle) if circle.is_steward else b""
    await write_beside(circle, obj, rows[0], "takedown", Takedown(), refold)
    if seed:
        await _empty(circle, obj, rows[0].slot, seed)
    else:
        await removals.ask(circle, obj, rows[0].slot)


async def erase_removed(circle: Circle) -> None:
    """What moderators have removed since: a steward's coming empties it. Raises NotThere, NotAllowed."""
    seed = control_seed_of(circle)
    for one in removals.asked(circle):
        with suppress(NotThere):
            await _empty(circle, one.obj, one.slot, seed)


async def _empty(circle: Circle, obj: bytes, slot: int, seed: bytes) -> None:
    """Empty what was removed, but for the notes that it was, and that two opened who said it. Raises NotThere."""
    rows, judge = circle.log.rows(obj, slot, slot, 1), judge_of(circle)
    left = [row for row in rows if row.value]
    notes = what_counts(rows[0], circle.log.readable(obj, left), judge) if left else []
    removed = {note.number for note, _ in _beside(notes, Takedown) if judge.may_remove(note.author)}
    stays = removed | {note.number for note in notes if answerable.day_told(note)}
    if removed and rows[0].slot == slot:
        await erase_rows(circle, obj, (row for row in left if row.number not in stays), seed)


async def erase_removed_everywhere(member: Member) -> None:
    """Done when a steward comes back."""
    await in_each(member, erase_removed, lambda one: member.role_circle_of(one.circle) is not None)


def control_seed_of(circle: Circle) -> bytes:
    """What a steward erases by. Raises NotThere, NotAllowed for who doesn't hold it."""
    return standing_control(circle, open_role(circle))


async def erase_own(circle: Circle, obj: bytes, opened: Iterable[Opened]) -> None:
    """Empty those of some records that I wrote."""
    for one in opened:
        if one.author == circle.log.persona.key:
            await circle.log.erase_own(obj, one.slot, one.number, one.rid)


async def erase_rows(circle: Circle, obj: bytes, rows: Iterable[RecordRow], seed: bytes) -> None:
    """Empty some rows by the control key, whoever wrote them."""
    shelf, store = circle.log.shelf, circle.services.store
    for row in rows:
        if row.value:
            signature = sign(seed, erase_message(shelf, obj, row.slot, row.number))
            await store.erase_by_control(shelf, obj, row.slot, row.number, signature)


async def react(circle: Circle, obj: bytes, slot: int, word: str, sound: Sound) -> bool:
    """Say one word to something, or take it back when I have said it; True when it stands now. Raises NotThere."""
    found = _open(circle, obj, slot, sound)
    me = circle.log.persona.key
    mine = [one for one, body in _beside(found.opened, React) if one.author == me and body.word == word]
    for one in mine:
        await circle.log.erase_own(obj, one.slot, one.number, one.rid)
    if not mine:
        await write_beside(circle, obj, found.standing, "react", React(word))
    return not mine
