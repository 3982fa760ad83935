"""What stands before every account's keyring in its row: until when nobody comes in, and who may see to that.

Implements spec/protocol.md §3.8. One size for all, inside the outer layer, so that a data folder shows nothing of it.
Pure: hours are given. A guard knows no phrase, no keyring and no person: only hashes of capabilities.

- *Closed*: a friend has shown a capability. Three days, then open; the capability is spent, and for a day after that
  no other one closes, so that friends in a row can't keep somebody out for good.
- *Asleep*: the owner has asked for it, until an hour; where they said so, a capability wakes it.
- `told` is false when it was closed since the owner came last: they are told that it happened, not by whom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jiwar.crypto.hashing import digest, same
from jiwar.crypto.labels import GUARD_SLOT
from jiwar.crypto.random import Random

GUARD_SIZE = 128
SLOTS = 3
EMPTIED = tuple((place, b"") for place in range(SLOTS))
"""An order that leaves no capability anything to close."""
CLOSED_HOURS = 72
REST_HOURS = 24
LONGEST_SLEEP = 92 * 24
_HASH = 32
_HOUR = 4
_FLAGS = 2 * _HOUR
_FIRST = _FLAGS + 1
_WAKES, _UNTOLD = 1, 2


@dataclass(frozen=True, slots=True)
class Guard:
    """Hours are counted since 1970-01-01 in UTC; 0 is none. An empty slot is random, and so nobody's."""

    slots: tuple[bytes, ...]
    closed: int = 0
    asleep: int = 0
    wakes: bool = False
    told: bool = True

    def stands_before(self, hour: int) -> bool:
        """Whether nobody comes in now."""
        return hour < max(self.closed, self.asleep)


@dataclass(frozen=True, slots=True)
class Order:
    """What an owner changes: slots (place, hash; an empty hash empties it), a sleep until an hour, what was told."""

    slots: tuple[tuple[int, bytes], ...] = ()
    asleep: int = 0
    wakes: bool = False
    told: bool = False


def new_guard(random: Random) -> Guard:
    """The guard of a new account: open, its slots empty."""
    return Guard(tuple(random(_HASH) for _ in range(SLOTS)))


def pack(guard: Guard) -> bytes:
    flags = _WAKES * guard.wakes | _UNTOLD * (not guard.told)
    hours = guard.closed.to_bytes(_HOUR, "big") + guard.asleep.to_bytes(_HOUR, "big")
    return (hours + bytes([flags]) + b"".join(guard.slots)).ljust(GUARD_SIZE, b"\0")


def unpack(raw: bytes) -> Guard:
    """The guard of a row that the outer layer vouches for."""
    slots = tuple(raw[_FIRST + _HASH * at : _FIRST + _HASH * (at + 1)] for at in range(SLOTS))
    hours = (int.from_bytes(raw[:_HOUR], "big"), int.from_bytes(raw[_HOUR:_FLAGS], "big"))
    return Guard(slots, *hours, wakes=bool(raw[_FLAGS] & _WAKES), told=not raw[_FLAGS] & _UNTOLD)


def slot_of(capability: bytes) -> bytes:
    """What a slot keeps of a capability."""
    return digest(GUARD_SLOT, capability)


def shown(inner: bytes, guard: Guard, hour: int) -> bytes:
    """A row's inner value as a reader gets it: one that opens nothing while the guard stands before it.

    By one path for both, so that a closed account answers like a phrase that opens nothing.
    """
    return bytes([inner[0] ^ guard.stands_before(hour)]) + inner[1:]


def ordered(guard: Guard, order: Order, random: Random) -> Guard:
    """The guard after its owner's order."""
    slots = list(guard.slots)
    for place, slot in order.slots:
        slots[place] = slot or random(_HASH)
    guard = replace(guard, slots=tuple(slots), told=guard.told or order.told)
    return replace(guard, asleep=order.asleep, wakes=order.wakes) if order.asleep else guard


def closed_by(guard: Guard, slot: bytes, hour: int, random: Random) -> Guard | None:
    """The guard after somebody has shown a capability; None where it is not one of these, or none closes now."""
    found = [same(slot, one) for one in guard.slots]
    if not any(found) or (guard.closed and hour < guard.closed + REST_HOURS):
        return None
    slots = tuple(random(_HASH) if spent else one for spent, one in zip(found, guard.slots, strict=True))
    return replace(guard, slots=slots, closed=hour + CLOSED_HOURS, told=False)


def woken_by(guard: Guard, slot: bytes, hour: int) -> Guard | None:
    """The guard after somebody has shown a capability to wake it; None where that wakes nothing."""
    found = [same(slot, one) for one in guard.slots]
    if not any(found) or not (guard.wakes and hour < guard.asleep):
        return None
    return replace(guard, asleep=0, wakes=False)


def kept(guard: Guard, hour: int) -> Guard:
    """What of a guard is kept overnight: no hour that is over."""
    closed = guard.closed if hour < guard.closed + REST_HOURS else 0
    return replace(guard, closed=closed, asleep=guard.asleep if hour < guard.asleep else 0)
