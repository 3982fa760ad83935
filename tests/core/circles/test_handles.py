"""Names: written one way, without what can't be seen, and no two that read alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.handles import HANDLE_LIMIT, look, require_sound_handle, sound_handle
from jiwar.errors import TextMissing, TextTooLong


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("  olive \n tree ", "olive tree"),
        ("نخلة", "نخلة"),
        ("e\u0301le\u0300ve", "élève"),
        ("\u202eevil\u202c", "evil"),
        ("\u2066a\u2069\u200fb", "ab"),
        ("ol\u200bive", "olive"),
        ("ol\u00adive\ufeff", "olive"),
        ("a\u0000b\u0007", "ab"),
        ("a\u3164b\u2800", "ab"),
        ("a\u2003b", "a b"),
        ("سُعَاد", "سُعَاد"),
        ("🌿", "🌿"),
    ],
)
def test_a_name_is_written_one_way(typed: str, written: str) -> None:
    assert sound_handle(typed) == written


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\u202e\u202c", "\u3164", "...", "\u0301", "--"])
def test_a_name_that_shows_nothing_is_missing(typed: str) -> None:
    with pytest.raises(TextMissing):
        sound_handle(typed)


def test_a_name_has_a_limit() -> None:
    assert sound_handle("x" * HANDLE_LIMIT)
    with pytest.raises(TextTooLong):
        sound_handle("x" * (HANDLE_LIMIT + 1))


@given(st.text(max_size=60))
def test_a_sound_name_stays_as_it_is(typed: str) -> None:
    try:
        handle = sound_handle(typed)
    except (TextMissing, TextTooLong):
        return
    require_sound_handle(handle)
    assert unicodedata.is_normalized("NFC", handle)
    assert not [c for c in handle if unicodedata.category(c)[0] == "C"]
    assert look(handle) == look(look(handle))


@pytest.mark.parametrize("handle", [" a", "a  b", "e\u0301", "a\u200b", "\u202ea", "", "x" * (HANDLE_LIMIT + 1)])
def test_a_name_written_otherwise_is_refused(handle: str) -> None:
    with pytest.raises((TextMissing, TextTooLong)):
        require_sound_handle(handle)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olive", "olive"),
        ("olive tree", "olivetree"),
        ("نخلة", "نخله"),
        ("أمل", "امل"),
        ("سُعَاد", "سعاد"),
        ("ســـعاد", "سعاد"),
        ("ليلى", "ليلي"),
        ("قمر 7", "قمر ٧"),
        ("قمر ۷", "قمر ٧"),
        ("ﬁg", "fig"),
        ("ｆig", "fig"),
        ("élève", "eleve"),
    ],
)
def test_names_that_read_alike_have_one_look(one: str, other: str) -> None:
    assert look(one) == look(other)


@pytest.mark.parametrize(("one", "other"), [("olive", "olives"), ("سعاد", "سعيد"), ("قمر 7", "قمر 8")])
def test_names_that_read_differently_do_not(one: str, other: str) -> None:
    assert look(one) != look(other)
