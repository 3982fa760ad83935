"""Invitations: a link that carries the keys, two spoken words that the link alone doesn't hold.

Implements spec/protocol.md §4.6. GET reads nothing; the words are asked for by POST, five tries in RAM. In hidden
circles the link carries no keys: it lets the newcomer write to who invited them, and the keys come by letter.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from dataclasses import dataclass
from typing import NoReturn

from jiwar.circles import spoken
from jiwar.circles.circle import Circle
from jiwar.circles.fold import may_invite, may_write_invite, stewards
from jiwar.circles.founding import BOX, write_own
from jiwar.circles.member import Services
from jiwar.circles.model import HIDDEN, LINK, PUBLIC, Invite, Member, OpenInvite, Revoke
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import INVITE_KEY, INVITE_NUMBER, INVITE_SEAL
from jiwar.crypto.random import Random
from jiwar.crypto.sealing import SEAL_OVERHEAD, seal, unseal
from jiwar.crypto.signing import public_key
from jiwar.errors import Conflict, Full, InviteSpent, NotAllowed, NotThere, StewardsFirst, Unopenable, WrongWords
from jiwar.keyring.epochs import EpochKeys, forget_expired, without_past
from jiwar.wire.canonical import Wire, decode, encode

SECRET = 16
STEWARDS_FIRST = 3
INVITED_FIRST = 5
"""Five people come with one steward; before the sixth invitation there are three."""
MOST_TRIES = 5
_PAYLOAD_SIZE = 8_192
INVITE_SIZE = _PAYLOAD_SIZE + SEAL_OVERHEAD
"""Bytes of every invitation's value."""


class Admission(Wire, frozen=True):
    """What opens a circle to a newcomer. `epochs` is empty when keys come in a second step; `handle` is
    the name of whoever comes back under it. Where whoever likes may ask to come in, `inviter_kem` and
    `inviter_inbox` are the stewards' desk for strangers, and `proof` admits letters to it."""

    circle: bytes
    shelf: bytes
    index_key: bytes
    parent: bytes
    role: int
    name: str
    level: int
    epochs: tuple[EpochKeys, ...]
    fold_from: int
    fold_digest: bytes
    proof: bytes
    mode: str
    last_day: int
    inviter: bytes
    inviter_kem: bytes
    inviter_inbox: bytes
    handle: str = ""


@dataclass(frozen=True)
class Ticket:
    """What the inviter hands over: the link's secret, and two words to be said."""

    secret: str
    words: tuple[str, str]
    last_day: int


def admission(circle: Circle, proof: bytes, mode: str, last_day: int, handle: str = "") -> Admission:
    """The keys of a circle for a newcomer, as far back as the charter lets newcomers read.

    Raises Conflict while an epoch is not announced: a newcomer could not begin there.
    """
    if not circle.is_announced:
        raise Conflict
    number, name = circle.beginning()
    persona, today = circle.log.persona, circle.services.clock.day()
    back = circle.policy.newcomers_read_back
    held = circle.trail.epochs if back else circle.trail.epochs[-1:]
    epochs = tuple(forget_expired(keys, today) if back else without_past(keys, today) for keys in held)
    hidden = mode == HIDDEN
    return Admission(
        circle=circle.id,
        shelf=b"" if hidden else circle.log.shelf,
        index_key=b"" if hidden else circle.membership.index_key,
        parent=circle.membership.parent,
        role=circle.membership.role,
        name=circle.charter.name,
        level=circle.charter.level,
        epochs=() if hidden else epochs,
        fold_from=number,
        fold_digest=name,
        proof=proof,
        mode=mode,
        last_day=last_day,
        inviter=persona.key,
        inviter_kem=persona.kem_key,
        inviter_inbox=persona.inbox(BOX),
        handle=handle,
    )


async def invite(circle: Circle, language: str, uses: int = 1, returns: Member | None = None) -> Ticket:
    """Write an invitation, or a slip for somebody to come back under their old name (`circles.returning`).

    Raises NotAllowed, StewardsFirst, Full, Conflict.
    """
    if returns is None:
        require_may_write(circle)
    policy, random = circle.policy, circle.services.random
    mode = HIDDEN if circle.charter.access == HIDDEN else LINK
    uses = 1 if mode == HIDDEN else max(1, min(uses, policy.invite_uses))
    last_day = circle.services.clock.day() + policy.invite_days
    ticket, proof = _ticket(language, last_day, random), random(32)
    number = number_of(ticket.secret)
    persona, handle = (returns.persona, returns.handle) if returns else (b"", "")
    body = Invite(public_key(proof), number, mode, 1 if returns else uses, last_day, 0, persona)
    payload = encode(admission(circle, proof, mode, last_day, handle))
    await write_own(circle, "invite", encode(body))
    if all(one.invite.proof != body.proof for one in circle.state.invites):
        raise NotAllowed
    await _put(circle.services, ticket, payload)
    return ticket


def _ticket(language: str, last_day: int, random: Random) -> Ticket:
    words = spoken.pick(language, random)
    return Ticket(b32encode(random(SECRET)).rstrip(b"=").decode().lower(), words, last_day)


