"""Leaving and being removed: who goes, and what turns with them.

Implements spec/protocol.md §4.4. Who leaves can't turn the keys (they would know the new ones): that is done by the
next steward session. Who is removed loses the keys in the same act; a steward who is removed loses those of the
stewards' circle first, so that the next control keys are unknown to them. Another role's keys turn in the same act if
who removes has them, else when the next of those who hold it comes by.
"""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import attending, boxes, nudges, oneoffs, publishing, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.fold import member_of
from jiwar.circles.founding import publish_desk, write_own
from jiwar.circles.member import Member
from jiwar.circles.model import DISPATCHER, ROLES, STEWARD, Remove
from jiwar.circles.turning import turn, turn_where_due
from jiwar.errors import JiwarError, NotAllowed
from jiwar.wire.canonical import encode


def require_may_leave(circle: Circle) -> None:
    """Raises LastSteward while others stay and nobody else could turn the keys."""
    if circle.is_steward and roles.others_stay(circle):
        roles.require_another_steward(circle)


async def leave(circle: Circle, *, nameless: bool = False) -> None:
    """Go, and forget the circle with its role circles; `nameless` takes my name out of it. Raises LastSteward."""
    require_may_leave(circle)
    inside = [role for role in ROLES if circle.me.holds(role) and await roles.to_leave(circle, role) is not None]
    for role in inside:
        inner = roles.open_role(circle, role)
        await attending.leave(inner)
        await roles.go(inner, nameless)
    held = [circle.member.role_circle_of(circle.id, role) for role in ROLES]
    await attending.leave(circle)
    await oneoffs.leave(circle)
    await nudges.leave(circle.member, [circle.id, *(one.circle for one in held if one)])
    await forget_roles(circle.member, circle.id)
    if sum(member.active for member in circle.state.members) == 1:
        await publishing.withdraw(circle)
    if DISPATCHER in inside:
        await window.take_away(circle)
    await roles.go(circle, nameless)
    await boxes.forget_circle(circle.member, circle.id)


async def forget_roles(member: Member, circle: bytes) -> None:
    """Let go of what I ever held of a circle's role circles."""
    for role in member.roles_in(circle):
        if (left := member.role_circle_of(circle, role)) is not None:
            await boxes.forget_circle(member, left.circle)


async def remove(circle: Circle, persona: bytes) -> Circle:
    """Remove somebody and turn the keys at once. Raises NotAllowed, LastSteward."""
    target = member_of(circle.state, persona)
    if not circle.is_steward or target is None or not target.active or persona == circle.log.persona.key:
        raise NotAllowed
    care = roles.open_role(circle)
    held = {role: inner for role, inner in roles.all_held(circle) if target.holds(role)}
    for role, inner in held.items():
        held[role] = await roles.put_out(inner, persona)
    care = held.get(STEWARD, care)
    await roles.withdraw_links(circle, persona)
    await write_own(circle, "remove", encode(Remove(persona)))
    turned = await turn(circle, care)
    for role, inner in {**held, STEWARD: care}.items():
        await publish_desk(turned, inner, role)
    await publishing.follow(turned)
    await window.follow(turned)
    return turned


async def turn_all_due(member: Member) -> None:
    """Turn the keys wherever I hold a role and somebody has gone: done when I come back."""
    await in_each(member, _turn_due, lambda one: bool(member.roles_in(one.circle)))


async def _turn_due(circle: Circle) -> None:
    for role in ROLES:
        with suppress(JiwarError):
            await roles.follow(circle, role)
    if circle.is_steward:
        await turn_where_due(circle, roles.open_role(circle))
        await publishing.follow(Circle(circle.member, circle.id))
    if circle.is_steward or circle.me.holds(DISPATCHER):
        await window.follow(Circle(circle.member, circle.id))
