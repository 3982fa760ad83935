"""What every generator of vectors needs: pinned randomness, and one file a case."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from jiwar.crypto import envelopes
from jiwar.errors import JiwarError
from jiwar.keyring.persona import Persona
from jiwar.log.record import Place
from jiwar.wire.frame import Part

HERE = Path(__file__).parent
GOOD, NO_MATCH, FORGED = "success", "no match", "authentication failure"
MALFORMED, UNPROVEN, PASSED = "format failure", "proof failure", "passed over"
Value = bytes | int | str | list[bytes] | tuple[Part, ...]
Faults = dict[str, dict[str, Value]]
"""What is changed, by what is wrong then."""
DAY = 20_000


def pinned(name: str) -> Callable[[int], bytes]:
    """Randomness that is the same every time: SHA-256 of a name and a counter."""
    counter = iter(range(2**32))

    def draw(size: int) -> bytes:
        blocks = (hashlib.sha256(f"{name} {next(counter)}".encode()).digest() for _ in range(size // 32 + 1))
        return b"".join(blocks)[:size]

    return draw


def some(size: int, name: str) -> bytes:
    return pinned(name)(size)


KEY, OTHER = some(32, "key"), some(32, "other key")
SEED = some(envelopes.SEED, "pair")
WRITER, STRANGER = Persona(some(32, "writer")), Persona(some(32, "stranger"))
CIRCLE, SHELF, OBJ, RID = some(32, "circle"), some(16, "shelf"), some(16, "object"), some(16, "rid")
PLACE = Place(CIRCLE, SHELF, OBJ, 2, DAY, 90)


def shown(value: Value) -> str:
    if isinstance(value, bytes):
        return value.hex() or "-"
    if isinstance(value, tuple):
        return " ".join(_part(part) for part in value) or "-"
    if isinstance(value, list):
        return " ".join(one.hex() for one in value) or "-"
    return json.dumps(value) if isinstance(value, str) else str(value)


def _part(part: Part) -> str:
    if isinstance(part, bytes):
        return f"b:{part.hex()}"
    return f"t:{part.encode().hex()}" if isinstance(part, str) else f"n:{part}"


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


WRITTEN: set[str] = set()


def write(name: str, kind: str, expect: str, comment: str, body: bytes = b"", /, **fields: Value) -> None:
    """One file."""
    assert name not in WRITTEN, name
    WRITTEN.add(name)
    head = {"vector": "jiwar/1", "kind": kind, "expect": expect, "comment": comment}
    lines = [f"{key}: {value}" for key, value in head.items()]
    lines += [f"{key}: {shown(value)}" for key, value in fields.items()]
    text = b64encode(body).decode()
    wrapped = "".join(text[at : at + 76] + "\n" for at in range(0, len(text), 76))
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n\n" + wrapped, "utf-8")


def frozen(name: str, opens: Callable[[bytes], object], make: Callable[[], bytes]) -> bytes:
    """The bytes of a file that was written before, while they still open; else new ones."""
    path = HERE / f"{name}.txt"
    try:
        raw = b64decode(path.read_text("utf-8").split("\n\n", 1)[1])
        opens(raw)
    except (OSError, ValueError, JiwarError):
        return make()
    return raw
