"""RFC 9162 trees: known answers, every proof up to 64 leaves, and proofs that were tampered with."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.crypto.merkle import (
    EMPTY_ROOT,
    complete,
    consistency,
    inclusion,
    leaf,
    root,
    verify_consistency,
    verify_inclusion,
)
from jiwar.errors import BadProof

MOST = 64
# The test inputs of certificate transparency and their roots.
KNOWN_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dcaa7fd3e3d6f4c5f5d0ac0a0f1bb1b0f15ea9ca12b1e1a0e7d5d9a1dbd8d7b",
]


class Tree:
    """A tree as a store keeps it."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0
        for one in leaves:
            for level, index, value in complete(self.size, one, self.node):
                self.nodes[level, index] = value
            self.size += 1

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def root(self, size: int) -> bytes:
        return root(size, self.node)


LEAVES = [leaf(number) for number in range(MOST)]
TREE = Tree(LEAVES)


def _raw_leaf(data: bytes) -> bytes:
    import hashlib

    return hashlib.sha256(b"\0" + data).digest()


@pytest.mark.parametrize("size", range(1, 8))
def test_roots_of_the_known_tree(size: int) -> None:
    tree = Tree([_raw_leaf(bytes.fromhex(text)) for text in KNOWN_LEAVES[:size]])
    assert tree.root(size).hex() == KNOWN_ROOTS[size - 1]


def test_root_of_nothing() -> None:
    assert TREE.root(0) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_tree_keeps_two_nodes_a_leaf_at_most() -> None:
    assert len(TREE.nodes) == 2 * MOST - 1


def test_every_inclusion_proof_holds() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, inclusion(index, size, TREE.node), TREE.root(size))


def test_every_consistency_proof_holds() -> None:
    for old, new in product(range(MOST + 1), repeat=2):
        if old <= new:
            proof = consistency(old, new, TREE.node)
            verify_consistency(old, TREE.root(old), new, TREE.root(new), proof)


@given(st.data())
def test_an_inclusion_proof_of_something_else_is_refused(data) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, TREE.node)
    faults = {
        "leaf": (LEAVES[(index + 1) % MOST], index, size, path, TREE.root(size)),
        "root": (LEAVES[index], index, size, path, TREE.root(size - 1)),
        "index": (LEAVES[index], size, size, path, TREE.root(size)),
        "longer": (LEAVES[index], index, size, [*path, LEAVES[0]], TREE.root(size)),
        "shorter": (LEAVES[index], index, size, path[:-1], TREE.root(size)) if path else None,
        "neighbour": (LEAVES[index], index ^ 1, size, path, TREE.root(size)) if path else None,
        "changed": (LEAVES[index], index, size, _changed(path, data), TREE.root(size)) if path else None,
    }
    fault = faults[data.draw(st.sampled_from(sorted(faults)))]
    if fault is not None:
        with pytest.raises(BadProof):
            verify_inclusion(*fault)


def _changed(proof: list[bytes], data) -> list[bytes]:
    place = data.draw(st.integers(0, len(proof) - 1))
    return [one if i != place else bytes(32) for i, one in enumerate(proof)]


@given(st.data())
def test_a_consistency_proof_of_something_else_is_refused(data) -> None:
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency(old, new, TREE.node)
    roots = TREE.root(old), TREE.root(new)
    faults = {
        "old root": (old, bytes(32), new, roots[1], proof),
        "new root": (old, roots[0], new, bytes(32), proof),
        "swapped": (new, roots[1], old, roots[0], proof),
        "longer": (old, roots[0], new, roots[1], [*proof, LEAVES[0]]),
        "shorter": (old, roots[0], new, roots[1], proof[:-1]),
        "empty": (old, roots[0], new, roots[1], []),
        "changed": (old, roots[0], new, roots[1], _changed(proof, data)),
    }
    with pytest.raises(BadProof):
        verify_consistency(*faults[data.draw(st.sampled_from(sorted(faults)))])


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [(3, 3, [bytes(32)]), (0, 3, [bytes(32)]), (3, 2, [])],
    ids=["a proof of nothing new", "a proof from nothing", "a tree that shrank"],
)
def test_a_proof_where_none_is_needed_is_refused(old: int, new: int, proof: list[bytes]) -> None:
    with pytest.raises(BadProof):
        verify_consistency(old, TREE.root(old), new, TREE.root(new), proof)


def test_the_same_size_with_another_root_is_refused() -> None:
    with pytest.raises(BadProof):
        verify_consistency(3, TREE.root(3), 3, TREE.root(4), [])


@given(st.integers(1, MOST), st.integers(0, MOST - 1))
def test_a_tree_with_one_other_leaf_is_not_consistent(size: int, place: int) -> None:
    other = Tree([*LEAVES[:place], leaf("other"), *LEAVES[place + 1 :]])
    proof = consistency(size, MOST, other.node) if size < MOST else []
    if place < size:
        with pytest.raises(BadProof):
            verify_consistency(size, TREE.root(size), MOST, other.root(MOST), proof)
    else:
        verify_consistency(size, TREE.root(size), MOST, other.root(MOST), proof)
