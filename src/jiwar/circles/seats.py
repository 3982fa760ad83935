"""Finding a member's public keys in the record that brought them into the circle.

Implements spec/protocol.md §4.4. Keys count only with their persona's own signature: a steward who writes a snapshot
can't put a key of theirs into somebody else's seat.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles.circle import Circle, circle_object
from jiwar.circles.fold import member_of
from jiwar.circles.model import Found, Join, Member, Seat, Snapshot
from jiwar.circles.oaths import keys_bytes
from jiwar.circles.returns import still_reads
from jiwar.crypto.signing import verify
from jiwar.errors import BadInput, Damaged, NotThere
from jiwar.wire.canonical import decode


@dataclass(frozen=True, slots=True)
class _Keys:
    kem: bytes
    inbox: bytes
    returning: bytes
    sworn: bytes


_NONE = _Keys(b"", b"", b"", b"")


def seat_of(circle: Circle, persona: bytes) -> Seat:
    """Somebody's seat, with keys. Raises NotThere."""
    member = member_of(circle.state, persona)
    if member is None or not member.active:
        raise NotThere
    return _seat(member, _keys(circle, member))


def seats(circle: Circle) -> list[Seat]:
    """Everybody who is or was in the circle; who is gone, or whose keys can't be trusted, has none.

    Who was followed by somebody under their name has theirs as long as they can stop that.
    """
    day, returns = circle.services.clock.day(), circle.state.returns
    reading = (one.active or still_reads(returns, one.persona, day) for one in circle.state.members)
    return [
        _seat(one, _sound_keys(circle, one) if reads else _NONE)
        for one, reads in zip(circle.state.members, reading, strict=True)
    ]


def _seat(member: Member, keys: _Keys) -> Seat:
    place = (member.role, member.since, member.until, member.day)
    return Seat(member.persona, member.handle, keys.kem, keys.inbox, keys.returning, keys.sworn, *place)


def _sound_keys(circle: Circle, member: Member) -> _Keys:
    try:
        return _keys(circle, member)
    except (Damaged, BadInput, NotThere):
        return _NONE


def _keys(circle: Circle, member: Member) -> _Keys:
    obj = circle_object(circle.id)
    record = circle.log.open(obj, circle.log.row(obj, member.source, member.source))
    keys = _told(record.kind, record.body, member.persona)
    verify(member.persona, keys.sworn, keys_bytes(circle.id, keys.kem, keys.inbox, keys.returning))
    return keys


def _told(kind: str, body: bytes, persona: bytes) -> _Keys:
    if kind == "join":
        join = decode(body, Join)
        return _Keys(join.kem, join.inbox, join.returning, join.sworn)
    if kind == "found":
        founder = decode(body, Found).founder
        return _Keys(founder.kem, founder.inbox, founder.returning, founder.sworn)
    if kind == "snapshot":
        for seat in decode(body, Snapshot).seats:
            if seat.persona == persona:
                return _Keys(seat.kem, seat.inbox, seat.returning, seat.sworn)
    raise NotThere
