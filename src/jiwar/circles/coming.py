"""What is done when somebody comes by: the same in each of their circles, one after the other.

A circle that can't be opened (any more), or in which it can't be done, keeps nobody from the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.errors import JiwarError
from jiwar.keyring.model import Membership


def wherever(_: Membership) -> bool:
    return True


async def in_each(
    member: Member, do: Callable[[Circle], Awaitable[None]], among: Callable[[Membership], bool] = wherever
) -> None:
    """Do something in those circles `among` mine into which I have been let."""
    for membership in member.memberships():
        if not membership.waiting and among(membership):
            with suppress(JiwarError):
                await do(Circle(member, membership.circle))
