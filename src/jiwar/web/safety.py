"""Peace of mind: the weather of my groups in words, and what is good to know before and after a visit."""

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.policy import LEVELS, Policy
from jiwar.errors import JiwarError
from jiwar.web.app import At
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Sky:
    """One group's weather, and what it means there."""

    name: str
    level: str
    policy: Policy


async def show(visit: Visit) -> Response:
    skies = [sky for one in visit.member.memberships() if not one.waiting and (sky := _sky(visit, one.circle))]
    worst = max((LEVELS.index(sky.level) for sky in skies), default=0)
    return visit.page("safety/safety.html", tab="more", skies=skies, worst=LEVELS[worst])


def _sky(visit: Visit, circle: bytes) -> Sky | None:
    """None for a group that can't be opened (any more): its own page says why."""
    try:
        opened = Circle(visit.member, circle)
        return Sky(opened.name, LEVELS[opened.charter.level], opened.policy)
    except JiwarError:
        return None


ROUTES = (At("safety", "/more/safety", show),)
