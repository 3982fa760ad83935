"""Reading XLSX: shared strings, formats of dates, one sheet.

Values only: a formula is passed over for what it gave when the file was saved. Nothing outside of the file is read.
"""

from __future__ import annotations

import posixpath
import re
from datetime import date, timedelta

from jiwar.errors import SheetEmpty, SheetTooLarge, SheetUnreadable
from jiwar.sheets.markup import walk
from jiwar.sheets.model import LONGEST_CELL, MOST_TEXT, Gathered, Table
from jiwar.sheets.packed import Packed

BOOK = "xl/workbook.xml"
MOST_SHEETS = 40
_DATES = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
"""Formats that every program has and that show a day."""
_ASIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_MERGED = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})")
_FIRST, _FIRST_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465


def read(packed: Packed, asked: int | None) -> Table:
    """Raises as `reading.read` does."""
    book = _Book(packed.read(BOOK))
    links = _Links(packed.read("xl/_rels/workbook.xml.rels"))
    strings = _Strings(packed.read("xl/sharedStrings.xml")).texts if "xl/sharedStrings.xml" in packed else []
    days = _Styles(packed.read("xl/styles.xml")).days if "xl/styles.xml" in packed else set()
    names = tuple(name for name, _ in book.sheets)
    places = range(len(book.sheets)) if asked is None else [asked]
    for place in places:
        if not 0 <= place < len(book.sheets):
            raise SheetEmpty
        sheet = _Sheet(strings, days, _FIRST_1904 if book.from_1904 else _FIRST)
        walk(packed.read(links.part(book.sheets[place][1])), sheet.begin, sheet.end, sheet.said)
        gathered = sheet.merged()
        if len(gathered.rows) > 1 or asked is not None:
            return gathered.table(names, place)
    raise SheetEmpty


class _Book:
    """Sheets that can be seen, by name and link."""

    def __init__(self, part: bytes) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False
        walk(part, self._begin)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            self.sheets.append((attributes.get("name", "")[:60], attributes.get("id", "")))
            if len(self.sheets) > MOST_SHEETS:
                raise SheetTooLarge
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _Links:
    """Where sheets lie in the file; what lies outside is not there."""

    def __init__(self, part: bytes) -> None:
        self._targets: dict[str, str] = {}
        walk(part, self._begin)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            self._targets[attributes.get("Id", "")] = target.lstrip("/")

    def part(self, link: str) -> str:
        """Raises SheetUnreadable."""
        if link not in self._targets:
            raise SheetUnreadable
        return self._targets[link]


class _Strings:
    """The texts that cells share, each cut where no cell is longer."""

    def __init__(self, part: bytes) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._inside, self._size = "", 0
        walk(part, self._begin, self._end, self._said)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        # How a text is read aloud stands beside it, and is none of it.
        if name in ("t", "rPh") and self._inside != "rPh":
            self._inside = name

    def _said(self, text: str) -> None:
        if self._inside == "t":
            self._size += len(text)
            if self._size > 2 * MOST_TEXT:
                raise SheetTooLarge
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        if name == "si":
            self.texts.append("".join(self._pieces)[: LONGEST_CELL + 1])
        if name == self._inside:
            self._inside = ""


class _Styles:
    """Which formats of cells show a day."""

    def __init__(self, part: bytes) -> None:
        self.days: set[int] = set()
        self._own: set[int] = set()
        self._place = -1
        walk(part, self._begin, self._end)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            shown = _ASIDE.sub("", attributes.get("formatCode", "")).lower()
            if "y" in shown or "d" in shown:
                self._own.add(_number(attributes.get("numFmtId", "")))
        elif name == "cellXfs":
            self._place = 0
        elif name == "xf" and self._place >= 0:
            shape = _number(attributes.get("numFmtId", "0"))
            if shape in _DATES or shape in self._own:
                self.days.add(self._place)
            self._place += 1

    def _end(self, name: str) -> None:
        if name == "cellXfs":
            self._place = -1


class _Sheet:
    """One sheet as it is walked through."""

    def __init__(self, strings: list[str], days: set[int], first: date) -> None:
        self._strings, self._days, self._first = strings, days, first
        self._gathered = Gathered()
        self._spans: list[tuple[int, int, int]] = []
        self._row, self._column, self._kind, self._style = -1, -1, "n", 0
        self._inside, self._pieces, self._length = "", list[str](), 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = max(_number(attributes["r"]) - 1, 0) if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "mergeCell":
            self._span(attributes.get("ref", ""))
        elif name in ("v", "t", "rPh") and self._inside != "rPh":
            self._inside = name

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _CELL.fullmatch(attributes.get("r", ""))
        if place:
            self._column, self._row = _column(place[1]), int(place[2]) - 1
        elif "r" in attributes:
            raise SheetUnreadable
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._style = _number(attributes.get("s", "0"))
        self._pieces, self._length = [], 0

    def said(self, text: str) -> None:
        if self._inside in ("v", "t"):
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise SheetTooLarge
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == self._inside:
            self._inside = ""
        elif name == "c" and self._pieces:
            self._gathered.put(max(self._row, 0), self._column, self._text("".join(self._pieces)))

    def _text(self, value: str) -> str:
        if self._kind == "s":
            place = _number(value.strip())
            return self._strings[place] if place < len(self._strings) else ""
        if self._kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        if self._kind == "d":
            return value[:10]
        if self._kind == "n":
            return self._shown(value)
        return value

    def _shown(self, value: str) -> str:
        """A number as people would write it, or the day that it stands for."""
        try:
            number = float(value)
        except ValueError:
            return value
        if self._style in self._days and 1 <= number <= _LAST_SERIAL:
            return (self._first + timedelta(days=int(number))).isoformat()
        return plain_number(number)

    def _span(self, span: str) -> None:
        place = _MERGED.fullmatch(span)
        if place and place[1] == place[3] and len(self._spans) <= LONGEST_CELL:
            self._spans.append((int(place[2]) - 1, int(place[4]) - 1, _column(place[1])))

    def merged(self) -> Gathered:
        """What was found, with what spans several rows in each of them."""
        for first, last, column in self._spans:
            self._gathered.fill_down(first, last, column)
        return self._gathered


def plain_number(number: float) -> str:
    """Without a point where it is whole, and never in powers of ten."""
    return f"{number:.0f}" if number.is_integer() else f"{number:.10f}".rstrip("0").rstrip(".")


def _number(digits: str) -> int:
    """Raises SheetUnreadable."""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 7:
        raise SheetUnreadable
    return int(digits)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
