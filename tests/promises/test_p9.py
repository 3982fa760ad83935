"""P9: A hub that hides, reorders, replays or forks a log is caught by laptops, bundles and people who compare words;
the web view detects a damaged or restored store.

A *reader* keeps the size and root it saw last and checks every answer against them, as a laptop does. A *visitor* has
only what the hub's own pages do with a keyring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace as changed

from jiwar.circles import spoken
from jiwar.crypto import merkle
from jiwar.errors import BadProof, BadSignature, JiwarError, NotThere, Unopenable
from jiwar.log import audit, shelf
from jiwar.log.shelf import LAST_NUMBER, Entry, ShelfLog
from jiwar.store.contract import RecordRow, ShelfState
from tests.mutants.mutation import Mutations, replaced
from tests.world import TOPICS, Person, Village, say, village

pytestmark = pytest.mark.anyio

MUTATIONS: Mutations = {
    "growth is not checked": replaced(audit, "check_growth", lambda *_: None),
    "places are not checked": replaced(audit, "check_rows", lambda *_: None),
    "completeness is not checked": replaced(audit, "check_object", lambda *_: None),
    "every consistency proof is good": replaced(merkle, "verify_consistency", lambda *_: None),
    "every inclusion proof is good": replaced(merkle, "verify_inclusion", lambda *_: None),
    "answers need not be what was asked": replaced(shelf, "_require", lambda sound: None),
    "words do not depend on the root": replaced(spoken, "digest", lambda label, root, size: bytes(32)),
}


@dataclass
class Reader:
    """A member's own program: trusts the root it saw, and nothing else that the hub says."""

    log: ShelfLog
    size: int = 0
    root: bytes = b""
    shown: dict[bytes, list[str]] = field(default_factory=dict)

    def _node(self, level: int, index: int) -> bytes:
        return self.log.store.node(self.log.shelf, self.log.newest.read, level, index)

    def look(self, topic: bytes) -> list[str]:
        """What a topic says. Raises BadProof, and shows nothing, when the hub's answers don't fit together."""
        now = self._grow()
        rows = self.log.rows(topic, 0, LAST_NUMBER, 1000)
        audit.check_rows(self.log.shelf, topic, rows, now, self._node)
        folded = self.log.open_cover(self.log.cover(topic))
        audit.check_object(rows, folded.head, folded.head_digest)
        return [self.log.open(topic, row).body.decode() for row in rows]

    def _grow(self) -> ShelfState:
        now = self.log.store.shelf(self.log.shelf, self.log.newest.read)
        audit.check_growth(self.size, self.root, now, self._node)
        self.size, self.root = now.size, now.root
        return now


@dataclass
class Scene:
    here: Village
    topic: bytes
    other: bytes
    reader: Reader


async def scene() -> Scene:
    """Two topics with a few answers, a reaction to the first word, and a reader who has seen both."""
    here = await village()
    log = here.founder.circle(here.circle).log
    topic, other = await say(log, "one"), await say(log, "elsewhere")
    for text in ("two", "three"):
        await say(here.steward.circle(here.circle).log, text, topic)
    first = log.cover(topic).head - 3
    await log.append(Entry(topic, "react", b"heart", 90, slot=first, day=here.world.clock.day()))
    reader = Reader(here.member.circle(here.circle).log)
    assert reader.look(topic) == ["one", "heart", "two", "three"]
    assert reader.look(other) == ["elsewhere"]
    return Scene(here, topic, other, reader)


async def test_an_honest_hub_is_believed() -> None:
    play = await scene()
    await say(play.here.founder.circle(play.here.circle).log, "four", play.topic)
    assert play.reader.look(play.topic)[-1] == "four"


Rows = list[RecordRow]
LIES: dict[str, Callable[[Scene, Rows], Rows]] = {
    "hides the first": lambda play, rows: rows[1:],
    "hides one in the middle": lambda play, rows: [*rows[:2], rows[3]],
    "hides the last": lambda play, rows: rows[:-1],
    "hides all": lambda play, rows: [],
    "reorders": lambda play, rows: [rows[0], rows[1], rows[3], rows[2]],
    "reorders with changed numbers": lambda play, rows: [*rows[:2], *renumbered([rows[3], rows[2]], rows[2:])],
    "replays one at the end": lambda play, rows: [*rows, moved(rows[0], rows[-1].number + 1)],
    "replays one in another's place": lambda play, rows: [*rows[:2], moved(rows[0], rows[2].number), rows[3]],
    "replays a reaction": lambda play, rows: [
        rows[0],
        changed(rows[1], number=rows[1].number - 1),
        *rows[1:],
    ],
    "shows the last one as later than it is": lambda play, rows: [*rows[:3], moved(rows[3], rows[3].number + 1)],
    "shows one of another topic": lambda play, rows: [*rows[:3], moved(elsewhere(play), rows[3].number)],
    "changes a byte": lambda play, rows: [changed(rows[0], value=rows[0].value[:-1] + b"?"), *rows[1:]],
    "keeps longer than was promised": lambda play, rows: [changed(rows[0], keep=365), *rows[1:]],
}


def moved(row: RecordRow, number: int) -> RecordRow:
    return changed(row, slot=number, number=number)


def renumbered(rows: Rows, places: Rows) -> Rows:
    return [moved(row, place.number) for row, place in zip(rows, places, strict=True)]


