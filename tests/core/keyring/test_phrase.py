"""The code phrase: one integer in three forms, read back in whatever way somebody writes it down."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.errors import PhraseLength, PhraseMistyped, UnknownWord
from jiwar.keyring import wordlist
from jiwar.keyring.phrase import CHECK_BITS, KEY, SHORT, new_phrase, parse, to_digits, to_words
from jiwar.keyring.wordlist import LANGUAGES

PHRASES = st.binary(min_size=12, max_size=12).map(lambda raw: new_phrase(lambda size: raw[:size]))
SETTINGS = st.sampled_from(LANGUAGES)
PHRASE = new_phrase(lambda size: bytes(range(size)))
SEPARATORS = [" ", "  \n", "-", " - ", "،", ", ", ". ", "\t", "\u200f \u200f", "\u200b", ") ", "\n2. "]
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@given(PHRASES)
def test_a_phrase_has_93_random_bits_and_a_checksum(phrase: int) -> None:
    assert 0 <= phrase < 2**99
    assert parse(to_digits(phrase)) == phrase


@given(PHRASES, SETTINGS, SETTINGS)
def test_words_of_any_list_are_read_under_any_setting(phrase: int, language: str, setting: str) -> None:
    words = to_words(phrase, language)
    assert len(words) == KEY.words
    assert parse(" ".join(words), setting) == phrase


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_read_whatever_stands_between_them(separator: str, language: str) -> None:
    assert parse(separator.join(to_words(PHRASE, language)), language) == PHRASE


@pytest.mark.parametrize(
    "written",
    [
        to_digits(PHRASE),
        to_digits(PHRASE).translate(ARABIC_DIGITS),
        to_digits(PHRASE).translate(PERSIAN_DIGITS),
        " ".join(to_digits(PHRASE)[i : i + 5] for i in range(0, KEY.digits, 5)),
        "-".join(to_digits(PHRASE)[i : i + 6].translate(ARABIC_DIGITS) for i in range(0, KEY.digits, 6)),
        "\n" + to_digits(PHRASE) + "\u200e",
    ],
    ids=["plain", "Arabic", "Persian", "in fives", "Arabic in sixes", "copied with marks"],
)
def test_digits_are_read_in_every_script_and_grouping(written: str) -> None:
    assert parse(written) == PHRASE


def test_what_cannot_be_seen_does_not_part_a_word() -> None:
    words = [word[0] + "\u200d\u00ad" + word[1:] for word in to_words(PHRASE, "ar")]
    assert parse(" ".join(words)) == PHRASE


def test_marks_capitals_and_first_letters_do_not_matter() -> None:
    arabic = [word[0] + "\u064e" + word[1:] for word in to_words(PHRASE, "ar")]
    assert parse(" ".join(arabic)) == PHRASE
    english = to_words(PHRASE, "en")
    assert parse(" ".join(word.upper() for word in english)) == PHRASE
    assert parse(" ".join(word[:4] for word in english)) == PHRASE
    french = unicodedata.normalize("NFD", " ".join(to_words(PHRASE, "fr")).upper())
    assert parse(french) == parse(french.encode("ascii", "ignore").decode()) == PHRASE


def test_a_slip_is_told_in_the_list_that_knows_the_other_words() -> None:
    words = [*to_words(PHRASE, "fr")[:8], "zzzz"]
    with pytest.raises(UnknownWord) as refused:
        parse(" ".join(words), "en")
    assert refused.value.fields["suggestion"] in wordlist.load("fr").words


@pytest.mark.parametrize("text", ["", "   ", "?!", "\u200f"])
def test_nothing_is_no_phrase(text: str) -> None:
    with pytest.raises(PhraseLength) as refused:
        parse(text)
    assert refused.value.fields == {"found": 0, "wanted": KEY.words}


@pytest.mark.parametrize(
    ("text", "found", "wanted"),
    [(to_digits(PHRASE)[:-1], 29, KEY.digits), (to_digits(PHRASE) + "1", 31, KEY.digits), ("one two", 2, KEY.words)],
)
def test_another_length_is_told(text: str, found: int, wanted: int) -> None:
    with pytest.raises(PhraseLength) as refused:
        parse(text)
    assert refused.value.fields == {"found": found, "wanted": wanted}


def test_an_unknown_word_is_named_by_its_place() -> None:
    words = list(to_words(PHRASE, "en"))
    words[3] = "qqqqqq"
    with pytest.raises(UnknownWord) as refused:
        parse(" ".join(words))
    assert refused.value.fields["position"] == 4


@given(st.integers(0, 98))
def test_nearly_every_slip_is_caught_by_the_checksum(bit: int) -> None:
    """Six bits: one slip in 64 gets through, and opens nothing."""
    wrong = PHRASE ^ (1 << bit)
    if bit < CHECK_BITS:
        with pytest.raises(PhraseMistyped):
            parse(to_digits(wrong))
    else:
        try:
            assert parse(to_digits(wrong)) == wrong
        except PhraseMistyped:
            return


def test_most_wrong_phrases_are_refused_before_the_slow_hash() -> None:
    refused = 0
    for change in range(640):
        try:
            parse(to_digits(PHRASE ^ (change + 1) << CHECK_BITS))
        except PhraseMistyped:
            refused += 1
    assert refused > 600


def test_a_number_beyond_99_bits_is_mistyped() -> None:
    with pytest.raises(PhraseMistyped):
        parse("9" * KEY.digits)


@given(st.text(max_size=500))
def test_any_text_is_a_phrase_or_a_clear_refusal(text: str) -> None:
    try:
        assert parse(parse_again := to_digits(parse(text))) == int(parse_again)
    except (PhraseLength, UnknownWord, PhraseMistyped):
        return


@given(st.binary(min_size=12, max_size=12), SETTINGS)
def test_a_short_phrase_has_60_random_bits_and_is_read_back_in_both_forms(raw: bytes, language: str) -> None:
    code = new_phrase(lambda size: raw[:size], SHORT)
    assert 0 <= code < 2**66
    words = to_words(code, language, SHORT)
    assert (len(words), len(to_digits(code, SHORT))) == (6, 20)
    assert parse(" ".join(words), language, SHORT) == parse(to_digits(code, SHORT), language, SHORT) == code


def test_a_key_is_no_short_phrase_and_the_other_way_round() -> None:
    with pytest.raises(PhraseLength):
        parse(to_digits(PHRASE), "en", SHORT)
    with pytest.raises(PhraseLength):
        parse(to_digits(new_phrase(lambda size: bytes(range(size)), SHORT), SHORT))
