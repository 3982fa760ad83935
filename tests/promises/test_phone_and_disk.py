"""A phone's image and a data folder's image open nothing without the hub secret, whatever the PIN; the phone alone
opens nothing without the PIN.

The PIN space is cut to what a test can try out, and the slow hash made quick; neither is what keeps the thief out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jiwar.circles.phones import Phones
from jiwar.clock import SetClock
from jiwar.crypto import kdf
from jiwar.crypto.kdf import derive, stretch_pin
from jiwar.crypto.labels import PHONE_SLOT
from jiwar.errors import JiwarError
from jiwar.keyring import hub_secret
from jiwar.keyring.account import Access
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.keyring.phone import Memory, PhoneKey
from jiwar.store.guard import GUARD_SIZE
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced
from tests.promises import images
from tests.world import HUB_ID, World

pytestmark = pytest.mark.anyio

PIN = "000417"
PINS = [f"{number:06d}" for number in range(600)]


def _without_the_pin(self: PhoneKey, memory: Memory, stretched: bytes) -> bytes:
    return derive(self.cookie + memory.pepper, PHONE_SLOT)


MUTATIONS: Mutations = {
    "nothing is sealed under the secret": replaced(hub_secret, "seal_outer", lambda key, name, plain, random: plain),
    "the cookie opens without the PIN": replaced(PhoneKey, "_slot_key", _without_the_pin),
}


@dataclass
class Loot:
    """What the thief has: the phone's cookie and the rows of the folder, as they lie there."""

    cookie: bytes
    rows: list[tuple[bytes, bytes]]
    member: Access
    secret: HubSecret

    def opened(self, pins: list[str], secret: HubSecret | None = None) -> list[Access]:
        """Everything that any of these PINs opens."""
        key, found = PhoneKey(self.cookie, HUB_ID), []
        for name, value in self.rows:
            try:
                inner = secret.outer().open("account", name, value) if secret else value
                memory = key.open(inner[GUARD_SIZE:])
            except (JiwarError, ValueError):
                continue
            for pin in pins:
                try:
                    found.append(key.find(memory, stretch_pin(pin, memory.pepper))[1])
                except JiwarError:
                    continue
        return found


@pytest.fixture
async def loot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loot]:
    monkeypatch.setattr(kdf, "PIN_MEMORY_KIB", 8)
    monkeypatch.setattr(kdf, "PIN_PASSES", 1)
    clock, path = SetClock(), tmp_path / "secret"
    create_hub_secret(path)
    secret = HubSecret(path)
    world = World(clock, store=await open_sqlite(tmp_path / "data", clock, secret.outer()), secret=secret)
    person, _ = await world.sign_up(), await world.sign_up()
    cookie = await Phones(world.services, world.accounts).remember(person.member, PIN)
    await world.store.close()
    image = images.take(tmp_path / "data", tmp_path / "image")
    rows = images.blobs(image, "accounts.db", "SELECT k, v FROM acct")
    yield Loot(cookie, rows, person.access, secret)
    world.accounts.close()


async def test_a_phone_and_a_folder_open_nothing_whatever_the_pin(loot: Loot) -> None:
    assert len(loot.rows) == 2 * 2 + 1
    assert loot.opened(PINS) == []


async def test_with_the_secret_as_well_the_right_number_alone_opens(loot: Loot) -> None:
    """The stated limit: phone, folder and secret in one hand leave the PIN's tries."""
    assert loot.opened(PINS, loot.secret) == [loot.member]
    assert loot.opened([pin for pin in PINS if pin != PIN], loot.secret) == []


async def test_a_phones_row_looks_like_any_accounts(loot: Loot) -> None:
    """Its size is theirs, outside and, with the secret, inside; no byte of it repeats in another."""
    outer = {len(value) for _, value in loot.rows}
    inner = {len(loot.secret.outer().open("account", name, value)) for name, value in loot.rows}
    assert (len(outer), len(inner)) == (1, 1)
    assert {len(name) for name, _ in loot.rows} == {32}
