"""Texts come in clean and bounded, and what was read is judged alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles import texts
from jiwar.errors import TextMissing, TextTooLong


@given(st.text(max_size=60))
def test_a_cleaned_text_is_sound(text: str) -> None:
    for lines, clean in ((False, texts.line), (True, texts.passage)):
        kept = clean(text, 60, required=False)
        assert texts.is_sound(kept, 60, lines=lines, required=False)
        kept.encode()


@pytest.mark.parametrize("text", ["\u202eabc", "a\x00b", "a\x1bb", "\ufeffx", "a\u2066b", " a", "a\n\n"])
def test_a_text_with_what_belongs_to_none_is_not_sound(text: str) -> None:
    assert not texts.is_sound(text, 60, lines=True)


def test_a_line_has_no_breaks_and_a_passage_keeps_them() -> None:
    assert texts.line("  مرحبا\n بكم ", 60) == "مرحبا بكم"
    assert texts.passage("  مرحبا\r\n\r\nبكم ", 60) == "مرحبا\n\nبكم"


def test_joiners_that_words_need_stay() -> None:
    assert texts.line("می\u200cخواهم", 60) == "می\u200cخواهم"


def test_limits_are_kept() -> None:
    with pytest.raises(TextTooLong):
        texts.line("x" * 61, 60)
    with pytest.raises(TextMissing):
        texts.passage("\u202e\n", 60)
    assert texts.line("", 60, required=False) == ""


@given(st.text(max_size=300), st.integers(5, 80))
def test_an_excerpt_is_one_short_line(text: str, length: int) -> None:
    short = texts.excerpt(text, length)
    assert len(short) <= length + 1
    assert "\n" not in short


def test_an_excerpt_ends_at_a_word() -> None:
    assert texts.excerpt("مكتب الإيجار في الشارع الثاني، يقبل العقد", 30) == "مكتب الإيجار في الشارع الثاني…"
    assert texts.excerpt("كلمة", 30) == "كلمة"
