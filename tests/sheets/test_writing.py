"""What is taken away reads as it was, here and in a library of others, and no cell of it is a formula."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from jiwar.sheets import writing
from jiwar.sheets.model import clean
from jiwar.sheets.packed import Packed
from jiwar.sheets.reading import read

ROWS = [
    ("الطلب", "المنطقة", "العدد"),
    ("خبز <و> \"حليب\" & 'ماء'", "المزة\nالشيخ سعد", "٣"),
    ("=1+1", "+963", "-5"),
    ("@SUM(A1)", "\t=x", "'x"),
]
FILES = {
    "xlsx": lambda rows: writing.xlsx_file(rows, "طلبات", True),
    "ods": lambda rows: writing.ods_file(rows, "طلبات", True),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_reads_as_it_was_written(kind: str) -> None:
    table = read(FILES[kind](ROWS))
    assert [row.cells for row in table.rows] == [tuple(clean(cell) for cell in row) for row in ROWS]
    assert table.names == ("طلبات",)


@pytest.mark.parametrize("kind", FILES)
def test_another_library_reads_texts_and_no_formulas(kind: str) -> None:
    sheet = CalamineWorkbook.from_filelike(BytesIO(FILES[kind](ROWS))).get_sheet_by_index(0)
    assert [[str(cell).strip() for cell in row] for row in sheet.to_python()] == [
        [cell.strip() for cell in row] for row in ROWS
    ]
    assert sheet.name == "طلبات"


def test_a_sheet_runs_from_right_to_left_where_its_words_do() -> None:
    assert b'rightToLeft="1"' in Packed(FILES["xlsx"](ROWS)).read("xl/worksheets/sheet1.xml")
    assert b"rightToLeft" not in Packed(writing.xlsx_file(ROWS, "x", False)).read("xl/worksheets/sheet1.xml")
    assert b'writing-mode="rl-tb"' in Packed(FILES["ods"](ROWS)).read("content.xml")
    assert b'writing-mode="lr-tb"' in Packed(writing.ods_file(ROWS, "x", False)).read("content.xml")


def test_plain_text_begins_with_a_mark_and_no_cell_with_a_formula() -> None:
    raw = writing.csv_file(ROWS)
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in read(raw).rows for cell in row.cells]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in cells


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), min_size=2, max_size=5))
def test_whatever_was_written_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    for row in rows:
        for cell in row:
            assert not writing.harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    for make in FILES.values():
        assert make(rows) == make(rows)
