"""What the text of a cell says: a number, a day, a phone number that should not be there.

Digits may be Arabic-Indic or Persian; days in any usual order, with the months' names of the Levant, the Gulf, the
Maghreb, English and French, or in the Hijri calendar (Umm al-Qura).
"""

from __future__ import annotations

import re
from datetime import date

from hijridate import Gregorian, Hijri

from jiwar.keyring.wordlist import fold
from jiwar.sheets.words import HIJRI_MONTHS, MONTHS, NEAR_DAYS

_ONE_FOR_ONE = {one: str(at % 10) for at, one in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_DIGITS = str.maketrans({**_ONE_FOR_ONE, "٫": ".", "٬": None, "،": ","})
_PHONE = re.compile(r"(?<![\d/.-])(?:\+|00)?\(?\d(?:[\s().\-/]{0,2}\d){6,14}(?![\d/])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_HANDLE = re.compile(r"(?<!\w)@\w{3,}|https?://\S+|\b(?:t\.me|wa\.me|fb\.com)/\S+", re.IGNORECASE)
_ISO_OR_NOT = re.compile(r"(\d{1,4})\s*[-/.\\]\s*(\d{1,2})\s*[-/.\\]\s*(\d{1,4})(?:[ T].*)?")
_NAMED = re.compile(r"(\d{1,2})\s*(?:من\s+)?([^\W\d][^\d]*?)[\s,]*(\d{2,4})?")
_NAMED_FIRST = re.compile(r"([^\W\d][^\d]*?)\s*(\d{1,2})[\s,]+(\d{4})")
_HIJRI_MARK = re.compile(r"\s*(هـ|ه|h|ah)\.?$", re.IGNORECASE)
_AMOUNT = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?P<by>[ ,.'’\u00a0\u202f])[0-9]{3}(?:(?P=by)[0-9]{3}){0,3}")
_LONGEST_DAY = 60
_HIJRI_YEARS = range(1343, 1501)
_MASK = "…"
_SOME_DAY = 20_000
_EPOCH = date(1970, 1, 1).toordinal()


def plain_digits(text: str) -> str:
    """The text with the digits that programs know."""
    return text.translate(_DIGITS)


def read_number(text: str) -> int | None:
    """The first whole number in it, up to a million; None where there is none."""
    found = re.search(r"(?<![\d.])\d{1,6}(?![\d])", plain_digits(text))
    return int(found[0]) if found else None


def read_amount(text: str) -> int | None:
    """The whole number that a text is, in any digits, in groups of three or not; None for everything else."""
    plain = plain_digits(text.replace("٬", ",")).strip()
    return int(re.sub(r"\D", "", plain)) if _AMOUNT.fullmatch(plain) else None


def holds_contact(text: str) -> bool:
    """Whether a phone number, an address of mail or a name on another site stands in it."""
    return without_contact(text) != text


def without_contact(text: str) -> str:
    """The text with those left out."""
    # One character for one, so that what is found in the one stands at the same place in the other.
    digits = "".join(_ONE_FOR_ONE.get(letter, letter) for letter in text)
    if _read_date(plain_digits(text).strip()[:_LONGEST_DAY], _SOME_DAY) is not None:
        return text
    found = sorted(one.span() for pattern in (_MAIL, _HANDLE, _PHONE) for one in pattern.finditer(digits))
    kept, last = [], 0
    for first, after in found:
        if first >= last:
            kept += [text[last:first], _MASK]
        last = max(last, after)
    return "".join([*kept, text[last:]])


def read_day(text: str, today: int) -> int | None:
    """The day that a cell names, counted from 1970-01-01; None where it names none.

    `today` gives the year where none is said: the day's next return.
    """
    said = " ".join(plain_digits(text).split())[:_LONGEST_DAY]
    near = NEAR_DAYS.get(fold(said))
    if near is not None:
        return today + near
    found = _read_date(said, today)
    return None if found is None else found.toordinal() - _EPOCH


def _read_date(said: str, today: int) -> date | None:
    bare = _HIJRI_MARK.sub("", said)
    hijri = bare != said
    numbers = _ISO_OR_NOT.fullmatch(bare)
    if numbers:
        first, month, last = (int(one) for one in numbers.groups())
        if len(numbers[1]) > 2:
            return _made(first, month, last, hijri)
        if month > 12 and first <= 12:
            first, month = month, first  # The month first, as only some write it.
        return _made(last, month, first, hijri)
    named = _NAMED.fullmatch(bare)
    if named:
        return _by_name(named[2], int(named[1]), named[3], today)
    first_named = _NAMED_FIRST.fullmatch(bare)
    return _by_name(first_named[1], int(first_named[2]), first_named[3], today) if first_named else None


def _by_name(name: str, day: int, year: str | None, today: int) -> date | None:
    word = " ".join(fold(name).split())
    in_hijri, month = word in HIJRI_MONTHS, HIJRI_MONTHS.get(word) or MONTHS.get(word)
    if month is None:
        return None
    if year is not None:
        return _made(int(year), month, day, in_hijri)
    now = date.fromordinal(_EPOCH + today)
    this_year = _hijri_year(now) if in_hijri else now.year
    dates = [_made(this_year + later, month, day, in_hijri) for later in (0, 1)]
    return next((one for one in dates if one is not None and one >= now), None)


def _hijri_year(now: date) -> int:
    return Gregorian(now.year, now.month, now.day).to_hijri().year


def _made(year: int, month: int, day: int, hijri: bool) -> date | None:
    try:
        if hijri or year in _HIJRI_YEARS:
            there = Hijri(year, month, day).to_gregorian()
            return date(there.year, there.month, there.day)
        return date(2000 + year if year < 100 else year, month, day)
    except (ValueError, OverflowError):
        return None
