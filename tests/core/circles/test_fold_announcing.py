"""How an epoch begins for those who were there, and for those who were not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace as changed

from jiwar.circles.fold import fold
from jiwar.circles.model import EMPTY, HIDDEN, CircleState, Desk, Leave, Role, Rotated, Seat, Snapshot
from jiwar.circles.pauses import SETTLED_DAYS
from jiwar.circles.quiet import Held, Pause
from jiwar.keyring.persona import Persona
from tests.core.circles.records import (
    CIRCLE,
    FOUNDER,
    TODAY,
    Book,
    begun,
    invite,
    join,
    open_invite,
    persona,
    with_member,
)
from tests.world import charter_of

COMMITMENT = b"c" * 32


def seats_of(state: CircleState) -> tuple[Seat, ...]:
    return tuple(
        Seat(one.persona, one.handle, b"k", b"i", b"r", b"s", one.role, one.since, one.until, one.day)
        for one in state.members
    )


def rotated(book: Book, **fields: Any) -> Rotated:
    state = book.state
    assert state.charter is not None
    begins = state.begins if state.epoch == book.epoch else book.number
    plain = Rotated(
        book.epoch, COMMITMENT, begins, 1, state.gone_in, state.charter, state.inner, state.desks, state.parlour, ()
    )
    return changed(plain, **fields)


def is_announced(state: CircleState) -> bool:
    return state.fold_from >= state.turned_at


def turned() -> Book:
    """A founder, a member and somebody who has left; the keys have been turned, nothing is said yet."""
    book = begun()
    with_member(book, "member")
    gone = with_member(book, "gone")
    book.write(gone, "leave", Leave())
    book.write(FOUNDER, "invite", invite())
    book.epoch = 1
    return book


def announce(book: Book, who: Persona = FOUNDER, seats: tuple[Seat, ...] | None = None, **fields: Any) -> bool:
    """Announce the epoch in one part; whether it became a beginning."""
    number = book.number
    book.write(who, "rotated", rotated(book, **fields))
    book.write(who, "snapshot", Snapshot(0, seats_of(book.state) if seats is None else seats))
    return book.state.fold_from == number


def cold(book: Book, beginning: int) -> CircleState:
    """What somebody folds who begins there."""
    state = changed(EMPTY, through=beginning - 1, fold_from=beginning)
    return fold(CIRCLE, state, [record for record in book.records if record.number >= beginning])


def test_newcomers_never_learn_the_name_of_who_left_nameless() -> None:
    book = begun()
    gone = with_member(book, "gone")
    book.write(gone, "leave", Leave(True))
    book.epoch = 1
    beginning = book.number
    assert announce(book)
    assert next(one.handle for one in cold(book, beginning).members if one.persona == gone.key) == ""


def test_nobody_who_is_there_is_told_without_a_name() -> None:
    book = turned()
    beginning = book.number
    nameless = tuple(changed(seat, handle="") for seat in seats_of(book.state))
    announce(book, seats=nameless)
    assert cold(book, beginning).charter is None


def test_an_announcement_is_a_beginning_for_everybody() -> None:
    book = turned()
    number = book.number
    assert announce(book)
    assert (book.state.epoch, book.state.turned_at, book.state.changed_since_rotation) == (1, number, False)
    assert is_announced(book.state)
    assert open_invite(book, b"p" * 32) is None
    newcomer = cold(book, number)
    assert newcomer.members == book.state.members
    assert {one.source for one in newcomer.members} == {number + 1}
    assert newcomer.charter == book.state.charter


@pytest.mark.parametrize("key", [b"", b"x" * 16, b"x" * 64, b"\x01".ljust(32, b"\0")])
def test_who_was_not_there_takes_no_roster_with_a_key_that_is_none(key: bytes) -> None:
    book = turned()
    number, seats = book.number, seats_of(book.state)
    assert not announce(book, seats=(*seats[:-1], changed(seats[-1], persona=key)))
    assert cold(book, number).charter is None


@pytest.mark.parametrize("handle", [" ", "mem\u202eber", "m\x00ember", "m" * 41])
def test_who_was_not_there_takes_no_roster_with_a_name_that_no_newcomer_may_have(handle: str) -> None:
    book = turned()
    number, seats = book.number, seats_of(book.state)
    assert not announce(book, seats=(*seats[:-1], changed(seats[-1], handle=handle)))
    assert cold(book, number).charter is None


def test_a_roster_comes_in_parts_and_in_order() -> None:
    book = turned()
    number, seats = book.number, seats_of(book.state)
    book.write(FOUNDER, "rotated", rotated(book, parts=3))
    for part in (1, 0, 0, 2):
        book.write(FOUNDER, "snapshot", Snapshot(part, seats[part : part + 1]))
    assert not is_announced(book.state)
    assert book.write(FOUNDER, "snapshot", Snapshot(1, seats[1:2]))
    assert book.write(FOUNDER, "snapshot", Snapshot(2, seats[2:3]))
    assert book.state.fold_from == number
    assert cold(book, number).members == book.state.members


def test_hidden_invitations_outlive_an_epoch() -> None:
    book = begun(access=HIDDEN)
    book.write(FOUNDER, "invite", invite(mode=HIDDEN))
    book.epoch = 1
    assert announce(book, invites=book.state.invites)
    assert open_invite(book, b"p" * 32) is not None
    assert cold(book, book.state.fold_from).invites == book.state.invites


UNSOUND: dict[str, dict[str, Any]] = {
    "another epoch": {"epoch": 2},
    "no part": {"parts": 0},
    "too many parts": {"parts": 1_001},
}


@pytest.mark.parametrize("fault", UNSOUND.values(), ids=UNSOUND.keys())
def test_an_unsound_announcement_does_not_count(fault: dict[str, Any]) -> None:
    book = turned()
    assert not book.write(FOUNDER, "rotated", rotated(book, **fault))
    assert book.state.epoch == 0


def test_only_a_steward_announces_to_those_who_were_there() -> None:
    book = turned()
    for who in (persona("member"), persona("gone"), persona("stranger")):
        assert not announce(book, who)
    assert book.state.epoch == 0


Lie = Callable[[tuple[Seat, ...]], tuple[Seat, ...]]
LIES: dict[str, Lie] = {
    "somebody left out": lambda seats: seats[:-1],
    "somebody added": lambda seats: (*seats, changed(seats[0], persona=b"x" * 32)),
    "somebody twice": lambda seats: (*seats[:-1], seats[0]),
    "another name": lambda seats: (changed(seats[0], handle="else"), *seats[1:]),
    "another role": lambda seats: (seats[0], changed(seats[1], role=1), *seats[2:]),
    "another beginning": lambda seats: (changed(seats[0], since=2), *seats[1:]),
    "somebody brought back": lambda seats: tuple(changed(seat, until=0) for seat in seats),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_who_was_there_does_not_take_another_roster(lie: Lie) -> None:
    book = turned()
    before = book.state.members
    assert not announce(book, seats=lie(seats_of(book.state)))
    assert book.state.members == before
    assert not is_announced(book.state)
    assert announce(book)


def test_who_was_there_does_not_take_another_charter_or_desk_or_invitation() -> None:
    book = turned()
    standing_open = book.state.invites
    assert standing_open
    assert not announce(book, charter=charter_of(name="Other"))
    assert not announce(book, desks=(Desk(1, b"k", b"i"),))
    assert not announce(book, invites=standing_open)
    assert not announce(book, gone_in=1)
    assert announce(book)


def test_an_interrupted_announcement_is_made_again_by_another_steward() -> None:
    book = begun()
    other = with_member(book, "other")
    book.write(FOUNDER, "role", Role(other.key, 1))
    book.epoch = 1
    book.write(FOUNDER, "rotated", rotated(book, parts=2))
    book.write(FOUNDER, "snapshot", Snapshot(0, seats_of(book.state)[:1]))
    assert not announce(book, other, commitment=b"d" * 32)
    assert announce(book, other)
    assert cold(book, book.state.fold_from).members == book.state.members


def test_another_steward_s_parts_do_not_mix_in() -> None:
    book = begun()
    other = with_member(book, "other")
    book.write(FOUNDER, "role", Role(other.key, 1))
    book.epoch = 1
    book.write(FOUNDER, "rotated", rotated(book))
    assert not book.write(other, "snapshot", Snapshot(0, seats_of(book.state)))
    assert not book.write(FOUNDER, "snapshot", Snapshot(1, seats_of(book.state)))
    assert book.write(FOUNDER, "snapshot", Snapshot(0, seats_of(book.state)))


def test_a_snapshot_without_an_announcement_does_not_count() -> None:
    book = begun()
    assert not book.write(FOUNDER, "snapshot", Snapshot(0, seats_of(book.state)))


def test_who_comes_in_meanwhile_makes_it_be_said_again() -> None:
    book = turned()
    seats = seats_of(book.state)
    book.write(FOUNDER, "rotated", rotated(book))
    book.write(FOUNDER, "invite", invite(b"q" * 32))
    book.write(persona("late"), "join", join(persona("late"), "late", b"q" * 32))
    book.write(FOUNDER, "snapshot", Snapshot(0, seats))
    assert not is_announced(book.state)
    assert "late" in book.handles()


def test_who_goes_in_an_epoch_that_is_not_announced_is_not_forgotten() -> None:
    book = turned()
    book.write(persona("member"), "leave", Leave())
    assert announce(book)
    assert book.state.changed_since_rotation
    assert cold(book, book.state.fold_from).changed_since_rotation


class TestWhoWasNotThere:
    """A cold reader begins where they were told, and nowhere else."""

    def test_begins_at_no_other_number(self) -> None:
        book = turned()
        number = book.number
        assert announce(book)
        for beginning in (number - 1, number + 1):
            assert cold(book, beginning).charter is None

    def test_takes_no_founding_but_at_the_beginning(self) -> None:
        book = turned()
        number = book.number
        book.records.append(changed(book.records[0], slot=number, number=number, epoch=1))
        assert cold(book, number - 1).charter is None

    def test_takes_no_announcement_by_somebody_who_is_no_steward_in_it(self) -> None:
        book = turned()
        number, member = book.number, persona("member")
        book.write(member, "rotated", rotated(book))
        book.write(member, "snapshot", Snapshot(0, seats_of(book.state)))
        assert cold(book, number).charter is None

    @pytest.mark.parametrize("lie", [LIES["somebody twice"]])
    def test_takes_no_roster_with_somebody_twice(self, lie: Lie) -> None:
        book = turned()
        number = book.number
        announce(book, seats=lie(seats_of(book.state)))
        assert cold(book, number).charter is None

    def test_takes_no_unsound_charter(self) -> None:
        book = turned()
        number = book.number
        announce(book, charter=charter_of(name=""))
        assert cold(book, number).charter is None

    def test_an_epoch_is_announced_once_to_them(self) -> None:
        book = turned()
        number = book.number
        announce(book)
        book.epoch = 2
        book.write(persona("member"), "rotated", rotated(book))
        assert cold(book, number).epoch == 1
        assert TODAY == cold(book, number).day


def test_a_pause_goes_on_in_the_next_epoch_and_no_announcement_invents_one() -> None:
    book = begun()
    taken, one, two = (with_member(book, name) for name in ("taken", "one", "two"))
    later = TODAY + SETTLED_DAYS
    assert book.write(one, "pause", Pause(taken.key, 1), day=later)
    assert book.write(two, "pause", Pause(taken.key, 1), day=later)
    (pause,) = book.state.pauses
    assert pause.begun
    book.epoch = 1
    for others in ((), (pause, pause), (changed(pause, lifted=True),), (Held(one.key, pause.by, 1, 1),)):
        assert not announce(book, pauses=others)
    beginning = book.number
    assert announce(book, pauses=(pause,))
    assert cold(book, beginning).pauses == (pause,)
