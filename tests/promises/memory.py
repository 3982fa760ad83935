"""What the memory of a running process holds: every writable mapping, read through /proc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$")
_PIECE = 16 * 1024 * 1024
_LONGEST = 4096
"""No canary is longer, in any spelling: pieces overlap by as much."""


def spellings(text: str) -> set[bytes]:
    """A text as it may stand in memory: as bytes, as a form sends it, and in the three widths of Python's strings."""
    return {
        text.encode(),
        quote_plus(text).encode(),
        text.encode("utf-16-le"),
        text.encode("utf-32-le"),
    }


def found_in(pid: int, canaries: dict[str, set[bytes]]) -> list[str]:
    """The names of the canaries of which a spelling stands anywhere in the process's own memory."""
    found: set[str] = set()
    for piece in _pieces(pid):
        for name, spelled in canaries.items():
            if name not in found and any(one in piece for one in spelled):
                found.add(name)
    return sorted(found)


def _pieces(pid: int) -> Iterator[bytes]:
    folder = Path(f"/proc/{pid}")
    with (folder / "mem").open("rb", buffering=0) as memory:
        for line in (folder / "maps").read_text().splitlines():
            match = _MAPPING.match(line)
            if match is None or "w" not in match[3] or match[4] in ("[vvar]", "[vdso]", "[vsyscall]"):
                continue
            yield from _read(memory, int(match[1], 16), int(match[2], 16))


def _read(memory: object, start: int, end: int) -> Iterator[bytes]:
    kept = b""
    while start < end:
        try:
            memory.seek(start)  # type: ignore[attr-defined]
            piece: bytes = memory.read(min(_PIECE, end - start))  # type: ignore[attr-defined]
        except OSError:
            return
        if not piece:
            return
        yield kept + piece
        kept, start = piece[-_LONGEST:], start + len(piece)
