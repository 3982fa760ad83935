"""A file that somebody brings, as a table: the one way in.

What it is, is told from its first bytes; what it is called says nothing.
"""

from __future__ import annotations

from jiwar.errors import SheetEmpty, SheetLocked, SheetTooLarge, SheetUnreadable
from jiwar.sheets import ods, plain, xlsx
from jiwar.sheets.model import MOST_BYTES, Table
from jiwar.sheets.packed import Packed

_PACKED = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of older programs begin, and newer ones under a password."""
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


def read(raw: bytes, sheet: int | None = None) -> Table:
    """One sheet of a file: the one asked for, or the first that has rows.

    Raises SheetUnreadable, SheetLocked, SheetUnsafe, SheetTooLarge, SheetTooLong, SheetTooWide, SheetEmpty.
    """
    if len(raw) > MOST_BYTES:
        raise SheetTooLarge
    if not raw.strip():
        raise SheetEmpty
    if raw.startswith(_OLD):
        raise SheetLocked if _PASSWORD in raw else SheetUnreadable
    if not raw.startswith(_PACKED):
        return plain.read(raw)
    packed = Packed(raw)
    return ods.read(packed, sheet) if ods.PART in packed else xlsx.read(packed, sheet)
