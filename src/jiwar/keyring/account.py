"""Accounts: from phrase to keyring and back, with the companion row that every account is born with.

Implements spec/protocol.md §3.2 and §3.3. Both rows of an account have one size, are read and sealed anew at every
login, and nothing in the store says which is whose.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive, stretch
from jiwar.crypto.labels import ACCOUNT_INNER, ACCOUNT_LOCATOR, ROW
from jiwar.crypto.random import Random, system_random
from jiwar.crypto.sealing import SEAL_OVERHEAD, seal, unseal
from jiwar.errors import KeyringFull
from jiwar.keyring.model import Keyring, Settings
from jiwar.wire.canonical import decode, encode

KEYRING_SIZE = 32_768
INNER_SIZE = KEYRING_SIZE + SEAL_OVERHEAD
FIRST_SETTINGS = Settings()


@dataclass(frozen=True)
class Access:
    """What opens one account row. `hub_id` binds it to this hub."""

    locator: bytes
    unlock: bytes
    hub_id: bytes

    @classmethod
    def of_phrase(cls, phrase: int, hub_id: bytes) -> Access:
        """Slow on purpose (Argon2id)."""
        stretched = stretch(phrase, hub_id)
        return cls(derive(stretched[:32], ACCOUNT_LOCATOR), stretched[32:], hub_id)

    def seal(self, keyring: Keyring, random: Random = system_random) -> bytes:
        """The row's inner value. Raises KeyringFull."""
        plain = encode(keyring)
        if len(plain) >= KEYRING_SIZE:
            raise KeyringFull
        context = (self.locator, self.hub_id)
        return seal(self.unlock, ACCOUNT_INNER, context, plain, size=KEYRING_SIZE, random=random)

    def open(self, inner: bytes) -> Keyring:
        """Raises Unopenable, NotCanonical."""
        return decode(unseal(self.unlock, ACCOUNT_INNER, (self.locator, self.hub_id), inner), Keyring)


def inner_digest(inner: bytes) -> bytes:
    """What a compare-and-swap of a row is made against."""
    return digest(ROW, inner)


@dataclass(frozen=True)
class Newborn:
    """A new account: its keyring, and the sealed values of its two rows."""

    keyring: Keyring
    rows: tuple[tuple[bytes, bytes], tuple[bytes, bytes]]


def new_account(
    access: Access, random: Random = system_random, settings: Settings = FIRST_SETTINGS, day: int = 0
) -> Newborn:
    """An account and its companion.

    The companion is random bytes until somebody fills it, and is known by its locator alone: a keyring that could
    open the other one would betray the owner of a decoy.
    """
    companion = random(32)
    keyring = Keyring(version=1, edition=0, root=random(32), companion=companion, settings=settings, made=day)
    rows = ((access.locator, access.seal(keyring, random)), (companion, random(INNER_SIZE)))
    return Newborn(keyring, rows)
