"""Where a further page of one group's list begins, by a name that belongs to this session and this group."""

from __future__ import annotations

from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.web.visit import CIRCLE_NAME, Visit

_HEAD = 8


def name_of(visit: Visit, circle: Circle, head: int) -> str:
    """What the address of the page below a head says."""
    return visit.name(circle.id[:CIRCLE_NAME] + head.to_bytes(_HEAD, "big"))


def head_of(visit: Visit, circle: Circle, named: str) -> int | None:
    """The head below which a page begins; None for the first page. Raises NotThere."""
    if not named:
        return None
    stable = visit.stable(named)
    if len(stable) != CIRCLE_NAME + _HEAD or stable[:CIRCLE_NAME] != circle.id[:CIRCLE_NAME]:
        raise NotThere
    return int.from_bytes(stable[CIRCLE_NAME:], "big")
