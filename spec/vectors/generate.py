"""Writes the test vectors: `python -m spec.vectors.generate`. No difference unless the protocol has changed.

A file for each case; README.md says what is in one. Randomness is pinned. What holds an encapsulation can't be: those
files stay as they are, as long as they open, and what is wrong in others of their kind is cut from them.
"""

from __future__ import annotations

from spec.vectors import accounts, circles, envelopes, primitives, records, trees, trusted_keys
from spec.vectors.making import HERE, WRITTEN

PARTS = (
    primitives.frames,
    primitives.structures,
    primitives.hashes_and_keys,
    primitives.seals,
    trusted_keys.public_keys,
    accounts.accounts,
    accounts.secrets,
    records.epoch_keys,
    records.records,
    trees.trees,
    envelopes.sealed_to_somebody,
    circles.invitations_and_names,
    circles.folds,
)


def main() -> None:
    """Write every file, and remove those that no case writes any more."""
    for part in PARTS:
        part()
    for path in HERE.glob("*.txt"):
        if path.stem not in WRITTEN:
            path.unlink()
    print(f"{len(WRITTEN)} vectors.")


if __name__ == "__main__":
    main()
