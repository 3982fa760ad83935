"""The looks of a roster, kept up record by record, are those of the roster as it stands; keeping them up is cheap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import looks
from jiwar.circles.fold import fold
from jiwar.circles.handles import look
from jiwar.circles.looks import Looks
from jiwar.circles.model import EMPTY, CircleState, Leave, Member
from tests.core.circles.records import CIRCLE, FOUNDER, begun, invite, join, persona, with_member

NAMES = ("Olive", "olive", "أحمد", "احمد", "fig", "F I G", "7", "٧")
PERSONAS = st.sampled_from([b"a", b"b", b"c", b"d"])
CHANGES = st.lists(st.tuples(PERSONAS, st.sampled_from(NAMES)), min_size=1, max_size=12)


def _seat(of: bytes, handle: str) -> Member:
    return Member(of, handle, 0, 1, 1)


def _free(members: tuple[Member, ...], handle: str, of: bytes) -> bool:
    """As the specification says it."""
    return all(one.persona == of or look(one.handle) != look(handle) for one in members)


@given(CHANGES, st.integers(0, 12))
def test_looks_that_follow_a_roster_are_its_own(changes: list[tuple[bytes, str]], at: int) -> None:
    members: tuple[Member, ...] = ()
    kept = Looks(members)
    for number, (of, handle) in enumerate(changes):
        members = (*(one for one in members if one.persona != of), _seat(of, handle))
        if number == at:
            members = tuple(_seat(one.persona, "another roster") for one in members[:1]) + members[1:]
            kept = Looks(members)
        kept.follow(members)
        for name in NAMES:
            for who in (b"a", b"b", b"c", b"d", b"e"):
                assert kept.are_free(name, who) == _free(members, name, who)


def test_looks_follow_another_roster_altogether() -> None:
    kept = Looks((_seat(b"a", "Olive"),))
    kept.follow((_seat(b"b", "fig"), _seat(b"c", "palm"), _seat(b"d", "reed")))
    assert [kept.are_free(name, b"e") for name in ("olive", "FIG", "palm", "reed")] == [True, False, False, False]


def test_a_fold_reads_each_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book, people, read = begun(), 40, 0
    for at in range(people):
        with_member(book, f"newcomer {at}")

    def counted(handle: str) -> str:
        nonlocal read
        read += 1
        return look(handle)

    monkeypatch.setattr(looks, "look", counted)
    assert fold(CIRCLE, EMPTY, book.records) == book.state
    assert read <= 3 * people


def test_a_fold_goes_on_from_any_record_to_the_same_state() -> None:
    book = begun()
    palm = with_member(book, "palm")
    book.write(palm, "leave", Leave())
    book.write(FOUNDER, "invite", invite(b"q" * 32))
    assert not book.write(persona("other"), "join", join(persona("other"), "P a l m", b"q" * 32))
    assert book.write(persona("fig"), "join", join(persona("fig"), "fig", b"q" * 32))
    for cut in range(len(book.records) + 1):
        state: CircleState = fold(CIRCLE, EMPTY, book.records[:cut])
        assert fold(CIRCLE, replace(state), book.records[cut:]) == book.state
