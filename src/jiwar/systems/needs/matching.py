"""Who could help whom, over the whole board at once: an auction (Bertsekas 1988, "The auction algorithm").

Each need bids for the place that is worth most to it after its price, raises that price to where its second choice
would be as good and by a step more, and turns out whoever held the place; those bid again. Prices only rise, and a
place that nobody ever wanted costs nothing: so the plan is below the optimum by at most a step for each need that has
a place (the paper's proposition 1), and where all these steps together are less than one, it is the optimum.

Pure: it knows worths and places, not what stands in a need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

Choice = tuple[int, int]
"""An offer's number, and what it would be worth to a need: more than nought."""
_NOBODY = -1


@dataclass(frozen=True)
class Plan:
    """For each need the number of its offer, or None; `value` is the sum of what they are worth, less the load."""

    offers: tuple[int | None, ...]
    value: int


def plan(choices: Sequence[Sequence[Choice]], loads: Sequence[Sequence[int]], steps: int = 0) -> Plan:
    """What is best for all together, but for at most `1 / steps` for each need that has a place; with 0, the best.

    choices: for each need the offers that could serve it. loads: for each offer one number a place, rising: what the
    first, the second, ... need takes from its worth, so that help is spread. steps: in how many a worth of one is
    cut; time grows with it where many want the same.
    """
    scale = steps or len(choices) + 1
    wanted = [[(offer, worth * scale) for offer, worth in each] for each in choices]
    places = [[(load * scale, place, _NOBODY) for place, load in enumerate(each)] for each in loads]
    for each in places:
        heapify(each)
    taken: list[int | None] = [None] * len(wanted)
    bidders = list(range(len(wanted)))
    while bidders:
        need = bidders.pop()
        offer, price = _bid(wanted[need], places)
        if offer is None:
            continue
        _, place, before = places[offer][0]
        heapreplace(places[offer], (price, place, need))
        taken[need] = offer
        if before != _NOBODY:
            taken[before] = None
            bidders.append(before)
    return Plan(tuple(taken), _worth(choices, loads, taken))


def _bid(wanted: Sequence[Choice], places: Sequence[list[tuple[int, int, int]]]) -> tuple[int | None, int]:
    """The offer to take and the price to pay; None where nothing is worth what it costs by now."""
    best, second, chosen, cost = 0, 0, None, 0
    for offer, worth in wanted:
        heap = places[offer]
        if not heap:
            continue
        left = worth - heap[0][0]
        if left > best:
            best, second, chosen, cost = left, best, offer, heap[0][0]
        elif left > second:
            second = left
        if chosen == offer and len(heap) > 1:
            next_place = min(heap[1][0], heap[2][0]) if len(heap) > 2 else heap[1][0]
            second = max(second, worth - next_place)
    if chosen is None:
        return None, 0
    return chosen, cost + best - second + 1


def _worth(choices: Sequence[Sequence[Choice]], loads: Sequence[Sequence[int]], taken: Sequence[int | None]) -> int:
    worth = [dict(each) for each in choices]
    used = [0] * len(loads)
    value = 0
    for need, offer in enumerate(taken):
        if offer is not None:
            value += worth[need][offer] - loads[offer][used[offer]]
            used[offer] += 1
    return value
