"""P3: A removed member reads and writes nothing that comes after; their old token reads one fixed cell saying that
keys changed (against a colluding hub: no content).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import circle as circles
from jiwar.circles import entering, leaving, transfer, turning
from jiwar.circles.circle import circle_object, open_log
from jiwar.circles.founding import control_seed
from jiwar.circles.model import Heartbeat, Role
from jiwar.circles.seats import seats
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.crypto.signing import sign
from jiwar.errors import JiwarError, KeysChanged, NotThere, Removed, Unopenable
from jiwar.keyring import epochs
from jiwar.log.shelf import Entry, ShelfLog
from jiwar.store.contract import KEPT, Mail, NewShelf
from jiwar.store.memory import MemoryStore, _Transfer
from jiwar.store.signed import drop_message, erase_message
from jiwar.wire.canonical import encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import TOPICS, Person, Village, handles, heard, say, village

pytestmark = pytest.mark.anyio

AFTER = "what was said after"


def _everybody_gets_it(circle: Any) -> list[Any]:
    """Seats as if nobody had ever gone: their keys are looked for in the records that brought them."""
    stayed = [replace(member, until=0) for member in circle.state.members]
    circle.__dict__["state"] = replace(circle.state, members=tuple(stayed))
    found = seats(circle)
    circle.reload()
    return found


def _same_tokens(secret: bytes, epoch: int, shelf: bytes, day: int, begins: int = 0) -> Any:
    """Tokens of the shelf instead of the epoch."""
    honest = begin(secret, epoch, shelf, day, begins)
    return replace(honest, read=digest(TOKEN_HASH, shelf, "read"), append=digest(TOKEN_HASH, shelf, "append"))


begin = epochs.begin

MUTATIONS: Mutations = {
    "who was removed gets a slot": replaced(turning, "seats", _everybody_gets_it),
    "tokens outlive their epoch": replaced(epochs, "begin", _same_tokens),
    "any member can begin an epoch": replaced(circles.Circle, "_confirm", lambda self, begun: None),
    "an old epoch goes on beside the new one": replaced(ShelfLog, "_require_epoch", lambda *_, **__: None),
    "old tokens are still good": replaced(MemoryStore, "_reader", lambda self, shelf, token: self._there(shelf)),
    "the keys are not turned": replaced(turning, "_rotate", lambda circle, role: _nothing()),
}


async def _nothing() -> None:
    return None


class Former:
    """Somebody who was removed, and kept everything they had."""

    def __init__(self, here: Village, who: Person) -> None:
        self.here, self.who = here, who
        self.log = who.stale_log(here.circle)
        self.size = self.log.store.shelf(self.log.shelf, self.log.newest.read).size
        self.seeds = [
            control_seed(keys, self.log.shelf)
            for one in [who.member.role_circle_of(here.circle)]
            if one is not None
            for keys in who.member.trail(one.circle).epochs
        ]


async def removed(who: str = "member") -> tuple[Village, Former, bytes]:
    """A village after somebody was removed; a topic in it that goes on."""
    here = await village()
    topic = await say(here.member.circle(here.circle).log, "what was said before")
    former = Former(here, getattr(here, who))
    await leaving.remove(here.founder.circle(here.circle), former.log.persona.key)
    await say(here.founder.circle(here.circle).log, AFTER, topic)
    await say(here.founder.circle(here.circle).log, AFTER)
    return here, former, topic


READS: dict[str, Callable[[ShelfLog, bytes], Any]] = {
    "the shelf": lambda log, topic: log.state,
    "a list": lambda log, topic: log.covers(TOPICS, None, 10),
    "a cover": lambda log, topic: log.cover(topic),
    "records": lambda log, topic: log.rows(topic, 0, 2**62, 100),
    "a record": lambda log, topic: log.row(topic, 0, 0),
    "a node of the tree": lambda log, topic: log.store.node(log.shelf, log.newest.read, 0, 0),
    "halves of day keys": lambda log, topic: log.store.day_halves(log.shelf, log.newest.read, 90, [20_000]),
    "what comes next": lambda log, topic: log.store.watch(log.shelf, log.newest.read, lambda *_: None),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.parametrize("who", ["member", "steward"])
async def test_reads_nothing_that_comes_after(who: str, read: Callable[[ShelfLog, bytes], Any]) -> None:
    _, former, topic = await removed(who)
    with pytest.raises(KeysChanged):
        read(former.log, topic)


@pytest.mark.parametrize("who", ["member", "steward"])
async def test_writes_nothing_that_comes_after(who: str) -> None:
    here, former, topic = await removed(who)
    log, store = former.log, here.world.store
    size = here.founder.circle(here.circle).log.state.size
    writes = {
        "a record": lambda: log.append(Entry(topic, "say", b"after", 90)),
        "a topic": lambda: log.append(Entry(b"n" * 16, "say", b"after", 90), refold=lambda _: b"", create=True),
        "a cover": lambda: log.append(Entry(topic, "react", b"after", 90, slot=0), refold=lambda _: b"after"),
        "half of a day key": lambda: store.make_day_half(log.shelf, log.newest.append, 7, 20_000, b"h" * 32),
        "a letter": lambda: store.put_mail(
            log.shelf, log.newest.append, b"i" * 32, Mail(b"e" * 16, 20_000, b"letter")
        ),
    }
    for write in writes.values():
        with pytest.raises(KeysChanged):
            await write()
    assert here.founder.circle(here.circle).log.state.size == size


async def test_a_former_steward_s_control_key_does_nothing() -> None:
    here, former, topic = await removed("steward")
    assert former.seeds
    shelf, store = former.log.shelf, here.world.store
    for seed in former.seeds:
        with pytest.raises(NotThere):
            await store.drop(shelf, sign(seed, drop_message(shelf)))
        with pytest.raises(NotThere):
            await store.erase_by_control(shelf, topic, 0, 0, sign(seed, erase_message(shelf, topic, 0, 0)))
    assert heard(here.founder.circle(here.circle), topic)[-1] == AFTER


async def test_the_old_token_reads_one_fixed_cell() -> None:
    """The same bytes at every visit, which say that keys changed and hold no slot for them."""
    here, former, topic = await removed()
    store, log = here.world.store, former.log
    cell = store.transfer(log.shelf, 0, log.newest.read)
    await say(here.founder.circle(here.circle).log, "and more", topic)
    assert store.transfer(log.shelf, 0, log.newest.read) == cell
    with pytest.raises(Removed):
        transfer.follow(store, here.circle, log.shelf, log.newest, log.persona)
    with pytest.raises(Removed):
        here.member.circle(here.circle)
    with pytest.raises(NotThere):
        store.transfer(log.shelf, 1, log.newest.read)


@pytest.mark.parametrize("who", ["member", "steward"])
async def test_a_colluding_hub_gives_them_no_content(who: str) -> None:
    """Every row the hub has, and everything that they kept: none of it opens, under any key of theirs."""
    here, former, _ = await removed(who)
    hub, log = here.world.hub, former.log
    hub.colludes = True
    later = 0
    for obj, place in hub._shelves[log.shelf].objects.items():
        rows = [record.row for record in place.records.values()]
        after = [row for row in rows if row.number >= former.size]
        assert not [record for record in log.readable(obj, after) if record.kind != "remove"]
        if place.cover.epoch:
            later += 1
            row = log.cover(obj)
            with pytest.raises(Unopenable):
                log.open_cover(row)
    assert later == 2


async def test_a_colluding_hub_lets_nothing_of_theirs_count() -> None:
    here, former, topic = await removed()
    here.world.hub.colludes = True
    await former.log.append(Entry(topic, "say", b"forged", 90))
    own = circle_object(here.circle)
    for kind, body in (("heartbeat", Heartbeat()), ("role", Role(former.log.persona.key, 1))):
        await former.log.append(Entry(own, kind, encode(body), KEPT))
    here.world.hub.colludes = False
    here.world.restart()
    for who in (here.founder, here.steward):
        circle = who.circle(here.circle)
        assert heard(circle, topic) == ["what was said before", AFTER]
        assert handles(circle) == {"founder", "steward"}


class Died(Exception):
    """The process, in the middle of a turn."""


async def _dies(circle: Any) -> None:
    raise Died


@pytest.mark.parametrize("interrupted", [False, True])
async def test_a_colluding_hub_brings_no_second_name_in(interrupted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invitation that stood open when they were removed, the old epoch's keys, and a hub that takes the record:
    behind the announcement of the next epoch, or behind its first number when the announcement is still to come.
    """
    here = await village()
    admitted, _ = await here.world.admitted(here.circle, here.founder, uses=3)
    accomplice = await here.world.sign_up()
    if interrupted:
        monkeypatch.setattr(turning, "announce", _dies)
    with contextlib.suppress(Died):
        await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
    monkeypatch.undo()
    here.world.hub.colludes = True
    membership, trail = entering.entry_point(admitted, b"2" * 32, "second name", here.world.clock.day())
    log = open_log(here.world.services, membership, trail)
    join = entering._join(accomplice.member, admitted, membership, 0)
    await log.append(Entry(circle_object(here.circle), "join", encode(join), KEPT))
    here.world.hub.colludes = False
    here.world.restart()
    await leaving.turn_all_due(here.steward.member)
    assert handles(here.steward.circle(here.circle)) == {"founder", "steward"}


