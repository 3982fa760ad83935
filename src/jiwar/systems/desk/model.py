"""What dispatchers write down of a request that came through the window, or from a member, in their own role circle.

Implements spec/protocol.md §9.8. All requests are slots of one object, the desk; what is done about one stands beside
it in its slot, with its day and its lane, so that everything about it expires together. What the caller and the
dispatchers said stands in the caller's room alone (`circles.callers`), and goes with it.
"""

from __future__ import annotations

from jiwar.wire.canonical import Wire

DESK, CASE, HOLDING, NOTE, MADE, DONE = "desk", "case", "holding", "note", "made", "done"
NOBODY = b""


class DeskBegun(Wire, frozen=True):
    """The body of the `desk`: the first record of the object, which stays."""


class CallerCase(Wire, frozen=True):
    """The body of a `case`: whose request it is, by the key that the code gave, and what opens its room. `inside`: it
    came to the box that only members know.
    """

    caller: bytes
    room: bytes
    inside: bool = False


class Holding(Wire, frozen=True):
    """The body of a `holding`: who looks after it from now on; NOBODY puts it back among the new ones."""

    persona: bytes


class Note(Wire, frozen=True):
    """The body of a `note`: for the other dispatchers."""

    text: str


class Made(Wire, frozen=True):
    """The body of a `made`: a request was made of it for the board; which one, nobody writes down."""


class Done(Wire, frozen=True):
    """The body of a `done`: how many lines of the caller's were heard, of how many in the room. One more of theirs
    opens it again, whatever its number: two words can cross.
    """

    heard: int
    lines: int


KINDS: dict[str, type[Wire]] = {
    DESK: DeskBegun,
    CASE: CallerCase,
    HOLDING: Holding,
    NOTE: Note,
    MADE: Made,
    DONE: Done,
}
