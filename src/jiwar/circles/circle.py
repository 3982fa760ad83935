"""A circle as one member has it open: its log, its state, who I am in it.

Implements spec/protocol.md §4. Opening follows rotations: an outdated token leads to the transfer cell, and whoever
finds no slot there is out; an epoch that no steward began is not followed. The state is folded from the circle's own
records and kept as a sealed fragment, and beside it as a `Sketch`: what most pages ask.
"""

from __future__ import annotations

from functools import cached_property

from msgspec.structs import replace

from jiwar.circles import authorship, fold, quiet, transfer
from jiwar.circles.member import Member, Services
from jiwar.circles.model import CIRCLE, EMPTY, Charter, CircleState
from jiwar.circles.model import Member as Seated
from jiwar.circles.policy import Policy
from jiwar.circles.sketch import Sketch, sketch_of
from jiwar.clock import quarter_of
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import FRAGMENT
from jiwar.errors import BadProof, KeysChanged, NotThere, Removed
from jiwar.keyring.epochs import forget_expired
from jiwar.keyring.model import Membership, Trail
from jiwar.keyring.persona import Persona
from jiwar.log import audit
from jiwar.log.covers import Folded
from jiwar.log.record import row_digest
from jiwar.log.shelf import LAST_NUMBER, Opened, ShelfLog, object_name
from jiwar.store.contract import KEPT, ShelfState
from jiwar.wire.canonical import decode, encode, reread

_BATCH = 200


def open_log(
    services: Services,
    membership: Membership,
    trail: Trail,
    persona: Persona | None = None,
    state: ShelfState | None = None,
    seen_by_all: bool = False,
) -> ShelfLog:
    """The circle's log under the keys of a trail.

    `persona`: the membership's own, if somebody has made its key; `state`: the shelf's, if it was just read.
    `seen_by_all`: for a one-off, whose records chain to nothing and name no head.
    """
    return ShelfLog(
        services.store,
        membership.circle,
        membership.shelf,
        membership.index_key,
        trail.epochs,
        persona or Persona(membership.persona),
        services.clock,
        services.fragments,
        services.random,
        b"" if seen_by_all else trail.previous,
        state,
        services.queues,
        seen_by_all,
    )


def circle_object(circle: bytes) -> bytes:
    """The object that holds the circle's own records."""
    return object_name(CIRCLE, circle)


def load_state(log: ShelfLog, trail: Trail) -> CircleState:
    """Fold what the circle's own object holds, from what this process folded before.

    Raises BadProof when the epoch's keys are not the ones that the stewards announced: somebody splits the circle.
    """
    kept = log.fragments.get(*_fragment(log, trail, "state"))
    state = decode(kept, CircleState) if kept else _beginning(log, trail)
    if log.cover(circle_object(log.circle)).head <= state.through:
        return state
    state = _folded_on(log, state, LAST_NUMBER)
    if state.epoch and state.epoch == log.newest.epoch:
        if (state.commitment, state.begins) != (log.newest.commitment, log.newest.begins):
            raise BadProof
    log.fragments.put(*_fragment(log, trail, "state"), encode(state))
    return state


def load_sketch(log: ShelfLog, trail: Trail) -> Sketch:
    """The sketch of the state that `load_state` gives. Raises BadProof."""
    kept = log.fragments.get(*_fragment(log, trail, "sketch"))
    if kept:
        sketch = reread(kept, Sketch)
        if log.cover(circle_object(log.circle)).head <= sketch.through:
            return sketch
    sketch = sketch_of(load_state(log, trail))
    log.fragments.put(*_fragment(log, trail, "sketch"), encode(sketch))
    return sketch


def _fragment(log: ShelfLog, trail: Trail, variant: str) -> tuple[bytes, bytes]:
    """The key and the name under which something folded from the circle's records is kept."""
    key = log.fragment_key(variant, (log.newest.epoch, KEPT, 0))
    return key, digest(FRAGMENT, variant, log.shelf, log.newest.epoch, trail.fold_from, trail.fold_digest)


def _beginning(log: ShelfLog, trail: Trail) -> CircleState:
    """Where this member's fold begins. Raises BadProof when another record stands there than they know."""
    if trail.fold_digest and _digest_at(log, trail.fold_from) != trail.fold_digest:
        raise BadProof
    return replace(EMPTY, through=trail.fold_from - 1, fold_from=trail.fold_from)


def _digest_at(log: ShelfLog, number: int) -> bytes:
    return row_digest(log.row(circle_object(log.circle), number, number).value)


def _folded_on(log: ShelfLog, state: CircleState, last: int) -> CircleState:
    obj = circle_object(log.circle)
    while rows := log.rows(obj, state.through + 1, last, _BATCH):
        state = fold.fold(log.circle, state, log.readable(obj, rows))
        state = replace(state, through=max(state.through, rows[-1].slot))
    return state


