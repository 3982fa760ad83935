"""The friend's lock: whom I give it to, what they can do by it, and an account that sleeps.

Implements spec/protocol.md §3.8. A capability is 32 random bytes that name nothing: neither my account nor any circle
of mine but the one that the letter came through. Who holds it closes the whole account for three days, once; closed,
it answers like a phrase that opens nothing, everywhere, and its sessions end.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import given, letters
from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.founding import BOX
from jiwar.circles.letters import Received
from jiwar.circles.member import Member
from jiwar.circles.seats import seat_of
from jiwar.errors import Full, LockRests, NotAllowed, NotCanonical, NotThere
from jiwar.keyring import shelves
from jiwar.keyring.model import Friend, Keyring, Membership, Trust, with_turn
from jiwar.store.guard import SLOTS, Order, slot_of
from jiwar.wire.canonical import Wire, decode, encode

CAPABILITY = 32
MOST_TRUSTS = 12
"""Locks of others that my keyring keeps in one circle."""


class Lent(Wire, frozen=True):
    """What the letter brings. `turn` is that of the sender's membership: a lock that was taken back and given anew on
    one day must not lose to the one before it."""

    capability: bytes
    turn: int


# mine


def place_of(circle: Circle, persona: bytes) -> int | None:
    """The slot of somebody to whom I gave a capability."""
    found = (one for one in circle.member.keyring.friends if (one.circle, one.persona) == (circle.id, persona))
    return next((one.place for one in found), None)


async def give(circle: Circle, persona: bytes) -> None:
    """Let somebody close my account. Raises NotThere, NotAllowed (myself), Full, KeyringFull, TooMuch (their box)."""
    me, random = circle.log.persona, circle.services.random
    if persona == me.key:
        raise NotAllowed
    seat, capability = seat_of(circle, persona), random(CAPABILITY)
    place = _free_place(circle.member.keyring)
    friend = Friend(circle.id, persona, place)

    def change(ring: Keyring) -> Keyring:
        counted = shelves.with_membership(ring, with_turn(shelves.membership(ring, circle.id)))
        return replace(counted, friends=(*_without(counted, place), friend))

    await circle.member.update(change, Order(((place, slot_of(capability)),)))
    circle.membership = circle.member.membership(circle.id)
    day, body = circle.services.clock.day(), encode(Lent(capability, circle.membership.turn))
    mail = letters.write_letter(me, circle.id, letters.TRUST, seat.kem, seat.inbox, day, body, random)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, seat.inbox, mail)


def _free_place(ring: Keyring) -> int:
    taken = {one.place for one in ring.friends}
    free = [place for place in range(SLOTS) if place not in taken]
    if not free:
        raise Full
    return free[0]


def _without(ring: Keyring, place: int) -> tuple[Friend, ...]:
    return tuple(one for one in ring.friends if one.place != place)


async def take_back(member: Member, place: int) -> None:
    """What somebody holds of mine closes nothing any more."""
    await member.update(lambda ring: replace(ring, friends=_without(ring, place)), Order(((place, b""),)))


async def has_read(member: Member) -> None:
    """The owner knows by now that a friend has closed the account."""
    await member.update(lambda ring: replace(ring, was_closed=False))


async def sleep(member: Member, until: int, *, wakes: bool) -> None:
    """Close my own account until an hour; with `wakes` a friend's capability opens it before. Its sessions end.

    Raises BadInput for an hour that is over or too far off.
    """
    await member.update(lambda ring: ring, Order(asleep=until, wakes=wakes))
    member.services.sessions.end_of(member.locator)


# what others gave me


def _arrived(circle: Circle) -> list[tuple[Received, Trust]]:
    """Capabilities that wait in my box, each with its letter. Only members write to me here."""
    persona, services = circle.log.persona, circle.services
    found = []
    box, today = persona.box(BOX), services.clock.day()
    for letter in letters.read_box(services.store, box, persona.kem_seed, letters.TRUST, today):
        if letter.circle == circle.id and given.is_here(circle, letter.sender):
            with suppress(NotCanonical):
                lent = read_lent(letter.body)
                found.append((letter, Trust(letter.sender, lent.capability, lent.turn)))
    return found


def read_lent(body: bytes) -> Lent:
    """Raises NotCanonical: anybody's own program may put anything into a letter."""
    lent = decode(body, Lent)
    if len(lent.capability) != CAPABILITY:
        raise NotCanonical
    return lent


def trusted_by(circle: Circle, persona: bytes) -> bytes | None:
    """What somebody gave me, in the keyring or still in my box."""
    held = given.latest(circle, circle.membership.trusts, [trust for _, trust in _arrived(circle)])
    return next((one.capability for one in held if one.persona == persona), None)


async def gather(circle: Circle) -> None:
    """Take what waits in my box into the keyring: letters are kept for some weeks only. Raises KeyringFull."""
    arrived = _arrived(circle)
    if not arrived:
        return
    held = given.latest(circle, circle.membership.trusts, [trust for _, trust in arrived])
    await _keep(circle, held[:MOST_TRUSTS])
    await given.put_away(circle, [letter for letter, _ in arrived], held[MOST_TRUSTS:])


async def _keep(circle: Circle, held: tuple[Trust, ...]) -> None:
    def change(one: Membership) -> Membership:
        return replace(one, trusts=held)

    await circle.member.change_membership(circle.id, change)
    circle.membership = circle.member.membership(circle.id)


async def gather_everywhere(member: Member) -> None:
    """Done when somebody comes back."""
    await in_each(member, gather)


async def close(circle: Circle, persona: bytes) -> None:
    """Close somebody's account for three days. Raises NotThere (nothing given to me), LockRests."""
    await gather(circle)
    capability = _capability(circle, persona)
    try:
        locator = await circle.services.store.close_account(capability)
    except NotThere:
        raise LockRests from None
    circle.services.sessions.end_of(locator)
    await _keep(circle, tuple(one for one in circle.membership.trusts if one.capability != capability))


async def wake(circle: Circle, persona: bytes) -> None:
    """Wake an account that its owner put to sleep, where they allowed it. Raises NotThere, LockRests."""
    capability = _capability(circle, persona)
    try:
        await circle.services.store.wake_account(capability)
    except NotThere:
        raise LockRests from None


def _capability(circle: Circle, persona: bytes) -> bytes:
    found = trusted_by(circle, persona)
    if found is None:
        raise NotThere
    return found
