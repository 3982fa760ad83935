"""Turning the keys: a new epoch when somebody has left or was removed.

Implements spec/protocol.md §4.4. One call signed by the control key hands the shelf to the next epoch; then the first
records of that epoch say so and carry the roster for those who will never read the epochs before. Interrupted in
between, the next steward session finishes it.
"""

from __future__ import annotations

from jiwar.circles import returns, transfer
from jiwar.circles.circle import Circle
from jiwar.circles.fold import lasting
from jiwar.circles.founding import control_seed, publish_desk, write_own
from jiwar.circles.model import LINK, STEWARD, Rotated, Snapshot
from jiwar.circles.seats import seats
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROTATION, TOKEN_HASH, TRANSFER_HASH
from jiwar.crypto.signing import public_key, sign
from jiwar.errors import Conflict, KeysChanged, NotAllowed
from jiwar.keyring import epochs
from jiwar.store.contract import Rotation
from jiwar.wire.canonical import encode
from jiwar.wire.frame import join

SEATS_IN_A_PART = 32
"""As many as fit into a record."""
_TRIES = 6


def standing_control(circle: Circle, role: Circle) -> bytes:
    """The seed of the control key that stands on the shelf. Raises NotAllowed when no epoch of ours gives it."""
    for keys in reversed(role.trail.epochs):
        seed = control_seed(keys, circle.log.shelf)
        if public_key(seed) == circle.log.state.control:
            return seed
    raise NotAllowed


def is_due(circle: Circle, role: Circle) -> bool:
    """Whether somebody still holds what they should not: keys of the circle, or the control key of its shelf."""
    newest = public_key(control_seed(role.log.newest, circle.log.shelf))
    back = returns.is_due(circle.state.returns, circle.services.clock.day())
    return back or circle.state.changed_since_rotation or circle.log.state.control != newest


async def turn(circle: Circle, role: Circle) -> Circle:
    """Begin the next epoch with those who are in the circle now.

    Raises NotAllowed for who is no steward or has no control seed, Conflict when the shelf doesn't come to rest.
    """
    for _ in range(_TRIES):
        try:
            lapsed = _links(circle)
            await _rotate(circle, role)
        except Conflict:
            continue
        except KeysChanged:
            # Another steward was faster, and may have done what was due.
            circle = Circle(circle.member, circle.id)
            if not is_due(circle, circle if role.id == circle.id else role):
                return circle
            continue
        turned = Circle(circle.member, circle.id)
        await announce(turned)
        for number in lapsed:
            await circle.services.store.remove_invite(number)
        return turned
    raise Conflict


async def _rotate(circle: Circle, role: Circle) -> None:
    """Hand the shelf to the next epoch. Raises NotAllowed, Conflict, KeysChanged."""
    services, old, shelf = circle.services, circle.log.newest, circle.log.shelf
    # First the size that will be signed, then the roster: what comes in between makes the store refuse.
    circle.reload()
    before = circle.log.state
    if not circle.is_steward:
        raise NotAllowed
    seed = standing_control(circle, role)
    secret, today = services.random(32), services.clock.day()
    staying = [seat.kem for seat in seats(circle) if seat.kem]
    keys = epochs.begin(secret, old.epoch + 1, shelf, today, before.size)
    cell = transfer.make_cell(
        circle.id, shelf, old, secret, before.size, today, circle.log.persona, staying, services.random
    )
    # A role circle's next control key comes from its own next epoch, so that who was removed from it has lost both.
    next_control = public_key(control_seed(keys if role.id == circle.id else role.log.newest, shelf))
    new = (digest(TOKEN_HASH, keys.read), digest(TOKEN_HASH, keys.append), next_control)
    signed = join(ROTATION, shelf, old.epoch, before.size, before.root, *new, digest(TRANSFER_HASH, cell))
    await services.store.rotate(Rotation(shelf, old.epoch, before.size, before.root, *new, cell, sign(seed, signed)))


def _links(circle: Circle) -> list[bytes]:
    """The numbers of links that stop working: they carry keys of the epoch that ends."""
    return [one.invite.number for one in circle.state.invites if one.invite.mode == LINK]


async def announce(circle: Circle) -> None:
    """Say which epoch has begun, and who is in it, until a newcomer could begin there. Raises Conflict."""
    for _ in range(_TRIES):
        if circle.is_announced:
            return
        await _announce_once(circle)
    raise Conflict


async def _announce_once(circle: Circle) -> None:
    newest, state, everybody = circle.log.newest, circle.state, seats(circle)
    pieces = [everybody[i : i + SEATS_IN_A_PART] for i in range(0, len(everybody), SEATS_IN_A_PART)]
    epoch = (newest.epoch, newest.commitment, newest.begins, len(pieces))
    begins = state.epoch != newest.epoch
    back = returns.turned(state.returns, circle.services.clock.day()) if begins else state.returns
    roles = (circle.charter, state.inner, state.desks, state.parlour)
    rotated = Rotated(*epoch, state.gone_in, *roles, lasting(state.invites), back, state.pauses)
    await write_own(circle, "rotated", encode(rotated))
    for part, piece in enumerate(pieces):
        await write_own(circle, "snapshot", encode(Snapshot(part, tuple(piece))))


async def turn_where_due(circle: Circle, role: Circle) -> bool:
    """Turn the keys if somebody has gone since the last time, or say what an interrupted turn left unsaid.

    True when the keys were turned.
    """
    if not circle.is_steward:
        return False
    await announce(circle)
    if not is_due(circle, role):
        return False
    turned = await turn(circle, role)
    if role.id != circle.id:
        await publish_desk(turned, role, STEWARD)
    return True
