"""The rules of a circle's own object: which record counts, and what it changes. Pure.

Implements spec/protocol.md §4.3. A record counts only if its author might write it at its place in the order; what
doesn't count is passed over, so that two readers with the same records have the same state. One function a kind.

- Only a record in a slot of its own counts, kept for good, in order, under the epoch that holds, and once: otherwise
  somebody could write into the past, or have something vanish for those who read later.
- Whoever has folded the circle so far takes a new beginning (`rotated` and its snapshots) only if it tells what they
  know; a steward who tells newcomers something else is not followed by those who were there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from jiwar.circles import announcing, charters, pauses, returns
from jiwar.circles.handles import require_sound_handle
from jiwar.circles.looks import Looks, Walk
from jiwar.circles.model import (
    ALL_HELD,
    GREETER,
    HIDDEN,
    KINDS,
    LETTER,
    LINK,
    PUBLIC,
    ROLES,
    STEWARD,
    Announcement,
    Charter,
    CircleState,
    Confirm,
    Desk,
    Disown,
    Found,
    Heartbeat,
    Inner,
    Invite,
    Join,
    Leave,
    Member,
    OpenInvite,
    Parlour,
    Remove,
    Revoke,
    Role,
    Rotated,
    Snapshot,
)
from jiwar.circles.oaths import circle_id, join_bytes, keys_bytes
from jiwar.circles.quiet import Lift, Pause
from jiwar.circles.sketch import Sketch
from jiwar.crypto import envelopes
from jiwar.crypto.signing import require_sound_key, verify
from jiwar.errors import BadInput, BadSignature
from jiwar.log.shelf import Opened
from jiwar.store.contract import KEPT
from jiwar.wire.canonical import decode

MOST_INVITES = 60
MOST_OWN_INVITES = 12
MOST_PARTS = 1_000
LONGEST_LETTER = 60
"""Days that an invitation by letter stands."""
LONGEST_WAIT = 14
"""Days that somebody who has asked for keys may wait for them."""
LONGEST_PUBLIC = 14
"""Days that a published admission stands: no steward for so long, and the door closes by itself."""
MOST_PUBLIC = 100
"""People who may come in by one."""


class _Passed(Exception):
    """This record doesn't count."""


def fold(circle: bytes, state: CircleState, records: Iterable[Opened]) -> CircleState:
    """The state after some more records, in order."""
    walk = Walk(circle, state)
    for record in records:
        if record.slot != record.number or record.number <= state.through:
            continue
        try:
            after = _apply(walk, state, record)
            walk.follow(state, after)
            state = after
        except (_Passed, BadSignature, BadInput):
            pass
        state = replace(state, through=record.number)
    return state


def _apply(walk: Walk, state: CircleState, record: Opened) -> CircleState:
    kind = KINDS.get(record.kind)
    if kind is None or record.keep != KEPT or record.epoch < state.epoch or record.rid in walk.counted:
        raise _Passed
    after = _RULES[kind](walk, state, record, decode(record.body, kind))
    counted = after.counted if kind is Heartbeat else (*after.counted, record.rid)
    return replace(after, counted=counted, day=max(state.day, record.day))


def member_of(state: CircleState | Sketch, persona: bytes) -> Member | None:
    """Somebody who is or was in the circle."""
    return state.member(persona)


def stewards(state: CircleState) -> list[Member]:
    return state.holders(STEWARD)


def _require_sound_keys(
    circle: bytes, persona: bytes, kem: bytes, inbox: bytes, returning: bytes, sworn: bytes
) -> None:
    """What enters a roster can be signed with, sealed to and proven later. Raises BadSignature, BadInput."""
    require_sound_key(persona)
    envelopes.require_sound_key(kem)
    _require(len(inbox) == 32 and len(returning) == 32)
    verify(persona, sworn, keys_bytes(circle, kem, inbox, returning))


def _require(holds: bool) -> None:
    if not holds:
        raise _Passed


def _require_active(state: CircleState, persona: bytes) -> Member:
    member = member_of(state, persona)
    if member is None or not member.active:
        raise _Passed
    return member


