"""A group's first week, as its care team has it: which day it is, and what I have done or put away of it.

What I have done stands in my keyring and nowhere else. Whether the group may grow with a small care team stands in
the charter: it holds for everybody who invites.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles import people
from jiwar.circles.circle import Circle
from jiwar.circles.founding import change_charter

DAYS = 7


def day_of(circle: Circle) -> int:
    """How many days the group has been there."""
    return circle.services.clock.day() - min(one.day for one in circle.state.members)


def is_away(circle: Circle, day: int) -> bool:
    """Whether I have written a day's question, or put it away."""
    return bool(circle.membership.week >> day & 1)


async def put_away(circle: Circle, day: int) -> None:
    """Be done with a day's question."""
    await people.keep(circle, replace(circle.membership, week=circle.membership.week | 1 << day))


async def grow(circle: Circle) -> None:
    """Say, once and knowingly, that two more in the care team come later. Raises NotAllowed, Conflict."""
    if not circle.charter.later:
        await change_charter(circle, replace(circle.charter, later=True))
        await people.agree(circle, circle.charter.edition)
