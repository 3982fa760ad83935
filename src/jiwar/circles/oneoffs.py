"""One-offs: personas for one object, that nothing ties to the member behind them.

Implements spec/protocol.md §9.4. A one-off is made of a random seed, which stands in its owner's keyring as long as
its object is open and nowhere else: no key, no phrase and no other persona leads to it.

- Its object is named by its key. So whoever reads sees from the record alone that it may write there, and that it may
  write nowhere else. What it says first introduces it: its own key and box, as the system's body carries them.
- Its records are of one size, chain to no other record, and name a tree that everybody in the circle sees alike.
- What it says first stands in the keyring at once, and on the shelf after a while (`later`). What it says after
  (another wording, a withdrawal) is written at once.
- What others may write in its object is the system's to say: on the board nothing (`Aside`), in a topic answers
  (`Together`).
- The charter says whether there are needs and offers, or topics without a name, and so one-offs, in a circle.

Does not keep: a member from having many, or from writing anything in one. Stewards remove what one says; nobody can
tell whose it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from jiwar.circles import authorship, boxes, duty, later, letters, rights
from jiwar.circles.circle import Circle, open_log
from jiwar.circles.speech import Said, owned_rid
from jiwar.errors import Full, NotCanonical, NotThere, Unopenable
from jiwar.keyring.model import Keyring, OneOff, Trail
from jiwar.keyring.persona import Persona
from jiwar.log.covers import Folded
from jiwar.log.shelf import Entry, Opened, object_name
from jiwar.store.contract import Append
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad, unpad

ONE_OFF = "one-off"
SIZE = 9_216
"""Bytes of everything that a one-off says."""
BOX = boxes.ONE_OFF
THANKED_DAYS = 7
"""Days that thanks wait for whoever wrote about something, after that is gone."""
MOST_OPEN = 12
MOST_WAITING = 3
"""What waits lies in the keyring, which has one size."""


@dataclass(frozen=True, slots=True)
class With:
    """What comes with a first word, in a slot of its own behind it: its kind and body, and the cover of both."""

    kind: str
    body: bytes
    cover: bytes


def object_of(circle: bytes, key: bytes) -> bytes:
    """The one object in which the one-off with this key may write."""
    return object_name(ONE_OFF, circle, key)


def sized(body: bytes) -> bytes:
    """A system's body in the one size."""
    return pad(body, SIZE)


def unsized(body: bytes) -> bytes:
    """The system's body. Raises NotCanonical."""
    try:
        plain = unpad(body)
    except Unopenable:
        raise NotCanonical from None
    if len(body) != SIZE:
        raise NotCanonical
    return plain


class Aside(Circle):
    """A circle as it is for one object of a one-off: there the one-off's records count beside the members'.

    With a `persona` it is the one-off itself that reads and writes.
    """

    def __init__(self, circle: Circle, obj: bytes, persona: Persona | None = None) -> None:
        self.member, self.services, self.membership = circle.member, circle.services, circle.membership
        self.id, self.trail, self.read_anew, self.obj = circle.id, circle.trail, 0, obj
        self._writes = persona is not None
        self.log = (
            circle.log
            if persona is None
            else open_log(circle.services, circle.membership, circle.trail, persona, seen_by_all=True)
        )
        self.__dict__["sketch"] = circle.sketch

    def is_its_own(self, author: bytes) -> bool:
        """Whether a key is that of the one-off whose object this is."""
        return object_of(self.id, author) == self.obj

    def counts(self, record: Opened) -> bool:
        if self.is_its_own(record.author):
            return authorship.may_have_written_once(self.sketch, record)
        return super().counts(record)

    def stands(self, cover: Folded) -> bool:
        """Only the one-off's own covers stand."""
        return self.is_its_own(cover.signer) and authorship.may_have_folded_once(self.sketch, cover)

    @property
    def rings(self) -> bool:
        """Who is not reminded would be who wrote."""
        return not self._writes

    def keep_trail(self, trail: Trail) -> None:
        """A one-off leaves no trace in what its owner has read or written."""
        if not self._writes:
            super().keep_trail(trail)


