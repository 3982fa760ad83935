"""One-offs over a process that dies: what was acknowledged comes once, what was taken back never. Keys turn."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import leaving, oneoffs
from jiwar.circles.circle import Circle
from jiwar.clock import SetClock
from jiwar.errors import Full, NotThere
from jiwar.systems.needs import service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import WORKED, Wish
from tests.systems.company import Company, gather

ACTS = ("ask", "come", "die", "visit", "back", "end", "renew", "flush")


class Life:
    """What fig does, beside a plain account of what should stand."""

    def __init__(self, company: Company) -> None:
        self.company, self.number = company, 0
        self.waiting: set[str] = set()
        self.standing: set[str] = set()

    def listed(self) -> list[str]:
        circle = self.company.palm()
        return [line.cover.text for line in view.lines(circle, NEED, view.rows(circle, NEED, limit=60))]

    async def act(self, verb: str, pick: int) -> None:
        services, fig = self.company.services, self.company.fig()
        own = view.all_mine(fig)
        chosen = own[pick % len(own)] if own else None
        if verb == "ask":
            self.number += 1
            text = f"طلب {self.number}"
            try:
                await service.ask(fig, Wish(NEED, text))
            except Full:
                return
            self.waiting.add(text)
        elif verb in ("come", "flush"):
            held = [append.obj for _, append, *_ in services.later.waiting.values()]
            if verb == "come":
                await services.later.look(services.store, float("inf"))
            else:
                await services.later.flush(services.store, services.random)
            come = {one.need.text for one in own if one.obj in held}
            self.waiting, self.standing = self.waiting - come, self.standing | come
        elif verb == "die":
            services.later.waiting.clear()
        elif verb == "visit":
            await oneoffs.settle(fig)
        elif chosen is not None:
            await self.change(verb, fig, chosen)

    async def change(self, verb: str, fig: Circle, chosen: view.Shown) -> None:
        text = chosen.need.text
        if verb == "renew":
            try:
                await service.renew(fig, chosen.obj)
            except Full:
                return
            self.standing.discard(text)
            self.waiting.add(text)
            return
        await (service.take_back(fig, chosen.obj) if verb == "back" else service.end(fig, chosen.obj, WORKED))
        self.waiting.discard(text)
        self.standing.discard(text)


async def _live(acts: list[tuple[str, int]]) -> None:
    life = Life(await gather(SetClock(20_000, hour=9)))
    for verb, pick in acts:
        await life.act(verb, pick)
        listed = life.listed()
        assert len(listed) == len(set(listed))
        assert set(listed) == life.standing
        assert {one.need.text for one in view.all_mine(life.company.fig())} == life.standing | life.waiting
    await oneoffs.settle(life.company.fig())
    await life.company.services.later.look(life.company.services.store, float("inf"))
    assert set(life.listed()) == life.standing | life.waiting


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 20)), max_size=25))
def test_what_was_acknowledged_comes_once_and_what_was_taken_back_never(acts: list[tuple[str, int]]) -> None:
    asyncio.run(_live(acts))


@pytest.mark.anyio
async def test_it_outlives_keys_that_turn_before_and_after_it_came(company: Company) -> None:
    stands = await service.ask(company.fig(), Wish(NEED, "قبل"))
    services = company.services
    await services.later.look(services.store, float("inf"))
    waits = await service.ask(company.fig(), Wish(NEED, "بعد"))
    await leaving.remove(company.palm(), company.lamp().log.persona.key)
    await services.later.look(services.store, float("inf"))
    with pytest.raises(NotThere):
        view.one(company.palm(), waits)
    await oneoffs.settle(company.fig())
    await services.later.look(services.store, float("inf"))
    assert view.one(company.palm(), stands).need.text == "قبل"
    assert view.one(company.palm(), waits).need.text == "بعد"
    await service.end(company.fig(), stands, WORKED)
    assert not view.one(company.palm(), stands).is_open


@pytest.mark.anyio
async def test_taking_back_waits_for_what_is_being_written(company: Company) -> None:
    obj = await service.ask(company.fig(), Wish(NEED, "الآن"))
    services = company.services
    written = asyncio.create_task(services.later.look(services.store, float("inf")))
    await asyncio.sleep(0)
    assert not await services.later.take_back(obj) or not company.palm().log.has(obj)
    await written


@pytest.mark.anyio
async def test_a_list_costs_as_many_reads_however_many_there_are(company: Company) -> None:
    async def reads() -> int:
        circle, count = company.palm(), 0
        store = company.services.store

        def counted(name: str):
            honest = getattr(type(store), name)

            def read(*args, **named):
                nonlocal count
                count += 1
                return honest(store, *args, **named)

            return read

        names = ("objects", "object", "records", "record", "day_halves", "shelf")
        vars(store).update({name: counted(name) for name in names})
        shown = view.lines(circle, NEED, view.rows(circle, NEED))
        for name in names:
            del vars(store)[name]
        assert shown
        return count

    async def more(number: int) -> None:
        for place in range(number):
            await service.ask(company.fig(), Wish(NEED, f"طلب {place}"))
            await company.services.later.flush(company.services.store, company.services.random)
            await company.fig().member.update(lambda ring: replace(ring, one_offs=()))

    await more(2)
    few = await reads()
    await more(40)
    assert await reads() == few
