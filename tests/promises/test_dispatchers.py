"""A dispatcher's keyring, with everything that lies on the hub, opens the requests at the desk that still stand, and
nothing else of anybody who asks for help: not what was taken back or is over, not what two members agreed on and say
to each other, and no persona of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from jiwar.circles import attending, callers, letters, oneoffs, roles, window
from jiwar.circles.agreeing import Agreement
from jiwar.circles.founding import desk_of
from jiwar.circles.model import DISPATCHER
from jiwar.errors import BadInput, Damaged
from jiwar.keyring import shelves
from jiwar.keyring.persona import Persona
from jiwar.systems.desk import service, view
from jiwar.systems.needs import pledging
from jiwar.systems.needs import service as needs
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from tests.mutants.mutation import Mutations, replaced
from tests.promises.test_desk import poster, with_a_desk
from tests.world import Village

pytestmark = pytest.mark.anyio

STANDS, BACK, OVER = b"A bed, tonight.", b"Bread, and it was found.", b"A ride, long ago."
WORD, SAID, NAME = b"I have a car.", b"Eight, at the bakery?", b"the blue door"
PURPOSES = (letters.SLIP, letters.CASE, letters.WORD, letters.DEAL, letters.PAIR)


async def _leaves_it(*_: object) -> None:
    """What was said stays where it is."""


def _for_the_group(made: Agreement, circle: bytes, obj: bytes) -> bytes:
    return circle


MUTATIONS: Mutations = {
    "what is taken back stays": replaced(callers, "take_back", _leaves_it),
    "nobody sweeps what is over": replaced(service, "_sweep", _leaves_it),
    "what two agree on opens with what the group knows": replaced(Agreement, "secret", _for_the_group),
}


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """The steward is a dispatcher; the founder helps the member."""
    return await with_a_desk()


async def asks(here: Village, text: bytes) -> Persona:
    seed = here.world.random(32)
    await callers.ask(here.world.services, poster(here), seed, "bed", text.decode())
    return Persona(seed)


async def look(here: Village) -> None:
    """What a dispatcher's program does when they come by."""
    circle = here.steward.circle(here.circle)
    inner = roles.held(circle, DISPATCHER)
    assert inner is not None
    await service.gather(circle, inner)


async def help_each_other(here: Village) -> None:
    """The member asks on the board, the founder helps: words, an agreement, and a case in which both open a step."""
    asking, helping = (lambda: here.member.circle(here.circle)), (lambda: here.founder.circle(here.circle))
    obj = await needs.ask(asking(), Wish(NEED, "A lift on Thursday"))
    await here.world.services.later.look(here.world.store, float("inf"))
    await oneoffs.settle(asking())
    await needs.send_word(helping(), obj, WORD.decode())
    await pledging.propose(helping(), obj, whole=True)
    ((made, _),) = pledging.agreements(asking(), obj)
    await pledging.accept(asking(), obj, made.name)
    theirs = await pledging.confirm(helping(), obj, made.name, "ar")
    mine = await pledging.take(asking(), obj, made.name)
    await attending.say(asking(), mine, SAID.decode())
    await attending.open_step(asking(), mine, "name", NAME.decode())
    theirs = await attending.open_step(helping(), theirs, "name", NAME.decode())


def seeds(here: Village) -> Iterator[bytes]:
    """Everything to which the dispatcher's keyring leads that could open a letter."""
    keyring, circle = here.steward.member.keyring, here.steward.circle(here.circle)
    secrets = {here.circle}
    for membership in shelves.memberships(keyring):
        secrets |= {membership.circle, membership.persona}
        secrets |= {keys.record for keys in shelves.trail(keyring, membership.circle).epochs}
    inner = roles.held(circle, DISPATCHER)
    assert inner is not None
    secrets |= {one.case.room for one in view.cases(inner)}
    secrets |= {one.seed for one in keyring.one_offs} | {one.secret for one in keyring.cases}
    for secret in secrets:
        yield desk_of(secret).seed
        yield Persona(secret).kem_seed


def opened(here: Village) -> list[letters.Received]:
    """Every letter in every box of the hub that one of them opens, whatever pages and tokens say."""
    found = []
    for seed in seeds(here):
        for inbox, box in here.world.hub._boxes.items():
            for mail in box.values():
                for purpose in PURPOSES:
                    with suppress(Damaged, BadInput):
                        found.append(letters.read_letter(seed, purpose, inbox, mail))
    return found


def told(here: Village) -> dict[bytes, bool]:
    """Which of the texts stand in what opens."""
    bodies = b"".join(one.body for one in opened(here))
    return {text: text in bodies for text in (STANDS, BACK, OVER, WORD, SAID, NAME)}


async def test_it_opens_the_rooms_that_stand_and_nothing_of_what_two_members_say(here: Village) -> None:
    await asks(here, STANDS)
    await look(here)
    await help_each_other(here)
    assert told(here) == {STANDS: True, BACK: False, OVER: False, WORD: False, SAID: False, NAME: False}


async def test_what_is_taken_back_or_over_opens_no_more(here: Village) -> None:
    await asks(here, OVER)
    await look(here)
    assert told(here)[OVER]
    await here.world.pass_days(15)
    await window.follow(here.steward.circle(here.circle))
    back = await asks(here, BACK)
    await asks(here, STANDS)
    await look(here)
    assert told(here)[BACK]
    await callers.take_back(here.world.services, back.room)
    assert told(here) == {STANDS: True, BACK: False, OVER: False, WORD: False, SAID: False, NAME: False}


async def test_no_letter_that_opens_is_by_a_persona_of_whoever_asks(here: Village) -> None:
    await asks(here, STANDS)
    await look(here)
    await help_each_other(here)
    personas = {one.persona(here.circle) for one in here.everybody}
    about = [one for one in opened(here) if any(text in one.body for text in (STANDS, WORD, SAID, NAME))]
    assert about
    assert not personas & {one.sender for one in about}
