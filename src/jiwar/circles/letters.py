"""Letters: envelopes sealed to one recipient, signed inside, left in a box that nothing links to an account.

Implements spec/protocol.md §8. A letter names its purpose in what is sealed, in what is signed and in what the seal
is bound to, so that none can be passed off as another.

Opening one is a key exchange, which takes about a millisecond. In boxes where letters stay each is opened once by
this process and then kept as a fragment (§5.6), sealed under what opens the letter itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jiwar.circles.member import Services
from jiwar.crypto import envelopes, signing
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import ENVELOPE, FRAGMENT, INBOX
from jiwar.crypto.random import Random
from jiwar.crypto.sealing import OuterKey
from jiwar.errors import BadInput, BadSignature, Damaged, TextTooLong
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail, Store
from jiwar.wire.canonical import Wire, decode, encode, reread
from jiwar.wire.frame import join, pad, unpad

SIZES = (2_048, 16_384)
LIFE_DAYS = 60

REPORT, VOUCH, KEYS, REQUEST, TRUST = "report", "vouch", "keys", "request", "trust"
KNOCK, ROOM = "knock", "room"
KEEP, OPENING, NOTICE = "keep", "opening", "notice"
WORD = "word"
RIGHT = "right"
SLIP, CASE = "slip", "case"
DEAL, PAIR = "deal", "pair"
NOSHOW, THANKS = "noshow", "thanks"
"""Purposes: a member to a desk; "I know this person", to the stewards' desk; keys of a circle to somebody; a newcomer
to who invited them; a capability to close an account, to a friend; the secret of an applicant's room, to the desk for
strangers; what is said in that room. Halves of what opens an account, to a key-keeper; one of them, to another
keeper; that this has begun, to the owner. A word from one one-off to another. Values to sign, and the same
signed (`rights`). The secret of a caller's room, to dispatchers; what is said in that room. What two one-offs agree
on; what is said in the box that they have together. That nobody came, from a one-off to the stewards' desk.
Thanks from one one-off to another."""


class Letter(Wire, frozen=True):
    """The inside of an envelope."""

    version: int
    eid: bytes
    sender: bytes
    circle: bytes
    purpose: str
    body: bytes
    signature: bytes


@dataclass(frozen=True)
class Received:
    """A letter that opened and is soundly signed; whether its sender may write it is for the caller to say.

    `late`: the hub says that the letter was held and came after its minute.
    """

    eid: bytes
    day: int
    sender: bytes
    circle: bytes
    body: bytes
    late: bool


def _info(purpose: str, inbox: bytes, recipient: bytes, day: int) -> bytes:
    return join(ENVELOPE, purpose, inbox, recipient, day + LIFE_DAYS)


def write_letter(
    persona: Persona,
    circle: bytes,
    purpose: str,
    kem: bytes,
    inbox: bytes,
    day: int,
    body: bytes,
    random: Random,
    sizes: tuple[int, ...] = SIZES,
) -> Mail:
    """Seal a letter to the holder of `kem`, padded to one of the sizes. Raises TextTooLong."""
    eid = random(16)
    info = _info(purpose, inbox, kem, day)
    unsigned = encode(Letter(1, eid, persona.key, circle, purpose, body, b""))
    plain = encode(Letter(1, eid, persona.key, circle, purpose, body, persona.sign(join(info, unsigned))))
    size = next((size for size in sizes if len(plain) < size), None)
    if size is None:
        raise TextTooLong(limit=sizes[-1])
    return Mail(eid, day, envelopes.seal_to(kem, info, pad(plain, size)))


def read_letter(seed: bytes, purpose: str, inbox: bytes, mail: Mail) -> Received:
    """Open one letter. Raises Unopenable, NotCanonical, BadSignature."""
    info = _info(purpose, inbox, envelopes.public_key(seed), mail.day)
    letter = decode(unpad(envelopes.open_with(seed, info, mail.value)), Letter)
    unsigned = encode(
        Letter(letter.version, letter.eid, letter.sender, letter.circle, letter.purpose, letter.body, b"")
    )
    signing.verify(letter.sender, letter.signature, join(info, unsigned))
    if letter.purpose != purpose or letter.eid != mail.eid or letter.version != 1:
        raise BadSignature
    return Received(mail.eid, mail.day, letter.sender, letter.circle, letter.body, mail.late)


def read_box(store: Store, read_token: bytes, seed: bytes, purpose: str, today: int) -> list[Received]:
    """Every sound letter of one purpose in a box, oldest day first; what doesn't open or is too old is left alone."""
    inbox = digest(INBOX, read_token)
    return _sound(store, read_token, today, lambda mail: read_letter(seed, purpose, inbox, mail))


def _sound(store: Store, read_token: bytes, today: int, read: Callable[[Mail], Received]) -> list[Received]:
    found = []
    for mail in store.mail(read_token):
        if mail.day + LIFE_DAYS < today:
            continue
        try:
            found.append(read(mail))
        except (Damaged, BadInput):
            continue
    return sorted(found, key=lambda letter: letter.day)


class Known(Wire, frozen=True):
    """What is remembered of a letter that was read; no `sender`: it can't be."""

    sender: bytes
    circle: bytes
    body: bytes


_UNREADABLE = Known(b"", b"", b"")


def read_lasting(services: Services, read_token: bytes, seed: bytes, purpose: str, today: int) -> list[Received]:
    """The same for a box in which letters stay: each is opened once, then remembered, also that it can't be read."""
    inbox, opener = digest(INBOX, read_token), OuterKey(derive(seed, FRAGMENT, "letter", purpose))

    def read(mail: Mail) -> Received:
        name = digest(FRAGMENT, "letter", purpose, inbox, mail.eid, mail.day, mail.value)
        kept = services.fragments.get(opener, name)
        known = _known(seed, purpose, inbox, mail) if kept is None else reread(kept, Known)
        if kept is None:
            services.fragments.put(opener, name, encode(known))
        if known == _UNREADABLE:
            raise BadSignature
        return Received(mail.eid, mail.day, known.sender, known.circle, known.body, mail.late)

    return _sound(services.store, read_token, today, read)


def _known(seed: bytes, purpose: str, inbox: bytes, mail: Mail) -> Known:
    try:
        letter = read_letter(seed, purpose, inbox, mail)
    except (Damaged, BadInput):
        return _UNREADABLE
    return Known(letter.sender, letter.circle, letter.body)
