"""Roles: who holds one, its circle, giving and taking it, laying it down.

Implements spec/protocol.md §4.4. A role is a circle inside a circle, with members, epochs and a room of its own: the
stewards' comes with the founding, the others are opened when a circle wants them. Who holds a role stands in the
roster, written by stewards; who has its keys, in the role circle, which follows the roster whenever one of those who
hold the role comes by. So nobody opens what a role opens by being named, nor a steward by being one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from jiwar.circles import boxes, entering
from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.fold import member_of
from jiwar.circles.founding import bring_up_inner, publish_desk, write_own
from jiwar.circles.letters import LIFE_DAYS
from jiwar.circles.member import Member as Person
from jiwar.circles.model import LETTER, ROLES, STEWARD, Inner, Invite, Leave, Member, Remove, Role
from jiwar.circles.seats import seat_of
from jiwar.circles.turning import turn, turn_where_due
from jiwar.crypto.signing import public_key
from jiwar.errors import (
    Conflict,
    InviteSpent,
    KeyringFull,
    LastSteward,
    NameTaken,
    NotAllowed,
    NotThere,
    Removed,
)
from jiwar.wire.canonical import encode


def open_role(circle: Circle, role: int = STEWARD) -> Circle:
    """The role circle of a circle; a role circle is looked after by those in it. Raises NotThere for who isn't.

    A role that was begun anew has another circle: keys of the one before are still mine, and open nothing of it.
    """
    if circle.membership.parent and role == STEWARD:
        return circle
    inner = circle.state.inner_of(role)
    if not inner:
        raise NotThere
    return Circle(circle.member, inner)


def held(circle: Circle, role: int) -> Circle | None:
    """A role circle, if I hold the role and its keys; what is left of an earlier time opens nothing."""
    if not circle.me.holds(role):
        return None
    try:
        inner = open_role(circle, role)
        return inner if inner.me.active else None
    except (NotThere, Removed):
        return None


def care_of(circle: Circle) -> Circle | None:
    """The stewards' circle, if I am a steward who has its keys."""
    return held(circle, STEWARD)


def all_held(circle: Circle) -> list[tuple[int, Circle]]:
    """Every role of mine whose keys I have, with its circle."""
    return [(role, inner) for role in ROLES if (inner := held(circle, role)) is not None]


def is_open(circle: Circle, role: int) -> bool:
    """Whether there is such a role here: a circle of its own, and somebody who holds it."""
    return bool(circle.state.inner_of(role)) and bool(circle.state.holders(role))


def is_seated(inner: Circle, persona: bytes) -> bool:
    """Whether somebody who was named has taken the keys."""
    seated = member_of(inner.state, persona)
    return seated is not None and seated.active


async def wherever_held(member: Person, do: Callable[[Circle, Circle], Awaitable[None]], role: int = STEWARD) -> None:
    """Do something in each circle where I hold a role and its keys, with the role's circle: when I come by."""

    async def do_as_holder(circle: Circle) -> None:
        inner = held(circle, role)
        if inner is not None:
            await do(circle, inner)

    await in_each(member, do_as_holder, lambda one: member.role_circle_of(one.circle, role) is not None)


# opening


async def open_circle(circle: Circle, role: int) -> Circle:
    """Begin a role that nobody holds, as its first holder. Raises NotAllowed, KeyringFull, Conflict."""
    if not circle.is_steward or role not in ROLES or is_open(circle, role):
        raise NotAllowed
    left = circle.member.role_circle_of(circle.id, role)
    if left is not None:
        await boxes.forget_circle(circle.member, left.circle)
    inner = await bring_up_inner(circle, role)
    await write_own(circle, "inner", encode(Inner(role, inner.id)))
    if circle.state.inner_of(role) != inner.id:
        await boxes.forget_circle(circle.member, inner.id)
        raise Conflict
    await write_own(circle, "role", encode(Role(circle.me.persona, circle.me.role | role)))
    await publish_desk(circle, inner, role)
    return inner


# giving and taking


def _target(circle: Circle, persona: bytes) -> Member:
    """Raises NotAllowed for who is no steward, and for whom there is not."""
    target = member_of(circle.state, persona)
    if not circle.is_steward or target is None or not target.active:
        raise NotAllowed
    return target


async def give(circle: Circle, persona: bytes, role: int = STEWARD) -> None:
    """Name somebody; the keys of the role are sent apart (`offer`), by whoever has them. Raises NotAllowed."""
    target = _target(circle, persona)
    if not is_open(circle, role):
        raise NotAllowed
    await write_own(circle, "role", encode(Role(persona, target.role | role)))


