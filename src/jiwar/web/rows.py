"""A row of somebody's table as a request or an offer: what each cell says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiwar.circles.policy import AREA_LIMIT, Aid
from jiwar.keyring.wordlist import fold
from jiwar.sheets import words
from jiwar.sheets.cells import plain_digits, read_day, read_number, without_contact
from jiwar.systems.needs import rules
from jiwar.systems.needs.model import NO_DAY
from jiwar.systems.needs.rules import Wish


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


NO_TEXT = _("It doesn't say what is needed.")
LONG_TEXT = _("What is needed is longer than there is room for.")
LONG_CELL = _("A cell is longer than there is room for.")
UNREAD_DAY = _("The day can't be read.")
PAST_DAY = _("The day is over.")
FAR_DAY = _("The day is more than three months ahead.")
UNREAD_MANY = _("The number can't be read, or is too large.")
UNKNOWN_AREA = _("This part of town isn't one of the group's.")
COORDINATES = _("Coordinates stand where the part of town should.")
UNKNOWN_KIND = _("Kinds that the group doesn't have are left out")
UNKNOWN_WHEN = _("Words for hurry that aren't known become “this week”")
MASKED = _("Phone numbers and addresses in the text are left out")


@dataclass(frozen=True, slots=True)
class Read:
    """A wish, where nothing is wrong; else the sentences. `notes` say what was left out or guessed."""

    wish: Wish | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read(cells: Mapping[str, str], side: str, aid: Aid, today: int) -> Read:
    """`cells` by what they are (`sheets.words.FIELDS`). `today` counts from 1970-01-01."""
    problems, notes = list[str](), list[str]()
    text = without_contact(cells.get(words.TEXT, ""))
    if text != cells.get(words.TEXT, ""):
        notes.append(MASKED)
    kind = _kind(cells.get(words.KIND, ""), aid, notes)
    area = _area(cells.get(words.AREA, ""), aid, problems)
    wish = Wish(
        side=side,
        text=text,
        when=_when(cells.get(words.WHEN, ""), notes),
        area=area,
        kind=kind,
        day=_day(cells.get(words.DAY, ""), today, problems),
        many=_many(cells.get(words.MANY, ""), problems),
        languages=_line(cells.get(words.LANGUAGES, ""), rules.LANGUAGES_LIMIT, problems),
        conditions=_line(without_contact(cells.get(words.CONDITIONS, "")), rules.CONDITIONS_LIMIT, problems),
    )
    if not text.strip(" …"):
        problems.insert(0, NO_TEXT)
    elif len(text) > rules.TEXT_LIMIT:
        problems.insert(0, LONG_TEXT)
    return Read(None if problems else wish, tuple(problems), tuple(notes))


def _kind(said: str, aid: Aid, notes: list[str]) -> str:
    """One of the group's kinds, by its own word or by one that is known for it."""
    here = rules.kinds(aid)
    word = " ".join(fold(said).split())
    found = next((one for one in here if fold(one) == word), words.KIND_WORDS.get(word, ""))
    if found not in here:
        found = next((words.KIND_WORDS[one] for one in word.split() if words.KIND_WORDS.get(one) in here), "")
    if said and not found:
        notes.append(UNKNOWN_KIND)
    return found


def _area(said: str, aid: Aid, problems: list[str]) -> str:
    if rules.COORDINATES.search(plain_digits(said)):
        problems.append(COORDINATES)
        return ""
    if not said or not aid.areas:
        return _line(said, AREA_LIMIT, problems)
    found = next((one for one in aid.areas if fold(one) == fold(said)), "")
    if not found:
        problems.append(UNKNOWN_AREA)
    return found


def _when(said: str, notes: list[str]) -> str:
    if not said:
        return rules.WEEK
    word = " ".join(fold(said).split())
    found = words.WHEN_WORDS.get(word)
    if found is None:
        notes.append(UNKNOWN_WHEN)
    return found or rules.WEEK


def _day(said: str, today: int, problems: list[str]) -> int:
    if not said:
        return NO_DAY
    day = read_day(said, today)
    if day is None:
        problems.append(UNREAD_DAY)
    elif not today <= day <= today + rules.FURTHEST:
        problems.append(PAST_DAY if day < today else FAR_DAY)
    else:
        return day
    return NO_DAY


def _many(said: str, problems: list[str]) -> int:
    number = read_number(said) if said else 1
    if number is None or not 1 <= number <= rules.MOST_MANY:
        problems.append(UNREAD_MANY)
        return 1
    return number


def _line(said: str, limit: int, problems: list[str]) -> str:
    line = " ".join(said.split())
    if len(line) > limit:
        problems.append(LONG_CELL)
    return line
