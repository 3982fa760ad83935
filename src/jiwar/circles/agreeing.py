"""How two one-offs agree that one helps the other: proposed, accepted, confirmed; or not, without a reason.

Implements spec/protocol.md §9.9. Each step is a letter that looks like a word (§9.6), with a copy for its writer.
Whoever is behind the need gives a half of a secret with accepting, the other one a half with confirming: before both
have, there is nothing that would open a case. No letter has a name in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from jiwar.circles import letters, rights, spoken, texts
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import BOX, object_of
from jiwar.circles.rights import NONE, Right
from jiwar.circles.words import leave
from jiwar.crypto import envelopes
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import CASE
from jiwar.errors import BadChoice, BadInput, BadSignature, NotThere
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, decode, encode

PROPOSE, ACCEPT, CONFIRM, NO = STEPS = ("propose", "accept", "confirm", "no")
LINE_LIMIT = 160
HALF = 32
_LAST_NUMBER = 10_000
_LENGTHS = {PROPOSE: 0, ACCEPT: HALF, CONFIRM: HALF, NO: 0}


class Deal(Wire, frozen=True):
    """The body of a letter. `half` is of the secret, with accepting and confirming; `language` of recognition words,
    with confirming. `whole`, `text`, `right`: with proposing. The rest is as in a word (§9.6).
    """

    step: str
    whole: bool
    text: str
    half: bytes
    language: str
    number: int
    to: bytes
    obj: bytes
    kem: bytes
    inbox: bytes
    right: Right = NONE


@dataclass(frozen=True, slots=True)
class Step:
    """A deal as it lies in a box, and who signed it."""

    eid: bytes
    sender: bytes
    day: int
    deal: Deal


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far it has come with one other. `behind` is the key behind the need, `helper` the other of the two."""

    other: bytes
    behind: bytes
    helper: bytes
    step: str = NO
    whole: bool = True
    text: str = ""
    day: int = 0
    given: bytes = b""
    halves: bytes = b""
    language: str = ""
    right: Right = NONE

    @property
    def is_agreed(self) -> bool:
        return self.step == CONFIRM

    def secret(self, circle: bytes, obj: bytes) -> bytes:
        """What only the two can make, once both have accepted. Raises NotThere before."""
        if not self.is_agreed:
            raise NotThere
        return derive(self.halves, CASE, "secret", circle, obj, self.behind, self.helper)


def steps(circle: Circle, me: Persona, obj: bytes) -> list[Step]:
    """Every sound deal about an object that is by me or for me, in order; a no goes before what came with it."""
    today, found = circle.services.clock.day(), []
    for letter in letters.read_box(circle.services.store, me.box(BOX), me.kem_seed, letters.DEAL, today):
        with suppress(BadInput, BadSignature):
            deal = decode(letter.body, Deal)
            _require_sound(deal)
            if letter.circle == circle.id and deal.obj == obj and me.key in (letter.sender, deal.to):
                found.append(Step(letter.eid, letter.sender, letter.day, deal))
    return in_order(found)


def in_order(found: Iterable[Step]) -> list[Step]:
    """Steps as they are folded: of one number a no first, then as they can follow each other."""
    turn = {step: place for place, step in enumerate((NO, PROPOSE, ACCEPT, CONFIRM))}
    return sorted(found, key=lambda one: (one.day, one.deal.number, turn[one.deal.step]))


def _require_sound(deal: Deal) -> None:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    envelopes.require_sound_key(deal.kem)
    sound = (
        len(deal.half) == _LENGTHS.get(deal.step, -1)
        and texts.is_sound(deal.text, LINE_LIMIT, required=False)
        and deal.language in (spoken.LANGUAGES if deal.step == CONFIRM else ("",))
        and 0 <= deal.number <= _LAST_NUMBER
        and len(deal.to) == len(deal.inbox) == 32
        and rights.is_sound(deal.right)
    )
    if not sound:
        raise BadChoice


def agreements(circle: Circle, me: Persona, obj: bytes) -> list[Agreement]:
    """How far it has come with each other one, those alone between whom and me one is behind the need."""
    found: dict[bytes, Agreement] = {}
    mine = object_of(circle.id, me.key) == obj
    for one in steps(circle, me, obj):
        other = one.deal.to if one.sender == me.key else one.sender
        if other != me.key and (mine or object_of(circle.id, other) == obj):
            start = Agreement(other, *((me.key, other) if mine else (other, me.key)))
            found[other] = fold(found.get(other, start), one)
    return [one for one in found.values() if one.step != NO]


def fold(before: Agreement, one: Step) -> Agreement:
    """What holds after one more step; one that is not its sender's to take, or not now, changes nothing."""
    deal, helps = one.deal, one.sender == before.helper
    if deal.step == PROPOSE and helps and before.step == NO:
        said = replace(before, step=PROPOSE, whole=deal.whole, text=deal.text, day=one.day, right=deal.right)
        return replace(said, given=b"", halves=b"")
    if deal.step == ACCEPT and not helps and before.step == PROPOSE:
        return replace(before, step=ACCEPT, given=deal.half)
    if deal.step == CONFIRM and helps and before.step == ACCEPT:
        return agreed(before, deal.half, deal.language)
    if deal.step == NO and before.step != CONFIRM:
        return replace(before, step=NO)
    return before


def agreed(accepted: Agreement, half: bytes, language: str) -> Agreement:
    """What an accepted agreement is once it is confirmed."""
    return replace(accepted, step=CONFIRM, halves=accepted.given + half, language=language)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is answered."""

    key: bytes
    kem: bytes
    inbox: bytes


def place_of(circle: Circle, me: Persona, obj: bytes, other: bytes) -> Place:
    """Where the other one of an agreement is answered, by what they wrote last. Raises NotThere."""
    wrote = [one for one in steps(circle, me, obj) if one.sender == other]
    if not wrote:
        raise NotThere
    return Place(other, wrote[-1].deal.kem, wrote[-1].deal.inbox)


def half(circle: Circle) -> bytes:
    return circle.services.random(HALF)


def line(text: str) -> str:
    """What is said with a proposal. Raises TextTooLong."""
    return texts.line(text, LINE_LIMIT, required=False)


async def send(
    circle: Circle,
    me: Persona,
    obj: bytes,
    to: Place,
    step: str,
    *,
    whole: bool = True,
    text: str = "",
    half: bytes = b"",
    language: str = "",
    right: Right = NONE,
) -> None:
    """Take a step towards somebody, with a copy for me. Raises TooMuch, KeysChanged."""
    between = (one.deal.number for one in steps(circle, me, obj) if to.key in (one.sender, one.deal.to))
    number = min(_LAST_NUMBER, 1 + max(between, default=0))
    own = me.kem_key, me.inbox(BOX)
    body = encode(Deal(step, whole, text, half, language, number, to.key, obj, *own, right))
    await leave(circle, me, letters.DEAL, body, (to.kem, to.inbox), own)
