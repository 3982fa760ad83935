"""Tables as plain text: which encoding, which separator, which rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from io import StringIO

from jiwar.errors import SheetTooLarge, SheetUnreadable
from jiwar.sheets.model import LONGEST_CELL, Gathered, Table

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 30
"""Rows by which a separator is found out."""
_BEGINS_OTHERWISE = re.compile(r"\s*(<\?xml|<!doctype|<html|<table|%PDF-|\{\\rtf)", re.IGNORECASE)
_NAMED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read(raw: bytes) -> Table:
    """Raises SheetUnreadable, SheetTooLong, SheetTooWide, SheetTooLarge, SheetEmpty."""
    text = decode(raw)
    named = _NAMED.match(text)
    if named:
        text = text[named.end() :]
    gathered = Gathered()
    try:
        for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=_separator(text, named))):
            for column, cell in enumerate(cells):
                gathered.put(number, column, cell)
    except csv.Error:
        raise SheetTooLarge from None  # One cell without an end, as after a quotation mark that nobody closed.
    return gathered.table()


def decode(raw: bytes) -> str:
    """Text in UTF-8 or UTF-16, with or without a mark, or else in Windows-1256. Raises SheetUnreadable."""
    text = _decoded(raw)
    # What has controls in it is no text in that encoding.
    if _CONTROLS.search(text) or _BEGINS_OTHERWISE.match(text):
        raise SheetUnreadable
    return text


def _decoded(raw: bytes) -> str:
    for encoding in _encodings(raw):
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise SheetUnreadable


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if not raw.startswith(b"\xef\xbb\xbf") and len(raw) % 2 == 0:
        # Spaces and separators of UTF-16 have a zero on one side, and Arabic letters a six.
        even, odd = (sum(one in b"\x00\x06" for one in raw[at:4096:2]) for at in (0, 1))
        half = max(len(raw[:4096]) // 2, 1)
        if max(even, odd) > 0.7 * half and 0 in raw[:4096]:
            return ("utf-16-be",) if even > odd else ("utf-16-le",)
    return ("utf-8", "cp1256")


def _separator(text: str, named: re.Match[str] | None) -> str:
    """The one that cuts most rows into the same number of cells, and into more than one."""
    if named and named.group(1) in SEPARATORS:
        return named.group(1)
    return max(SEPARATORS, key=lambda one: _evenness(text, one))


def _evenness(text: str, separator: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(StringIO(text[: LOOKED_AT * LONGEST_CELL], newline=""), delimiter=separator):
            if len(row) > 1:
                widths[len(row)] += 1
            if widths.total() >= LOOKED_AT:
                break
    except csv.Error:
        pass
    if not widths:
        return 0, 0
    width, rows = widths.most_common(1)[0]
    return rows, width
