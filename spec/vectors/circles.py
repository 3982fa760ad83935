"""Vectors of invitations, names and a circle's own records: spec §4.1, §4.3 and §4.6."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable

from jiwar.circles import invitations
from jiwar.circles.founding import first_charter
from jiwar.circles.model import Found, Founder, Heartbeat, Invite, Join, Leave, Remove, Role
from jiwar.circles.oaths import circle_id, join_bytes, keys_bytes
from jiwar.crypto import labels, sealing, signing
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import Wire, encode
from spec.vectors.making import (
    CIRCLE,
    DAY,
    GOOD,
    KEY,
    MALFORMED,
    NO_MATCH,
    PASSED,
    SHELF,
    STRANGER,
    WRITER,
    pinned,
    some,
    write,
)


def invitations_and_names() -> None:
    secret, words = some(16, "link"), ("amber", "harbour")
    number, payload = (
        invitations._number(secret),
        invitations.Admission(
            CIRCLE,
            SHELF,
            KEY,
            b"",
            0,
            "Evenings",
            0,
            (),
            0,
            b"",
            KEY,
            "link",
            DAY + 7,
            WRITER.key,
            WRITER.kem_key,
            WRITER.inbox("keys"),
        ),
    )
    value = sealing.seal(
        invitations._key(secret, words),
        labels.INVITE_SEAL,
        (number,),
        encode(payload),
        size=8_192,
        random=pinned("invite"),
    )
    link = b32encode(secret).rstrip(b"=").decode().lower()
    write(
        "invitation",
        "invitation",
        GOOD,
        "With the link and both words.",
        value,
        link=link,
        words="Amber  harbour",
        number=number,
        result=encode(payload),
    )
    write(
        "invitation_wrong_words",
        "invitation",
        NO_MATCH,
        "With other words.",
        value,
        link=link,
        words="amber lantern",
        number=number,
    )
    write(
        "invitation_words_swapped",
        "invitation",
        NO_MATCH,
        "In the other order.",
        value,
        link=link,
        words="harbour amber",
        number=number,
    )
    for name, text in {"plain": "olive tree", "arabic": "نخلة", "with_a_sign": "🌿"}.items():
        write(f"handle_{name}", "handle", GOOD, "A name.", text=text)
    faults = {
        "turned": "\u202eevil",
        "zero_width": "ol\u200bive",
        "not_composed": "e\u0301",
        "two_spaces": "a  b",
        "nothing": "",
        "dots_only": "...",
        "too_long": "x" * 41,
    }
    for fault, text in faults.items():
        write(f"handle_{fault}", "handle", MALFORMED, "Not how a name is written.", text=text)


class Book:
    """A circle's own records."""

    def __init__(self) -> None:
        self.founder, self.member = Persona(some(32, "founder")), Persona(some(32, "member"))
        self.nonce, self.proof = some(16, "nonce"), some(32, "proof")
        self.circle = circle_id(self.nonce, self.founder.key)
        self.records: list[tuple[object, ...]] = []
        charter = first_charter("close", "Evenings", "", (), "link")
        self.put(
            self.founder, "found", Found(self.nonce, charter, Founder("founder", *self._keys(self.founder)), b"")
        )

    def _keys(self, who: Persona) -> tuple[bytes, bytes, bytes, bytes]:
        keys = who.kem_key, who.inbox("keys"), STRANGER.key
        return *keys, who.sign(keys_bytes(self.circle, *keys))

    def put(self, who: Persona, kind: str, body: Wire, **changed: int) -> Book:
        number = len(self.records)
        at = {"slot": number, "number": number, "day": DAY, "keep": 0, "epoch": 0, **changed}
        rid = hashlib.sha256(bytes([number])).digest()[:16]
        self.records.append((*at.values(), rid, kind, who.key, encode(body)))
        return self

    def invite(self, **changed: int) -> Book:
        body = {"uses": 1, "last_day": DAY + 7, **changed}
        return self.put(
            self.founder,
            "invite",
            Invite(signing.public_key(self.proof), KEY, "link", body["uses"], body["last_day"], 0),
        )

    def join(self, handle: str = "member", forged: bool = False, day: int = DAY) -> Book:
        kem, inbox, returning, sworn = self._keys(self.member)
        message = join_bytes(self.circle, self.member.key, handle, kem, inbox, returning)
        signature = signing.sign(some(32, "forger") if forged else self.proof, message)
        return self.put(
            self.member,
            "join",
            Join(handle, kem, inbox, returning, sworn, 0, signing.public_key(self.proof), signature),
            day=day,
        )


def folds() -> None:
    both, one = ["founder", "member"], ["founder"]
    stories: dict[str, tuple[str, list[str], Book]] = {
        "join": (GOOD, both, Book().invite().join()),
        "leave": (GOOD, one, _then(lambda book: book.put(book.member, "leave", Leave()))),
        "remove": (GOOD, one, _then(lambda book: book.put(book.founder, "remove", Remove(book.member.key)))),
        "join_without_invitation": (PASSED, one, Book().join()),
        "join_forged": (PASSED, one, Book().invite().join(forged=True)),
        "join_too_late": (PASSED, one, Book().invite().join(day=DAY + 8)),
        "join_on_a_day_that_is_over": (PASSED, one, _late()),
        "join_name_taken": (PASSED, one, Book().invite().join("Founder")),
        "join_name_hidden": (PASSED, one, Book().invite().join("found\u200ber")),
        "invite_too_many_uses": (PASSED, one, Book().invite(uses=4).join()),
        "remove_by_a_member": (
            PASSED,
            both,
            _then(lambda book: book.put(book.member, "remove", Remove(book.founder.key))),
        ),
        "role_by_a_member": (
            PASSED,
            both,
            _then(lambda book: book.put(book.member, "role", Role(book.member.key, 1))),
        ),
        "leave_of_the_last_steward": (PASSED, both, _then(lambda book: book.put(book.founder, "leave", Leave()))),
        "leave_in_a_lane_that_expires": (
            PASSED,
            both,
            _then(lambda book: book.put(book.member, "leave", Leave(), keep=7)),
        ),
        "remove_beside_an_old_record": (
            PASSED,
            both,
            _then(lambda book: book.put(book.founder, "remove", Remove(book.member.key), slot=0)),
        ),
    }
    for name, (expect, members, book) in stories.items():
        write(
            f"fold_{name}",
            "fold",
            expect,
            "The last record counts." if expect == GOOD else "The last record doesn't count.",
            encode(book.records),
            circle=book.circle,
            result=" ".join(members),
        )


def _then(more: Callable[[Book], Book]) -> Book:
    return more(Book().invite().join())


def _late() -> Book:
    book = Book().invite()
    return book.put(book.founder, "heartbeat", Heartbeat(), day=DAY + 8).join(day=DAY)
