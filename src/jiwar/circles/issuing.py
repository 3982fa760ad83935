"""The stewards' side of rights: keys for each period, and signatures under what members' programs send.

Implements spec/protocol.md §9.7. The signing keys stand in the stewards' circle; so does who has had theirs, so that
nobody has more than everybody: whoever asks twice with other values is not answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from jiwar.circles import letters, newcomers, rights, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desks
from jiwar.circles.member import Member
from jiwar.circles.rights import COLLECTION, EACH, EARLY_DAYS, FEWEST, Ask, Keys, Right, Signed, period_of
from jiwar.circles.seats import seat_of
from jiwar.crypto import blind, envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import INBOX, RIGHT, RIGHT_BOX
from jiwar.errors import BadInput, Conflict, Damaged, NotThere, TooMuch
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.wire.canonical import Wire, decode, encode

KEEP = 90
"""Days that keys are kept: longer than anything stands that was said in their period."""
MOST_ANSWERED = 12
"""Letters that one coming of a steward answers: about half a second of work."""
MOST_READ = 2_000
"""Records of a period's object that are read, the first ones."""


class SigningKeys(Wire, frozen=True):
    """Kind `signing`: what signs the rights of a period, for everybody and for familiar faces (or nothing)."""

    period: int
    everybody: bytes
    familiar: bytes


class Issued(Wire, frozen=True):
    """Kind `issued`: somebody's values of a period, by their digest, have been signed."""

    period: int
    persona: bytes
    values: bytes


KINDS: dict[str, type[Wire]] = {"signing": SigningKeys, "issued": Issued}


@dataclass(frozen=True, slots=True)
class _Box:
    """Where members ask, as the stewards of one epoch read it."""

    seed: bytes
    token: bytes

    @property
    def kem(self) -> bytes:
        return envelopes.public_key(self.seed)

    @property
    def inbox(self) -> bytes:
        return digest(INBOX, self.token)


def _boxes(care: Circle) -> list[_Box]:
    """One of each epoch that I still hold, the latest first."""
    tokens = [derive(keys.record, RIGHT_BOX) for keys in reversed(care.trail.epochs)]
    return [_Box(desk.seed, token) for desk, token in zip(desks(care), tokens, strict=True)]


# what stands in the stewards' circle


@dataclass
class _Period:
    """What the stewards have written down of a period: its keys, whoever made them first, and who has had theirs."""

    keys: SigningKeys | None
    issued: dict[bytes, bytes]


def _written(care: Circle, period: int) -> _Period:
    obj, found = rights.object_of(care.id, period), _Period(None, {})
    try:
        rows = care.log.rows(obj, 0, LAST_NUMBER, MOST_READ)
    except NotThere:
        return found
    for one in care.log.readable(obj, [row for row in rows if row.value]):
        with suppress(BadInput):
            if care.counts(one) and one.kind == "signing" and found.keys is None:
                found.keys = _sound(decode(one.body, SigningKeys), period)
            elif care.counts(one) and one.kind == "issued":
                said = decode(one.body, Issued)
                found.issued.setdefault(said.persona, said.values)
    return found


def _sound(keys: SigningKeys, period: int) -> SigningKeys:
    """Raises BadInput for what no program of ours writes: with other numbers signing may never end."""
    both = [keys.everybody, *([keys.familiar] if keys.familiar else [])]
    if keys.period != period or not all(map(blind.is_key, both)):
        raise BadInput
    return keys


async def _write(circle: Circle, period: int, kind: str, body: Wire) -> None:
    """Append to a period's object, and make it where it isn't there."""
    entry = Entry(rights.object_of(circle.id, period), kind, encode(body), KEEP, collection=COLLECTION)
    try:
        await circle.log.append(entry, lambda _: b"", create=True)
    except Conflict:
        await circle.log.append(entry, lambda _: b"")
    circle.keep_trail(circle.trail)
    circle.log.forget_state()


# keys


async def make_known(circle: Circle, care: Circle) -> None:
    """See to it that this period, and the next one when it is near, have keys that members know of."""
    today = circle.services.clock.day()
    for period in sorted({period_of(today), period_of(today + EARLY_DAYS)}):
        keys = _written(care, period).keys
        if keys is None:
            await _write(care, period, "signing", await _new_keys(circle, period))
            keys = _written(care, period).keys
        box, known = _boxes(care)[0], rights.keys_of(circle, period)
        if keys is not None:
            familiar = blind.public_key(keys.familiar) if keys.familiar else b""
            wanted = Keys(period, blind.public_key(keys.everybody), familiar, box.kem, box.inbox)
            if known is None or (known.keys != wanted and known.keys.everybody == wanted.everybody):
                await _write(circle, period, "rights", wanted)


