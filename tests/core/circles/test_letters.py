"""Letters: for one recipient, one purpose, one box, one day; and signed by who is said to have written them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace as changed

from jiwar.circles import letters
from jiwar.circles.letters import (
    KEYS,
    LIFE_DAYS,
    REPORT,
    SIZES,
    Letter,
    read_box,
    read_lasting,
    read_letter,
    write_letter,
)
from jiwar.clock import SetClock
from jiwar.crypto import envelopes
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import ENVELOPE, FRAGMENT
from jiwar.crypto.random import system_random
from jiwar.errors import BadSignature, NotCanonical, TextTooLong, Unopenable
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.store.memory import MemoryStore
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import join, pad, unpad
from tests.world import World

SENDER, RECIPIENT, OTHER = Persona(b"s" * 32), Persona(b"r" * 32), Persona(b"o" * 32)
CIRCLE, TODAY = b"c" * 32, 20_000
INBOX = RECIPIENT.inbox(KEYS)


def written(purpose: str = KEYS, body: bytes = b"text", day: int = TODAY) -> Mail:
    return write_letter(SENDER, CIRCLE, purpose, RECIPIENT.kem_key, INBOX, day, body, system_random)


def test_a_letter_reaches_its_recipient() -> None:
    received = read_letter(RECIPIENT.kem_seed, KEYS, INBOX, written())
    assert (received.sender, received.circle, received.body, received.day) == (SENDER.key, CIRCLE, b"text", TODAY)


OTHERWISE: dict[str, tuple[bytes, str, bytes, Mail]] = {
    "by another recipient": (OTHER.kem_seed, KEYS, INBOX, written()),
    "for another purpose": (RECIPIENT.kem_seed, REPORT, INBOX, written()),
    "in another box": (RECIPIENT.kem_seed, KEYS, OTHER.inbox(KEYS), written()),
    "on another day": (RECIPIENT.kem_seed, KEYS, INBOX, Mail(written().eid, TODAY + 1, written().value)),
    "cut short": (RECIPIENT.kem_seed, KEYS, INBOX, Mail(b"e" * 16, TODAY, written().value[:-1])),
}


@pytest.mark.parametrize("arguments", OTHERWISE.values(), ids=OTHERWISE.keys())
def test_a_letter_does_not_open(arguments: Any) -> None:
    with pytest.raises(Unopenable):
        read_letter(*arguments)


def test_a_letter_under_another_id_is_refused() -> None:
    """So that a letter that was answered and deleted can't be left again as a new one."""
    mail = written()
    with pytest.raises(BadSignature):
        read_letter(RECIPIENT.kem_seed, KEYS, INBOX, Mail(b"e" * 16, mail.day, mail.value))


INSIDE: dict[str, dict[str, Any]] = {
    "another sender": {"sender": OTHER.key},
    "another circle": {"circle": b"d" * 32},
    "another purpose": {"purpose": REPORT},
    "another body": {"body": b"else"},
    "another version": {"version": 2},
    "another id": {"eid": b"e" * 16},
    "another signature": {"signature": bytes(64)},
}


def _info(purpose: str = KEYS) -> bytes:
    return join(ENVELOPE, purpose, INBOX, RECIPIENT.kem_key, TODAY + LIFE_DAYS)


@pytest.mark.parametrize("change", INSIDE.values(), ids=INSIDE.keys())
def test_everybody_can_seal_and_nobody_can_sign_for_another(change: dict[str, Any]) -> None:
    mail = written()
    letter = decode(unpad(envelopes.open_with(RECIPIENT.kem_seed, _info(), mail.value)), Letter)
    sealed = envelopes.seal_to(RECIPIENT.kem_key, _info(), pad(encode(changed(letter, **change)), SIZES[0]))
    with pytest.raises(BadSignature):
        read_letter(RECIPIENT.kem_seed, KEYS, INBOX, Mail(mail.eid, mail.day, sealed))


