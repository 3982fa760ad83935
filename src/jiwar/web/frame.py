"""What surrounds a page: how its reader reads, and what stands in the bars. One of each is made per request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jiwar.i18n import Digits, Language, MonthNames

Theme = Literal["auto", "light", "dark"]
TextSize = Literal["normal", "large", "larger"]
Weather = Literal["", "open", "guarded", "hidden", "scattered"]
Tab = Literal["", "home", "talk", "help", "occasions", "more"]


@dataclass(frozen=True)
class Reader:
    """How one person reads. `today` is a day number."""

    language: Language
    today: int = 0
    digits: Digits = "arabic"
    months: MonthNames = "gregorian"
    theme: Theme = "auto"
    size: TextSize = "normal"
    sparing: bool = False
    """Small pages: short lists, no drawings, no script but where it was asked for."""
    narrow: bool = False
    """Nothing that is only beside what was asked for: the reader has a phone, or is sparing."""

    def most(self, rows: int) -> int:
        """How many rows of a list that is cut at `rows` for others."""
        return rows // 3 if self.sparing else rows

    def n(self, number: int) -> str:
        return self.language.number(number, self.digits)

    def count(self, number: int, singular: str, plural: str) -> str:
        return self.language.count(number, singular, plural, self.digits)

    def day(self, day: int) -> str:
        return self.language.day(day, self.today, self.digits, self.months)

    def moment(self, day: int, part: int) -> str:
        return self.language.moment(day, part, self.today, self.digits, self.months)

    def when(self, day: int, part: int) -> str:
        """Return the short time of a list: the part of the day for today, else the day."""
        return self.language.part(part) if day == self.today else self.day(day)

    def hour(self, hour: int) -> str:
        return self.language.hour(hour)

    def weekday_date(self, day: int) -> str:
        return self.language.weekday_date(day, self.digits)


@dataclass(frozen=True)
class Frame:
    """The bars around a page. `url` is the one function that paths come from, `token` the form token (CSRF).

    `notice` says, once, that what the page before asked for is done.
    """

    cover: str
    url: Callable[..., str]
    token: str = ""
    tabs: tuple[Tab, ...] = ()
    tab: Tab = ""
    weather: Weather = ""
    script: str = ""
    worker: bool = False
    notice: str = ""
