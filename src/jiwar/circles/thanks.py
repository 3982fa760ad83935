"""Thanks from whoever was behind a need to the one-offs that wrote about it, when it has worked out.

Implements spec/protocol.md §9.6. A letter between two one-offs like a word, of the same size, without a copy: whoever
thanks forgets their one-off with that. It lies in the box of who wrote until they put it away, for some days also
when what it was about is gone (`oneoffs.settle`). Nobody else learns that there was anything to thank for.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import letters, oneoffs, texts, words
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import BOX
from jiwar.errors import BadInput
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, decode, encode

LIMIT = 120


class Thanks(Wire, frozen=True):
    """The body of a letter. An empty text says thank you in the language of who reads."""

    text: str
    obj: bytes


@dataclass(frozen=True, slots=True)
class Came:
    """Thanks that came, to a one-off of mine with that box."""

    eid: bytes
    box: bytes
    day: int
    text: str


def line(text: str) -> str:
    """Raises TextTooLong."""
    return texts.line(text, LIMIT, required=False)


async def send(circle: Circle, me: Persona, obj: bytes, text: str, place: tuple[bytes, bytes]) -> None:
    """Thank who wrote about mine; place: (kem, inbox) of theirs. Raises TextTooLong, TooMuch, KeysChanged."""
    await words.leave(circle, me, letters.THANKS, encode(Thanks(line(text), obj)), place)


def received(circle: Circle, own: OneOff) -> list[Came]:
    """Thanks to a one-off of mine by whoever was behind what it wrote about: the first one, if any."""
    me, today = oneoffs.persona_of(own), circle.services.clock.day()
    for letter in letters.read_box(circle.services.store, me.box(BOX), me.kem_seed, letters.THANKS, today):
        with suppress(BadInput):
            said = decode(letter.body, Thanks)
            behind = oneoffs.object_of(circle.id, letter.sender) == own.about == said.obj
            if behind and letter.circle == circle.id and texts.is_sound(said.text, LIMIT, required=False):
                return [Came(letter.eid, me.box(BOX), letter.day, said.text)]
    return []


async def put_away(circle: Circle, came: Came) -> None:
    """Delete thanks of mine."""
    await circle.services.store.delete_mail(came.box, came.eid)
