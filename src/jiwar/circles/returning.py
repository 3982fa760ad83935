"""Coming back under one's old name after the key was lost: by a steward's slip, while the old account can stop it.

Implements spec/protocol.md §4.8. The slip is an invitation that names a persona. Who comes in by it carries that
persona's handle, and the old one is closed from there on: it reads for two days more, so that whoever holds it can
say that this was not them. That puts everything back as it was. After it the keys turn, and the old account is out.

A role is given to who has come back only after two stewards have confirmed them, and the two days. One steward alone
can put somebody else under an old name, as one alone can remove; they can't give that somebody the care of a group.
"""

from __future__ import annotations

from jiwar.circles import invitations
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import write_own
from jiwar.circles.invitations import Ticket
from jiwar.circles.model import Confirm, Disown, Return
from jiwar.errors import NotAllowed, NotThere
from jiwar.wire.canonical import encode


def of_new(circle: Circle, persona: bytes) -> Return | None:
    """How somebody came back, if they did."""
    return next((one for one in circle.state.returns if one.new == persona), None)


def of_old(circle: Circle, persona: bytes) -> Return | None:
    """Who came under somebody's name, while that can still be stopped."""
    today = circle.services.clock.day()
    return next((one for one in circle.state.returns if one.old == persona and one.may_be_stopped(today)), None)


async def invite_back(circle: Circle, persona: bytes, language: str) -> Ticket:
    """Write a slip under an old name. Raises NotAllowed, NotThere, Full, Conflict."""
    target = member_of(circle.state, persona)
    if target is None or not target.active:
        raise NotThere
    if not circle.is_steward or persona == circle.log.persona.key:
        raise NotAllowed
    return await invitations.invite(circle, language, returns=target)


async def confirm(circle: Circle, persona: bytes) -> None:
    """Say, as a steward, that I know that this is who they were. Raises NotThere, NotAllowed."""
    if of_new(circle, persona) is None:
        raise NotThere
    if not circle.is_steward or persona == circle.log.persona.key:
        raise NotAllowed
    await write_own(circle, "confirm", encode(Confirm(persona)))


async def stop(circle: Circle) -> None:
    """That was not me: who came under my name goes, and I am here again. Raises NotThere."""
    found = of_old(circle, circle.log.persona.key)
    if found is None:
        raise NotThere
    await write_own(circle, "disown", encode(Disown(found.new)))
    if of_old(circle, circle.log.persona.key) is not None:
        raise NotThere
