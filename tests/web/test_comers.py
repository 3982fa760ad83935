"""Who comes is told from a request as the application tells it later, by work that no stranger can make larger."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from jiwar.i18n import LANGUAGES
from jiwar.web import comers, crowd, respond
from jiwar.web.comers import Comers
from jiwar.web.routes import ALL
from tests.web.client import World

QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
NAMES = st.text("abcXYZ019_-", min_size=1, max_size=8)
VALUES = st.text("abcXYZ019!#%&'()*+-./:<=>?@[]^_`{|}~", max_size=30)
WORDS = st.text("abcdefnr", max_size=3)


@pytest.fixture
def here(world: World) -> Comers:
    return Comers(world.site, ALL)


def _scope(*headers: tuple[bytes, bytes], query: bytes = b"", method: str = "GET") -> Any:
    return {"type": "http", "method": method, "path": "/desk", "query_string": query, "headers": list(headers)}


def _session(world: World) -> str:
    return world.site.services.sessions.start().hex()


class TestASession:
    @given(
        others=st.dictionaries(NAMES, VALUES, max_size=5), odd=st.sampled_from(["x{}", "{}x", "x-{}"]), data=st.data()
    )
    @QUICK
    def test_is_the_one_that_the_application_finds(
        self, world: World, here: Comers, others: dict[str, str], odd: str, data: st.DataObject
    ) -> None:
        ours = data.draw(st.sampled_from([_session(world), "ab" * 32, ""]))
        own = world.site.cookie
        told = data.draw(st.permutations([*{**others, odd.format(own): _session(world), own: ours}.items()]))
        cut = data.draw(st.integers(0, len(told)))
        headers = ["; ".join(f"{name}={value}" for name, value in part) for part in (told[:cut], told[cut:]) if part]
        scope = _scope(*((b"cookie", header.encode()) for header in headers))
        shown = bytes.fromhex(Request(scope).cookies.get(own, ""))
        assert here.session(scope) == world.site.services.sessions.name(shown)
        assert bool(here.session(scope)) == (ours not in ("ab" * 32, ""))

    def test_is_looked_up_once_however_many_are_shown(
        self, world: World, here: Comers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sessions, asked = world.site.services.sessions, list[bytes]()

        def name(cookie: bytes) -> bytes:
            asked.append(cookie)
            return b""

        monkeypatch.setattr(sessions, "name", name)
        shown = f"{world.site.cookie}={'ab' * 32}; ".encode() * 300
        here.place(scope := _scope((b"cookie", shown), (b"cookie", shown)), here.session(scope), bytearray())
        assert len(asked) == 1


class TestALanguage:
    @given(fields=st.lists(st.tuples(st.sampled_from(["l", "ll", "m"]), WORDS | st.sampled_from([*LANGUAGES]))))
    @QUICK
    def test_is_what_the_query_asks_for(self, world: World, here: Comers, fields: list[tuple[str, str]]) -> None:
        query = urlencode(fields[:20]).encode()
        asked = parse_qs(query.decode()).get("l", [""])[0]
        language = asked if asked in LANGUAGES else world.site.hub.front.language
        assert here.crowd(_scope(query=query)) is crowd.ready(world.site, "desk", language, False)

    def test_is_not_looked_for_in_what_has_no_end(self, world: World, here: Comers) -> None:
        other = next(one for one in LANGUAGES if one != world.site.hub.front.language)
        asked = f"l={other}".encode()
        near, far = b"&" * (comers._MOST_QUERY - len(asked)) + asked, b"&" * comers._MOST_QUERY + asked
        assert here.crowd(_scope(query=near)) is crowd.ready(world.site, "desk", other, False)
        assert here.crowd(_scope(query=far)) is not crowd.ready(world.site, "desk", other, False)


def test_no_answer_is_packed_for_a_choice_that_has_no_end() -> None:
    assert respond.accepts_gzip("gzip".ljust(respond.MOST_CHOICES, ","))
    assert not respond.accepts_gzip("gzip".ljust(respond.MOST_CHOICES + 1, ","))


def test_a_ticket_is_not_looked_for_behind_what_somebody_typed(world: World) -> None:
    tickets = world.site.tickets
    shown = f"&ticket={tickets.write(tickets.new(b'a window', 'food'))}".encode()
    near = b"text=".ljust(crowd._HIDDEN - len(shown), b"x") + shown
    assert crowd.begun(world.site, bytearray(near))
    assert not crowd.begun(world.site, bytearray(b"x" + near))
    assert not crowd.begun(world.site, bytearray(b"text=".ljust(crowd._HIDDEN, b"x") + shown))
