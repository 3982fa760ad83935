"""Vectors of epoch keys, records and covers: spec §4.2, §4.5 and §5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jiwar.crypto import labels, sealing
from jiwar.keyring import epochs
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.record import Place
from jiwar.wire.canonical import Wire, encode
from spec.vectors.making import (
    DAY,
    FORGED,
    GOOD,
    KEY,
    MALFORMED,
    NO_MATCH,
    OBJ,
    OTHER,
    PLACE,
    RID,
    SHELF,
    STRANGER,
    WRITER,
    Value,
    pinned,
    some,
    write,
)


def epoch_keys() -> None:
    keys = epochs.begin(some(32, "epoch"), 3, SHELF, DAY, 41)
    at: dict[str, Value] = {"secret": some(32, "epoch"), "epoch": 3, "shelf": SHELF, "day": DAY, "begins": 41}
    write("epoch", "epoch", GOOD, "Everything that an epoch secret gives.", encode(keys), **at)
    chain = epochs.chain_of(keys, 30)
    for days in (0, 1, 45):
        half = some(32, f"half {days}")
        made = epochs.day_key(epochs.day_secrets(chain, chain.day + days)[-1], half)
        place: dict[str, Value] = {
            "chain": chain.secret,
            "chain_day": chain.day,
            "day": chain.day + days,
            "half": half,
        }
        write(f"day_key_after_{days}_days", "day key", GOOD, "Both halves.", made, keep=30, **place)


def records() -> None:
    key, seen, previous = KEY, (7, some(32, "root")), some(32, "previous")

    def seal(signed: record.SignedRecord | bytes) -> bytes:
        plain = signed if isinstance(signed, bytes) else encode(signed)
        return sealing.seal(key, labels.RECORD_SEAL, (*PLACE.sealed, RID), plain, random=pinned("record"))

    def sign(author: Persona, place: Place, kind: str = "topic") -> record.SignedRecord:
        bare = record.SignedRecord(kind, author.key, b"text", 2, *seen, previous, author.erase_hash(RID), b"")
        signature = author.sign(record._signed_bytes(place, RID, bare))
        return record.SignedRecord(kind, author.key, b"text", 2, *seen, previous, author.erase_hash(RID), signature)

    def at(place: Place) -> dict[str, Value]:
        slot = "own" if place.slot is None else str(place.slot)
        told: dict[str, Value] = {
            "circle": place.circle,
            "shelf": place.shelf,
            "obj": place.obj,
            "epoch": place.epoch,
            "day": place.day,
        }
        return {"key": KEY, **told, "keep": place.keep, "slot": slot}

    good = sign(WRITER, PLACE)
    beside = replace(PLACE, slot=9)
    write(
        "record",
        "record",
        GOOD,
        "A record in a slot of its own.",
        seal(good),
        **at(PLACE),
        rid=RID,
        result=encode(good),
    )
    write(
        "record_annotation",
        "record",
        GOOD,
        "A record beside number 9.",
        seal(sign(WRITER, beside)),
        **at(beside),
        rid=RID,
    )
    moved: dict[str, tuple[str, Value]] = {
        "object": ("obj", some(16, "x")),
        "shelf": ("shelf", some(16, "x")),
        "epoch": ("epoch", 3),
        "day": ("day", DAY + 1),
        "lane": ("keep", 365),
    }
    for what, (field, value) in moved.items():
        write(
            f"record_another_{what}",
            "record",
            NO_MATCH,
            f"Shown under another {what}.",
            seal(good),
            **{**at(PLACE), field: value},
            rid=RID,
        )
    write("record_another_id", "record", NO_MATCH, "Shown under another id.", seal(good), **at(PLACE), rid=OBJ)
    write(
        "record_another_key",
        "record",
        NO_MATCH,
        "Of another day or epoch.",
        seal(good),
        **{**at(PLACE), "key": OTHER},
        rid=RID,
    )
    write(
        "record_another_circle",
        "record",
        FORGED,
        "Signed for another circle.",
        seal(good),
        **{**at(PLACE), "circle": KEY},
        rid=RID,
    )
    write("record_another_slot", "record", FORGED, "Shown beside another record.", seal(good), **at(beside), rid=RID)
    claimed = record.SignedRecord(
        "topic", STRANGER.key, b"text", 2, *seen, previous, WRITER.erase_hash(RID), good.signature
    )
    write(
        "record_another_author", "record", FORGED, "Under somebody else's name.", seal(claimed), **at(PLACE), rid=RID
    )
    renamed = record.SignedRecord("reply", *(getattr(good, name) for name in good.__struct_fields__[1:]))
    write("record_another_kind", "record", FORGED, "The kind was changed.", seal(renamed), **at(PLACE), rid=RID)
    write(
        "record_of_something_else",
        "record",
        MALFORMED,
        "A good seal over another structure.",
        seal(b"\x90"),
        **at(PLACE),
        rid=RID,
    )
    write(
        "record_byte_after_the_end",
        "record",
        MALFORMED,
        "One byte too many.",
        seal(encode(good) + b"\0"),
        **at(PLACE),
        rid=RID,
    )
    covers(at)


def covers(at: Callable[[Place], dict[str, Value]]) -> None:
    head = record.next_head(record.FIRST_HEAD, RID, b"value")
    write(
        "head",
        "digest",
        GOOD,
        "The head after one record.",
        head,
        label=str(labels.HEAD),
        parts=(bytes(32), RID, record.row_digest(b"value")),
    )
    signed = record.SignedCover(b"fold", head, WRITER.key, WRITER.sign(record._cover_bytes(PLACE, head, b"fold")))

    def seal(cover: Wire) -> bytes:
        return sealing.seal(KEY, labels.COVER_SEAL, PLACE.sealed, encode(cover), random=pinned("cover"))

    write("cover", "cover", GOOD, "A cover.", seal(signed), **at(PLACE), result=encode(signed))
    write(
        "cover_another_object",
        "cover",
        NO_MATCH,
        "Shown over another object.",
        seal(signed),
        **{**at(PLACE), "obj": RID},
    )
    forged = record.SignedCover(b"told", head, WRITER.key, signed.signature)
    write("cover_another_fold", "cover", FORGED, "Another title.", seal(forged), **at(PLACE))
    stale = record.SignedCover(b"fold", bytes(32), WRITER.key, signed.signature)
    write("cover_another_head", "cover", FORGED, "Another head.", seal(stale), **at(PLACE))