class Circle:
    """One circle of a member, open. Raises NotThere, Removed when it isn't theirs (any more)."""

    def __init__(self, member: Member, circle: bytes) -> None:
        self.member, self.services = member, member.services
        self.membership = member.membership(circle)
        if self.membership.waiting:
            raise NotThere
        self.id = circle
        self.read_anew = 0
        """Slots that this request has read to fold spoiled covers anew: a page's work is bounded."""
        before, persona = member.trail(circle), member.persona_in(self.membership)
        self.trail, begun, state = self._follow(before, persona)
        self.log = open_log(self.services, self.membership, self.trail, persona, state)
        if begun:
            self._confirm(begun)
            self.keep_trail(self.trail.trimmed())
        elif self.trail is not before:
            member.remember(self.trail)

    def _follow(self, trail: Trail, persona: Persona) -> tuple[Trail, list[transfer.Begun], ShelfState]:
        """The trail with every epoch that is said to have begun since (the same when nothing has moved), and what
        the shelf says of itself.
        """
        shelf, store = self.membership.shelf, self.services.store
        begun = []
        while True:
            try:
                state = store.shelf(shelf, trail.newest.read)
                break
            except KeysChanged:
                begun.append(transfer.follow(store, self.id, shelf, trail.newest, persona))
                trail = trail.with_epoch(begun[-1].keys)
        today = self.services.clock.day()
        current = tuple(forget_expired(keys, today) for keys in trail.epochs)
        if any(now is not before for now, before in zip(current, trail.epochs, strict=True)):
            trail = replace(trail, epochs=current)
        return trail, begun, state

    def _confirm(self, begun: list[transfer.Begun]) -> None:
        """Raises BadProof unless each epoch was begun by somebody who was a steward at its first number."""
        state = _beginning(self.log, self.trail)
        for step in begun:
            state = _folded_on(self.log, state, step.keys.begins - 1)
            steward = fold.member_of(state, step.steward)
            if steward is None or not steward.is_steward:
                raise BadProof

    @cached_property
    def state(self) -> CircleState:
        """Everything that the circle's records fold to; pages that show no list of people ask `sketch`."""
        return load_state(self.log, self.trail)

    @cached_property
    def sketch(self) -> Sketch:
        sketch = load_sketch(self.log, self.trail)
        if sketch.charter is not None and sketch.charter.level != self.trail.level:
            # The bars of every page say the weather, and read it from the trail.
            self.trail = replace(self.trail, level=sketch.charter.level)
            self.member.remember(self.trail)
        return sketch

    def reload(self) -> None:
        """Fold again what has come since."""
        self.__dict__.pop("state", None)
        self.__dict__.pop("sketch", None)
        self.__dict__.pop("me", None)
        self.log.forget_state()

    @property
    def rings(self) -> bool:
        """Whether what is said here reminds others."""
        return True

    @property
    def group(self) -> bytes:
        """The circle that people know as a group: of a role circle, the one that it is inside of."""
        return self.membership.parent or self.id

    @property
    def charter(self) -> Charter:
        if self.sketch.charter is None:
            raise NotThere
        return self.sketch.charter

    @property
    def policy(self) -> Policy:
        return self.charter.policy

    @property
    def name(self) -> str:
        """My private alias for the circle, or its name."""
        return self.membership.alias or self.charter.name

    @cached_property
    def me(self) -> Seated:
        """Raises Removed when I am not (any more) in the circle."""
        mine = self.sketch.member(self.log.persona.key)
        if mine is None or not mine.active:
            raise Removed
        return mine

    @property
    def is_announced(self) -> bool:
        """Whether a newcomer can begin in the newest epoch."""
        return self.state.epoch == self.log.newest.epoch and self.state.fold_from >= self.state.turned_at

    @property
    def is_steward(self) -> bool:
        return self.me.is_steward

    def handle_of(self, persona: bytes) -> str:
        """How I know somebody here: my private name for them, or their own; empty for strangers."""
        for label in self.membership.labels:
            if label.persona == persona:
                return label.text
        member = self.sketch.member(persona)
        return member.handle if member else ""

    def counts(self, record: Opened) -> bool:
        """Whether a record's author might write it where it stands."""
        return authorship.may_have_written(self.sketch, record)

    def stands(self, cover: Folded) -> bool:
        """Whether who folded a cover was in the circle then; another cover is to be folded anew."""
        return authorship.may_have_folded(self.sketch, cover)

    @cached_property
    def reader(self) -> bytes:
        """Who reads here: they see their own words whatever others see."""
        return self.log.persona.key

    @property
    def held_back(self) -> quiet.Pauses:
        """The pauses by which others' words are not shown to me now."""
        standing = quiet.standing(self.sketch.pauses, quarter_of(self.services.clock))
        return tuple(one for one in standing if one.persona != self.reader)

    def holds_back(self, author: bytes, number: int) -> bool:
        """Whether somebody else's record is not shown to me, for now."""
        pauses = self.held_back
        return bool(pauses) and quiet.are_held(pauses, author, number, quarter_of(self.services.clock))

    def has_seen(self, obj: bytes, number: int) -> None:
        """Note that an object is read up to a number."""
        if number > self.trail.read_up_to(obj):
            self.keep_trail(self.trail.mark(obj, number))

    def keep_trail(self, trail: Trail) -> None:
        number, name = self.beginning(trail)
        self.trail = replace(trail, previous=self.log.previous, fold_from=number, fold_digest=name)
        self.member.remember(self.trail)

    def beginning(self, trail: Trail | None = None) -> tuple[int, bytes]:
        """The number and digest of the record from which somebody who comes now may fold."""
        trail, number = trail or self.trail, self.sketch.fold_from
        if number == trail.fold_from and trail.fold_digest:
            return number, trail.fold_digest
        return number, _digest_at(self.log, number)

    def check_tree(self) -> None:
        """Compare the tree with the one I saw last, and remember this one.

        Raises BadProof when the shelf is shorter than it was or has another past: damaged, or restored.
        """
        now, seen = self.log.state, self.trail
        audit.check_growth(seen.seen_size, seen.seen_root, now, self._node)
        if (now.size, now.root) != (seen.seen_size, seen.seen_root):
            self.keep_trail(replace(seen, seen_size=now.size, seen_root=now.root))

    def _node(self, level: int, index: int) -> bytes:
        return self.services.store.node(self.log.shelf, self.log.newest.read, level, index)
