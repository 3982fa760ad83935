"""What stands in a slot, whoever wrote beside it and in whatever order the records come."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles.speech import (
    UNKNOWN_PART,
    Edit,
    Judge,
    React,
    Retract,
    Said,
    Standing,
    Takedown,
    owned_rid,
    slots_of,
    what_stands,
)
from jiwar.log.shelf import Opened
from jiwar.store.contract import RecordRow
from jiwar.wire.canonical import encode

AUTHOR, OTHER, STEWARD, STRANGER = (bytes([number]) * 32 for number in range(4))
PEOPLE = (AUTHOR, OTHER, STEWARD, STRANGER)
NONCE = b"n" * 16
RID = owned_rid(AUTHOR, NONCE)
SLOT, DAY, KEEP = 5, 20_000, 90
JUDGE = Judge(
    lambda record: record.author != STRANGER,
    lambda persona: persona == STEWARD,
    lambda persona: persona == STEWARD,
    lambda author, number: False,
)
FIRST = b"first wording"


@dataclass(frozen=True)
class Written:
    """A record of the slot: who, what, and whether it was erased since."""

    author: bytes
    kind: str
    body: bytes
    erased: bool = False


def _opened(number: int, written: Written, rid: bytes = RID) -> Opened:
    return Opened(SLOT, number, DAY, KEEP, 0, rid, written.kind, written.author, 3, written.body)


def _row(number: int, written: Written, rid: bytes = RID) -> RecordRow:
    return RecordRow(SLOT, number, 0, DAY, KEEP, rid, b"" if written.erased else b"sealed")


def _sound(body: bytes) -> bool:
    return not body.startswith(b"bad")


def _stands(own: Written, beside: list[Written], backwards: bool = False) -> Standing | None:
    everything = [(SLOT + at, one) for at, one in enumerate([own, *beside])]
    rows = [_row(number, one) for number, one in everything]
    opened = [_opened(number, one) for number, one in everything if not one.erased]
    return what_stands(rows, reversed(opened) if backwards else opened, JUDGE, _sound)


def _own(erased: bool = False) -> Written:
    return Written(AUTHOR, "reply", encode(Said(NONCE, FIRST)), erased)


nonces = st.sampled_from([NONCE, b"x" * 16, b""])
bodies = st.sampled_from([b"second wording", b"third wording", b"bad wording"])
words = st.sampled_from(["thanks", "laugh", "w" * 40])
beside_bodies: list[st.SearchStrategy[tuple[str, bytes]]] = [
    st.builds(lambda *given: ("edit", encode(Edit(*given))), nonces, st.integers(0, 4), bodies),
    st.builds(lambda nonce: ("retract", encode(Retract(nonce))), nonces),
    st.just(("takedown", encode(Takedown()))),
    st.builds(lambda word: ("react", encode(React(word))), words),
    st.tuples(st.sampled_from(["edit", "react", "unknown"]), st.binary(max_size=6)),
]
records = st.builds(
    lambda author, what, erased: Written(author, what[0], what[1], erased),
    st.sampled_from(PEOPLE),
    st.one_of(beside_bodies),
    st.booleans(),
)


@given(st.booleans(), st.lists(records, max_size=8))
def test_two_readers_see_the_same_whatever_comes(erased: bool, beside: list[Written]) -> None:
    assert _stands(_own(erased), beside) == _stands(_own(erased), beside, backwards=True)


@given(st.booleans(), st.lists(records, max_size=8))
def test_edits_and_retractions_by_others_do_not_count(erased: bool, beside: list[Written]) -> None:
    foreign = {"edit", "retract"}
    honest = [one for one in beside if one.author == AUTHOR or one.kind not in foreign]
    everything, without = _stands(_own(erased), beside), _stands(_own(erased), honest)
    assert (everything is None) == (without is None)
    if everything and without:
        assert (everything.body, everything.fate, everything.edited) == (without.body, without.fate, without.edited)


@given(st.lists(records, max_size=8))
def test_only_a_steward_removes(beside: list[Written]) -> None:
    stands = _stands(_own(), beside)
    assert stands is not None
    removed = any(one.kind == "takedown" and one.author == STEWARD and not one.erased for one in beside)
    assert (stands.fate == "removed") == removed


@given(st.lists(records, max_size=8))
def test_each_person_reacts_once_in_each_way(beside: list[Written]) -> None:
    stands = _stands(_own(), beside)
    assert stands is not None
    for word, people in stands.reactions:
        assert len(set(people)) == len(people)
        assert STRANGER not in people
        assert word in ("thanks", "laugh")


@given(st.lists(records, max_size=6))
def test_what_was_not_said_by_its_author_never_stands(beside: list[Written]) -> None:
    foreign = Written(OTHER, "reply", encode(Said(NONCE, FIRST)))
    assert _stands(foreign, beside) is None


def test_the_last_wording_stands_and_keeps_the_part_of_the_first() -> None:
    edits = [Written(AUTHOR, "edit", encode(Edit(NONCE, 1, b"second")), True)]
    edits += [Written(AUTHOR, "edit", encode(Edit(NONCE, 1, b"third")))]
    stands = _stands(_own(erased=True), edits)
    assert stands is not None
    assert (stands.body, stands.author, stands.part, stands.edited) == (b"third", AUTHOR, 1, True)


def test_an_erased_text_without_a_word_is_lost() -> None:
    stands = _stands(_own(erased=True), [])
    assert stands is not None
    assert (stands.fate, stands.author, stands.part) == ("lost", b"", UNKNOWN_PART)


def test_a_text_of_a_stranger_or_of_no_sense_does_not_stand() -> None:
    assert _stands(Written(STRANGER, "reply", encode(Said(NONCE, FIRST))), []) is None
    assert _stands(Written(AUTHOR, "reply", encode(Said(NONCE, b"bad"))), []) is None
    assert _stands(Written(AUTHOR, "reply", b"\xc1"), []) is None


def test_a_slot_without_its_own_record_does_not_stand() -> None:
    row = RecordRow(SLOT, SLOT + 1, 0, DAY, KEEP, RID, b"sealed")
    assert what_stands([row], [], JUDGE, _sound) is None


def test_rows_are_parted_by_slot() -> None:
    rows = [RecordRow(slot, number, 0, DAY, KEEP, RID, b"") for slot, number in ((1, 1), (1, 4), (2, 2))]
    assert [[row.number for row in slot] for slot in slots_of(rows)] == [[1, 4], [2]]


def test_a_persona_that_reacted_is_known() -> None:
    stands = _stands(_own(), [Written(OTHER, "react", encode(React("thanks")))])
    assert stands is not None
    assert stands.reacted("thanks", OTHER)
    assert not stands.reacted("thanks", AUTHOR)
    assert not stands.reacted("laugh", OTHER)
