"""Vectors of the log's tree: spec §6."""

from __future__ import annotations

from jiwar.crypto import merkle
from jiwar.store.signed import record_leaf
from spec.vectors.making import (
    DAY,
    GOOD,
    KEY,
    OBJ,
    SHELF,
    UNPROVEN,
    Faults,
    Value,
    some,
    write,
)


def trees() -> None:
    leaves = [
        record_leaf(SHELF, number, OBJ, number, 0, DAY, 0, some(16, f"rid {number}"), b"value") for number in range(7)
    ]
    nodes: dict[tuple[int, int], bytes] = {}
    for number, leaf in enumerate(leaves):
        nodes.update(
            {(level, at): value for level, at, value in merkle.complete(number, leaf, lambda *at: nodes[at])}
        )

    def root(size: int) -> bytes:
        return merkle.root(size, lambda *at: nodes[at])

    path = merkle.inclusion(4, 7, lambda *at: nodes[at])
    here: dict[str, Value] = {"leaf": leaves[4], "index": 4, "size": 7, "root": root(7), "path": path}
    write("inclusion", "inclusion", GOOD, "Leaf 4 of 7.", **here)
    write(
        "inclusion_one_leaf",
        "inclusion",
        GOOD,
        "A tree of one leaf.",
        leaf=leaves[0],
        index=0,
        size=1,
        root=root(1),
        path=[],
    )
    faults: Faults = {
        "another_leaf": {"leaf": leaves[3]},
        "another_index": {"index": 5},
        "another_size": {"size": 6},
        "path_too_short": {"path": path[:-1]},
        "path_too_long": {"path": [*path, KEY]},
        "index_beyond_the_end": {"index": 7},
    }
    for fault, changed in faults.items():
        write(f"inclusion_{fault}", "inclusion", UNPROVEN, "Does not lead to the root.", **{**here, **changed})
    proof = merkle.consistency(3, 7, lambda *at: nodes[at])
    grown: dict[str, Value] = {"old": 3, "old_root": root(3), "new": 7, "new_root": root(7), "proof": proof}
    write("consistency", "consistency", GOOD, "From 3 to 7.", **grown)
    write(
        "consistency_nothing_new",
        "consistency",
        GOOD,
        "The same tree.",
        old=7,
        old_root=root(7),
        new=7,
        new_root=root(7),
        proof=[],
    )
    faults = {
        "another_past": {"old_root": KEY},
        "another_root": {"new_root": KEY},
        "shrunk": {"new": 2, "new_root": root(2)},
        "no_proof": {"proof": []},
        "same_size_another_root": {"old": 7, "old_root": root(6), "proof": []},
    }
    for fault, changed in faults.items():
        write(
            f"consistency_{fault}",
            "consistency",
            UNPROVEN,
            "Does not continue the tree that was seen.",
            **{**grown, **changed},
        )
