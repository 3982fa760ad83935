"""Agreeing, whatever the two do and in whatever order it is read: both see the same, and no yes is ever made up."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jiwar.circles import agreeing
from jiwar.circles.agreeing import ACCEPT, CONFIRM, NO, PROPOSE, STEPS, Agreement, Deal, Step

BEHIND, HELPER = (bytes([one]) * 32 for one in (1, 2))
ACTS = st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from((BEHIND, HELPER))), max_size=12)


def made(acts: list[tuple[str, bytes]]) -> list[Step]:
    found = []
    for number, (step, sender) in enumerate(acts):
        half = bytes([number]) * 32 if step in (ACCEPT, CONFIRM) else b""
        language = "ar" if step == CONFIRM else ""
        to = HELPER if sender == BEHIND else BEHIND
        found.append(Step(b"", sender, 20_000, Deal(step, True, "", half, language, number, to, b"", b"", b"")))
    return found


def folded(steps: list[Step]) -> Agreement:
    now = Agreement(HELPER, BEHIND, HELPER)
    for one in steps:
        now = agreeing.fold(now, one)
    return now


@given(ACTS)
def test_it_is_agreed_only_by_a_yes_of_each_after_a_proposal(acts: list[tuple[str, bytes]]) -> None:
    """A plain account of the same rules, and the halves are those that the two gave."""
    state = NO
    given: list[bytes] = []
    for number, (step, sender) in enumerate(acts):
        half = bytes([number]) * 32
        if (state, step, sender) == (NO, PROPOSE, HELPER):
            state, given = PROPOSE, []
        elif (state, step, sender) == (PROPOSE, ACCEPT, BEHIND):
            state, given = ACCEPT, [half]
        elif (state, step, sender) == (ACCEPT, CONFIRM, HELPER):
            state, given = CONFIRM, [*given, half]
        elif step == NO and state != CONFIRM:
            state = NO
    now = folded(made(acts))
    assert now.step == state
    assert now.is_agreed == (state == CONFIRM)
    if now.is_agreed:
        assert now.halves == b"".join(given)


@given(ACTS)
def test_once_agreed_nothing_that_comes_later_changes_it(acts: list[tuple[str, bytes]]) -> None:
    agreed = folded(made([(PROPOSE, HELPER), (ACCEPT, BEHIND), (CONFIRM, HELPER)]))
    now = agreed
    for one in made(acts):
        now = agreeing.fold(now, one)
    assert now == agreed


@given(ACTS, st.randoms())
def test_both_read_the_same_in_whatever_order_letters_lie(acts: list[tuple[str, bytes]], random: Random) -> None:
    steps = made(acts)
    mixed = random.sample(steps, len(steps))
    assert agreeing.in_order(mixed) == steps


def test_a_no_that_crosses_a_yes_is_a_no_for_both() -> None:
    """Each has written the same number, not knowing of the other's."""
    proposed, accepted, confirmed = made([(PROPOSE, HELPER), (ACCEPT, BEHIND), (CONFIRM, HELPER)])
    for before, yes, by in (([proposed], accepted, HELPER), ([proposed, accepted], confirmed, BEHIND)):
        no = Step(b"", by, yes.day, structs.replace(made([(NO, by)])[0].deal, number=yes.deal.number))
        for steps in ([*before, yes, no], [no, yes, *before]):
            assert folded(agreeing.in_order(steps)).step == NO
