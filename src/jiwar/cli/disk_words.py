"""Where a word stands in raw bytes, in any of the ways in which programs commonly write words.

- As text: UTF-8, UTF-16, Windows-1256; composed and decomposed, lower and upper case; as JSON and URLs escape it.
- Under base64 (both alphabets, three alignments) and hex (both cases).
- Inside deflate: zlib and gzip streams are found by their headers and inflated. A raw stream has no header, so one
  is tried at every byte that can begin one, in the first INFLATED bytes of a file. Noise inflates to runs of a few
  bytes said again and again, so a word that is such a run («ههههه») is not searched there.

Reads bytes only. Keeps nothing.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SHORTEST = 6
"""Needles below this many bytes occur by chance in sealed rows; they are not searched, and that is said."""
CHUNK = 32 * 1024 * 1024
OVERLAP = 64 * 1024
INFLATED = 16 * 1024 * 1024
_MOST_OUT = 1024 * 1024
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
# Bits 1 and 2 of a stream's first byte: 01 the fixed code, 10 a code of its own. Stored blocks (00) are plain text.
_RAW = re.compile(b"[" + b"".join(re.escape(bytes([b])) for b in range(256) if b & 6 in (2, 4)) + b"]", re.DOTALL)
_FEW = 300


@dataclass(frozen=True, slots=True)
class Needle:
    """One way of writing a word."""

    word: str
    way: str
    raw: bytes

    @property
    def is_run(self) -> bool:
        """Whether it is a few bytes said again and again."""
        return any(self.raw[step:] == self.raw[:-step] for step in range(1, min(SHORTEST, len(self.raw))))


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle found."""

    file: str
    at: int
    word: str
    way: str


def needles(word: str) -> list[Needle]:
    """Every way of writing `word` that is searched, the shortest ones left out."""
    found: dict[bytes, str] = {}
    for text in _forms(word):
        for way, raw in _written(text):
            found.setdefault(raw, way)
    return [Needle(word, way, raw) for raw, way in found.items() if len(raw) >= SHORTEST]


def searched_in_part(word: str) -> bool:
    """Whether the word as plain UTF-8 is not searched everywhere."""
    return len(word.encode()) < SHORTEST or Needle(word, "UTF-8", word.encode()).is_run


def _forms(word: str) -> list[str]:
    cases = (word, word.lower(), word.upper(), word.capitalize())
    return list(dict.fromkeys(unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")))


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    raw = text.encode()
    yield "UTF-8", raw
    yield "UTF-16 (little end)", text.encode("utf-16-le")
    yield "UTF-16 (big end)", text.encode("utf-16-be")
    try:
        yield "Windows-1256", text.encode("cp1256")
    except UnicodeEncodeError:
        pass
    yield "JSON escapes", json.dumps(text)[1:-1].encode()
    yield "URL escapes", quote(text, safe="").encode()
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for shift in range(3):
        yield "base64", _base64(raw, shift, base64.b64encode)
        yield "base64", _base64(raw, shift, base64.urlsafe_b64encode)


def _base64(raw: bytes, shift: int, encode: Callable[[bytes], bytes]) -> bytes:
    """The characters that depend on the word alone, when it starts `shift` bytes into a group of three."""
    whole = encode(bytes(shift) + raw)
    first = (0, 2, 3)[shift]
    last = (len(raw) + shift) * 8 // 6
    return whole[first:last]


class Haystacks:
    """Many needles, looked for in many places."""

    def __init__(self, wanted: list[Needle]) -> None:
        self._wanted = wanted
        self._by_head: dict[bytes, list[Needle]] = {}
        for needle in wanted:
            self._by_head.setdefault(needle.raw[:SHORTEST], []).append(needle)

    def found_in(self, raw: bytes) -> Iterator[tuple[int, Needle]]:
        """Where needles stand: each at its first place, or at all of them."""
        if len(self._wanted) <= _FEW and len(raw) > OVERLAP:
            yield from ((at, needle) for needle in self._wanted if (at := raw.find(needle.raw)) >= 0)
            return
        heads = self._by_head
        for at in range(len(raw) - SHORTEST + 1):
            if raw[at : at + SHORTEST] in heads:
                for needle in heads[raw[at : at + SHORTEST]]:
                    if raw.startswith(needle.raw, at):
                        yield at, needle


def search(path: Path, wanted: list[Needle], own: list[bytes]) -> list[Hit]:
    """The needles that occur in a file, each way of writing once. `own` are the schema's bytes, blanked first."""
    hits: dict[tuple[str, str], Hit] = {}
    haystacks, inflated = Haystacks(wanted), Haystacks([needle for needle in wanted if not needle.is_run])
    for start, raw in _chunks(path):
        for mask in own:
            raw = raw.replace(mask, bytes(len(mask)))
        for at, needle in haystacks.found_in(raw):
            hits.setdefault((needle.word, needle.way), Hit(path.name, start + at, needle.word, needle.way))
        for at, text in _inflated(raw, start):
            for _, needle in inflated.found_in(text):
                way = f"deflate, {needle.way}"
                hits.setdefault((needle.word, way), Hit(path.name, start + at, needle.word, way))
    return list(hits.values())


def _chunks(path: Path) -> Iterator[tuple[int, bytes]]:
    """A file piece by piece, each beginning with the end of the one before."""
    with path.open("rb") as file:
        start, raw = 0, file.read(CHUNK)
        while raw:
            yield start, raw
            kept = raw[-OVERLAP:]
            more = file.read(CHUNK)
            if not more:
                return
            start, raw = start + len(raw) - len(kept), kept + more


def _inflated(raw: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """What inflates to something, anywhere in the bytes."""
    for match in _ZLIB.finditer(raw):
        yield from _attempt(raw, match.start(), zlib.MAX_WBITS | 32)
    if start < INFLATED:
        for match in _RAW.finditer(raw, 0, INFLATED - start):
            yield from _attempt(raw, match.start(), -zlib.MAX_WBITS)


def _attempt(raw: bytes, at: int, window: int) -> Iterator[tuple[int, bytes]]:
    """What a stream at this place gives, up to the failure if it fails: it fails within the first bite mostly."""
    stream = zlib.decompressobj(window)
    out = b""
    bite, size = at, 32
    try:
        while bite < min(at + OVERLAP, len(raw)) and not stream.eof and len(out) < _MOST_OUT:
            out += stream.decompress(raw[bite : bite + size], _MOST_OUT - len(out))
            bite, size = bite + size, 1024
    except zlib.error:
        pass
    if len(out) >= SHORTEST:
        yield at, out
