"""What cells say: days in any order and calendar, numbers in any digits, and what should not be there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.sheets.cells import holds_contact, plain_digits, read_day, read_number, without_contact

EPOCH = date(1970, 1, 1).toordinal()
TODAY = date(2026, 11, 28).toordinal() - EPOCH


def _day(text: str) -> str:
    day = read_day(text, TODAY)
    return "" if day is None else date.fromordinal(day + EPOCH).isoformat()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-03", "2026-12-03"),
        ("2026/12/3", "2026-12-03"),
        ("3/12/2026", "2026-12-03"),
        ("03.12.26", "2026-12-03"),
        ("12/25/2026", "2026-12-25"),
        ("٣/١٢/٢٠٢٦", "2026-12-03"),
        ("۲۰۲۶-۱۲-۰۳", "2026-12-03"),
        ("2026-12-03 18:00", "2026-12-03"),
        ("3 كانون الأول 2026", "2026-12-03"),
        ("٣ ديسمبر ٢٠٢٦", "2026-12-03"),
        ("3 دجنبر 2026", "2026-12-03"),
        ("15 من شباط", "2027-02-15"),
        ("3 December 2026", "2026-12-03"),
        ("December 3, 2026", "2026-12-03"),
        ("3 décembre 2026", "2026-12-03"),
        ("1448/6/20", "2026-11-30"),
        ("20-06-1448 هـ", "2026-11-30"),
        ("٢٠ جمادى الآخرة ١٤٤٨", "2026-11-30"),
        ("20 جمادى الآخرة", "2026-11-30"),
        ("اليوم", "2026-11-28"),
        ("غداً", "2026-11-29"),
        ("بعد غد", "2026-11-30"),
        ("tomorrow", "2026-11-29"),
        ("31/2/2026", ""),
        ("30/13/2026", ""),
        ("99/99/1448", ""),
        ("1/1/1600", "1600-01-01"),
        ("قريباً", ""),
        ("", ""),
        ("12", ""),
        ("0/0/0", ""),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, day: str) -> None:
    assert _day(text) == day


@pytest.mark.parametrize(
    ("text", "number"), [("٥", 5), ("۵ أشخاص", 5), ("حوالي 12 شخصاً", 12), ("كثير", None), ("99999999", None)]
)
def test_a_number_is_read_in_any_digits(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "+963 944 123 456",
            "٠٩٤٤١٢٣٤٥٦",
            "0944-123-456",
            "(011) 222 3344",
            "00963944123456",
            "someone@example.org",
        ),
        *("@some_one", "https://example.org/x", "t.me/someone"),
    ],
)
def test_ways_to_reach_people_are_found_and_left_out(text: str) -> None:
    assert holds_contact(text)
    assert without_contact(f"خبز، الاتصال {text} مساءً") == "خبز، الاتصال … مساءً"


@pytest.mark.parametrize("text", ["خبز لخمسة", "2026-11-28", "٢٨/١١/٢٠٢٦", "1500 ليرة", "3 - 4 أشخاص", "100000"])
def test_what_is_no_way_to_reach_people_stays(text: str) -> None:
    assert without_contact(text) == text


@given(st.text(max_size=80))
def test_any_text_is_read_or_left(text: str) -> None:
    day = read_day(text, TODAY)
    assert day is None or isinstance(day, int)
    assert not holds_contact(without_contact(text)) or "…" in without_contact(text)
    assert plain_digits(plain_digits(text)) == plain_digits(text)
