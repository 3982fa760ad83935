"""Naming somebody to the care team of a circle, as its founder does."""

from __future__ import annotations

from jiwar.circles import entering, leaving
from jiwar.circles.circle import Circle
from tests.systems.company import Company


def persona_of(circle: Circle) -> bytes:
    return circle.log.persona.key


async def name_steward(company: Company, name: str, *, takes: bool = True) -> None:
    """With `takes` they have said yes."""
    persona = persona_of(company.opened_by(name))
    await leaving.give_stewardship(company.palm(), persona)
    await entering.offer_stewardship(company.palm(), leaving.open_role(company.palm()), persona)
    if takes:
        circle = company.opened_by(name)
        await entering.take_keys(circle.member, circle.membership)
