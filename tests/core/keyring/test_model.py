"""Trails and keyrings: what a member holds, and what two sessions know together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.errors import NotThere
from jiwar.keyring import shelves
from jiwar.keyring.epochs import begin, forget_expired
from jiwar.keyring.model import MOST_EPOCHS, MOST_MARKS, Keyring, Mark, Membership, Trail, merge

TODAY = 20_000
CIRCLE = b"c" * 32


def keys_of(epoch: int, day: int = TODAY):
    return forget_expired(begin(bytes([epoch]) * 32, epoch, b"s" * 16, TODAY, epoch * 10), day)


def trail(*epochs: int, **fields) -> Trail:
    made = Trail(CIRCLE, (keys_of(epochs[0]),))
    for epoch in epochs[1:]:
        made = made.with_epoch(keys_of(epoch))
    return replace(made, **fields)


MARKS = st.lists(st.tuples(st.integers(0, 5).map(lambda n: bytes([n]) * 16), st.integers(1, 50)), max_size=8)
TRAILS = st.builds(
    lambda first, more, marks, base, seen, fold, day: replace(
        trail(*range(first, first + more)),
        epochs=tuple(forget_expired(one, TODAY + day) for one in trail(*range(first, first + more)).epochs),
        marks=tuple(Mark(obj, number) for obj, number in dict(marks).items()),
        base=base,
        seen_size=seen,
        seen_root=bytes([seen]) * 32,
        fold_from=fold,
        fold_digest=bytes([fold]) * 32,
    ),
    st.integers(0, 4),
    st.integers(1, 4),
    MARKS,
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 60),
)


def test_only_the_newest_epoch_keeps_tokens() -> None:
    first, second, third = trail(0, 1, 2).epochs
    assert (first.read, second.transfer) == (b"", b"")
    assert third.read
    assert trail(0, 1, 2).newest == third


def test_a_trail_keeps_a_few_epochs() -> None:
    long = trail(*range(MOST_EPOCHS + 3))
    assert [one.epoch for one in long.trimmed().epochs] == list(range(3, MOST_EPOCHS + 3))


def test_where_marks_are_too_many_the_lowest_becomes_the_base() -> None:
    made = trail(0, base=2)
    for number in range(MOST_MARKS + 1):
        made = made.mark(number.to_bytes(16, "big"), 10 + number)
    assert (len(made.marks), made.base) == (MOST_MARKS, 10)
    assert made.read_up_to(bytes(16)) == 10
    assert made.read_up_to(b"never looked at.") == 10
    assert made.read_up_to((1).to_bytes(16, "big")) == 11


@given(TRAILS, TRAILS)
def test_merging_loses_nothing_that_was_read_and_nothing_that_was_forgotten(ours: Trail, theirs: Trail) -> None:
    merged = merge(ours, theirs)
    for one in (ours, theirs):
        for mark in one.marks:
            assert merged.read_up_to(mark.obj) >= mark.number
        assert merged.base >= one.base
        assert merged.seen_size >= one.seen_size
        assert merged.fold_from >= one.fold_from
    assert merged.seen_root == bytes([merged.seen_size]) * 32
    assert merged.fold_digest == bytes([merged.fold_from]) * 32
    held = {one.epoch: one for one in merged.epochs}
    known = (*ours.epochs, *theirs.epochs)
    assert set(held) == set(sorted({keys.epoch for keys in known})[-MOST_EPOCHS:])
    for keys in known:
        if keys.epoch in held:
            days = {chain.keep: chain.day for chain in keys.chains}
            assert all(chain.day >= days[chain.keep] for chain in held[keys.epoch].chains)
    assert [keys.epoch for keys in merged.epochs] == sorted(held)
    assert all(not keys.transfer for keys in merged.epochs[:-1])


@given(TRAILS, TRAILS)
def test_merging_twice_changes_nothing_more(ours: Trail, theirs: Trail) -> None:
    once = merge(ours, theirs)
    assert merge(once, theirs).epochs == once.epochs
    assert merge(once, once) == once


def test_regression_a_stored_chain_moves_forward() -> None:
    """A keyring once kept the chains that it was first written with, and with them every day since."""
    ring = Keyring(1, 0, b"r" * 32, b"c" * 32)
    ring = shelves.with_trail(ring, trail(0))
    later = replace(trail(0), epochs=(keys_of(0, TODAY + 40),))
    ring = shelves.with_trail(ring, later)
    assert shelves.trail(ring, CIRCLE).epochs == later.epochs


def test_a_keyring_finds_changes_and_forgets_circles() -> None:
    ring = Keyring(1, 0, b"r" * 32, b"c" * 32)
    first = Membership(CIRCLE, b"s" * 16, b"i" * 32, b"p" * 32, TODAY)
    second = replace(first, circle=b"d" * 32)
    for one in (first, second, replace(first, alias="home")):
        ring = shelves.with_membership(ring, one)
    ring = shelves.with_trail(ring, trail(0))
    assert [one.circle for one in shelves.memberships(ring)] == [CIRCLE, b"d" * 32]
    assert shelves.membership(ring, CIRCLE).alias == "home"
    assert shelves.trail(ring, CIRCLE) == trail(0)
    ring = shelves.without_circle(ring, CIRCLE)
    for find in (shelves.membership, shelves.trail):
        with pytest.raises(NotThere):
            find(ring, CIRCLE)
    assert [one.circle for one in shelves.memberships(ring)] == [b"d" * 32]
