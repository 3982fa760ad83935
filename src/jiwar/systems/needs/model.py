"""What needs and offers are made of, and the cover that lists one.

Implements spec/protocol.md §9.5. Each is one object of a one-off's (`circles.oneoffs`), of the collection `needs` or
`offers`: its first record is of kind `need` or `offer`, and carries a `Need` in the one size. What is written beside
it is `circles.speech`'s.
"""

from __future__ import annotations

from jiwar.circles.rights import NONE, Right
from jiwar.wire.canonical import Wire

NEED, OFFER, PICTURE = "need", "offer", "picture"
TALLY, TOLD = "tally", "figures"
COLLECTIONS = {NEED: "needs", OFFER: "offers"}
NO_DAY, NO_PART = 0, -1
NO_BOX = bytes(32)
"""The box of what the care team brought for others: nobody's, so words to it are not taken."""


class Need(Wire, frozen=True):
    """The body of a `need` or, with that `side`, of an `offer`.

    kind: a word of `rules.KINDS`, or the group's own; empty where unsaid. area: as coarse as its author likes.
    when: one of `rules.WHEN`. day, part: by when it is needed, or from when it is there. many: for how many, or how
    much. often: one of `rules.OFTEN`. outcome: how it ended, one of `rules.OUTCOMES`, and then no text is left.
    kem, inbox: the one-off's own, for words to whoever is behind it; or NO_BOX.
    right: says that somebody of the circle is behind it. reach: one of `rules.REACH`, how its author would rather be
    reached. answers: what the circle asks besides, each with its question.
    """

    side: str
    text: str
    kind: str
    area: str
    when: str
    day: int
    part: int
    many: int
    often: str
    languages: str
    conditions: str
    outcome: str
    kem: bytes
    inbox: bytes
    right: Right = NONE
    reach: str = ""
    answers: tuple[tuple[str, str], ...] = ()


class NeedCover(Wire, frozen=True):
    """What a list shows. An empty text means that it has ended, or was taken away. `photo`: there is one."""

    side: str
    text: str
    kind: str
    area: str
    when: str
    day: int
    part: int
    many: int
    said_day: int
    said_part: int
    right: Right = NONE
    photo: bool = False


class Picture(Wire, frozen=True):
    """The body of a `picture`, padded to one size: a plain JPEG, and in words what can be seen on it. A `picture`
    without a body says that there is none any more."""

    alt: str
    jpeg: bytes


class Counts(Wire, frozen=True):
    """How many asked, offered, and found what they had asked for."""

    asked: int = 0
    offered: int = 0
    worked: int = 0


class Tally(Wire, frozen=True):
    """The body of a `tally`, under the stewards' keys: what was counted in a period so far, when the log had
    `upto` records. No name of anything is in it.
    """

    period: int
    upto: int
    counts: Counts


class Told(Wire, frozen=True):
    """The body of `figures` of the board: a period that is over, in steps; 0 is everything below the first."""

    period: int
    shown: Counts


KINDS: dict[str, type[Wire]] = {NEED: Need, OFFER: Need, PICTURE: Picture, TALLY: Tally, TOLD: Told}
