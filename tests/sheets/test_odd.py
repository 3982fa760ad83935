"""Odd and hostile files: each gives the right table or a clear error, in bounded memory and time."""

# ruff: noqa: E501 - markup stands on the line of what it shows.

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from zipfile import ZIP_BZIP2, ZIP_LZMA

import pytest

from jiwar.errors import (
    BadInput,
    SheetEmpty,
    SheetLocked,
    SheetTooLarge,
    SheetTooLong,
    SheetTooWide,
    SheetUnreadable,
    SheetUnsafe,
)
from jiwar.sheets.markup import MOST_ELEMENTS, walk
from jiwar.sheets.model import LONGEST_CELL, MOST_BYTES, MOST_COLUMNS, MOST_ROWS
from jiwar.sheets.packed import MOST_ENTRIES
from jiwar.sheets.reading import read
from tests.sheets import made

Cells = list[tuple[str, ...]]
BREAD = "طلب,المنطقة\nخبز ودواء,المزة\n"
BREAD_CELLS: Cells = [("طلب", "المنطقة"), ("خبز ودواء", "المزة")]
SHORT: Cells = [("طلب",), ("خبز",)]
DATES = '<numFmts><numFmt numFmtId="170" formatCode="[$-2000401]dd/mm/yyyy"/></numFmts><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

