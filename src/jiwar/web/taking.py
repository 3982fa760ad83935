"""Taking the board along as a table, for the care team: CSV, XLSX or ODS, without names, because there are none."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.sheets import words
from jiwar.systems.needs import bringing
from jiwar.systems.needs.model import NEED, NO_DAY, OFFER
from jiwar.systems.needs.rules import SIDES
from jiwar.systems.needs.view import Shown
from jiwar.web import aidwords, tables
from jiwar.web.app import At
from jiwar.web.bringing import FIELDS
from jiwar.web.limits import SLOW
from jiwar.web.persons import cares
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


SAID = {NEED: _("Request"), OFFER: _("Offer")}
HEADERS = (
    _("Request or offer"),
    *(FIELDS[one] for one in words.FIELDS),
    _("Said on"),
)


def _opened(visit: Visit) -> Circle:
    """Raises NotThere."""
    circle = visit.circle()
    if not cares(circle) or not circle.charter.aid.on:
        raise NotThere
    return circle


async def show(visit: Visit) -> Response:
    circle = _opened(visit)
    return visit.page("needs/take.html", tab="help", key=visit.circle_name(circle.id), group=circle.name)


async def act(visit: Visit) -> Response:
    circle = _opened(visit)
    visit.limit(SLOW)
    table = [[visit.say(header) for header in HEADERS]]
    table += [_row(visit, one) for one in await bringing.all_open(circle, SIDES)]
    return await tables.file(visit, table, visit.say("Requests and offers"))


def _row(visit: Visit, one: Shown) -> list[str]:
    need = one.need
    return [
        visit.say(SAID[need.side]),
        need.text,
        aidwords.kind(visit, need.kind),
        need.area,
        visit.say(aidwords.WHEN[need.when]),
        "" if need.day == NO_DAY else tables.iso(need.day),
        str(need.many),
        need.languages,
        need.conditions,
        tables.iso(one.day),
    ]


ROUTES = (At("help_take", "/group/{circle}/table/take", show, act),)
