"""Reading ODS: one sheet of its content.

Values only: a formula is passed over for what it gave when the file was saved. Nothing outside of the file is read.
"""

from __future__ import annotations

from jiwar.errors import SheetEmpty, SheetLocked, SheetTooLarge, SheetTooLong, SheetUnreadable
from jiwar.sheets.markup import walk
from jiwar.sheets.model import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Gathered, Table
from jiwar.sheets.packed import Packed
from jiwar.sheets.xlsx import MOST_SHEETS, plain_number

PART = "content.xml"
_MANIFEST = "META-INF/manifest.xml"


def read(packed: Packed, asked: int | None) -> Table:
    """Raises as `reading.read` does."""
    if _MANIFEST in packed and b"encryption-data" in packed.read(_MANIFEST):
        raise SheetLocked
    found = _Content(asked)
    walk(packed.read(PART), found.begin, found.end, found.said)
    if found.taken < 0:
        raise SheetEmpty
    return found.gathered.table(tuple(found.names), found.taken)


class _Content:
    """The sheets of a file as they are walked through; only one is gathered."""

    def __init__(self, asked: int | None) -> None:
        self.names: list[str] = []
        self.taken, self.gathered = -1, Gathered()
        self._asked = asked
        self._row, self._rows, self._tables = 0, 1, 0
        self._cells: list[tuple[int, int, str]] = []
        self._spans: list[tuple[int, int, int]] = []
        self._column, self._columns, self._spanned = 0, 1, 1
        self._given: str | None = None
        self._pieces: list[str] = []
        self._length = self._aside = 0
        self._inside = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "annotation" or self._aside:
            self._aside += 1  # What is noted beside a cell is none of it.
        elif name == "table":
            self._begin_table(attributes)
        elif name == "table-row":
            self._cells, self._column = [], 0
            self._rows = _count(attributes, "number-rows-repeated")
        elif name in ("table-cell", "covered-table-cell"):
            self._begin_cell(attributes)
        elif name == "p" and self._pieces:
            self._say("\n")
        elif name in ("s", "tab", "line-break") and self._inside:
            self._say(" " if name != "line-break" else "\n")

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._tables += 1
        if self._tables > 1 or len(self.names) >= MOST_SHEETS:
            raise SheetTooLarge  # A table within a table, or too many.
        self.names.append(attributes.get("name", "")[:60])
        self._row, self._spans = 0, []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._columns = _count(attributes, "number-columns-repeated")
        self._spanned = _count(attributes, "number-rows-spanned")
        self._pieces, self._length, self._inside = [], 0, True
        self._given = _value(attributes)

    def said(self, text: str) -> None:
        if self._inside and not self._aside:
            self._say(text)

    def _say(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise SheetTooLarge
        self._pieces.append(text)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            self._end_row()
        elif name == "table":
            self._tables -= 1
            self._end_table()

    def _end_cell(self) -> None:
        self._inside = False
        text = self._given if self._given is not None else "".join(self._pieces)
        if text.strip():
            self._cells.append((self._column, min(self._columns, MOST_COLUMNS + 1), text))
            if self._spanned > 1:
                self._spans.append((self._row, self._row + self._spanned - 1, self._column))
        self._column += self._columns

    def _is_wanted(self) -> bool:
        here = len(self.names) - 1
        return here == self._asked if self._asked is not None else self.taken < 0

    def _end_row(self) -> None:
        if self._cells and self._is_wanted():
            if self._rows > MOST_ROWS + 1:
                raise SheetTooLong(most=MOST_ROWS)
            for row in range(self._row, self._row + self._rows):
                for column, times, text in self._cells:
                    for at in range(column, column + times):
                        self.gathered.put(row, at, text)
        self._row += self._rows

    def _end_table(self) -> None:
        if not self._is_wanted():
            return
        for first, last, column in self._spans:
            self.gathered.fill_down(first, last, column)
        if len(self.gathered.rows) > 1 or self._asked is not None:
            self.taken = len(self.names) - 1
        else:
            self.gathered = Gathered()


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated. Raises SheetUnreadable for what is no number of times."""
    said = attributes.get(name, "1")
    if not said.isascii() or not said.isdigit() or len(said) > 7 or int(said) < 1:
        raise SheetUnreadable
    return int(said)


def _value(attributes: dict[str, str]) -> str | None:
    """What a cell is, where it says so beside its text."""
    kind = attributes.get("value-type", "")
    if kind == "date":
        return attributes.get("date-value", "")[:10]
    if kind == "string":
        return attributes.get("string-value")
    if kind == "boolean":
        return attributes.get("boolean-value", "").upper()
    if kind in ("float", "currency"):
        try:
            return plain_number(float(attributes.get("value", "")))
        except ValueError:
            return None
    return None
