"""New faces: who is one, who looks after them, and the room in which they are greeted.

Implements spec/protocol.md §4.3. Somebody is a new face for some days, and for as long as nobody has said to know
them, as the policy has it: by people and by days, never by how much somebody has read or written.
"""

from __future__ import annotations

from jiwar.circles.circle import Circle
from jiwar.circles.founding import write_own
from jiwar.circles.model import GREETER, KNOWN, ROLES, STEWARD, Member, Parlour
from jiwar.errors import NotAllowed
from jiwar.wire.canonical import encode

_SOME_ROLE = sum(ROLES)


def is_new(circle: Circle, member: Member) -> bool:
    """Whether somebody is a new face. Whoever holds a role is none."""
    if not member.active or member.holds(_SOME_ROLE):
        return False
    welcome = circle.policy.welcome
    unknown = welcome.known > 0 and not member.holds(KNOWN)
    return unknown or days_here(circle, member) < welcome.days


def days_here(circle: Circle, member: Member) -> int:
    return circle.services.clock.day() - member.day


def new_faces(circle: Circle) -> list[Member]:
    """Who is new, whoever came last first."""
    found = [one for one in circle.state.members if is_new(circle, one)]
    return sorted(found, key=lambda one: one.since, reverse=True)


def hosts(circle: Circle) -> list[Member]:
    """Whom a new face may ask: the greeters, or the stewards where there are none."""
    return circle.state.holders(GREETER) or circle.state.holders(STEWARD)


def may_host(circle: Circle) -> bool:
    return circle.me.holds(STEWARD | GREETER)


async def open_parlour(circle: Circle, obj: bytes) -> None:
    """Say in which room new faces are greeted; nothing for none. Raises NotAllowed."""
    if not may_host(circle):
        raise NotAllowed
    await write_own(circle, "parlour", encode(Parlour(obj)))
