"""`python -m bench.branches`: how far the colour of a branch would shrink the set that a one-off hides in (ADR 43).

Circles are drawn by chance: each newcomer is brought by one of those there who bring people in. A branch is everybody
who came through one of the first three; it has a colour where it has five familiar faces.
Nothing of the program is measured here, and no circle of anybody.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from statistics import mean, median

FEWEST = 5
FIRST = 3
DRAWN = 2_000
SIZES = (12, 20, 30, 46, 80)
FAMILIAR = 0.7
HOSTS = 0.3
"""Of those who are there so many bring people in; the others come and stay."""


@dataclass(frozen=True)
class Found:
    """One circle: how many are familiar, and the size of the set of each of them, by colour or unplaced."""

    familiar: int
    colours: int
    sets: tuple[int, ...]

    @property
    def two_differ(self) -> float:
        """How often two helpers who have nothing to do with each other show two colours."""
        placed = Counter(self.sets)
        everybody = sum(placed.values())
        same = sum(size * count for size, count in placed.items())
        return 1 - same / everybody**2 if everybody and self.colours > 1 else 0.0


def draw(size: int, chance: random.Random) -> Found:
    branch, hosts = list(range(FIRST)), list(range(FIRST))
    for newcomer in range(FIRST, size):
        branch.append(branch[chance.choice(hosts)])
        if chance.random() < HOSTS:
            hosts.append(newcomer)
    known = [one for one in branch if chance.random() < FAMILIAR]
    of_branch = Counter(known)
    coloured = {one for one, count in of_branch.items() if count >= FEWEST}
    rest = sum(count for one, count in of_branch.items() if one not in coloured)
    # Who is alone in being unplaced would stand out more than anybody: then there are no colours.
    if len(coloured) < 2 or 0 < rest < FEWEST:
        return Found(len(known), 0, (len(known),) * len(known))
    return Found(len(known), len(coloured), tuple(of_branch[one] if one in coloured else rest for one in known))


def main() -> None:
    """One line for each size: circles with colours at all, and of these the sets, and what two helpers show."""
    chance = random.Random(43)  # noqa: S311 - the same circles each time
    print("| people | circles with colours | familiar | set by colour: median, worst tenth | two helpers differ |")
    print("| --- | --- | --- | --- | --- |")
    for size in SIZES:
        found = [draw(size, chance) for _ in range(DRAWN)]
        shown = [one for one in found if one.colours]
        sets = sorted(each for one in shown for each in one.sets)
        if not shown:
            print(f"| {size} | 0 % | — | — | — |")
            continue
        print(
            f"| {size} | {100 * len(shown) // DRAWN} % | {mean(one.familiar for one in shown):.0f} "
            f"| {median(sets):.0f}, {sets[len(sets) // 10]} | {100 * mean(one.two_differ for one in shown):.0f} % |"
        )


if __name__ == "__main__":
    main()
