"""Of the fund members' keyrings and the store tell nothing of what was asked for; nothing is handed over with the yes
of one, twice, or beyond what there is; and no two figures differ by what one or two were given.
"""

from __future__ import annotations

import pytest

from jiwar.circles import roles, speech
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.circles.policy import Fund
from jiwar.circles.rights import PERIOD_DAYS
from jiwar.errors import JiwarError, NotAllowed
from jiwar.keyring import shelves
from jiwar.keyring.persona import Persona
from jiwar.log.fragments import Fragments
from jiwar.log.shelf import Entry, ShelfLog
from jiwar.store.contract import KEPT
from jiwar.systems.fund import ledger, rules, service, view
from jiwar.systems.fund.model import AGREED, HANDED, Agreed, Handed
from jiwar.systems.fund.rules import ARRIVED, HELP
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio
FOR = "A night in the yellow house."


async def _leaves_it(*_: object) -> None:
    """What an entry was for stays."""


MUTATIONS: Mutations = {
    "one yes is enough": replaced(ledger, "ENOUGH", 1),
    "a yes counts as often as it is said": replaced(ledger, "_has_said_yes", lambda *_: False),
    "it is handed over again": replaced(ledger, "_waits", lambda _: True),
    "more goes than there is": replaced(ledger, "_is_covered", lambda *_: True),
    "figures tell each hand-over": replaced(ledger, "FEWEST", 1),
    "what it was for stays when it is closed": replaced(speech, "erase_rows", _leaves_it),
    "the account lies in the group": replaced(roles, "care_of", lambda circle: circle),
}


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    made = await village(fund=Fund(True, "lira", 5))
    await service.income(book(made, made.founder), made.world.random(rules.NONCE), 100, "A collection.")
    return made


def book(here: Village, who: Person) -> Circle:
    inner = roles.care_of(who.circle(here.circle))
    assert inner is not None
    return inner


async def asked(here: Village, amount: int = 40) -> int:
    return await service.ask(book(here, here.founder), here.world.random(rules.NONCE), HELP, amount, FOR)


async def agreed(here: Village, amount: int = 40) -> int:
    number = await asked(here, amount)
    for who in (here.founder, here.steward):
        await service.agree(book(here, who), number)
    return number


async def given(here: Village, amount: int = 40) -> int:
    number = await agreed(here, amount)
    await service.hand(book(here, here.founder), number)
    return number


async def hands_by_a_program(here: Village, who: Person, number: int) -> None:
    """What somebody of the care team can write whatever the pages allow."""
    inner = book(here, who)
    await inner.log.append(Entry(view.ledger_object(inner), HANDED, encode(Handed(number)), KEPT))


def balance(here: Village) -> int:
    page = view.ledger(book(here, here.steward))
    assert page is not None
    return page.balance


def opened(here: Village, who: Person) -> list[bytes]:
    """Every body on the hub that somebody's keys open, with the hub's help and whatever pages say."""
    hub, keyring, found = here.world.hub, who.member.keyring, list[bytes]()
    circles = [here.circle, here.founder.circle(here.circle).state.inner_of(STEWARD)]
    for membership in shelves.memberships(keyring):
        epochs = shelves.trail(keyring, membership.circle).epochs
        for shelf, held in hub._shelves.items():
            for circle in circles:
                persona, clock = Persona(membership.persona), here.world.clock
                log = ShelfLog(hub, circle, shelf, membership.index_key, epochs, persona, clock, Fragments())
                for obj, place in held.objects.items():
                    rows = [one.row for one in place.records.values() if one.row.value]
                    hub.colludes = True
                    found += [one.body for one in log.readable(obj, rows)]
                    hub.colludes = False
    return found


def knows_of(bodies: list[bytes]) -> bool:
    return any(FOR.encode() in body for body in bodies)


async def test_no_member_s_keyring_opens_what_was_asked_for(here: Village) -> None:
    await asked(here)
    assert knows_of(opened(here, here.steward))
    theirs = opened(here, here.member)
    assert theirs
    assert not knows_of(theirs)


async def test_nothing_on_the_hub_opens_it_once_it_is_closed(here: Village) -> None:
    number = await given(here)
    await service.close(book(here, here.steward), number, ARRIVED)
    for who in here.everybody:
        assert not knows_of(opened(here, who))


async def test_nothing_is_handed_over_with_the_yes_of_one(here: Village) -> None:
    number = await asked(here)
    for _ in range(3):
        inner = book(here, here.founder)
        body = encode(Agreed(number))
        await inner.log.append(Entry(view.ledger_object(inner), AGREED, body, KEPT))
    with pytest.raises(NotAllowed):
        await service.hand(book(here, here.founder), number)
    await hands_by_a_program(here, here.founder, number)
    assert balance(here) == 100


async def test_nothing_is_handed_over_twice(here: Village) -> None:
    number = await given(here)
    for who in (here.founder, here.steward):
        await hands_by_a_program(here, who, number)
    assert balance(here) == 60


async def test_no_more_is_handed_over_than_there_is(here: Village) -> None:
    number = await agreed(here, 300)
    await hands_by_a_program(here, here.founder, number)
    assert balance(here) == 100


async def test_no_two_figures_differ_by_what_one_or_two_were_given(here: Village) -> None:
    told = []
    for amounts in ((), (20,), (10,), (15,), ()):
        for amount in amounts:
            await given(here, amount)
        await here.world.pass_days(PERIOD_DAYS)
        await service.look_after_everywhere(here.founder.member)
        figures = view.figures(here.member.circle(here.circle))
        assert figures is not None
        told.append(figures.balance)
    assert told == [100, 100, 100, 55, 55]


async def test_a_member_writes_nothing_into_the_account(here: Village) -> None:
    number = await agreed(here)
    inner = book(here, here.steward)
    stale = here.member.stale_log(here.circle)
    here.world.hub.colludes = True
    for shelf in here.world.hub._shelves:
        log = ShelfLog(
            here.world.hub, inner.id, shelf, b"i" * 32, (stale.newest,), stale.persona, here.world.clock, Fragments()
        )
        try:
            await log.append(Entry(view.ledger_object(inner), HANDED, encode(Handed(number)), KEPT))
        except JiwarError:
            continue
    here.world.hub.colludes = False
    here.world.restart()
    assert balance(here) == 100
