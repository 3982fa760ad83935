"""The sign that a steward was here: once a day, so that members notice when nobody looks after a circle any more.

Implements spec/protocol.md §4.3. The record says nothing itself; like every record it names the tree that its author
saw. A sign older than two days is shown to members: the hub may be holding records back, or nobody comes.
"""

from __future__ import annotations

from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.founding import write_own
from jiwar.circles.member import Member
from jiwar.circles.model import Heartbeat
from jiwar.wire.canonical import encode

FRESH_DAYS = 2
"""How old the last sign may be before members are told."""


async def beat(circle: Circle) -> None:
    """Leave today's sign, if I am a steward and nobody has yet."""
    if circle.is_steward and circle.state.last_heartbeat < circle.services.clock.day():
        await write_own(circle, "heartbeat", encode(Heartbeat()))


async def beat_everywhere(member: Member) -> None:
    """Leave the sign in every circle that I look after."""
    await in_each(member, beat, lambda one: member.role_circle_of(one.circle) is not None)


def is_overdue(circle: Circle) -> bool:
    """Whether the last sign is too old. A circle younger than its first sign has none."""
    last = circle.state.last_heartbeat
    return bool(last) and circle.services.clock.day() - last > FRESH_DAYS
