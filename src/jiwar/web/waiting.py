"""What waits in a session between two screens and is larger than a form should carry: a table, a photo.

It is sealed like everything in a session, and goes with it. So few wait at once, in all sessions, that they find room
in memory: when there is one more, the oldest gives way.
"""

from __future__ import annotations

from jiwar.keyring.session import Session, SessionTable

TABLE, PHOTO = "table", "photo"
MOST_TABLES, MOST_PHOTOS = 12, 60
"""A table is at most what `sheets.model` lets through, a photo what `pictures.decoder` makes."""


class Waiting:
    """The sessions in which something of one sort waits, the oldest first."""

    def __init__(self, slot: str, most: int) -> None:
        self._slot, self.most = slot, most
        self.names: dict[bytes, None] = {}

    def keep(self, sessions: SessionTable, session: Session, plain: bytes) -> None:
        """In place of what waited in this session before."""
        self.names.pop(session.name, None)
        for name in [name for name in self.names if not sessions.lives(name)]:
            del self.names[name]
        while len(self.names) >= self.most:
            oldest = next(iter(self.names))
            sessions.forget(oldest, self._slot)
            del self.names[oldest]
        session.write(self._slot, plain)
        self.names[session.name] = None

    def read(self, session: Session) -> bytes | None:
        """None when nothing waits here, or something gave way."""
        return session.read(self._slot)

    def let_go(self, session: Session) -> None:
        session.forget(self._slot)
        self.names.pop(session.name, None)
