"""Vectors of envelopes, letters, transfer cells and rotations: spec §2.6, §4.4 and §8."""

from __future__ import annotations

from jiwar.circles import letters, transfer
from jiwar.crypto import envelopes, labels, signing
from jiwar.crypto.hashing import digest
from jiwar.keyring import epochs
from jiwar.store.contract import Mail, Rotation
from jiwar.store.signed import rotation_message
from jiwar.wire.canonical import encode
from spec.vectors.making import (
    CIRCLE,
    DAY,
    FORGED,
    GOOD,
    KEY,
    MALFORMED,
    NO_MATCH,
    OBJ,
    RID,
    SEED,
    SHELF,
    STRANGER,
    UNPROVEN,
    WRITER,
    Faults,
    Value,
    flipped,
    frozen,
    pinned,
    some,
    write,
)


def sealed_to_somebody() -> None:
    key, info = envelopes.public_key(SEED), b"purpose"
    raw = frozen(
        "envelope", lambda raw: envelopes.open_with(SEED, info, raw), lambda: envelopes.seal_to(key, info, b"text")
    )
    write("envelope", "envelope", GOOD, "Hybrid HPKE.", raw, seed=SEED, info=info, result=b"text")
    write("envelope_another_recipient", "envelope", FORGED, "For somebody else.", raw, seed=some(96, "x"), info=info)
    write("envelope_another_purpose", "envelope", FORGED, "For another purpose.", raw, seed=SEED, info=b"other")
    write("envelope_lattice_part_changed", "envelope", FORGED, "One bit.", flipped(raw, 5), seed=SEED, info=info)
    write("envelope_curve_part_changed", "envelope", FORGED, "One bit.", flipped(raw, 1_100), seed=SEED, info=info)
    write(
        "envelope_too_short",
        "envelope",
        MALFORMED,
        "Shorter than an encapsulation.",
        raw[:1_135],
        seed=SEED,
        info=info,
    )
    inbox, to = WRITER.inbox("keys"), WRITER.kem_seed

    def open_letter(value: bytes) -> object:
        return letters.read_letter(to, "keys", inbox, Mail(RID, DAY, value))

    def new_letter() -> bytes:
        mail = letters.write_letter(STRANGER, CIRCLE, "keys", WRITER.kem_key, inbox, DAY, b"text", lambda size: RID)
        return mail.value

    letter = frozen("letter", open_letter, new_letter)
    at: dict[str, Value] = {"seed": to, "purpose": "keys", "inbox": inbox, "eid": RID, "day": DAY}
    write("letter", "letter", GOOD, "A letter.", letter, **at, sender=STRANGER.key, result=b"text")
    faults: Faults = {
        "another_purpose": {"purpose": "report"},
        "another_box": {"inbox": KEY},
        "another_day": {"day": DAY + 1},
        "another_recipient": {"seed": SEED},
    }
    for fault, changed in faults.items():
        write(f"letter_{fault}", "letter", FORGED, "Not what it was sealed for.", letter, **{**at, **changed})
    write("letter_another_id", "letter", FORGED, "Left again under another id.", letter, **{**at, "eid": OBJ})
    cells()


def cells() -> None:
    old = epochs.begin(some(32, "epoch"), 3, SHELF, DAY, 41)
    at: dict[str, Value] = {"circle": CIRCLE, "shelf": SHELF, "epoch": 3, "transfer_key": old.transfer}

    def make() -> bytes:
        secret = some(32, "next epoch")
        return transfer.make_cell(CIRCLE, SHELF, old, secret, 50, DAY + 9, WRITER, [WRITER.kem_key], pinned("cell"))

    class Shelf:
        def __init__(self, raw: bytes) -> None:
            self.transfer = lambda *_: raw

    raw = frozen("transfer", lambda raw: transfer.follow(Shelf(raw), CIRCLE, SHELF, old, WRITER), make)  # type: ignore[arg-type]
    begun = epochs.begin(some(32, "next epoch"), 4, SHELF, DAY + 9, 50)
    write(
        "transfer",
        "transfer",
        GOOD,
        "A cell with a slot for this member.",
        raw,
        **at,
        begins=41,
        seed=WRITER.seed,
        steward=WRITER.key,
        result=encode(begun),
    )
    write(
        "transfer_no_slot",
        "transfer",
        NO_MATCH,
        "No slot for this member: they are out.",
        raw,
        **at,
        begins=41,
        seed=STRANGER.seed,
    )
    write(
        "transfer_another_epoch",
        "transfer",
        NO_MATCH,
        "Of another epoch.",
        raw,
        **{**at, "epoch": 4},
        begins=41,
        seed=WRITER.seed,
    )
    write(
        "transfer_another_circle",
        "transfer",
        NO_MATCH,
        "Of another circle.",
        raw,
        **{**at, "circle": KEY},
        begins=41,
        seed=WRITER.seed,
    )
    write(
        "transfer_begins_too_early",
        "transfer",
        UNPROVEN,
        "Begins before the epoch that it ends.",
        raw,
        **at,
        begins=51,
        seed=WRITER.seed,
    )
    hashes = digest(labels.TOKEN_HASH, begun.read), digest(labels.TOKEN_HASH, begun.append)
    seed, cell = some(32, "control"), some(300, "cell")
    bare = Rotation(SHELF, 3, 50, KEY, *hashes, some(32, "next control"), cell, b"")
    signature = signing.sign(seed, rotation_message(bare))
    told: dict[str, Value] = {
        "shelf": SHELF,
        "epoch": 3,
        "size": 50,
        "root": KEY,
        "read_hash": hashes[0],
        "append_hash": hashes[1],
        "next_control": bare.control,
        "control": signing.public_key(seed),
        "signature": signature,
    }
    write("rotation", "rotation", GOOD, "A rotation.", cell, **told)
    faults: Faults = {
        "another_size": {"size": 51},
        "another_control_key": {"next_control": KEY},
        "another_shelf": {"shelf": OBJ},
    }
    for fault, changed in faults.items():
        write(f"rotation_{fault}", "rotation", FORGED, "Signed for something else.", cell, **{**told, **changed})
    write("rotation_another_cell", "rotation", FORGED, "The cell was exchanged.", flipped(cell, 0), **told)
