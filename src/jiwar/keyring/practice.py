"""When a key is said from memory: on the first, third, seventh and twenty-first day after it was made.

Implements spec/protocol.md §3.2. All that is kept is the day from which it is asked again. Of the key itself nothing
is kept, no piece and no check of a piece: a check that three words could be tried against would give away the key,
three words at a time, to whoever once saw the keyring open. So the key is typed whole and goes through its slow hash.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.keyring.model import Keyring

DAYS = (1, 3, 7, 21)
LAST = 30
"""So many days after the key was made nobody is asked any more."""
NEVER = 1_000_000


def is_due(ring: Keyring, today: int) -> bool:
    """Whether Home asks."""
    return max(ring.practice, _made(ring) + DAYS[0]) <= today <= _made(ring) + LAST


def _made(ring: Keyring) -> int:
    """When the key that opens the account now was made."""
    return ring.keyed or ring.made


def recalled(ring: Keyring, today: int) -> Keyring:
    """The key was right: until the next of the days."""
    days = (_made(ring) + day for day in DAYS)
    return replace(ring, practice=next((day for day in days if day > today), NEVER))


def later(ring: Keyring, today: int) -> Keyring:
    """Not now: until tomorrow."""
    return replace(ring, practice=today + 1)


def no_more(ring: Keyring) -> Keyring:
    return replace(ring, practice=NEVER)
