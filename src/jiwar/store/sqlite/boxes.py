"""Boxes, invitations and the hub's own pages: every value in boxes.db is sealed under the hub secret.

Implements spec/protocol.md §7.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, cast

from jiwar.clock import Clock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, INVITE_NUMBER
from jiwar.errors import Conflict, NotThere, TooMuch
from jiwar.store.contract import BOX_BYTES, BOX_ENVELOPES, Mail, Outer
from jiwar.store.held import Due, Told
from jiwar.store.sqlite.connection import File, parts, query

BOX, INVITE, PAGE = "box", "invite", "page"
_MAIL = "SELECT eid, day, v FROM box WHERE inbox = ? ORDER BY eid, part"
_FULL = "SELECT count(*) FILTER (WHERE part = 0), sum(length(v)), max(eid = ?2) FROM box WHERE inbox = ?1"
_INVITE = "SELECT v FROM invite WHERE h = ? AND day >= ? ORDER BY part"
_PAGE = "SELECT v FROM page WHERE id = ? ORDER BY part"
_IN_TIME, _LATE = b"\0", b"\1"
"""What stands before every envelope under the outer layer, so that none shows whether it was late."""
_INTO = {
    BOX: "INSERT INTO box VALUES (?, ?, ?, ?, ?)",
    "held": "INSERT INTO held VALUES (?, ?, ?, ?, ?)",
    INVITE: "INSERT INTO invite VALUES (?, ?, ?, ?)",
    PAGE: "INSERT INTO page VALUES (?, ?, ?)",
}


class Boxes:
    """boxes.db: three read verbs, and jobs for the writer. `outer` changes with the hub secret."""

    def __init__(self, file: File, outer: Outer, clock: Clock) -> None:
        self._file, self.outer, self._clock = file, outer, clock
        self._gathered: dict[str, list[tuple[Any, ...]]] = {}
        self._named: set[bytes] = set()
        self._to_tell: list[Due] = []
        self.told: Told | None = None

    # in the event loop

    def mail(self, read_token: bytes) -> list[Mail]:
        """Everything in the token's box."""
        inbox = digest(INBOX, read_token)
        rows = cast(list[tuple[bytes, int, bytes]], self._file.rows(_MAIL, (inbox,)))
        return [
            self._opened(inbox, eid, day, b"".join(row[2] for row in envelope))
            for (eid, day), envelope in groupby(rows, key=lambda row: row[:2])
        ]

    def _opened(self, inbox: bytes, eid: bytes, day: int, sealed: bytes) -> Mail:
        whole = self.outer.open(BOX, inbox + eid, sealed)
        return Mail(eid, day, whole[1:], whole[:1] == _LATE)

    def invite(self, number: bytes) -> bytes:
        """Raises NotThere, also when its last day has passed and it isn't swept yet."""
        name = digest(INVITE_NUMBER, number)
        return self._whole(INVITE, name, self._file.rows(_INVITE, (name, self._clock.day())))

    def page(self, name: bytes) -> bytes:
        """Raises NotThere."""
        return self._whole(PAGE, name, self._file.rows(_PAGE, (name,)))

    def _whole(self, table: str, name: bytes, rows: Iterable[tuple[Any, ...]]) -> bytes:
        sealed = b"".join(row[0] for row in rows)
        if not sealed:
            raise NotThere
        return self.outer.open(table, name, sealed)

    # in the writer's thread

    def put_mail(self, inbox: bytes, mail: Mail) -> None:
        self.settle(inbox)
        count, size, _ = query(self._file.writer, _FULL, (inbox, mail.eid))[0]
        # What counts is what people sent, not what the outer layer adds to it.
        sent = cast(int, size or 0) - cast(int, count) * len(self.outer.seal(BOX, b"", _IN_TIME))
        self.deliver(inbox, mail, BOX_ENVELOPES if sent + len(mail.value) <= BOX_BYTES else 0)

    def deliver(self, inbox: bytes, mail: Mail, most: int) -> None:
        """Put an envelope into a box of less than `most`. Raises TooMuch."""
        self.settle(inbox)
        count, _, there = query(self._file.writer, _FULL, (inbox, mail.eid))[0]
        if there:
            return
        if cast(int, count) >= most:
            raise TooMuch
        whole = (_LATE if mail.late else _IN_TIME) + mail.value
        self._gather(BOX, (inbox, mail.eid), (mail.day,), self.outer.seal(BOX, inbox + mail.eid, whole))

    def answer_invite(self, name: bytes, inbox: bytes, mail: Mail, today: int) -> None:
        self.settle(name)
        if not query(self._file.writer, _INVITE, (name, today)):
            raise NotThere
        self.put_mail(inbox, mail)

    def delete_mail(self, inbox: bytes, eid: bytes) -> None:
        self.settle(inbox)
        self._file.writer.execute("DELETE FROM box WHERE inbox = ? AND eid = ?", (inbox, eid))

    def put_invite(self, name: bytes, last_day: int, value: bytes, today: int) -> None:
        self.settle(name)
        if query(self._file.writer, _INVITE, (name, today)):
            raise Conflict
        self.remove_invite(name)
        self._gather(INVITE, (name,), (last_day,), self.outer.seal(INVITE, name, value))

    def remove_invite(self, name: bytes) -> None:
        self.settle(name)
        self._file.writer.execute("DELETE FROM invite WHERE h = ?", (name,))

    def put_page(self, name: bytes, value: bytes) -> None:
        self.remove_page(name)
        self._gather(PAGE, (name,), (), self.outer.seal(PAGE, name, value))

    def remove_page(self, name: bytes) -> None:
        self.settle(name)
        self._file.writer.execute("DELETE FROM page WHERE id = ?", (name,))

    def settle(self, name: bytes) -> None:
        """Write what was gathered if some of it is of this name: a job has to see the jobs before it."""
        if name in self._named:
            self.flush()

    def _gather(self, table: str, key: tuple[bytes, ...], after: tuple[int, ...], sealed: bytes) -> None:
        self.gather(table, [(*key, part, *after, value) for part, value in enumerate(parts(sealed))])

    def gather(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Have rows written at the end of the batch, in key order. All of one name, which is their first column."""
        self._gathered.setdefault(table, []).extend(rows)
        self._named.add(rows[0][0])

    def tell_held(self, due: Due) -> None:
        """Have it told once it is on disk."""
        self._to_tell.append(due)

    def flush(self) -> None:
        for table, rows in self._gathered.items():
            self._file.writer.executemany(_INTO[table], sorted(rows))
        self._gathered, self._named = {}, set()

    def forget(self) -> None:
        self._gathered, self._named, self._to_tell = {}, set(), []

    def committed(self) -> Callable[[], None] | None:
        news, self._to_tell = self._to_tell, []
        return (lambda: self._tell(news)) if news else None

    def _tell(self, news: list[Due]) -> None:
        for due in news:
            if self.told is not None:
                self.told(due)