async def _put(services: Services, ticket: Ticket, payload: bytes) -> None:
    secret, number = _secret(ticket.secret), number_of(ticket.secret)
    key = _key(secret, ticket.words)
    value = seal(key, INVITE_SEAL, (number,), payload, size=_PAYLOAD_SIZE, random=services.random)
    await services.store.put_invite(number, ticket.last_day, value)


async def seal_ticket(services: Services, payload: bytes, language: str, last_day: int) -> Ticket:
    """A link and two words for something else than a way into a circle; in the store it looks like any invitation."""
    ticket = _ticket(language, last_day, services.random)
    await _put(services, ticket, payload)
    return ticket


def require_may_write(circle: Circle) -> None:
    """Raises NotAllowed, StewardsFirst, Full."""
    if not may_invite(circle.state, circle.log.persona.key):
        raise NotAllowed
    if not may_write_invite(circle.state, circle.log.persona.key):
        raise Full
    _require_stewards_first(circle)


def _require_stewards_first(circle: Circle) -> None:
    """A group that grows needs more than one person who can turn its keys, unless its care team has said "later".

    A rule of this program, not of the fold: whoever changes their copy may go on alone, and shows it.
    """
    if not circle.charter.later and is_small(circle) and invited(circle) >= INVITED_FIRST:
        raise StewardsFirst


def is_small(circle: Circle) -> bool:
    """Whether the care team has fewer people than a group needs that grows."""
    return len(stewards(circle.state)) < STEWARDS_FIRST


def invited(circle: Circle) -> int:
    """How many have come by invitation, and how many may still come by those that stand open."""
    today = circle.services.clock.day()
    standing = (one for one in circle.state.invites if one.invite.last_day >= today and is_handed_out(one))
    return len(circle.state.members) - 1 + sum(one.invite.uses - one.used for one in standing)


def is_handed_out(one: OpenInvite) -> bool:
    """Whether it is for somebody whom a member knows: neither the care team's own keys nor the published page's."""
    return not one.invite.role and one.invite.mode != PUBLIC


def number_of(text: str) -> bytes:
    """The store's number of a link. Raises NotThere."""
    return _number(_secret(text))


def _number(secret: bytes) -> bytes:
    return derive(secret, INVITE_NUMBER)


def _key(secret: bytes, words: tuple[str, str]) -> bytes:
    """Both halves of the invitation: what was sent, and what was said."""
    return derive(secret, INVITE_KEY, *("".join(spoken.fold(word).split()) for word in words))


def _secret(text: str) -> bytes:
    try:
        secret = b32decode(text.upper() + "=" * (-len(text) % 8))
    except (NotBase32, ValueError):
        raise NotThere from None
    if len(secret) != SECRET:
        raise NotThere
    return secret


class Tries:
    """Wrong words so far, in RAM: after five an invitation is withdrawn."""

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}

    async def count(self, services: Services, number: bytes) -> NoReturn:
        """Raises WrongWords with the tries that are left, or InviteSpent after the last."""
        tries = self._counts.get(number, 0) + 1
        self._counts[number] = tries
        if tries < MOST_TRIES:
            raise WrongWords(left=MOST_TRIES - tries)
        self._counts.pop(number)
        await services.store.remove_invite(number)
        raise InviteSpent


async def open_invite(services: Services, tries: Tries, text: str, words: tuple[str, str]) -> Admission:
    """Read an invitation with its words; spends nothing. Raises InviteSpent, WrongWords, NotCanonical."""
    return read_admission(await unsealed(services, tries, text, words))


async def unsealed(services: Services, tries: Tries, text: str, words: tuple[str, str]) -> bytes:
    """What a link and its words open. Raises InviteSpent, WrongWords."""
    try:
        secret = _secret(text)
        sealed = services.store.invite(_number(secret))
    except NotThere:
        raise InviteSpent from None
    number = _number(secret)
    try:
        return unseal(_key(secret, words), INVITE_SEAL, (number,), sealed)
    except Unopenable:
        await tries.count(services, number)


def read_admission(plain: bytes) -> Admission:
    """What an opened invitation leads to. Raises NotCanonical, and InviteSpent for what doesn't come by a link: only
    letters lead into a circle within another.
    """
    admitted = decode(plain, Admission)
    if admitted.mode not in (LINK, HIDDEN) or admitted.parent:
        raise InviteSpent
    return admitted


def is_used_up(circle: Circle, proof: bytes) -> bool:
    """Whether the last use of an invitation was made: then its link has to be withdrawn from the store."""
    return all(one.invite.proof != proof for one in circle.state.invites)


async def withdraw(services: Services, text: str) -> None:
    """A link has done what it was for."""
    await services.store.remove_invite(number_of(text))


async def revoke(circle: Circle, proof: bytes) -> None:
    """End an invitation early: its writer or a steward. Raises NotAllowed."""
    found = next((one for one in circle.state.invites if one.invite.proof == proof), None)
    if found is None or not (circle.is_steward or found.by == circle.log.persona.key):
        raise NotAllowed
    await circle.services.store.remove_invite(found.invite.number)
    await write_own(circle, "revoke", encode(Revoke(proof)))


def mine(circle: Circle) -> list[OpenInvite]:
    """Open invitations that I may see: my own, or all for stewards."""
    me, today = circle.log.persona.key, circle.services.clock.day()
    return [
        one
        for one in circle.state.invites
        if (one.by == me or circle.is_steward) and one.invite.last_day >= today and is_handed_out(one)
    ]
