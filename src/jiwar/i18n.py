"""Words, numbers and days in the reader's language.

- A msgid is the English sentence, so English needs no catalogue; a word that is missing elsewhere falls back to it.
- Plural rules are pinned here; a catalogue whose header says otherwise is refused when the program starts.
- Days are numbers counted from 1970-01-01, parts of the day numbers 0..4 from night on; "today" is an argument.
Does not know pages, people or the clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from gettext import c2py
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).with_name("locale")
LANGUAGES = {"ar": "العربية", "en": "English", "fr": "Français"}
"""Every language by its own name, in the order in which a choice shows them."""
PLURALS = {
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
    "en": (2, "(n != 1)"),
    "fr": (2, "(n > 1)"),
}
RIGHT_TO_LEFT = frozenset({"ar"})
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
UNIX_EPOCH = date(1970, 1, 1).toordinal()
A_WEEK = 7

Digits = Literal["arabic", "latin"]
MonthNames = Literal["gregorian", "levant", "maghreb"]
Direction = Literal["rtl", "ltr"]


@dataclass(frozen=True)
class Region:
    """What is usual in a part of the world where Arabic is read. Chosen by the reader, never guessed."""

    digits: Digits = "arabic"
    months: MonthNames = "gregorian"


REGIONS = {
    "any": Region(),
    "maghreb": Region("latin", "maghreb"),
    "egypt": Region(),
    "levant": Region(months="levant"),
    "gulf": Region(),
    "iraq": Region(months="levant"),
}

# Parts of the day are numbered as the clock numbers them: night, morning, noon, afternoon, evening.
PARTS = ("night", "morning", "noon", "afternoon", "evening")
GREETINGS = ("Good evening", "Good morning", "Good day", "Good afternoon", "Good evening")
HOURS = (
    *("midnight", "1 a.m.", "2 a.m.", "3 a.m.", "4 a.m.", "5 a.m.", "6 a.m.", "7 a.m.", "8 a.m.", "9 a.m."),
    *("10 a.m.", "11 a.m.", "noon", "1 p.m.", "2 p.m.", "3 p.m.", "4 p.m.", "5 p.m.", "6 p.m.", "7 p.m."),
    *("8 p.m.", "9 p.m.", "10 p.m.", "11 p.m."),
)
TODAY_AT = ("tonight", "this morning", "today at noon", "this afternoon", "this evening")
DAY_AT = ("%(day)s, night", "%(day)s, morning", "%(day)s, noon", "%(day)s, afternoon", "%(day)s, evening")

Messages = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Language:
    """One language: its messages, plural rule, direction, digits and day words."""

    code: str
    plural: Callable[[int], int]
    messages: Messages = field(default_factory=dict, repr=False)
    region: str = ""

    @property
    def way(self) -> str:
        """What tells apart those who read other words: the language, and the region where it has words of its own."""
        return f"{self.code}-{self.region}" if self.region else self.code

    @property
    def dir(self) -> Direction:
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    def gettext(self, message: str) -> str:
        return self.pgettext("", message)

    def pgettext(self, context: str, message: str) -> str:
        return self.messages.get((context, message), (message,))[0]

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        forms = self.messages.get(("", singular), (singular, plural))
        return forms[self.plural(n) if ("", singular) in self.messages else int(n != 1)]

    def number(self, n: int, digits: Digits = "arabic") -> str:
        """Write `n`; Arabic-Indic digits only where the script is Arabic and they were chosen."""
        western = str(n)
        return western.translate(ARABIC_DIGITS) if self.dir == "rtl" and digits == "arabic" else western

    def count(self, n: int, singular: str, plural: str, digits: Digits = "arabic") -> str:
        """Return the right plural form with `%(n)s` replaced by the number."""
        return self.ngettext(singular, plural, n) % {"n": self.number(n, digits)}

    @property
    def between(self) -> str:
        """What parts things beside each other in one line. Where Arabic digits stand, a raised dot is a zero."""
        return self.pgettext("between", " · ")

    def beside(self, *parts: str) -> str:
        """Things beside each other in one line; those that are empty are left out."""
        return self.between.join(filter(None, parts))

    def weekday(self, day: int) -> str:
        return self.gettext(WEEKDAYS[_date(day).weekday()])

    def weekday_date(self, day: int, digits: Digits = "arabic") -> str:
        """Return the heading of a day, such as "Tuesday 24"."""
        of_month = self.number(_date(day).day, digits)
        return self.pgettext("date", "%(weekday)s %(day)s") % {"weekday": self.weekday(day), "day": of_month}

    def day(self, day: int, today: int, digits: Digits = "arabic", months: MonthNames = "gregorian") -> str:
        """Return a day in words: today, yesterday, tomorrow, a weekday within the week, else the date."""
        near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get(day - today)
        if near:
            return self.pgettext("day", near)
        if abs(day - today) < A_WEEK:
            return self.weekday(day)
        return self._date_words(_date(day), _date(today), digits, months)

    def _date_words(self, when: date, today: date, digits: Digits, months: MonthNames) -> str:
        pattern = "%(day)s %(month)s" if when.year == today.year else "%(day)s %(month)s %(year)s"
        return self.pgettext("date", pattern) % {
            "day": self.number(when.day, digits),
            "month": self.pgettext(f"{months} month", MONTHS[when.month - 1]),
            "year": self.number(when.year, digits),
        }

    def part(self, part: int) -> str:
        return self.pgettext("part of the day", PARTS[part])

    def hour(self, hour: int) -> str:
        """Return a full hour in words: digits with a colon come apart where the script runs from right to left."""
        return self.pgettext("hour", HOURS[hour])

    def greeting(self, part: int) -> str:
        return self.gettext(GREETINGS[part])

    def moment(
        self, day: int, part: int, today: int, digits: Digits = "arabic", months: MonthNames = "gregorian"
    ) -> str:
        """Return a day with its part, such as "this morning" or "yesterday, evening"."""
        if day == today:
            return self.pgettext("moment", TODAY_AT[part])
        return self.pgettext("moment", DAY_AT[part]) % {"day": self.day(day, today, digits, months)}


def load_languages(folder: Path = LOCALES) -> dict[str, Language]:
    """Return English and every language that has a catalogue under `folder`, by `way`.

    Beside a catalogue, `in-REGION.po` holds what one region says otherwise.

    Raises: ValueError when a catalogue is not usable (unknown language, other plural rule, missing forms).
    """
    languages = {"en": _language("en", {})}
    for file in sorted(folder.glob("*/LC_MESSAGES/jiwar.po")):
        code = file.parent.parent.name
        if code not in PLURALS:
            raise ValueError(f"{file}: no plural rule is pinned for {code!r}")
        with file.open("rb") as stream:
            catalog = read_po(stream, locale=code, abort_invalid=True)
        languages[code] = _language(code, _messages(catalog, code))
        for words in sorted(file.parent.glob("in-*.po")):
            overlaid = _overlaid(languages[code], words)
            languages[overlaid.way] = overlaid
    return languages


def _overlaid(language: Language, file: Path) -> Language:
    """The language with the words of one region before its own."""
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=language.code, abort_invalid=True)
    region = file.stem.removeprefix("in-")
    if region not in REGIONS:
        raise ValueError(f"{file}: no region is called {region!r}")
    return replace(language, region=region, messages={**language.messages, **_messages(catalog, language.code)})


def _language(code: str, messages: Messages) -> Language:
    return Language(code, c2py(PLURALS[code][1]), messages)


def _messages(catalog: Catalog, code: str) -> Messages:
    expected = PLURALS[code]
    if (catalog.num_plurals, catalog.plural_expr) != expected:
        raise ValueError(f"{code}: the Plural-Forms header must be nplurals={expected[0]}; plural={expected[1]};")
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy or not message.string:
            continue
        singular = message.id[0] if isinstance(message.id, list | tuple) else message.id
        forms = tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)
        if message.pluralizable and (len(forms) != expected[0] or not all(forms)):
            raise ValueError(f"{code}: {singular!r} needs {expected[0]} plural forms")
        found[message.context or "", singular] = forms
    return found


def _date(day: int) -> date:
    # What others wrote is bounded where it is read; a page is not the place to find that out.
    return date.fromordinal(min(max(UNIX_EPOCH + day, 1), date.max.toordinal()))
