"""What could fit a need or offer of mine: three of the other side, each with why, out of a plan for the whole board.

It is worked out when somebody asks for it, in parts between which others are served, and beside the event loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import oneoffs
from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.systems.needs import fitting, view
from jiwar.systems.needs.fitting import Reason
from jiwar.systems.needs.model import COLLECTIONS, NEED, OFFER, NeedCover
from jiwar.systems.needs.view import Line
from jiwar.web import aidwords
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.pledges import addressed
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


WHY: dict[Reason, str] = {
    "kind": _("the same kind"),
    "area": _("the same part of town"),
    "day": _("there in time"),
}


@dataclass(frozen=True)
class Suggestion:
    """One that could fit, for a row, with why."""

    title: str
    href: str
    why: str


async def suggest(visit: Visit) -> Response:
    """Work it out and show it: nothing is written, and nobody is told."""
    visit.limit(SLOW)
    circle, obj = addressed(visit)
    if oneoffs.behind(circle, obj) is None:
        raise NotThere
    side = view.mine(circle, obj).need.side
    # Nobody has to be told of what is their own.
    others_of_mine = {oneoffs.object_named(one) for one in oneoffs.mine(circle, COLLECTIONS.values())} - {obj}
    needs, offers = [await _whole(circle, one, others_of_mine) for one in (NEED, OFFER)]
    mine, others = (needs, offers) if side == NEED else (offers, needs)
    number = next((at for at, line in enumerate(mine) if line.obj == obj), None)
    if number is None:
        raise NotThere
    covers = [line.cover for line in needs], [line.cover for line in offers]
    found = await asyncio.to_thread(fitting.suggested, number, side, *covers, visit.services.clock.day())
    return visit.page(
        "needs/suggested.html",
        tab="help",
        need=visit.object_name(circle.id, obj),
        side=side,
        found=[_suggestion(visit, circle, side, mine[number], others[at]) for at in found],
    )


async def _whole(circle: Circle, side: str, but: set[bytes]) -> list[Line]:
    """One side of the board, but for some."""
    found = []
    for part in view.whole(circle, side):
        found += [line for line in part if line.obj not in but]
        await asyncio.sleep(0)
    return found


def _suggestion(visit: Visit, circle: Circle, side: str, mine: Line, other: Line) -> Suggestion:
    need, offer = (mine, other) if side == NEED else (other, mine)
    return Suggestion(
        aidwords.cut(other.cover.text)[0],
        visit.site.paths.url("need", need=visit.object_name(circle.id, other.obj)),
        why(visit, need.cover, offer.cover),
    )


def why(visit: Visit, need: NeedCover, offer: NeedCover) -> str:
    """What speaks for it, in words."""
    said = visit.reader.language.beside(*(visit.say(WHY[one]) for one in fitting.reasons(need, offer)))
    return said or visit.say("nothing speaks against it")


ROUTES = (At("need_fits", "/help/one/{need}/fits", post=suggest),)
