"""Reads a file of spec/vectors, and says why something does not open.

The program has one error for every failure to open. A vector says which failure it is meant to be, so the reasons are
found out here, from the primitives alone.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from jiwar.crypto.kdf import derive_salted
from jiwar.errors import Unopenable
from jiwar.wire.frame import Part, join, unpad

FOLDER = Path(__file__).parents[2] / "spec" / "vectors"
GOOD, NO_MATCH, FORGED = "success", "no match", "authentication failure"
MALFORMED, UNPROVEN, PASSED = "format failure", "proof failure", "passed over"
OUTCOMES = (GOOD, NO_MATCH, FORGED, MALFORMED, UNPROVEN, PASSED)


@dataclass(frozen=True)
class Vector:
    """One file."""

    name: str
    fields: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.fields["kind"]

    @property
    def expect(self) -> str:
        return self.fields["expect"]

    def has(self, field: str) -> bool:
        return field in self.fields

    def raw(self, field: str) -> bytes:
        text = self.fields[field]
        return b"" if text == "-" else bytes.fromhex(text)

    def number(self, field: str) -> int:
        return int(self.fields[field])

    def text(self, field: str) -> str:
        return str(json.loads(self.fields[field]))

    def raws(self, field: str) -> list[bytes]:
        text = self.fields[field]
        return [] if text in ("-", "") else [bytes.fromhex(part) for part in text.split(" ")]

    def parts(self, field: str = "parts") -> tuple[Part, ...]:
        text = self.fields[field]
        return () if text == "-" else tuple(_part(part) for part in text.split(" "))


def _part(text: str) -> Part:
    form, value = text.split(":", 1)
    if form == "n":
        return int(value)
    return bytes.fromhex(value) if form == "b" else bytes.fromhex(value).decode()


def read(path: Path) -> Vector:
    head, body = path.read_text("utf-8").split("\n\n", 1)
    lines = (line.partition(": ") for line in head.split("\n"))
    return Vector(path.stem, {name: value for name, _, value in lines}, b64decode(body))


def all_vectors() -> list[Vector]:
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]


def why_closed(key: bytes, label: str, context: tuple[Part, ...], sealed: bytes) -> str:
    """Why a seal does not open."""
    if len(sealed) < 80:
        return MALFORMED
    info = join(label, *context)
    derived = derive_salted(key, sealed[:32], info, 64)
    if derived[32:] != sealed[32:64]:
        return NO_MATCH
    try:
        padded = AESGCMSIV(derived[:32]).decrypt(bytes(12), sealed[64:], info)
    except InvalidTag:
        return FORGED
    try:
        unpad(padded)
    except Unopenable:
        return MALFORMED
    return GOOD
