"""Account rows of one size, opened by one phrase at one hub; personas that nothing links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.crypto import envelopes, signing
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, TOKEN_HASH
from jiwar.errors import KeyringFull, NotCanonical, Unopenable
from jiwar.keyring.account import INNER_SIZE, KEYRING_SIZE, Access, inner_digest, new_account
from jiwar.keyring.model import Keyring, Settings
from jiwar.keyring.persona import Persona
from jiwar.store.contract import ACCOUNT_INNER_SIZE
from jiwar.wire.canonical import encode

ACCESS = Access(b"l" * 32, b"u" * 32, b"hub")
RING = Keyring(1, 0, b"r" * 32, b"c" * 32)


def test_a_phrase_gives_a_locator_and_a_key_that_are_this_hub_s_own() -> None:
    here, there = (Access.of_phrase(5, hub) for hub in (b"here", b"there"))
    assert len({here.locator, here.unlock, there.locator, there.unlock}) == 4
    assert Access.of_phrase(5, b"here") == here


@pytest.mark.parametrize("memberships", [0, 3, 40])
def test_every_row_has_the_size_that_the_store_wants(memberships: int) -> None:
    ring = replace(RING, memberships=((b"c" * 32, b"m" * 500),) * memberships)
    assert len(ACCESS.seal(ring)) == INNER_SIZE == ACCOUNT_INNER_SIZE
    assert ACCESS.open(ACCESS.seal(ring)) == ring


def test_a_keyring_is_full_before_it_would_show() -> None:
    room = KEYRING_SIZE - len(encode(replace(RING, trails=((b"", b"x" * 30_000),)))) - 1
    fits = replace(RING, trails=((b"", b"x" * (30_000 + room)),))
    assert ACCESS.open(ACCESS.seal(fits)) == fits
    with pytest.raises(KeyringFull):
        ACCESS.seal(replace(RING, trails=((b"", b"x" * (30_001 + room)),)))


@pytest.mark.parametrize(
    "other",
    [Access(b"x" * 32, b"u" * 32, b"hub"), Access(b"l" * 32, b"x" * 32, b"hub"), Access(b"l" * 32, b"u" * 32, b"x")],
    ids=["row", "phrase", "hub"],
)
def test_a_row_opens_nowhere_else(other: Access) -> None:
    with pytest.raises(Unopenable):
        other.open(ACCESS.seal(RING))


def test_a_row_of_something_else_is_not_canonical() -> None:
    class Other(Keyring, frozen=True):
        more: bytes = b"more"

    with pytest.raises(NotCanonical):
        ACCESS.open(ACCESS.seal(Other(1, 0, b"r" * 32, b"c" * 32)))


def test_an_account_is_born_with_a_companion_of_equal_size() -> None:
    newborn = new_account(ACCESS, settings=Settings("en"))
    (locator, inner), (companion, beside) = newborn.rows
    assert (locator, companion) == (ACCESS.locator, newborn.keyring.companion)
    assert len(inner) == len(beside)
    assert ACCESS.open(inner) == newborn.keyring
    assert newborn.keyring.settings.language == "en"
    with pytest.raises(Unopenable):
        Access(companion, ACCESS.unlock, b"hub").open(beside)


def test_a_row_is_compared_by_its_digest() -> None:
    assert inner_digest(b"one") != inner_digest(b"two")


@given(st.binary(min_size=32, max_size=32))
def test_a_persona_s_keys_come_from_its_seed(seed: bytes) -> None:
    persona = Persona(seed)
    signing.verify(persona.key, persona.sign(b"text"), b"text")
    assert envelopes.open_with(persona.kem_seed, b"", envelopes.seal_to(persona.kem_key, b"", b"text")) == b"text"
    assert persona.inbox("keys") == digest(INBOX, persona.box("keys"))
    assert persona.inbox("keys") != persona.inbox("other")
    assert persona.erase_hash(b"rid") == digest(TOKEN_HASH, persona.erase_token(b"rid"))
    assert persona.erase_token(b"rid") != persona.erase_token(b"other")
    assert Persona(seed).key == persona.key
