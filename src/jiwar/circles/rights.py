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
from jiwar.circles.coming import in_each
from jiwar.circles.member import Member
from jiwar.crypto import blind
from jiwar.crypto.envelopes import require_sound_key
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import RIGHT, RIGHT_BLINDING
from jiwar.crypto.random import Random
from jiwar.errors import BadInput, BadSignature, Damaged, NotThere
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
"""Records of a period's object that are read, the first ones."""
LISTED_PERIODS = 2
"""Periods before this one whose one-offs may still be listed."""
PATIENCE_DAYS = 3
"""After so many days without an answer the same is asked for again."""
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
    """Keys that hold in a circle: the day and the number of the record that made them known."""

    keys: Keys
    since: int
    number: int


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


def object_of(circle: bytes, period: int) -> bytes:
    """The object of a circle in which stewards write down what belongs to a period."""
    return object_name(COLLECTION, circle, period.to_bytes(4, "big"))


def message(circle: bytes, period: int, familiar: bool, key: bytes) -> bytes:
    """What is signed: that a one-off with this key is somebody's of the circle."""
    return join(RIGHT, circle, period, int(familiar), key)


def is_sound(right: Right) -> bool:
    """Whether a program of ours could have written it, valid or not."""
    return right.period >= 0 and len(right.signature) == SIGNATURE


# keys


def all_keys(circle: Circle) -> list[Known]:
    """What stewards have made known of the periods whose one-offs are still listed, and of the next one."""
    now = period_of(circle.services.clock.day())
    found = (keys_of(circle, period) for period in range(now - LISTED_PERIODS, now + 2))
    return [one for one in found if one is not None]


def keys_of(circle: Circle, period: int) -> Known | None:
    """Of a period the first record that counts holds: whoever comes later can only say anew where to ask."""
    obj, found = object_of(circle.id, period), None
    try:
        rows = circle.log.rows(obj, 0, LAST_NUMBER, MOST_KEYS)
    except NotThere:
        return None
    for record in circle.log.readable(obj, [row for row in rows if row.value]):
        author = circle.sketch.member(record.author)
        if record.kind == COLLECTION and circle.counts(record) and author is not None and author.is_steward:
            with suppress(BadInput, BadSignature):
                keys = _sound(decode(record.body, Keys), period)
                first = found or Known(keys, record.day, record.number)
                found = Known(replace(first.keys, kem=keys.kem, inbox=keys.inbox), first.since, first.number)
    return found


def _sound(keys: Keys, period: int) -> Keys:
    """Raises BadInput, BadSignature for what no program of ours writes."""
    moduli = [keys.everybody, *([keys.familiar] if keys.familiar else [])]
    if keys.period != period or len(keys.inbox) != 32 or not all(map(blind.is_modulus, moduli)):
        raise BadInput
    require_sound_key(keys.kem)
    return keys


def standing(circle: Circle, known: list[Known], right: Right, key: bytes, day: int, number: int) -> Standing:
    """What a right says of the one-off with this key, whose first word has a day and a number in the log.

    A day more is allowed for midnight. Whether rights could be had is told by the log's order: the day is what the
    one-off itself says.
    """
    periods, today = {period_of(day), period_of(day - 1)}, circle.services.clock.day()
    keys = next((one.keys for one in known if one.keys.period == right.period and right.period in periods), None)
    if keys is not None and _is_good(circle.id, keys, right, key):
        return "familiar" if right.familiar else "member"
    return "none" if any(one.since + 1 < today and one.number < number for one in known) else "unsaid"


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
    """Ask for what of this period and the next one I haven't asked for, and again for what was not answered; forget
    what is over.

    Raises KeyringFull, and TooMuch where too many wait for a steward: then the next time asks again.
    """
    today = circle.services.clock.day()
    mine, now = _blanks(circle), period_of(today)
    over = [one for one in mine if one.period < now]
    if over:
        await circle.member.update(lambda ring: _dropped(ring, over))
        await _empty(circle, now)
    for period in sorted({now, period_of(today + EARLY_DAYS)}):
        blank = next((one for one in mine if one.period == period), None)
        known = keys_of(circle, period) if blank is None or _is_unanswered(circle, blank) else None
        if known is not None:
            await _ask(circle, known.keys, blank or await _begin(circle, known.keys))


