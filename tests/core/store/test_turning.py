"""The nightly turn under the real hub secret, stopped at each of its steps: every row opens before, within, after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, ROW
from jiwar.errors import StoreDamaged, Unopenable
from jiwar.keyring.hub_secret import HubSecret, create_hub_secret
from jiwar.store.contract import AccountWrite, Mail
from jiwar.store.held import DAY_MINUTES, HELD_SIZE, PLACE, Due, Held
from jiwar.store.sqlite import upkeep
from jiwar.store.sqlite.connection import File
from jiwar.store.sqlite.store import SqliteStore
from tests.core.store.making import TODAY, Shelf, hashed, inner, opened, some
from tests.core.store.places import open_sqlite

pytestmark = pytest.mark.anyio
WAITING = Held(
    some(16, "hid"),
    hashed(b"cancel"),
    TODAY * DAY_MINUTES,
    PLACE,
    digest(INBOX, b"other"),
    some(16, "waiting"),
    some(HELD_SIZE, "waiting"),
)


class Stopped(Exception):
    """Stands for the moment at which a process dies."""


async def filled(store: SqliteStore) -> Shelf:
    shelf = await opened(store)
    await store.make_day_half(shelf.name, shelf.append, 7, TODAY, some(32, "half"))
    await store.append(shelf.first(some(16, "obj"), keep=7))
    names = [some(32, ("account", i)) for i in range(4)]
    await store.put_accounts([AccountWrite(name, None, inner(name)) for name in names])
    letter = Mail(some(16, "eid"), TODAY, some(9000, "mail"))
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, b"box"), letter)
    await store.put_held(shelf.name, shelf.append, WAITING)
    await store.put_invite(b"7", TODAY + 7, b"invite")
    await store.put_page(some(16, "page"), some(5000, "page"))
    return shelf


def everything_opens(store: SqliteStore, shelf: Shelf) -> None:
    assert dict(store.day_halves(shelf.name, shelf.read, 7, [TODAY])) == {TODAY: some(32, "half")}
    for i in range(4):
        name = some(32, ("account", i))
        assert store.account(name) == inner(name)
    assert store.mail(b"box") == [Mail(some(16, "eid"), TODAY, some(9000, "mail"))]
    assert store.due_held(TODAY, TODAY) == [Due(WAITING.hid, WAITING.minute, PLACE)]
    assert store.invite(b"7") == b"invite"
    assert store.page(some(16, "page")) == some(5000, "page")
    assert len(store.records(shelf.name, shelf.read, some(16, "obj"), 0, 9, 9)) == 1


def stop_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int, after: bool) -> None:
    """Raise at the `call`-th call of a function, before or after it has done its work."""
    real: Callable[..., object] = getattr(owner, name)
    calls = 0

    def stopping(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            raise Stopped
        result = real(*arguments, **named)
        if calls == call:
            raise Stopped
        return result

    monkeypatch.setattr(owner, name, stopping)


STEPS = [
    (HubSecret, "_write", 1),
    (upkeep, "rebuild_accounts", 1),
    (File, "renew", 1),
    (upkeep, "rebuild_boxes", 1),
    (File, "renew", 2),
    (upkeep, "merge", 1),
    (upkeep, "sweep_shelves", 1),
    (upkeep, "_reseal_halves", 1),
    (upkeep, "turn_shelves", 1),
    (File, "renew", 3),
    (HubSecret, "commit", 1),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("owner", "name", "call"), STEPS)
async def test_turn_stopped_anywhere_is_finished_at_the_next_start(
    tmp_path: Path, clock: SetClock, owner: object, name: str, call: int, after: bool
) -> None:
    secret = create_hub_secret(tmp_path / "secret")
    yesterday = secret.outer()
    store = await open_sqlite(tmp_path / "data", clock, yesterday)
    shelf = await filled(store)
    with pytest.MonkeyPatch.context() as patch:
        stop_at(patch, owner, name, call, after)
        with pytest.raises(Stopped):
            await secret.turn(lambda outer: store.turn_day(TODAY, outer))
    # The same process goes on serving, unless it died in the middle of changing files.
    if not (name == "renew" and after):
        everything_opens(store, shelf)
    await store.close()

    again = HubSecret(tmp_path / "secret")
    store = await open_sqlite(tmp_path / "data", clock, again.outer())
    everything_opens(store, shelf)
    await again.turn(lambda outer: store.turn_day(TODAY, outer))
    assert not again.turning
    everything_opens(store, shelf)
    await store.close()

    today = HubSecret(tmp_path / "secret").outer()
    store = await open_sqlite(tmp_path / "data", clock, today)
    everything_opens(store, shelf)
    rows = store._accounts_file.rows("SELECT k, v FROM acct")
    for k, v in rows:
        with pytest.raises(Unopenable):
            yesterday.open("account", bytes(k or b""), bytes(v or b""))
    await store.close()


async def test_turn_that_meets_a_row_it_cannot_open_replaces_nothing(tmp_path: Path, clock: SetClock) -> None:
    secret = create_hub_secret(tmp_path / "secret")
    store = await open_sqlite(tmp_path / "data", clock, secret.outer())
    shelf = await filled(store)
    victim = some(32, ("account", 3))
    store._accounts_file.writer.execute("UPDATE acct SET v = zeroblob(9) WHERE k = ?", (victim,))
    with pytest.raises(Unopenable):
        await secret.turn(lambda outer: store.turn_day(TODAY, outer))
    assert secret.turning
    with pytest.raises(StoreDamaged):
        store.account(victim)
    name = some(32, ("account", 1))
    await store.put_accounts([AccountWrite(name, digest(ROW, inner(name)), inner("later"))])
    assert store.account(name) == inner("later")
    assert store.mail(b"box")
    assert store.shelf(shelf.name, shelf.read).size == 1
    await store.close()


async def test_turning_leaves_only_the_three_files(tmp_path: Path, clock: SetClock) -> None:
    secret = create_hub_secret(tmp_path / "secret")
    store = await open_sqlite(tmp_path / "data", clock, secret.outer())
    await filled(store)
    await secret.turn(lambda outer: store.turn_day(TODAY, outer))
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert {name for name in names if not name.endswith(("-wal", "-shm"))} == {
        *("accounts.db", "boxes.db", "shelves.db")
    }
    await store.close()
