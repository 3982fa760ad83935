"""Who asks for help can't be told from who doesn't: not by another member with a program and a keyring of their own,
nor by what their own keyring says after it has ended; and nobody writes in somebody else's need.
"""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import ANY

import pytest

from jiwar.circles import leaving, oneoffs
from jiwar.circles.circle import Circle, open_log
from jiwar.circles.later import Later
from jiwar.circles.oneoffs import Aside
from jiwar.circles.policy import Aid
from jiwar.circles.speech import Said, owned_rid
from jiwar.errors import NotThere
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.record import SignedRecord
from jiwar.log.shelf import LAST_NUMBER, Entry, ShelfLog
from jiwar.pictures.decoder import drawn
from jiwar.store.contract import RecordRow
from jiwar.systems.forum import service as forum
from jiwar.systems.forum.model import FORUM
from jiwar.systems.needs import pictures, rules, service, view
from jiwar.systems.needs.model import NEED, PICTURE, NeedCover, Picture
from jiwar.systems.needs.rules import WORKED, Wish
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad, unpad
from tests.core.pictures.making import photo
from tests.mutants.mutation import Mutations, replaced, together
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

SHORT, LONG = Wish(NEED, "Bread"), Wish(NEED, "A bed. " * 80, conditions="quiet", area="Market side")


def _chained(services, membership, trail, persona, seen_by_all):
    log = open_log(services, membership, trail, persona, seen_by_all=seen_by_all)
    log.previous = trail.previous
    return log


async def _forget_nothing(*_):
    """The keyring keeps it."""


def _at_once(waiting, append, clock, random, *_, **what_follows):
    _put(waiting, append, clock, random, (0, 1), **what_follows)


_put = Later.put


MUTATIONS: Mutations = {
    "it chains to what its owner wrote": replaced(oneoffs, "open_log", _chained),
    "its owner's chain goes over it": replaced(Aside, "keep_trail", Circle.keep_trail),
    "it names the head that its owner saw": replaced(ShelfLog, "_seen", lambda log: (log.state.size, log.state.root)),
    "its size tells its length": together(
        replaced(oneoffs, "sized", pad), replaced(oneoffs, "unsized", unpad), replaced(rules, "unsized", unpad)
    ),
    "it comes at once": replaced(Later, "put", _at_once),
    "the keyring remembers what has ended": replaced(oneoffs, "forget", _forget_nothing),
    "the size of a photo tells what is on it": together(
        replaced(pictures, "pad", lambda body, _: pad(body)), replaced(pictures, "SIZE", ANY)
    ),
    "a photo outlives its words": replaced(pictures, "erase", _forget_nothing),
    "anybody writes in it": replaced(Aside, "is_its_own", lambda *_: True),
}


@dataclass
class Board:
    """A village in which somebody has asked; `seen` is what one of the others can read of it."""

    village: Village

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    async def ask(self, person: Person, wish: Wish) -> bytes:
        return await service.ask(self.of(person), wish)

    async def comes(self) -> None:
        services = self.village.world.services
        await services.later.look(services.store, float("inf"))

    async def asked(self, person: Person, wish: Wish) -> bytes:
        obj = await self.ask(person, wish)
        await self.comes()
        return obj

    def rows(self, obj: bytes) -> list[RecordRow]:
        return self.of(self.village.founder).log.rows(obj, 0, LAST_NUMBER, 10)

    def read(self, obj: bytes) -> list[SignedRecord]:
        """Everything that another member's keys open of an object, as it was signed."""
        log = self.of(self.village.founder).log
        return [
            record.read_record(
                log.key(row.epoch, row.keep, row.day),
                record.place_of(self.village.circle, log.shelf, obj, row),
                row.rid,
                row.value,
            )
            for row in self.rows(obj)
            if row.value
        ]

    async def topic(self, person: Person, title: str) -> bytes:
        return await forum.start_topic(self.of(person), title, "Tea at five.")


@pytest.fixture
async def board() -> Board:
    return Board(await village())


async def test_its_key_is_nobodys_in_the_circle_and_never_the_same(board: Board) -> None:
    person, circle = board.village.member, board.village.circle
    keys = [board.read(await board.asked(person, SHORT))[0].author for _ in range(3)]
    assert len(set(keys)) == 3
    assert not set(keys) & {one.persona(circle) for one in board.village.everybody}


async def test_no_chain_leads_from_a_name_to_it_or_back(board: Board) -> None:
    person = board.village.member
    before = await board.topic(person, "Before")
    obj = await board.asked(person, SHORT)
    digests = {record.row_digest(row.value) for row in board.rows(obj)}
    await service.end(board.of(person), obj, WORKED)
    digests |= {record.row_digest(row.value) for row in board.rows(obj)}
    after = await board.topic(person, "After")
    assert [one.previous for one in board.read(obj)] == [b""]
    named = [one.previous for topic in (before, after) for one in board.read(topic)]
    assert not digests & set(named)
    assert named[1] == record.row_digest(board.rows(before)[0].value), "the chain of the name goes on without it"


