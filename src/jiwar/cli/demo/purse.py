"""The fund of a circle, played: what its stewards wrote down, on the days on which they did."""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles import founding, roles
from jiwar.circles.policy import Fund
from jiwar.cli.demo.cast import Cast
from jiwar.cli.demo.content import CircleScript, FundScript, InTheFund
from jiwar.systems.fund import service
from jiwar.systems.fund.rules import NONCE


class Purse:
    """What has been written down so far."""

    def __init__(self, cast: Cast) -> None:
        self._cast, self._written = cast, set[InTheFund]()

    async def write(self, days_ago: int) -> None:
        """Everything of a day, and of days before it on which nothing else happened."""
        for script in self._cast.community.circles:
            for one in script.fund.entry if script.fund else ():
                if one.day >= days_ago and one not in self._written:
                    self._written.add(one)
                    await self._open(script.slug, script.fund)
                    await self._enter(script, one)

    async def _open(self, slug: str, script: FundScript | None) -> None:
        circle = self._cast.circle(self._stewards(slug)[0], slug)
        if script and not circle.charter.fund.on:
            fund = Fund(True, script.currency, script.step)
            await founding.change_charter(circle, replace(circle.charter, fund=fund))

    def _stewards(self, slug: str) -> list[str]:
        return [person.id for person in self._cast.community.stewards(slug)]

    async def _enter(self, script: CircleScript, one: InTheFund) -> None:
        first, *others = (roles.open_role(self._cast.circle(who, script.slug)) for who in self._stewards(script.slug))
        nonce = first.services.random(NONCE)
        if one.kind == "income":
            await service.income(first, nonce, one.amount, one.text)
            return
        number = await service.ask(first, nonce, one.kind, one.amount, one.text)
        for who in [first, *others][: one.yes]:
            await service.agree(who, number)
        if one.handed:
            await service.hand(first, number)
        if one.outcome:
            await service.close(first, number, one.outcome)

    async def tell(self) -> None:
        """The figures, as a steward's coming leaves them."""
        for script in self._cast.community.circles:
            if script.fund:
                await service.look_after_everywhere(self._cast.members[self._stewards(script.slug)[0]])
