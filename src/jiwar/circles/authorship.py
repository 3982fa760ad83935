"""Who may have written what: whether an author was in a circle at a place, under the epoch that held there. Pure.

Implements spec/protocol.md §4.3.
"""

from __future__ import annotations

from jiwar.circles.model import CircleState, Member
from jiwar.circles.sketch import Sketch
from jiwar.log.covers import Folded
from jiwar.log.shelf import Opened


def may_have_written(state: CircleState | Sketch, record: Opened) -> bool:
    """Whether a record's author was in the circle at its place, under the epoch that held there."""
    return _was_in(state, state.member(record.author), record.epoch, record.number)


def may_have_written_once(state: CircleState | Sketch, record: Opened) -> bool:
    """The same for a one-off, of which the roster knows nothing: only the epoch is judged."""
    return _holds(state, record.epoch, record.number)


def may_have_folded_once(state: CircleState | Sketch, cover: Folded) -> bool:
    """The same for a cover that a one-off signed."""
    return _holds(state, cover.epoch, cover.head)


def may_have_folded(state: CircleState | Sketch, cover: Folded) -> bool:
    """The same for whoever signed a cover, judged at the head that it stands for."""
    signer = state.member(cover.signer)
    return _was_in(state, signer, cover.epoch, max(cover.head, signer.since if signer else 0))


def _was_in(state: CircleState | Sketch, member: Member | None, epoch: int, number: int) -> bool:
    if member is None or number < member.since or (member.until and number > member.until):
        return False
    return _holds(state, epoch, number)


def _holds(state: CircleState | Sketch, epoch: int, number: int) -> bool:
    return epoch >= state.epoch or number < state.turned_at
