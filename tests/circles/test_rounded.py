"""Numbers about people: never exact, none below five."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.rounded import FEWEST_PEOPLE, STEP, is_large_enough, rounded

COUNTS = st.integers(0, 10**9)
STEPS = st.integers(2, 1_000)


@given(COUNTS)
def test_nothing_below_five_is_shown(count: int) -> None:
    shown = rounded(count)
    assert (shown is None) == (count < 5)
    assert shown is None or (shown >= 5 and shown % 5 == 0)


@given(COUNTS, STEPS)
def test_one_more_changes_nothing_or_a_whole_step(count: int, step: int) -> None:
    before, after = rounded(count, step) or 0, rounded(count + 1, step) or 0
    assert after - before in (0, step)


@given(COUNTS, STEPS)
def test_what_is_shown_stands_for_as_many_numbers_as_a_step(count: int, step: int) -> None:
    shown = rounded(count, step) or 0
    assert shown <= count < shown + step
    assert {rounded(shown + more, step) for more in range(step)} == {rounded(count, step)}


def test_small_groups_have_none() -> None:
    assert not is_large_enough(FEWEST_PEOPLE - 1)
    assert is_large_enough(FEWEST_PEOPLE)
    assert FEWEST_PEOPLE > 2 * STEP
