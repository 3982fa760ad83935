"""A topic's cover follows its posts, and what could not have come about is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.errors import Full
from jiwar.systems.forum import rules
from jiwar.systems.forum.model import Post, TopicCover
from jiwar.wire.canonical import encode

ANYBODY = b"a" * 32


def _grown(gaps: list[int], first: int = 3) -> tuple[TopicCover, list[int]]:
    """The cover of a topic whose posts stand in these distances, and the slots."""
    cover, slots = rules.first_cover(Post("عنوان", "نصّ"), ANYBODY, 20_000, 1), [first]
    for gap in gaps:
        cover = rules.after_reply(cover, slots[-1], ANYBODY, 20_001, 2)
        slots.append(slots[-1] + gap)
    return cover, slots


@given(st.lists(st.integers(1, 9), max_size=120))
def test_every_post_is_on_the_page_that_its_number_says(gaps: list[int]) -> None:
    cover, slots = _grown(gaps)
    assert rules.is_sound_cover(cover, slots[-1])
    for at, slot in enumerate(slots):
        page = at // rules.PAGE + 1
        assert rules.page_of(cover, slot) == page
        first, last = rules.page_slots(cover, page, slots[-1])
        assert [one for one in slots if first <= one <= last] == slots[(page - 1) * rules.PAGE : page * rules.PAGE]


@given(st.lists(st.integers(1, 9), max_size=60), st.integers(0, 400))
def test_new_posts_are_counted_up_to_a_bound(gaps: list[int], read: int) -> None:
    cover, slots = _grown(gaps)
    new = [slot for slot in slots if slot > read]
    assert rules.unread(cover, slots[-1], read) == min(len(new), rules.MOST_RECENT + 1)
    page = rules.first_unread_page(cover, slots[-1], read)
    assert page == (rules.page_of(cover, new[0]) if new else len(cover.pages))


def test_the_largest_cover_fits_into_one_cell() -> None:
    cover, slots = _grown([100_000] * (rules.PAGE * rules.MOST_PAGES - 1))
    cover = replace(cover, title="🌙" * rules.TITLE_LIMIT, note="🌙" * rules.NOTE_LIMIT)
    assert len(encode(cover)) < 3_500
    with pytest.raises(Full):
        rules.after_reply(cover, slots[-1], ANYBODY, 20_001, 2)


BROKEN: dict[str, dict[str, object]] = {
    "a title over two lines": {"title": "x\ny"},
    "a note too long": {"note": "x" * 81},
    "no posts": {"posts": 0},
    "pages missing": {"posts": 61},
    "pages out of order": {"posts": 61, "pages": (0, 9, 9)},
    "a page after the end": {"posts": 31, "pages": (0, 999)},
    "no recent slots": {"recent": ()},
    "recent slots out of order": {"recent": (1, 2)},
    "a part of no day": {"last_part": 5},
    "a day before all days": {"last_day": -1},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_cover_that_cannot_be_is_not_sound(what: str) -> None:
    cover, slots = _grown([2, 2])
    assert rules.is_sound_cover(cover, slots[-1])
    assert not rules.is_sound_cover(replace(cover, **BROKEN[what]), slots[-1])


@pytest.mark.parametrize(
    "body",
    [
        b"\xc1",
        encode(Post("x\ny", "x")),
        encode(Post("x", "")),
        encode(Post("x", "x" * 12_001)),
        encode(Post("x", "a\x00b")),
        encode(Post("x", "x", " x")),
        encode(Post("", "x", "", -2)),
    ],
)
def test_a_post_that_nobody_could_write_is_not_sound(body: bytes) -> None:
    assert not rules.is_sound_post(body)
