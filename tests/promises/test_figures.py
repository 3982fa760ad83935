"""Figures of the board say nothing of few: no number below five, none in a small group, none that changes, and no
exact ones outside the care team.
"""

from __future__ import annotations

import pytest

from jiwar.circles import roles, rounded
from jiwar.circles.rights import period_of
from jiwar.circles.rounded import FEWEST_PEOPLE
from jiwar.systems.needs import counting, figures
from jiwar.systems.needs.model import NEED, OFFER, Counts, Told
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises.test_fund import opened
from tests.systems.needs.test_counting import Board, board_of

pytestmark = pytest.mark.anyio


def _always(_: int) -> bool:
    return True


def _exactly(count: int, step: int = 1) -> int:
    return count


MUTATIONS: Mutations = {
    "numbers below five are told": together(
        replaced(figures, "rounded", _exactly), replaced(figures, "is_sound_told", lambda *_: True)
    ),
    "a small group has figures": together(
        replaced(counting, "is_large_enough", _always), replaced(figures, "is_large_enough", _always)
    ),
    "each day is told": replaced(counting, "period_of", lambda day: day),
    "one without an introduction fills them": replaced(
        figures, "INTRODUCED", ("member", "familiar", "none", "unsaid")
    ),
    "the tally lies in the group": replaced(roles, "care_of", lambda circle: circle),
}


async def busy(board: Board) -> Told:
    """Six requests by two, four offers by one; what would be told of it, rounded."""
    here = board.village
    for person in (here.founder, here.steward):
        for _ in range(3):
            await board.says(person)
    for _ in range(4):
        await board.says(here.member, OFFER)
    await board.comes(here.founder)
    return Told(period_of(here.world.clock.day()), Counts(5, 0, 0))


async def test_nothing_below_five_is_told_and_nothing_before_it_is_over(anyio_backend: str) -> None:
    board = await board_of(FEWEST_PEOPLE)
    said = await busy(board)
    assert board.told() == []
    await board.period_ends()
    await board.comes(board.village.steward)
    assert board.told() == [said]
    assert said.shown.asked == rounded.STEP


async def test_nothing_is_told_of_a_group_of_nineteen(anyio_backend: str) -> None:
    board = await board_of(FEWEST_PEOPLE - 1)
    await busy(board)
    await board.period_ends()
    await board.comes(board.village.founder)
    assert board.told() == []


async def test_nobody_fills_a_number_without_introductions(anyio_backend: str) -> None:
    board = await board_of(FEWEST_PEOPLE)
    here = board.village
    late = await here.world.join(here.circle, here.founder, "late")
    for _ in range(3):
        await board.says(late, NEED)
    await board.comes(here.founder)
    assert board.counts() == Counts()


async def test_a_member_s_keyring_opens_no_exact_number(anyio_backend: str) -> None:
    board = await board_of(FEWEST_PEOPLE)
    await busy(board)
    tally = counting.tally(board.of(board.village.founder), board.inner(board.village.steward))
    assert tally is not None
    assert tally.counts == Counts(6, 4, 0)
    assert encode(tally) in opened(board.village, board.village.steward)
    theirs = opened(board.village, board.village.member)
    assert theirs
    assert encode(tally) not in theirs
