"""The group's hour: when whoever likes comes by, each day, in place of a sign that says who is there.

product.md §2: a pull rhythm. It stands in the charter, by the community's clock, and nothing is kept of who came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jiwar.circles.circle import Circle
from jiwar.web.visit import Visit

NAMED = 3
"""Groups of one hour that are named."""


@dataclass(frozen=True)
class Together:
    """The next hour of today at which somebody comes together, with the groups: name and where they talk."""

    hour: int
    now: bool
    groups: list[tuple[str, str]]


def today(visit: Visit, circles: Iterable[Circle]) -> Together | None:
    """What is still to come today, or has just begun."""
    now = visit.services.clock.hour()
    hours = [(hour, circle) for circle in circles if (hour := circle.charter.hour) is not None and hour >= now]
    if not hours:
        return None
    first = min(hour for hour, _ in hours)
    groups = [
        (circle.name, visit.site.paths.url("talk", circle=visit.circle_name(circle.id)))
        for hour, circle in hours
        if hour == first
    ]
    return Together(first, first == now, groups[:NAMED])
