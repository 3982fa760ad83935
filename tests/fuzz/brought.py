"""Targets of the tables that people bring: whole files, the parts inside of packed ones, and what cells say."""

from __future__ import annotations

from contextlib import suppress

from jiwar.errors import BadInput
from jiwar.sheets import columns, writing
from jiwar.sheets.cells import plain_digits, read_day, read_number, without_contact
from jiwar.sheets.model import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Table, clean
from jiwar.sheets.reading import read
from tests.sheets import made

TODAY = 20_500


def _holds(table: Table) -> None:
    """Within bounds; and as a file of our own it reads the same."""
    assert 2 <= len(table.rows) <= MOST_ROWS + 1
    rows = [row.cells for row in table.rows]
    assert 1 <= len(rows[0]) <= MOST_COLUMNS
    assert all(len(cell) <= 4 * LONGEST_CELL and clean(cell) == cell for row in rows for cell in row)
    assert len(columns.find(table).columns) == len(rows[0])
    for cell in (cell for row in rows for cell in row):
        assert not writing.harmless(cell).startswith(("=", "+", "-", "@"))


def files(data: bytes) -> None:
    with suppress(BadInput):
        _holds(read(data))


def parts(data: bytes) -> None:
    """The same bytes as each part of a packed file."""
    for name in (
        "worksheets/sheet1.xml",
        "sharedStrings.xml",
        "styles.xml",
        "workbook.xml",
        "_rels/workbook.xml.rels",
    ):
        with suppress(BadInput):
            _holds(read(made.xlsx(more={f"xl/{name}": data}, strings="<si/>", styles="<x/>")))
    with suppress(BadInput):
        _holds(read(made.packed({"content.xml": data})))


def cells(data: bytes) -> None:
    text = clean(data.decode("utf-8", "replace"))[:LONGEST_CELL]
    day, number = read_day(text, TODAY), read_number(text)
    assert day is None or -800_000 < day < 3_000_000
    assert number is None or 0 <= number < 1_000_000
    assert plain_digits(plain_digits(text)) == plain_digits(text)
    assert len(without_contact(text)) <= len(text)
