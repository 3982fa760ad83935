"""P4: What has expired stays closed, even with all of today's keyrings, phrases and secrets and yesterday's data
folder.

T6 of the row tests: an image of day d without its secret; today's folder, secret and all phrases; one member who has
been away since before day d, so that their keyring still holds the old chains.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto import kdf
from jiwar.crypto.labels import DAY_KEY
from jiwar.errors import JiwarError, Unopenable
from jiwar.keyring import epochs, hub_secret, shelves
from jiwar.keyring.account import Access
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.keyring.model import Keyring
from jiwar.log import record, shelf
from jiwar.log.record import Place
from jiwar.store import checks
from jiwar.store.contract import KEPT, Cover
from jiwar.store.guard import GUARD_SIZE
from jiwar.store.sqlite import upkeep
from jiwar.store.sqlite.shelves import half_name
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images
from tests.world import TOPICS, Person, World, say

pytestmark = pytest.mark.anyio

EXPIRED, KEPT_LONGER = "said in a room for a week", "said for ninety days"
COVERED = "the title over what was said for a week"
CARRIED_ON = "the title of a topic that went on after its beginning had expired"
WEEK, AWAY = 7, 30


def _halves_stay(connection: object, today: int) -> None:
    """Rows expire, the hub's halves don't."""


def _from_the_members_alone(member_half: bytes, hub_half: bytes) -> bytes:
    return kdf.derive(member_half, DAY_KEY)


async def _same_secret(self: HubSecret, rewrite: object) -> None:
    await rewrite(self.outer())  # type: ignore[operator]


async def _covers_that_stay(self, entry, place, standing, rid, value, fold):
    """A cover under the key of what doesn't expire."""
    kept = Place(self.circle, self.shelf, entry.obj, place.epoch, place.day, KEPT)
    head = record.next_head(record.FIRST_HEAD, rid, value)
    return record.write_cover(self.persona, await self._writing_key(KEPT, place.day), kept, head, fold)


MUTATIONS: Mutations = {
    "the hub keeps its halves": replaced(upkeep, "sweep_shelves", _halves_stay),
    "day keys need no half of the hub's": replaced(epochs, "day_key", _from_the_members_alone),
    "the secret does not turn": replaced(HubSecret, "turn", _same_secret),
    "covers live longer than what they show": together(
        replaced(shelf.ShelfLog, "_next_cover", _covers_that_stay),
        replaced(checks, "check_birth", lambda append, cover: None),
        replaced(checks, "check_next_cover", lambda append, standing, cover: None),
    ),
    "an answer keeps a title for a year": replaced(Cover, "after", lambda standing, day, keep: (day, 365)),
    "nothing is sealed under the secret": replaced(hub_secret, "seal_outer", lambda key, name, plain, random: plain),
}


@dataclass
class Loot:
    """What the thief has: two folders, today's secret, and everybody's phrases."""

    then: Path
    now: Path
    secret: HubSecret
    phrases: list[Access]

    def keyrings(self) -> list[Keyring]:
        """Today's, opened with phrase and secret."""
        layer, found = self.secret.outer(), []
        sealed = {bytes(k): bytes(v) for k, v in images.blobs(self.now, "accounts.db", "SELECT k, v FROM acct")}
        for access in self.phrases:
            found.append(access.open(layer.open("account", access.locator, sealed[access.locator])[GUARD_SIZE:]))
        return found

    def keyrings_of_then(self) -> list[Keyring]:
        """The older ones: under a secret that is gone."""
        layer, found = self.secret.outer(), []
        for k, v in images.blobs(self.then, "accounts.db", "SELECT k, v FROM acct"):
            for access in self.phrases:
                try:
                    found.append(access.open(layer.open("account", k, v)[GUARD_SIZE:]))
                except (JiwarError, ValueError):
                    pass
                try:
                    found.append(access.open(v[GUARD_SIZE:]))
                except (JiwarError, ValueError):
                    pass
        return found

    def halves(self) -> list[bytes]:
        """Every half of a day key in either folder that today's secret opens, or that nobody sealed."""
        layer, found = self.secret.outer(), []
        for folder, twin in product((self.then, self.now), ("", "fresh_")):
            rows = images.rows(folder, "shelves.db", f"SELECT shelf, keep, day, v FROM {twin}dayhalf")
            for name, keep, day, value in rows:
                found += _opened(layer, bytes(name), int(keep), int(day), bytes(value))  # type: ignore[call-overload]
        return found

    def texts(self) -> list[str]:
        """Everything that opens, of all records and covers in either folder."""
        rings = [*self.keyrings(), *self.keyrings_of_then()]
        trails = [(one, shelves.trail(ring, one.circle)) for ring in rings for one in shelves.memberships(ring)]
        halves, found = self.halves() or [b""], []
        for place, rid, value in self._rows():
            for membership, trail in trails:
                for keys in trail.epochs:
                    found += _tried(membership.circle, keys, halves, place, rid, value)
        return found

    def _rows(self) -> Iterator[tuple[Place, bytes | None, bytes]]:
        """Records (with their id) and covers (without) of either folder."""
        for folder, twin in product((self.then, self.now), ("", "fresh_")):
            parts: dict[tuple[object, ...], list[object]] = {}
            order = "SELECT shelf, obj, slot, seq, part, epoch, day, keep, rid, v FROM {}rec ORDER BY 1, 2, 3, 4, 5"
            for row in images.rows(folder, "shelves.db", order.format(twin)):
                held = parts.setdefault(row[:4], [*row[5:9], b""])
                held[4] = bytes(held[4]) + bytes(row[9])  # type: ignore[call-overload]
            for (name, obj, slot, seq), (epoch, day, keep, rid, value) in parts.items():
                own = None if slot == seq else slot
                yield Place(b"", bytes(name), bytes(obj), epoch, day, keep, own), bytes(rid), value  # type: ignore
            for row in images.rows(folder, "shelves.db", f"SELECT shelf, obj, epoch, day, keep, v FROM {twin}obj"):
                name, obj, epoch, day, keep, value = row
                yield Place(b"", bytes(name), bytes(obj), epoch, day, keep), None, bytes(value)  # type: ignore