def _require_steward(state: CircleState, persona: bytes) -> None:
    if not _require_active(state, persona).is_steward:
        raise _Passed


def _with_member(state: CircleState, member: Member) -> CircleState:
    others = tuple(one for one in state.members if one.persona != member.persona)
    return replace(state, members=(*others, member))


def _found(walk: Walk, state: CircleState, record: Opened, body: Found) -> CircleState:
    _require(state.charter is None and record.number == state.fold_from)
    _require(circle_id(body.nonce, record.author) == walk.circle)
    charters.require_sound(body.charter)
    first = body.founder
    require_sound_handle(first.handle)
    _require_sound_keys(walk.circle, record.author, first.kem, first.inbox, first.returning, first.sworn)
    founder = Member(record.author, first.handle, STEWARD, record.number, record.number, day=record.day)
    return replace(state, charter=body.charter, members=(founder,))


def _charter(walk: Walk, state: CircleState, record: Opened, body: Charter) -> CircleState:
    if state.charter is None:
        raise _Passed
    _require_steward(state, record.author)
    charters.require_next(state.charter, body)
    charters.require_sound(body)
    kept = tuple(one for one in state.invites if one.invite.mode != PUBLIC or body.is_open)
    return replace(state, charter=body, invites=kept)


def _inner(walk: Walk, state: CircleState, record: Opened, body: Inner) -> CircleState:
    """A role circle comes into being; another one only when nobody else is left to whom the one before was open."""
    _require_steward(state, record.author)
    _require(body.role in ROLES and len(body.circle) == 32)
    others = [one for one in state.holders(body.role) if one.persona != record.author]
    _require(not state.inner_of(body.role) or (body.role != STEWARD and not others))
    kept = tuple(one for one in state.inner if one.role != body.role)
    return replace(state.without_desks(body.role), inner=(*kept, body))


def _desk(walk: Walk, state: CircleState, record: Opened, body: Desk) -> CircleState:
    _require(body.role in ROLES and _require_active(state, record.author).holds(body.role))
    envelopes.require_sound_key(body.kem)
    return replace(state, desks=(*state.without_desks(body.role).desks, body))


def _parlour(walk: Walk, state: CircleState, record: Opened, body: Parlour) -> CircleState:
    _require(_require_active(state, record.author).holds(STEWARD | GREETER) and len(body.obj) in (0, 16))
    return replace(state, parlour=body.obj)


def may_invite(state: CircleState, persona: bytes) -> bool:
    """Whether the policy lets this persona write an invitation now."""
    member = member_of(state, persona)
    if member is None or not member.active or state.charter is None:
        return False
    inviters = state.charter.policy.inviters
    return inviters == "members" or (member.is_steward and inviters == "stewards")


def _invite(walk: Walk, state: CircleState, record: Opened, body: Invite) -> CircleState:
    if body.returns:
        _require(returns.may_invite_back(state, record.author, body))
    elif body.role:
        _require_steward(state, record.author)
        _require(body.role == STEWARD and body.mode == LETTER)
    elif body.mode == PUBLIC:
        _require_steward(state, record.author)
    else:
        _require(may_invite(state, record.author))
    _require_bounded(state, record, body)
    require_sound_key(body.proof)
    standing = tuple(one for one in state.invites if _last_answer(one.invite) >= record.day)
    _require(all(one.invite.proof != body.proof for one in standing))
    if body.mode == PUBLIC:
        # One at a time, beside the others: members who use those up can't keep the door shut.
        standing = tuple(one for one in standing if one.invite.mode != PUBLIC)
    else:
        _require(len(standing) < MOST_INVITES)
        _require(sum(one.by == record.author for one in standing) < MOST_OWN_INVITES)
    return replace(state, invites=(*standing, OpenInvite(body, record.author, 0)))


def _last_answer(invite: Invite) -> int:
    """The last day on which somebody may be let in by it: who has asked in time may wait for an answer."""
    return invite.last_day + (LONGEST_WAIT if invite.mode == HIDDEN else 0)


