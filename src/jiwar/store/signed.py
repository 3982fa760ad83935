"""The bytes that control keys sign, that the log's tree hashes, and that writers compare.

Implements spec/protocol.md §4.4, §5.3, §6.1 and §7.2. Pure; writers and verifiers call the same functions.
"""

from __future__ import annotations

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import DROP, ERASE_BY_CONTROL, ROTATION, ROW, TRANSFER_HASH
from jiwar.crypto.merkle import leaf
from jiwar.store.contract import Cover, Rotation
from jiwar.wire.frame import join


def rotation_message(rotation: Rotation) -> bytes:
    """What the control key of the ending epoch signs."""
    return join(
        ROTATION,
        rotation.shelf,
        rotation.epoch,
        rotation.size,
        rotation.root,
        rotation.read_hash,
        rotation.append_hash,
        rotation.control,
        digest(TRANSFER_HASH, rotation.transfer),
    )


def drop_message(shelf: bytes) -> bytes:
    """What the control key signs to remove a shelf."""
    return join(DROP, shelf)


def erase_message(shelf: bytes, obj: bytes, slot: int, number: int) -> bytes:
    """What the control key signs to erase somebody's record."""
    return join(ERASE_BY_CONTROL, shelf, obj, slot, number)


def record_leaf(
    shelf: bytes,
    number: int,
    obj: bytes,
    slot: int,
    epoch: int,
    day: int,
    keep: int,
    rid: bytes,
    value: bytes,
) -> bytes:
    """The leaf of a record: everything the row says about it, and its value by hash, so that erasing keeps
    it."""
    return leaf(shelf, number, obj, slot, epoch, day, keep, rid, digest(ROW, value))


def object_seen(head: int, cover: Cover) -> bytes:
    """An object's row as a writer saw it, for compare-and-swap. Nothing of it is stored: it is made of the row."""
    return digest(ROW, head, cover.epoch, cover.day, cover.keep, cover.value)
