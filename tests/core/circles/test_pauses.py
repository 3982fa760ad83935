"""Two members hold back what somebody writes: the rules alone, with every bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.model import STEWARD, CircleState, Member
from jiwar.circles.pauses import (
    LASTS_DAYS,
    MONTH,
    MOST_HELD,
    MOST_WORDS,
    SETTLED_DAYS,
    TOGETHER_DAYS,
    Lift,
    Pause,
    Pauses,
    are_held,
    lifted,
    said,
)
from jiwar.log.shelf import Opened

DAY = 20_000


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


def _after(*steps: tuple[str, str, str, int], state: CircleState = STATE) -> Pauses:
    """Steps are (who, "pause" or "lift", whom, day), in order; what doesn't count is passed over."""
    pauses: Pauses = ()
    for number, (by, what, whom, day) in enumerate(steps, 10):
        record = _record(by, number, day)
        if what == "pause":
            after = said(state, pauses, record, Pause(_key(whom)))
        else:
            after = lifted(state, pauses, record, Lift(_key(whom)))
        pauses = pauses if after is None else after
    return pauses


def _held(pauses: Pauses, number: int, day: int = DAY, whom: str = "taken") -> bool:
    return are_held(pauses, _key(whom), number, day)


ONE, TWO = ("one", "pause", "taken", DAY), ("two", "pause", "taken", DAY)


def test_one_alone_holds_nobody() -> None:
    assert not _held(_after(ONE), 50)
    assert not _held(_after(ONE, ONE), 50)


def test_two_hold_what_comes_after_the_second_word_and_nothing_before() -> None:
    pauses = _after(ONE, TWO)
    assert [number for number in range(9, 14) if _held(pauses, number)] == [12, 13]
    assert not _held(pauses, 12, whom="three")


def test_it_is_over_with_the_day_after_by_itself() -> None:
    pauses = _after(ONE, TWO)
    assert _held(pauses, 50, DAY + LASTS_DAYS)
    assert not _held(pauses, 50, DAY + LASTS_DAYS + 1)


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


def test_who_has_just_come_and_who_is_held_have_no_word() -> None:
    assert not _held(_after(ONE, ("new", "pause", "taken", DAY)), 50)
    assert not _held(
        _after(ONE, TWO, ("taken", "pause", "three", DAY), ("one", "pause", "three", DAY)), 50, whom="three"
    )


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
def test_whatever_is_said_every_bound_holds(steps: list[tuple[str, str, str, int]]) -> None:
    steps = sorted(steps, key=lambda step: step[3])
    pauses = _after(*steps)
    for member in STATE.members:
        assert sum(member.persona in one.by for one in pauses) <= MOST_WORDS
        held = [one for one in pauses if one.persona == member.persona and one.since >= 0]
        assert len(held) <= MOST_HELD
        assert all(len(set(one.by)) == 2 and member.persona not in one.by for one in held)
        assert not are_held(pauses, member.persona, 9, DAY)
