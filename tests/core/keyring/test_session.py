"""Sessions: in RAM, under the cookie, for as long as somebody is there."""

import pytest

from jiwar.clock import SetClock
from jiwar.crypto import handles
from jiwar.errors import Busy, SignedOut, Unopenable
from jiwar.keyring import session
from jiwar.keyring.session import IDLE_SECONDS, SessionTable


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def table(clock: SetClock) -> SessionTable:
    return SessionTable(clock)


def test_a_session_keeps_what_was_written(table: SessionTable) -> None:
    cookie = table.start()
    table.find(cookie).write("access", b"secret")
    assert table.find(cookie).read("access") == b"secret"
    assert table.find(cookie).read("other") is None
    table.find(cookie).forget("access")
    table.find(cookie).forget("access")
    assert table.find(cookie).read("access") is None


def test_two_sessions_share_nothing(table: SessionTable) -> None:
    first, second = table.find(table.start()), table.find(table.start())
    first.write("access", b"secret")
    assert second.read("access") is None
    assert first.handle_key != second.handle_key
    assert first.form_token != second.form_token


def test_form_token_and_handle_key_stay_the_same(table: SessionTable) -> None:
    cookie = table.start()
    assert table.find(cookie).form_token == table.find(cookie).form_token
    assert table.find(cookie).handle_key == table.find(cookie).handle_key


@pytest.mark.parametrize("cookie", [b"", b"x", bytes(32)])
def test_a_wrong_cookie_finds_nothing(table: SessionTable, cookie: bytes) -> None:
    table.start()
    with pytest.raises(SignedOut):
        table.find(cookie)


def test_a_restart_ends_every_session(table: SessionTable, clock: SetClock) -> None:
    cookie = table.start()
    table.find(cookie).write("access", b"secret")
    again = SessionTable(clock)
    with pytest.raises(SignedOut):
        again.find(cookie)
    again._entries = table._entries
    with pytest.raises(Unopenable):
        again.find(cookie).read("access")


def test_a_session_ends_when_nobody_comes(table: SessionTable, clock: SetClock) -> None:
    cookie = table.start()
    clock.forward(seconds=IDLE_SECONDS)
    table.find(cookie)
    clock.forward(seconds=IDLE_SECONDS)
    table.find(cookie)
    clock.forward(seconds=IDLE_SECONDS + 1)
    for _ in range(2):
        with pytest.raises(SignedOut):
            table.find(cookie)


def test_a_shorter_rest_can_be_set(table: SessionTable, clock: SetClock) -> None:
    cookie = table.start()
    table.find(cookie).rest_at_most(300)
    clock.forward(seconds=301)
    with pytest.raises(SignedOut):
        table.find(cookie)


def test_ending_takes_everything(table: SessionTable) -> None:
    cookie = table.start()
    table.end(cookie)
    table.end(cookie)
    with pytest.raises(SignedOut):
        table.find(cookie)


def test_nothing_in_the_table_is_readable(table: SessionTable) -> None:
    cookie = table.start()
    table.find(cookie).write("access", b"a canary of many bytes")
    held = repr({name: entry.values for name, entry in table._entries.items()}).encode()
    assert b"canary" not in held
    assert repr(cookie)[2:-1].encode() not in held


def test_what_one_slot_holds_does_not_open_in_another(table: SessionTable) -> None:
    found = table.find(table.start())
    found.write("access", b"secret")
    found._entry.values["other"] = found._entry.values["access"]
    with pytest.raises(Unopenable):
        found.read("other")


def test_a_full_table_sweeps_and_then_refuses(clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_SESSIONS", 2)
    table = SessionTable(clock)
    table.start()
    clock.forward(seconds=IDLE_SECONDS - 1)
    table.start()
    with pytest.raises(Busy):
        table.start()
    clock.forward(seconds=2)
    table.find(table.start())


def test_looking_whether_a_session_lives_keeps_it_not_alive(table: SessionTable, clock: SetClock) -> None:
    name = table.find(table.start()).name
    assert table.lives(name)
    assert not table.lives(b"x" * 32)
    clock.forward(seconds=IDLE_SECONDS)
    assert table.lives(name)
    clock.forward(seconds=1)
    assert not table.lives(name)
    assert len(table) == 1


def test_names_are_those_of_the_handle_key(table: SessionTable) -> None:
    found = table.find(table.start())
    assert found.names.resolve(handles.name(found.handle_key, b"id")) == b"id"
