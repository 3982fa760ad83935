"""Words that are said: two beside an invitation, six to compare a log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.spoken import COMPARED, compare, pick, words
from jiwar.i18n import LANGUAGES


@given(st.binary(min_size=2, max_size=2), st.sampled_from(list(LANGUAGES)))
def test_two_words_are_picked_and_differ(raw: bytes, language: str) -> None:
    draws = iter(raw)
    first, second = pick(language, lambda size: bytes([next(draws)]))
    assert first != second
    assert {first, second} <= set(words(language))
    assert first == words(language)[raw[0]]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**40))
def test_six_words_stand_for_a_root_and_a_size(root: bytes, size: int) -> None:
    said = compare(root, size, "en")
    assert len(said) == COMPARED
    assert compare(root, size, "en") == said
    assert compare(root, size + 1, "en") != said
    assert compare(bytes(byte ^ 1 for byte in root), size, "en") != said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_has_a_word_for_each_byte(language: str) -> None:
    assert len(set(words(language))) == 256
