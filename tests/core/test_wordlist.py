"""The lists keep their rules, and every word is found again however it is typed."""

import re
import sys
import unicodedata
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.errors import UnknownWord
from jiwar.keyring.wordlist import LANGUAGES, Wordlist, fold, load
from tests.house.words import forbidden_in

# A list never changes once phrases exist. A better one is a new file beside it.
FROZEN = {
    "ar": "14a1476c197361c5e1c6809477505a8fb583476e9c7861530bbc8e7b03f52e04",
    "en": "4f4c592cb091fc2b517c1ebd62f62dbaf4b6e2a0ebe13867aab7c037ac3ec601",
    "fr": "3105dc2423a6589fd0db519b3d50cb5532ac95c7ad43a49d0beb5c2f84c7bc25",
}
SCRIPT = {"ar": "[ء-غف-ي]{3,8}", "en": "[a-z]{3,8}", "fr": "[a-zàâçèéêëîïôùûü]{3,8}"}
VOWELS = "\u064e\u0651\u0650\u0652"


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Wordlist:
    return load(request.param)


def test_list_has_eleven_bits_of_words(words: Wordlist) -> None:
    assert len(words.words) == len(words.folded) == 2048


def test_list_is_frozen(words: Wordlist) -> None:
    stored = files("jiwar.keyring").joinpath("words", f"{words.language}.txt").read_bytes()
    assert sha256(stored).hexdigest() == FROZEN[words.language]
    assert stored == "".join(f"{word}\n" for word in words.words).encode()


def test_words_are_of_three_to_eight_plain_letters(words: Wordlist) -> None:
    pattern = re.compile(SCRIPT[words.language])
    assert [word for word in words.words if not pattern.fullmatch(word)] == []
    assert [word for word in words.folded if not 3 <= len(word) <= 8] == []


def test_words_are_in_order_and_differ_in_their_first_four_letters(words: Wordlist) -> None:
    assert list(words.folded) == sorted(words.folded)
    assert len({word[:4] for word in words.folded}) == len(words.folded)


def test_arabic_words_carry_no_article_and_no_early_bare_hamza() -> None:
    arabic = load("ar").folded
    assert [word for word in arabic if word.startswith("ال") and len(word) > 3] == []
    assert [word for word in arabic if "ء" in word[:4]] == []


def test_no_word_is_one_that_the_program_never_says(words: Wordlist) -> None:
    assert [word for word in words.words if forbidden_in(word)] == []


def test_every_word_is_found_again_whole_and_by_each_beginning(words: Wordlist) -> None:
    for index in range(2048):
        word = words.word(index)
        beginnings = [word[:length] for length in range(min(4, len(word)), len(word) + 1)]
        assert {words.index(typed) for typed in beginnings} == {index}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_latin_word_is_found_in_capitals_and_with_accents(language: str) -> None:
    latin = load(language)
    for index, word in enumerate(latin.words):
        assert latin.index(word.upper()) == index
        assert latin.index("\u2066 " + word[0] + "\u0301" + word[1:].title() + "\u2069") == index


def test_every_french_word_is_found_without_its_accents_and_with_them_apart() -> None:
    french = load("fr")
    for index, word in enumerate(french.words):
        apart = unicodedata.normalize("NFD", word)
        assert french.index(apart) == french.index(apart.encode("ascii", "ignore").decode()) == index


def test_the_ligatures_of_french_are_read_as_two_letters() -> None:
    assert fold("Œuf") == fold("oeuf")
    assert fold("Æ") == "ae"


def test_every_arabic_word_is_found_with_vowel_marks_and_tatweel() -> None:
    arabic = load("ar")
    for index, word in enumerate(arabic.words):
        assert arabic.index("".join(letter + VOWELS[at % 4] for at, letter in enumerate(word))) == index
        assert arabic.index("\u200f" + "ـ".join(word) + " ") == index


@pytest.mark.parametrize(
    ("letters", "variants"), [("اأإآ", "اأإآٱ"), ("يىئ", "يىئی"), ("هة", "هة"), ("وؤ", "وؤ"), ("ك", "کك")]
)
def test_every_arabic_word_is_found_with_any_form_of_a_letter(letters: str, variants: str) -> None:
    arabic = load("ar")
    for index, word in enumerate(arabic.words):
        for variant in variants:
            assert arabic.index(re.sub(f"[{letters}]", variant, word)) == index


@pytest.mark.parametrize(
    ("language", "typed", "suggestion"),
    [
        ("en", "ketle", "kettle"),
        ("en", "tepaot", "teapot"),
        ("en", "lemons", "lemon"),
        ("en", "gardin", "garden"),
        ("en", "xettle", "kettle"),
        ("en", "umbrelllllllllla", "umbrella"),
        ("fr", "theirre", "théière"),
        ("fr", "abriccot", "abricot"),
        ("ar", "ابرييق", "إبريق"),
        ("ar", "ملعكة", "ملعقة"),
        ("ar", "طنجر ة", "طنجرة"),
        ("ar", "يسامين", "ياسمين"),
    ],
)
def test_unknown_word_names_its_place_and_the_nearest_word(language: str, typed: str, suggestion: str) -> None:
    with pytest.raises(UnknownWord) as refused:
        load(language).index(typed, 4)
    assert refused.value.fields == {"position": 4, "suggestion": suggestion}


@pytest.mark.parametrize(
    "typed", ["", " ", "ket", "k", "kettlex", "kettle teapot", "؟", "كـ", "\ud800", "z" * 10_000]
)
def test_what_is_no_word_is_refused_with_a_word_of_the_list(words: Wordlist, typed: str) -> None:
    with pytest.raises(UnknownWord) as refused:
        words.index(typed)
    assert refused.value.fields["suggestion"] in words.words
    assert str(refused.value) == UnknownWord.code


@given(st.sampled_from(LANGUAGES), st.integers(0, 2047), st.data())
def test_one_slip_in_a_long_word_still_finds_something_as_near(
    language: str, index: int, data: st.DataObject
) -> None:
    words = load(language)
    word = words.folded[index]
    at = data.draw(st.integers(0, len(word) - 1))
    typed = word[:at] + "#" + word[at + 1 :]
    with pytest.raises(UnknownWord) as refused:
        words.index(typed)
    near = fold(str(refused.value.fields["suggestion"]))
    assert near[:at] == word[:at]
    assert near[at + 1 :].startswith(word[at + 1 :]) or near[at:].startswith(word[at + 1 :])


def test_word_outside_the_list_is_a_mistake_of_the_caller(words: Wordlist) -> None:
    for index in (-1, 2048):
        with pytest.raises(IndexError):
            words.word(index)


def test_language_without_a_list_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError):
        load("xx")


def test_list_is_read_once_and_shows_no_words_when_printed() -> None:
    assert load("en") is load("en")
    assert repr(load("en")) == "Wordlist(language='en')"


def test_fold_settles_every_character_at_once() -> None:
    assigned = (
        chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in {"Cn", "Co"}
    )
    assert [letter for letter in assigned if (once := fold(letter)) != letter and fold(once) != once] == []


@given(st.text())
def test_fold_of_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="أإآٱىةؤئيهواءـ\u064b\u0650\u0651\u0653\u0654\u0655\u200f\u2067ﻻﷲİßſK"))
def test_fold_of_arabic_and_awkward_letters_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert not set(fold(text)) & set("أإآٱىةؤئـ\u064b\u0650\u0651\u0653\u0654\u0655\u200f\u2067")