def _require_bounded(state: CircleState, record: Opened, body: Invite) -> None:
    """An invitation ends, and lets in no more than the policy says."""
    if state.charter is None or body.mode not in (LINK, HIDDEN, LETTER, PUBLIC) or len(body.number) != 32:
        raise _Passed
    if body.mode == PUBLIC:
        _require(state.charter.is_open and not body.returns and 1 <= body.uses <= MOST_PUBLIC)
        _require(body.last_day <= record.day + LONGEST_PUBLIC)
        return
    days = LONGEST_LETTER if body.mode == LETTER else state.charter.policy.invite_days
    uses = state.charter.policy.invite_uses if body.mode == LINK else 1
    _require(1 <= body.uses <= uses and body.last_day <= record.day + days)


def may_write_invite(state: CircleState, persona: bytes) -> bool:
    """Whether one more invitation by this persona would count."""
    own = sum(one.by == persona for one in state.invites)
    return may_invite(state, persona) and own < MOST_OWN_INVITES and len(state.invites) < MOST_INVITES


def _revoke(walk: Walk, state: CircleState, record: Opened, body: Revoke) -> CircleState:
    member = _require_active(state, record.author)
    kept = tuple(
        one
        for one in state.invites
        if one.invite.proof != body.proof or not (member.is_steward or one.by == record.author)
    )
    return replace(state, invites=kept)


def find_invite(state: CircleState, proof: bytes, day: int) -> OpenInvite | None:
    """An invitation that may be used on `day`."""
    for one in state.invites:
        if one.invite.proof == proof and day <= one.invite.last_day:
            return one
    return None


def handle_is_free(state: CircleState, handle: str, persona: bytes = b"") -> bool:
    """Whether nobody else in the circle has this name, or one that reads like it.

    Nor had it before they went: what they wrote stands under it, and nobody may go on in their name.
    """
    return Looks(state.members).are_free(handle, persona)


def _join(walk: Walk, state: CircleState, record: Opened, body: Join) -> CircleState:
    # Whoever joins says which day it is; a day that others have left behind doesn't bring an invitation back.
    found = find_invite(state, body.proof, max(record.day, state.day))
    if found is None or found.invite.mode == HIDDEN or not _may_come_in(state, record.author, found):
        raise _Passed
    require_sound_handle(body.handle)
    _require(bool(found.invite.returns) or walk.looks.are_free(body.handle, record.author))
    _require_sound_keys(walk.circle, record.author, body.kem, body.inbox, body.returning, body.sworn)
    message = join_bytes(walk.circle, record.author, body.handle, body.kem, body.inbox, body.returning)
    verify(body.proof, body.signature, message)
    rest = tuple(replace(one, used=one.used + 1) if one is found else one for one in state.invites)
    still = tuple(one for one in rest if one.used < one.invite.uses)
    before = member_of(state, record.author)
    since = before.since if before else record.number
    came = before.day if before else record.day
    newcomer = Member(record.author, body.handle, found.invite.role, since, record.number, day=came)
    after = replace(state, invites=still)
    if found.invite.returns:
        return _counted(returns.came_back(after, found.invite.returns, newcomer))
    return _with_member(after, newcomer)


def _counted(state: CircleState | None) -> CircleState:
    if state is None:
        raise _Passed
    return state


def _may_come_in(state: CircleState, persona: bytes, by: OpenInvite) -> bool:
    """A persona enters once; into a role circle, where a steward names it, it may come back."""
    before = member_of(state, persona)
    return before is None or (not before.active and bool(by.invite.role))


def _leave(walk: Walk, state: CircleState, record: Opened, body: Leave) -> CircleState:
    member = _require_active(state, record.author)
    return _without(state, replace(member, handle="") if body.nameless else member, record)


def _remove(walk: Walk, state: CircleState, record: Opened, body: Remove) -> CircleState:
    _require_steward(state, record.author)
    return _without(state, _require_active(state, body.persona), record)


