"""The rules of the desk: how long, how many, what is sound, in which part of the queue a request stands. Pure.

Implements spec/protocol.md §9.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from jiwar.circles.policy import Policy
from jiwar.circles.texts import is_sound
from jiwar.errors import NotCanonical
from jiwar.log.shelf import Opened
from jiwar.systems.desk.model import (
    CASE,
    DONE,
    HOLDING,
    KINDS,
    MADE,
    NOBODY,
    NOTE,
    CallerCase,
    Done,
    Holding,
    Made,
    Note,
)
from jiwar.wire.canonical import Wire, decode

NOTE_LIMIT = 600
CASE_DAYS = 90
SHORTEST_DAYS = 30
"""A request is known for longer than its room lies without a word."""
PAGE = 200
MOST_READ = 5_000
"""Slots that are looked through, so many at a time, the newest first."""
MOST_OPEN = 100
"""Open requests of those without an account, and as many of members: neither takes the others' place. What comes then
waits at the desk, where there is room for a few, and none is taken any more."""
MOST_DONE = 12
"""Of those that are done so many are shown, the latest."""
KEY = 32
Part = Literal["new", "mine", "others", "waiting", "done"]


@dataclass(frozen=True)
class Noted:
    """A note, and who wrote it."""

    number: int
    author: bytes
    day: int
    text: str


@dataclass(frozen=True)
class Standing:
    """What the records of one slot say. `holder` is NOBODY's or a persona; `heard` and `lines` are -1 unless it is
    done; `made`: a request was made of it for the board."""

    slot: int
    day: int
    keep: int
    case: CallerCase
    holder: bytes
    notes: tuple[Noted, ...]
    heard: int
    lines: int
    made: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it was, until its caller says more."""
        return self.heard >= 0


def lane(policy: Policy) -> int:
    """For how many days a request is known; `policy` is the group's."""
    return min(CASE_DAYS, max(SHORTEST_DAYS, policy.topic_days))


def standing(slot: int, records: Iterable[Opened]) -> Standing | None:
    """The fold of one slot, from those of its records that count, in order; None for what is no request."""
    first, *beside = records
    if first.kind != CASE or first.number != slot or (case := _case(first.body)) is None:
        return None
    holder, heard, lines, notes, made = NOBODY, -1, -1, list[Noted](), False
    for one in beside:
        said = _read(one)
        if isinstance(said, Holding):
            holder, heard, lines = said.persona, -1, -1
        elif isinstance(said, Done):
            heard, lines = said.heard, said.lines
        elif isinstance(said, Made):
            made = True
        elif isinstance(said, Note):
            notes.append(Noted(one.number, one.author, one.day, said.text))
    return Standing(slot, first.day, first.keep, case, holder, tuple(notes), heard, lines, made)


def _case(body: bytes) -> CallerCase | None:
    try:
        case = decode(body, CallerCase)
    except NotCanonical:
        return None
    return case if len(case.caller) == KEY and len(case.room) == KEY else None


def _read(record: Opened) -> Wire | None:
    """What stands beside a request, if it is sound."""
    kind = KINDS.get(record.kind)
    if kind is None or record.kind not in (HOLDING, NOTE, MADE, DONE):
        return None
    try:
        said = decode(record.body, kind)
    except NotCanonical:
        return None
    if isinstance(said, Holding):
        return said if len(said.persona) in (0, KEY) else None
    if isinstance(said, Note):
        return said if is_sound(said.text, NOTE_LIMIT, lines=True) else None
    return said if isinstance(said, Made) or (isinstance(said, Done) and 0 <= said.heard <= said.lines) else None


def part(standing: Standing, said: int, ours: bool, me: bytes, here: bool) -> Part:
    """Where a request stands. `said` is how many lines of its caller's there are, `ours` whether the next word is the
    dispatchers', `here` whether its holder is still one of them.
    """
    if standing.is_done and not (ours and said > standing.heard):
        return "done"
    if not standing.holder or not here:
        return "new"
    if not ours:
        return "waiting"
    return "mine" if standing.holder == me else "others"
