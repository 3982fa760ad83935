"""Other programs that do the same for people, measured in the same run, each in an environment of its own.

A peer is a file here with a function that gives its rows. What can't be installed is named in the table and skipped.
What a peer refuses to do fast (limits against floods) is switched off. What is written is on the disk at both when it
is answered, or the row says that it isn't.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.peers import prosody, spirit, synapse
from bench.peers.apart import Missing
from bench.scale import Scale
from bench.table import Row, measured

PEERS: dict[str, Callable[[Scale], list[Row]]] = {
    "Synapse": synapse.compared,
    "Prosody": prosody.compared,
    "Prosody on SQLite": prosody.compared_on_disk,
    "django-spirit": spirit.compared,
}


def compared(scale: Scale) -> list[Row]:
    """The rows of every peer."""
    return [row for name in PEERS for row in measured(name, _or_named(name), scale)]


def _or_named(name: str) -> Callable[[Scale], list[Row]]:
    """Its rows, or one that says why there are none."""

    def rows(scale: Scale) -> list[Row]:
        try:
            return PEERS[name](scale)
        except Missing as missing:
            return [Row(name, "not measured", sizes=str(missing))]

    return rows
