"""Members go first, strangers one at a time; who finds no place is answered at once, and each line has its turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from jiwar.web import turns
from tests.web.client import World
from tests.web.lining import Entrance, asks, hands_in, pass_by

MEMBERS = "/talk"
PAGE, OTHER, UNKNOWN = "/desk", "/", "/nowhere"


@pytest.fixture
def entrance(world: World) -> Iterator[Entrance]:
    here = Entrance(world)
    asyncio.set_event_loop(here.loop)
    yield here
    asyncio.set_event_loop(None)
    here.loop.close()


class Standing:
    """A request that stands in line, as far as turns look at it."""

    more_body = response_started = disconnected = False
    flow = SimpleNamespace(write_paused=False)


def test_tickets_that_were_gathered_give_way_once_they_were_served() -> None:
    async def story() -> None:
        line, begun, left = turns.Turns(), list[bytes](), list[bytes]()

        def stands(name: bytes) -> bool:
            place = turns.Place("desk", name)
            return line.stand(place, Standing(), lambda: begun.append(name), lambda: left.append(name))

        gathered = [b"%d" % number for number in range(turns.PLACES_BEGUN)]
        assert all(map(stands, gathered))
        assert not stands(b"somebody"), "nobody was served yet"
        while len(begun) < len(gathered):
            await asyncio.sleep(0)
        assert all(map(stands, gathered))
        assert stands(b"somebody")
        assert left == [gathered[-1]]
        assert not stands(gathered[0]), "no more often than the others"
        while len(begun) < 2 * len(gathered):
            await asyncio.sleep(0)
        assert begun.count(b"somebody") == 1
        assert begun.count(gathered[-1]) == 1

    asyncio.run(story())


async def _until(entrance: Entrance, begun: int) -> None:
    """Let the loop turn until so many requests were begun; never more than is enough for that."""
    for _ in range(1_000):
        if len(entrance.begun()) >= begun:
            return
        await asyncio.sleep(0)
    raise AssertionError("nobody had their turn")


def test_a_member_is_answered_before_the_second_of_200_strangers(entrance: Entrance) -> None:
    async def story() -> None:
        for at in range(200):
            entrance.comes(asks(f"/in/{at}" if at % 2 else f"/start/{at}"))
        await _until(entrance, 1)
        entrance.comes(asks(MEMBERS, entrance.signed_in()))
        await pass_by()
        answered = entrance.events.index(("answer", MEMBERS))
        assert sum(what == "begin" for what, _ in entrance.events[:answered]) == 2

    entrance.play(story())


def test_who_comes_while_a_stranger_is_worked_on_is_next(entrance: Entrance) -> None:
    """What has come in is read before the next stranger is begun."""

    async def story() -> None:
        with await entrance.connects() as browser:
            sent = asks(MEMBERS, entrance.signed_in())
            entrance.during[PAGE] = lambda: browser.send(sent)
            for _ in range(4):
                entrance.comes(asks(PAGE))
            await pass_by()
            assert entrance.begun() == [PAGE, MEMBERS] * 4

    entrance.play(story())


def test_who_was_there_first_still_waits_for_members(entrance: Entrance) -> None:
    async def story() -> None:
        for _ in range(5):
            entrance.comes(asks(PAGE))
        for _ in range(5):
            entrance.comes(asks(MEMBERS, entrance.signed_in()))
        await pass_by()
        assert entrance.begun() == [MEMBERS] * 5 + [PAGE] * 5

    entrance.play(story())


def test_members_starve_nobody(entrance: Entrance) -> None:
    """While a member's request is worked on without an end, one stranger is begun in each share of time."""

    async def story() -> None:
        entrance.held[MEMBERS] = asyncio.Event()
        entrance.comes(asks(MEMBERS, entrance.signed_in()))
        for _ in range(4):
            entrance.comes(asks(PAGE))
        for begun in range(1, 5):
            await pass_by()
            assert entrance.begun().count(PAGE) == begun
            entrance.loop.now += turns.SHARE
        entrance.held[MEMBERS].set()
        await pass_by()

    entrance.play(story())


