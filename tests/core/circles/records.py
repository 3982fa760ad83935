"""Records of a circle's own object, written by hand: what the fold sees when somebody's program does as it likes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from jiwar.circles.fold import fold
from jiwar.circles.model import EMPTY, LINK, CircleState, Found, Founder, Invite, Join, OpenInvite
from jiwar.circles.oaths import circle_id, join_bytes, keys_bytes
from jiwar.crypto.signing import public_key, sign
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Opened
from jiwar.wire.canonical import Wire, encode
from tests.world import charter_of

NONCE = b"n" * 16
TODAY = 20_000


def persona(name: str) -> Persona:
    return Persona(name.encode().ljust(32, b"."))


FOUNDER = persona("founder")
CIRCLE = circle_id(NONCE, FOUNDER.key)


def keys_of(who: Persona, circle: bytes = CIRCLE) -> tuple[bytes, bytes, bytes, bytes]:
    """KEM key, box, return key, and the signature over them."""
    keys = who.kem_key, who.inbox("keys"), b"r" * 32
    return *keys, who.sign(keys_bytes(circle, *keys))


def found(**charter: Any) -> Found:
    return Found(NONCE, charter_of(**charter), Founder("founder", *keys_of(FOUNDER)), b"")


def invite(proof: bytes = b"p" * 32, **changed: Any) -> Invite:
    fields = {"mode": LINK, "uses": 1, "last_day": TODAY + 7, "role": 0, **changed}
    return Invite(public_key(proof), b"#" * 32, **fields)


def join(who: Persona, handle: str, proof: bytes = b"p" * 32, **changed: Any) -> Join:
    kem, inbox, returning, sworn = keys_of(who)
    fields = {"handle": handle, "kem": kem, "inbox": inbox, "returning": returning, "sworn": sworn, **changed}
    message = join_bytes(CIRCLE, who.key, fields["handle"], fields["kem"], fields["inbox"], fields["returning"])
    body = {"edition": 0, "proof": public_key(proof), "signature": sign(proof, message), **fields}
    return Join(**{name: body[name] for name in Join.__struct_fields__})


@dataclass
class Book:
    """A circle's own object as it grows: `write` folds one record more and tells whether it counted."""

    state: CircleState = EMPTY
    number: int = 0
    epoch: int = 0
    records: list[Opened] = field(default_factory=list)

    def record(self, who: Persona, kind: str, body: Wire, **changed: Any) -> Opened:
        number = changed.pop("number", self.number)
        plain = Opened(
            slot=number,
            number=number,
            day=TODAY,
            keep=0,
            epoch=self.epoch,
            rid=number.to_bytes(16, "big"),
            kind=kind,
            author=who.key,
            part=0,
            body=encode(body),
        )
        return replace(plain, **changed)

    def write(self, who: Persona, kind: str, body: Wire, **changed: Any) -> bool:
        return self.put(self.record(who, kind, body, **changed))

    def put(self, record: Opened) -> bool:
        before = _without_progress(self.state)
        self.state = fold(CIRCLE, self.state, [record])
        self.number = max(self.number, record.number + 1)
        self.records.append(record)
        return _without_progress(self.state) != before

    def handles(self) -> set[str]:
        return {member.handle for member in self.state.members if member.active}


def _without_progress(state: CircleState) -> CircleState:
    return CircleState(**{**_fields(state), "through": 0})


def _fields(state: CircleState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in CircleState.__struct_fields__}


def begun(**charter: Any) -> Book:
    """A book with its founding in it."""
    book = Book()
    assert book.write(FOUNDER, "found", found(**charter))
    return book


def with_member(book: Book, name: str, proof: bytes | None = None) -> Persona:
    """Somebody invited and come in."""
    who, key = persona(name), proof or name.encode().ljust(32, b"#")
    assert book.write(FOUNDER, "invite", invite(key))
    assert book.write(who, "join", join(who, name, key))
    return who


def open_invite(book: Book, proof: bytes) -> OpenInvite | None:
    return next((one for one in book.state.invites if one.invite.proof == public_key(proof)), None)
