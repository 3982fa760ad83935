"""Thanks that came for what I wrote about: a row each, and putting them away."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.systems.needs import thanking
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """Thanks as a page shows them; `group`: where what I wrote about stood."""

    key: str
    text: str
    day: int
    group: str


def rows(visit: Visit, circle: Circle, group: str = "") -> list[Row]:
    """All thanks that came in a group, called so."""
    return [Row(visit.object_name(circle.id, one.eid), one.text, one.day, group) for one in thanking.received(circle)]


async def put_away(visit: Visit) -> Response:
    visit.limit(WRITE)
    circle, eid = visit.addressed("thanks")
    await thanking.put_away(circle, eid)
    visit.tell("Put away.")
    return visit.go("help_mine")


ROUTES = (At("help_thanks", "/help/thanks/{thanks}", post=put_away),)