async def _new_keys(circle: Circle, period: int) -> SigningKeys:
    people = [one for one in circle.state.members if one.active]
    new = sum(newcomers.is_new(circle, one) for one in people)
    two = min(new, len(people) - new) >= FEWEST
    made = [await asyncio.to_thread(blind.new_key) for _ in range(1 + two)]
    return SigningKeys(period, made[0], made[1] if two else b"")


# signing


async def answer(circle: Circle, care: Circle) -> None:
    """Sign what members have sent since, a bounded number of it, and nobody's twice at one time."""
    store, today = circle.services.store, circle.services.clock.day()
    periods = {period: _written(care, period) for period in (period_of(today), period_of(today + EARLY_DAYS))}
    had = set[tuple[int, bytes]]()
    for box in _boxes(care):
        asked = {letter.eid: letter for letter in letters.read_box(store, box.token, box.seed, letters.RIGHT, today)}
        for mail in store.mail(box.token):
            letter = asked.get(mail.eid)
            if letter is not None and letter.circle == circle.id:
                with suppress(BadInput, Damaged, NotThere, TooMuch):
                    ask = _sound_ask(circle, periods, letter)
                    name = (ask.period, letter.sender)
                    if name not in had and len(had) >= MOST_ANSWERED:
                        continue
                    if name not in had:
                        had.add(name)
                        await _answer_one(circle, care, periods[ask.period], ask, letter.sender)
                        await asyncio.sleep(0)
            await store.delete_mail(box.token, mail.eid)


def _sound_ask(circle: Circle, periods: dict[int, _Period], letter: letters.Received) -> Ask:
    """Raises BadInput where somebody asks for what isn't theirs, or for more than theirs."""
    ask, member = decode(letter.body, Ask), circle.state.member(letter.sender)
    found = periods.get(ask.period)
    if found is None or found.keys is None or member is None or not member.active:
        raise BadInput
    if len(ask.values) != EACH or len(ask.inbox) != 32 or any(len(value) != blind.SIZE for value in ask.values):
        raise BadInput
    if not _key(found.keys, ask) or (ask.familiar and newcomers.is_new(circle, member)):
        raise BadInput
    if found.issued.get(letter.sender, digest(RIGHT, *ask.values)) != digest(RIGHT, *ask.values):
        raise BadInput
    return ask


def _key(keys: SigningKeys, ask: Ask) -> bytes:
    return keys.familiar if ask.familiar else keys.everybody


async def _answer_one(circle: Circle, care: Circle, period: _Period, ask: Ask, sender: bytes) -> None:
    """Raises BadInput, Damaged, NotThere, TooMuch for what can't be answered."""
    seat, random = seat_of(circle, sender), circle.services.random
    if period.keys is None:
        raise NotThere
    signed = tuple(blind.sign_blinded(_key(period.keys, ask), value, random) for value in ask.values)
    if sender not in period.issued:
        period.issued[sender] = digest(RIGHT, *ask.values)
        await _write(care, ask.period, "issued", Issued(ask.period, sender, period.issued[sender]))
    body = encode(Signed(ask.period, ask.familiar, signed))
    place = (circle.id, letters.RIGHT, seat.kem, ask.inbox, circle.services.clock.day())
    mail = letters.write_letter(circle.log.persona, *place, body, random)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, ask.inbox, mail)


async def look_after_everywhere(member: Member) -> None:
    """Done when a steward comes back."""
    await roles.wherever_held(member, look_after)


async def look_after(circle: Circle, care: Circle) -> None:
    """Make known by what rights are verified, and sign those that were asked for."""
    if circle.charter.has_rights:
        await make_known(circle, care)
        await answer(circle, care)


Mint = Callable[[bytes], Right]
"""From a one-off's key its right."""


def minter(circle: Circle) -> Mint:
    """What makes rights for what the care team itself brings in for others: of everybody's kind, or none where there
    are no keys. Raises NotThere for who is no steward.
    """
    care = roles.care_of(circle)
    if care is None:
        raise NotThere
    period, random = period_of(circle.services.clock.day()), circle.services.random
    signing = _written(care, period).keys
    if signing is None:
        return lambda _: rights.NONE

    def mint(key: bytes) -> Right:
        what = rights.message(circle.id, period, False, key)
        return Right(period, False, blind.sign(signing.everybody, what, random))

    return mint
