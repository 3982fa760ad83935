"""Vectors of public keys and signatures: spec §2.5 and §2.6."""

from __future__ import annotations

from jiwar.crypto import envelopes
from spec.vectors.making import (
    FORGED,
    GOOD,
    MALFORMED,
    SEED,
    STRANGER,
    WRITER,
    flipped,
    write,
)


def public_keys() -> None:
    prime, high = 2**255 - 19, 1 << 255
    eight = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    write("signing_key", "signing key", GOOD, "A key like any.", WRITER.key)
    bad = {
        "order_1": 1,
        "order_2": prime - 1,
        "order_4": 0,
        "order_4_negative": high,
        "order_8": eight,
        "order_8_negative": eight | high,
        "order_8_second": prime - eight,
        "order_8_second_negative": prime - eight | high,
        "order_1_with_sign": 1 | high,
        "order_2_with_sign": prime - 1 | high,
        "not_canonical_0": prime,
        "not_canonical_1": prime + 1,
        "not_canonical_largest": 2**255 - 1,
    }
    for fault, point in bad.items():
        write(
            f"signing_key_{fault}", "signing key", MALFORMED, "Must not enter a roster.", point.to_bytes(32, "little")
        )
    write("signing_key_too_short", "signing key", MALFORMED, "31 bytes.", WRITER.key[:31])
    public = envelopes.public_key(SEED)
    write("kem_key", "kem key", GOOD, "A key like any.", public)
    for fault, u in {"zero": 0, "one": 1, "minus_one": prime - 1, "prime": prime}.items():
        raw = public[:1184] + u.to_bytes(32, "little")
        write(f"kem_key_curve_point_{fault}", "kem key", MALFORMED, "Nothing can be sealed to it.", raw)
    write(
        "kem_key_lattice_part_too_large",
        "kem key",
        MALFORMED,
        "No encapsulation key.",
        b"\xff" * 1184 + public[1184:],
    )
    write("kem_key_too_short", "kem key", MALFORMED, "1,215 bytes.", public[:-1])
    signature, message = WRITER.sign(b"text"), b"text"
    write("signature", "signature", GOOD, "Ed25519.", signature, key=WRITER.key, message=message)
    write(
        "signature_another_key",
        "signature",
        FORGED,
        "By somebody else.",
        signature,
        key=STRANGER.key,
        message=message,
    )
    write(
        "signature_another_message",
        "signature",
        FORGED,
        "Over something else.",
        signature,
        key=WRITER.key,
        message=b"test",
    )
    write(
        "signature_changed", "signature", FORGED, "One bit.", flipped(signature, 0), key=WRITER.key, message=message
    )
