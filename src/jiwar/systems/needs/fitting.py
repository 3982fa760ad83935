"""Which offer could serve which need, and how well: by what everybody reads in lists, never by who somebody is.

A test by person would be an oracle for whoever may see the board. So it is kind, part of town, days and number alone
that decide, and whoever proposes reads the rest. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Literal

from jiwar.systems.needs.matching import Choice, Plan, plan
from jiwar.systems.needs.model import NEED, NO_DAY, NeedCover
from jiwar.systems.needs.rules import EASY, NOW, TODAY, URGENT, WEEK

Reason = Literal["kind", "area", "day"]
SHARED = frozenset({"food", "money"})
"""Kinds of which one offer serves several, and one need takes from several."""
_SOME = 40
"""Any help at all is worth more than the best that could be said of it: so that as many as can be are helped."""
_KIND, _AREA = 8, 6
_HURRY = {NOW: 16, TODAY: 10, WEEK: 4, EASY: 0}
MOST_HURRY = _HURRY[NOW]
_LONGEST_WAIT = 6
"""Weeks of waiting that count."""
_LOAD = 2
"""What each further need takes from an offer's worth."""
_EXACT, _STEPS = 120, 3_000
"""Up to so many needs the plan is the best there is; above, each that has a place may cost it a third of a point."""
SUGGESTED = 3
MOST_EACH = 50
"""Offers that are looked at for one need."""


def fits(need: NeedCover, offer: NeedCover) -> bool:
    """Whether an offer could serve a need. What is urgent is only served by what says so."""
    return (
        (need.kind == offer.kind or not need.kind or (not offer.kind and need.kind not in URGENT))
        and (need.area == offer.area or not need.area or not offer.area)
        and (need.day == NO_DAY or offer.day == NO_DAY or offer.day <= need.day)
        and (need.kind in SHARED or need.many <= offer.many)
    )


def reasons(need: NeedCover, offer: NeedCover) -> tuple[Reason, ...]:
    """What speaks for it, to be said in words."""
    found: list[Reason] = []
    if need.kind and need.kind == offer.kind:
        found.append("kind")
    if need.area and need.area == offer.area:
        found.append("area")
    if need.day != NO_DAY and offer.day <= need.day:
        found.append("day")
    return tuple(found)


def worth(need: NeedCover, offer: NeedCover, today: int) -> int:
    """What it would be worth; nought where it doesn't fit. What is urgent and what has waited come first."""
    if not fits(need, offer):
        return 0
    waited = min(max(today - need.said_day, 0) // 7, _LONGEST_WAIT)
    return (
        _SOME
        + _HURRY[need.when]
        + waited
        + sum({"kind": _KIND, "area": _AREA, "day": 0}[one] for one in reasons(need, offer))
    )


def planned(needs: Sequence[NeedCover], offers: Sequence[NeedCover], today: int) -> Plan:
    """For each need an offer or none: the best for all together (`matching`), help spread over who offers."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for number, offer in enumerate(offers):
        by_kind[offer.kind].append(number)
    choices = [_choices(number, need, offers, by_kind, today) for number, need in enumerate(needs)]
    loads = [tuple(_LOAD * place for place in range(_places(offer))) for offer in offers]
    return plan(choices, loads, 0 if len(needs) <= _EXACT else max(3, _STEPS // len(needs)))


def suggested(
    number: int, side: str, needs: Sequence[NeedCover], offers: Sequence[NeedCover], today: int
) -> list[int]:
    """The numbers of at most three on the other side that could fit the one of this number: first what the plan for
    the whole board gives it, then what is worth most, and of equals what the plan has least use for.
    """
    given = planned(needs, offers, today).offers
    if side == NEED:
        load = Counter(given)
        ranks = [
            (given[number] == at, worth(needs[number], offer, today), -load[at], -at)
            for at, offer in enumerate(offers)
        ]
    else:
        ranks = [
            (given[at] == number, worth(need, offers[number], today), int(given[at] is None), -at)
            for at, need in enumerate(needs)
        ]
    return [-rank[3] for rank in sorted((rank for rank in ranks if rank[1]), reverse=True)[:SUGGESTED]]


def whole(needs: Sequence[NeedCover], offers: Sequence[NeedCover], today: int) -> list[tuple[int, int | None]]:
    """The plan for the whole board, to be read from above: (need, its offer or None). First what is most urgent, also
    where nothing fits it; of each what has an offer, then what is hurried before what is not, then what has waited
    longest.
    """
    given = planned(needs, offers, today).offers

    def order(at: int) -> tuple[bool, bool, int, int, int]:
        return hurry(needs[at]) < MOST_HURRY, given[at] is None, -hurry(needs[at]), needs[at].said_day, at

    return [(at, given[at]) for at in sorted(range(len(needs)), key=order)]


def hurry(need: NeedCover) -> int:
    """How urgent it is; what is urgent by its kind is as what is wanted now."""
    return MOST_HURRY if need.kind in URGENT else _HURRY[need.when]


def _places(offer: NeedCover) -> int:
    return offer.many if offer.kind in SHARED else 1


def _choices(
    number: int, need: NeedCover, offers: Sequence[NeedCover], by_kind: dict[str, list[int]], today: int
) -> list[Choice]:
    """Offers for one need. Where there are too many, each need begins somewhere else: so that all come into view."""
    kinds = by_kind if not need.kind else dict.fromkeys((need.kind, ""))
    there = list(chain.from_iterable(by_kind.get(kind, ()) for kind in kinds))
    begin = number * MOST_EACH % max(len(there), 1)
    found = []
    for offer in chain(there[begin:], there[:begin]):
        value = worth(need, offers[offer], today)
        if value:
            found.append((offer, value))
            if len(found) == MOST_EACH:
                break
    return found
