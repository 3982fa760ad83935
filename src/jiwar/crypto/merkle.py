"""Merkle trees with inclusion and consistency proofs, RFC 9162 §2.1, over leaves that are already hashes of rows.

Implements spec/protocol.md §6. Pure: nodes come from a function `node(level, index)`, level 0 being the leaves.
A node exists for every *complete* subtree; that is what a store keeps, two nodes for each leaf on average.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from jiwar.errors import BadProof
from jiwar.wire.frame import Part, join

Node = Callable[[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf(*parts: Part) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + join(*parts)).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete(size: int, leaf_hash: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """The complete nodes (level, index, hash) that the leaf after `size` leaves brings into being."""
    level, index, value = 0, size, leaf_hash
    yield level, index, value
    while index % 2 == 1:
        value = _pair(node(level, index - 1), value)
        level, index = level + 1, index // 2
        yield level, index, value


def root(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves."""
    return _hash(0, size, node) if size else EMPTY_ROOT


def _hash(start: int, size: int, node: Node) -> bytes:
    """The hash of `size` leaves from `start`, which is a multiple of the largest power of two ≤ size."""
    split = 1 << (size - 1).bit_length() - 1 if size > 1 else 1
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    return _pair(_hash(start, split, node), _hash(start + split, size - split, node))


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 9162 §2.1.3.1)."""
    return _path(index, 0, size, node)


def _path(index: int, start: int, size: int, node: Node) -> list[bytes]:
    if size == 1:
        return []
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return [*_path(index, start, split, node), _hash(start + split, size - split, node)]
    return [*_path(index - split, start + split, size - split, node), _hash(start, split, node)]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """The proof that the tree of `old` leaves is a prefix of that of `new` (RFC 9162 §2.1.4.1)."""
    if old == 0 or old == new:
        return []
    return _subproof(old, 0, new, True, node)


def _subproof(old: int, start: int, size: int, whole: bool, node: Node) -> list[bytes]:
    if old == size:
        return [] if whole else [_hash(start, size, node)]
    split = 1 << (size - 1).bit_length() - 1
    if old <= split:
        return [*_subproof(old, start, split, whole, node), _hash(start + split, size - split, node)]
    return [*_subproof(old - split, start + split, size - split, False, node), _hash(start, split, node)]


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: list[bytes], expected_root: bytes) -> None:
    """Raises BadProof unless `path` leads from the leaf to the root (RFC 9162 §2.1.3.2)."""
    if index >= size:
        raise BadProof
    place, last, value = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            raise BadProof
        if place % 2 == 1 or place == last:
            value = _pair(sibling, value)
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            value = _pair(value, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or value != expected_root:
        raise BadProof


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> None:
    """Raises BadProof unless the new tree extends the old one (RFC 9162 §2.1.4.2)."""
    if old > new:
        raise BadProof
    if old == new or old == 0:
        if proof or (old == new and old_root != new_root):
            raise BadProof
        return
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        raise BadProof
    place, last = old - 1, new - 1
    while place % 2 == 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof
        if place % 2 == 1 or place == last:
            first, second = _pair(step, first), _pair(step, second)
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            second = _pair(second, step)
        place, last = place >> 1, last >> 1
    if last != 0 or first != old_root or second != new_root:
        raise BadProof