async def test_a_colluding_hub_leads_nobody_into_their_epoch() -> None:
    """They seal a transfer cell of their own under the old epoch; whoever follows it would write to them."""
    here = await village()
    log, hub = here.member.stale_log(here.circle), here.world.hub
    old, shelf, today = log.newest, hub._there(log.shelf), here.world.clock.day()
    secret = b"known to the one who was removed"
    keys = epochs.begin(secret, 1, log.shelf, today, shelf.size)
    everybody = [who.circle(here.circle).log.persona.kem_key for who in here.everybody]
    cell = transfer.make_cell(
        here.circle, log.shelf, old, secret, shelf.size, today, log.persona, everybody, log.random
    )
    shelf.transfers[0] = _Transfer(today, shelf.keys.read_hash, shelf.keys.append_hash, cell)
    hashes = digest(TOKEN_HASH, keys.read), digest(TOKEN_HASH, keys.append)
    shelf.keys, shelf.epoch = NewShelf(log.shelf, *hashes, shelf.keys.control), 1
    for who in (here.founder, here.steward):
        with pytest.raises(JiwarError):
            await say(who.circle(here.circle).log, AFTER)


async def test_the_cell_has_a_slot_for_everybody_else() -> None:
    """So that the tests above are not green because nobody could follow."""
    here, former, topic = await removed()
    assert heard(here.steward.circle(here.circle), topic)[-1] == AFTER
    assert here.steward.circle(here.circle).log.newest.epoch == former.log.newest.epoch + 1
