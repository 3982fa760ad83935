"""Opening an account, coming back to it, forgetting it: two rows each time, and one answer to all who are wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from jiwar.circles import accounts as module
from jiwar.circles import newkey
from jiwar.circles.accounts import Accounts
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import ROW
from jiwar.errors import Busy, Conflict, PhraseUnknown
from jiwar.keyring.account import Access, new_account
from jiwar.keyring.model import Settings
from jiwar.keyring.phrase import new_phrase
from tests.world import HUB_ID, Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def accounts(world: World, anyio_backend: str) -> AsyncIterator[Accounts]:
    yield world.accounts
    world.accounts.close()


def session(world: World):
    return world.services.sessions.find(world.services.sessions.start())


async def test_the_phrase_opens_what_it_made(world: World, accounts: Accounts) -> None:
    phrase = new_phrase()
    made = await accounts.create(phrase, session(world), Settings("en"))
    again = await accounts.sign_in(phrase, session(world))
    assert again.keyring == made.keyring
    assert again.settings.language == "en"


async def test_an_account_has_a_companion_and_both_change_at_every_login(world: World, accounts: Accounts) -> None:
    phrase = new_phrase()
    await accounts.create(phrase, session(world))
    before = dict(world.hub._accounts)
    written: list[list[bytes]] = []
    put = world.store.put_accounts

    async def watched(writes) -> None:
        written.append(sorted(write.locator for write in writes))
        await put(writes)

    world.store.put_accounts = watched  # type: ignore[method-assign]
    await accounts.sign_in(phrase, session(world))
    assert written == [sorted(before)]
    assert len(before) == 2
    changed = [
        locator
        for locator, inner in world.hub._accounts.items()
        if digest(ROW, inner) != digest(ROW, before[locator])
    ]
    assert len(changed) == 1


@pytest.mark.parametrize("known", [False, True], ids=["an empty hub", "a hub with others"])
async def test_an_unknown_phrase_is_unknown(world: World, accounts: Accounts, known: bool) -> None:
    if known:
        await accounts.create(new_phrase(), session(world))
    reads: list[bytes] = []
    account = world.store.account
    world.hub.lies["account"] = lambda inner, locator: reads.append(locator) or inner  # type: ignore[func-returns-value]
    with pytest.raises(PhraseUnknown):
        await accounts.sign_in(new_phrase(), session(world))
    assert len(reads) == 2
    assert account is not None
    with pytest.raises(PhraseUnknown):
        await accounts.forget(new_phrase())


async def test_signing_in_beside_another_session_loses_nothing(world: World, accounts: Accounts) -> None:
    phrase = new_phrase()
    first = await accounts.create(phrase, session(world))
    put = world.store.put_accounts

    async def refuse(_) -> None:
        raise Conflict

    world.store.put_accounts = refuse  # type: ignore[method-assign, assignment]
    second = await accounts.sign_in(phrase, session(world))
    world.store.put_accounts = put  # type: ignore[method-assign]
    await first.update(lambda ring: ring)
    await second.update(lambda ring: ring)
    assert second.keyring.edition == 2


async def test_forgetting_takes_both_rows(world: World, accounts: Accounts) -> None:
    phrase = new_phrase()
    await accounts.create(phrase, session(world))
    await accounts.create(new_phrase(), session(world))
    await accounts.forget(phrase)
    assert len(world.hub._accounts) == 2
    with pytest.raises(PhraseUnknown):
        await accounts.sign_in(phrase, session(world))


async def test_too_many_who_wait_are_turned_away(
    world: World, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    answers = await asyncio.gather(*(accounts.stretch(number) for number in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(Busy) == 1
    await accounts.stretch(5)


async def _two_notebooks(world: World) -> tuple[Person, Access]:
    """Somebody, and what opens the second notebook that they have filled."""
    owner, second = await world.sign_up(), Access(world.random(32), world.random(32), HUB_ID)
    ring = new_account(second, world.random, Settings(), world.clock.day()).keyring
    await world.accounts.adopt(owner.member, second, ring)
    return owner, second


@pytest.mark.parametrize("shown", ["the second", "the first"])
async def test_a_hub_that_destroys_loses_what_is_not_signed_in_to(world: World, shown: str) -> None:
    owner, second = await _two_notebooks(world)
    first = owner.access
    opened, lost = (second, first) if shown == "the second" else (first, second)
    await world.accounts.begin(opened, session(world))
    world.accounts.require_known(lost)  # A hub that keeps, as most do, leaves it.
    destroying = Accounts(world.services, destroys=True)
    await destroying.begin(opened, session(world))
    with pytest.raises(PhraseUnknown):
        await destroying.begin(lost, session(world))
    await destroying.begin(opened, session(world))
    destroying.close()


async def test_a_second_notebook_from_before_a_new_key_destroys_nothing(world: World) -> None:
    """It names the row that the account has left, and nothing in it may say where that went."""
    owner, second = await _two_notebooks(world)
    new = Access(world.random(32), world.random(32), HUB_ID)
    await newkey.renew(owner.member, new)
    destroying = Accounts(world.services, destroys=True)
    await destroying.begin(second, session(world))
    destroying.require_known(new)
    await destroying.begin(new, session(world))
    with pytest.raises(PhraseUnknown):
        await destroying.begin(second, session(world))
    destroying.close()
