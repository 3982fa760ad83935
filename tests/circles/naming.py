"""Naming somebody to the care team of a circle, as its founder does."""

from __future__ import annotations

from jiwar.circles import entering, roles
from jiwar.circles.circle import Circle
from tests.systems.company import Company


def persona_of(circle: Circle) -> bytes:
    return circle.log.persona.key


async def name_steward(company: Company, name: str, *, takes: bool = True) -> None:
    """With `takes` they have said yes."""
    persona = persona_of(company.opened_by(name))
    await roles.give(company.palm(), persona)
    await roles.offer(company.palm(), roles.open_role(company.palm()), persona)
    if takes:
        circle = company.opened_by(name)
        await entering.take_keys(circle.member, circle.membership)