def _is_unanswered(circle: Circle, blank: Blank) -> bool:
    answered = any((one.period, one.familiar) == (blank.period, blank.familiar) for _, one in _answers(circle))
    return not answered and circle.services.clock.day() - blank.day >= PATIENCE_DAYS


def _dropped(ring: Keyring, gone: list[Blank]) -> Keyring:
    return replace(ring, blanks=tuple(one for one in ring.blanks if one not in gone))


async def look_after_everywhere(member: Member) -> None:
    """Done when somebody comes back."""
    await in_each(member, look_after, lambda one: not one.parent)


async def _begin(circle: Circle, keys: Keys) -> Blank:
    """A blank of a period: mine, or the one that another session of mine began a moment before."""
    familiar = bool(keys.familiar) and not newcomers.is_new(circle, circle.me)
    seeds = tuple(circle.services.random(32) for _ in range(EACH))
    blank = Blank(circle.id, keys.period, familiar, circle.services.clock.day(), seeds)

    def keep(ring: Keyring) -> Keyring:
        there = any((one.circle, one.period) == (circle.id, keys.period) for one in ring.blanks)
        return ring if there else replace(ring, blanks=(*ring.blanks, blank))

    await circle.member.update(keep)
    return next(one for one in _blanks(circle) if one.period == keys.period)


async def _ask(circle: Circle, keys: Keys, blank: Blank) -> None:
    """Send what is to be signed. It stands in the keyring before: what is lost on the way is sent again."""
    me, services = circle.log.persona, circle.services
    values = tuple(_blinded(circle.id, keys, blank, seed).value for seed in blank.seeds)
    body = encode(Ask(keys.period, blank.familiar, values, me.inbox(BOX)))
    place = (circle.id, letters.RIGHT, keys.kem, keys.inbox, services.clock.day())
    mail = letters.write_letter(me, *place, body, services.random)
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, keys.inbox, mail)


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
            if letter.circle == circle.id:
                yield letter, signed


def usable(circle: Circle) -> Found | None:
    """A right of mine for a one-off that speaks today, if there is one."""
    return next(_good(circle), None)


def left(circle: Circle) -> int:
    """How many of them there are."""
    return sum(1 for _ in _good(circle))


def _good(circle: Circle) -> Iterator[Found]:
    today = circle.services.clock.day()
    for blank in _blanks(circle):
        known = keys_of(circle, blank.period) if blank.period == period_of(today) and blank.day < today else None
        if known is not None and (modulus := known.keys.modulus(blank.familiar)):
            kind = (blank.period, blank.familiar, len(blank.seeds))
            for signed in (one for _, one in _answers(circle) if (one.period, one.familiar, len(one.values)) == kind):
                for seed, value in zip(blank.seeds, signed.values, strict=True):
                    with suppress(Damaged):
                        signature = blind.finish(modulus, _blinded(circle.id, known.keys, blank, seed), value)
                        yield Found(seed, Right(blank.period, blank.familiar, signature))


def _blanks(circle: Circle) -> list[Blank]:
    return [one for one in circle.member.keyring.blanks if one.circle == circle.id]


def used(ring: Keyring, seed: bytes, random: Random) -> Keyring:
    """The keyring in which a seed is a one-off's, and nothing else: another stands in its place, for which
    nothing was signed, so that nobody sees how many were used.
    """
    return replace(ring, blanks=tuple(_without(one, seed, random) for one in ring.blanks))


def _without(blank: Blank, seed: bytes, random: Random) -> Blank:
    # What was signed is told by its place, so that the place stays.
    return replace(blank, seeds=tuple(random(32) if one == seed else one for one in blank.seeds))
