"""Who reads what somebody asks for or offers: everybody in a group, its trusted people, or its dispatchers alone.

Each choice is a key: the group's, that of the trusted people's circle, or a letter that only dispatchers open. One is
offered only where it can be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import confiding, roles
from jiwar.circles.circle import Circle
from jiwar.circles.model import TRUSTED
from jiwar.errors import BadChoice
from jiwar.web import waking
from jiwar.web.visit import Visit

GROUP, AMONG_TRUSTED, DESK = "group", "trusted", "desk"


@dataclass(frozen=True)
class Choice:
    """One of them, with what it means in a sentence."""

    value: str
    label: str
    means: str


def choices(visit: Visit, group: Circle, urgent: bool, kind: str) -> list[Choice]:
    """Those that there are for me in a group; `urgent`: it would be on the board within minutes, and wakes who can be
    woken for its kind.
    """
    say = visit.say
    there = [
        Choice(
            GROUP,
            say("Everybody in the group"),
            say("On the board within six minutes, without a name. Whoever reads there can help.")
            if urgent
            else say("On the board within the hour, without a name. Whoever reads there can help."),
        )
    ]
    if roles.held(group, TRUSTED) is not None:
        means = say("On a board of their own, without a name. Nobody else has a key to it.")
        there.append(Choice(AMONG_TRUSTED, say("Trusted people alone"), means))
    if confiding.desk(group) is not None:
        means = say(
            "On no board. They read it without a name and answer here. Where they ask around, names stay out."
        )
        woken = waking.line_of_dispatchers(visit, group, kind) if urgent else ""
        there.append(Choice(DESK, say("Dispatchers alone"), f"{means} {woken}".strip()))
    return there


def where(group: Circle, chosen: str) -> Circle:
    """The circle in which it is written down. Raises BadChoice for one that isn't mine to write in."""
    if chosen == GROUP or (chosen == DESK and confiding.desk(group) is not None):
        return group
    found = roles.held(group, TRUSTED) if chosen == AMONG_TRUSTED else None
    if found is None:
        raise BadChoice
    return found
