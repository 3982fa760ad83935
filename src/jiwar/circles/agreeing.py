"""How two one-offs agree that one helps the other: proposed, accepted, confirmed; or not, without a reason.

Implements spec/protocol.md §9.9. Each step is a letter that looks like a word (§9.6), with a copy for its writer.
Whoever is behind the need gives a half of a secret with accepting, the other one a half with confirming: before both
have, there is nothing that would open a case. No letter has a name in it.

- Each step names the one that it answers, by a digest, and counts for that one alone: what was accepted can't become
  something else afterwards, and what is refused stays so, whatever its day.
- Who proposes is bound to their half from the start: by a hash of it. So neither chooses the secret, nor the words
  that come of it, by giving their half last.
- Halves come from one's own one-off and what is answered: the same yes said twice is the same yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from jiwar.circles import letters, rights, spoken, texts
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import BOX, object_of
from jiwar.circles.rights import NONE, Right
from jiwar.circles.words import exchange
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import CASE
from jiwar.errors import BadChoice, BadInput, BadSignature, NotThere
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, decode, encode

PROPOSE, ACCEPT, CONFIRM, NO = STEPS = ("propose", "accept", "confirm", "no")
LINE_LIMIT = 160
HALF = 32
_LENGTHS = {PROPOSE: HALF, ACCEPT: HALF, CONFIRM: HALF, NO: 0}


class Deal(Wire, frozen=True):
    """The body of a letter. `on` is the name of what it answers, with proposing 32 random bytes. `half` is of the
    secret, with accepting and confirming; with proposing what `promise` makes of it. `language` of recognition words,
    with confirming. `whole`, `text`, `right`: with proposing. The rest is as in a word (§9.6).
    """

    step: str
    whole: bool
    text: str
    on: bytes
    half: bytes
    language: str
    to: bytes
    obj: bytes
    kem: bytes
    inbox: bytes
    right: Right = NONE


@dataclass(frozen=True, slots=True)
class Step:
    """A deal as it lies in a box, by whom, and its name: a digest of both, the same in either box."""

    eid: bytes
    name: bytes
    sender: bytes
    day: int
    deal: Deal


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far it has come with one other. `behind` is the key behind the need, `helper` the other of the two.

    name: of what was proposed. turn: its 32 random bytes. promised: by its half. accept: name of the yes to it.
    given: the half in that. halves: both, once they are there.
    """

    other: bytes
    behind: bytes
    helper: bytes
    name: bytes = b""
    turn: bytes = b""
    promised: bytes = b""
    step: str = NO
    whole: bool = True
    text: str = ""
    day: int = 0
    accept: bytes = b""
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
    """Every sound deal about an object that is by me or for me, in order."""
    today, found = circle.services.clock.day(), []
    for letter in letters.read_lasting(circle.services, me.box(BOX), me.kem_seed, letters.DEAL, today):
        with suppress(BadInput, BadSignature):
            deal = decode(letter.body, Deal)
            _require_sound(deal)
            ours = letter.circle == circle.id and deal.obj == obj and me.key in (letter.sender, deal.to)
            if ours and letter.day <= today + 1:  # Clocks differ a little.
                found.append(Step(letter.eid, named(letter.sender, deal), letter.sender, letter.day, deal))
    return in_order(found)


def in_order(found: Iterable[Step]) -> list[Step]:
    """Steps by day, and in one order of those of one day, whatever order they lie in."""
    return sorted(found, key=lambda one: (one.day, one.name))


def named(sender: bytes, deal: Deal) -> bytes:
    """What an answer to it calls it."""
    return digest(CASE, "deal", sender, encode(deal))


def _require_sound(deal: Deal) -> None:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    envelopes.require_sound_key(deal.kem)
    sound = (
        len(deal.half) == _LENGTHS.get(deal.step, -1)
        and texts.is_sound(deal.text, LINE_LIMIT, required=False)
        and deal.language in (spoken.LANGUAGES if deal.step == CONFIRM else ("",))
        and len(deal.on) == len(deal.to) == len(deal.inbox) == 32
        and rights.is_sound(deal.right)
    )
    if not sound:
        raise BadChoice


def agreements(circle: Circle, me: Persona, obj: bytes) -> list[Agreement]:
    """How far it has come with each other one, those alone between whom and me one is behind the need."""
    found: dict[bytes, list[Step]] = {}
    mine = object_of(circle.id, me.key) == obj
    for one in steps(circle, me, obj):
        other = one.deal.to if one.sender == me.key else one.sender
        if other != me.key and (mine or object_of(circle.id, other) == obj):
            found.setdefault(other, []).append(one)
    starts = [Agreement(other, *((me.key, other) if mine else (other, me.key))) for other in found]
    folded = [fold(start, found[start.other]) for start in starts]
    return [one for one in folded if one.step != NO]


def fold(start: Agreement, said: list[Step]) -> Agreement:
    """The furthest that came of anything proposed, of what came as far the latest; a no ends what it names."""
    refused = {one.deal.on for one in said if one.deal.step == NO}
    found = [
        _answered(_proposed(start, one), said)
        for one in reversed(said)
        if (one.deal.step, one.sender) == (PROPOSE, start.helper) and one.name not in refused
    ]
    return max(found, key=lambda one: STEPS.index(one.step), default=start)


def _proposed(start: Agreement, one: Step) -> Agreement:
    deal = one.deal
    named = replace(start, step=PROPOSE, name=one.name, turn=deal.on, promised=deal.half)
    return replace(named, whole=deal.whole, text=deal.text, day=one.day, right=deal.right)


def _answered(made: Agreement, said: list[Step]) -> Agreement:
    """With a yes to it, and a yes to that one which keeps its promise; where there is none, without."""
    accepted = [
        replace(made, step=ACCEPT, accept=one.name, given=one.deal.half)
        for one in said
        if (one.deal.step, one.sender, one.deal.on) == (ACCEPT, made.behind, made.name)
    ]
    for yes in accepted:
        for one in said:
            if (one.deal.step, one.sender, one.deal.on) == (CONFIRM, made.helper, yes.accept) and keeps(
                made.promised, one.deal.half
            ):
                return agreed(yes, one.deal.half, one.deal.language)
    return accepted[0] if accepted else made


def promise(half: bytes) -> bytes:
    """What binds to a half and doesn't show it."""
    return digest(CASE, "promise", half)


def keeps(promised: bytes, half: bytes) -> bool:
    """Whether a half is the one that was promised."""
    return promise(half) == promised


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


def half(seed: bytes, circle: bytes, obj: bytes, other: bytes, turn: bytes) -> bytes:
    """Mine, of a one-off with this seed. `turn`: behind a need, the name of what was proposed; else the random bytes
    with which I proposed it, of which the name is made.
    """
    return derive(seed, CASE, "half", circle, obj, other, turn)


def line(text: str) -> str:
    """What is said with a proposal. Raises TextTooLong."""
    return texts.line(text, LINE_LIMIT, required=False)


async def send(
    circle: Circle,
    me: Persona,
    obj: bytes,
    to: Place,
    step: str,
    on: bytes,
    *,
    whole: bool = True,
    text: str = "",
    half: bytes = b"",
    language: str = "",
    right: Right = NONE,
) -> None:
    """Take a step towards somebody, with a copy for me. Raises TooMuch, KeysChanged."""
    body = encode(Deal(step, whole, text, on, half, language, to.key, obj, me.kem_key, me.inbox(BOX), right))
    await exchange(circle, me, letters.DEAL, body, (to.kem, to.inbox))
