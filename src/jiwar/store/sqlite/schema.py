"""The tables of the three files, and nothing about what is done with them.

Implements spec/protocol.md §7.3. Why rows look like this (crypto.md traps 9-11):

- WITHOUT ROWID and keys that start with random ids: no row keeps a number of its own that tells its age.
- 16 KiB pages and at most 3,900 bytes a value outside accounts.db: no overflow pages, which would be handed out in
  the order of writing. accounts.db and boxes.db are rewritten in key order every night.
- A `fresh_` twin for every table that grows through the day; every night it is moved over in key order.
- No time, version or counter but the day, the epoch and a shelf's own size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PAGE_SIZE = 16_384
USER_VERSION = 1
FRESH = ("rec", "obj", "node", "dayhalf", "xfer")
"""The tables of shelves.db that have a twin."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One file: its name, the number in its header that says what it is, and its tables."""

    name: str
    application_id: int
    statements: tuple[str, ...]


def twin(statement: str) -> str:
    """The same table or index for the rows of today."""
    return re.sub(r"(TABLE|INDEX|ON) (\w+)", r"\1 fresh_\2", statement)


_BY_SHELF = (
    """CREATE TABLE rec(
  shelf BLOB NOT NULL, obj BLOB NOT NULL, slot INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL,
  epoch INTEGER, day INTEGER, keep INTEGER, rid BLOB, h_erase BLOB, v BLOB NOT NULL,
  PRIMARY KEY(shelf, obj, slot, seq, part)) WITHOUT ROWID""",
    """CREATE TABLE obj(
  shelf BLOB NOT NULL, obj BLOB NOT NULL, tag BLOB NOT NULL, head INTEGER NOT NULL,
  epoch INTEGER NOT NULL, day INTEGER NOT NULL, keep INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY(shelf, obj)) WITHOUT ROWID""",
    "CREATE INDEX obj_list ON obj(shelf, tag, head)",
    """CREATE TABLE node(
  shelf BLOB NOT NULL, level INTEGER NOT NULL, i INTEGER NOT NULL, h BLOB NOT NULL,
  PRIMARY KEY(shelf, level, i)) WITHOUT ROWID""",
    """CREATE TABLE dayhalf(
  shelf BLOB NOT NULL, keep INTEGER NOT NULL, day INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY(shelf, keep, day)) WITHOUT ROWID""",
    """CREATE TABLE xfer(
  shelf BLOB NOT NULL, epoch INTEGER NOT NULL, part INTEGER NOT NULL,
  day INTEGER, h_read BLOB, h_append BLOB, v BLOB NOT NULL,
  PRIMARY KEY(shelf, epoch, part)) WITHOUT ROWID""",
    # An outdated token is found by one probe, as an unknown one is.
    "CREATE INDEX xfer_read ON xfer(shelf, h_read) WHERE part = 0",
    "CREATE INDEX xfer_append ON xfer(shelf, h_append) WHERE part = 0",
)

ACCOUNTS = Layout(
    "accounts.db",
    0x4A57_4101,
    ("CREATE TABLE acct(k BLOB PRIMARY KEY NOT NULL, v BLOB NOT NULL) WITHOUT ROWID",),
)
SHELVES = Layout(
    "shelves.db",
    0x4A57_4102,
    (
        """CREATE TABLE shelf(
  shelf BLOB PRIMARY KEY NOT NULL, epoch INTEGER NOT NULL, h_read BLOB NOT NULL, h_append BLOB NOT NULL,
  control BLOB NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL) WITHOUT ROWID""",
        *_BY_SHELF,
        *(twin(statement) for statement in _BY_SHELF),
        # What is due is found without reading everything. Twins hold one day and are read whole.
        "CREATE INDEX rec_due ON rec(day + keep) WHERE keep > 0 AND part = 0",
        "CREATE INDEX obj_due ON obj(day + keep) WHERE keep > 0",
    ),
)
BOXES = Layout(
    "boxes.db",
    0x4A57_4103,
    (
        """CREATE TABLE box(
  inbox BLOB NOT NULL, eid BLOB NOT NULL, part INTEGER NOT NULL, day INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY(inbox, eid, part)) WITHOUT ROWID""",
        # A letter's id is random and so is where its row stands; the index has days and ids.
        """CREATE TABLE held(
  hid BLOB PRIMARY KEY NOT NULL, day INTEGER NOT NULL, h_cancel BLOB NOT NULL, meta BLOB NOT NULL, v BLOB NOT NULL
  ) WITHOUT ROWID""",
        "CREATE INDEX held_day ON held(day)",
        """CREATE TABLE invite(
  h BLOB NOT NULL, part INTEGER NOT NULL, day INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY(h, part)) WITHOUT ROWID""",
        """CREATE TABLE page(
  id BLOB NOT NULL, part INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY(id, part)) WITHOUT ROWID""",
    ),
)
LAYOUTS = (ACCOUNTS, BOXES, SHELVES)
"""In the order in which they are made: shelves.db last, so that it stands for a whole store."""
