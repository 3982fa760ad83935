"""The transfer cell: how those who stay get the next epoch's secret, and nobody else.

Implements spec/protocol.md §4.4. One cell on the shelf, sealed under the old epoch, with one hybrid envelope for each
member who stays and enough fillers that the store sees a size class, not a number of people.

Everybody who held the old epoch can seal such a cell, whoever was removed among them. So it carries a signature: an
epoch counts only when somebody began it who was a steward at its first number (`circles.circle`).
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.crypto import envelopes, signing
from jiwar.crypto.labels import EPOCH_BEGIN, EPOCH_TRANSFER
from jiwar.crypto.random import Random
from jiwar.crypto.sealing import seal, unseal
from jiwar.errors import BadProof, NotCanonical, Removed, Unopenable
from jiwar.keyring.epochs import EpochKeys, begin
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Store
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join

SMALLEST_CLASS = 16


class Transfer(Wire, frozen=True):
    """What the cell holds; `day` is the first day of the next epoch, `begins` its first number."""

    day: int
    begins: int
    steward: bytes
    signature: bytes
    slots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """An epoch as a cell gives it, and who says that it began."""

    keys: EpochKeys
    steward: bytes


def size_class(members: int) -> int:
    """The number of slots for so many members: the next of 16, 32, 64, …"""
    size = SMALLEST_CLASS
    while size < members:
        size *= 2
    return size


def _info(circle: bytes, epoch: int) -> bytes:
    return join(EPOCH_TRANSFER, circle, epoch)


def _signed_bytes(circle: bytes, shelf: bytes, keys: EpochKeys, day: int) -> bytes:
    return join(EPOCH_BEGIN, circle, shelf, keys.epoch, keys.commitment, keys.begins, day)


def make_cell(
    circle: bytes,
    shelf: bytes,
    old: EpochKeys,
    secret: bytes,
    begins: int,
    day: int,
    steward: Persona,
    kem_keys: list[bytes],
    random: Random,
) -> bytes:
    """Seal the next epoch's secret for every key given."""
    keys = begin(secret, old.epoch + 1, shelf, day, begins)
    signature = steward.sign(_signed_bytes(circle, shelf, keys, day))
    info = _info(circle, old.epoch)
    slots = [envelopes.seal_to(key, info, secret) for key in kem_keys]
    fillers = size_class(len(slots)) - len(slots)
    slots += [
        envelopes.seal_to(envelopes.public_key(random(envelopes.SEED)), info, random(32)) for _ in range(fillers)
    ]
    slots.sort()
    cell = Transfer(day, begins, steward.key, signature, tuple(slots))
    return seal(old.transfer, EPOCH_TRANSFER, (shelf, old.epoch), encode(cell), random=random)


def _read(raw: bytes) -> Transfer:
    """Raises BadProof for what `make_cell` can't have made: a steward's own program may put anything there, and who
    opens their other circles must not be stopped by it.
    """
    try:
        plain = decode(raw, Transfer)
    except NotCanonical:
        raise BadProof from None
    if plain.day < 0 or plain.begins < 0:
        raise BadProof
    return plain


def follow(store: Store, circle: bytes, shelf: bytes, old: EpochKeys, persona: Persona) -> Begun:
    """The epoch after `old`.

    Raises NotThere when there is none, Removed when there is no slot for this persona, Unopenable, BadSignature,
    BadProof.
    """
    cell = store.transfer(shelf, old.epoch, old.read)
    plain = _read(unseal(old.transfer, EPOCH_TRANSFER, (shelf, old.epoch), cell))
    info = _info(circle, old.epoch)
    for slot in plain.slots:
        try:
            secret = envelopes.open_with(persona.kem_seed, info, slot)
        except Unopenable:
            continue
        if plain.begins < old.begins:
            raise BadProof
        keys = begin(secret, old.epoch + 1, shelf, plain.day, plain.begins)
        signing.verify(plain.steward, plain.signature, _signed_bytes(circle, shelf, keys, plain.day))
        return Begun(keys, plain.steward)
    raise Removed
