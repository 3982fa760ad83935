"""What waits in a session between two screens and is larger than a form should carry: a table, a photo.

It is sealed like everything in a session, and goes with it. So few wait at once, in all sessions, that they find room
in memory: when there is one more, the oldest gives way. Sessions of one account give way to each other first, so
that who comes in again and again pushes out nobody else's.
"""

from __future__ import annotations

from jiwar.keyring.session import Session, SessionTable

TABLE, PHOTO = "table", "photo"
MOST_TABLES, MOST_PHOTOS, MOST_EACH = 12, 60, 3
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
        same_account = {name for name, _, _ in sessions.beside(session)}
        own = [name for name in self.names if name in same_account]
        while own and (len(own) >= MOST_EACH or len(self.names) >= self.most):
            self._give_way(sessions, own.pop(0))
        while len(self.names) >= self.most:
            self._give_way(sessions, next(iter(self.names)))
        session.write(self._slot, plain)
        self.names[session.name] = None

    def _give_way(self, sessions: SessionTable, name: bytes) -> None:
        sessions.forget(name, self._slot)
        del self.names[name]

    def read(self, session: Session) -> bytes | None:
        """None when nothing waits here, or something gave way."""
        return session.read(self._slot)

    def let_go(self, session: Session) -> None:
        session.forget(self._slot)
        self.names.pop(session.name, None)
