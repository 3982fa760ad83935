"""Peace of mind: the weather of my groups in words, whether this site was away, and what is good to know."""

from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.policy import LEVELS, Policy
from jiwar.errors import JiwarError
from jiwar.scheduler import lately_away
from jiwar.web.app import At
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Sky:
    """One weather of my groups: what it means, with the names of those that mean the same by it."""

    level: str
    meanings: dict[Policy, list[str]]


async def show(visit: Visit) -> Response:
    skies = _skies(visit)
    worst = max((LEVELS.index(sky.level) for sky in skies), default=0)
    services = visit.site.hub.services
    away = lately_away(services.store, services.clock.day())
    return visit.page("safety/safety.html", tab="more", skies=skies, worst=LEVELS[worst], away=away)


def _skies(visit: Visit) -> list[Sky]:
    """The roughest weather first. A group that can't be opened (any more) is left out: its own page says why."""
    found: dict[int, dict[Policy, list[str]]] = {}
    for one in visit.member.memberships():
        with suppress(JiwarError):
            opened = Circle(visit.member, one.circle)
            found.setdefault(opened.charter.level, {}).setdefault(opened.policy, []).append(opened.name)
    return [Sky(LEVELS[level], found[level]) for level in sorted(found, reverse=True)]


ROUTES = (At("safety", "/more/safety", show),)
