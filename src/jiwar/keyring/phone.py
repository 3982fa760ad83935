"""A remembered phone: one more row of an account's size, which a cookie finds and a PIN opens.

Implements spec/protocol.md §3.7. The row holds a pepper and two slots, each for one PIN; which of them is used, and
whether both are, shows to nobody who doesn't know the PINs. With the row the pepper is gone, and the cookie with its
PIN opens nothing any more.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from msgspec.structs import replace

from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import PHONE_LOCATOR, PHONE_SEAL, PHONE_SLOT
from jiwar.crypto.random import Random, system_random
from jiwar.crypto.sealing import seal, unseal
from jiwar.errors import PinShape, Unopenable
from jiwar.keyring.account import KEYRING_SIZE, Access
from jiwar.wire.canonical import Wire, decode, encode

PIN_DIGITS = 6
DAYS = 30
TRIES = 5
SLOTS = 2
COOKIE = 32
_STEPS = {step % 10 for step in (0, 1, -1)}


class Memory(Wire, frozen=True):
    """What a phone's row holds: the last day it is good for, wrong tries since the last right one, the language in
    which it asks for the PIN, pepper, slots.
    """

    version: int
    until: int
    wrong: int
    language: str
    pepper: bytes
    slots: tuple[bytes, bytes]


def read_pin(typed: str) -> str:
    """Six digits of any script. Raises PinShape."""
    pin = "".join(str(unicodedata.decimal(one)) for one in typed if one.isdecimal())
    if len(pin) != PIN_DIGITS or any(not (one.isdecimal() or one in " -\t") for one in typed):
        raise PinShape
    return pin


def new_pin(typed: str) -> str:
    """A PIN to be used from now on: not one digit six times, nor a run such as 123456. Raises PinShape."""
    pin = read_pin(typed)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= _STEPS:
        raise PinShape
    return pin


def new_memory(until: int, language: str, random: Random = system_random) -> Memory:
    """A memory whose slots open under nothing."""
    slots = (_sealed(random(32), b"", random(64), random), _sealed(random(32), b"", random(64), random))
    return Memory(1, until, 0, language, random(32), slots)


def _sealed(key: bytes, place: bytes, opens: bytes, random: Random) -> bytes:
    return seal(key, PHONE_SLOT, (place,), opens, random=random)


@dataclass(frozen=True)
class PhoneKey:
    """What the cookie of a phone opens."""

    cookie: bytes
    hub_id: bytes

    @cached_property
    def locator(self) -> bytes:
        """The name of its row."""
        return derive(self.cookie, PHONE_LOCATOR, self.hub_id)

    def seal(self, memory: Memory, random: Random = system_random) -> bytes:
        """The row's inner value, of the size of a keyring's."""
        return seal(self._row_key, PHONE_SEAL, (self.locator,), encode(memory), size=KEYRING_SIZE, random=random)

    def open(self, inner: bytes) -> Memory:
        """Raises Unopenable, NotCanonical."""
        return decode(unseal(self._row_key, PHONE_SEAL, (self.locator,), inner), Memory)

    @cached_property
    def _row_key(self) -> bytes:
        return derive(self.cookie, PHONE_SEAL)

    def fill(
        self, memory: Memory, slot: int, stretched: bytes, access: Access, random: Random = system_random
    ) -> Memory:
        """The memory with what opens an account in a slot, under a PIN that has gone through the slow hash."""
        sealed = _sealed(self._slot_key(memory, stretched), self.locator, access.unlock + access.locator, random)
        slots = [*memory.slots]
        slots[slot] = sealed
        return replace(memory, slots=(slots[0], slots[1]))

    def find(self, memory: Memory, stretched: bytes) -> tuple[int, Access]:
        """The slot that a PIN opens, and what is in it; all are tried. Raises Unopenable."""
        key, found = self._slot_key(memory, stretched), []
        for slot, sealed in enumerate(memory.slots):
            try:
                opens = unseal(key, PHONE_SLOT, (self.locator,), sealed)
            except Unopenable:
                continue
            found.append((slot, Access(opens[32:], opens[:32], self.hub_id)))
        if not found:
            raise Unopenable
        return found[0]

    def _slot_key(self, memory: Memory, stretched: bytes) -> bytes:
        return derive(stretched + self.cookie + memory.pepper, PHONE_SLOT)