def test_strangers_go_on_as_soon_as_members_are_answered(entrance: Entrance) -> None:
    async def story() -> None:
        entrance.comes(asks(PAGE))
        await _until(entrance, 1)
        entrance.held[MEMBERS] = asyncio.Event()
        entrance.comes(asks(MEMBERS, entrance.signed_in()))
        entrance.comes(asks(PAGE))
        await pass_by()
        assert entrance.begun() == [PAGE, MEMBERS]
        entrance.held[MEMBERS].set()
        await pass_by()
        assert entrance.begun() == [PAGE, MEMBERS, PAGE]

    entrance.play(story())


def test_a_stranger_who_waits_for_something_keeps_nobody_from_their_turn(entrance: Entrance) -> None:
    async def story() -> None:
        entrance.held[PAGE] = asyncio.Event()
        entrance.comes(asks(PAGE))
        entrance.comes(asks(OTHER))
        await pass_by()
        assert ("answer", OTHER) in entrance.events
        entrance.held[PAGE].set()
        await pass_by()

    entrance.play(story())


def test_a_member_who_still_sends_keeps_nobody_waiting(entrance: Entrance) -> None:
    async def story() -> None:
        entrance.comes(hands_in(MEMBERS, b"x" * 1_000, entrance.signed_in())[:-1])
        entrance.comes(asks(PAGE))
        entrance.comes(asks(PAGE))
        await pass_by()
        assert entrance.begun() == [MEMBERS, PAGE, PAGE]

    entrance.play(story())


def test_a_member_keeps_nobody_waiting_by_what_takes_long(entrance: Entrance) -> None:
    async def story() -> None:
        entrance.held[MEMBERS] = asyncio.Event()
        entrance.comes(asks(MEMBERS, entrance.signed_in()))
        await pass_by()
        entrance.loop.now += turns.AT_LONGEST
        for _ in range(5):
            entrance.comes(asks(PAGE))
        await pass_by()
        assert entrance.begun() == [MEMBERS] + [PAGE] * 5
        entrance.held[MEMBERS].set()
        await pass_by()

    entrance.play(story())


def test_a_member_who_reads_no_answer_keeps_nobody_waiting(entrance: Entrance) -> None:
    async def story() -> None:
        here, _ = entrance.comes()
        here.pause_writing()
        here.data_received(asks(MEMBERS, entrance.signed_in()))
        await pass_by()
        for _ in range(5):
            entrance.comes(asks(PAGE))
        await pass_by()
        assert entrance.begun() == [MEMBERS] + [PAGE] * 5

    entrance.play(story())


@pytest.mark.parametrize("path", [PAGE, UNKNOWN])
def test_lines_have_their_turn_one_after_the_other(entrance: Entrance, path: str) -> None:
    """A flood at one page keeps nobody from the door for longer than its first."""

    async def story() -> None:
        for _ in range(100):
            entrance.comes(asks(path))
        entrance.comes(asks(OTHER))
        entrance.comes(hands_in(OTHER, b"key=1"))
        await _until(entrance, 3)
        assert entrance.begun() == [path, OTHER, OTHER]

    entrance.play(story())


def test_asking_and_coming_back_are_apart(entrance: Entrance) -> None:
    async def story() -> None:
        for _ in range(100):
            entrance.comes(hands_in("/desk", b"kind=food"))
        _, wire = entrance.comes(hands_in("/desk/back", b"code=1"))
        assert not wire.written
        await _until(entrance, 2)
        assert entrance.begun() == ["/desk", "/desk/back"]

    entrance.play(story())


def test_a_line_has_an_end(entrance: Entrance) -> None:
    async def story() -> None:
        wires = [entrance.comes(asks(PAGE))[1] for _ in range(100)]
        assert [bool(wire.written) for wire in wires] == [False] * turns.PLACES + [True] * (100 - turns.PLACES)
        await pass_by(400)
        assert entrance.begun() == [PAGE] * turns.PLACES
        assert all(len(wire.answers()) == 1 for wire in wires)

    entrance.play(story())


