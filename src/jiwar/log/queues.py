"""Writers of one object, one behind the other.

A cover is written by compare-and-swap, so of many who write at once one gets through with each commit, and the others
seal and sign anew. Within one process they wait instead: nobody loses a dozen times and is turned away. Between
processes the comparison decides, as ever.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Queues:
    """One process's. A queue is forgotten with the last who stands in it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[bytes, bytes], asyncio.Lock] = WeakValueDictionary()

    def of(self, shelf: bytes, obj: bytes) -> asyncio.Lock:
        """To be held while the object's cover is read and written."""
        lock = self._locks.get((shelf, obj))
        if lock is None:
            lock = self._locks[shelf, obj] = asyncio.Lock()
        return lock
