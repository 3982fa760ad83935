"""How often something may be done, counted in RAM by session or by kind of act, never by address."""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.clock import Clock
from jiwar.errors import Busy, TooMuch

_MOST_NAMES = 50_000


@dataclass(frozen=True)
class Rate:
    """`burst` acts at once, then one every `seconds`."""

    burst: int
    seconds: float


WRITE = Rate(40, 1.0)
SLOW = Rate(6, 20.0)
"""What costs the hub a slow hash or a key exchange."""
PHOTO = Rate(4, 60.0)
"""Photos of one session: each is decoded in a process of its own, one after the other."""
TRIAL = Rate(3, 900.0)
"""What is sent out to an address that may be a stranger's."""
EVERYBODY_LOOKS = Rate(120, 0.5)
EVERYBODY_COMES_IN = Rate(20, 30.0)
"""New keys by the page that everybody may read: there no invitation counts."""
ONE_WINDOW = Rate(12, 150.0)
EVERYBODY_ASKS = Rate(36, 50.0)
"""Words of who has no account, at one window and at all: so many at once, then 24 and 72 in an hour; each costs a
slow hash."""
EVERYBODY_SHOWS = Rate(12, 150.0)
"""Photos of who has no account: so many at once, then 24 in an hour; each costs the processor up to some seconds."""
PAGES_AT_A_WINDOW = Rate(60, 0.05)
"""Pages drawn for who has no account; whoever comes above that is turned away with one that stands ready."""
ONE_TICKET = Rate(6, 5.0)
"""Pages for one person at a window who holds what the screen before sealed: no crowd turns them away."""
EVERYBODY_RETURNS = Rate(60, 0.5)
"""Codes that are tried: each costs a slow hash, in the lanes that members come in by. Of 60 bits, so many are in no
danger of being guessed.
"""
EVERYBODY_SIGNS_IN = Rate(60, 0.25)


class Limits:
    """Leaky buckets. Names are keyed digests made by the caller; full buckets are forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._filled: dict[tuple[bytes, Rate], float] = {}

    def take(self, name: bytes, rate: Rate) -> None:
        """Count one act. Raises TooMuch."""
        now = self._clock.monotonic()
        earliest = now - rate.burst * rate.seconds
        filled = max(self._filled.get((name, rate), earliest), earliest)
        if filled + rate.seconds > now:
            raise TooMuch
        self._filled[name, rate] = filled + rate.seconds
        if len(self._filled) > _MOST_NAMES:
            self._forget(now)

    def take_for_all(self, rate: Rate) -> None:
        """Count one act that everybody shares. Raises Busy."""
        try:
            self.take(b"", rate)
        except TooMuch:
            raise Busy from None

    def _forget(self, now: float) -> None:
        self._filled = {key: at for key, at in self._filled.items() if at > now - key[1].burst * key[1].seconds}
