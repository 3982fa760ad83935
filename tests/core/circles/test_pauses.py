"""Two members hold back what somebody writes: the rules alone, with every bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.model import STEWARD, CircleState, Member
from jiwar.circles.pauses import (
    MONTH,
    MOST_HELD,
    MOST_WORDS,
    SETTLED_DAYS,
    TOGETHER_DAYS,
    lifted,
    said,
)
from jiwar.circles.quiet import LASTS, Lift, Pause, Pauses, are_held
from jiwar.clock import QUARTERS
from jiwar.log.shelf import Opened

DAY = 20_000
NOW = DAY * QUARTERS
Step = tuple[str, str, str, int]


def _key(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def _member(name: str, role: int = 0, day: int = DAY - SETTLED_DAYS) -> Member:
    return Member(_key(name), name, role, 1, 1, day=day)


STATE = CircleState(
    members=(
        _member("care", STEWARD),
        _member("other care", STEWARD),
        _member("one"),
        _member("two"),
        _member("three"),
        _member("taken"),
        _member("new", day=DAY),
    )
)


def _record(by: str, number: int, day: int = DAY) -> Opened:
    return Opened(number, number, day, 0, 0, bytes(16), "pause", _key(by), 0, b"")


def _state(*steps: Step, state: CircleState = STATE, quarter: int = 0) -> CircleState:
    """Steps are (who, "pause" or "lift", whom, day), in order; what doesn't count is passed over."""
    for number, (by, what, whom, day) in enumerate(steps, 10):
        record = _record(by, number, day)
        if what == "pause":
            after = said(state, record, Pause(_key(whom), quarter))
        else:
            after = lifted(state, record, Lift(_key(whom)))
        state = state if after is None else after
    return state


def _after(*steps: Step, state: CircleState = STATE, quarter: int = 0) -> Pauses:
    return _state(*steps, state=state, quarter=quarter).pauses


def _held(pauses: Pauses, number: int, day: int = DAY, whom: str = "taken") -> bool:
    return are_held(pauses, _key(whom), number, day * QUARTERS)


ONE, TWO = ("one", "pause", "taken", DAY), ("two", "pause", "taken", DAY)


def test_one_alone_holds_nobody() -> None:
    assert not _held(_after(ONE), 50)
    assert not _held(_after(ONE, ONE), 50)


def test_two_hold_what_comes_after_the_second_word_and_nothing_before() -> None:
    pauses = _after(ONE, TWO)
    assert [number for number in range(9, 14) if _held(pauses, number)] == [12, 13]
    assert not _held(pauses, 12, whom="three")


def test_it_lasts_twelve_hours_at_least_and_eighteen_at_most_and_ends_by_itself() -> None:
    for quarter in range(QUARTERS):
        pauses, second = _after(ONE, TWO, quarter=quarter), NOW + quarter
        # Said in the last moment of its quarter, it lasts for two whole ones; in the first, for three.
        held = [later for later in range(9) if are_held(pauses, _key("taken"), 50, second + later)]
        assert held == list(range(LASTS)) == [0, 1, 2]


def test_what_was_written_while_it_stood_shows_once_it_is_over() -> None:
    pauses = _after(ONE, TWO)
    assert are_held(pauses, _key("taken"), 12, NOW)
    assert not are_held(pauses, _key("taken"), 12, NOW + LASTS)


def test_a_day_that_has_not_come_holds_nothing() -> None:
    far = DAY + 20
    pauses = _after(("one", "pause", "taken", far), ("two", "pause", "taken", far))
    assert not _held(pauses, 50, DAY)
    assert _held(pauses, 50, far - 1)


def test_a_quarter_that_no_day_has_says_nothing() -> None:
    for quarter in (-1, QUARTERS):
        assert _after(ONE, TWO, quarter=quarter) == ()


