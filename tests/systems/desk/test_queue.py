"""A look at the queue: what it reads of a long one, and what it doesn't open."""

from __future__ import annotations

from collections import Counter as Count
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import callers, founding, letters, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.model import DISPATCHER
from jiwar.circles.policy import Counter, HelpDesk
from jiwar.keyring.persona import Persona
from jiwar.systems.desk import rules, service, view
from jiwar.systems.desk.view import Open
from tests.world import Village, village

pytestmark = pytest.mark.anyio

MANY = 30


@dataclass
class Desk:
    """A desk of one dispatcher, and the seeds of those who asked there."""

    village: Village
    seeds: list[bytes]

    @property
    def inner(self) -> Circle:
        found = roles.held(self.village.founder.circle(self.village.circle), DISPATCHER)
        assert found is not None
        return found

    async def asks(self, text: str = "A bed for one night.") -> bytes:
        services, page = self.village.world.services, window.page_of(self.village.circle)
        self.seeds.append(services.random(32))
        await callers.ask(services, window.read(services, page), self.seeds[-1], "bed", text)
        return self.seeds[-1]

    async def adds(self, seed: bytes, text: str = "And a cat.") -> None:
        services, page = self.village.world.services, window.page_of(self.village.circle)
        await callers.add(services, window.read(services, page), seed, text)

    async def gathered(self) -> list[Open]:
        circle = self.village.founder.circle(self.village.circle)
        await service.gather(circle, self.inner)
        return await view.queue(self.inner)

    def counted(self) -> Count[bytes]:
        """How often each box is read from now on."""
        reads = Count[bytes]()

        def read(answer: Any, token: bytes) -> Any:
            reads[token] += 1
            return answer

        self.village.world.hub.lies["mail"] = read
        return reads


@pytest.fixture
async def desk(anyio_backend: str) -> Desk:
    here = await village()
    await roles.open_circle(here.founder.circle(here.circle), DISPATCHER)
    circle = here.founder.circle(here.circle)
    told = HelpDesk(True, "The square", "", (Counter("bed", ""),))
    await founding.change_charter(circle, replace(circle.charter, window=told))
    await window.follow(circle)
    return Desk(here, [])


def _box(seed: bytes) -> bytes:
    return desk_of(Persona(seed).room).box


async def test_a_look_reads_each_box_once_and_opens_no_letter_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MANY):
        await desk.asks()
    assert len(await desk.gathered()) == MANY
    opened = Count[bytes]()

    def counting(seed: bytes, purpose: str, inbox: bytes, mail: Any) -> letters.Received:
        opened[mail.eid] += 1
        return read(seed, purpose, inbox, mail)

    read = letters.read_letter
    monkeypatch.setattr(letters, "read_letter", counting)
    reads = desk.counted()
    await view.queue(desk.inner)
    assert reads == {_box(seed): 1 for seed in desk.seeds}
    assert not opened
    await desk.adds(desk.seeds[7])
    await view.queue(desk.inner)
    assert sum(opened.values()) == 1


async def test_what_is_done_stays_closed_but_for_the_latest(desk: Desk) -> None:
    for _ in range(MANY):
        await desk.asks()
    for one in await desk.gathered():
        await service.answer(desk.inner, one, "Come at nine.")
    for one in await view.queue(desk.inner):
        await service.close(desk.inner, one)
    desk.village.world.restart()
    reads = desk.counted()
    shown = await view.queue(desk.inner)
    assert [one.part for one in shown] == ["done"] * rules.MOST_DONE
    assert [one.standing for one in shown] == view.cases(desk.inner)[-rules.MOST_DONE :]
    assert sum(reads.values()) == MANY + rules.MOST_DONE
    reads.clear()
    assert view.wanting(desk.inner) == 0
    assert set(reads.values()) == {1}


async def test_a_word_after_it_was_done_opens_it_again_however_many_are(desk: Desk) -> None:
    first = await desk.asks()
    await desk.gathered()
    for _ in range(rules.MOST_DONE):
        await desk.asks()
    for one in await desk.gathered():
        await service.close(desk.inner, one)
    assert Persona(first).key not in {one.standing.case.caller for one in await view.queue(desk.inner)}
    await desk.adds(first)
    assert view.wanting(desk.inner) == 1
    found = [one for one in await view.queue(desk.inner) if one.part != "done"]
    assert [one.standing.case.caller for one in found] == [Persona(first).key]


async def test_what_was_done_and_taken_back_is_swept_with_the_next_look_for_new_ones(desk: Desk) -> None:
    seed = await desk.asks()
    (one,) = await desk.gathered()
    await service.close(desk.inner, one)
    await callers.take_back(desk.village.world.services, Persona(seed).room)
    assert await desk.gathered() == []
    assert view.cases(desk.inner) == []


async def test_what_is_done_and_old_is_over_though_nobody_opens_it(desk: Desk) -> None:
    await desk.asks()
    for one in await desk.gathered():
        await service.close(desk.inner, one)
    await desk.village.world.pass_days(15)
    assert (await view.rooms(desk.inner)).quiet == []
    assert len((await view.rooms(desk.inner)).over) == 1


async def test_nothing_is_written_down_twice_because_it_is_done(desk: Desk) -> None:
    """A dispatcher's program that died between writing down and deleting the slip."""
    seed = await desk.asks()
    world, poster = desk.village.world, window.read(desk.village.world.services, window.page_of(desk.village.circle))
    (slip,) = world.hub._boxes[poster.inbox].values()
    (one,) = await desk.gathered()
    await service.close(desk.inner, one)
    world.hub._boxes[poster.inbox][slip.eid] = slip
    await desk.gathered()
    assert [one.case.caller for one in view.cases(desk.inner)] == [Persona(seed).key]
    assert view.cases(desk.inner)[0].heard == 1


async def test_regression_a_word_that_crossed_the_answer_opens_again_what_was_done(desk: Desk) -> None:
    """The caller read the room before the answer stood there: their word has its number."""
    seed = await desk.asks()
    (one,) = await desk.gathered()
    services, persona = desk.village.world.services, Persona(seed)
    before = callers.read(services, persona.room, persona.key)
    await service.answer(desk.inner, one, "Come at nine.")
    await service.close(desk.inner, view.one(desk.inner, one.standing.slot))
    line = callers.next_line(before, "And a cat.")
    mail, inbox = callers.sealed(services, persona, before.circle, persona.room, line)
    await services.store.answer_invite(window.read(services, window.page_of(desk.village.circle)).number, inbox, mail)
    assert view.wanting(desk.inner) == 1
    (found,) = await view.queue(desk.inner)
    assert (found.part, [one.line.text for one in found.talk.said][-1]) == ("mine", "And a cat.")
