"""Epoch keys: what they give, what they forget, and that nothing comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.errors import Unopenable
from jiwar.keyring.epochs import (
    LANES,
    Chain,
    as_of,
    begin,
    chain_of,
    day_key,
    day_secrets,
    forget_expired,
    put_by,
    together,
    without_past,
)
from jiwar.wire.canonical import encode

TODAY = 20_000
SECRET, SHELF = b"e" * 32, b"s" * 16
KEYS = begin(SECRET, 3, SHELF, TODAY, 40)
LANE = st.sampled_from(LANES)


def secret_of(keys, keep: int, day: int) -> bytes | None:
    chain = chain_of(keys, keep)
    return day_secrets(chain, day)[-1] if day >= chain.day else None


def test_an_epoch_has_a_key_for_each_purpose() -> None:
    made = [KEYS.record, KEYS.transfer, KEYS.read, KEYS.append, KEYS.commitment, *(c.secret for c in KEYS.chains)]
    assert len(set(made)) == len(made) == 5 + len(LANES)
    assert (KEYS.epoch, KEYS.begins) == (3, 40)


def test_the_secret_itself_is_not_kept() -> None:
    assert SECRET not in encode(KEYS)


def test_tokens_are_the_shelf_s_own() -> None:
    other = begin(SECRET, 3, b"t" * 16, TODAY, 40)
    assert (other.read, other.append) != (KEYS.read, KEYS.append)
    assert other.record == KEYS.record


@given(LANE, st.integers(-400, 400), st.integers(0, 400))
def test_a_chain_gives_every_later_day_and_no_earlier_one(keep: int, day: int, passed: int) -> None:
    later = forget_expired(KEYS, TODAY + passed)
    wanted = TODAY + day
    secret = secret_of(later, keep, wanted)
    if wanted < max(TODAY, TODAY + passed) - keep:
        assert secret is None
    else:
        assert secret is not None
        assert secret == secret_of(KEYS, keep, wanted)


@given(st.integers(0, 500), st.integers(0, 500))
def test_forgetting_goes_one_way(first: int, second: int) -> None:
    moved = forget_expired(forget_expired(KEYS, TODAY + first), TODAY + second)
    assert moved == forget_expired(KEYS, TODAY + max(first, second))


@given(LANE, st.integers(1, 60))
def test_without_past_begins_today(keep: int, passed: int) -> None:
    newcomer = without_past(KEYS, TODAY + passed)
    assert secret_of(newcomer, keep, TODAY + passed - 1) is None
    assert secret_of(newcomer, keep, TODAY + passed) == secret_of(KEYS, keep, TODAY + passed)


def test_days_are_found_in_one_walk() -> None:
    chain = chain_of(KEYS, 30)
    found = day_secrets(chain, TODAY + 5)
    assert len(found) == 36
    assert found[30:] == [secret_of(KEYS, 30, TODAY + later) for later in range(6)]
    assert day_secrets(chain, TODAY - 40) == [chain.secret]


def test_lanes_do_not_meet() -> None:
    assert len({secret_of(KEYS, keep, TODAY) for keep in LANES}) == len(LANES)


def test_a_length_without_a_lane_is_unopenable() -> None:
    with pytest.raises(Unopenable):
        chain_of(KEYS, 2)


def test_a_day_key_needs_both_halves() -> None:
    made = {day_key(b"m" * 32, b"h" * 32), day_key(b"n" * 32, b"h" * 32), day_key(b"m" * 32, b"i" * 32)}
    assert len(made) == 3


def test_an_epoch_that_is_over_keeps_no_token_and_no_transfer_key() -> None:
    over = put_by(KEYS, TODAY + 3)
    assert (over.read, over.append, over.transfer) == (b"", b"", b"")
    assert (over.record, over.chains, over.begins, over.last) == (KEYS.record, KEYS.chains, 40, TODAY + 3)
    assert put_by(over, TODAY + 9).last == TODAY + 3


@given(st.integers(0, 500))
def test_an_epoch_that_is_over_lets_go_of_lanes_of_which_no_day_is_kept(passed: int) -> None:
    over = forget_expired(put_by(KEYS, TODAY), TODAY + passed)
    assert [chain.keep for chain in over.chains] == [keep for keep in LANES if keep >= passed]
    assert forget_expired(over, TODAY + passed) is over


def test_keys_that_were_let_go_stay_gone_when_sessions_meet() -> None:
    over = put_by(KEYS, TODAY)
    forgot = forget_expired(over, TODAY + 10)
    assert together(forgot, over) == together(over, forgot) == forgot


def test_keys_know_a_day_on_which_they_were_held() -> None:
    assert as_of(KEYS) == TODAY
    assert as_of(forget_expired(KEYS, TODAY + 4)) == TODAY + 4
    assert as_of(put_by(forget_expired(put_by(KEYS, TODAY), TODAY + 999), TODAY)) == 0


@given(st.integers(0, 100), st.integers(0, 100))
def test_what_one_session_forgot_is_forgotten(first: int, second: int) -> None:
    left, right = forget_expired(KEYS, TODAY + first), forget_expired(KEYS, TODAY + second)
    assert together(left, right) == forget_expired(KEYS, TODAY + max(first, second))


def test_regression_a_chain_of_a_made_up_day_is_refused() -> None:
    """Moving it on to today would have kept the hub busy for ever."""
    odd = replace(KEYS, chains=(Chain(7, -(2**60), b"c" * 32),))
    for forget in (forget_expired, without_past):
        with pytest.raises(Unopenable):
            forget(odd, TODAY)
