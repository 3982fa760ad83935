"""The only source of randomness. Functions that need it take a `Random`, so that vectors can pin it."""

from __future__ import annotations

import os
from collections.abc import Callable

Random = Callable[[int], bytes]


def system_random(size: int) -> bytes:
    """`size` bytes from the operating system."""
    return os.urandom(size)
