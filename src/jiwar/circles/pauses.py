"""The rules of a pause: two members together hold back what somebody writes, for half a day, quietly. Pure.

For when somebody was taken and their name goes on writing: before anything is final. Nobody is removed by it, nothing
is erased, and nothing tells the one who is held. Implements spec/protocol.md §4.12.

- Two members who have been here for a week say so, within a day of each other. Who is held has their
  word like others: to be refused it would tell them.
- From the second word on what the persona writes waits, for twelve to eighteen hours, or until a `lift`: by either of
  the two or by any other steward. Then it shows by itself, wherever nobody has come by to end it.
- What else it could be used for is bounded: a member has few words a month, nobody is held often, and the only
  steward never. What is held back concerns words alone: a steward's control is theirs throughout.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.model import CircleState, Member
from jiwar.circles.quiet import Held, Lift, Pause, Pauses
from jiwar.clock import QUARTERS
from jiwar.log.shelf import Opened

SETTLED_DAYS = 7
"""Who has come later than that has no word in it."""
TOGETHER_DAYS = 1
"""So many days after the first word the second one still counts."""
MONTH = 30
MOST_WORDS = 2
"""Of one member in a month."""
MOST_HELD = 2
"""Times that one persona is held in a month."""


def said(state: CircleState, record: Opened, body: Pause) -> CircleState | None:
    """The state after one more word; None where it doesn't count."""
    if not 0 <= body.quarter < QUARTERS:
        return None
    now = max(record.day * QUARTERS + body.quarter, state.day * QUARTERS)
    if not may_say(state, record.author, body.persona, now):
        return None
    kept = _of_a_month(state.pauses, now)
    first = _first_word(kept, body.persona, now)
    if first is None:
        return replace(state, pauses=(*kept, Held(body.persona, (record.author,), now)))
    both = replace(first, by=(*first.by, record.author), moment=now, since=record.number)
    return replace(state, pauses=tuple(both if one is first else one for one in kept))


def may_say(state: CircleState, by: bytes, persona: bytes, now: int) -> bool:
    """Whether a word by one member about another would count in a quarter."""
    author, target = state.member(by), state.member(persona)
    if author is None or target is None or by == persona or not target.active or _is_only_steward(state, target):
        return False
    kept = _of_a_month(state.pauses, now)
    of_target = [one for one in kept if one.persona == persona]
    first = _first_word(kept, persona, now)
    return (
        _has_a_word(kept, author, now)
        and not any(one.stands(now) for one in of_target)
        and sum(one.begun for one in of_target) < MOST_HELD
        and (first is None or by not in first.by)
    )


def lifted(state: CircleState, record: Opened, body: Lift) -> CircleState | None:
    """The state after a lift, or after a first word was taken back; None where it doesn't count."""
    found = open_of(state.pauses, body.persona, max(record.day, state.day))
    if found is None or not may_lift(state, record.author, found):
        return None
    ended = replace(found, lifted=True)
    return replace(state, pauses=tuple(ended if one is found else one for one in state.pauses))


def may_lift(state: CircleState, by: bytes, held: Held) -> bool:
    """Either of the two, and any steward but the one who is held."""
    author = state.member(by)
    if author is None or not author.active or by == held.persona:
        return False
    return author.is_steward or by in held.by


def open_of(pauses: Pauses, persona: bytes, day: int) -> Held | None:
    """What a lift on a day would end: the latest of somebody's pauses, begun or not, that may still hold or begin."""
    last = next((one for one in reversed(pauses) if one.persona == persona), None)
    return last if last is not None and not last.lifted and day <= last.day + TOGETHER_DAYS else None


def _first_word(pauses: Pauses, persona: bytes, now: int) -> Held | None:
    """One that a second word would join."""
    found = open_of(pauses, persona, now // QUARTERS)
    return found if found is not None and not found.begun else None


def _of_a_month(pauses: Pauses, now: int) -> Pauses:
    return tuple(one for one in pauses if one.day > now // QUARTERS - MONTH)


def _has_a_word(pauses: Pauses, author: Member, now: int) -> bool:
    """Words that were taken back, or that nobody joined, count as well: each could be said to somebody's face."""
    own = sum(author.persona in one.by for one in pauses)
    return author.active and author.day + SETTLED_DAYS <= now // QUARTERS and own < MOST_WORDS


def _is_only_steward(state: CircleState, target: Member) -> bool:
    return target.is_steward and sum(one.is_steward for one in state.members) == 1
