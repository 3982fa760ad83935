"""Taking the board along as a table, for the care team: CSV, XLSX or ODS, without names, because there are none."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.responses import Response

from jiwar.errors import NotThere
from jiwar.i18n import UNIX_EPOCH
from jiwar.sheets import words
from jiwar.sheets.writing import csv_file, ods_file, xlsx_file
from jiwar.systems.needs import bringing
from jiwar.systems.needs.model import NEED, NO_DAY, OFFER
from jiwar.systems.needs.rules import SIDES
from jiwar.systems.needs.view import Shown
from jiwar.web import aidwords
from jiwar.web.app import At
from jiwar.web.bringing import FIELDS
from jiwar.web.limits import SLOW
from jiwar.web.persons import cares
from jiwar.web.respond import ALWAYS
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
SAID = {NEED: _("Request"), OFFER: _("Offer")}
HEADERS = (
    _("Request or offer"),
    *(FIELDS[one] for one in words.FIELDS),
    _("Said on"),
)


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    if not cares(circle) or not circle.charter.aid.on:
        raise NotThere
    return visit.page("needs/take.html", tab="help", key=visit.circle_name(circle.id), group=circle.name)


async def act(visit: Visit) -> Response:
    circle = visit.circle()
    if not cares(circle) or not circle.charter.aid.on:
        raise NotThere
    kind = visit.form.choice("kind", tuple(TYPES))
    visit.limit(SLOW)
    table = [[visit.say(header) for header in HEADERS]]
    table += [_row(visit, one) for one in await bringing.all_open(circle, SIDES)]
    name, turned = visit.say("Requests and offers"), visit.reader.language.dir == "rtl"
    file = await asyncio.to_thread(_file, kind, table, name, turned)
    # What it is called says nothing: it lies among other files.
    headers = {**ALWAYS, "Content-Disposition": f'attachment; filename="table.{kind}"'}
    return Response(file, 200, headers, media_type=TYPES[kind])


def _file(kind: str, table: list[list[str]], name: str, turned: bool) -> bytes:
    if kind == "csv":
        return csv_file(table)
    return xlsx_file(table, name, turned) if kind == "xlsx" else ods_file(table, name, turned)


def _row(visit: Visit, one: Shown) -> list[str]:
    need = one.need
    return [
        visit.say(SAID[need.side]),
        need.text,
        aidwords.kind(visit, need.kind),
        need.area,
        visit.say(aidwords.WHEN[need.when]),
        "" if need.day == NO_DAY else _iso(need.day),
        str(need.many),
        need.languages,
        need.conditions,
        _iso(one.day),
    ]


def _iso(day: int) -> str:
    return date.fromordinal(UNIX_EPOCH + day).isoformat()


ROUTES = (At("help_take", "/group/{circle}/table/take", show, act),)
