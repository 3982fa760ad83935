"""The little of a circle's state that most pages ask for, as cheap to read for thousands of people as for ten.

Implements spec/protocol.md §4.3. Made from a whole state and kept beside it as a sealed fragment; never written to a
store. People stay encoded until somebody asks for one of them.
"""

from __future__ import annotations

from jiwar.circles.model import Charter, CircleState, Member
from jiwar.circles.quiet import Pauses
from jiwar.wire.canonical import Wire, encode, reread

_PERSONA = 32
_PLACE = 4


class Sketch(Wire, frozen=True):
    """What `CircleState` says of these fields.

    personas: the keys of everybody who is or was in the circle, one after the other; ends: where each one's encoded
    `Member` ends in `people`.
    """

    through: int
    charter: Charter | None
    epoch: int
    turned_at: int
    fold_from: int
    pauses: Pauses
    personas: bytes
    ends: bytes
    people: bytes

    def member(self, persona: bytes) -> Member | None:
        """Somebody who is or was in the circle."""
        at = self.personas.find(persona) if len(persona) == _PERSONA else -1
        while at % _PERSONA and at >= 0:
            at = self.personas.find(persona, at + 1)
        return None if at < 0 else self._at(at // _PERSONA)

    @property
    def ever(self) -> int:
        """How many are or were in the circle."""
        return len(self.ends) // _PLACE

    def _at(self, index: int) -> Member:
        begins = self._end(index - 1) if index else 0
        return reread(self.people[begins : self._end(index)], Member)

    def _end(self, index: int) -> int:
        return int.from_bytes(self.ends[index * _PLACE : (index + 1) * _PLACE], "big")


def sketch_of(state: CircleState) -> Sketch:
    """The sketch of a state."""
    ends, people = [], b""
    for encoded in map(encode, state.members):
        people += encoded
        ends.append(len(people).to_bytes(_PLACE, "big"))
    return Sketch(
        state.through,
        state.charter,
        state.epoch,
        state.turned_at,
        state.fold_from,
        state.pauses,
        b"".join(member.persona for member in state.members),
        b"".join(ends),
        people,
    )
