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
from jiwar.web import bounded, crowd, forms, lined, turns
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

    @pytest.mark.parametrize("sent", [asks("/desk"), asks("/desk", method="HEAD"), hands_in("/desk", BODY)])
    def test_regression_all_that_came_at_once_was_turned_away_at_once(self, full: Entrance, sent: bytes) -> None:
        """Five thousand answers in one turn of the loop: three seconds of everybody's."""

        async def story() -> None:
            _, wire = full.comes(sent * 5_000)
            assert wire.closed
            assert wire.written.count(b"HTTP/1.1 503") == 1

        full.play(story())

    def test_regression_all_that_came_at_once_was_parsed(
        self, full: Entrance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, begin = list[lined.Lined](), lined.Lined.on_message_begin

        def counted(here: lined.Lined) -> None:
            begun.append(here)
            begin(here)

        monkeypatch.setattr(lined.Lined, "on_message_begin", counted)

        async def story() -> None:
            full.comes(asks("/desk") * 5_000)
            assert len(begun) <= bounded.AT_ONCE // len(asks("/desk")) + 1

        full.play(story())

    def test_of_those_whose_turn_comes_after_another_one_is_turned_away(self, entrance: Entrance) -> None:
        async def story() -> None:
            entrance.held["/"], entrance.held["/talk"] = asyncio.Event(), asyncio.Event()
            _, wire = entrance.comes(asks("/") + asks("/desk") * 5)
            await pass_by()
            entrance.comes(asks("/talk", entrance.signed_in()))
            for _ in range(turns.PLACES):
                entrance.comes(asks("/desk"))
            entrance.held["/"].set()
            await pass_by(10)
            assert wire.written.count(b"HTTP/1.1 200") == 1
            assert wire.written.count(b"HTTP/1.1 503") == 1
            assert wire.closed

        entrance.play(story())

    def test_regression_one_was_closed_by_the_patience_for_the_one_before_it(self, full: Entrance) -> None:
        async def story() -> None:
            full.held["/"] = asyncio.Event()
            _, wire = full.comes(asks("/desk") + asks("/"))
            await pass_by()
            full.loop.now += 60
            await pass_by()
            assert not wire.closed
            full.held["/"].set()
            await pass_by()
            assert [status for status, _ in _answers(wire)] == [503, 200]

        full.play(story())

    def test_a_large_form_is_not_gathered(self, entrance: Entrance) -> None:
        async def story() -> None:
            large = hands_in("/desk", b"x" * (lined.SMALL + 1))
            for first in (asks("/"), asks("/talk", entrance.signed_in())):
                _, wire = entrance.comes(first + large)
                assert wire.closed

        entrance.play(story())


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
            full.loop.now += lined.MOMENT
            await pass_by()
            for _ in range(turns.PLACES):
                full.comes(asks("/desk"))
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


class TestWhoGoesAway:
    @pytest.mark.parametrize("end", [-1, None], ids=["held", "standing"])
    def test_regression_leaves_nothing_of_a_form(self, entrance: Entrance, end: int | None) -> None:
        async def story() -> None:
            here, _ = entrance.comes(hands_in("/desk", BODY, cookie="a=secret")[:end])
            cycle = here.cycle
            assert cycle.body
            here.connection_lost(None)
            assert cycle.disconnected
            assert not cycle.body
            assert cycle.scope["headers"] == here.headers == []
            assert here._ours is None
            assert here._slowest is None
            assert entrance.site.tidying._due is not None
            await pass_by()
            assert not entrance.begun()

        entrance.play(story())

    def test_regression_leaves_nothing_of_what_was_sent_ahead(self, entrance: Entrance) -> None:
        async def story() -> None:
            here, _ = entrance.comes(hands_in("/desk", BODY) * 3)
            cycles = [here._ours, *(cycle for cycle, _ in here.pipeline)]
            here.connection_lost(None)
            assert not here.pipeline
            assert [(bytes(cycle.body), cycle.scope["headers"], cycle.disconnected) for cycle in cycles if cycle] == [
                (b"", [], True)
            ] * 3
            await pass_by()
            assert not entrance.begun()

        entrance.play(story())

    def test_leaves_what_the_application_has_to_it(self, entrance: Entrance) -> None:
        async def story() -> None:
            entrance.held["/desk"] = asyncio.Event()
            here, _ = entrance.comes(hands_in("/desk", BODY))
            await pass_by()
            headers = list(here.headers)
            here.connection_lost(None)
            assert here.cycle.scope["headers"] == headers != []

        entrance.play(story())


class TestWhatIsGathered:
    LARGE = b"x" * (forms.MOST_BYTES // 2)

    def many(self, entrance: Entrance) -> list[tuple[lined.Lined, Wire]]:
        most = lined.MOST_GATHERED // (len(self.LARGE) - lined.SMALL)
        return [entrance.comes(hands_in("/desk", self.LARGE + b"x")[:-1]) for _ in range(most)]

    def test_regression_large_forms_have_an_end_all_together(self, entrance: Entrance) -> None:
        async def story() -> None:
            held = self.many(entrance)
            assert all(wire.read and not wire.written for _, wire in held)
            here, wire = entrance.comes(hands_in("/desk", self.LARGE + b"x")[:-1])
            assert wire.answers()[0].status == 503
            assert wire.closed
            assert not here.cycle.body
            assert entrance.comers.gathered <= lined.MOST_GATHERED
            for other, _ in held:
                other.connection_lost(None)
            assert entrance.comers.gathered == 0

        entrance.play(story())

    def test_words_find_room_whatever_is_held(self, entrance: Entrance) -> None:
        async def story() -> None:
            self.many(entrance)
            sent = hands_in("/desk", b"x" * lined.SMALL)
            here, wire = entrance.comes(sent[:-1])
            here.data_received(sent[-1:])
            await pass_by()
            assert _answers(wire) == [(200, b"ok")]

        entrance.play(story())

    def test_there_is_room_again_once_the_application_has_it(self, entrance: Entrance) -> None:
        async def story() -> None:
            for here, _ in self.many(entrance)[: turns.PLACES]:
                here.data_received(b"x")
            before = entrance.comers.gathered
            await pass_by(2)
            assert before > entrance.comers.gathered > 0
            await pass_by(400)
            assert entrance.begun() == ["/desk"] * turns.PLACES

        entrance.play(story())

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/desk"), ("PUT", "/desk"), ("POST", "/favicon.ico"), ("POST", "/nowhere")]
    )
    def test_regression_what_no_page_reads_was_held(self, entrance: Entrance, method: str, path: str) -> None:
        async def story() -> None:
            entrance.comes(asks(path, method=method, content_length="1000") + b"x")
            entrance.comes(asks("/", method="POST", content_length="1000") + b"x")
            await _until_begun(entrance)
            assert entrance.begun() == [path]

        entrance.play(story())

    def test_a_member_s_page_reads_one_of_who_was_signed_out(self, entrance: Entrance) -> None:
        """It gives back what they wrote: it is held like any other."""

        async def story() -> None:
            sent = hands_in("/talk/new", BODY)
            here, _ = entrance.comes(sent[:-1])
            await pass_by()
            assert not entrance.begun()
            here.data_received(sent[-1:])
            await pass_by()
            assert entrance.begun() == ["/talk/new"]

        entrance.play(story())


async def _until_begun(entrance: Entrance) -> None:
    for _ in range(50):
        if entrance.begun():
            return
        await asyncio.sleep(0)