async def test_two_who_came_at_different_times_saw_the_same(board: Board) -> None:
    size = board.of(board.village.member).log.state.size
    first = await board.ask(board.village.member, SHORT)
    for number in range((1 << size.bit_length()) - size - 4):
        await board.topic(board.village.founder, f"Meanwhile {number}")
    second = await board.ask(board.village.steward, SHORT)
    await board.comes()
    seen = [(one.seen_size, one.seen_root) for obj in (first, second) for one in board.read(obj)]
    assert seen[0] == seen[1]
    assert seen[0][0] <= size


async def test_whatever_it_says_has_one_size(board: Board) -> None:
    objs = [await board.asked(board.village.member, wish) for wish in (SHORT, LONG)]
    await service.end(board.of(board.village.member), objs[0], WORKED)
    sizes = {len(row.value) for obj in objs for row in board.rows(obj) if row.value}
    assert len(sizes) == 1


async def test_nothing_comes_while_its_owner_is_there(board: Board) -> None:
    services = board.village.world.services
    size = board.of(board.village.founder).log.state.size
    for person in board.village.everybody:
        await board.ask(person, SHORT)
    board.village.world.clock.forward(seconds=299)
    await services.later.look(services.store, services.clock.monotonic())
    assert board.of(board.village.founder).log.state.size == size
    board.village.world.clock.forward(seconds=3_301)
    await services.later.look(services.store, services.clock.monotonic())
    assert board.of(board.village.founder).log.state.size == size + 3


async def test_after_it_has_ended_its_owners_keyring_says_nothing_of_it(board: Board) -> None:
    person = board.village.member
    obj = await board.asked(person, LONG)
    seed = oneoffs.mine(board.of(person))[0].seed
    assert seed in encode(person.member.keyring)
    await service.end(board.of(person), obj, WORKED)
    keyring = encode(person.member.keyring)
    assert seed not in keyring
    assert obj not in keyring or board.of(person).trail.read_up_to(obj) == 0


async def test_other_keyrings_say_nothing_of_it(board: Board) -> None:
    obj = await board.asked(board.village.member, LONG)
    key = board.read(obj)[0].author
    for person in (board.village.founder, board.village.steward):
        assert view.one(board.of(person), obj).need.text.startswith("A bed.")
        assert view.all_mine(board.of(person)) == []
        assert key not in encode(person.member.keyring)


async def test_nobody_writes_in_somebody_elses_need(board: Board) -> None:
    obj = await board.asked(board.village.member, SHORT)
    forger = board.of(board.village.founder)
    stranger, nonce = Persona(bytes(32)), bytes(16)
    need = rules.new_need(LONG, Aid(), 0, stranger.kem_key, stranger.inbox(oneoffs.BOX))
    fold = encode(NeedCover(NEED, "Go away", "", "", "week", 0, -1, 1, 0, 1))
    said = encode(Said(nonce, pad(encode(need), oneoffs.SIZE)))
    entry = Entry(obj, NEED, said, 7, collection="needs", rid=owned_rid(stranger.key, nonce))
    await Aside(forger, obj, stranger).log.append(entry, lambda _: fold)
    for person in board.village.everybody:
        circle = board.of(person)
        assert view.one(circle, obj).need.text == SHORT.text
        shown = view.lines(circle, NEED, view.rows(circle, NEED))
        assert [line.cover.text for line in shown] == [SHORT.text]


async def test_who_was_removed_adds_none_even_with_the_hubs_help(board: Board) -> None:
    village = board.village
    obj = await board.ask(village.member, SHORT)
    waiting = village.world.services.later.waiting
    _, append, *_ = waiting.pop(obj)
    await leaving.remove(board.of(village.founder), village.member.persona(village.circle))
    village.world.hub.colludes = True
    await village.world.hub.append(append)
    circle = board.of(village.founder)
    assert view.lines(circle, NEED, view.rows(circle, NEED)) == []
    with pytest.raises(NotThere):
        view.one(circle, obj)


async def test_all_photos_have_one_size_and_go_with_their_words(board: Board) -> None:
    objs: list[bytes] = []
    for jpeg, alt in ((drawn(photo((20, 20))), ""), (drawn(photo((900, 700))), "A cupboard with three shelves")):
        objs.append(await board.asked(board.village.member, SHORT))
        await pictures.add(board.of(board.village.member), objs[-1], jpeg, alt)
    assert len({len(board.rows(obj)[-1].value) for obj in objs}) == 1
    await service.end(board.of(board.village.member), objs[0], WORKED)
    assert board.rows(objs[0])[1].value == b""


async def test_nobody_puts_a_photo_beside_somebody_elses_words(board: Board) -> None:
    obj = await board.asked(board.village.member, SHORT)
    founder, own = board.of(board.village.founder), board.rows(obj)[0]
    body = pad(encode(Picture("", drawn(photo((20, 20))))), pictures.SIZE)
    await founder.log.append(Entry(obj, PICTURE, body, own.keep, slot=own.slot, day=own.day))
    for person in board.village.everybody:
        assert pictures.of(board.of(person), view.one(board.of(person), obj)) is None


async def test_the_store_holds_no_word_of_it(board: Board) -> None:
    await board.asked(board.village.member, LONG)
    stored = repr(board.village.world.hub.image())
    assert FORUM not in stored
    assert not any(word in stored for word in ("A bed.", "Market side", "quiet", "needs"))
