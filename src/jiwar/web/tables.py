"""A table to take along, as a file in CSV, XLSX or ODS: what the form of `frame/_take.html` is answered with."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.responses import Response

from jiwar.i18n import UNIX_EPOCH
from jiwar.sheets.writing import Rows, csv_file, ods_file, xlsx_file
from jiwar.web.respond import ALWAYS
from jiwar.web.visit import Visit

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


async def file(visit: Visit, table: Rows, name: str) -> Response:
    """The table in the kind that was chosen; `name` is the sheet's. Raises BadChoice."""
    kind, turned = visit.form.choice("kind", tuple(TYPES)), visit.reader.language.dir == "rtl"
    made = await asyncio.to_thread(_file, kind, table, name, turned)
    # What it is called says nothing: it lies among other files.
    headers = {**ALWAYS, "Content-Disposition": f'attachment; filename="table.{kind}"'}
    return Response(made, 200, headers, media_type=TYPES[kind])


def _file(kind: str, table: Rows, name: str, turned: bool) -> bytes:
    if kind == "csv":
        return csv_file(table)
    return xlsx_file(table, name, turned) if kind == "xlsx" else ods_file(table, name, turned)


def iso(day: int) -> str:
    """A day as programs sort it."""
    return date.fromordinal(UNIX_EPOCH + day).isoformat()
