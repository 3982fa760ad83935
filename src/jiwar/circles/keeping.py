"""What a key-keeper does: keeps halves, begins, puts two together after a day, and writes the slip.

Implements spec/protocol.md §4.11; what it is for and what it isn't, in `keepers`.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from jiwar.circles import given, held, invitations, letters
from jiwar.circles.accounts import Accounts
from jiwar.circles.circle import Circle
from jiwar.circles.coming import in_each
from jiwar.circles.founding import BOX
from jiwar.circles.given import is_here
from jiwar.circles.held import Address, Stop, minute_after
from jiwar.circles.invitations import Ticket
from jiwar.circles.letters import Received
from jiwar.circles.member import Member
from jiwar.circles.seats import seat_of
from jiwar.crypto.halves import put_together
from jiwar.errors import NotCanonical, NotThere, PhraseUnknown
from jiwar.keyring.account import Access
from jiwar.keyring.model import Half, Kept, Membership
from jiwar.store.held import DAY_MINUTES
from jiwar.wire.canonical import Wire, decode, encode

Body = TypeVar("Body", bound=Wire)
WAIT_HOURS = 24
SLIP_DAYS = 2
SET, PERSONA, SECRET, STOP = 16, 32, 64, (16, 32)
OTHERS = 2
"""How many other keepers there are, for each of whom there is a half."""
MOST_KEPT = 6
"""Sets of others that my keyring keeps in one circle."""


class Given(Wire, frozen=True):
    """To a keeper: which set it is, and a half for each of the two others. Without halves: no longer. Of several the
    one of the highest turn counts: a box has no order.
    """

    name: bytes
    turn: int
    halves: tuple[Half, ...]


class Opening(Wire, frozen=True):
    """A day later, from keeper to keeper: a half."""

    owner: bytes
    name: bytes
    half: bytes


class Notice(Wire, frozen=True):
    """To the owner, at once: from which minute on it opens, and what stops it."""

    name: bytes
    minute: int
    stops: tuple[Stop, ...]


class Slip(Wire, frozen=True):
    """What a slip carries: what opens the account."""

    locator: bytes
    unlock: bytes


# a keeper


def kept_for(circle: Circle, persona: bytes) -> Kept | None:
    """What somebody gave me to keep, in the keyring or still in my box."""
    return next((one for one in all_kept(circle) if one.persona == persona), None)


def all_kept(circle: Circle) -> tuple[Kept, ...]:
    """One of each owner, the latest; those that the keyring has no place for are last."""
    sets = ((letter.sender, read(letter, Given)) for letter in letters_of(circle, letters.KEEP))
    arrived = [Kept(sender, one.name, one.turn, one.halves) for sender, one in sets if one is not None]
    return tuple(one for one in given.latest(circle, circle.membership.kept, arrived) if one.halves)


async def gather(circle: Circle) -> None:
    """Take what waits in my box into the keyring: letters are kept for some weeks only. Raises KeyringFull."""
    arrived = letters_of(circle, letters.KEEP)
    if not arrived:
        return
    kept = all_kept(circle)
    await _keep(circle, kept[:MOST_KEPT])
    await given.put_away(circle, arrived, kept[MOST_KEPT:])


async def gather_everywhere(member: Member) -> None:
    """Done when somebody comes back."""
    await in_each(member, gather)


async def _keep(circle: Circle, kept: tuple[Kept, ...]) -> None:
    def change(one: Membership) -> Membership:
        return replace(one, kept=kept)

    await circle.member.change_membership(circle.id, change)
    circle.membership = circle.member.membership(circle.id)


async def begin(circle: Circle, persona: bytes) -> int:
    """Somebody whom I know has lost their key: the minute from which on another keeper can give it back.

    The owner's account is told before anything waits. Raises NotThere (nothing given to me, or nobody else is here
    any more), Conflict (begun already).
    """
    await gather(circle)
    kept = kept_for(circle, persona)
    others = [half for half in kept.halves if is_here(circle, half.other)] if kept else []
    if kept is None or not others or not is_here(circle, persona):
        raise NotThere
    timers, minute = held.mine(circle), minute_after(circle.services.clock, hours=WAIT_HOURS)
    stops = tuple(timers.stop(held.Timer(_timer(kept, half), 0, minute)) for half in others)
    await send(circle, persona, letters.NOTICE, encode(Notice(kept.name, minute, stops)))
    for half in others:
        seat = seat_of(circle, half.other)
        body = encode(Opening(persona, kept.name, half.half))
        await timers.hold(_timer(kept, half), Address(seat.kem, seat.inbox), letters.OPENING, minute, body)
    noted = replace(kept, begun=minute)
    await _keep(circle, tuple(noted if one == kept else one for one in circle.membership.kept))
    return minute


def waits(circle: Circle, kept: Kept) -> bool:
    """Whether what I have begun is still on its way."""
    return circle.services.clock.seconds() < kept.begun * 60


def _timer(kept: Kept, half: Half) -> bytes:
    return kept.name + half.other


def opened(circle: Circle, persona: bytes) -> Access | None:
    """What opens somebody's account, once another keeper's half has come in its time.

    One that came late tells nothing of a day in which the owner could have stopped it, and counts for nothing.
    """
    kept = kept_for(circle, persona)
    for letter in letters_of(circle, letters.OPENING):
        opening = read(letter, Opening)
        if kept is None or opening is None or letter.late:
            continue
        if (opening.owner, opening.name) != (persona, kept.name):
            continue
        for half in kept.halves:
            if half.other == letter.sender and len(half.half) == len(opening.half):
                secret = put_together(half.half, opening.half)
                return Access(secret[:32], secret[32:], circle.services.hub_id)
    return None


async def give_back(circle: Circle, accounts: Accounts, persona: bytes, language: str) -> Ticket:
    """Write the slip. Raises NotThere: nothing has come, it opens nothing (any more), or the account is shut."""
    access = opened(circle, persona)
    if access is None:
        raise NotThere
    try:
        accounts.require_known(access)
    except PhraseUnknown:
        raise NotThere from None
    last_day = circle.services.clock.day() + SLIP_DAYS
    return await invitations.seal_ticket(
        circle.services, encode(Slip(access.locator, access.unlock)), language, last_day
    )


# whoever comes back


def read_slip(plain: bytes, hub_id: bytes) -> Access | None:
    """What the inside of an opened slip leads to; None where it is an invitation."""
    try:
        slip = decode(plain, Slip)
    except NotCanonical:
        return None
    return Access(slip.locator, slip.unlock, hub_id)


# letters


def letters_of(circle: Circle, purpose: str) -> list[Received]:
    """What waits in my box of one purpose, from those who are in the circle now."""
    persona, services = circle.log.persona, circle.services
    box = letters.read_box(services.store, persona.box(BOX), persona.kem_seed, purpose, services.clock.day())
    return [one for one in box if one.circle == circle.id and is_here(circle, one.sender)]


def read(letter: Received, kind: type[Body]) -> Body | None:
    """The body, if it is a sound one."""
    try:
        body = decode(letter.body, kind)
        require_sound(body, letter.day)
    except NotCanonical:
        return None
    return body


def require_sound(body: Wire, day: int) -> None:
    """Raises NotCanonical for what no program of ours writes in a letter of a day: it would go into keyrings and onto
    pages. A day begins when its hub says so, and the 24 hours of a notice end in the next one or right after it.
    """
    match body:
        case Given(name, _, halves):
            sound = len(name) == SET and len(halves) <= OTHERS and all(map(_is_sound, halves))
        case Opening(owner, name, half):
            sound = len(name) == SET and _is_sound(Half(owner, half))
        case Notice(name, minute, stops):
            lengths = all((len(one.hid), len(one.token)) == STOP for one in stops)
            soon = day <= minute // DAY_MINUTES <= day + 2
            sound = len(name) == SET and soon and len(stops) <= OTHERS and lengths
        case _:
            sound = False
    if not sound:
        raise NotCanonical


def _is_sound(half: Half) -> bool:
    return (len(half.other), len(half.half)) == (PERSONA, SECRET)


async def send(circle: Circle, to: bytes, purpose: str, body: bytes) -> None:
    seat, services = seat_of(circle, to), circle.services
    day = services.clock.day()
    mail = letters.write_letter(
        circle.log.persona, circle.id, purpose, seat.kem, seat.inbox, day, body, services.random
    )
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, seat.inbox, mail)