class Together(Aside):
    """The same where members answer: they fold what they answer to, so that their covers stand as well."""

    def stands(self, cover: Folded) -> bool:
        return super().stands(cover) or Circle.stands(self, cover)


def mine(circle: Circle, collections: Collection[str] = ()) -> list[OneOff]:
    """My one-offs with an object of their own in a circle, or in some of its collections; the latest first."""
    own = [one for one in all_mine(circle) if not one.about]
    return [one for one in own if one.collection in collections] if collections else own


def all_mine(circle: Circle) -> list[OneOff]:
    """All my one-offs in a circle that have an object or write about one, the latest first."""
    return [one for one in reversed(circle.member.keyring.one_offs) if one.circle == circle.id and not one.role]


def about(circle: Circle, obj: bytes) -> OneOff | None:
    """My one-off that writes about somebody else's object."""
    return next((one for one in all_mine(circle) if one.about == obj), None)


async def begin_about(circle: Circle, obj: bytes, keep: int, seed: bytes = b"") -> OneOff:
    """My one-off that writes about somebody else's object, made where there is none, of a seed that has a right or of
    a new one. Raises Full, KeyringFull.
    """
    made = OneOff(circle.id, seed or circle.services.random(32), "", circle.services.clock.day(), keep, about=obj)

    def take(ring: Keyring) -> Keyring:
        if any((one.circle, one.about) == (circle.id, obj) for one in ring.one_offs):
            return ring  # Another session of mine was faster.
        if len(ring.one_offs) >= MOST_OPEN:
            raise Full
        return replace(rights.used(ring, made.seed, circle.services.random), one_offs=(*ring.one_offs, made))

    if about(circle, obj) is None:
        await circle.member.update(take)
    return about(circle, obj) or made


def persona_of(one: OneOff) -> Persona:
    return Persona(one.seed)


def object_named(one: OneOff) -> bytes:
    """The object of a one-off of mine."""
    return object_of(one.circle, persona_of(one).key)


def behind(circle: Circle, obj: bytes) -> OneOff | None:
    """My one-off whose object this is."""
    return next((one for one in all_mine(circle) if not one.about and object_named(one) == obj), None)


def as_one_off(circle: Circle, obj: bytes, how: type[Aside] = Aside) -> Aside:
    """The circle as my one-off of this object has it open. Raises NotThere for somebody else's."""
    one = behind(circle, obj)
    if one is None:
        raise NotThere
    return how(circle, obj, persona_of(one))


async def begin(circle: Circle, one: OneOff, beside: With | None = None) -> bytes:
    """Let a one-off say its first word, in a while; durable when it returns. The object.

    What comes `beside` it is not durable before it stands: a keyring has no place for it. Raises Full, KeyringFull,
    KeysChanged; PhotosFull where too much of it waits.
    """
    if beside is not None:
        circle.services.later.require_place()

    def keep(ring: Keyring) -> Keyring:
        waiting = sum(bool(other.kind) for other in ring.one_offs)
        twice = any(other.seed == one.seed for other in ring.one_offs)  # Sent at the same moment in two windows.
        if twice or len(ring.one_offs) >= MOST_OPEN or waiting >= MOST_WAITING:
            raise Full
        return replace(rights.used(ring, one.seed, circle.services.random), one_offs=(*ring.one_offs, one))

    await circle.member.update(keep)
    await _wait(circle, one, beside)
    return object_named(one)


