"""Held letters over a dictionary: what the others are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest, same
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.errors import Conflict, NotThere, TooMuch
from jiwar.store import checks
from jiwar.store.contract import MAIL_DAYS, Mail
from jiwar.store.held import DAY_MINUTES, FIRED_ENVELOPES, Due, Held, Told


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter where it waits. `held.day` is the day that it was sealed for, `minute` may have moved on since."""

    held: Held
    minute: int
    stays: bool = False

    @property
    def day(self) -> int:
        return self.minute // DAY_MINUTES

    @property
    def due(self) -> Due:
        return Due(self.held.hid, self.minute, self.held.kind)


class MemoryHeld:
    """The part of `MemoryStore` that holds letters."""

    _clock: Clock
    _boxes: dict[bytes, dict[bytes, Mail]]
    _pages: dict[bytes, bytes]

    def __init__(self) -> None:
        self._held: dict[bytes, Waiting] = {}
        self._told: Told = _nobody

    def _admit(self, shelf: bytes, token: bytes) -> None:
        raise NotImplementedError

    async def put_held(self, shelf: bytes, token: bytes, held: Held) -> None:
        checks.check_held(held, self._clock.day())
        self._admit(shelf, token)
        self._hold(held)

    def _hold(self, held: Held) -> None:
        if held.hid in self._held:
            raise Conflict
        waiting = self._held[held.hid] = Waiting(held, held.minute)
        self._told(waiting.due)

    def _waiting(self, hid: bytes, token: bytes) -> Waiting:
        waiting = self._held.get(hid)
        if waiting is None or not same(digest(TOKEN_HASH, token), waiting.held.cancel_hash):
            raise NotThere
        return waiting

    async def cancel_held(self, hid: bytes, token: bytes) -> None:
        self._waiting(hid, token)
        del self._held[hid]

    async def extend_held(self, shelf: bytes, token: bytes, hid: bytes, cancel: bytes, held: Held) -> None:
        checks.check_held(held, self._clock.day())
        self._admit(shelf, token)
        self._waiting(hid, cancel)
        self._hold(held)
        del self._held[hid]

    def due_held(self, first: int, last: int) -> list[Due]:
        found = (one.due for one in self._held.values() if first <= one.day <= last and not one.stays)
        return sorted(found, key=lambda due: (due.minute, due.hid))

    async def fire_held(self, hid: bytes, minute: int, late: bool) -> None:
        waiting = self._held.get(hid)
        if waiting is None or waiting.stays or waiting.minute > minute:
            raise NotThere
        held = waiting.held
        box = self._boxes.setdefault(held.inbox, {})
        if held.eid not in box and len(box) >= FIRED_ENVELOPES:
            raise TooMuch
        box.setdefault(held.eid, Mail(held.eid, held.day, held.value, late))
        del self._held[hid]

    async def stay_held(self, hid: bytes) -> None:
        if hid not in self._held:
            raise NotThere
        self._held[hid] = replace(self._held[hid], stays=True)

    async def postpone_held(self, days: int, page: bytes, value: bytes) -> None:
        checks.check_page(page, value)
        for hid, one in self._held.items():
            self._held[hid] = replace(one, minute=one.minute + days * DAY_MINUTES)
        self._pages[page] = value

    def watch_held(self, told: Told) -> None:
        self._told = told

    def _sweep_held(self, today: int) -> None:
        self._held = {hid: one for hid, one in self._held.items() if one.day + MAIL_DAYS >= today}


def _nobody(due: Due) -> None:
    return
