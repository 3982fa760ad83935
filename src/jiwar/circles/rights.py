"""Rights: what says of a one-off that somebody of the circle is behind it, and not who.

Implements spec/protocol.md §9.7. The stewards sign keys that they don't see (`crypto.blind`): everybody in the circle
has a few signed in every period, whether they will need them or not, and one of them later stands beside the words of
a one-off. So a circle can tell its own words from a flood, and a familiar face from a new one.

- A right names its period, and whether who has it was a familiar face then. A circle has two kinds only where there
  are at least `FEWEST` people of each; else one says no more than "of the circle".
- It is bound to the one-off's own key: who shows it again shows the same one-off.
- It is asked for by everybody's program, at a sign-in, and used on a later day at the earliest.

Does not keep: stewards, who hold the signing keys, from making rights for themselves; nor, until the period is over,
who was one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Literal

from msgspec.structs import replace

from jiwar.circles import letters, newcomers
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.crypto import blind
from jiwar.crypto.envelopes import require_sound_key
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import RIGHT, RIGHT_BLINDING
from jiwar.crypto.random import Random
from jiwar.errors import BadInput, BadSignature, Damaged, JiwarError, NotThere
from jiwar.keyring.model import Blank, Keyring
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER, object_name
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join

COLLECTION = "rights"
BOX = "rights"
"""Purpose of the box into which a persona's signed rights come."""
PERIOD_DAYS = 28
EARLY_DAYS = 7
"""Days before a period in which its rights are asked for already."""
EACH = 6
"""Rights of each in a period."""
FEWEST = 5
"""People of each kind, where rights say of which kind one is."""
MOST_KEYS = 24
"""The newest of the keys that stewards have made known among which a period's are looked for."""
SIGNATURE = blind.PREFIX + blind.SIZE


class Keys(Wire, frozen=True):
    """Kind `rights`: by a steward. What verifies the rights of a period: of everybody, and of familiar faces (empty
    where there is one kind alone); and where they are asked for."""

    period: int
    everybody: bytes
    familiar: bytes
    kem: bytes
    inbox: bytes

    def modulus(self, familiar: bool) -> bytes:
        return self.familiar if familiar else self.everybody


class Right(Wire, frozen=True):
    """What a one-off shows; period 0 for none."""

    period: int
    familiar: bool
    signature: bytes


class Ask(Wire, frozen=True):
    """The body of a letter to the stewards: blinded values to sign, and the box for the answer."""

    period: int
    familiar: bool
    values: tuple[bytes, ...]
    inbox: bytes


class Signed(Wire, frozen=True):
    """The answer: the same values, signed."""

    period: int
    familiar: bool
    values: tuple[bytes, ...]


KINDS: dict[str, type[Wire]] = {"rights": Keys}
NONE = Right(0, False, bytes(SIGNATURE))


class Known(Wire, frozen=True):
    """Keys that hold in a circle, since some day."""

    keys: Keys
    since: int


Standing = Literal["familiar", "member", "none", "unsaid"]
"""Who is behind a one-off: a familiar face; somebody of the circle; nobody can tell; or it spoke before rights could
be had."""


@dataclass(frozen=True, slots=True)
class Found:
    """A right of mine that can be used now: `seed` becomes the one-off's."""

    seed: bytes
    right: Right


def period_of(day: int) -> int:
    return day // PERIOD_DAYS


def object_of(circle: bytes) -> bytes:
    """The object of a circle in which its stewards make their keys known."""
    return object_name(COLLECTION, circle)


def message(circle: bytes, period: int, familiar: bool, key: bytes) -> bytes:
    """What is signed: that a one-off with this key is somebody's of the circle."""
    return join(RIGHT, circle, period, int(familiar), key)


def is_sound(right: Right) -> bool:
    """Whether a program of ours could have written it, valid or not."""
    return right.period >= 0 and len(right.signature) == SIGNATURE


# keys


def all_keys(circle: Circle) -> list[Known]:
    """What stewards have made known, of each period. Its first moduli hold: whoever comes later can say anew where to
    ask, and nothing else.
    """
    obj = object_of(circle.id)
    try:
        rows = circle.log.rows(obj, 0, LAST_NUMBER, MOST_KEYS, newest=True)
    except NotThere:
        return []
    found: dict[int, Known] = {}
    for record in circle.log.readable(obj, [row for row in rows if row.value]):
        author = circle.sketch.member(record.author)
        if record.kind == COLLECTION and circle.counts(record) and author is not None and author.is_steward:
            with suppress(BadInput, BadSignature):
                keys = _sound(decode(record.body, Keys))
                first = found.get(keys.period, Known(keys, record.day))
                found[keys.period] = Known(replace(first.keys, kem=keys.kem, inbox=keys.inbox), first.since)
    return list(found.values())


def _sound(keys: Keys) -> Keys:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    moduli = [keys.everybody, *([keys.familiar] if keys.familiar else [])]
    if keys.period < 1 or len(keys.inbox) != 32 or not all(map(blind.is_modulus, moduli)):
        raise BadInput
    require_sound_key(keys.kem)
    return keys


def keys_of(circle: Circle, period: int) -> Known | None:
    return next((one for one in all_keys(circle) if one.keys.period == period), None)


def standing(circle: Circle, known: list[Known], right: Right, key: bytes, day: int) -> Standing:
    """What a right says of the one-off with this key, which spoke on a day. A day more is allowed for midnight."""
    periods = {period_of(day), period_of(day - 1)}
    at_hand = [one for one in known if one.keys.period in periods and one.since + 1 < day]
    keys = next((one.keys for one in known if one.keys.period == right.period and right.period in periods), None)
    if keys is not None and _is_good(circle.id, keys, right, key):
        return "familiar" if right.familiar else "member"
    return "none" if at_hand else "unsaid"