async def _wait(circle: Circle, one: OneOff, beside: With | None = None) -> None:
    """Have what a one-off says first appended in a while, and whom it calls woken then."""
    services, rung = circle.services, circle.services.rung
    append = await first_word(circle, replace(one, cover=beside.cover) if beside else one)
    second = await _second(circle, one, beside, append.day) if beside else None
    if one.calls:
        woken = duty.on_watch(circle, one.calls)
        # Not a bound method of the set: that is another one as soon as somebody has taken it.
        services.later.put(
            append, services.clock, services.random, later.URGENT, lambda: rung.sealed.update(woken), second
        )
    else:
        services.later.put(append, services.clock, services.random, beside=second)


async def _second(circle: Circle, one: OneOff, beside: With, day: int) -> Append:
    """What comes with the first word, signed and sealed, under the same day and lane."""
    obj = object_named(one)
    entry = Entry(obj, beside.kind, beside.body, one.keep, day=day)
    append, _ = await Aside(circle, obj, persona_of(one)).log.prepared(entry)
    return append


async def first_word(circle: Circle, one: OneOff) -> Append:
    """What a one-off says first, signed and sealed: for who appends it. Raises KeysChanged."""
    obj, services = object_named(one), circle.services
    log = Aside(circle, obj, persona_of(one)).log
    nonce = services.random(16)
    said = encode(Said(nonce, sized(one.body)))
    rid = owned_rid(log.persona.key, nonce)
    entry = Entry(obj, one.kind, said, one.keep, collection=one.collection, rid=rid)
    append, _ = await log.prepared(entry, lambda _: one.cover, create=True)
    return append


async def settle(circle: Circle) -> None:
    """Look after my one-offs here: what should wait and doesn't (the process died, keys turned) waits again; what
    stands lies in my keyring no longer; whose object is gone is forgotten.
    """
    today = circle.services.clock.day()
    now: dict[bytes, list[OneOff]] = {}
    for one in all_mine(circle):
        obj = one.about or object_named(one)
        there = circle.log.has(obj)
        if one.day + one.keep < today or not (there or one.kind):
            now[one.seed] = [one] if _is_thanked(circle, one, today) else []
        elif there:
            now[one.seed] = [replace(one, kind="", body=b"", cover=b"", calls=b"")]
        elif obj not in circle.services.later.waiting:
            await _wait(circle, one)
    changed = {seed for seed, left in now.items() if not left or left[0] not in all_mine(circle)}
    for seed in changed:
        if not now[seed]:
            await boxes.empty(circle.services, Persona(seed).box(BOX))
    if changed:
        await circle.member.update(lambda ring: _with(ring, {seed: now[seed] for seed in changed}))


def _is_thanked(circle: Circle, one: OneOff, today: int) -> bool:
    """Whether thanks lie in its box that may still be read, also when what it wrote about is gone."""
    if not one.about or one.day + one.keep + THANKED_DAYS < today:
        return False
    me = persona_of(one)
    return bool(letters.read_box(circle.services.store, me.box(BOX), me.kem_seed, letters.THANKS, today))


def _with(ring: Keyring, now: dict[bytes, list[OneOff]]) -> Keyring:
    kept = [left for one in ring.one_offs for left in now.get(one.seed, [one])]
    return replace(ring, one_offs=tuple(kept))


def without(ring: Keyring, seed: bytes) -> Keyring:
    """A keyring in which a one-off is no more."""
    return _with(ring, {seed: []})


async def forget(circle: Circle, objs: Iterable[bytes]) -> None:
    """Let go of one-offs of mine, with their boxes; what still waits never comes."""
    gone = set(objs)
    for obj in gone:
        await circle.services.later.take_back(obj)
    seeds: dict[bytes, list[OneOff]] = {
        one.seed: [] for one in all_mine(circle) if (one.about or object_named(one)) in gone
    }
    for seed in seeds:
        await boxes.empty(circle.services, Persona(seed).box(BOX))
    await circle.member.update(lambda ring: _with(ring, seeds))


async def leave(circle: Circle) -> None:
    """Before I go: what waits never comes, and nothing says any more what was mine."""
    if all_mine(circle):
        await forget(circle, [one.about or object_named(one) for one in all_mine(circle)])
