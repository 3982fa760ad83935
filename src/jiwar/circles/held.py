"""Letters that wait: held by somebody for a minute, called off or put off by whoever holds their secret.

Implements spec/protocol.md §8.2. What waits is a letter like any other (`letters`), small enough for the one size
of held letters. Reminders, notices, waiting times and places that come late are made of it.

- A *timer* is a name and a step, under a secret: a persona's own, or one that several people share. The store's id
  and the token that calls the letter off follow from the three, so nothing has to be remembered but the `Timer`,
  and that tells nobody anything. Ids and tokens of two timers, or of two steps of one, have nothing in common.
- `call_off` raises NotThere when the letter has come. Whoever sees no error knows that it never will.
- Whether the sender still may write such a letter is judged by whoever reads it, as of every letter. A removed
  member's letters still come; a reader who asks for the sender's seat refuses them.
- `Received.late` says that the hub was away, or its clock leapt, when the letter was due. Who waited for a *time in
  which somebody could object* starts that wait anew instead of believing it.

A reminder to myself, in twelve hours, unless I call it off:

    timers = mine(circle)
    me = Address(circle.log.persona.kem_key, circle.log.persona.inbox(REMINDERS))
    timer = await timers.hold(b"tea", me, REMINDERS, minute_after(circle.services.clock, hours=12), b"the kettle")
    timer = await timers.put_off(timer, me, REMINDERS, timer.minute + 60, b"the kettle")
    await timers.call_off(timer)
    ...
    for letter in read_box(store, persona.box(REMINDERS), persona.kem_seed, REMINDERS, today): ...

A wait that somebody else may stop: give them `timers.stop(timer)`, sealed in a letter; they call `call_off(store,
stop)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from jiwar.circles.circle import Circle
from jiwar.circles.letters import SIZES, write_letter
from jiwar.clock import Clock
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import TIMER, TOKEN_HASH
from jiwar.store.contract import Store
from jiwar.store.held import ALARM, DAY_MINUTES, Held
from jiwar.wire.canonical import Wire


class Timer(Wire, frozen=True):
    """Which letter waits. `name` is the caller's own, `step` counts how often it was put off."""

    name: bytes
    step: int
    minute: int


class Stop(Wire, frozen=True):
    """What calls one letter off, for whoever is given it."""

    hid: bytes
    token: bytes


@dataclass(frozen=True)
class Address:
    """Whom a letter is for: a seat's `kem` and `inbox`, a desk's, or my own."""

    kem: bytes
    inbox: bytes


@dataclass(frozen=True)
class Timers:
    """The timers under one secret, of somebody who has the circle open."""

    circle: Circle
    secret: bytes

    async def hold(
        self, name: bytes, to: Address, purpose: str, minute: int, body: bytes, kind: int = ALARM
    ) -> Timer:
        """Have a letter come at a minute.

        Raises TextTooLong, Conflict (a timer of this name waits), BadInput (a day that is over, or over a year away).
        """
        timer, log = Timer(name, 0, minute), self.circle.log
        held = self._sealed(timer, to, purpose, body, kind)
        await self.circle.services.store.put_held(log.shelf, log.newest.append, held)
        return timer

    async def put_off(
        self, timer: Timer, to: Address, purpose: str, minute: int, body: bytes, kind: int = ALARM
    ) -> Timer:
        """Call a letter off and have another come instead, or neither.

        Raises NotThere when it has come, and what `hold` raises.
        """
        later, log, stop = Timer(timer.name, timer.step + 1, minute), self.circle.log, self.stop(timer)
        held = self._sealed(later, to, purpose, body, kind)
        await self.circle.services.store.extend_held(log.shelf, log.newest.append, stop.hid, stop.token, held)
        return later

    async def call_off(self, timer: Timer) -> None:
        """Raises NotThere when it has come."""
        await call_off(self.circle.services.store, self.stop(timer))

    def stop(self, timer: Timer) -> Stop:
        """What calls the letter off."""
        hid = derive(self.secret, TIMER, "hid", timer.name, timer.step, length=16)
        return Stop(hid, derive(self.secret, TIMER, "token", timer.name, timer.step))

    def _sealed(self, timer: Timer, to: Address, purpose: str, body: bytes, kind: int) -> Held:
        stop, services, persona = self.stop(timer), self.circle.services, self.circle.log.persona
        day = timer.minute // DAY_MINUTES
        mail = write_letter(
            persona, self.circle.id, purpose, to.kem, to.inbox, day, body, services.random, sizes=SIZES[:1]
        )
        cancel_hash = digest(TOKEN_HASH, stop.token)
        return Held(stop.hid, cancel_hash, timer.minute, kind, to.inbox, mail.eid, mail.value)


def mine(circle: Circle) -> Timers:
    """My own timers in a circle."""
    return Timers(circle, derive(circle.log.persona.seed, TIMER, "secret"))


async def call_off(store: Store, stop: Stop) -> None:
    """Raises NotThere when the letter has come, or was called off before."""
    await store.cancel_held(stop.hid, stop.token)


def minute_after(clock: Clock, hours: float = 0, minutes: float = 0) -> int:
    """The first minute that begins after so much time, never a moment earlier."""
    return math.ceil((clock.seconds() + hours * 3_600 + minutes * 60) / 60)
