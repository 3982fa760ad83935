"""The parts of a packed file, unpacked one by one and within bounds.

Does not believe what the file says of itself: a part is read until it ends or is too large.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from jiwar.errors import SheetLocked, SheetTooLarge, SheetUnreadable, SheetUnsafe

MOST_ENTRIES = 500
MOST_UNPACKED = 24 * 1024 * 1024
"""Bytes of all parts that are looked at."""
MOST_RATIO = 100
"""How many times larger a part of more than `FROM` bytes may be than it is packed; tables reach twenty or thirty."""
FROM = 8 * 1024 * 1024
_ENCRYPTED = 1


class Packed:
    """A packed file. Raises SheetUnreadable, SheetUnsafe (two parts of one name), SheetTooLarge."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._file = ZipFile(BytesIO(raw))
            entries = self._file.infolist()
        except (BadZipFile, ValueError, EOFError, OverflowError, NotImplementedError):
            raise SheetUnreadable from None
        if len(entries) > MOST_ENTRIES:
            raise SheetTooLarge
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries):
            raise SheetUnsafe
        self._left = MOST_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """One part. Raises SheetUnreadable, SheetLocked, SheetTooLarge, or SheetUnsafe where it is
        packed closer than any table.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise SheetUnreadable
        if entry.flag_bits & _ENCRYPTED:
            raise SheetLocked
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise SheetUnreadable
        part = self._unpack(entry)
        self._left -= len(part)
        return part

    def _unpack(self, entry: ZipInfo) -> bytes:
        packed = max(entry.compress_size, 1)
        most = min(self._left, max(FROM, packed * MOST_RATIO))
        try:
            with self._file.open(entry) as stream:
                part = stream.read(most + 1)
        except (BadZipFile, zlib.error, EOFError, ValueError, OSError, OverflowError, NotImplementedError):
            raise SheetUnreadable from None
        if len(part) > most:
            raise SheetTooLarge if most == self._left else SheetUnsafe
        return part
