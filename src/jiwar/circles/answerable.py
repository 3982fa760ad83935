"""Who somebody is, sealed so that two stewards together open it, and no one of them alone.

Implements spec/protocol.md §9.15. A one-off that is answerable says with its first word whose it is, to the two or
three stewards that it names in the open. A fresh key seals the name; that key is halved anew for each pair of them,
and each is sent the halves of their pairs in one envelope.

- What is sealed is somebody's key with their own signature of the object. So nobody can be named who didn't sign, and
  what was sealed in one object says nothing in another.
- Who else is named, and the sealed name, are bound into every envelope: beside others none of them opens.
- Whoever begins may be a steward. They draw from the whole team, themselves among it: were they left out, the
  one who is missing would be who began.
- Whether anything opens can't be told before it is opened: only the shape is judged.

Does not keep: two of the named from opening it without asking anybody; whoever began it from naming stewards who
never will, or from sealing nothing.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations

from msgspec.structs import replace

from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.circles.seats import seat_of
from jiwar.crypto import envelopes
from jiwar.crypto.halves import halve, put_together
from jiwar.crypto.labels import ANSWER_HALF, ANSWER_HALVES, ANSWER_NAME, ANSWER_SWORN, Label
from jiwar.crypto.random import Random
from jiwar.crypto.sealing import SEAL_OVERHEAD, seal, unseal
from jiwar.crypto.signing import verify
from jiwar.errors import BadInput, BadSignature, NobodyAnswers, NotThere, Unopenable
from jiwar.log.shelf import Opened
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join

FEWEST, MOST = 2, 3
"""How many can open it, any two of them."""
HALF = 32
NAME_SIZE = 128
"""Bytes of a name with its signature, padded."""
PASSED = envelopes.OVERHEAD + HALF
"""Bytes of a half that is passed on."""
_PERSONA = 32


class Named(Wire, frozen=True):
    """Whose one-off it is. `signature` is that persona's, over the circle and the object."""

    persona: bytes
    signature: bytes


class Sealed(Wire, frozen=True):
    """A name that two of `recipients` open together; they rise, and each has the envelope at their place."""

    recipients: tuple[bytes, ...]
    envelopes: tuple[bytes, ...]
    name: bytes


class NameOpened(Wire, frozen=True):
    """The body of an `opened`, beside what began a topic: on `day`, two who were named there opened who that was."""

    day: int


NONE = Sealed((), (), b"")
OPENED = "opened"
LARGEST = MOST * (_PERSONA + envelopes.OVERHEAD + (MOST - 1) * HALF) + SEAL_OVERHEAD + NAME_SIZE + 32
"""Bytes that it takes at most in whatever it stands in; with what tells lengths."""


# sealing


def can_be(circle: Circle) -> bool:
    """Whether there are two stewards besides me."""
    return sum(one.persona != circle.log.persona.key for one in circle.state.holders(STEWARD)) >= FEWEST


def seal_name(circle: Circle, obj: bytes) -> Sealed:
    """My name, for three of the stewards drawn by lot, or for all two of them. Raises NobodyAnswers."""
    if not can_be(circle):
        raise NobodyAnswers
    random, me = circle.services.random, circle.log.persona
    team = sorted(circle.state.holders(STEWARD), key=lambda _: random(16))
    who = tuple(sorted(one.persona for one in team[:MOST]))
    key = random(HALF)
    halves = deal(key, who, random)
    named = encode(Named(me.key, me.sign(join(ANSWER_SWORN, circle.id, obj))))
    name = seal(key, ANSWER_NAME, (circle.id, obj), named, size=NAME_SIZE, random=random)
    bare = Sealed(who, (), name)
    return replace(bare, envelopes=tuple(_to(circle, obj, bare, one, halves[one]) for one in who))


def deal(key: bytes, who: tuple[bytes, ...], random: Random) -> dict[bytes, bytes]:
    """What each is sent: their halves of a key, one for each of the others, in the others' order."""
    dealt = dict.fromkeys(who, b"")
    for pair in combinations(who, 2):  # In this order everybody's come in the order of the others.
        for one, half in zip(pair, halve(key, random), strict=True):
            dealt[one] += half
    return dealt


