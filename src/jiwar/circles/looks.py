"""What a fold looks up rather than reckons anew for every record: what names read as, and what has counted.

Implements spec/protocol.md §4.1. To read everybody's name again for each who comes takes the square of the circle's
size: half of the time of a fold over three hundred people.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from jiwar.circles.handles import look
from jiwar.circles.model import CircleState, Member


class Looks:
    """The looks of everybody who is or was in a circle, kept up while it is folded."""

    def __init__(self, members: tuple[Member, ...]) -> None:
        self._begin(members)

    def _begin(self, members: tuple[Member, ...]) -> None:
        self._of = {member.persona: look(member.handle) for member in members}
        self._borne = Counter(self._of.values())

    def are_free(self, handle: str, persona: bytes) -> bool:
        """Whether nobody but `persona` has a name that reads like this one, or had it before they went."""
        wanted = look(handle)
        return self._borne[wanted] <= (self._of.get(persona) == wanted)

    def follow(self, members: tuple[Member, ...]) -> None:
        """The roster after one record more: as it was but for its last member, or another one altogether."""
        last = members[-1]
        if len(members) != len(self._of) + (last.persona not in self._of):
            self._begin(members)
            return
        old, new = self._of.get(last.persona), look(last.handle)
        if old != new:
            self._of[last.persona] = new
            self._borne[new] += 1
            if old is not None:
                self._borne[old] -= 1


class Walk:
    """What a fold asks again and again, beside the state that it builds: asked of the state itself, it would take the
    square of the circle's size and age.
    """

    def __init__(self, circle: bytes, state: CircleState) -> None:
        self.circle = circle
        self.counted = set(state.counted)
        self._members = state.members

    @cached_property
    def looks(self) -> Looks:
        """Made when the first newcomer comes: most folds go on by a record or two, and none of them is a join."""
        return Looks(self._members)

    def follow(self, before: CircleState, after: CircleState) -> None:
        """`after` is the state after a record that counted."""
        self._members = after.members
        if after.members is not before.members and "looks" in self.__dict__:
            self.looks.follow(after.members)
        if after.epoch != before.epoch:
            self.counted.clear()
        self.counted.update(after.counted[-1:])