RIGHT: dict[str, tuple[Callable[[], bytes], Cells]] = {
    # encodings
    "utf8": (lambda: BREAD.encode(), BREAD_CELLS),
    "utf8_mark": (lambda: BREAD.encode("utf-8-sig"), BREAD_CELLS),
    "utf16_le_mark": (lambda: b"\xff\xfe" + BREAD.encode("utf-16-le"), BREAD_CELLS),
    "utf16_be_mark": (lambda: b"\xfe\xff" + BREAD.encode("utf-16-be"), BREAD_CELLS),
    "utf16_le_bare": (lambda: BREAD.encode("utf-16-le"), BREAD_CELLS),
    "utf16_be_bare": (lambda: BREAD.encode("utf-16-be"), BREAD_CELLS),
    "windows_1256": (lambda: BREAD.encode("cp1256"), BREAD_CELLS),
    "latin_utf16_bare": (lambda: "a,b\nc,d\n".encode("utf-16-le"), [("a", "b"), ("c", "d")]),
    # separators and lines
    "semicolons": (lambda: BREAD.replace(",", ";").encode(), BREAD_CELLS),
    "tabs": (lambda: BREAD.replace(",", "\t").encode(), BREAD_CELLS),
    "bars": (lambda: BREAD.replace(",", "|").encode(), BREAD_CELLS),
    "commas_in_semicolons": (lambda: b"a;b\n1,5;2,5\n3,5;4,5\n", [("a", "b"), ("1,5", "2,5"), ("3,5", "4,5")]),
    "named_separator": (lambda: b"sep=;\r\na;b,c\r\nd;e\r\n", [("a", "b,c"), ("d", "e")]),
    "old_mac_lines": (lambda: b"a,b\rc,d\r", [("a", "b"), ("c", "d")]),
    "quoted_lines": (lambda: b'a,b\n"one\r\ntwo",x\n', [("a", "b"), ("one\ntwo", "x")]),
    "quotes_in_quotes": (lambda: b'a,b\n"say ""x""",y\n', [("a", "b"), ('say "x"', "y")]),
    "one_column": (lambda: "طلب\nخبز\n".encode(), SHORT),
    "no_last_line_end": (lambda: b"a,b\nc,d", [("a", "b"), ("c", "d")]),
    "ragged": (lambda: b"a,b,c\n1\n1,2,3\n", [("a", "b", "c"), ("1", "", ""), ("1", "2", "3")]),
    "blank_lines": (lambda: b"\n\na,b\n\n,,\nc,d\n\n", [("a", "b"), ("c", "d")]),
    "turned_text": (lambda: "a,b\n\u202ex\u200f,\u2066y\n".encode(), [("a", "b"), ("x", "y")]),
    "formula_in_csv": (lambda: b'a,b\n"=HYPERLINK(""x"")",y\n', [("a", "b"), ('=HYPERLINK("x")', "y")]),
    "duplicate_headers": (lambda: b"a,a\nb,c\n", [("a", "a"), ("b", "c")]),
    "full_csv": (lambda: b"a\n" + b"x\n" * MOST_ROWS, [("a",), *[("x",)] * MOST_ROWS]),
    # xlsx
    "xlsx": (made.xlsx, SHORT),
    "xlsx_shared": (
        lambda: made.xlsx(
            '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>',
            strings="<si><t>طلب</t></si><si><r><t>خ</t></r><r><t>بز</t></r><rPh><t>no</t></rPh></si>",
        ),
        SHORT,
    ),
    "xlsx_formula": (
        lambda: made.xlsx("<row><c><v>1</v></c></row><row><c><f>1+1</f><v>2</v></c></row>"),
        [("1",), ("2",)],
    ),
    "xlsx_formula_without_value": (
        lambda: made.xlsx("<row><c><v>1</v></c></row><row><c><f>WEBSERVICE(1)</f></c><c><v>3</v></c></row>"),
        [("1", ""), ("", "3")],
    ),
    "xlsx_dates": (
        lambda: made.xlsx(
            '<row><c><v>1</v></c></row><row><c s="1"><v>46354</v></c><c s="2"><v>46354.5</v></c></row>', styles=DATES
        ),
        [("1", ""), ("2026-11-28", "2026-11-28")],
    ),
    "xlsx_dates_of_1904": (
        lambda: made.xlsx(
            '<row><c><v>1</v></c></row><row><c s="1"><v>44892</v></c></row>',
            styles=DATES,
            book='<workbookPr date1904="1"/>',
        ),
        [("1",), ("2026-11-28",)],
    ),
    "xlsx_negative_date": (
        lambda: made.xlsx('<row><c><v>1</v></c></row><row><c s="1"><v>-5</v></c></row>', styles=DATES),
        [("1",), ("-5",)],
    ),
    "xlsx_numbers": (
        lambda: made.xlsx(
            "<row><c><v>9.63944123456E11</v></c><c><v>0.1</v></c></row><row><c><v>x</v></c><c><v>1e400</v></c></row>"
        ),
        [("963944123456", "0.1"), ("x", "inf")],
    ),
    "xlsx_types": (
        lambda: made.xlsx(
            '<row><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row><row><c t="d"><v>2026-11-28T10:00</v></c><c t="z"><v>?</v></c></row>'
        ),
        [("TRUE", "#REF!"), ("2026-11-28", "?")],
    ),
    "xlsx_missing_string": (
        lambda: made.xlsx('<row><c><v>1</v></c></row><row><c t="s"><v>7</v></c><c><v>2</v></c></row>'),
        [("1", ""), ("", "2")],
    ),
    "xlsx_merged": (
        lambda: made.xlsx(
            made.text_rows(("a", "b"), ("المزة", "1"), ("", "2"), ("", "3")),
            '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>',
        ),
        [("a", "b"), ("المزة", "1"), ("المزة", "2"), ("", "3")],
    ),
    "xlsx_merged_to_the_end": (
        lambda: made.xlsx(
            made.text_rows(("a", "b"), ("x", "1"), ("", "2")),
            '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>',
        ),
        [("a", "b"), ("x", "1"), ("x", "2")],
    ),
    "xlsx_far_row": (
        lambda: made.xlsx('<row><c><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>'),
        [("1", ""), ("", "2")],
    ),
    "xlsx_wrong_dimension": (lambda: made.xlsx(after='<dimension ref="XFD9:A1"/>'), SHORT),
    "xlsx_hidden_sheet": (
        lambda: made.xlsx(
            sheets='<sheet name="h" state="hidden" r:id="rId2"/><sheet name="v" r:id="rId1"/>',
            more={"xl/worksheets/sheet2.xml": "<worksheet/>"},
        ),
        SHORT,
    ),
    "xlsx_first_sheet_empty": (
        lambda: made.xlsx(
            sheets='<sheet name="e" r:id="rId2"/><sheet name="v" r:id="rId1"/>',
            more={"xl/worksheets/sheet2.xml": "<worksheet><sheetData/></worksheet>"},
        ),
        SHORT,
    ),
    "xlsx_with_macros": (lambda: made.xlsx(more={"xl/vbaProject.bin": b"\0" * 100}), SHORT),
    "xlsx_with_zip_inside": (lambda: made.xlsx(more={"xl/embeddings/a.zip": made.bomb(1 << 20)}), SHORT),
    "xlsx_small_ratio_lie": (lambda: made.lying(made.xlsx(), 2_000_000_000), SHORT),
    # ods
    "ods": (lambda: made.ods(made.line(made.cell("طلب")) + made.line(made.cell("خبز"))), SHORT),
    "ods_repeated": (
        lambda: made.ods(
            made.line(made.cell("a", number_columns_repeated="2"))
            + made.line(made.cell("x"), number_rows_repeated="2")
        ),
        [("a", "a"), ("x", ""), ("x", "")],
    ),
    "ods_empty_to_the_end": (
        lambda: made.ods(
            made.line(made.cell("طلب"), made.cell("", number_columns_repeated="16383"))
            + made.line(made.cell("خبز"))
            + made.line(made.cell("", number_columns_repeated="16384"), number_rows_repeated="1048574")
        ),
        SHORT,
    ),
    "ods_merged": (
        lambda: made.ods(
            made.line(made.cell("a"), made.cell("b"))
            + made.line(made.cell("x", number_rows_spanned="2"), made.cell("1"))
            + made.line("<table:covered-table-cell/>", made.cell("2"))
        ),
        [("a", "b"), ("x", "1"), ("x", "2")],
    ),
    "ods_types": (
        lambda: made.ods(
            made.line(made.cell("a"), made.cell("b"))
            + made.line(
                '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>٢</text:p></table:table-cell>'
                '<table:table-cell office:value-type="date" office:date-value="2026-11-28T00:00:00"><text:p>x</text:p></table:table-cell>'
            )
        ),
        [("a", "b"), ("2", "2026-11-28")],
    ),
    "ods_noted": (
        lambda: made.ods(
            made.line(made.cell("طلب"))
            + made.line(
                "<table:table-cell><office:annotation><text:p>اسم</text:p></office:annotation><text:p>خبز</text:p></table:table-cell>"
            )
        ),
        SHORT,
    ),
    "ods_lines_and_spaces": (
        lambda: made.ods(made.line(made.cell("a")) + made.line(made.cell("x<text:s/>y</text:p><text:p>z"))),
        [("a",), ("x y\nz",)],
    ),
}

