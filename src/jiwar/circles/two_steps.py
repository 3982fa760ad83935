"""Entering a hidden circle, in two steps: its link opens no keys; who invited sends them to who asks by it.

Implements spec/protocol.md §4.6.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import entering, handles, letters
from jiwar.circles.circle import Circle
from jiwar.circles.fold import find_invite, may_invite, member_of
from jiwar.circles.founding import BOX, write_own
from jiwar.circles.invitations import Admission
from jiwar.circles.member import Member
from jiwar.circles.model import LETTER, Invite, Revoke
from jiwar.circles.oaths import join_bytes
from jiwar.crypto import envelopes
from jiwar.crypto.signing import public_key, require_sound_key, sign, verify
from jiwar.errors import BadInput, BadSignature, InviteSpent, NotAllowed, NotThere
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, decode, encode


class Asking(Wire, frozen=True):
    """A newcomer's letter to who invited them into a hidden circle."""

    handle: str
    kem: bytes
    inbox: bytes
    proof: bytes
    signature: bytes


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits for keys, as the inviter sees them."""

    eid: bytes
    day: int
    persona: bytes
    asking: Asking


async def ask_to_enter(member: Member, admitted: Admission, number: bytes, handle: str) -> None:
    """Write to who invited me into a hidden circle, and wait. Raises NotAllowed (I am in it), InviteSpent."""
    if entering.is_in(member, admitted.circle):
        raise NotAllowed
    services = member.services
    today = services.clock.day()
    membership, trail = entering.entry_point(admitted, services.random(32), handles.sound_handle(handle), today)
    persona = Persona(membership.persona)
    message = join_bytes(admitted.circle, persona.key, membership.handle, persona.kem_key, persona.inbox(BOX), b"")
    asking = Asking(
        membership.handle,
        persona.kem_key,
        persona.inbox(BOX),
        public_key(admitted.proof),
        sign(admitted.proof, message),
    )
    mail = letters.write_letter(
        persona,
        admitted.circle,
        letters.REQUEST,
        admitted.inviter_kem,
        admitted.inviter_inbox,
        today,
        encode(asking),
        services.random,
    )
    # First the persona, then the letter: an answer to keys that nobody has would be lost.
    await member.add_circles((membership, trail))
    try:
        await services.store.answer_invite(number, admitted.inviter_inbox, mail)
    except NotThere:
        await member.forget_circle(admitted.circle)
        raise InviteSpent from None
    await services.store.remove_invite(number)


def who_waits(circle: Circle) -> list[Waiting]:
    """Newcomers whom I invited and who wait for keys."""
    persona, today = circle.log.persona, circle.services.clock.day()
    found = []
    for letter in letters.read_box(circle.services.store, persona.box(BOX), persona.kem_seed, letters.REQUEST, today):
        try:
            found.append(_asked(circle, letter))
        except (BadInput, BadSignature, NotThere):
            continue
    return found


def _asked(circle: Circle, letter: letters.Received) -> Waiting:
    """A request by somebody who holds the invitation that it names. Raises BadInput, BadSignature, NotThere.

    Every member knows my box and what each invitation is checked against, so only the invitation's own signature
    tells a newcomer from a member who wants a second name.
    """
    asking = decode(letter.body, Asking)
    if letter.circle != circle.id or find_invite(circle.state, asking.proof, letter.day) is None:
        raise NotThere
    require_sound_key(letter.sender)
    envelopes.require_sound_key(asking.kem)
    handles.require_sound_handle(asking.handle)
    message = join_bytes(circle.id, letter.sender, asking.handle, asking.kem, asking.inbox, b"")
    verify(asking.proof, asking.signature, message)
    return Waiting(letter.eid, letter.day, letter.sender, asking)


async def let_in(circle: Circle, waiting: Waiting) -> None:
    """Send the keys to somebody who waits. Raises NotAllowed when the invitation has ended, Conflict."""
    found = find_invite(circle.state, waiting.asking.proof, waiting.day)
    if found is None or not (found.invite.returns or may_invite(circle.state, circle.log.persona.key)):
        raise NotAllowed
    back = member_of(circle.state, found.invite.returns)
    proof = circle.services.random(32)
    last_day = circle.services.clock.day() + circle.policy.invite_days
    number = circle.services.random(32)
    body = Invite(public_key(proof), number, LETTER, 1, last_day, 0, found.invite.returns)
    await write_own(circle, "invite", encode(body))
    await write_own(circle, "revoke", encode(Revoke(waiting.asking.proof)))
    handle = back.handle if back else ""
    await entering.send_keys(circle, proof, last_day, waiting.asking.kem, waiting.asking.inbox, handle)
    await circle.services.store.delete_mail(circle.log.persona.box(BOX), waiting.eid)


async def turn_away(circle: Circle, waiting: Waiting) -> None:
    """Let a request lapse."""
    await circle.services.store.delete_mail(circle.log.persona.box(BOX), waiting.eid)
