"""What is told at the desk besides the words, and what a request for the board begins with that is made of it."""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles.callers import Talk
from jiwar.circles.circle import Circle
from jiwar.circles.rights import Standing
from jiwar.sheets.cells import without_contact
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.model import NEED, NO_DAY, NO_PART, Need
from jiwar.systems.needs.rules import ONCE, TODAY
from jiwar.web import aidwords
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Told:
    """`need` where a member asks, with what its right says of who is behind it. `wish`: what stands in the form of a
    request, with numbers and addresses left out.
    """

    side: str
    wish: dict[str, str]
    need: Need | None = None
    standing: Standing = "unsaid"
    by_when: str = ""
    often: str = ""
    reach: str = ""


def told(visit: Visit, circle: Circle, talk: Talk, inside: bool) -> Told:
    """`inside`: a member asks, by the box that it came to."""
    text, kind = without_contact(talk.said[0].line.text), talk.kind
    found = view.asked(circle, talk) if inside else None
    if found is None:
        return Told(NEED, {"text": text, "kind": kind, "when": TODAY, "many": "1", "often": ONCE})
    need, standing = found
    still = rules.still(rules.wish_of(need), circle.charter.aid, visit.services.clock.day())
    wish = {
        **{"text": text, "kind": still.kind, "when": still.when, "area": still.area, "many": str(still.many)},
        **{"day": _number(still.day, NO_DAY), "part": _number(still.part, NO_PART), "often": still.often},
        **{"languages": still.languages, "conditions": without_contact(still.conditions), "reach": still.reach},
    }
    return Told(
        need.side,
        wish,
        need,
        standing,
        aidwords.when(visit, need),
        "" if need.often == ONCE else visit.say(aidwords.OFTEN[need.often]),
        visit.say(aidwords.REACH[need.reach]) if need.reach else "",
    )


def _number(value: int, none: int) -> str:
    return "" if value == none else str(value)
