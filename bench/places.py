"""Where the measured pages are: found from the first page on, by the links that a reader would follow."""

from __future__ import annotations

from dataclasses import dataclass

from bench.visiting import Visitor, links
from jiwar.web.routes import ALL

PATHS = {at.name: at.path for at in ALL}


def beginning(name: str) -> str:
    """How the path of a page begins, up to its first place."""
    return PATHS[name].partition("{")[0]


@dataclass(frozen=True)
class Places:
    """Paths, as one session names them. `group` is the list of the large circle's topics."""

    talk: str
    group: str
    topics: tuple[str, ...]
    rooms: tuple[str, ...]


def find(visitor: Visitor) -> Places:
    """Look at the lists: the large circle is the one with the longest."""
    talk = PATHS["talk"]
    lists = [one for one in links(visitor.get(talk), talk) if "circle=" in one and "before=" not in one] or [talk]
    topics, group = max(((_topics(visitor, one), one) for one in lists), key=lambda found: len(found[0]))
    found = links(visitor.get(group), beginning("room"))
    return Places(talk, group, topics, tuple(one.partition("#")[0] for one in found))


def _topics(visitor: Visitor, path: str) -> tuple[str, ...]:
    found = (one.partition("#")[0] for one in links(visitor.get(path), beginning("topic")))
    return tuple(dict.fromkeys(found))
