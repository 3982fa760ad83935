"""What the columns of a table are: by their headers, and by what stands in them.

What looks like people or ways to reach them is told apart, so that it is left out unless somebody wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jiwar.keyring.wordlist import fold
from jiwar.sheets.cells import holds_contact, read_day
from jiwar.sheets.model import Row, Table
from jiwar.sheets.words import CONTACT, DAY, FIELDS, GIVEN, HEADERS, PERSON, PRIVATE, TEXT, header_words

_LOOKED_AT = 10
"""Rows among which the headers are looked for: titles and empty lines stand above them."""
_SAMPLE = 60
_CONTACTS, _PEOPLE, _DAYS = 0.3, 0.4, 0.6
"""Shares of a column's cells from which on it is one."""
_EXAMPLE = 60
_NO_DAY = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """`guess` is one of `words.FIELDS` or `words.PRIVATE`, or empty. `example` is the first thing in it."""

    header: str
    example: str
    guess: str

    @property
    def is_private(self) -> bool:
        return self.guess in PRIVATE


@dataclass(frozen=True, slots=True)
class Headed:
    """A table with its headers found: columns, and the rows under them."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def find(table: Table) -> Headed:
    """Tell headers from rows, and say what each column seems to be; one column at most for each field."""
    place = _header_place(table.rows)
    rows, taken, columns = table.rows[place + 1 :], set[str](), []
    for at, header in enumerate(table.rows[place].cells):
        cells = [row.cells[at] for row in rows if row.cells[at]]
        guess = _guess(header, cells)
        if guess in FIELDS and guess in taken:
            guess = ""
        taken.add(guess)
        columns.append(Column(header, cells[0][:_EXAMPLE] if cells else "", guess))
    if TEXT not in taken:
        columns = _with_text(columns, rows)
    return Headed(tuple(columns), rows)


def _header_place(rows: tuple[Row, ...]) -> int:
    """The row with most headers that are known, or the first with more than one cell."""
    first = rows[:_LOOKED_AT]
    known = [sum(bool(_by_header(cell)) for cell in row.cells if len(cell) <= _EXAMPLE) for row in first]
    if max(known) > 1:
        return known.index(max(known))
    wide = [place for place, row in enumerate(first) if sum(map(bool, row.cells)) > 1]
    return wide[0] if wide and wide[0] < len(rows) - 1 else 0


def _by_header(header: str) -> str:
    words = header_words(header)
    return next((what for word in words for what, known in HEADERS.items() if word in known), "")


def _guess(header: str, cells: list[str]) -> str:
    """What stands in the cells weighs more than the header where it names people."""
    sample = cells[:_SAMPLE]
    named = _by_header(header)
    short = [cell for cell in sample if len(cell) <= _EXAMPLE]
    if named != DAY and _share(short, sample, holds_contact) >= _CONTACTS:
        return CONTACT
    if named not in FIELDS and _share(short, sample, _is_person) >= _PEOPLE:
        return PERSON
    if not named and _share(short, sample, lambda cell: read_day(cell, _NO_DAY) is not None) >= _DAYS:
        return DAY
    return named


def _share(cells: list[str], of: list[str], is_one: Callable[[str], bool]) -> float:
    return sum(is_one(cell) for cell in cells) / len(of) if of else 0.0


def _is_person(cell: str) -> bool:
    words = fold(cell).split()
    return 1 <= len(words) <= 5 and words[0] in GIVEN and all(word.replace(".", "").isalpha() for word in words)


def _with_text(columns: list[Column], rows: tuple[Row, ...]) -> list[Column]:
    """Without a header that says so, what is asked for stands where most is written."""
    sizes = [
        sum(len(row.cells[at]) for row in rows[:_SAMPLE]) if not column.guess else 0
        for at, column in enumerate(columns)
    ]
    place = sizes.index(max(sizes))
    if not sizes[place]:
        return columns
    column = columns[place]
    return [*columns[:place], Column(column.header, column.example, TEXT), *columns[place + 1 :]]
