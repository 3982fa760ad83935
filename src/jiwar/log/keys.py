"""The keys of a log's places during one request: the record key for what is kept, day keys for what expires.

Implements spec/protocol.md §4.5 and §5.6. A day's key needs a walk along a chain and the hub's half. What came of
both is kept as fragments that open under the chain's secret alone: nobody can open them who couldn't walk, and they
go when the day turns, like all fragments.
"""

from __future__ import annotations

from collections.abc import Iterable

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import FRAGMENT
from jiwar.crypto.sealing import OuterKey
from jiwar.errors import Unopenable
from jiwar.keyring import epochs
from jiwar.keyring.epochs import Chain, EpochKeys
from jiwar.log.fragments import Fragments
from jiwar.store.contract import KEPT, Store

KEY = 32
NO_KEY = bytes(KEY)
LONGEST_WALK = 2 * max(epochs.LANES)
"""Days that a chain is followed at most: a row may claim any day."""
Place = tuple[int, int, int]
"""Epoch, lane and day."""


class PlaceKeys:
    """Made for one shelf and one member; made again for every request."""

    def __init__(
        self, store: Store, shelf: bytes, held: tuple[EpochKeys, ...], clock: Clock, fragments: Fragments
    ) -> None:
        self._store, self._shelf, self._clock, self._fragments = store, shelf, clock, fragments
        self.epochs = {one.epoch: one for one in held}
        self.newest = held[-1]
        self._days: dict[Place, bytes] = {}
        self._outer: dict[Place, OuterKey] = {}

    def of(self, epoch: int, keep: int, day: int) -> bytes:
        """The key of a place. Raises Unopenable when it has expired or was never ours."""
        if epoch not in self.epochs:
            raise Unopenable
        if keep == KEPT:
            return self.epochs[epoch].record
        if (epoch, keep, day) not in self._days:
            self.prepare([(epoch, keep, day)])
        try:
            return self._days[epoch, keep, day]
        except KeyError:
            raise Unopenable from None

    def fragment(self, variant: str, *places: Place) -> bytes:
        """What seals fragments of some places: dead when the key of one of them is. Raises Unopenable."""
        first, *others = [self.of(*place) for place in places]
        return derive(digest(FRAGMENT, first, *others) if others else first, FRAGMENT, variant)

    def outer(self, epoch: int, keep: int, day: int) -> OuterKey:
        """What seals the fragments of one place that the log keeps for itself. Raises Unopenable."""
        made = self._outer.get((epoch, keep, day))
        if made is None:
            made = self._outer[epoch, keep, day] = OuterKey(self.fragment("log", (epoch, keep, day)))
        return made

    def prepare(self, places: Iterable[Place]) -> None:
        """Make the keys of many places with one read of the store a lane, or none."""
        wanted: dict[tuple[int, int], set[int]] = {}
        for epoch, keep, day in places:
            if keep != KEPT and (epoch, keep, day) not in self._days and epoch in self.epochs:
                wanted.setdefault((epoch, keep), set()).add(day)
        for (epoch, keep), days in wanted.items():
            try:
                chain = epochs.chain_of(self.epochs[epoch], keep)
            except Unopenable:  # A lane that there is not: what claims to stand in it is left out like the expired.
                continue
            for day, key in self._of_lane(epoch, chain, days):
                self._days[epoch, keep, day] = key

    def _of_lane(self, epoch: int, chain: Chain, days: set[int]) -> list[tuple[int, bytes]]:
        """The keys of some days of a lane, as many as there are."""
        within = [day for day in days if 0 <= day - chain.day <= LONGEST_WALK]
        if not within:
            return []
        opener = OuterKey(derive(chain.secret, FRAGMENT, "days"))
        name = digest(FRAGMENT, "days", self._shelf, epoch, chain.keep, chain.day)
        known = self._fragments.get(opener, name) or b""
        found = {day: _at(known, day - chain.day) for day in within}
        missing = {day for day, key in found.items() if key == NO_KEY}
        if missing:
            made = self._made(epoch, chain, missing)
            if made:
                found.update(made)
                self._fragments.put(opener, name, _with(known, {day - chain.day: key for day, key in made.items()}))
        return [(day, key) for day, key in found.items() if key != NO_KEY]

    def _made(self, epoch: int, chain: Chain, days: set[int]) -> dict[int, bytes]:
        """Keys from both halves: the hub's, as long as it exists, and the members'."""
        hub_halves = self._store.day_halves(self._shelf, self.newest.read, chain.keep, days)
        if not hub_halves:
            return {}
        members = self._member_halves(epoch, chain, max(hub_halves))
        return {day: epochs.day_key(_at(members, day - chain.day), half) for day, half in hub_halves.items()}

    def _member_halves(self, epoch: int, chain: Chain, last: int) -> bytes:
        """The members' halves of every day from the chain's own to `last` at least, in one piece."""
        opener = OuterKey(derive(chain.secret, FRAGMENT, "halves"))
        name = digest(FRAGMENT, "halves", self._shelf, epoch, chain.keep, chain.day)
        kept = self._fragments.get(opener, name) or b""
        if len(kept) <= KEY * (last - chain.day):
            kept = b"".join(epochs.day_secrets(chain, max(last, self._clock.day())))
            self._fragments.put(opener, name, kept)
        return kept


def _at(row: bytes, index: int) -> bytes:
    return row[KEY * index : KEY * (index + 1)] or NO_KEY


def _with(row: bytes, keys: dict[int, bytes]) -> bytes:
    """The row with some keys more; places between stay empty."""
    filled = bytearray(row.ljust(KEY * (max(keys) + 1), b"\0"))
    for index, key in keys.items():
        filled[KEY * index : KEY * (index + 1)] = key
    return bytes(filled)
