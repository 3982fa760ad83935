"""The words a hub offers ready-made: names for newcomers, words to say on the phone, texts for the first circle."""

import tomllib

import pytest

from jiwar.i18n import LANGUAGES
from jiwar.systems.forum.rules import TITLE_LIMIT
from tests.house.project import SOURCE
from tests.house.words import fold, forbidden_in

CIRCLES = SOURCE / "circles"
CARDS = tomllib.loads((CIRCLES / "rules" / "cards.toml").read_text("utf-8"))
WEEKS = tomllib.loads((CIRCLES / "rules" / "weeks.toml").read_text("utf-8"))
SOUNDS_LIKE = str.maketrans("طضصظثذحقغةئؤ", "تدسزسزهكخهيو")


def _words(kind: str, language: str) -> list[str]:
    return (CIRCLES / kind / f"{language}.txt").read_text("utf-8").splitlines()


def _one_step_apart(word: str, other: str) -> bool:
    """Say whether one letter changed, dropped or added turns a word into the other."""
    short, long = sorted((word, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_hundred_names_are_offered_and_none_twice(language: str) -> None:
    names = _words("names", language)
    assert len(names) == 300
    assert len({fold(name) for name in names}) == 300
    assert all(2 <= len(name) <= 20 and " " not in name for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_spoken_words_fill_a_byte(language: str) -> None:
    words = _words("spoken", language)
    assert len(words) == 256
    assert all(len(word) >= 2 and word.isalpha() for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_spoken_words_sound_alike(language: str) -> None:
    heard = [fold(word).translate(SOUNDS_LIKE) for word in _words("spoken", language)]
    alike = [(a, b) for at, a in enumerate(heard) for b in heard[:at] if _one_step_apart(a, b)]
    assert alike == []


@pytest.mark.parametrize("kind", ["names", "spoken"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_offered_word_tells(kind: str, language: str) -> None:
    assert [word for word in _words(kind, language) if forbidden_in(word)] == []


@pytest.mark.parametrize("card", ["close", "support", "neighbours", "working"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_founding_card_is_complete_and_tells_nothing(card: str, language: str) -> None:
    texts = CARDS[card][language]
    sentences = [texts["title"], texts["sentence"], texts["name"], texts["about"], *texts["rules"]]
    sentences += [texts["first_topic"]["title"], texts["first_topic"]["body"]]
    assert 5 <= len(texts["rules"]) <= 7
    assert all(sentence.strip() for sentence in sentences)
    assert [sentence for sentence in sentences if forbidden_in(sentence)] == []


@pytest.mark.parametrize("card", ["close", "support", "neighbours", "working"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_week_has_seven_questions_and_tells_nothing(card: str, language: str) -> None:
    week = WEEKS[card][language]
    assert len(week) == len({title for title, _ in week}) == 7
    assert all(title.strip() and text.strip() and len(title) <= TITLE_LIMIT for title, text in week)
    assert [part for pair in week for part in pair if forbidden_in(part)] == []