def test_a_cookie_that_the_hub_did_not_give_is_no_member_s(entrance: Entrance) -> None:
    async def story() -> None:
        made_up = [f"{entrance.site.cookie}={'ab' * 32}", f"{entrance.site.cookie}=zz", "a=b; c"]
        for cookie in [*made_up, entrance.on_the_way_in()]:
            entrance.comes(asks(PAGE, cookie))
        entrance.comes(asks(MEMBERS, entrance.signed_in()))
        await pass_by()
        assert entrance.begun() == [MEMBERS, *[PAGE] * 4]

    entrance.play(story())


def test_who_has_gone_has_no_turn(entrance: Entrance) -> None:
    async def story() -> None:
        gone = [entrance.comes(asks("/desk"))[0] for _ in range(10)]
        entrance.comes(asks(OTHER))
        for one in gone:
            one.connection_lost(None)
        await pass_by()
        assert entrance.begun() == [OTHER]

    entrance.play(story())


class TestWhoHasBegun:
    """They stand in a line of their own: a flood of those who haven't leaves them their place."""

    def ticket(self, entrance: Entrance) -> bytes:
        tickets = entrance.site.tickets
        return f"token=&ticket={tickets.write(tickets.new(b'a window', 'food'))}&text=hello".encode()

    def passed(self, entrance: Entrance) -> bytes:
        tickets = entrance.site.tickets
        return f"do=leave&pass={tickets.write(tickets.let_in(b'c' * 32))}".encode()

    def flood(self, entrance: Entrance, path: str) -> None:
        for _ in range(100):
            entrance.comes(hands_in(path, b"ticket=" + b"ab" * 100))

    @pytest.mark.parametrize(("path", "of"), [("/desk", "ticket"), ("/desk/back", "passed")])
    def test_by_what_the_screen_before_gave_them(self, entrance: Entrance, path: str, of: str) -> None:
        async def story() -> None:
            self.flood(entrance, path)
            body = getattr(self, of)(entrance)
            _, wire = entrance.comes(hands_in(path, body))
            assert not wire.written
            await _until(entrance, 2)
            await pass_by(2)
            assert body in entrance.bodies

        entrance.play(story())

    def test_by_their_session(self, entrance: Entrance) -> None:
        async def story() -> None:
            self.flood(entrance, "/joining/name")
            _, wire = entrance.comes(hands_in("/joining/name", b"own=me", entrance.on_the_way_in()))
            assert not wire.written
            await pass_by(10)
            assert b"own=me" in entrance.bodies

        entrance.play(story())

    def test_one_ticket_has_few_places(self, entrance: Entrance) -> None:
        async def story() -> None:
            body, other = self.ticket(entrance), self.ticket(entrance)
            wires = [entrance.comes(hands_in("/desk", body))[1] for _ in range(10)]
            assert sum(not wire.written for wire in wires) == turns.PLACES_OF_ONE
            assert not entrance.comes(hands_in("/desk", other))[1].written
            await pass_by()
            assert not entrance.comes(hands_in("/desk", body))[1].written

        entrance.play(story())

    def test_they_are_not_without_number(self, entrance: Entrance) -> None:
        async def story() -> None:
            wires = [entrance.comes(hands_in("/desk", self.ticket(entrance)))[1] for _ in range(100)]
            assert sum(not wire.written for wire in wires) == turns.PLACES_BEGUN

        entrance.play(story())

    def test_who_was_served_gives_way_and_is_answered(self, entrance: Entrance) -> None:
        async def story() -> None:
            gathered = [self.ticket(entrance) for _ in range(turns.PLACES_BEGUN)]
            for ticket in gathered:
                entrance.comes(hands_in("/desk", ticket))
            await _until(entrance, len(gathered))
            wires = [entrance.comes(hands_in("/desk", ticket))[1] for ticket in gathered]
            _, wire = entrance.comes(hands_in("/desk", self.ticket(entrance)))
            assert not wire.written
            assert [bool(one.written) for one in wires] == [False] * (len(gathered) - 1) + [True]
            await pass_by(200)

        entrance.play(story())
