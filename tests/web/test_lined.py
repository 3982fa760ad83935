"""Connections whose requests wait for their turn: forms in any pieces, requests sent ahead, one answer that stands
ready, and nothing without an end.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from jiwar.i18n import LANGUAGES
from jiwar.web import crowd, forms, lined, turns
from jiwar.web.visit import Visit
from tests.web.client import World
from tests.web.lining import Entrance, Wire, asks, hands_in, in_chunks, pass_by

BODY = b"text=" + b"%D8%B5" * 40
KEPT_OPEN = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.fixture
def entrance(world: World) -> Iterator[Entrance]:
    here = Entrance(world)
    asyncio.set_event_loop(here.loop)
    yield here
    asyncio.set_event_loop(None)
    here.loop.close()


@pytest.fixture
def full(entrance: Entrance) -> Entrance:
    """No place is left in the lines for looking and for handing in at the desk, and nobody has had their turn."""
    for _ in range(turns.PLACES):
        entrance.comes(asks("/desk"))
        entrance.comes(hands_in("/desk", b"kind=food"))
    return entrance


def _answers(wire: Wire) -> list[tuple[int, bytes]]:
    return [(answer.status, answer.body) for answer in wire.answers()]


class TestAForm:
    @given(cuts=st.lists(st.integers(0, 600)), chunks=st.integers(0, 40))
    @KEPT_OPEN
    def test_is_the_same_in_whatever_pieces_it_comes(self, entrance: Entrance, cuts: list[int], chunks: int) -> None:
        sent = in_chunks("/desk", BODY, chunks) if chunks else hands_in("/desk", BODY)

        async def story() -> None:
            edges = [0, *sorted(cuts), len(sent)]
            _, wire = entrance.comes(*(sent[a:b] for a, b in pairwise(edges) if a < b))
            await pass_by()
            assert _answers(wire) == [(200, b"ok")]

        entrance.bodies.clear()
        entrance.play(story())
        assert entrance.bodies == [BODY]

    def test_has_no_turn_before_it_is_whole(self, entrance: Entrance) -> None:
        async def story() -> None:
            sent = hands_in("/desk", BODY)
            here, wire = entrance.comes(sent[:-1])
            await pass_by()
            assert not entrance.begun()
            here.data_received(sent[-1:])
            await pass_by()
            assert _answers(wire) == [(200, b"ok")]

        entrance.play(story())

    def test_is_read_on_until_it_is_larger_than_any(self, entrance: Entrance) -> None:
        async def story() -> None:
            here, wire = entrance.comes(hands_in("/desk", b"x" * 10 * forms.MOST_BYTES)[: forms.MOST_BYTES])
            assert wire.read
            await pass_by()
            assert not entrance.begun()
            here.data_received(b"x" * 1_000)
            assert not wire.read
            await pass_by()
            assert entrance.begun() == ["/desk"]

        entrance.play(story())

    def test_that_never_ends_is_not_waited_for(self, entrance: Entrance) -> None:
        async def story() -> None:
            _, slow = entrance.comes(hands_in("/desk", BODY)[:-1])
            _, quick = entrance.comes(hands_in("/desk", BODY))
            entrance.loop.now += forms.SLOWEST_SECONDS
            await pass_by()
            assert slow.closed
            assert not quick.closed
            assert entrance.begun() == ["/desk"]

        entrance.play(story())

    def test_is_asked_for_where_a_browser_waits_for_that(self, entrance: Entrance) -> None:
        async def story() -> None:
            head, body = hands_in("/desk", BODY, expect="100-continue").split(b"\r\n\r\n")
            here, wire = entrance.comes(head + b"\r\n\r\n")
            assert wire.written == b"HTTP/1.1 100 Continue\r\n\r\n"
            here.data_received(body)
            await pass_by()
            wire.written = wire.written.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
            assert _answers(wire) == [(200, b"ok")]

        entrance.play(story())


class TestAheadOfTheirAnswers:
    def test_requests_are_answered_one_after_the_other(self, entrance: Entrance) -> None:
        async def story() -> None:
            sent = hands_in("/desk", b"a=1") + asks("/") + hands_in("/desk/back", b"b=2") + asks("/talk")
            for at in range(len(sent)):
                _, wire = entrance.comes(sent[:at], sent[at:])
                await pass_by()
                assert _answers(wire) == [(200, b"ok")] * 4
            assert entrance.begun() == ["/desk", "/", "/desk/back", "/talk"] * len(sent)

        entrance.play(story())

    def test_one_has_no_turn_before_the_one_before_it_is_answered(self, entrance: Entrance) -> None:
        async def story() -> None:
            entrance.held["/"] = asyncio.Event()
            entrance.comes(asks("/") + asks("/talk", entrance.signed_in()))
            await pass_by()
            assert entrance.begun() == ["/"]
            entrance.held["/"].set()
            await pass_by()
            assert entrance.begun() == ["/", "/talk"]

        entrance.play(story())

    def test_those_that_are_turned_away_are_answered_in_their_order(self, full: Entrance) -> None:
        async def story() -> None:
            sent = asks("/desk?l=en") + hands_in("/desk?l=fr", BODY) + asks("/desk?l=en")
            _, wire = full.comes(sent)
            english, french, again = wire.answers()
            assert english.body == again.body != french.body

        full.play(story())


class TestTheAnswerThatStandsReady:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_one_page_in_the_language_that_is_asked_for(self, full: Entrance, language: str) -> None:
        async def story() -> None:
            _, wire = full.comes(asks(f"/desk?l={language}"))
            (answer,) = wire.answers()
            said = full.site.languages[language].gettext("Many are at the desk right now")
            assert answer.status == 503
            assert said in answer.body.decode()
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "set-cookie" not in answer.headers
            assert not wire.closed

        full.play(story())

    def test_leads_to_the_door_from_elsewhere(self, entrance: Entrance) -> None:
        async def story() -> None:
            for _ in range(turns.PLACES):
                entrance.comes(asks("/nowhere"))
            _, wire = entrance.comes(asks("/elsewhere?l=en"))
            assert "Many are at the door right now" in wire.answers()[0].body.decode()

        entrance.play(story())

    def test_is_packed_for_who_unpacks_it(self, full: Entrance) -> None:
        async def story() -> None:
            _, plain = full.comes(asks("/desk?l=en"))
            _, packed = full.comes(asks("/desk?l=en", accept_encoding="gzip"))
            answer = packed.answers()[0]
            assert answer.headers["content-encoding"] == "gzip"
            assert "Many are at the desk right now" in gzip.decompress(answer.body).decode()
            assert len(answer.body) < len(plain.answers()[0].body)

        full.play(story())

    def test_has_no_body_where_the_head_alone_is_asked_for(self, full: Entrance) -> None:
        async def story() -> None:
            _, whole = full.comes(asks("/desk"))
            _, head = full.comes(asks("/desk", method="HEAD"))
            assert head.written.endswith(b"\r\n\r\n")
            assert whole.written.startswith(head.written)

        full.play(story())

    @pytest.mark.parametrize(
        "sent", [asks("/desk", version="1.0"), asks("/desk", connection="close")], ids=["old", "close"]
    )
    def test_ends_a_connection_that_is_used_once(self, full: Entrance, sent: bytes) -> None:
        async def story() -> None:
            _, wire = full.comes(sent)
            assert wire.answers()[0].headers["connection"] == "close"
            assert wire.closed

        full.play(story())

    def test_leaves_a_connection_that_can_go_on(self, full: Entrance) -> None:
        async def story() -> None:
            here, wire = full.comes(hands_in("/desk", BODY))
            assert not wire.read
            await pass_by(2)
            assert not wire.read
            full.loop.now += lined.MOMENT
            await pass_by()
            assert wire.read
            here.data_received(asks("/"))
            await pass_by()
            assert [status for status, _ in _answers(wire)] == [503, 200]

        full.play(story())

    def test_keeps_nothing_of_who_asked(self, full: Entrance) -> None:
        async def story() -> None:
            here, wire = full.comes(hands_in("/desk", BODY, cookie="a=secret", x_from="somebody"))
            assert wire.written
            assert here.scope["headers"] == here.headers == []
            assert not here.cycle.body

        full.play(story())

    def test_is_not_gathered_for_who_reads_none(self, full: Entrance) -> None:
        async def story() -> None:
            here, wire = full.comes(asks("/desk"))
            here.pause_writing()
            here.data_received(asks("/desk"))
            assert wire.closed
            assert len(wire.answers()) == 1

        full.play(story())

    def test_is_drawn_once_for_all(self, full: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
        draw = crowd._drawn
        drawn: list[str] = []

        def counted(visit: Visit, where: str) -> Response:
            drawn.append(where)
            return draw(visit, where)

        monkeypatch.setattr(crowd, "_drawn", counted)

        async def story() -> None:
            for _ in range(50):
                full.comes(asks("/desk?l=en"))

        full.play(story())
        assert drawn == ["desk"]


def test_a_form_that_was_given_up_is_forgotten(entrance: Entrance) -> None:
    async def story() -> None:
        here, _ = entrance.comes(hands_in("/desk", BODY)[:-1])
        here.connection_lost(None)
        assert here._held is None
        assert here._slowest is None
        await pass_by()
        assert not entrance.begun()

    entrance.play(story())
