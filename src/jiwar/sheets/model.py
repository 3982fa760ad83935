"""What is read of a table: sheets of numbered rows of text, within bounds.

Does not know what a table is about, and keeps nothing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from jiwar.errors import SheetEmpty, SheetTooLarge, SheetTooLong, SheetTooWide

MOST_BYTES = 4 * 1024 * 1024
"""Of a file as it comes."""
MOST_ROWS = 1_000
"""Rows with something in them."""
MOST_COLUMNS = 60
LONGEST_CELL = 4_000
"""Characters."""
MOST_TEXT = 2_000_000
"""Characters of all cells together."""
# Controls, and characters that turn the direction of what follows; a cell may have several lines.
_INVISIBLE = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in b"\t\n"}
_INVISIBLE |= {ord(one): None for one in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"}


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is what a spreadsheet program shows beside it, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file. `names` are those of all its sheets that can be seen, `sheet` the place of this one."""

    rows: tuple[Row, ...]
    names: tuple[str, ...] = ("",)
    sheet: int = 0


def clean(text: str) -> str:
    """A cell's text in one form, without what can't be seen."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)).strip()


@dataclass
class Gathered:
    """Cells as a reader comes upon them, refused as soon as there are too many."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    size: int = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Both from 0; an empty cell counts for nothing. Raises SheetTooLong, SheetTooWide, SheetTooLarge."""
        if len(text) > LONGEST_CELL:
            raise SheetTooLarge
        text = clean(text)
        if not text:
            return
        self.size += len(text)
        if self.size > MOST_TEXT:
            raise SheetTooLarge
        if column >= MOST_COLUMNS:
            raise SheetTooWide(most=MOST_COLUMNS)
        self.rows.setdefault(row, {})[column] = text
        if len(self.rows) > MOST_ROWS + 1:
            raise SheetTooLong(most=MOST_ROWS)

    def fill_down(self, first: int, last: int, column: int) -> None:
        """Write what stands in a cell that spans rows into each of them that has something."""
        text = self.rows.get(first, {}).get(column, "")
        for row in sorted(row for row in self.rows if first < row <= last):
            if column not in self.rows[row]:
                self.put(row, column, text)

    def table(self, names: tuple[str, ...] = ("",), sheet: int = 0) -> Table:
        """Raises SheetEmpty for one that has no row under its first."""
        if len(self.rows) < 2:
            raise SheetEmpty
        width = 1 + max(max(cells) for cells in self.rows.values())
        rows = (
            Row(row + 1, tuple(cells.get(at, "") for at in range(width))) for row, cells in sorted(self.rows.items())
        )
        return Table(tuple(rows), names, sheet)