def _is_good(circle: bytes, keys: Keys, right: Right, key: bytes) -> bool:
    modulus = keys.modulus(right.familiar)
    if not modulus:
        return False
    try:
        blind.verify(modulus, message(circle, right.period, right.familiar, key), right.signature)
    except BadSignature:
        return False
    return True


# asking


async def look_after(circle: Circle) -> None:
    """Ask for what of this period and the next one I haven't asked for; forget what is over.

    Raises KeyringFull, and TooMuch where too many wait for a steward: then the next time asks again.
    """
    today = circle.services.clock.day()
    mine = [one for one in circle.member.keyring.blanks if one.circle == circle.id]
    now, wanted = period_of(today), {period_of(today), period_of(today + EARLY_DAYS)}
    over = [one for one in mine if one.period < now]
    if over:
        await circle.member.update(lambda ring: _dropped(ring, over))
        await _empty(circle, now)
    asked = {one.period for one in mine}
    for known in all_keys(circle):
        if known.keys.period in wanted - asked:
            await _ask(circle, known.keys)


def _dropped(ring: Keyring, gone: list[Blank]) -> Keyring:
    return replace(ring, blanks=tuple(one for one in ring.blanks if one not in gone))


async def look_after_everywhere(member: Member) -> None:
    """Done when somebody comes back; a circle that can't be opened keeps nobody from the others."""
    for one in member.memberships():
        if not one.waiting and not one.parent:
            with suppress(JiwarError):
                await look_after(Circle(member, one.circle))


async def _ask(circle: Circle, keys: Keys) -> None:
    me, services = circle.log.persona, circle.services
    familiar = bool(keys.familiar) and not newcomers.is_new(circle, circle.me)
    seeds = tuple(services.random(32) for _ in range(EACH))
    blank = Blank(circle.id, keys.period, familiar, services.clock.day(), seeds)
    values = tuple(_blinded(circle.id, keys, blank, seed).value for seed in seeds)
    body = encode(Ask(keys.period, familiar, values, me.inbox(BOX)))
    place = (circle.id, letters.RIGHT, keys.kem, keys.inbox, services.clock.day())
    mail = letters.write_letter(me, *place, body, services.random)
    # First the keyring: a letter whose seeds are lost would use up what I am due.
    await circle.member.update(lambda ring: replace(ring, blanks=(*ring.blanks, blank)))
    try:
        await services.store.put_mail(circle.log.shelf, circle.log.newest.append, keys.inbox, mail)
    except JiwarError:
        await circle.member.update(lambda ring: _dropped(ring, [blank]))
        raise


def _blinded(circle: bytes, keys: Keys, blank: Blank, seed: bytes) -> blind.Blinded:
    """The same blinding each time: all of it comes from the seed that becomes the one-off's."""
    what = message(circle, blank.period, blank.familiar, Persona(seed).key)
    return blind.blind(keys.modulus(blank.familiar), what, _drawn(seed))


def _drawn(seed: bytes) -> Random:
    numbers = count()
    return lambda size: derive(seed, RIGHT_BLINDING, next(numbers), length=size)


async def _empty(circle: Circle, now: int) -> None:
    """Delete the answers of periods that are over."""
    store, box = circle.services.store, circle.log.persona.box(BOX)
    standing = {letter.eid for letter, signed in _answers(circle) if signed.period >= now}
    for mail in store.mail(box):
        if mail.eid not in standing:
            await store.delete_mail(box, mail.eid)


# having


def _answers(circle: Circle) -> Iterator[tuple[letters.Received, Signed]]:
    me, services = circle.log.persona, circle.services
    today = services.clock.day()
    for letter in letters.read_box(services.store, me.box(BOX), me.kem_seed, letters.RIGHT, today):
        with suppress(BadInput):
            signed = decode(letter.body, Signed)
            if letter.circle == circle.id and len(signed.values) == EACH:
                yield letter, signed


def usable(circle: Circle) -> Found | None:
    """A right of mine for a one-off that speaks today, if there is one."""
    today = circle.services.clock.day()
    blank = next((one for one in _blanks(circle) if one.period == period_of(today) and one.day < today), None)
    known = keys_of(circle, blank.period) if blank else None
    if blank is None or known is None or not known.keys.modulus(blank.familiar):
        return None
    keys = known.keys
    answers = [one for _, one in _answers(circle) if (one.period, one.familiar) == (blank.period, blank.familiar)]
    for at, seed in enumerate(blank.seeds):
        for signed in answers if seed else ():
            with suppress(Damaged):
                blinded = _blinded(circle.id, keys, blank, seed)
                signature = blind.finish(keys.modulus(blank.familiar), blinded, signed.values[at])
                return Found(seed, Right(blank.period, blank.familiar, signature))
    return None


def left(circle: Circle) -> int:
    """How many of this period I have not used, signed by now or not."""
    now = period_of(circle.services.clock.day())
    return sum(bool(seed) for one in _blanks(circle) if one.period == now for seed in one.seeds)


def _blanks(circle: Circle) -> list[Blank]:
    return [one for one in circle.member.keyring.blanks if one.circle == circle.id]


def used(ring: Keyring, seed: bytes) -> Keyring:
    """The keyring in which a seed is a one-off's, and nothing else."""
    return replace(ring, blanks=tuple(_without(one, seed) for one in ring.blanks))


def _without(blank: Blank, seed: bytes) -> Blank:
    # What was signed is told by its place, so that the place stays.
    return replace(blank, seeds=tuple(b"" if one == seed else one for one in blank.seeds))