def test_a_recipient_can_not_pass_a_letter_on_as_written_to_somebody_else() -> None:
    letter = decode(unpad(envelopes.open_with(RECIPIENT.kem_seed, _info(), written().value)), Letter)
    info = join(ENVELOPE, KEYS, OTHER.inbox(KEYS), OTHER.kem_key, TODAY + LIFE_DAYS)
    sealed = envelopes.seal_to(OTHER.kem_key, info, pad(encode(letter), SIZES[0]))
    with pytest.raises(BadSignature):
        read_letter(OTHER.kem_seed, KEYS, OTHER.inbox(KEYS), Mail(letter.eid, TODAY, sealed))


def test_something_else_in_an_envelope_is_not_canonical() -> None:
    sealed = envelopes.seal_to(RECIPIENT.kem_key, _info(), pad(b"something", SIZES[0]))
    with pytest.raises(NotCanonical):
        read_letter(RECIPIENT.kem_seed, KEYS, INBOX, Mail(b"e" * 16, TODAY, sealed))


def test_letters_come_in_two_sizes() -> None:
    sizes = {len(written(body=bytes(size)).value) for size in (0, 1_000, 3_000, 15_000)}
    assert sizes == {size + envelopes.OVERHEAD for size in SIZES}
    with pytest.raises(TextTooLong):
        written(body=bytes(SIZES[-1]))


@pytest.mark.anyio
async def test_a_box_gives_what_is_sound_and_not_too_old() -> None:
    clock = SetClock(TODAY)
    store = MemoryStore(clock)
    mails = [written(body=b"late"), written(body=b"early", day=TODAY - 1), written(REPORT), written(day=TODAY - 61)]
    store._boxes[INBOX] = {mail.eid: mail for mail in [*mails, Mail(b"e" * 16, TODAY, b"garbage")]}
    found = read_box(store, RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY)
    assert [letter.body for letter in found] == [b"early", b"late"]
    assert read_box(store, OTHER.box(KEYS), OTHER.kem_seed, KEYS, TODAY) == []


@pytest.fixture
def lasting() -> World:
    """A world in whose one box lie two letters of a purpose, one of another, an old one, and garbage."""
    here = World(SetClock(TODAY))
    mails = [written(body=b"late"), written(body=b"early", day=TODAY - 1), written(REPORT), written(day=TODAY - 61)]
    here.hub._boxes[INBOX] = {mail.eid: mail for mail in [*mails, Mail(b"e" * 16, TODAY, b"garbage")]}
    return here


def test_a_box_in_which_letters_stay_gives_the_same(lasting: World) -> None:
    place = RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY
    first, again = read_lasting(lasting.services, *place), read_lasting(lasting.services, *place)
    assert first == again == read_box(lasting.store, *place)
    assert read_lasting(lasting.services, OTHER.box(KEYS), OTHER.kem_seed, KEYS, TODAY) == []


def test_there_each_letter_is_opened_once_also_what_does_not_open(
    lasting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []

    def counting(*place: Any) -> letters.Received:
        opened.append(place[-1].eid)
        return read_letter(*place)

    monkeypatch.setattr(letters, "read_letter", counting)
    for _ in range(3):
        read_lasting(lasting.services, RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY)
    assert len(opened) == 4
    lasting.restart()
    read_lasting(lasting.services, RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY)
    assert len(opened) == 8


def test_another_letter_under_a_known_number_is_another_letter(lasting: World) -> None:
    place = RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY
    read_lasting(lasting.services, *place)
    for eid, mail in lasting.hub._boxes[INBOX].items():
        lasting.hub._boxes[INBOX][eid] = Mail(eid, mail.day, mail.value[:-1] + bytes([mail.value[-1] ^ 1]))
    assert read_lasting(lasting.services, *place) == []


def test_what_is_remembered_opens_under_the_key_of_the_letter_alone(lasting: World) -> None:
    read_lasting(lasting.services, RECIPIENT.box(KEYS), RECIPIENT.kem_seed, KEYS, TODAY)
    assert not any(b"early" in sealed for sealed in lasting.services.fragments._values.values())
    for name in lasting.services.fragments._values:
        with pytest.raises(Unopenable):
            lasting.services.fragments.get(derive(OTHER.kem_seed, FRAGMENT, "letter", KEYS), name)
