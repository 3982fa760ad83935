"""Vectors of frames, structures, hashes, keys and seals: spec §1 and §2."""

from __future__ import annotations

from jiwar.crypto import handles, kdf, labels, sealing
from jiwar.crypto.hashing import digest
from jiwar.keyring import phrase
from jiwar.keyring.account import Access
from jiwar.keyring.model import Mark
from jiwar.wire.canonical import encode
from jiwar.wire.frame import Part, join, pad
from spec.vectors.making import (
    FORGED,
    GOOD,
    KEY,
    MALFORMED,
    NO_MATCH,
    OBJ,
    OTHER,
    RID,
    SHELF,
    WRITER,
    Value,
    flipped,
    pinned,
    some,
    write,
)


def frames() -> None:
    mixed: tuple[Part, ...] = (b"\x00\x01", "نخلة", 258, b"")
    write("join", "join", GOOD, "Bytes, a text, a number, and nothing.", join(*mixed), parts=mixed)
    write("join_nothing", "join", GOOD, "No part at all.", b"", parts=())
    for size in (0, 254, 255, 256, 1_000):
        plain = some(size, "plain")
        write(f"pad_{size}_bytes", "unpad", GOOD, f"{size} bytes.", pad(plain), result=plain)
    write("pad_ends_in_marker", "unpad", GOOD, "A text that looks padded.", pad(b"\x80\x00"), result=b"\x80\x00")
    faults = {"nothing": b"", "zeros": bytes(256), "no_marker": pad(b"text").replace(b"\x80", b"\x81")}
    for fault, raw in faults.items():
        write(f"pad_{fault}", "unpad", MALFORMED, "Nothing that a writer pads looks like this.", raw)


def structures() -> None:
    good = encode(Mark(OBJ, 7))
    write("mark", "mark", GOOD, "Sixteen bytes and a small number.", good, obj=OBJ, number=7)
    write(
        "mark_large_number",
        "mark",
        GOOD,
        "The largest number.",
        encode(Mark(b"", 2**64 - 1)),
        obj=b"",
        number=2**64 - 1,
    )
    faults = {
        "long_array_header": b"\xdc\x00\x02" + good[1:],
        "long_bytes_header": b"\x92\xc5\x00\x10" + good[3:],
        "long_number": good[:-1] + b"\xcc\x07",
        "text_for_bytes": b"\x92\xb0" + bytes(16) + b"\x07",
        "fraction_for_number": good[:-1] + b"\xcb@\x1c" + bytes(6),
        "field_missing": b"\x91" + good[1:-1],
        "field_too_many": b"\x93" + good[1:] + b"\x00",
        "byte_after_the_end": good + b"\x00",
        "cut_short": good[:-1],
        "map": b"\x82\xa3obj" + good[1:-1] + b"\xa6number\x07",
        "nothing": b"",
    }
    for fault, raw in faults.items():
        write(
            f"mark_{fault}", "mark", MALFORMED, "Decodes in a lenient reader, and is not what a writer writes.", raw
        )


def hashes_and_keys() -> None:
    parts: tuple[Part, ...] = (b"one", "two", 3)
    write("digest", "digest", GOOD, "H.", digest(labels.ROW, *parts), label=str(labels.ROW), parts=parts)
    made = kdf.derive(KEY, labels.EPOCH_READ, SHELF)
    write("derive", "derive", GOOD, "K.", made, key=KEY, label=str(labels.EPOCH_READ), parts=(SHELF,), length=32)
    long = kdf.derive(KEY, labels.PERSONA_KEM, length=96)
    write(
        "derive_96_bytes",
        "derive",
        GOOD,
        "K, longer than a hash.",
        long,
        key=KEY,
        label=str(labels.PERSONA_KEM),
        parts=(),
        length=96,
    )
    number = phrase.new_phrase(pinned("phrase"))
    hub = some(16, "hub")
    access = Access.of_phrase(number, hub)
    write("stretch", "stretch", GOOD, "The slow hash.", access.locator + access.unlock, phrase=number, hub=hub)
    persona: dict[str, Value] = {
        "key": WRITER.key,
        "kem": WRITER.kem_key,
        "inbox": WRITER.inbox("keys"),
        "erase": WRITER.erase_token(RID),
    }
    write("persona", "persona", GOOD, "Keys of one seed.", b"", seed=WRITER.seed, purpose="keys", rid=RID, **persona)
    text = handles.name(KEY, OBJ)
    write("name", "name", GOOD, "An id as it stands in an address.", OBJ, key=KEY, text=text)
    faults = {
        "another_session": (OTHER, text),
        "padded": (KEY, text + "="),
        "cut_short": (KEY, text[:-2]),
        "empty": (KEY, ""),
    }
    for fault, (key, written) in faults.items():
        write(f"name_{fault}", "name", NO_MATCH, "The name of nothing.", b"", key=key, text=written)


def seals() -> None:
    context: tuple[Part, ...] = (SHELF, 7)
    plain = b"a text of thirty-one characters"
    good = sealing.seal(KEY, labels.RECORD_SEAL, context, plain, random=pinned("seal"))
    at: dict[str, Value] = {"key": KEY, "label": str(labels.RECORD_SEAL), "parts": context}
    write("seal", "seal", GOOD, "The committing seal.", good, **at, result=plain)
    write("seal_another_key", "seal", NO_MATCH, "Sealed under another key.", good, **{**at, "key": OTHER})
    write(
        "seal_another_label",
        "seal",
        NO_MATCH,
        "Sealed for another purpose.",
        good,
        **{**at, "label": str(labels.COVER_SEAL)},
    )
    write("seal_another_place", "seal", NO_MATCH, "Sealed for another place.", good, **{**at, "parts": (SHELF, 8)})
    write("seal_salt_changed", "seal", NO_MATCH, "One bit of the salt.", flipped(good, 0), **at)
    write("seal_commitment_changed", "seal", NO_MATCH, "One bit of the commitment.", flipped(good, 40), **at)
    write("seal_text_changed", "seal", FORGED, "One bit of the text.", flipped(good, 70), **at)
    write("seal_tag_changed", "seal", FORGED, "One bit of the tag.", flipped(good, len(good) - 1), **at)
    write("seal_cut_short", "seal", FORGED, "One byte is missing.", good[:-1], **at)
    write("seal_too_short", "seal", MALFORMED, "Shorter than salt, commitment and tag.", good[:79], **at)
    write(
        "seal_not_padded",
        "seal",
        MALFORMED,
        "A good seal over a text without padding.",
        _unpadded(context, plain),
        **at,
    )
    name = b"row"
    outer = sealing.seal_outer(KEY, name, plain, pinned("outer"))
    write("outer", "outer", GOOD, "The outer seal.", outer, key=KEY, name=name, result=plain)
    write("outer_another_row", "outer", FORGED, "Of another row.", outer, key=KEY, name=b"another row")
    write("outer_another_key", "outer", FORGED, "Under another secret.", outer, key=OTHER, name=name)
    write("outer_changed", "outer", FORGED, "One bit.", flipped(outer, 20), key=KEY, name=name)
    write("outer_too_short", "outer", MALFORMED, "Shorter than nonce and tag.", outer[:27], key=KEY, name=name)


def _unpadded(context: tuple[Part, ...], plain: bytes) -> bytes:
    """A seal made by hand, without the padding."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

    salt, info = some(32, "salt"), join(labels.RECORD_SEAL, *context)
    derived = kdf.derive_salted(KEY, salt, info, 64)
    return salt + derived[32:] + AESGCMSIV(derived[:32]).encrypt(bytes(12), plain, info)
