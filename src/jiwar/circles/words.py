"""Words from one one-off to another, sealed to its box: neither side learns a name.

Implements spec/protocol.md §9.6. A letter says which key it is for, about which object, and where its writer is
answered; its writer leaves a copy in their own box. So both sides read the same from their own boxes, and what is
left there is deleted with the one-off.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import letters, texts
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import BOX
from jiwar.crypto import envelopes
from jiwar.errors import BadInput, BadSignature, JiwarError
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, decode, encode

WORD_LIMIT = 600
SIZE = 8_192
_LAST_NUMBER = 10_000


class Word(Wire, frozen=True):
    """The body of a letter. `number` orders what was said on one day; `kem` and `inbox` are its writer's own."""

    text: str
    number: int
    to: bytes
    obj: bytes
    kem: bytes
    inbox: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as it lies in a box, and who signed it."""

    eid: bytes
    sender: bytes
    day: int
    word: Word

    def other(self, me: bytes) -> bytes:
        """With whom it is, seen from one side."""
        return self.word.to if self.sender == me else self.sender


def heard(circle: Circle, me: Persona, obj: bytes) -> list[Heard]:
    """Every sound word about an object that is by me or for me, in order."""
    today, found = circle.services.clock.day(), []
    for letter in letters.read_lasting(circle.services, me.box(BOX), me.kem_seed, letters.WORD, today):
        with suppress(BadInput, BadSignature):
            word = decode(letter.body, Word)
            _require_sound(word)
            if letter.circle == circle.id and word.obj == obj and me.key in (letter.sender, word.to):
                found.append(Heard(letter.eid, letter.sender, letter.day, word))
    return sorted(found, key=lambda one: (one.day, one.word.number))


def _require_sound(word: Word) -> None:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    envelopes.require_sound_key(word.kem)
    sound = texts.is_sound(word.text, WORD_LIMIT, lines=True) and 0 <= word.number <= _LAST_NUMBER
    if not (sound and len(word.to) == len(word.inbox) == 32):
        raise BadInput


async def send(circle: Circle, me: Persona, obj: bytes, text: str, to: bytes, kem: bytes, inbox: bytes) -> None:
    """Say something to another one-off, with a copy for me. Raises TextMissing, TextTooLong, TooMuch, KeysChanged."""
    text = texts.passage(text, WORD_LIMIT)
    said = [one.word.number for one in heard(circle, me, obj)]
    number = min(_LAST_NUMBER, 1 + max(said, default=0))
    body = encode(Word(text, number, to, obj, me.kem_key, me.inbox(BOX)))
    await exchange(circle, me, letters.WORD, body, (kem, inbox))


async def exchange(circle: Circle, me: Persona, purpose: str, body: bytes, place: tuple[bytes, bytes]) -> None:
    """Leave a letter with somebody, (kem, inbox), and a copy with me: mine first, so that I never have said what I
    don't know of; where theirs finds no room, mine goes again. Raises TooMuch, KeysChanged.
    """
    copies = await leave(circle, me, purpose, body, (me.kem_key, me.inbox(BOX)))
    try:
        await leave(circle, me, purpose, body, place)
    except JiwarError:
        for eid in copies:
            await circle.services.store.delete_mail(me.box(BOX), eid)
        raise


async def leave(circle: Circle, me: Persona, purpose: str, body: bytes, *places: tuple[bytes, bytes]) -> list[bytes]:
    """Leave a letter in each of some boxes, (kem, inbox), all letters between one-offs in one size; their numbers.

    Raises TooMuch, KeysChanged.
    """
    services, log, eids = circle.services, circle.log, []
    for place in places:
        mail = letters.write_letter(
            me, circle.id, purpose, *place, services.clock.day(), body, services.random, (SIZE,)
        )
        await services.store.put_mail(log.shelf, log.newest.append, place[1], mail)
        eids.append(mail.eid)
    return eids
