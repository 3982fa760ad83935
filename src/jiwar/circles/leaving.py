"""Leaving, being removed, and handing over: who goes, and what turns with them.

Implements spec/protocol.md §4.4. Who leaves can't turn the keys (they would know the new ones): that is done by the
next steward session. Who is removed loses the keys in the same act; a steward who is removed loses those of the
stewards' circle first, so that the next control keys are unknown to them.
"""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import entering, publishing
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of, stewards
from jiwar.circles.founding import publish_desk, write_own
from jiwar.circles.member import Member
from jiwar.circles.model import STEWARD, Leave, Remove, Role
from jiwar.circles.turning import turn, turn_where_due
from jiwar.errors import InviteSpent, JiwarError, KeyringFull, LastSteward, NameTaken, NotAllowed, NotThere, Removed
from jiwar.wire.canonical import encode


def open_role(circle: Circle) -> Circle:
    """The stewards' circle of a circle. Raises NotThere for who is not in it."""
    membership = circle.member.role_circle_of(circle.id)
    if membership is None:
        raise NotThere
    return Circle(circle.member, membership.circle)


def care_of(circle: Circle) -> Circle | None:
    """The stewards' circle, if I am a steward who has its keys; what is left of an earlier time opens nothing."""
    if not circle.is_steward or circle.member.role_circle_of(circle.id) is None:
        return None
    try:
        role = open_role(circle)
        return role if role.me.active else None
    except Removed:
        return None


def is_seated(role: Circle, persona: bytes) -> bool:
    """Whether somebody who was named steward has taken the keys."""
    seated = member_of(role.state, persona)
    return seated is not None and seated.active


async def _role_to_leave(circle: Circle) -> Circle | None:
    """The stewards' circle, if I am a steward: keys that wait in my box are taken first.

    They were mine to read since they came, so the circle that they open has to turn as if I had been in it.
    """
    if circle.is_steward and care_of(circle) is None:
        with suppress(NameTaken, InviteSpent, KeyringFull, Removed):
            await entering.take_keys(circle.member, circle.membership)
    return care_of(circle)


def _others_stay(circle: Circle) -> bool:
    return sum(member.active for member in circle.state.members) > 1


def require_may_leave(circle: Circle) -> None:
    """Raises LastSteward while others stay and nobody else could turn the keys."""
    if circle.is_steward and _others_stay(circle):
        _require_another_steward(circle)


def _require_another_steward(circle: Circle) -> None:
    """Raises LastSteward unless there is another steward, who has taken the keys if I have them."""
    if len(stewards(circle.state)) == 1:
        raise LastSteward
    role = care_of(circle)
    if role is not None and not _others_stay(role):
        raise LastSteward


async def leave(circle: Circle, *, nameless: bool = False) -> None:
    """Go, and forget the circle; `nameless` takes my name out of it. Raises LastSteward."""
    require_may_leave(circle)
    role, held = await _role_to_leave(circle), circle.member.role_circle_of(circle.id)
    if role is not None:
        await _go(role, nameless)
    if held is not None:
        await circle.member.forget_circle(held.circle)
    if not _others_stay(circle):
        await publishing.withdraw(circle)
    await _go(circle, nameless)
    await circle.member.forget_circle(circle.id)


async def _go(circle: Circle, nameless: bool = False) -> None:
    """Write that I leave. Raises LastSteward when somebody else left a moment before and it doesn't count."""
    await _withdraw_links(circle, circle.log.persona.key)
    await write_own(circle, "leave", encode(Leave(nameless)))
    mine = member_of(circle.state, circle.log.persona.key)
    if mine is not None and mine.active:
        raise LastSteward


async def remove(circle: Circle, persona: bytes) -> Circle:
    """Remove somebody and turn the keys at once. Raises NotAllowed, LastSteward."""
    target = member_of(circle.state, persona)
    if not circle.is_steward or target is None or not target.active or persona == circle.log.persona.key:
        raise NotAllowed
    role = open_role(circle)
    if target.is_steward:
        role = await _remove_from_role(role, persona)
    await _withdraw_links(circle, persona)
    await write_own(circle, "remove", encode(Remove(persona)))
    turned = await turn(circle, role)
    await publish_desk(turned, role)
    await publishing.follow(turned, role)
    return turned


async def _withdraw_links(circle: Circle, persona: bytes) -> None:
    """The invitations of who goes, go too: their rows now, their records with the fold."""
    for one in circle.state.invites:
        if one.by == persona:
            await circle.services.store.remove_invite(one.invite.number)


async def _remove_from_role(role: Circle, persona: bytes) -> Circle:
    """Whoever was named has had the keys in their box: they turn even if nobody ever took them."""
    if is_seated(role, persona):
        await write_own(role, "remove", encode(Remove(persona)))
    return await turn(role, role)


async def give_stewardship(circle: Circle, persona: bytes) -> None:
    """Name somebody steward; the keys of the stewards' circle are sent apart (`entering.offer_stewardship`).

    Raises NotAllowed.
    """
    target = member_of(circle.state, persona)
    if not circle.is_steward or target is None or not target.active:
        raise NotAllowed
    await write_own(circle, "role", encode(Role(persona, STEWARD)))


async def take_stewardship(circle: Circle, persona: bytes) -> Circle:
    """Take the role from somebody else, with its keys. Raises NotAllowed, LastSteward."""
    target = member_of(circle.state, persona)
    if not circle.is_steward or target is None or not target.is_steward:
        raise NotAllowed
    if len(stewards(circle.state)) == 1:
        raise LastSteward
    if persona == circle.log.persona.key:
        raise NotAllowed
    role = await _remove_from_role(open_role(circle), persona)
    await write_own(circle, "role", encode(Role(persona, 0)))
    turned = await turn(circle, role)
    await publish_desk(turned, role)
    await publishing.follow(turned, role)
    return turned


async def step_down(circle: Circle) -> None:
    """Lay one's own stewardship down, or decline it before its keys were taken: the stewards who stay turn the keys.

    Raises LastSteward, NotAllowed.
    """
    if not circle.is_steward:
        raise NotAllowed
    _require_another_steward(circle)
    role = await _role_to_leave(circle)
    await write_own(circle, "role", encode(Role(circle.log.persona.key, 0)))
    if circle.is_steward:
        raise LastSteward
    if role is not None:
        await _go(role)
        await circle.member.forget_circle(role.id)


async def turn_all_due(member: Member) -> None:
    """Turn the keys wherever I am a steward and somebody has gone: done when a steward comes back.

    A circle that can't be opened (any more) keeps nobody from the others.
    """
    for membership in member.memberships():
        if not membership.waiting and member.role_circle_of(membership.circle) is not None:
            with suppress(JiwarError):
                await _turn_due(Circle(member, membership.circle))


async def _turn_due(circle: Circle) -> None:
    role = open_role(circle)
    if await turn_where_due(role, role):
        role = open_role(circle)
    await turn_where_due(circle, role)
    await publishing.follow(Circle(circle.member, circle.id), role)