def elsewhere(play: Scene) -> RecordRow:
    hub = play.here.world.hub
    return next(iter(hub._shelves[play.reader.log.shelf].objects[play.other].records.values())).row


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_reader_catches_a_hub_that(lie: Callable[[Scene, Rows], Rows]) -> None:
    play = await scene()
    play.here.world.hub.lies["records"] = lambda rows, *_: lie(play, rows) if len(rows) == 4 else rows
    with pytest.raises((BadProof, BadSignature, Unopenable)):
        play.reader.look(play.topic)


async def test_a_reader_catches_a_list_in_another_order() -> None:
    play = await scene()
    play.here.world.hub.lies["objects"] = lambda rows, *_: rows[::-1]
    with pytest.raises(BadProof):
        play.reader.log.covers(TOPICS, None, 10)


async def test_a_reader_catches_an_old_cover() -> None:
    """A list reads covers only; whoever opens the topic sees that the cover is not the newest."""
    play = await scene()
    old = play.reader.log.cover(play.topic)
    await say(play.here.founder.circle(play.here.circle).log, "four", play.topic)
    play.here.world.hub.lies["object"] = lambda row, *_: changed(old, head=row.head)
    with pytest.raises(BadProof):
        play.reader.look(play.topic)


async def test_a_reader_catches_a_hub_that_goes_back() -> None:
    play = await scene()
    image = play.here.world.hub.image()
    await say(play.here.founder.circle(play.here.circle).log, "four", play.topic)
    assert play.reader.look(play.topic)[-1] == "four"
    play.here.world.hub.restore(image)
    with pytest.raises(BadProof):
        play.reader.look(play.topic)


async def test_a_reader_catches_a_fork() -> None:
    """Two logs from one moment on: whoever has seen one of them is not shown the other."""
    play = await scene()
    hub, here = play.here.world.hub, play.here
    image = hub.image()
    await say(here.founder.circle(here.circle).log, "in one log", play.topic)
    assert play.reader.look(play.topic)[-1] == "in one log"
    hub.restore(image)
    here.world.restart()
    for text in ("in the other", "and on"):
        await say(here.founder.circle(here.circle).log, text, play.topic)
    with pytest.raises(BadProof):
        play.reader.look(play.topic)


async def test_a_reader_catches_a_hub_that_gives_no_proof() -> None:
    play = await scene()
    await say(play.here.founder.circle(play.here.circle).log, "four", play.topic)

    def silent(answer: bytes, *_: Any) -> bytes:
        raise NotThere

    play.here.world.hub.lies["node"] = silent
    with pytest.raises(BadProof):
        play.reader.look(play.topic)


def words_of(person: Person, circle: bytes, language: str = "en") -> tuple[str, ...]:
    """The six words on somebody's page."""
    state = person.circle(circle).log.state
    return spoken.compare(state.root, state.size, language)


async def test_people_who_compare_words_catch_a_fork() -> None:
    play = await scene()
    here, hub = play.here, play.here.world.hub
    assert words_of(here.founder, here.circle) == words_of(here.member, here.circle)
    assert len(words_of(here.member, here.circle)) == 6
    assert words_of(here.member, here.circle, "ar") != words_of(here.member, here.circle, "en")
    image = hub.image()
    await say(here.founder.circle(here.circle).log, "for one", play.topic)
    first = words_of(here.founder, here.circle)
    hub.restore(image)
    here.world.restart()
    await say(here.steward.circle(here.circle).log, "for the other", play.topic)
    assert words_of(here.steward, here.circle) != first


async def test_the_pages_notice_a_restored_store() -> None:
    play = await scene()
    here, hub = play.here, play.here.world.hub
    image = hub.image()
    await say(here.founder.circle(here.circle).log, "four", play.topic)
    visitor = here.member.circle(here.circle)
    visitor.check_tree()
    await visitor.member.flush(now=True)
    accounts = hub._accounts
    hub.restore(image)
    hub._accounts = accounts
    here.world.restart()
    with pytest.raises(BadProof):
        here.member.circle(here.circle).check_tree()
    for text in ("written", "over", "it"):
        await say(here.founder.circle(here.circle).log, text, play.topic)
    with pytest.raises(BadProof):
        here.member.circle(here.circle).check_tree()


DAMAGE: dict[str, Callable[[Any], None]] = {
    "a byte of a record": lambda place: _spoil(place, "value"),
    "a day": lambda place: _spoil(place, "day"),
}


def _spoil(place: Any, what: str) -> None:
    name, record = next(iter(place.records.items()))
    row = record.row
    spoilt = row.value[:-1] + bytes([row.value[-1] ^ 1]) if what == "value" else row.day + 1
    place.records[name].row = changed(row, **{what: spoilt})


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_the_pages_show_nothing_that_is_damaged(damage: Callable[[Any], None]) -> None:
    play = await scene()
    log = play.here.member.circle(play.here.circle).log
    damage(play.here.world.hub._shelves[log.shelf].objects[play.topic])
    first = log.rows(play.topic, 0, LAST_NUMBER, 1000)[0]
    with pytest.raises(JiwarError):
        log.open(play.topic, first)
    shown = log.readable(play.topic, log.rows(play.topic, 0, LAST_NUMBER, 9))
    assert [record.body for record in shown] == [b"heart", b"two", b"three"]
