"""Founding a circle, and with it the stewards' role circle that holds what only stewards may open.

Implements spec/protocol.md §4.3. A founder is the first member and the first steward; the role circle has the same
persona and its own keys; the control keys of both shelves come from its epochs.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import charters
from jiwar.circles.circle import Circle, circle_object, open_log
from jiwar.circles.handles import sound_handle
from jiwar.circles.member import Member
from jiwar.circles.model import CIRCLE, DISPATCHER, MODERATOR, STEWARD, Charter, Desk, Found, Founder, Inner
from jiwar.circles.oaths import circle_id, keys_bytes
from jiwar.circles.policy import FIRST_LEVEL, FIRST_LEVELS, FIRST_UNNAMED
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import CIRCLE_BOX, CONTROL_SEED, INBOX, TOKEN_HASH
from jiwar.crypto.signing import public_key
from jiwar.errors import Conflict, NotAllowed
from jiwar.keyring import epochs
from jiwar.keyring.epochs import EpochKeys
from jiwar.keyring.model import Membership, Trail
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Entry
from jiwar.store.contract import KEPT, NewShelf
from jiwar.wire.canonical import encode

ROLE_CARD = "role"
WITH_DESK = (STEWARD, MODERATOR, DISPATCHER)
"""Roles to which others write: members, and at the dispatchers' window whoever has no account."""
FIRST_HOUR = 21
"""When people come together, until stewards say otherwise."""
BOX = "keys"
"""Purpose of a persona's box: where others leave keys for it."""


def first_charter(card: str, name: str, about: str, rules: tuple[str, ...], access: str) -> Charter:
    """The charter that a founding card starts with; stewards change it later."""
    hour = None if card == ROLE_CARD else FIRST_HOUR
    first = FIRST_LEVEL[card], FIRST_LEVELS[card]
    return Charter(name, about, rules, (), card, access, *first, hour=hour, unnamed=FIRST_UNNAMED[card])


@dataclass(frozen=True)
class _Birth:
    """What a circle is born with."""

    charter: Charter
    membership: Membership
    keys: EpochKeys
    nonce: bytes


def _birth(
    member: Member, charter: Charter, handle: str, persona: Persona, parent: bytes = b"", role: int = 0
) -> _Birth:
    random, today = member.services.random, member.services.clock.day()
    nonce, shelf = random(16), random(16)
    circle = circle_id(nonce, persona.key)
    keys = epochs.begin(random(32), 0, shelf, today)
    membership = Membership(
        circle, shelf, random(32), persona.seed, today, parent=parent, name=charter.name, handle=handle, role=role
    )
    return _Birth(charter, membership, keys, nonce)


async def found_circle(member: Member, charter: Charter, handle: str) -> Circle:
    """Found a circle with its stewards' circle.

    Raises KeyringFull; TextMissing, TextTooLong, BadChoice for what may not stand in a charter or a name.
    """
    charters.require_sound(charter)
    handle = sound_handle(handle)
    persona = Persona(member.services.random(32))
    main = _birth(member, charter, handle, persona)
    role = _birth(member, _inner_charter(charter), handle, persona, main.membership.circle, STEWARD)
    trails = [await _bring_up(member, birth, role.keys, persona) for birth in (role, main)]
    await member.add_circles((role.membership, trails[0]), (main.membership, trails[1]))
    circle = Circle(member, main.membership.circle)
    await write_own(circle, "inner", encode(Inner(STEWARD, role.membership.circle)))
    await publish_desk(circle, Circle(member, role.membership.circle), STEWARD)
    return circle


def _inner_charter(charter: Charter) -> Charter:
    return first_charter(ROLE_CARD, charter.name, "", (), charter.access)


async def bring_up_inner(circle: Circle, role: int) -> Circle:
    """Found a role circle of a circle that there is already, under my name there. Raises KeyringFull."""
    member, persona = circle.member, circle.log.persona
    birth = _birth(member, _inner_charter(circle.charter), circle.me.handle, persona, circle.id, role)
    await member.add_circles((birth.membership, await _bring_up(member, birth, birth.keys, persona)))
    return Circle(member, birth.membership.circle)


async def _bring_up(member: Member, birth: _Birth, role_keys: EpochKeys, persona: Persona) -> Trail:
    services, membership, keys = member.services, birth.membership, birth.keys
    trail = Trail(membership.circle, (keys,), level=birth.charter.level)
    hashes = digest(TOKEN_HASH, keys.read), digest(TOKEN_HASH, keys.append)
    control = public_key(control_seed(role_keys, membership.shelf))
    await services.store.open_shelf(NewShelf(membership.shelf, *hashes, control))
    founder = Founder(membership.handle, *own_keys(member, persona, membership.circle))
    found = Found(birth.nonce, birth.charter, founder, membership.parent)
    entry = Entry(circle_object(membership.circle), "found", encode(found), KEPT, collection=CIRCLE)
    await open_log(services, membership, trail).append(entry, refold=lambda _: b"", create=True)
    return trail


def own_keys(member: Member, persona: Persona, circle: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """What a persona brings into a circle: KEM key, box, return key, and its signature over the three."""
    keys = persona.kem_key, persona.inbox(BOX), public_key(member.return_seed(circle))
    return *keys, persona.sign(keys_bytes(circle, *keys))


def control_seed(role_keys: EpochKeys, shelf: bytes) -> bytes:
    """The seed of a shelf's control key: every steward has it from an epoch of their own circle, nobody else does."""
    return derive(role_keys.record, CONTROL_SEED, shelf)


async def write_own(circle: Circle, kind: str, body: bytes) -> None:
    """Append one of the circle's own records and fold again."""
    await circle.log.append(Entry(circle_object(circle.id), kind, body, KEPT))
    circle.keep_trail(circle.trail)
    circle.reload()


@dataclass(frozen=True)
class DeskKeys:
    """What a secret that several share opens letters with: a key pair, and the read tokens of two boxes, of which
    the second takes what strangers write, so that they can't fill the one that members need."""

    seed: bytes
    box: bytes
    strangers: bytes


def desks(role: Circle) -> list[DeskKeys]:
    """The desks of all epochs that I still hold, latest first: letters may be older than an epoch.

    Box and key pair are one epoch's own, so that who has lost the role can neither read nor delete what comes later.
    """
    return [desk_of(keys.record) for keys in reversed(role.trail.epochs)]


def desk_of(secret: bytes) -> DeskKeys:
    """The desk of everybody who has a secret: of a role circle its record key, or of two who share a room."""
    seed = derive(secret, CIRCLE_BOX, "kem", length=envelopes.SEED)
    return DeskKeys(seed, derive(secret, CIRCLE_BOX, "box"), derive(secret, CIRCLE_BOX, "strangers"))


async def publish_desk(circle: Circle, inner: Circle, role: int) -> None:
    """Tell members where to write to those who hold a role."""
    if role not in WITH_DESK:
        return
    newest = desks(inner)[0]
    desk = Desk(role, envelopes.public_key(newest.seed), digest(INBOX, newest.box))
    if circle.state.desk_of(role) != desk:
        await write_own(circle, "desk", encode(desk))


async def change_charter(circle: Circle, charter: Charter) -> None:
    """Put a new edition of the charter in force.

    Raises NotAllowed for who is no steward, TextMissing, TextTooLong, BadChoice for what may not stand in a charter,
    Conflict when another steward's edition came first.
    """
    if not circle.is_steward:
        raise NotAllowed
    wanted = charters.next_edition(circle.charter, charter)
    charters.require_sound(wanted)
    await write_own(circle, "charter", encode(wanted))
    if circle.charter != wanted:
        raise Conflict