def test_the_second_word_comes_within_a_day() -> None:
    late = ("two", "pause", "taken", DAY + TOGETHER_DAYS)
    assert _held(_after(ONE, late), 50, DAY + TOGETHER_DAYS)
    later = ("two", "pause", "taken", DAY + TOGETHER_DAYS + 1)
    assert not _held(_after(ONE, later), 50, DAY + TOGETHER_DAYS + 1)


def test_either_of_the_two_or_a_steward_lifts_it_and_nobody_else() -> None:
    for who, still in (("one", False), ("two", False), ("care", False), ("three", True), ("taken", True)):
        pauses = _after(ONE, TWO, (who, "lift", "taken", DAY))
        assert _held(pauses, 50) is still, who
        assert not still or _held(pauses, 12)


def test_a_steward_who_is_held_lifts_nothing_of_their_own() -> None:
    both = (("one", "pause", "care", DAY), ("two", "pause", "care", DAY))
    assert _held(_after(*both, ("care", "lift", "care", DAY)), 50, whom="care")
    assert not _held(_after(*both, ("other care", "lift", "care", DAY)), 50, whom="care")


def test_the_only_steward_is_never_held() -> None:
    alone = CircleState(members=tuple(one for one in STATE.members if one.handle != "other care"))
    assert _after(("one", "pause", "care", DAY), ("two", "pause", "care", DAY), state=alone) == ()


def test_who_has_just_come_has_no_word() -> None:
    assert not _held(_after(ONE, ("new", "pause", "taken", DAY)), 50)


def test_who_is_held_is_not_told_by_being_refused_a_word() -> None:
    steps = (ONE, TWO, ("taken", "pause", "three", DAY), ("one", "pause", "three", DAY))
    assert _held(_after(*steps), 50, whom="three")


def test_a_first_word_that_is_taken_back_begins_nothing() -> None:
    assert not _held(_after(ONE, ("one", "lift", "taken", DAY), TWO), 50)
    assert _held(_after(ONE, ("three", "lift", "taken", DAY), TWO), 50)


def test_it_can_be_said_anew_once_it_was_lifted() -> None:
    again = (("three", "pause", "taken", DAY), ("care", "pause", "taken", DAY))
    assert _held(_after(ONE, TWO, ("care", "lift", "taken", DAY), *again), 50)


def test_nobody_holds_themselves() -> None:
    assert not _held(_after(ONE, ("taken", "pause", "taken", DAY)), 50)


def test_a_member_has_few_words_a_month_and_a_new_month_gives_new_ones() -> None:
    used = [("one", "pause", whom, DAY) for whom in ("taken", "three", "two")]
    assert len(_after(*used)) == MOST_WORDS
    assert len(_after(*used, ("one", "pause", "two", DAY + MONTH))) == 1


def test_somebody_is_held_few_times_a_month() -> None:
    pairs = [("one", "two"), ("three", "care"), ("one", "two")]
    steps = [
        (who, "pause", "taken", DAY + 3 * turn) for turn, pair in enumerate(pairs[: MOST_HELD + 1]) for who in pair
    ]
    pauses = _after(*steps)
    assert _held(pauses, 50, DAY + 3)
    assert not _held(pauses, 50, DAY + 6)


NAMES = st.sampled_from([one.handle for one in STATE.members])
STEPS = st.lists(st.tuples(NAMES, st.sampled_from(["pause", "lift"]), NAMES, st.integers(DAY, DAY + 12)), max_size=24)


@given(STEPS)
def test_whatever_is_said_every_bound_holds(steps: list[Step]) -> None:
    pauses = _after(*sorted(steps, key=lambda step: step[3]))
    for member in STATE.members:
        assert sum(member.persona in one.by for one in pauses) <= MOST_WORDS
        held = [one for one in pauses if one.persona == member.persona and one.begun]
        assert len(held) <= MOST_HELD
        assert all(len(set(one.by)) == 2 and member.persona not in one.by for one in held)
        assert sum(one.stands(now) for one in held for now in [NOW + 48]) <= 1
        assert not are_held(pauses, member.persona, 9, NOW)
