"""Headers are found, columns told apart, and people left out by what stands in a column."""

from __future__ import annotations

from jiwar.sheets import columns
from jiwar.sheets.model import Row, Table


def _found(*rows: tuple[str, ...]) -> columns.Headed:
    return columns.find(Table(tuple(Row(number, cells) for number, cells in enumerate(rows, 1))))


def _guesses(*rows: tuple[str, ...]) -> list[str]:
    return [column.guess for column in _found(*rows).columns]


def test_arabic_headers_are_known() -> None:
    headers = (
        "الاسم الكامل",
        "رقم الهاتف",
        "نوع الطلب",
        "تفاصيل الحاجة",
        "المنطقة",
        "درجة الاستعجال",
        "مطلوب قبل تاريخ",
    )
    rest = ("عدد الأشخاص", "اللغات", "شروط")
    cells = ("س", "٠", "دواء", "أنسولين", "المزة", "عاجل", "غداً", "٣", "عربي", "لا")
    assert _guesses((*headers, *rest), cells) == [
        *("person", "contact", "kind", "text", "area", "when", "day", "many", "languages", "conditions"),
    ]


def test_english_and_french_headers_are_known() -> None:
    assert _guesses(("Name", "Phone", "Need", "District"), ("x", "y", "z", "w")) == [
        "person",
        "contact",
        "text",
        "area",
    ]
    assert _guesses(("Nom", "Courriel", "Besoin", "Quartier"), ("x", "y", "z", "w")) == [
        *("person", "contact", "text", "area"),
    ]


def test_people_are_known_by_what_stands_in_a_column() -> None:
    rows = [("محمد علي", "0944123456", "خبز ودواء"), ("سارة حسن", "٠٩٣٣ ١٢٣ ٤٥٦", "حليب أطفال")]
    assert _guesses(("أ", "ب", "ج"), *rows) == ["person", "contact", "text"]
    assert _guesses(("أ", "المنطقة", "طلب"), *rows) == ["person", "contact", "text"]


def test_days_are_known_by_what_stands_in_a_column() -> None:
    assert _guesses(("أ", "طلب"), ("3/12/2026", "خبز"), ("4/12/2026", "حليب")) == ["day", "text"]


def test_titles_above_the_headers_are_passed_over() -> None:
    found = _found(
        ("قائمة الطلبات", "", ""), ("آخر تحديث", "اليوم", ""), ("الطلب", "المنطقة", "العدد"), ("خبز", "المزة", "٣")
    )
    assert [column.header for column in found.columns] == ["الطلب", "المنطقة", "العدد"]
    assert [row.number for row in found.rows] == [4]


def test_of_two_columns_for_one_thing_the_first_is_taken() -> None:
    assert _guesses(("الطلب", "الطلب", "الطلب"), ("خبز", "حليب", "ماء")) == ["text", "", ""]


def test_one_column_without_a_known_header_is_what_is_asked_for() -> None:
    assert _guesses(("؟",), ("خبز",)) == ["text"]
