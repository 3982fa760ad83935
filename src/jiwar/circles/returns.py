"""The rules of coming back under an old name: what a circle's state makes of it. Pure.

Implements spec/protocol.md §4.8. Each gives the next state, or None where the record doesn't count.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.model import ROLES, CircleState, Confirm, Disown, Invite, Member, Return
from jiwar.log.shelf import Opened

_ANY_ROLE = sum(ROLES)


def may_invite_back(state: CircleState, author: bytes, body: Invite) -> bool:
    """A steward, about somebody else who is here; one slip at a time."""
    steward, target = state.member(author), state.member(body.returns)
    return (
        steward is not None
        and steward.is_steward
        and target is not None
        and target.active
        and body.returns != author
        and (body.role, body.uses) == (0, 1)
        and all(one.invite.returns != body.returns or one.by == author for one in state.invites)
        and all(body.returns not in (one.old, one.new) or one.over for one in state.returns)
    )


def came_back(state: CircleState, old: bytes, newcomer: Member) -> CircleState | None:
    """`newcomer` takes the place of `old`, who is closed from here on, and without a role like the newcomer."""
    before = state.member(old)
    if before is None or not before.active or before.handle != newcomer.handle:
        return None
    if before.is_steward and sum(one.is_steward for one in state.members) == 1:
        return None
    closed = replace(before, until=newcomer.since, role=0)
    back = Return(old, newcomer.persona, before.role, newcomer.day)
    others = tuple(one for one in state.members if one.persona != old)
    kept = tuple(one for one in state.invites if one.by != old)
    left = state.without_desks(before.role)
    return replace(left, members=(*others, closed, newcomer), invites=kept, returns=(*state.returns, back))


def confirmed(state: CircleState, author: bytes, body: Confirm) -> CircleState | None:
    """A steward knows who it is; each counts once, and nobody confirms themselves."""
    steward = state.member(author)
    found = next((one for one in state.returns if one.new == body.persona), None)
    if steward is None or not steward.is_steward or found is None or author in (found.new, *found.confirmed):
        return None
    return _changed(state, found, replace(found, confirmed=(*found.confirmed, author)))


def stopped(state: CircleState, record: Opened, body: Disown) -> CircleState | None:
    """The old account says that it was somebody else: they go, nameless, and it is here as it was."""
    found = next((one for one in state.returns if (one.old, one.new) == (record.author, body.persona)), None)
    if found is None or not found.may_be_stopped(max(record.day, state.day)):
        return None
    old, new = state.member(found.old), state.member(found.new)
    if old is None or new is None:
        return None
    gone = replace(new, handle="", role=0, until=new.until or record.number)
    others = tuple(one for one in state.members if one.persona not in (found.old, found.new))
    members = (*others, gone, replace(old, until=0, role=found.role))
    kept = tuple(one for one in state.invites if one.by != found.new)
    return replace(_changed(state, found, None), members=members, invites=kept, gone_in=record.epoch)


def _changed(state: CircleState, found: Return, now: Return | None) -> CircleState:
    """The same returns, with one of them as it is now, or without it."""
    kept = tuple(now if one is found else one for one in state.returns)
    return replace(state, returns=tuple(one for one in kept if one is not None))


def may_hold(state: CircleState, member: Member, role: int, day: int) -> bool:
    """Whether somebody may be given what they don't hold yet: who came back only after two stewards, and two days."""
    found = next((one for one in state.returns if one.new == member.persona), None)
    gains = role & ~member.role & _ANY_ROLE
    return not gains or found is None or found.may_hold(day)


def turned(returns: tuple[Return, ...], day: int) -> tuple[Return, ...]:
    """The same once the keys have turned on a day: where the wait is over, the old account has no keys any more."""
    return tuple(one if one.may_be_stopped(day) else replace(one, over=True) for one in returns)


def is_due(returns: tuple[Return, ...], day: int) -> bool:
    """Whether an old account still has keys after its two days."""
    return turned(returns, day) != returns


def still_reads(returns: tuple[Return, ...], persona: bytes, day: int) -> bool:
    """Whether an old account keeps its keys for now, so that it can say that this was not them."""
    return any(one.old == persona and one.may_be_stopped(day) for one in returns)
