"""A list as an association keeps it: titles above, two calendars, three kinds of digits, names and phones."""

from __future__ import annotations

from datetime import date, timedelta

from hijridate import Gregorian

from jiwar.sheets.cells import plain_digits
from tests.sheets import made

HEADERS = (
    "م",
    "الاسم الكامل",
    "رقم الهاتف",
    "نوع الطلب",
    "تفاصيل الحاجة",
    "المنطقة",
    "الاستعجال",
    "مطلوب قبل",
    "عدد الأشخاص",
)
NAMES = ("محمد العلي", "سارة حسن", "أحمد ياسين", "ليلى خالد", "عمر الشيخ")
NEEDS = (
    *("حليب أطفال لعمر سنة", "دواء ضغط ولا صيدلية قريبة", "توصيلة إلى المستوصف", "ترجمة ورقة من المدرسة"),
    *("سلة غذائية لعائلة", "فراش وبطانيات", "استشارة في عقد إيجار"),
)
KINDS = ("طعام", "دواء", "نقل", "ترجمة", "سلة غذائية", "سكن", "استشارة قانونية")
HURRY = ("عاجل", "متوسط", "منخفضة", "هذا الأسبوع", "")
AREAS = ("المزة", "الشاغور", "برزة", "جرمانا")


LEVANT = "كانون الثاني,شباط,آذار,نيسان,أيار,حزيران,تموز,آب,أيلول,تشرين الأول,تشرين الثاني,كانون الأول".split(",")
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _day(n: int, today: int) -> str:
    when = date(1970, 1, 1) + timedelta(days=today + n % 60 + 1)
    there = Gregorian(when.year, when.month, when.day).to_hijri()
    ways = (
        f"{when.day}/{when.month}/{when.year}",
        when.isoformat().translate(EASTERN),
        f"{when.day} {LEVANT[when.month - 1]} {when.year}",
        f"{there.day} {there.month_name('ar')} {there.year} هـ".translate(EASTERN),
        "",
        f"{when:%B} {when.day}, {when.year}",
    )
    return ways[n % len(ways)]


def rows(today: int, count: int = 500) -> list[tuple[str, ...]]:
    found = [("قائمة الاحتياجات", *[""] * 8), ("", *[""] * 8), HEADERS]
    for n in range(count):
        text = f"{NEEDS[n % 7]} ({n + 1})" + ("، للتواصل 0944 123 456" if n % 50 == 7 else "")
        phone = ("0944" + f"{n:06}", "+963 933 " + f"{n:06}", "٠٩٥٥" + f"{n:06}")[n % 3]
        people = (str(n % 5 + 1), "٤", "۳ أشخاص")[n % 3]
        found.append(
            (str(n + 1), NAMES[n % 5], phone, KINDS[n % 7], text, AREAS[n % 4], HURRY[n % 5], _day(n, today), people)
        )
    return found


def as_csv(table: list[tuple[str, ...]], separator: str = ";", encoding: str = "cp1256") -> bytes:
    # That encoding has no digits but the western ones.
    return plain_digits("\r\n".join(separator.join(row) for row in table)).encode(encoding)


def as_xlsx(table: list[tuple[str, ...]]) -> bytes:
    return made.xlsx(made.text_rows(*table))
