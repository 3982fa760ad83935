"""Nobody came: one of the two of a case tells the care team, without a name on either side.

Implements spec/protocol.md §9.12. A letter to the stewards' desk, signed by the one-off that has the case, about the
one-off on the other side and what the two had agreed about. Only the stewards have the key to it; nothing of it is on
the board, in the case, or where members look.

- One of the two is behind what it is about, or the letter says nothing. So several that name one offer, or one
  request, can be seen together; who only came along has another one-off each time, and can't.
- It is one side's word. That there was a case, that nobody came, and that several letters are several people's can't
  be proved to anybody: an introduction (`rights`) says no more than that somebody of the circle wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import letters, oneoffs, rights, texts
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desks
from jiwar.circles.model import STEWARD, Desk
from jiwar.circles.rights import NONE, PERIOD_DAYS, Right, Standing
from jiwar.errors import BadInput, NotThere
from jiwar.keyring.model import Case
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER
from jiwar.wire.canonical import Wire, decode, encode

MORE_LIMIT = 300
MOST_LYING = 24
"""Letters that are left on the desk: whoever is many one-offs keeps nobody's report out."""
INTRODUCED = ("member", "familiar")
_OBJ, _KEY = 16, 32


class NoShow(Wire, frozen=True):
    """The body of a letter of purpose `noshow`. other: the one-off that didn't come. right: the writer's own."""

    obj: bytes
    other: bytes
    more: str
    right: Right = NONE


@dataclass(frozen=True, slots=True)
class Told:
    """What one one-off says of another: that nobody came."""

    eid: bytes
    sender: bytes
    day: int
    noshow: NoShow
    standing: Standing


@dataclass(frozen=True, slots=True)
class Missed:
    """Everything that was said of one one-off about one object, the earliest first. `behind`: it is who wrote what
    it is about that didn't come; otherwise it is who had agreed with them.
    """

    obj: bytes
    other: bytes
    behind: bool
    told: tuple[Told, ...]

    @property
    def introduced(self) -> int:
        """How many of those who say so are somebody of the circle, as far as can be told."""
        return sum(one.standing in INTRODUCED for one in self.told)


def _desk(circle: Circle) -> Desk | None:
    return circle.state.desk_of(STEWARD)


def _writer(circle: Circle, case: Case) -> Persona:
    return Persona(case.seed)


def can_be_told(circle: Circle) -> bool:
    """Whether there is a care team to read it: trusted people, who are a circle of their own, have none in it."""
    return _desk(circle) is not None


async def tell(circle: Circle, case: Case, more: str, right: Right) -> None:
    """Tell the care team that nobody came. `right`: what my one-off has shown.

    Raises NotThere (the case has ended, no care team), TextTooLong, TooMuch (a full desk).
    """
    more, desk = texts.passage(more, MORE_LIMIT, required=False), _desk(circle)
    if desk is None or not case.secret:
        raise NotThere
    body = encode(NoShow(case.obj, case.other, more, right))
    place = (circle.id, letters.NOSHOW, desk.kem, desk.inbox, circle.services.clock.day())
    mail = letters.write_letter(_writer(circle, case), *place, body, circle.services.random)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, desk.inbox, mail)


# the care team


def waiting(circle: Circle, care: Circle) -> list[Missed]:
    """What nobody has dealt with, by whom it is about, what came first in front."""
    found: dict[tuple[bytes, bytes], list[Told]] = {}
    for one in lying(circle, care):
        found.setdefault((one.noshow.obj, one.noshow.other), []).append(one)
    return [
        Missed(obj, other, oneoffs.object_of(circle.id, other) == obj, tuple(told))
        for (obj, other), told in found.items()
    ]


def lying(circle: Circle, care: Circle) -> list[Told]:
    """What counts of what lies on the stewards' desk, the earliest first: of each sender about one thing the last.

    Where that is more than may lie there, those of the circle stay before who may be anybody, then what is about
    something on the board, then the earliest: a day is what its writer says.
    """
    store, today, found = circle.services.store, circle.services.clock.day(), {}
    known = rights.all_keys(circle)
    read = [
        letter
        for desk in desks(care)
        for letter in letters.read_box(store, desk.box, desk.seed, letters.NOSHOW, today)
        if letter.circle == circle.id and letter.day <= today + 1  # Clocks differ a little.
    ]
    for letter in sorted(read, key=lambda one: (one.day, one.eid)):
        with suppress(BadInput):
            said = decode(letter.body, NoShow)
            _require_sound(circle, letter.sender, said)
            first_day = said.right.period * PERIOD_DAYS
            standing = rights.standing(circle, known, said.right, letter.sender, first_day, LAST_NUMBER)
            found[letter.sender, said.obj, said.other] = Told(letter.eid, letter.sender, letter.day, said, standing)
    staying = sorted(found.values(), key=lambda one: _last_to_go(circle, one))[:MOST_LYING]
    return sorted(staying, key=lambda one: (one.day, one.eid))


def _last_to_go(circle: Circle, one: Told) -> tuple[bool, bool, int, bytes]:
    return one.standing not in INTRODUCED, not circle.log.has(one.noshow.obj), one.day, one.eid


def _require_sound(circle: Circle, sender: bytes, said: NoShow) -> None:
    """Raises BadInput for what no program of ours writes."""
    sound = (
        (len(said.obj), len(said.other)) == (_OBJ, _KEY)
        and sender != said.other
        and said.obj in (oneoffs.object_of(circle.id, sender), oneoffs.object_of(circle.id, said.other))
        and texts.is_sound(said.more, MORE_LIMIT, lines=True, required=False)
        and rights.is_sound(said.right)
    )
    if not sound:
        raise BadInput


async def settle(care: Circle, letters_shown: Iterable[bytes]) -> None:
    """The care team has dealt with it: the letters that it was shown go."""
    store, shown = care.services.store, list(letters_shown)
    await asyncio.gather(*(store.delete_mail(desk.box, eid) for desk in desks(care) for eid in shown))
