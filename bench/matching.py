"""The plan for a whole board, against a greedy one in the same run, and beside the optimum of an exact solver.

Two boards: offers with room, and nine of ten wishes for the same third of the offers. Worths are even over 1..1,000,
about fifty offers to each need.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.peers.apart import Missing, done, environment
from bench.scale import Scale
from bench.table import Row, Samples
from jiwar.systems.needs.matching import Choice, plan

SLOWEST = 8.0
EACH, WORTHS = 50, (1, 1_000)
_TIMES = 3
_SOLVER = Path(__file__).with_name("matching_exact.py")
_PACKAGES = ("scipy==1.17.1", "numpy==2.4.1")
Choices = Sequence[Sequence[Choice]]


def planned(scale: Scale) -> list[Row]:
    """A row for each board."""
    return [
        _row("room for all", _board(scale.board, most=5, wanted=scale.board)),
        _row("many want the same", _board(scale.board, most=1, wanted=scale.board // 3)),
    ]


def _board(size: int, most: int, wanted: int) -> tuple[list[list[Choice]], list[list[int]]]:
    choose = random.Random(size + most)  # noqa: S311 - the same board each time
    loads = [[0] * choose.randint(1, most) for _ in range(size)]
    choices = []
    for _ in range(size):
        offers = {choose.randrange(wanted if choose.random() < 0.9 else size) for _ in range(min(EACH, size))}
        choices.append([(offer, choose.randint(*WORTHS)) for offer in sorted(offers)])
    return choices, loads


def greedy(choices: Choices, loads: Sequence[Sequence[int]]) -> int:
    """The best pair first, and so on; what it is worth."""
    pairs = sorted(((worth, need, offer) for need, each in enumerate(choices) for offer, worth in each), reverse=True)
    left, placed, value = [len(each) for each in loads], set[int](), 0
    for worth, need, offer in pairs:
        if need not in placed and left[offer]:
            left[offer] -= 1
            placed.add(need)
            value += worth
    return value


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.process_time()
    value = work()
    return time.process_time() - began, value


def _row(name: str, board: tuple[list[list[Choice]], list[list[int]]]) -> Row:
    choices, loads = board
    # Worths run to a thousand here: a tenth part of a hundredth of that is a step.
    coarse = [[(offer, max(1, worth // 10)) for offer, worth in each] for each in choices]
    ours = [_timed(lambda: _value(choices, plan(coarse, loads, 1).offers)) for _ in range(_TIMES)]
    theirs = [_timed(lambda: greedy(choices, loads)) for _ in range(_TIMES)]
    mine, other = (Samples(tuple(1_000 * seconds for seconds, _ in each), "ms") for each in (ours, theirs))
    best = _optimum(choices, loads)
    worths = f"worth {ours[0][1]:,}, greedy {theirs[0][1]:,}, optimum {best}"
    return Row(
        f"a plan for {len(choices):,} needs and {len(loads):,} offers, {name}",
        str(mine),
        f"greedy {other}",
        median(mine.values) / median(other.values),
        most=SLOWEST,
        sizes=f"{worths}; {EACH} offers each",
    )


def _value(choices: Choices, offers: Sequence[int | None]) -> int:
    return sum(dict(choices[need])[offer] for need, offer in enumerate(offers) if offer is not None)


def _optimum(choices: Choices, loads: Sequence[Sequence[int]]) -> str:
    """By a solver in an environment of its own; why not, where it can't be installed."""
    try:
        programs = environment("solver", *_PACKAGES)
        with TemporaryDirectory(prefix="jiwar-bench-") as folder:
            board = Path(folder) / "board.json"
            board.write_text(json.dumps([choices, [len(each) for each in loads]]))
            return f"{int(done([programs / 'python', '-P', _SOLVER, board])):,} ({_PACKAGES[0]})"
    except Missing as missing:
        return f"not known: {missing}"
