"""Words, numbers and days in every language."""

from pathlib import Path

import pytest

from jiwar.i18n import PLURALS, Language, load_languages
from tests.web.pages import LANGUAGES, TODAY

ARABIC = LANGUAGES["ar"]
ENGLISH = LANGUAGES["en"]
COUNTED = ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 101: 5, 102: 5, 103: 3, 111: 4, 1000: 5})
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n'
PINNED = "nplurals=6; plural={};".format(PLURALS["ar"][1])
COUNTED_ENTRY = (
    '\nmsgid "%(n)s reply"\nmsgid_plural "%(n)s replies"\nmsgstr[0] "لا ردود"\nmsgstr[1] "ردّ واحد"\n'
    'msgstr[2] "ردّان"\nmsgstr[3] "%(n)s ردود"\nmsgstr[4] "%(n)s رداً"\nmsgstr[5] "%(n)s ردّ"\n'
)


def _catalogue(folder: Path, text: str, code: str = "ar") -> Path:
    file = folder / code / "LC_MESSAGES" / "jiwar.po"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return folder


def test_each_language_has_its_direction() -> None:
    assert (ARABIC.dir, ENGLISH.dir) == ("rtl", "ltr")


@pytest.mark.parametrize(("number", "form"), COUNTED[1].items())
def test_arabic_has_six_plural_forms(number: int, form: int) -> None:
    assert ARABIC.plural(number) == form


def test_count_uses_the_arabic_forms_and_digits(tmp_path: Path) -> None:
    arabic = load_languages(_catalogue(tmp_path, HEADER.format(PINNED) + COUNTED_ENTRY))["ar"]
    said = [arabic.count(n, "%(n)s reply", "%(n)s replies") for n in (0, 1, 2, 5, 14, 100)]
    assert said == ["لا ردود", "ردّ واحد", "ردّان", "٥ ردود", "١٤ رداً", "١٠٠ ردّ"]
    assert arabic.count(14, "%(n)s reply", "%(n)s replies", "latin") == "14 رداً"


def test_count_in_english_needs_no_catalogue() -> None:
    assert [ENGLISH.count(n, "%(n)s reply", "%(n)s replies") for n in (0, 1, 2)] == [
        "0 replies",
        "1 reply",
        "2 replies",
    ]


def test_nothing_that_looks_like_a_digit_parts_things_in_arabic() -> None:
    assert ARABIC.beside("نخلة", "", "٣ طلبات") == "نخلة، ٣ طلبات"
    assert ENGLISH.beside("Heron", "3 requests") == "Heron · 3 requests"


def test_numbers_follow_the_choice_where_the_script_is_arabic() -> None:
    assert [ARABIC.number(907), ARABIC.number(907, "latin"), ENGLISH.number(907)] == ["٩٠٧", "907", "907"]


@pytest.mark.parametrize(
    ("days", "arabic", "english"),
    [
        (0, "اليوم", "today"),
        (-1, "أمس", "yesterday"),
        (1, "غداً", "tomorrow"),
        (-3, "الجمعة", "Friday"),
        (-7, "٩ فبراير", "9 February"),
        (-500, "٤ أكتوبر ٢٠٢٤", "4 October 2024"),
    ],
)
def test_a_day_is_said_in_words(days: int, arabic: str, english: str) -> None:
    assert ARABIC.day(TODAY + days, TODAY) == arabic
    assert ENGLISH.day(TODAY + days, TODAY) == english


def test_month_names_follow_the_choice() -> None:
    names = [ARABIC.day(TODAY - 20, TODAY, "latin", months) for months in ("gregorian", "levant", "maghreb")]
    assert names == ["27 يناير", "27 كانون الثاني", "27 جانفي"]


def test_a_moment_is_a_day_and_its_part() -> None:
    assert [ARABIC.moment(TODAY, 1, TODAY), ENGLISH.moment(TODAY, 1, TODAY)] == ["صباح اليوم", "this morning"]
    assert [ARABIC.moment(TODAY - 1, 4, TODAY), ENGLISH.moment(TODAY - 1, 4, TODAY)] == [
        "مساء أمس",
        "yesterday, evening",
    ]
    assert [ARABIC.part(3), ENGLISH.part(0)] == ["العصر", "night"]


def test_greeting_follows_the_part_of_the_day() -> None:
    assert [ARABIC.greeting(part) for part in range(5)][1:5:3] == ["صباح الخير", "مساء الخير"]
    assert ENGLISH.greeting(1) == "Good morning"


def test_a_full_hour_is_said_in_words() -> None:
    assert [ARABIC.hour(hour) for hour in (0, 9, 13, 21)] == [
        "منتصف الليل",
        "التاسعة صباحاً",
        "الواحدة ظهراً",
        "التاسعة مساءً",
    ]
    assert ENGLISH.hour(21) == "9 p.m."
    for language in (ARABIC, ENGLISH):
        assert len({language.hour(hour) for hour in range(24)}) == 24


def test_the_heading_of_a_day_has_its_weekday() -> None:
    assert [ARABIC.weekday_date(TODAY), ENGLISH.weekday_date(TODAY)] == ["الاثنين ١٦", "Monday 16"]


def test_a_word_that_is_missing_falls_back_to_english() -> None:
    assert ARABIC.gettext("Nobody has said this yet") == "Nobody has said this yet"
    assert ARABIC.ngettext("%(n)s stone", "%(n)s stones", 2) == "%(n)s stones"


def test_the_context_of_a_word_matters() -> None:
    assert ARABIC.pgettext("top bar", "Clear") != ARABIC.pgettext("weather", "Clear")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEADER.format("nplurals=6; plural=(n==1 ? 1 : 0);"), "ar"),
        (HEADER.format("nplurals=2; plural=(n != 1);"), "xx"),
        (HEADER.format(PINNED) + COUNTED_ENTRY.replace("لا ردود", ""), "ar"),
    ],
    ids=["other plural rule", "unknown language", "missing form"],
)
def test_a_catalogue_that_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(ValueError):
        load_languages(_catalogue(tmp_path, text, code))


def test_french_is_ready_once_it_has_a_catalogue(tmp_path: Path) -> None:
    header = HEADER.format("nplurals=2; plural=(n > 1);")
    folder = _catalogue(tmp_path, header + '\nmsgid "Home"\nmsgstr "Accueil"\n', "fr")
    french = load_languages(folder)["fr"]
    assert isinstance(french, Language)
    assert (french.gettext("Home"), french.plural(0), french.plural(2), french.dir) == ("Accueil", 0, 1, "ltr")
