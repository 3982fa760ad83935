"""The rules of a pause: two members together hold back what somebody writes, for twelve hours, quietly. Pure.

For when somebody was taken and their name goes on writing: before anything is final. Nobody is removed by it, nothing
is erased, and nothing tells the one who is held.

- Two members who have been here for a week say so, within a day of each other. Neither is held themselves.
- From the second word on what the persona writes is held back, until a `lift`: by either of the two or by any other
  steward. Records carry no hour, so that the twelve hours are counted by a held letter that has the lift written;
  where nobody comes to write it, the pause is over with the day after.
- What else it could be used for is bounded: a member has few words a month, nobody is held often, and the only
  steward never. What is held back concerns words alone: a steward's control is theirs throughout.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.model import CircleState, Member
from jiwar.log.shelf import Opened
from jiwar.wire.canonical import Wire

VOICES = 2
SETTLED_DAYS = 7
"""Who has come later than that has no word in it."""
TOGETHER_DAYS = 1
"""So many days after the first word the second one still counts."""
LASTS_DAYS = 1
"""The last day on which words are held, counted from the second word's."""
MONTH = 30
MOST_WORDS = 2
"""Of one member in a month."""
MOST_HELD = 2
"""Times that one persona is held in a month."""
NOT_YET = -1


class Pause(Wire, frozen=True):
    """Kind `pause`: a word that what a persona writes should wait."""

    persona: bytes


class Lift(Wire, frozen=True):
    """Kind `lift`: it need not wait any longer."""

    persona: bytes


class Held(Wire, frozen=True):
    """A pause of one persona, by one or two members: from record `since` on, until record `until`; `day` is that of
    the last word. NOT_YET stands for a beginning or an end that hasn't come."""

    persona: bytes
    by: tuple[bytes, ...]
    day: int
    since: int = NOT_YET
    until: int = NOT_YET

    def stands(self, day: int) -> bool:
        """Whether words are held on a day."""
        return self.since != NOT_YET and self.until == NOT_YET and day <= self.day + LASTS_DAYS

    def holds(self, number: int, day: int) -> bool:
        """Whether a record is held back: one of another day, or one after the lift, is not."""
        before = self.until == NOT_YET or number < self.until
        return self.since != NOT_YET and self.since < number and before and day <= self.day + LASTS_DAYS


Pauses = tuple[Held, ...]


def are_held(pauses: Pauses, persona: bytes, number: int, day: int) -> bool:
    """Whether a record of somebody's was written while they were held."""
    return any(one.persona == persona and one.holds(number, day) for one in pauses)


def said(state: CircleState, pauses: Pauses, record: Opened, body: Pause) -> Pauses | None:
    """The pauses after one more word; None where it doesn't count."""
    author, target, today = state.member(record.author), state.member(body.persona), max(record.day, state.day)
    if author is None or target is None or author.persona == target.persona or not target.active:
        return None
    kept = _of_a_month(pauses, today)
    if not _has_a_word(kept, author, today) or _is_only_steward(state, target):
        return None
    of_target = [one for one in kept if one.persona == target.persona]
    if any(one.stands(today) for one in of_target):
        return None
    if sum(one.since != NOT_YET for one in of_target) >= MOST_HELD:
        return None
    first = next((one for one in of_target if _waits(one, today)), None)
    if first is None:
        return (*kept, Held(target.persona, (author.persona,), today))
    if author.persona in first.by:
        return None
    both = replace(first, by=(*first.by, author.persona), day=today, since=record.number)
    return tuple(both if one is first else one for one in kept)


def lifted(state: CircleState, pauses: Pauses, record: Opened, body: Lift) -> Pauses | None:
    """The pauses after a lift, or after a first word was taken back; None where it doesn't count."""
    author, today = state.member(record.author), max(record.day, state.day)
    if author is None or not author.active or author.persona == body.persona:
        return None
    found = next((one for one in pauses if one.persona == body.persona and _is_open(one, today)), None)
    if found is None or not (author.is_steward or author.persona in found.by):
        return None
    ended = replace(found, until=record.number)
    return tuple(ended if one is found else one for one in pauses)


def _is_open(one: Held, today: int) -> bool:
    return one.stands(today) or _waits(one, today)


def _waits(one: Held, today: int) -> bool:
    """Whether it has one word, and a second would count."""
    return one.since == NOT_YET and one.until == NOT_YET and today <= one.day + TOGETHER_DAYS


def _of_a_month(pauses: Pauses, today: int) -> Pauses:
    return tuple(one for one in pauses if one.day > today - MONTH)


def _has_a_word(pauses: Pauses, author: Member, today: int) -> bool:
    """Words that were taken back, or that nobody joined, count as well: each could be said to somebody's face."""
    own = sum(author.persona in one.by for one in pauses)
    held = any(one.persona == author.persona and one.stands(today) for one in pauses)
    return author.active and author.day + SETTLED_DAYS <= today and own < MOST_WORDS and not held


def _is_only_steward(state: CircleState, target: Member) -> bool:
    return target.is_steward and sum(one.is_steward for one in state.members) == 1
