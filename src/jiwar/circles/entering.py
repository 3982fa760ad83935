"""Entering a circle: by the keys of an invitation, at once or from a box where they were sent later.

Implements spec/protocol.md §4.6. A newcomer's record counts only with a signature by the invitation's key over the
newcomer's own keys and name; the fold judges it (`circles.fold`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from jiwar.circles import boxes, handles, letters
from jiwar.circles.admitted import require_sound
from jiwar.circles.circle import Circle, circle_object, load_state, open_log
from jiwar.circles.fold import find_invite, handle_is_free, member_of
from jiwar.circles.founding import BOX, own_keys
from jiwar.circles.invitations import Admission, admission
from jiwar.circles.member import Member, Services
from jiwar.circles.model import ASKED, KEYLESS, LETTER, Charter, CircleState, Join
from jiwar.circles.oaths import join_bytes
from jiwar.crypto.signing import public_key, sign
from jiwar.errors import BadInput, InviteSpent, KeysChanged, NameTaken, NotAllowed, NotThere, Removed
from jiwar.keyring.model import Membership, Trail
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Entry, ShelfLog
from jiwar.store.contract import KEPT
from jiwar.wire.canonical import decode, encode


def name_is_free(services: Services, admitted: Admission, handle: str) -> bool:
    """Whether nobody in the circle has this name; unknown where keys come in a second step."""
    if admitted.mode in KEYLESS or admitted.handle:
        return True
    membership, trail = entry_point(admitted, services.random(32), handle, services.clock.day())
    return handle_is_free(_shown(open_log(services, membership, trail), trail), handle)


def charter_seen_by(services: Services, admitted: Admission) -> Charter | None:
    """What the circle says of itself, before entering; None where keys come in a second step."""
    if admitted.mode in KEYLESS:
        return None
    membership, trail = entry_point(admitted, services.random(32), "", services.clock.day())
    return _shown(open_log(services, membership, trail), trail).charter


def _shown(log: ShelfLog, trail: Trail) -> CircleState:
    """The circle as an invitation shows it. Raises InviteSpent when the keys have turned since."""
    try:
        return load_state(log, trail)
    except (KeysChanged, NotThere):
        raise InviteSpent from None


def entry_point(admitted: Admission, seed: bytes, handle: str, today: int) -> tuple[Membership, Trail]:
    """What a keyring holds of a circle from now on, with keys or waiting for them. Raises NotThere."""
    require_sound(admitted, today)
    membership = Membership(
        admitted.circle,
        admitted.shelf,
        admitted.index_key,
        seed,
        today,
        parent=admitted.parent,
        name=admitted.name,
        handle=handle,
        waiting=not admitted.epochs,
        role=admitted.role,
        asked=admitted.mode == ASKED,
    )
    return membership, Trail(
        admitted.circle,
        admitted.epochs,
        fold_from=admitted.fold_from,
        fold_digest=admitted.fold_digest,
        level=admitted.level,
    )


def is_in(member: Member, circle: bytes) -> bool:
    try:
        return bool(Circle(member, circle).me)
    except (NotThere, Removed):
        return False


async def enter(member: Member, admitted: Admission, handle: str, seed: bytes | None = None) -> Circle:
    """Join with keys in hand. Raises NotAllowed (I am in it), NameTaken, InviteSpent, KeyringFull."""
    if is_in(member, admitted.circle):
        raise NotAllowed
    services = member.services
    today = services.clock.day()
    membership, trail = entry_point(admitted, seed or services.random(32), handles.sound_handle(handle), today)
    log = open_log(services, membership, trail)
    state = _shown(log, trail)
    _require_open(state, admitted, membership.handle, log.persona.key, today)
    edition = state.charter.edition if state.charter else 0
    body = encode(_join(member, admitted, membership, edition))
    try:
        await log.append(Entry(circle_object(admitted.circle), "join", body, KEPT))
    except KeysChanged:
        raise InviteSpent from None
    log.forget_state()
    _require_came_in(_shown(log, trail), admitted, log.persona.key, today)
    membership = replace(membership, agreed=edition)
    await member.add_circles((membership, replace(trail, base=log.state.size - 1, previous=log.previous)))
    return Circle(member, admitted.circle)


def _require_open(state: CircleState, admitted: Admission, handle: str, persona: bytes, today: int) -> None:
    if find_invite(state, public_key(admitted.proof), max(today, state.day)) is None:
        raise InviteSpent
    if handle != admitted.handle if admitted.handle else not handle_is_free(state, handle, persona):
        raise NameTaken


def _require_came_in(state: CircleState, admitted: Admission, persona: bytes, today: int) -> None:
    """Two may come at once: the one whose record stands later has to take another name, or has come too late."""
    mine = member_of(state, persona)
    if mine is None or not mine.active:
        raise InviteSpent if find_invite(state, public_key(admitted.proof), today) is None else NameTaken


def _join(member: Member, admitted: Admission, membership: Membership, edition: int) -> Join:
    persona = Persona(membership.persona)
    kem, inbox, returning, sworn = own_keys(member, persona, admitted.circle)
    message = join_bytes(admitted.circle, persona.key, membership.handle, kem, inbox, returning)
    proof = public_key(admitted.proof)
    return Join(membership.handle, kem, inbox, returning, sworn, edition, proof, sign(admitted.proof, message))


async def send_keys(circle: Circle, proof: bytes, last_day: int, kem: bytes, inbox: bytes, handle: str = "") -> None:
    """Leave the keys of a circle in somebody's box."""
    body = encode(admission(circle, proof, LETTER, last_day, handle))
    services = circle.services
    mail = letters.write_letter(
        circle.log.persona, circle.id, letters.KEYS, kem, inbox, services.clock.day(), body, services.random
    )
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, inbox, mail)