def by_other(who: tuple[bytes, ...], me: bytes, halves: bytes) -> dict[bytes, bytes]:
    """What one was sent, by whom each half belongs to."""
    return {one: halves[at * HALF : (at + 1) * HALF] for at, one in enumerate(other for other in who if other != me)}


def _to(circle: Circle, obj: bytes, sealed: Sealed, persona: bytes, halves: bytes) -> bytes:
    info = _bound(ANSWER_HALVES, circle, obj, sealed, persona)
    return envelopes.seal_to(seat_of(circle, persona).kem, info, halves)


def _bound(label: Label, circle: Circle, obj: bytes, sealed: Sealed, *people: bytes) -> bytes:
    """What an envelope is bound to. Without the recipients, somebody could arrange others around an envelope so that
    a half of one pair was passed on as another's.
    """
    return join(label, circle.id, obj, *people, sealed.name, *sealed.recipients)


# judging


def is_sound(sealed: Sealed) -> bool:
    """Whether a program of ours could have written it, opening or not."""
    who = sealed.recipients
    each = envelopes.OVERHEAD + HALF * (len(who) - 1)
    return (
        FEWEST <= len(who) <= MOST
        and who == tuple(sorted(set(who)))
        and all(len(one) == _PERSONA for one in who)
        and [len(one) for one in sealed.envelopes] == [each] * len(who)
        and len(sealed.name) == SEAL_OVERHEAD + NAME_SIZE
    )


def is_answered_for(circle: Circle, sealed: Sealed) -> bool:
    """Whether it is sound, and two of those who can open it are stewards now: what the log says of them, and not
    what is written there.
    """
    members = map(circle.sketch.member, sealed.recipients)
    return is_sound(sealed) and sum(one is not None and one.is_steward for one in members) >= FEWEST


def day_told(record: Opened) -> int:
    """The day on which something was opened, if a record tells it and it can be that day; else 0. A removal leaves
    such a record, so it must have no room for anything else.
    """
    if record.kind != OPENED:
        return 0
    with suppress(BadInput):
        day = decode(record.body, NameOpened).day
        return day if record.day <= day <= record.day + record.keep else 0
    return 0


# opening


def my_halves(circle: Circle, obj: bytes, sealed: Sealed) -> dict[bytes, bytes]:
    """My half of each pair, by the other one. Raises NotThere for who is not named, Unopenable."""
    me = circle.log.persona
    if me.key not in sealed.recipients:
        raise NotThere
    envelope = sealed.envelopes[sealed.recipients.index(me.key)]
    halves = envelopes.open_with(me.kem_seed, _bound(ANSWER_HALVES, circle, obj, sealed, me.key), envelope)
    return by_other(sealed.recipients, me.key, halves)


def pass_on(circle: Circle, obj: bytes, sealed: Sealed, to: bytes, half: bytes) -> bytes:
    """My half of a pair, for the other one of it alone. Raises NotThere for who has gone."""
    info = _bound(ANSWER_HALF, circle, obj, sealed, circle.log.persona.key, to)
    return envelopes.seal_to(seat_of(circle, to).kem, info, half)


def passed_on(circle: Circle, obj: bytes, sealed: Sealed, by: bytes, envelope: bytes) -> bytes:
    """The half that somebody passed on to me. Raises Unopenable."""
    me = circle.log.persona
    half = envelopes.open_with(me.kem_seed, _bound(ANSWER_HALF, circle, obj, sealed, by, me.key), envelope)
    if len(half) != HALF:
        raise Unopenable
    return half


def open_name(circle: Circle, obj: bytes, sealed: Sealed, mine: bytes, theirs: bytes) -> bytes:
    """Whose it is: somebody of the circle who signed this object. Raises Damaged, BadInput where it names nobody."""
    named = decode(unseal(put_together(mine, theirs), ANSWER_NAME, (circle.id, obj), sealed.name), Named)
    if circle.sketch.member(named.persona) is None:  # Keys of the roster are sound; others aren't looked at.
        raise BadSignature
    verify(named.persona, named.signature, join(ANSWER_SWORN, circle.id, obj))
    return named.persona
