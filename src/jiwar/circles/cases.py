"""Cases: what two one-offs who have agreed have together until it is over.

Implements spec/protocol.md §9.10. A case is a box and a key pair from one secret, of which each gave a half: what is
said lies there as letters that either can read and delete. Both sign with the one-offs by which they met.

- A box with nothing in it is a case that has ended. So who ends it deletes, says nothing, and leaves nothing.
- Something more is opened in steps. Until both have opened one, each one's words are in their own keyring alone.
- What one does in it, and how nothing is left of it, is in `attending`.

Does not keep: anybody from copying what they read, or from saying something untrue.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import letters, spoken, texts
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.errors import BadChoice, BadInput, BadSignature, CasesFull, NotThere
from jiwar.keyring.model import Case, Keyring
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.wire.canonical import Wire, decode

MOST_OPEN = 4
LIFE = 30
AFTER = 3
"""Days that it lasts at most; days that it stays once both have arrived, or as the news that it ended."""
SAY_LIMIT = 600
MOST_LETTERS = 48
"""Of what lies in a box; before one more comes, the oldest words go."""
CAME, SAY, OPEN, SHOW, ARRIVED, THANKS = "came", "say", "open", "show", "arrived", "thanks"
NAME, REACH, PLACE = STEPS = ("name", "reach", "place")
STEP_LIMIT = 120
LAST_NUMBER = 10_000
ENDED = b""


class Line(Wire, frozen=True):
    """The body of a letter of purpose `pair`. `step`: with opening and showing; `text`: with saying and showing, and
    with thanks if there is more to say.
    """

    kind: str
    number: int
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One letter as both have it."""

    eid: bytes
    day: int
    mine: bool
    line: Line


@dataclass(frozen=True, slots=True)
class Opened:
    """One step: my words, whether they have opened it too, and theirs once they have shown them; `waits` when
    something of mine has still to go into the box.
    """

    mine: str
    theirs_open: bool
    theirs: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as a page shows it."""

    case: Case
    said: tuple[Said, ...]

    def _has(self, kind: str, mine: bool) -> bool:
        return any((one.line.kind, one.mine) == (kind, mine) for one in self.said)

    @property
    def is_over(self) -> bool:
        return self.case.secret == ENDED

    @property
    def has_come(self) -> bool:
        """Whether the other one has opened it."""
        return self._has(CAME, False)

    def has_arrived(self, mine: bool) -> bool:
        return self._has(ARRIVED, mine)

    def has_thanked(self, mine: bool) -> bool:
        return self._has(THANKS, mine)

    @property
    def thanks(self) -> str:
        """What the other one says with their thanks, if anything."""
        return next((one.line.text for one in self.said if one.line.kind == THANKS and not one.mine), "")

    @property
    def waits_for_me(self) -> bool:
        """Whether the last thing was theirs, or something of mine has still to go."""
        told = [one for one in self.said if one.line.kind not in (CAME, SHOW)]
        return self.is_over or bool(told and not told[-1].mine) or any(self.step(step).waits for step in STEPS)

    @property
    def talk(self) -> list[Said]:
        return [one for one in self.said if one.line.kind == SAY]

    def step(self, step: str) -> Opened:
        theirs = [one.line for one in self.said if not one.mine and one.line.step == step]
        words = next((text for name, text in self.case.opened if name == step), "")
        shown = next((one.text for one in theirs if one.kind == SHOW), "") if words else ""
        theirs_open = any(one.kind == OPEN for one in theirs)
        told = {one.line.kind for one in self.said if one.mine and one.line.step == step}
        waits = bool(words) and (OPEN not in told or (theirs_open and SHOW not in told))
        return Opened(words, theirs_open, shown, waits)

    @property
    def words(self) -> tuple[str, str]:
        """What the two know each other by: who asked says the first, who helps the second."""
        return spoken.known_by(self.case.secret, self.case.language)

    @property
    def last_day(self) -> int:
        """The last day on which there is anything of it."""
        arrived = {one.mine: one.day for one in self.said if one.line.kind == ARRIVED}
        latest = self.case.day + LIFE
        return min(latest, max(arrived.values()) + AFTER) if len(arrived) == 2 else latest


# mine


def mine(circle: Circle) -> list[Case]:
    """All my cases from a circle, the latest first."""
    return [one for one in reversed(circle.member.keyring.cases) if one.circle == circle.id]


def named(circle: Circle, name: bytes) -> Case:
    """Raises NotThere."""
    found = next((one for one in mine(circle) if one.name == name), None)
    if found is None:
        raise NotThere
    return found


def with_other(circle: Circle, seed: bytes, other: bytes) -> Case | None:
    """The case that came of an agreement of one of my one-offs."""
    return next((one for one in mine(circle) if (one.seed, one.other) == (seed, other)), None)


def require_place(ring: Keyring) -> None:
    """Raises CasesFull."""
    if sum(one.secret != ENDED for one in ring.cases) >= MOST_OPEN:
        raise CasesFull(most=MOST_OPEN)


# reading


def lying(circle: Circle, case: Case) -> list[Mail]:
    """Everything in its box, sound or not."""
    return circle.services.store.mail(desk_of(case.secret).box)


def show(circle: Circle, case: Case) -> Shown:
    """Every sound letter of a case, in order."""
    if case.secret == ENDED:
        return Shown(case, ())
    room, me, today = desk_of(case.secret), Persona(case.seed), circle.services.clock.day()
    found = []
    for letter in letters.read_lasting(circle.services, room.box, room.seed, letters.PAIR, today):
        with suppress(BadInput, BadSignature):
            line = decode(letter.body, Line)
            _require_sound(line)
            if letter.circle == case.circle and letter.sender in (me.key, case.other) and letter.day <= today + 1:
                found.append(Said(letter.eid, letter.day, letter.sender == me.key, line))
    return Shown(case, tuple(sorted(found, key=lambda one: (one.day, one.line.number, one.eid))))


def _require_sound(line: Line) -> None:
    """Raises BadChoice for what no program of ours writes."""
    sound = {
        CAME: not (line.step or line.text),
        ARRIVED: not (line.step or line.text),
        SAY: not line.step and texts.is_sound(line.text, SAY_LIMIT, lines=True),
        OPEN: line.step in STEPS and not line.text,
        SHOW: line.step in STEPS and texts.is_sound(line.text, STEP_LIMIT),
        THANKS: not line.step and texts.is_sound(line.text, STEP_LIMIT, required=False),
    }
    if not (sound.get(line.kind, False) and 0 <= line.number <= LAST_NUMBER):
        raise BadChoice
