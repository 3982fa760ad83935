"""Names of ids in URLs: one session's own, and one spelling each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.crypto.handles import name, resolve
from jiwar.errors import NotThere

KEY, OTHER = b"k" * 32, b"o" * 32


@given(st.binary(min_size=1, max_size=40))
def test_resolve_undoes_name(stable: bytes) -> None:
    text = name(KEY, stable)
    assert resolve(KEY, text) == stable
    assert name(KEY, stable) == text != name(OTHER, stable)
    assert text.isascii()
    assert not set(text) & set("=+/ ")


@given(st.binary(min_size=1, max_size=40))
def test_a_name_of_another_session_is_nothing(stable: bytes) -> None:
    with pytest.raises(NotThere):
        resolve(OTHER, name(KEY, stable))


@given(st.text(max_size=60))
def test_whatever_resolves_is_the_name_of_what_it_resolves_to(text: str) -> None:
    with pytest.raises(NotThere):
        resolve(KEY, text)


@given(st.binary(min_size=1, max_size=20), st.sampled_from(["=", "==", " ", "\n", "!", "ي", "A"]))
def test_a_name_has_one_spelling(stable: bytes, more: str) -> None:
    with pytest.raises(NotThere):
        resolve(KEY, name(KEY, stable) + more)