def _without(state: CircleState, member: Member, record: Opened) -> CircleState:
    """Somebody goes; the last steward stays, or nobody could turn the keys any more."""
    if member.is_steward and len(stewards(state)) == 1 and sum(one.active for one in state.members) > 1:
        raise _Passed
    gone = replace(member, until=record.number, role=0)
    kept = tuple(one for one in state.invites if one.by != member.persona)
    left = state.without_desks(member.role & ~STEWARD)
    return _with_member(replace(left, gone_in=record.epoch, invites=kept), gone)


def _role(walk: Walk, state: CircleState, record: Opened, body: Role) -> CircleState:
    author, member = _require_active(state, record.author), _require_active(state, body.persona)
    lays_down = author.persona == member.persona and body.role & ~member.role == 0
    _require(body.role & ~ALL_HELD == 0 and (author.is_steward or lays_down))
    _require(returns.may_hold(state, member, body.role, record.day))
    loses = member.is_steward and not body.role & STEWARD
    _require(not (loses and len(stewards(state)) == 1))
    after = replace(
        state.without_desks(member.role & ~body.role & ~STEWARD), gone_in=record.epoch if loses else state.gone_in
    )
    return _with_member(after, replace(member, role=body.role))


def _rotated(walk: Walk, state: CircleState, record: Opened, body: Rotated) -> CircleState:
    if state.charter is not None:
        _require_steward(state, record.author)
    else:
        _require(record.number == state.fold_from)
    _require(body.epoch == record.epoch > 0 and 0 < body.parts <= MOST_PARTS)
    announcement = Announcement(record.number, record.author, body, 0, ())
    if body.epoch == state.epoch:
        # Said once more, because the first time was cut short.
        _require((body.commitment, body.begins) == (state.commitment, state.begins))
        return replace(state, announcement=announcement)
    begun = replace(state, epoch=body.epoch, commitment=body.commitment, begins=body.begins, counted=())
    begun = replace(begun, returns=returns.turned(state.returns, record.day))
    return replace(begun, turned_at=record.number, invites=lasting(state.invites), announcement=announcement)


def lasting(invites: tuple[OpenInvite, ...]) -> tuple[OpenInvite, ...]:
    """Invitations that outlive an epoch: links and letters carry keys that lead nowhere any more."""
    return tuple(one for one in invites if one.invite.mode == HIDDEN)


def _snapshot(walk: Walk, state: CircleState, record: Opened, body: Snapshot) -> CircleState:
    announced = state.announcement
    if announced is None or record.author != announced.by or body.part != announced.read:
        raise _Passed
    seats = tuple(
        Member(seat.persona, seat.handle, seat.role, seat.since, record.number, seat.until, seat.day)
        for seat in body.seats
    )
    gathered = replace(announced, read=announced.read + 1, seats=(*announced.seats, *seats))
    if gathered.read < announced.told.parts:
        return replace(state, announcement=gathered)
    whole = replace(state, announcement=None, fold_from=gathered.number)
    return _counted((announcing.taken if state.charter is None else announcing.compared)(whole, gathered))


def _heartbeat(walk: Walk, state: CircleState, record: Opened, body: Heartbeat) -> CircleState:
    _require_steward(state, record.author)
    return replace(state, last_heartbeat=max(state.last_heartbeat, record.day))


_RULES: dict[Any, Callable[[Walk, CircleState, Opened, Any], CircleState]] = {
    Found: _found,
    Charter: _charter,
    Inner: _inner,
    Desk: _desk,
    Parlour: _parlour,
    Invite: _invite,
    Revoke: _revoke,
    Join: _join,
    Confirm: lambda _, state, record, body: _counted(returns.confirmed(state, record.author, body)),
    Disown: lambda _, state, record, body: _counted(returns.stopped(state, record, body)),
    Leave: _leave,
    Remove: _remove,
    Role: _role,
    Pause: lambda _, state, record, body: _counted(pauses.said(state, record, body)),
    Lift: lambda _, state, record, body: _counted(pauses.lifted(state, record, body)),
    Rotated: _rotated,
    Snapshot: _snapshot,
    Heartbeat: _heartbeat,
}
