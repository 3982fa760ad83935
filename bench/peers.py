"""Other programs that do the same for people, measured in the same run where they are installed.

A peer is a function that gives rows; the list is empty until the first one is set up beside this bench.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.scale import Scale
from bench.table import Row

PEERS: tuple[Callable[[Scale], list[Row]], ...] = ()


def compared(scale: Scale) -> list[Row]:
    """The rows of every peer."""
    return [row for peer in PEERS for row in peer(scale)]
