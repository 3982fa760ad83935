"""Figures of the board as pure rules: steps of five, once, the same however often somebody counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.rounded import FEWEST_PEOPLE, STEP
from jiwar.systems.needs import figures
from jiwar.systems.needs.figures import MOST, NEVER, Seen, counted, is_sound_tally, is_sound_told, told
from jiwar.systems.needs.model import NEED, OFFER, Counts, Tally, Told

LATEST = 60
BEGUN = Tally(7, 0, Counts())
ENOUGH = FEWEST_PEOPLE

offers = st.builds(Seen, st.just(OFFER), st.integers(0, LATEST))
needs = st.builds(
    lambda began, later: Seen(NEED, began, began + later if later else NEVER),
    st.integers(0, LATEST),
    st.integers(0, 20),
)
boards = st.lists(st.one_of(needs, offers), max_size=60)


def as_of(board: list[Seen], number: int) -> list[Seen]:
    """What stood when the log had so many records."""
    return [
        Seen(one.side, one.began, one.worked if one.worked <= number else NEVER)
        for one in board
        if one.began <= number
    ]


def visited(board: list[Seen], *numbers: int) -> Tally:
    tally = BEGUN
    for number in numbers:
        tally = counted(tally, BEGUN.period, as_of(board, number), number + 1)
    return tally


@given(boards, st.lists(st.integers(0, 2 * LATEST)))
def test_however_visits_are_split_the_sums_are_the_same(board: list[Seen], visits: list[int]) -> None:
    end = 2 * LATEST
    once = visited(board, end)
    assert visited(board, *sorted(visits), end) == once
    assert once.counts.asked == sum(one.side == NEED for one in board)
    assert once.counts.offered == sum(one.side == OFFER for one in board)
    assert once.counts.worked == sum(one.worked != NEVER for one in board)


@given(boards, st.one_of(needs, offers), st.integers(ENOUGH, 1_000))
def test_one_more_moves_a_figure_by_nothing_or_one_step(board: list[Seen], more: Seen, people: int) -> None:
    one, other = (told(visited(seen, 2 * LATEST), people) for seen in (board, [*board, more]))
    assert one is not None
    assert other is not None
    for name in ("asked", "offered", "worked"):
        assert getattr(other.shown, name) - getattr(one.shown, name) in (0, STEP)


@given(st.builds(Tally, st.integers(0, 900), st.just(0), st.builds(Counts, *[st.integers(0, MOST)] * 3)))
def test_nothing_below_five_and_nothing_exact_is_told(tally: Tally) -> None:
    said = told(tally, ENOUGH)
    assert said is not None
    for name in ("asked", "offered", "worked"):
        shown, count = getattr(said.shown, name), getattr(tally.counts, name)
        assert shown % STEP == 0
        assert 0 <= count - shown < STEP
    assert is_sound_told(said, tally.period + 1)
    assert not is_sound_told(said, tally.period), "it is not over"
    assert told(tally, ENOUGH - 1) is None


def test_counting_begins_at_zero_and_so_does_each_period() -> None:
    seen = [Seen(NEED, 3, 9), Seen(OFFER, 5)]
    begun = counted(None, 7, seen, 10)
    assert begun == Tally(7, 10, Counts())
    more = [*seen, Seen(NEED, 11)]
    assert counted(begun, 7, more, 12).counts == Counts(1, 0, 0)
    assert counted(Tally(7, 10, Counts(4, 4, 4)), 8, more, 12) == Tally(8, 12, Counts(1, 0, 0))


def test_what_no_program_of_ours_writes_is_unsound() -> None:
    counts = Counts(5, 0, 10)
    assert is_sound_told(Told(7, counts), 8)
    for bad in (
        Told(8, counts),
        Told(-1, counts),
        Told(7, Counts(4)),
        Told(7, Counts(-5)),
        Told(7, Counts(MOST + 5)),
    ):
        assert not is_sound_told(bad, 8)
    assert is_sound_tally(Tally(7, 9, counts), 7, 9)
    for odd in (Tally(8, 9, counts), Tally(7, 10, counts), Tally(7, -1, counts), Tally(7, 9, Counts(-1))):
        assert not is_sound_tally(odd, 7, 9)


def test_an_offer_that_worked_out_is_no_request_that_did() -> None:
    assert figures.counted(BEGUN, 7, [Seen(OFFER, 1, 2)], 3).counts == Counts(0, 1, 0)
