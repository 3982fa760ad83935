"""The verbs of stewards with the account of a village, in short; for the tests of the fund."""

from __future__ import annotations

from jiwar.circles import roles
from jiwar.circles.circle import Circle
from jiwar.circles.turning import turn
from jiwar.systems.fund import rules, service, view
from jiwar.systems.fund.rules import HELP
from tests.world import Person, Village

FOR = "A night in the yellow house."


def book(here: Village, who: Person) -> Circle:
    return roles.open_role(who.circle(here.circle))


def once(here: Village) -> bytes:
    return here.world.random(rules.NONCE)


async def came(here: Village, amount: int) -> int:
    return await service.income(book(here, here.founder), once(here), amount, "A collection.")


async def asked(here: Village, amount: int = 40) -> int:
    return await service.ask(book(here, here.founder), once(here), HELP, amount, FOR)


async def agreed(here: Village, amount: int = 40) -> int:
    number = await asked(here, amount)
    await service.agree(book(here, here.founder), number)
    await service.agree(book(here, here.steward), number)
    return number


def balance(here: Village) -> int:
    page = view.ledger(book(here, here.steward))
    assert page is not None
    return page.balance


async def turned(here: Village) -> None:
    await turn(book(here, here.founder), book(here, here.founder))


async def newcomer(here: Village) -> Person:
    """A steward without the keys of before."""
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    return here.member
