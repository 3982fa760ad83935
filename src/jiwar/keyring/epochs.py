"""What an epoch secret gives, and what of it a keyring may keep.

Implements spec/protocol.md §4.2 and §4.5. `e_n` itself is never kept: it would give back every day.
- A *lane* is a length of keeping, in days. Each lane has its own chain of day secrets, one step a day, forwards only;
  a keyring holds the chain at the oldest day that is still kept.
- A day key needs the chain and the hub's half of that day; the hub destroys its half when the day has expired.
- `KEPT` (0) is the lane of what doesn't expire: its key is the record key.
"""

from __future__ import annotations

import msgspec

from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import (
    CHAIN_NEXT,
    DAY_KEY,
    EPOCH_APPEND,
    EPOCH_CHAIN,
    EPOCH_COMMIT,
    EPOCH_READ,
    EPOCH_RECORD,
    EPOCH_TRANSFER,
)
from jiwar.errors import Unopenable
from jiwar.wire.canonical import Wire

LANES = (1, 7, 30, 90, 365)
FURTHEST = 36_600
"""Days that a chain is moved on at once, at most: a century."""


class Chain(Wire, frozen=True):
    """One lane of an epoch: the chain secret of `day`."""

    keep: int
    day: int
    secret: bytes


class EpochKeys(Wire, frozen=True):
    """One epoch as a keyring holds it. `begins` is the number of its first record: before it and after the first
    number of the next epoch nothing of this one stands. `last` is the last day of an epoch that is over.
    """

    epoch: int
    record: bytes
    transfer: bytes
    read: bytes
    append: bytes
    commitment: bytes
    begins: int
    chains: tuple[Chain, ...]
    last: int = 0


def begin(secret: bytes, epoch: int, shelf: bytes, day: int, begins: int = 0) -> EpochKeys:
    """Everything that the epoch secret gives. Chains start early enough to annotate what is still kept on `day`."""
    return EpochKeys(
        epoch=epoch,
        record=derive(secret, EPOCH_RECORD),
        transfer=derive(secret, EPOCH_TRANSFER),
        read=derive(secret, EPOCH_READ, shelf),
        append=derive(secret, EPOCH_APPEND, shelf),
        commitment=digest(EPOCH_COMMIT, secret),
        begins=begins,
        chains=tuple(Chain(keep, day - keep, derive(secret, EPOCH_CHAIN, keep)) for keep in LANES),
    )


def put_by(keys: EpochKeys, last: int) -> EpochKeys:
    """What is kept of an epoch once the next has begun: enough to read it, nothing that opens its transfer cell."""
    return msgspec.structs.replace(keys, transfer=b"", read=b"", append=b"", last=keys.last or last)


def as_of(keys: EpochKeys) -> int:
    """A day on which these keys were held: not before the epoch's first."""
    return max((chain.day + chain.keep for chain in keys.chains), default=0)


def together(ours: EpochKeys, theirs: EpochKeys) -> EpochKeys:
    """One epoch as two sessions of a member hold it: what either has forgotten stays forgotten."""
    later = {chain.keep: chain for chain in theirs.chains}
    chains = tuple(
        max(chain, later[chain.keep], key=lambda one: one.day) for chain in ours.chains if chain.keep in later
    )
    return msgspec.structs.replace(ours, chains=chains, last=ours.last or theirs.last)


def forget_expired(keys: EpochKeys, today: int) -> EpochKeys:
    """Move every chain up to the oldest day still kept, and let go of those of which no day is; the same keys when
    there is nothing to forget. Raises Unopenable.
    """
    held = tuple(chain for chain in keys.chains if not keys.last or keys.last + chain.keep >= today)
    if len(held) == len(keys.chains) and all(chain.day >= today - chain.keep for chain in held):
        return keys
    return msgspec.structs.replace(
        keys, chains=tuple(_moved(chain, max(chain.day, today - chain.keep)) for chain in held)
    )


def without_past(keys: EpochKeys, today: int) -> EpochKeys:
    """What a newcomer gets who is not to read back: chains from today on."""
    return msgspec.structs.replace(keys, chains=tuple(_moved(chain, max(chain.day, today)) for chain in keys.chains))


def _moved(chain: Chain, day: int) -> Chain:
    """Raises Unopenable for a walk that nobody's absence explains: a day that somebody made up would never end."""
    if day - chain.day > FURTHEST:
        raise Unopenable
    secret = chain.secret
    for _ in range(day - chain.day):
        secret = derive(secret, CHAIN_NEXT)
    return Chain(chain.keep, day, secret)


def chain_of(keys: EpochKeys, keep: int) -> Chain:
    """The chain of a lane. Raises Unopenable for a lane that there is not."""
    for chain in keys.chains:
        if chain.keep == keep:
            return chain
    raise Unopenable


def day_secrets(chain: Chain, last: int) -> list[bytes]:
    """The members' halves of every day from the chain's own to `last`, in one walk."""
    secrets = [chain.secret]
    for _ in range(last - chain.day):
        secrets.append(derive(secrets[-1], CHAIN_NEXT))
    return secrets


def day_key(member_half: bytes, hub_half: bytes) -> bytes:
    """The key of one day of a lane."""
    return derive(member_half + hub_half, DAY_KEY)
