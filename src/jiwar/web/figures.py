"""Figures of the board, for everybody of the group: asked, offered, worked out in four weeks, in steps of five."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.rights import PERIOD_DAYS, period_of
from jiwar.circles.rounded import FEWEST_PEOPLE, STEP, is_large_enough
from jiwar.errors import NotThere
from jiwar.systems.needs import counting
from jiwar.web.app import At
from jiwar.web.visit import Visit


def with_figures(visit: Visit, circles: list[Circle]) -> list[tuple[str, str]]:
    """Those of my groups in which the board may be counted: where its figures stand, and the group's name. The roster
    is not read for it: a group that has shrunk is among them, and its page says so.
    """
    url = visit.site.paths.url
    return [
        (url("help_figures", circle=visit.circle_name(one.id)), one.name)
        for one in circles
        if not one.membership.parent and is_large_enough(one.sketch.ever)
    ]


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    if not circle.charter.aid.on:
        raise NotThere
    period = period_of(visit.services.clock.day())
    return visit.page(
        "needs/figures.html",
        tab="help",
        key=visit.circle_name(circle.id),
        group=circle.name,
        told=[(_last_day(one.period), one.shown) for one in counting.told(circle)],
        small=not is_large_enough(counting.people(circle)),
        next_day=_last_day(period) + 1,
        fewest=FEWEST_PEOPLE,
        step=STEP,
    )


def _last_day(period: int) -> int:
    return (period + 1) * PERIOD_DAYS - 1


ROUTES = (At("help_figures", "/group/{circle}/help/figures", show),)
