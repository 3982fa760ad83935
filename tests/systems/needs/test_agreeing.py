"""Agreeing, whatever the two do and in whatever order it is read: both see the same, and no yes is ever made up."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles import agreeing
from jiwar.circles.agreeing import ACCEPT, CONFIRM, NO, PROPOSE, STEPS, Agreement, Deal, Step

BEHIND, HELPER = (bytes([one]) * 32 for one in (1, 2))
HALVES = tuple(bytes([one]) * 32 for one in (3, 4))
START = Agreement(HELPER, BEHIND, HELPER)
Act = tuple[str, bytes, int, int]
ACTS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from((BEHIND, HELPER)), st.integers(1, 4), st.integers(0, 1)),
    max_size=12,
)


def made(acts: list[Act]) -> list[Step]:
    """What each act (step, who, how many before it is the one that it answers, with which half) leaves in a box."""
    found: list[Step] = []
    for number, (step, sender, back, which) in enumerate(acts):
        answered = found[-back].name if len(found) >= back else bytes(32)
        on = bytes([number]) * 32 if step == PROPOSE else answered
        half = {PROPOSE: agreeing.promise(HALVES[which]), NO: b""}.get(step, HALVES[which])
        to = HELPER if sender == BEHIND else BEHIND
        deal = Deal(step, True, "", on, half, "ar" if step == CONFIRM else "", to, b"", b"", b"")
        found.append(Step(b"", agreeing.named(sender, deal), sender, 20_000 + number % 2, deal))
    return found


def folded(steps: list[Step]) -> Agreement:
    return agreeing.fold(START, agreeing.in_order(steps))


YES: list[Act] = [(PROPOSE, HELPER, 1, 0), (ACCEPT, BEHIND, 1, 1), (CONFIRM, HELPER, 1, 0)]


def test_it_is_agreed_by_a_yes_of_each() -> None:
    assert [folded(made(YES[:many])).step for many in range(4)] == [NO, PROPOSE, ACCEPT, CONFIRM]
    assert folded(made(YES)).halves == HALVES[1] + HALVES[0]


@given(ACTS)
def test_it_is_agreed_only_by_a_yes_of_each_after_a_proposal(acts: list[Act]) -> None:
    """A plain account of the same rules, and the halves are those that the two gave."""
    steps = made(acts)

    def by(step: str, sender: bytes, on: bytes) -> list[Deal]:
        return [one.deal for one in steps if (one.deal.step, one.sender, one.deal.on) == (step, sender, on)]

    agreed = {
        yes.half + last.half
        for one in steps
        if (one.deal.step, one.sender) == (PROPOSE, HELPER)
        and not any(by(NO, sender, one.name) for sender in (BEHIND, HELPER))
        for yes in by(ACCEPT, BEHIND, one.name)
        for last in by(CONFIRM, HELPER, agreeing.named(BEHIND, yes))
        if one.deal.half == agreeing.promise(last.half)
    }
    now = folded(steps)
    assert now.is_agreed == bool(agreed)
    if now.is_agreed:
        assert now.halves in agreed


@given(st.lists(st.tuples(st.just(PROPOSE), st.just(HELPER), st.just(1), st.integers(0, 1)), max_size=6))
def test_whatever_else_is_proposed_what_was_accepted_stays(acts: list[Act]) -> None:
    for many in (2, 3):
        now = folded(made(YES[:many] + acts))
        assert now == folded(made(YES[:many]))


@given(ACTS, st.randoms())
def test_both_read_the_same_in_whatever_order_letters_lie(acts: list[Act], random: Random) -> None:
    steps = made(YES + acts)
    assert folded(random.sample(steps, len(steps))) == folded(steps)


def test_a_no_ends_what_it_names_whenever_it_was_written() -> None:
    for sender in (BEHIND, HELPER):
        for many in (1, 2, 3):
            no = (NO, sender, many, 0)
            assert folded(made([*YES[:many], no])).step == NO
            assert folded(made([*YES[:many], no, *YES])).step == CONFIRM, "and nothing that is proposed anew"
