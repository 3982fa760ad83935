"""The data folder: made, locked, and looked at before anything in it is opened.

Implements spec/protocol.md §7.7. A folder belongs to one process: the nightly work replaces files under it.
"""

from __future__ import annotations

import os
from pathlib import Path

from jiwar.errors import StoreDamaged
from jiwar.lock import hold
from jiwar.store.sqlite.connection import connect, create, finish, query, sync
from jiwar.store.sqlite.schema import ACCOUNTS, LAYOUTS, SHELVES
from jiwar.store.sqlite.soundness import require_sound


class Folder:
    """A data folder that no other process uses while this one does."""

    def __init__(self, path: Path) -> None:
        """Raises Busy when another process has the folder."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._handle = hold(path)

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._handle)

    def prepare(self) -> None:
        """Have three sound files there. Raises StoreDamaged.

        Files are made one by one, shelves.db last. Without shelves.db the others may be there only as an interrupted
        first start leaves them, empty; with it, none may be missing.
        """
        for leftover in self.path.glob("*.new*"):
            leftover.unlink()
        missing = [layout for layout in LAYOUTS if not (self.path / layout.name).exists()]
        if missing and SHELVES not in missing:
            raise StoreDamaged
        for layout in LAYOUTS:
            if layout not in missing:
                require_sound(self.path / layout.name, layout)
        if missing and ACCOUNTS not in missing:
            self._require_no_accounts()
        for layout in missing:
            new = self.path / f"{layout.name}.new"
            finish(create(new, layout), new)
            new.replace(self.path / layout.name)
            sync(self.path)

    def _require_no_accounts(self) -> None:
        connection = connect(self.path / ACCOUNTS.name)
        try:
            if query(connection, "SELECT 1 FROM acct LIMIT 1"):
                raise StoreDamaged
        finally:
            connection.close()
