"""An applicant's room: a box and a key pair from one secret, that who asks to join and the stewards share.

Implements spec/protocol.md §4.10. Everything that is said lies there as letters that either side can read and delete.
The secret goes to the stewards in one letter, the *knock* (`asking`, `answering`). Only stewards learn it, so whoever
else writes in the room than who asks is one of them, or was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import handles, letters, texts
from jiwar.circles.charters import MOST_QUESTIONS, QUESTION_LIMIT
from jiwar.circles.fold import LONGEST_WAIT
from jiwar.circles.founding import desk_of
from jiwar.circles.member import Services
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, BadInput, BadSignature
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.wire.canonical import Wire, decode, encode

ANSWER_LIMIT = 500
WORD_LIMIT = 1_000
_LAST_NUMBER = 10_000
APPLY, WORD, ACCEPT, DECLINE = "apply", "word", "accept", "decline"
DECLINED = ("full", "elsewhere", "later")
"""How stewards say no; the page says it in the reader's language."""


class Knock(Wire, frozen=True):
    """The letter to the desk: what opens the room."""

    room: bytes


class Application(Wire, frozen=True):
    """What somebody who asks says of themselves, and where the keys find them."""

    handle: str
    kem: bytes
    inbox: bytes
    questions: tuple[str, ...]
    answers: tuple[str, ...]


class Line(Wire, frozen=True):
    """The body of every letter in a room. `number` orders what was said on one day."""

    kind: str
    number: int
    text: str
    application: Application | None = None


@dataclass(frozen=True)
class Said:
    """One line as both sides have it."""

    eid: bytes
    day: int
    sender: bytes
    line: Line


def read_room(services: Services, secret: bytes, circle: bytes) -> list[Said]:
    """Every sound line of a room, in order; clocks may differ by a day, and nobody writes later than that."""
    room, today, found = desk_of(secret), services.clock.day(), []
    for letter in letters.read_lasting(services, room.box, room.seed, letters.ROOM, today):
        with suppress(BadInput, BadSignature):
            line = decode(letter.body, Line)
            require_sound_line(line)
            if letter.circle == circle and letter.day <= today + 1:
                found.append(Said(letter.eid, letter.day, letter.sender, line))
    return sorted(found, key=lambda one: (one.day, one.line.number, one.eid))


def require_sound_line(line: Line) -> None:
    """Raises BadInput for what no program of ours writes."""
    if not 0 <= line.number <= _LAST_NUMBER:
        raise BadChoice
    if line.kind == APPLY and line.application is not None and not line.text:
        _require_sound_application(line.application)
        return
    says = {WORD: texts.is_sound(line.text, WORD_LIMIT, lines=True), ACCEPT: not line.text}
    says[DECLINE] = line.text in DECLINED
    if line.application is not None or not says.get(line.kind, False):
        raise BadChoice


def _require_sound_application(said: Application) -> None:
    handles.require_sound_handle(said.handle)
    envelopes.require_sound_key(said.kem)
    sound = (
        len(said.inbox) == 32
        and len(said.answers) == len(said.questions) <= MOST_QUESTIONS
        and all(texts.is_sound(one, QUESTION_LIMIT) for one in said.questions)
        and all(texts.is_sound(one, ANSWER_LIMIT, lines=True, required=False) for one in said.answers)
    )
    if not sound:
        raise BadChoice


def is_over(said: list[Said], today: int) -> bool:
    """Whether nobody has said anything for too long."""
    return not said or said[-1].day + LONGEST_WAIT < today


def lying(services: Services, box: bytes) -> list[bytes]:
    """The names of all letters in a box, sound or not."""
    return [mail.eid for mail in services.store.mail(box)]


async def empty(services: Services, box: bytes, eids: Iterable[bytes]) -> None:
    await asyncio.gather(*(services.store.delete_mail(box, eid) for eid in eids))


def sealed(services: Services, persona: Persona, circle: bytes, secret: bytes, line: Line) -> tuple[Mail, bytes]:
    """A letter into a room, and its box."""
    room = desk_of(secret)
    inbox, kem, today = digest(INBOX, room.box), envelopes.public_key(room.seed), services.clock.day()
    body = encode(line)
    return letters.write_letter(persona, circle, letters.ROOM, kem, inbox, today, body, services.random), inbox


def next_line(said: Iterable[Said], kind: str, text: str = "") -> Line:
    return Line(kind, min(_LAST_NUMBER, 1 + max((one.line.number for one in said), default=0)), text)