def keys_arrived(member: Member, membership: Membership, role: int = 0) -> tuple[bytes, Admission] | None:
    """Keys that wait in the box of one of my personas: (letter id, what they open); of one role, if it is named.

    Keys of a role circle count only from somebody who holds the role to somebody who does: any member knows where my
    box is.
    """
    return next((one for one in arrived(member, membership) if role in (0, one[1].role)), None)


def arrived(member: Member, membership: Membership) -> Iterator[tuple[bytes, Admission]]:
    """All such letters of keys, oldest first: of two the first may have turned."""
    persona, services = Persona(membership.persona), member.services
    token, today = persona.box(BOX), services.clock.day()
    for letter in letters.read_box(services.store, token, persona.kem_seed, letters.KEYS, today):
        try:
            admitted = decode(letter.body, Admission)
        except BadInput:
            continue
        if (admitted.circle, admitted.inviter) == (letter.circle, letter.sender):
            if _are_wanted(member, membership, admitted):
                yield letter.eid, admitted


def _are_wanted(member: Member, membership: Membership, admitted: Admission) -> bool:
    if membership.waiting:
        return admitted.circle == membership.circle and not admitted.parent
    if admitted.parent != membership.circle or is_in(member, admitted.circle):
        return False
    state = Circle(member, membership.circle).state
    if not admitted.role or state.inner_of(admitted.role) != admitted.circle:
        return False
    both = (admitted.inviter, Persona(membership.persona).key)
    return all((found := member_of(state, one)) is not None and found.holds(admitted.role) for one in both)


async def take_keys(member: Member, membership: Membership, role: int = 0) -> Circle | None:
    """Enter the circle whose keys have come; letters with outdated keys go. Raises NameTaken, InviteSpent."""
    box, stale = Persona(membership.persona).box(BOX), False
    for eid, admitted in [one for one in arrived(member, membership) if role in (0, one[1].role)]:
        circle = None
        await _forget_before(member, admitted)
        try:
            circle = await enter(member, admitted, membership.handle, membership.persona)
        except (InviteSpent, KeysChanged, NotThere):
            stale = True
        await member.services.store.delete_mail(box, eid)
        if circle is not None:
            return circle
    if stale:
        raise InviteSpent
    return None


async def _forget_before(member: Member, admitted: Admission) -> None:
    """The circle that a role had before it began anew opens nothing any more."""
    left = member.role_circle_of(admitted.parent, admitted.role) if admitted.parent else None
    if left is not None and left.circle != admitted.circle:
        await boxes.forget_circle(member, left.circle)
