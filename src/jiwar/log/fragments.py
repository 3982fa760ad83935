"""A cache of what was opened, checked and rendered before, sealed under keys that the process doesn't keep.

Implements spec/protocol.md §5.6 (design.md §9). A fragment is named by a digest of the stored ciphertext and sealed
under a key derived from the key that opens that ciphertext, so it also remembers that a signature was good: it exists
only after a good check. Without a reader's key it is noise. No order is kept: who read what after whom can't be read
off it; what gives way is picked at random.
"""

from __future__ import annotations

from jiwar.crypto.random import Random, system_random
from jiwar.crypto.sealing import OuterKey

MOST_BYTES = 24 * 1024 * 1024


class Fragments:
    """One per process."""

    def __init__(self, most_bytes: int = MOST_BYTES, random: Random = system_random) -> None:
        self._most, self._random = most_bytes, random
        self._size = 0
        self._values: dict[bytes, bytes] = {}
        self._names: list[bytes] = []

    def get(self, key: bytes | OuterKey, name: bytes) -> bytes | None:
        """The fragment, opened. Raises Unopenable when the key is another one."""
        sealed = self._values.get(name)
        return None if sealed is None else _outer(key).unseal(name, sealed)

    def put(self, key: bytes | OuterKey, name: bytes, plain: bytes) -> None:
        sealed = _outer(key).seal(name, plain, self._random)
        old = self._values.get(name)
        if old is None:
            self._names.append(name)
        self._values[name] = sealed
        self._size += len(sealed) - len(old or b"")
        while self._size > self._most:
            self._drop_one()

    def _drop_one(self) -> None:
        place = int.from_bytes(self._random(4), "big") % len(self._names)
        self._names[place], self._names[-1] = self._names[-1], self._names[place]
        self._size -= len(self._values.pop(self._names.pop()))

    def clear(self) -> None:
        """Forget everything: at the turn of a day, when keys have expired."""
        self._values.clear()
        self._names.clear()
        self._size = 0


def _outer(key: bytes | OuterKey) -> OuterKey:
    return OuterKey(key) if isinstance(key, bytes) else key