WRONG: dict[str, tuple[Callable[[], bytes], type[BadInput]]] = {
    "nothing": (lambda: b"", SheetEmpty),
    "spaces": (lambda: b" \r\n" * 50, SheetEmpty),
    "headers_only": (lambda: b"a,b\n", SheetEmpty),
    "separators_only": (lambda: b",,,\n" * 5, SheetEmpty),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), SheetUnreadable),
    "pdf": (lambda: b"%PDF-1.7\nx", SheetUnreadable),
    "page_called_xls": (lambda: b"<html><table><tr><td>x</td></tr></table></html>", SheetUnreadable),
    "xml_called_xls": (lambda: b'<?xml version="1.0"?><Workbook/>', SheetUnreadable),
    "gzip": (lambda: made.gzip_like(BREAD.encode()), SheetUnreadable),
    "old_xls": (lambda: OLE, SheetUnreadable),
    "under_a_password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), SheetLocked),
    "half_utf16": (lambda: b"\xff\xfea", SheetUnreadable),
    "no_end_of_quote": (lambda: b'a,b\n"' + b"x\n" * 100_000, SheetTooLarge),
    "hundred_thousand_rows": (lambda: b"a,b\n" + b"1,2\n" * 100_000, SheetTooLong),
    "one_row_too_many": (lambda: b"a\n" + b"x\n" * (MOST_ROWS + 1), SheetTooLong),
    "wide_csv": (lambda: b"a," * (MOST_COLUMNS + 1) + b"\nx\n", SheetTooWide),
    "long_cell": (lambda: b"a,b\n" + b"x" * (LONGEST_CELL + 1) + b",y\n", SheetTooLarge),
    "large_file": (lambda: b"a,b\n" + b"1,2\n" * (MOST_BYTES // 4), SheetTooLarge),
    "much_text": (lambda: b"a,b\n" + (b"x" * 3_900 + b",") * 60 * 12 + b"\n", SheetTooWide),
    "much_text_in_bounds": (lambda: b"a\n" + (b"x" * 3_900 + b"\n") * 600, SheetTooLarge),
    "zip_of_nothing": (lambda: made.packed({"readme.txt": "x"}), SheetUnreadable),
    "document_called_xlsx": (lambda: made.packed({"word/document.xml": "<w/>"}), SheetUnreadable),
    "truncated_xlsx": (lambda: made.xlsx()[:-40], SheetUnreadable),
    "half_xlsx": (lambda: made.xlsx()[:300], SheetUnreadable),
    "spoiled_xlsx": (lambda: made.xlsx().replace(b"PK\x03\x04", b"PK\x03\x05").replace(b"PK\x03\x05", b"PK\x03\x04", 1), SheetUnreadable),
    "bomb": (lambda: made.bomb(200 * 1024 * 1024), SheetUnsafe),
    "bomb_that_lies": (lambda: made.lying(made.bomb(50 * 1024 * 1024), 100), SheetUnreadable),
    "many_parts": (lambda: made.packed({f"{n}": "" for n in range(MOST_ENTRIES + 1)}), SheetTooLarge),
    "two_of_one_name": (lambda: made.twice(made.xlsx(), "xl/worksheets/sheet1.xml"), SheetUnsafe),
    "encrypted_parts": (lambda: made.locked(made.xlsx()), SheetLocked),
    "bzip2": (lambda: made.packed({"content.xml": "<x/>"}, ZIP_BZIP2), SheetUnreadable),
    "lzma": (lambda: made.packed({"content.xml": "<x/>"}, ZIP_LZMA), SheetUnreadable),
    "entity_bomb": (lambda: made.xlsx("<row>&l9;</row>", doctype=made.entities()), SheetUnsafe),
    "entity_from_a_file": (
        lambda: made.ods("&x;", doctype='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), SheetUnsafe,
    ),
    "doctype_from_afar": (lambda: made.ods("", doctype='<!DOCTYPE a SYSTEM "http://example.org/x.dtd">'), SheetUnsafe),
    "sheet_elsewhere": (lambda: made.xlsx(target="../../../etc/passwd"), SheetUnreadable),
    "sheet_of_another_host": (lambda: made.xlsx(target='http://example.org/a" TargetMode="External'), SheetUnreadable),
    "no_links": (lambda: made.packed({"xl/workbook.xml": "<workbook/>"}), SheetUnreadable),
    "no_sheets": (lambda: made.xlsx(sheets=""), SheetEmpty),
    "many_sheets": (lambda: made.xlsx(sheets='<sheet name="a" r:id="rId1"/>' * 200), SheetTooLarge),
    "not_xml": (lambda: made.xlsx("<row><c>"), SheetUnreadable),
    "xml_without_a_sheet": (lambda: made.packed({"content.xml": "<a/>".encode("utf-16")}), SheetEmpty),
    "deep": (lambda: made.xlsx("<a>" * 500 + "</a>" * 500), SheetTooLarge),
    "many_elements": (lambda: made.xlsx("<c/>" * 600_000), SheetTooLarge),
    "xlsx_hundred_thousand_rows": (lambda: made.xlsx("<row><c><v>1</v></c></row>" * 100_000), SheetTooLong),
    "xlsx_wide": (lambda: made.xlsx('<row><c r="XFD1"><v>1</v></c></row><row><c><v>1</v></c></row>'), SheetTooWide),
    "xlsx_wrong_place": (lambda: made.xlsx('<row><c r="A0"><v>1</v></c></row>'), SheetUnreadable),
    "xlsx_negative_row": (lambda: made.xlsx('<row r="-3"><c><v>1</v></c></row>'), SheetUnreadable),
    "xlsx_place_without_end": (lambda: made.xlsx(f'<row r="{"9" * 500}"/>'), SheetUnreadable),
    "xlsx_negative_string": (lambda: made.xlsx('<row><c t="s"><v>-1</v></c></row>'), SheetUnreadable),
    "xlsx_long_cell": (lambda: made.xlsx(f"<row><c><v>{'9' * 5_000}</v></c></row>"), SheetTooLarge),
    "xlsx_long_shared": (
        lambda: made.xlsx('<row><c t="s"><v>0</v></c></row>', strings=f"<si><t>{'x' * 9_000}</t></si>"), SheetTooLarge,
    ),
    "xlsx_huge_shared": (
        lambda: made.xlsx(strings="".join(f"<si><t>{n:0>3900}</t></si>" for n in range(1_200))), SheetTooLarge,
    ),
    "xlsx_many_shared": (lambda: made.xlsx(strings="<si/>" * 500_000), SheetTooLarge),
    "ods_hundred_thousand_rows": (
        lambda: made.ods(made.line(made.cell("a")) + made.line(made.cell("x"), number_rows_repeated="100000")), SheetTooLong,
    ),
    "ods_wide": (
        lambda: made.ods(made.line(made.cell("a", number_columns_repeated="16384")) + made.line(made.cell("x"))), SheetTooWide,
    ),
    "ods_repeated_less_than_once": (
        lambda: made.ods(made.line(made.cell("a", number_columns_repeated="-2"))), SheetUnreadable,
    ),
    "ods_repeated_without_end": (
        lambda: made.ods(made.line(made.cell("a"), number_rows_repeated="9" * 400)), SheetUnreadable,
    ),
    "ods_under_a_password": (
        lambda: made.ods("", manifest="<manifest><encryption-data/></manifest>"), SheetLocked,
    ),
    "ods_table_in_table": (
        lambda: made.ods(made.line("<table:table-cell><table:table/></table:table-cell>")), SheetTooLarge,
    ),
    "ods_empty": (lambda: made.ods(""), SheetEmpty),
    "ods_truncated": (lambda: made.ods("")[:-30], SheetUnreadable),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_an_odd_table_is_read_as_it_is_meant(name: str) -> None:
    make, wanted = RIGHT[name]
    assert [row.cells for row in read(make()).rows] == wanted


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_table_is_refused_with_a_reason(name: str) -> None:
    make, error = WRONG[name]
    with pytest.raises(BadInput) as refused:
        read(make())
    assert refused.type is error


def test_a_part_is_walked_no_further_than_its_bound() -> None:
    """What bounds the time that a file can take: each element costs as much as any other."""
    begun: list[str] = []
    with pytest.raises(SheetTooLarge):
        walk(b"<s>" + b"<c/>" * (MOST_ELEMENTS + 9) + b"</s>", lambda name, _: begun.append(name))
    assert len(begun) == MOST_ELEMENTS


def test_there_are_enough_of_them() -> None:
    assert len(RIGHT) + len(WRONG) >= 60


def test_rows_have_the_numbers_that_spreadsheet_programs_show() -> None:
    assert [row.number for row in read(b"\na,b\n\nc,d\n").rows] == [2, 4]


def test_a_sheet_can_be_asked_for() -> None:
    raw = made.xlsx(
        sheets='<sheet name="أولى" r:id="rId1"/><sheet name="ثانية" r:id="rId2"/>',
        more={
            "xl/worksheets/sheet2.xml": f"<worksheet><sheetData>{made.text_rows(('x',), ('y',))}</sheetData></worksheet>"
        },
    )
    assert read(raw).names == ("أولى", "ثانية")
    assert [row.cells for row in read(raw, 1).rows] == [("x",), ("y",)]
    with pytest.raises(SheetEmpty):
        read(raw, 2)
    two = made.ods(made.line(made.cell("z")) * 2, tables='<table:table table:name="أولى"/>')
    assert (read(two).sheet, read(two).names) == (1, ("أولى", "ورقة"))
    with pytest.raises(SheetEmpty):
        read(two, 0)


_CHILD = """
import resource, sys
from tests.sheets.test_odd import RIGHT, WRONG, read
from jiwar.errors import BadInput
raw = {**RIGHT, **WRONG}[sys.argv[1]][0]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(raw)
except BadInput:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    "name",
    ["bomb", "bomb_that_lies", "entity_bomb", "xlsx_huge_shared", "xlsx_many_shared", "many_elements",
     "xlsx_hundred_thousand_rows", "ods_hundred_thousand_rows", "large_file", "much_text_in_bounds", "xlsx_far_row"],
)  # fmt: skip
def test_a_hostile_file_takes_little_memory(name: str) -> None:
    """How much a process of its own grows at most while it reads, in KiB."""
    done = subprocess.run([sys.executable, "-c", _CHILD, name], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 96 * 1024