async def offer(circle: Circle, inner: Circle, persona: bytes) -> None:
    """Send the keys of a role circle to somebody. Raises NotThere."""
    seat = seat_of(circle, persona)
    proof, last_day = circle.services.random(32), circle.services.clock.day() + LIFE_DAYS
    # A letter's number opens nothing in the store: it says to those of the role for whom keys lie ready.
    await write_own(inner, "invite", encode(Invite(public_key(proof), persona, LETTER, 1, last_day, STEWARD)))
    await entering.send_keys(inner, proof, last_day, seat.kem, seat.inbox)


async def take(circle: Circle, persona: bytes, role: int = STEWARD) -> Circle:
    """Take a role from somebody else, with its keys where I have them: else its next holder to come turns them.

    Raises NotAllowed, LastSteward.
    """
    target = _target(circle, persona)
    if not target.holds(role):
        raise NotAllowed
    if role == STEWARD and len(circle.state.holders(STEWARD)) == 1:
        raise LastSteward
    if persona == circle.log.persona.key:
        raise NotAllowed
    inner = open_role(circle) if role == STEWARD else held(circle, role)
    if inner is not None:
        inner = await put_out(inner, persona)
    await write_own(circle, "role", encode(Role(persona, target.role & ~role)))
    if role == STEWARD and inner is not None:
        circle = await turn(circle, inner)
    if inner is not None:
        await publish_desk(circle, inner, role)
    return circle


async def put_out(inner: Circle, persona: bytes) -> Circle:
    """Whoever was named has had the keys in their box: they turn even if nobody ever took them."""
    if is_seated(inner, persona):
        await write_own(inner, "remove", encode(Remove(persona)))
    return await turn(inner, inner)


async def lay_down(circle: Circle, role: int = STEWARD) -> None:
    """Lay a role of mine down, or decline it before its keys were taken: those who stay turn the keys.

    Raises LastSteward, NotAllowed.
    """
    if not circle.me.holds(role):
        raise NotAllowed
    if role == STEWARD:
        require_another_steward(circle)
    inner = await to_leave(circle, role)
    if inner is not None and len(circle.state.holders(role)) > 1 and not others_stay(inner):
        raise LastSteward
    await write_own(circle, "role", encode(Role(circle.log.persona.key, circle.me.role & ~role)))
    if circle.me.holds(role):
        raise LastSteward
    if inner is not None:
        await go(inner)
        await boxes.forget_circle(circle.member, inner.id)


def others_stay(circle: Circle) -> bool:
    return sum(member.active for member in circle.state.members) > 1


def require_another_steward(circle: Circle) -> None:
    """Raises LastSteward unless there is another steward, who has taken the keys if I have them."""
    if len(circle.state.holders(STEWARD)) == 1:
        raise LastSteward
    role = care_of(circle)
    if role is not None and not others_stay(role):
        raise LastSteward


async def to_leave(circle: Circle, role: int) -> Circle | None:
    """A role circle of mine: keys that wait in my box are taken first.

    They were mine to read since they came, so the circle that they open has to turn as if I had been in it.
    """
    if circle.me.holds(role) and held(circle, role) is None:
        with suppress(NameTaken, InviteSpent, KeyringFull, Removed):
            await entering.take_keys(circle.member, circle.membership, role)
    return held(circle, role)


async def go(circle: Circle, nameless: bool = False) -> None:
    """Write that I leave. Raises LastSteward when somebody else left a moment before and it doesn't count."""
    await withdraw_links(circle, circle.log.persona.key)
    await write_own(circle, "leave", encode(Leave(nameless)))
    mine = member_of(circle.state, circle.log.persona.key)
    if mine is not None and mine.active:
        raise LastSteward


async def withdraw_links(circle: Circle, persona: bytes) -> None:
    """The invitations of who goes, go too: their rows now, their records with the fold."""
    for one in circle.state.invites:
        if one.by == persona:
            await circle.services.store.remove_invite(one.invite.number)


# following the roster


async def follow(circle: Circle, role: int) -> None:
    """Bring the circle of a role that I hold to what the roster says: who holds it no longer goes, and the keys turn;
    who was named since finds them in their box; and the desk is one that only those of the role can read.
    """
    inner = held(circle, role)
    if inner is None:
        return
    for one in inner.state.members:
        if one.active and one.persona in _gone(circle, role):
            await write_own(inner, "remove", encode(Remove(one.persona)))
    if await turn_where_due(inner, inner):
        inner = open_role(circle, role)
    for one in circle.state.holders(role):
        if not (is_seated(inner, one.persona) or is_offered(inner, one.persona)):
            with suppress(NotThere):
                await offer(circle, inner, one.persona)
    await publish_desk(circle, inner, role)


def _gone(circle: Circle, role: int) -> set[bytes]:
    return {one.persona for one in circle.state.members if not one.holds(role)}


def is_offered(inner: Circle, persona: bytes) -> bool:
    """Whether keys that still open lie ready for somebody."""
    today = inner.services.clock.day()
    return any(one.invite.number == persona and one.invite.last_day >= today for one in inner.state.invites)
