"""Which of a circle's own records count: the rules one by one, and everything that somebody might try instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace as changed

from jiwar.circles.authorship import may_have_written
from jiwar.circles.fold import (
    MOST_INVITES,
    MOST_OWN_INVITES,
    find_invite,
    fold,
    may_invite,
    member_of,
)
from jiwar.circles.model import (
    EMPTY,
    HIDDEN,
    LETTER,
    STEWARD,
    Desk,
    Found,
    Heartbeat,
    Invite,
    Leave,
    Remove,
    Revoke,
    Role,
)
from jiwar.circles.oaths import circle_id
from jiwar.crypto.envelopes import public_key as kem_key
from jiwar.crypto.signing import public_key, sign
from tests.core.circles.records import (
    CIRCLE,
    FOUNDER,
    NONCE,
    TODAY,
    Book,
    begun,
    found,
    invite,
    join,
    keys_of,
    open_invite,
    persona,
    with_member,
)
from tests.world import charter_of

MEMBER, OTHER = persona("member"), persona("other")
IDENTITY = (1).to_bytes(32, "little")
"""A key of small order: one signature fits every message."""


def test_founding_makes_the_first_steward() -> None:
    book = begun()
    (founder,) = book.state.members
    assert (founder.persona, founder.handle, founder.is_steward) == (FOUNDER.key, "founder", True)
    assert book.state.charter == charter_of()


FOUNDINGS: dict[str, Callable[[Found], Found]] = {
    "another nonce": lambda body: changed(body, nonce=b"m" * 16),
    "a charter without a name": lambda body: changed(body, charter=changed(body.charter, name="")),
    "a level that isn't": lambda body: changed(body, charter=changed(body.charter, level=4)),
    "a hidden letter in the name": lambda body: changed(body, founder=changed(body.founder, handle="a\u200b")),
    "keys that somebody else swore": lambda body: changed(body, founder=changed(body.founder, sworn=bytes(64))),
    "a key that is none": lambda body: changed(body, founder=changed(body.founder, kem=b"k")),
}


@pytest.mark.parametrize("fault", FOUNDINGS.values(), ids=FOUNDINGS.keys())
def test_an_unsound_founding_does_not_count(fault: Callable[[Found], Found]) -> None:
    book = Book()
    assert not book.write(FOUNDER, "found", fault(found()))
    assert book.state == replace_through(EMPTY, 0)


def replace_through(state: Any, through: int) -> Any:
    return changed(state, through=through)


def test_only_the_founder_can_found_and_only_once() -> None:
    book = Book()
    assert not book.write(OTHER, "found", found())
    assert not book.write(FOUNDER, "found", found(), number=1)
    assert begun().write(FOUNDER, "found", found()) is False


class TestEveryRecord:
    """What holds for each kind: one slot of its own, for good, in order, under the epoch, once."""

    OUT_OF_PLACE: ClassVar[dict[str, dict[str, Any]]] = {
        "beside another record": {"slot": 0},
        "in a lane that expires": {"keep": 7},
        "under an epoch that is over": {"epoch": -1},
        "of an unknown kind": {"kind": "crown"},
        "of another kind": {"kind": "remove"},
        "with something else in it": {"body": b"\x90\x90"},
    }

    @pytest.mark.parametrize("fault", OUT_OF_PLACE.values(), ids=OUT_OF_PLACE.keys())
    def test_out_of_place_does_not_count(self, fault: dict[str, Any]) -> None:
        book = begun()
        sound = book.record(FOUNDER, "invite", invite())
        assert not book.put(changed(sound, **fault))
        assert book.write(FOUNDER, "invite", invite())

    def test_served_twice_does_not_count_twice(self) -> None:
        book = begun()
        member = with_member(book, "member")
        give, take = Role(member.key, STEWARD), Role(member.key, 0)
        given = book.record(FOUNDER, "role", give)
        assert book.put(given)
        assert book.write(FOUNDER, "role", take)
        assert not book.put(given)
        assert not book.put(changed(given, slot=book.number, number=book.number))
        assert not [one for one in book.state.members if one.persona == member.key and one.is_steward]

    def test_out_of_order_does_not_count(self) -> None:
        book = begun()
        with_member(book, "member")
        assert not book.write(FOUNDER, "invite", invite(), number=1)
        assert book.state.through == 2

    def test_regression_a_record_beside_an_old_one_does_not_write_into_the_past(self) -> None:
        """Once a steward, never again: for who folds later, the record would stand where they still were one."""
        book = begun()
        other = with_member(book, "other")
        book.write(FOUNDER, "role", Role(other.key, STEWARD))
        book.write(FOUNDER, "role", Role(other.key, 0))
        late = book.record(other, "remove", Remove(FOUNDER.key), slot=3)
        in_order_of_slots = sorted([*book.records, late], key=lambda one: (one.slot, one.number))
        assert fold(CIRCLE, EMPTY, in_order_of_slots).members == book.state.members

    def test_regression_a_record_beside_another_hides_nothing_that_follows(self) -> None:
        book = begun()
        with_member(book, "member")
        late = book.record(FOUNDER, "heartbeat", Heartbeat(), number=99, slot=1)
        state = fold(CIRCLE, EMPTY, sorted([*book.records, late], key=lambda one: (one.slot, one.number)))
        assert len(state.members) == 2


class TestInviting:
    def test_members_may_where_the_policy_says_so(self) -> None:
        book = begun()
        member = with_member(book, "member")
        assert may_invite(book.state, member.key)
        assert book.write(member, "invite", invite())

    @pytest.mark.parametrize("card", ["support", "role"])
    def test_members_may_not_where_it_does_not(self, card: str) -> None:
        book = begun(card=card)
        book.state = changed(book.state, members=(*book.state.members, changed(book.state.members[0], role=0)))
        assert not may_invite(book.state, OTHER.key)
        assert not book.write(OTHER, "invite", invite(last_day=TODAY + 1))

    FAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "more uses than the policy allows": {"uses": 4},
        "no use": {"uses": 0},
        "longer than the policy allows": {"last_day": TODAY + 8},
        "an unknown mode": {"mode": "wide open"},
        "several uses of a hidden one": {"mode": HIDDEN, "uses": 2},
        "a letter that never ends": {"mode": LETTER, "last_day": TODAY + 61},
        "a role by link": {"role": STEWARD},
        "an unknown role": {"role": 2, "mode": LETTER},
    }

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
    def test_beyond_the_policy_does_not_count(self, fault: dict[str, Any]) -> None:
        book = begun()
        assert not book.write(FOUNDER, "invite", invite(**fault))

    def test_only_a_steward_invites_into_a_role(self) -> None:
        book = begun()
        member = with_member(book, "member")
        into_role = invite(mode=LETTER, role=STEWARD)
        assert not book.write(member, "invite", into_role)
        assert book.write(FOUNDER, "invite", into_role)

    def test_a_proof_of_small_order_does_not_count(self) -> None:
        assert not begun().write(FOUNDER, "invite", Invite(IDENTITY, b"#" * 32, "link", 1, TODAY, 0))

    def test_nobody_takes_over_a_proof_that_stands(self) -> None:
        book = begun()
        member = with_member(book, "member")
        assert book.write(FOUNDER, "invite", invite())
        assert not book.write(member, "invite", invite())

    def test_nobody_writes_more_than_a_dozen(self) -> None:
        book = begun()
        member = with_member(book, "member")
        proofs = [number.to_bytes(32, "big") for number in range(1, MOST_OWN_INVITES + 4)]
        counted = sum(book.write(member, "invite", invite(proof)) for proof in proofs)
        assert counted == MOST_OWN_INVITES
        assert book.write(FOUNDER, "invite", invite(b"f" * 32))

    def test_a_circle_has_no_more_than_its_snapshot_can_carry(self) -> None:
        book = begun()
        many = tuple(with_member(book, f"member {number}") for number in range(8))
        written = [
            book.write(one, "invite", invite(bytes([place, number]).ljust(32, b"x")))
            for place, one in enumerate(many)
            for number in range(MOST_OWN_INVITES)
        ]
        assert sum(written) == MOST_INVITES == len(book.state.invites)

    def test_expired_ones_make_room(self) -> None:
        book = begun()
        for number in range(1, MOST_OWN_INVITES + 1):
            book.write(FOUNDER, "invite", invite(number.to_bytes(32, "big")))
        assert not book.write(FOUNDER, "invite", invite(b"f" * 32))
        assert book.write(FOUNDER, "invite", invite(b"f" * 32, last_day=TODAY + 15), day=TODAY + 8)
        assert len(book.state.invites) == 1

    def test_a_hidden_one_waits_for_its_answer(self) -> None:
        book = begun(access=HIDDEN)
        book.write(FOUNDER, "invite", invite(mode=HIDDEN))
        book.write(FOUNDER, "invite", invite(b"q" * 32, mode=HIDDEN, last_day=TODAY + 15), day=TODAY + 8)
        assert open_invite(book, b"p" * 32)
        book.write(FOUNDER, "invite", invite(b"r" * 32, mode=HIDDEN, last_day=TODAY + 29), day=TODAY + 22)
        assert not open_invite(book, b"p" * 32)


class TestRevoking:
    def test_the_writer_and_stewards_may(self) -> None:
        book = begun()
        member, other = with_member(book, "member"), with_member(book, "other")
        for proof, who, counts in ((b"1" * 32, member, True), (b"2" * 32, FOUNDER, True), (b"3" * 32, other, False)):
            assert book.write(member, "invite", invite(proof))
            book.write(who, "revoke", Revoke(public_key(proof)))
            assert (open_invite(book, proof) is None) == counts

    def test_strangers_may_not(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        assert not book.write(OTHER, "revoke", Revoke(public_key(b"p" * 32)))


class TestJoining:
    def test_an_invitation_lets_in_as_many_as_it_says(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite(uses=2))
        for number in range(3):
            who = persona(f"newcomer {number}")
            assert book.write(who, "join", join(who, f"newcomer {number}")) == (number < 2)
        assert book.state.invites == ()

    FAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "a name that is taken": {"handle": "founder"},
        "a name that reads like one": {"handle": "Founder"},
        "a name with a hidden letter": {"handle": "found\u200ber"},
        "a name with a turned direction": {"handle": "\u202ereadnuof"},
        "no name": {"handle": ""},
        "too long a name": {"handle": "x" * 41},
        "a key that nothing can be sealed to": {"kem": kem_key(b"m" * 96)[:1184] + bytes(32)},
        "a malformed key": {"kem": b"k"},
        "a malformed box": {"inbox": b"i"},
        "a malformed return key": {"returning": b""},
        "keys that were not sworn": {"sworn": bytes(64)},
        "keys that somebody else swore": {"sworn": keys_of(OTHER)[3]},
        "an unknown invitation": {"proof": public_key(b"q" * 32)},
        "a forged signature": {"signature": bytes(64)},
        "a signature by another key": {"signature": sign(b"q" * 32, b"")},
    }

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
    def test_with_a_fault_does_not_count(self, fault: dict[str, Any]) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        assert not book.write(MEMBER, "join", changed(join(MEMBER, "member"), **fault))
        assert book.write(MEMBER, "join", join(MEMBER, "member"))

    @pytest.mark.parametrize("fault", [name for name in FAULTS if name.startswith(("a name", "no name", "too long"))])
    def test_with_a_bad_name_does_not_count_even_if_it_was_invited(self, fault: str) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        assert not book.write(MEMBER, "join", join(MEMBER, self.FAULTS[fault]["handle"]))

    def test_somebody_else_s_join_does_not_count(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        assert not book.write(OTHER, "join", join(MEMBER, "member"))

    def test_a_persona_of_small_order_does_not_enter(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        record = book.record(MEMBER, "join", join(MEMBER, "member"))
        assert not book.put(changed(record, author=IDENTITY))

    def test_after_the_last_day_does_not_count(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        assert not book.write(MEMBER, "join", join(MEMBER, "member"), day=TODAY + 8)
        assert book.write(MEMBER, "join", join(MEMBER, "member"), day=TODAY + 7)

    def test_regression_a_day_that_is_over_does_not_bring_an_invitation_back(self) -> None:
        book = begun()
        book.write(FOUNDER, "invite", invite())
        book.write(FOUNDER, "heartbeat", Heartbeat(), day=TODAY + 8)
        assert not book.write(MEMBER, "join", join(MEMBER, "member"), day=TODAY)
        assert find_invite(book.state, public_key(b"p" * 32), TODAY)

    def test_a_hidden_invitation_is_no_way_in_by_itself(self) -> None:
        book = begun(access=HIDDEN)
        book.write(FOUNDER, "invite", invite(mode=HIDDEN))
        assert not book.write(MEMBER, "join", join(MEMBER, "member"))

    def test_who_has_left_does_not_come_back_under_the_same_persona(self) -> None:
        book = begun()
        member = with_member(book, "member")
        book.write(member, "leave", Leave())
        book.write(FOUNDER, "invite", invite())
        assert not book.write(member, "join", join(member, "member"))

    def test_whom_a_steward_names_again_comes_back(self) -> None:
        book = begun()
        member = with_member(book, "member")
        book.write(member, "leave", Leave())
        book.write(FOUNDER, "invite", invite(mode=LETTER, role=STEWARD))
        assert book.write(member, "join", join(member, "member"))
        assert next(one for one in book.state.members if one.persona == member.key).is_steward

    def test_regression_nobody_goes_on_in_the_name_of_who_has_gone(self) -> None:
        book = begun()
        member = with_member(book, "member")
        book.write(member, "leave", Leave())
        book.write(FOUNDER, "invite", invite())
        assert not book.write(OTHER, "join", join(OTHER, "Member"))
        assert book.write(OTHER, "join", join(OTHER, "Another"))

    def test_who_leaves_nameless_has_no_name_any_more_and_others_may_have_it(self) -> None:
        book = begun()
        member = with_member(book, "member")
        book.write(member, "leave", Leave(True))
        gone = member_of(book.state, member.key)
        assert gone is not None
        assert (gone.handle, gone.active) == ("", False)
        assert may_have_written(book.state, book.record(member, "say", Leave(), number=gone.until))
        book.write(FOUNDER, "invite", invite())
        assert book.write(OTHER, "join", join(OTHER, "Member"))


class TestStewards:
    """Charter, desk, roles, removal, heartbeat: by a steward who is one at that place, and by nobody else."""

    ACTS: ClassVar[dict[str, Callable[[bytes], Any]]] = {
        "charter": lambda other: charter_of(edition=1),
        "desk": lambda other: Desk(STEWARD, kem_key(b"d" * 96), b"i" * 32),
        "role": lambda other: Role(other, STEWARD),
        "remove": lambda other: Remove(other),
        "heartbeat": lambda other: Heartbeat(),
    }

    @pytest.mark.parametrize("kind", ACTS)
    def test_a_steward_s_counts(self, kind: str) -> None:
        book = begun()
        other = with_member(book, "other")
        assert book.write(FOUNDER, kind, self.ACTS[kind](other.key))

    @pytest.mark.parametrize("kind", ACTS)
    def test_a_member_s_a_stranger_s_and_a_former_steward_s_do_not(self, kind: str) -> None:
        book = begun()
        member, other, former = (with_member(book, name) for name in ("member", "other", "former"))
        book.write(FOUNDER, "role", Role(former.key, STEWARD))
        book.write(FOUNDER, "role", Role(former.key, 0))
        gone = with_member(book, "gone")
        book.write(FOUNDER, "role", Role(gone.key, STEWARD))
        book.write(FOUNDER, "remove", Remove(gone.key))
        for who in (member, former, gone, persona("stranger")):
            assert not book.write(who, kind, self.ACTS[kind](other.key))

    @pytest.mark.parametrize("edition", [0, 2])
    def test_a_charter_follows_the_one_that_stands(self, edition: int) -> None:
        assert not begun().write(FOUNDER, "charter", charter_of(edition=edition))

    def test_nothing_but_a_founding_counts_before_it(self) -> None:
        for kind, body in self.ACTS.items():
            assert not Book().write(FOUNDER, kind, body(OTHER.key))

    def test_an_unsound_charter_does_not_count(self) -> None:
        assert not begun().write(FOUNDER, "charter", charter_of(edition=1, name=""))

    def test_a_desk_has_a_key_that_can_be_sealed_to(self) -> None:
        assert not begun().write(FOUNDER, "desk", Desk(STEWARD, b"k", b"i" * 32))

    def test_nobody_is_removed_twice_and_no_stranger(self) -> None:
        book = begun()
        member = with_member(book, "member")
        assert book.write(FOUNDER, "remove", Remove(member.key))
        assert not book.write(FOUNDER, "remove", Remove(member.key))
        assert not book.write(FOUNDER, "remove", Remove(OTHER.key))
        assert not book.write(FOUNDER, "role", Role(member.key, STEWARD))

    def test_the_last_steward_stays_while_others_do(self) -> None:
        book = begun()
        member = with_member(book, "member")
        assert not book.write(FOUNDER, "leave", Leave())
        assert not book.write(FOUNDER, "role", Role(FOUNDER.key, 0))
        assert not book.write(FOUNDER, "remove", Remove(FOUNDER.key))
        book.write(member, "leave", Leave())
        assert book.write(FOUNDER, "leave", Leave())
        assert book.handles() == set()

    def test_a_role_has_known_bits_only(self) -> None:
        book = begun()
        member = with_member(book, "member")
        for role in (64, 65, -1, 2**40):
            assert not book.write(FOUNDER, "role", Role(member.key, role))

    def test_keys_are_to_be_turned_when_somebody_has_gone_or_lost_a_role(self) -> None:
        book = begun()
        member, other = with_member(book, "member"), with_member(book, "other")
        book.write(FOUNDER, "role", Role(member.key, STEWARD))
        assert not book.state.changed_since_rotation
        book.write(FOUNDER, "role", Role(member.key, 0))
        assert book.state.changed_since_rotation
        again = begun()
        other = with_member(again, "other")
        again.write(other, "leave", Leave())
        assert again.state.changed_since_rotation

    def test_who_goes_takes_their_invitations_along(self) -> None:
        book = begun()
        member = with_member(book, "member")
        book.write(member, "invite", invite())
        book.write(FOUNDER, "remove", Remove(member.key))
        assert book.state.invites == ()

    def test_the_last_heartbeat_is_the_latest_day(self) -> None:
        book = begun()
        book.write(FOUNDER, "heartbeat", Heartbeat(), day=TODAY + 2)
        book.write(FOUNDER, "heartbeat", Heartbeat(), day=TODAY + 1)
        assert (book.state.last_heartbeat, book.state.day) == (TODAY + 2, TODAY + 2)


class TestAuthorship:
    """Whether what somebody wrote elsewhere on the shelf counts."""

    def test_from_entering_until_leaving(self) -> None:
        book = begun()
        member = with_member(book, "member")
        came = book.number - 1
        book.write(member, "leave", Leave())
        left = book.number - 1
        record = book.record(member, "say", Leave())
        for number, counts in ((came - 1, False), (came, True), (left, True), (left + 1, False)):
            assert may_have_written(book.state, changed(record, number=number)) == counts

    def test_strangers_have_written_nothing(self) -> None:
        book = begun()
        assert not may_have_written(book.state, book.record(OTHER, "say", Leave()))

    def test_an_old_epoch_counts_before_its_end_only(self) -> None:
        book = begun()
        book.state = changed(book.state, epoch=2, turned_at=10)
        record = book.record(FOUNDER, "say", Leave(), epoch=1)
        assert may_have_written(book.state, changed(record, number=9))
        assert not may_have_written(book.state, changed(record, number=10))
        assert may_have_written(book.state, changed(record, number=10, epoch=2))


def test_a_founding_nonce_is_part_of_the_circle_s_name() -> None:
    assert CIRCLE == circle_id(NONCE, FOUNDER.key) != circle_id(b"m" * 16, FOUNDER.key)