def _opened(layer: hub_secret.OuterLayer, name: bytes, keep: int, day: int, value: bytes) -> list[bytes]:
    try:
        return [layer.open("dayhalf", half_name(name, keep, day), value)]
    except Unopenable:
        return [value] if len(value) == 32 else []


def _tried(
    circle: bytes, keys: epochs.EpochKeys, halves: list[bytes], place: Place, rid: bytes | None, value: bytes
) -> list[str]:
    """The text of one row, under every key that this epoch can give for its day."""
    candidates = [keys.record]
    if place.keep != KEPT:
        chain = epochs.chain_of(keys, place.keep)
        members = epochs.day_secrets(chain, place.day)[-1:] if place.day >= chain.day else []
        candidates = [epochs.day_key(half, other) for half in members for other in halves]
    at = Place(circle, place.shelf, place.obj, place.epoch, place.day, place.keep, place.slot)
    for key in candidates:
        try:
            opened = record.read_record(key, at, rid, value).body if rid else record.read_cover(key, at, value).fold
        except JiwarError:
            continue
        return [opened.decode("utf-8", "replace")]
    return []


async def _titled(log: shelf.ShelfLog, text: str, title: str, keep: int, obj: bytes = b"") -> bytes:
    """Begin a topic, or answer in one; its cover is the title."""
    entry = shelf.Entry(obj or log.random(16), "say", text.encode(), keep, collection=TOPICS)
    await log.append(entry, refold=lambda _: title.encode(), create=not obj)
    return entry.obj


@pytest.fixture
async def loot(tmp_path: Path, anyio_backend: str) -> AsyncIterator[tuple[Loot, World, list[Person], bytes]]:
    clock = SetClock()
    secret = create_hub_secret(tmp_path / "secret" / "hub")
    store = await open_sqlite(tmp_path / "data", clock, secret.outer())
    world = World(clock=clock, store=store, secret=secret)
    founder = await world.sign_up()
    circle = await world.found(founder)
    here = await world.join(circle, founder, "here")
    away = await world.join(circle, founder, "away")
    await away.member.flush(now=True)
    world.people.remove(away)
    await world.pass_days(AWAY - WEEK - 3)
    topic = await _titled(founder.circle(circle).log, EXPIRED, CARRIED_ON, WEEK)
    await world.pass_days(3)
    await _titled(here.circle(circle).log, EXPIRED, CARRIED_ON, WEEK, topic)
    await _titled(founder.circle(circle).log, EXPIRED, COVERED, WEEK)
    await say(here.circle(circle).log, KEPT_LONGER)
    await world.pass_days(1)
    then = images.take(tmp_path / "data", tmp_path / "then")
    for _ in range(WEEK + 1):
        await world.pass_days(1)
        for person in (founder, here):
            assert person.circle(circle).state
            await person.member.flush(now=True)
    now = images.take(tmp_path / "data", tmp_path / "now")
    phrases = [person.access for person in (founder, here, away)]
    yield Loot(then, now, HubSecret(tmp_path / "secret" / "hub"), phrases), world, [founder, here, away], circle
    await store.close()


async def test_what_has_expired_stays_closed(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    found = loot[0].texts()
    assert not [text for text in found if EXPIRED in text or COVERED in text or CARRIED_ON in text]


async def test_the_thief_knows_how_to_open_what_has_not(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    """So that the test above is not green because nothing opens."""
    assert any(KEPT_LONGER in text for text in loot[0].texts())
    assert len(loot[0].keyrings()) == 3


async def test_the_row_itself_was_in_the_older_image(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    thief = loot[0]
    assert [1 for place, _, _ in thief._rows() if place.keep == WEEK]
    assert not images.rows(thief.now, "shelves.db", f"SELECT 1 FROM rec WHERE keep = {WEEK}")


async def test_who_was_away_still_holds_the_old_chain(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    """The members' half alone is not what closes it: an away member's keyring can't forget."""
    thief, world, people, circle = loot
    away = thief.keyrings()[2]
    chains = {chain.keep: chain.day for chain in shelves.trail(away, circle).newest.chains}
    assert chains[WEEK] <= world.clock.day() - AWAY
    assert people[2].access == thief.phrases[2]


async def test_stored_keyrings_of_those_who_come_forget(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    thief, world, _, circle = loot
    for ring in thief.keyrings()[:2]:
        for keys in shelves.trail(ring, circle).epochs:
            assert all(chain.day >= world.clock.day() - chain.keep for chain in keys.chains)


async def test_keyrings_of_then_are_closed(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    assert loot[0].keyrings_of_then() == []


async def test_the_secret_is_not_in_the_folder(loot: tuple[Loot, World, list[Person], bytes]) -> None:
    thief = loot[0]
    raw = b"".join(path.read_bytes() for path in sorted(thief.now.iterdir()) if path.is_file())
    assert thief.secret._newest.secret not in raw
