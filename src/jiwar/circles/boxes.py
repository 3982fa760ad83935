"""Boxes that only my keyring leads to: of my one-offs, and of what I have together with somebody.

Implements spec/protocol.md §9.4, §9.10. They are emptied by their tokens, without any key of a circle: so also by who
was put out of it, or has laid down the role to which it belongs.
"""

from __future__ import annotations

import asyncio

from jiwar.circles.founding import desk_of
from jiwar.circles.member import Member, Services
from jiwar.keyring.persona import Persona

ONE_OFF = "one-off"
"""Purpose of a one-off's box."""


async def empty(services: Services, box: bytes) -> None:
    """Delete everything that lies in a box, sound or not."""
    await asyncio.gather(*(services.store.delete_mail(box, mail.eid) for mail in services.store.mail(box)))


async def forget_circle(member: Member, circle: bytes) -> None:
    """Let a circle go out of my keyring, and first what lies in such boxes: afterwards nothing leads to them."""
    ring, boxes = member.keyring, set()
    for case in ring.cases:
        if case.circle == circle and case.secret:
            boxes |= {desk_of(case.secret).box, Persona(case.seed).box(ONE_OFF)}
    for one in ring.one_offs:
        if one.circle == circle:
            persona = Persona(one.seed)
            boxes.add(desk_of(persona.room).box if one.role else persona.box(ONE_OFF))
    for box in boxes:
        await empty(member.services, box)
    await member.forget_circle(circle)
