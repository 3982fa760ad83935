"""A persona: a member's name and keys in one circle, all from one random seed that nothing links to another.

Implements spec/protocol.md §4.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from jiwar.crypto import envelopes, signing
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import (
    INBOX,
    PERSONA_ERASE,
    PERSONA_INBOX,
    PERSONA_KEM,
    PERSONA_ROOM,
    PERSONA_SIGN,
    TOKEN_HASH,
)


@dataclass(frozen=True)
class Persona:
    """Keys are made when first used; `made_before` is the public key where somebody made it already."""

    seed: bytes
    made_before: bytes = field(default=b"", compare=False)

    @cached_property
    def sign_seed(self) -> bytes:
        return derive(self.seed, PERSONA_SIGN)

    @cached_property
    def key(self) -> bytes:
        """The public signing key: what others know the persona by."""
        return self.made_before or signing.public_key(self.sign_seed)

    @cached_property
    def kem_seed(self) -> bytes:
        return derive(self.seed, PERSONA_KEM, length=envelopes.SEED)

    @cached_property
    def kem_key(self) -> bytes:
        return envelopes.public_key(self.kem_seed)

    def sign(self, message: bytes) -> bytes:
        return signing.sign(self.sign_seed, message)

    def box(self, purpose: str) -> bytes:
        """The read token of the persona's box for one purpose."""
        return derive(self.seed, PERSONA_INBOX, purpose)

    def inbox(self, purpose: str) -> bytes:
        """The public id of that box."""
        return digest(INBOX, self.box(purpose))

    @property
    def room(self) -> bytes:
        """The secret of the room in which the persona asks to join, shared with the stewards there."""
        return derive(self.seed, PERSONA_ROOM)

    def erase_token(self, rid: bytes) -> bytes:
        """What erases the record `rid` of this persona."""
        return derive(derive(self.seed, PERSONA_ERASE), PERSONA_ERASE, rid)

    def erase_hash(self, rid: bytes) -> bytes:
        return digest(TOKEN_HASH, self.erase_token(rid))
