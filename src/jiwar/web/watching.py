"""What one open room looks at: a page is woken when something is committed, and keeps what it has to be sent.

- It holds the keys of its circle and nothing that opens the account or writes: no phrase, no persona, no session.
- A message is opened and rendered once for all readers of one way of reading, in the turn of the loop in which it
  was committed; what is one reader's own is filled in for each (`web.bubbles`).
- Every event is padded to a multiple of a kibibyte. A reader who is too slow is told to ask for the page again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from jiwar.circles.circle import Circle, load_sketch
from jiwar.circles.sketch import Sketch
from jiwar.errors import JiwarError
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import ShelfLog
from jiwar.store.contract import ENDED
from jiwar.systems.rooms.model import NO_REPLY
from jiwar.systems.rooms.view import RoomLine
from jiwar.web.bubbles import Thread
from jiwar.web.known import Person, Said, Spoken, person
from jiwar.web.reading import Reading
from jiwar.web.site import Site
from jiwar.web.visit import Visit

STEP = 1024
MOST_WAITING = 256
"""Events that wait for one reader. Readers who see alike share their bytes."""


def event(name: str, text: str = "") -> bytes:
    """One event, padded by a comment to a multiple of a kibibyte."""
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    body = f"event: {name}\n{lines}\n".encode()
    return body + _comment(-(len(body) + len(_comment(0))) % STEP)


def _comment(length: int) -> bytes:
    return b":" + b" " * length + b"\n\n"


BEAT = _comment(STEP - len(_comment(0)))


class Watched(Circle):
    """A circle that is only looked at: its keys, my private names for people, and nothing that writes."""

    def __init__(self, circle: Circle) -> None:
        self.services, self.id = circle.services, circle.id
        self.membership = replace(circle.membership, persona=b"", alias="", handle="")
        self.trail = replace(circle.trail, marks=(), previous=b"")
        old = circle.log
        self.log = ShelfLog(
            old.store,
            old.circle,
            old.shelf,
            b"",
            self.trail.epochs,
            Persona(b""),
            old.clock,
            old.fragments,
            old.random,
        )
        self.names: dict[bytes, str] = {}
        self.reader = circle.reader
        self._sketch: Sketch | None = None

    @property
    def sketch(self) -> Sketch:
        """Read when it is needed; kept only while `looking`: a roster for every open page would be large."""
        return self._sketch or load_sketch(self.log, self.trail)

    @contextmanager
    def looking(self, turn: dict[object, Any]) -> Iterator[None]:
        """Read the roster once for everything that is done inside, and once a `turn` of the loop for all who fold
        the circle from the same record.
        """
        here = (self.log.shelf, self.log.newest.epoch, self.trail.fold_from, self.trail.fold_digest)
        self._sketch = turn[here] = turn.get(here) or load_sketch(self.log, self.trail)
        try:
            yield
        finally:
            self._sketch = None

    def handle_of(self, persona: bytes) -> str:
        """As in `Circle`; handles come from what this turn of the loop has looked up already."""
        for label in self.membership.labels:
            if label.persona == persona:
                return label.text
        if persona not in self.names:
            member = self.sketch.member(persona)
            self.names[persona] = member.handle if member else ""
        return self.names[persona]


@dataclass
class Moment:
    """What one record brought to a room, for all who read alike; forgotten at the end of the turn of the loop.

    `common` is the message as everybody sees it who has put nothing between themselves and others.
    """

    said: Said | None
    before: Spoken | None = None
    common: str = ""
    around: dict[int, Said] = field(default_factory=dict)
    names: dict[bytes, str] = field(default_factory=dict)
    events: dict[str, bytes] = field(default_factory=dict)


class Watcher:
    """One open page: gets woken in the event loop, keeps what has to be sent."""

    def __init__(self, site: Site, visit: Visit, circle: Circle, room: RoomLine) -> None:
        self.site, self.obj, self.newest = site, room.obj, room.head
        self._room, self._first = room.room, room.slot
        self.circle = Watched(circle)
        self.reading = Reading(site, visit.reader, self.circle)
        self.reading.me = circle.log.persona.key
        kept = self.circle.membership
        self._sees_as_others = not (kept.labels or kept.muted or kept.blocked)
        self.session = visit.session.name
        self.waiting: deque[bytes] = deque()
        self.news = asyncio.Event()
        self.over = False

    def woken(self, obj: bytes, slot: int, number: int) -> None:
        """Called after a commit on the shelf."""
        if (obj, slot, number) == ENDED or not self.site.services.sessions.lives(self.session):
            self.end()
        elif obj == self.obj and not self.over:
            try:
                if slot == self._first:
                    self._look_at_the_room()
                else:
                    self._take(slot, number)
            except JiwarError:
                self.end()

    def _look_at_the_room(self) -> None:
        """Something was written, by whoever, where its names and its end stand. Raises NotThere."""
        with self.circle.looking(self._turn()):
            self.reading.begin_again()
            if self.reading.room(self.obj).room != self._room:
                self.end()

    def _take(self, slot: int, number: int) -> None:
        moment = self._moment(slot, number)
        said = moment.said
        if said is None or said.about.author in self.circle.membership.blocked:
            return
        self.circle.names = moment.names
        with self.circle.looking(self._turn()):
            self._show(slot, said, moment)

    def _show(self, slot: int, said: Said, moment: Moment) -> None:
        if slot > self.newest and (moment.before is None or moment.before.day != said.about.day):
            self._push(moment, "rule", self._thread(moment).day(said.about.day))
        self.newest = max(self.newest, slot)
        if self._sees_as_others and not self._is_in(said.about):
            moment.common = moment.common or self._message(said, moment)
            self._push(moment, "say", moment.common)
        else:
            self._push(moment, "say", self._message(said, moment))

    def _message(self, said: Said, moment: Moment) -> str:
        return self._thread(moment).one(said, moment.before).decode()

    def _thread(self, moment: Moment) -> Thread:
        thread = Thread(self.reading, self.obj, self._person)
        thread.around(moment.around)
        return thread

    def _is_in(self, about: Spoken) -> bool:
        """Whether the message, or a word to it, is mine."""
        me = self.reading.me
        return me == about.author or any(me in people for _, people in about.people)

    def _person(self, persona: bytes) -> Person:
        return person(self.circle, persona, "", self.reading.reader.language)

    def _moment(self, slot: int, number: int) -> Moment:
        turn = self._turn()
        with self.circle.looking(turn):
            here = (self.circle.log.shelf, self.obj, self.reading.way, self.reading.kept_from_me)
        known: Moment | None = turn.get((*here, slot, number))
        if known is None:
            with self.circle.looking(turn):
                known = self._look(slot, turn.get(here))
            turn[*here, slot, number] = known
            if known.said and slot == number:
                turn[here] = known
        return known

    def _turn(self) -> dict[object, Any]:
        """What readers share in this turn of the loop; it is forgotten at its end."""
        if not self.site.moment:
            asyncio.get_running_loop().call_soon(self.site.moment.clear)
        return self.site.moment

    def _look(self, slot: int, last: Moment | None) -> Moment:
        """Read, check and render what came, with what stands before it and what it answers.

        `last` is the newest message that came in this turn of the loop: what came next stands right after it.
        """
        self.reading.begin_again()
        said = self.reading.one_message(self.obj, slot)
        if said is None:
            return Moment(None)
        if last and last.said and last.said.about.slot < slot:
            moment = Moment(said, last.said.about)
        else:
            earlier = self.reading.messages(self.obj, 1, before=slot)
            moment = Moment(said, earlier[-1].about if earlier else None)
        refers = said.about.refers
        answered = self.reading.one_message(self.obj, refers) if refers != NO_REPLY else None
        if answered:
            moment.around[refers] = answered
        return moment

    def _push(self, moment: Moment, name: str, html: str) -> None:
        if len(self.waiting) >= MOST_WAITING:
            self.end()
            return
        sent = moment.events.get(html)
        if sent is None:
            sent = moment.events[html] = event(name, html)
        self.waiting.append(sent)
        self.news.set()

    def end(self) -> None:
        """Tell the page to ask again, and nothing more."""
        self.waiting.clear()
        self.waiting.append(event("again"))
        self.over = True
        self.news.set()

    def collect(self) -> bytes:
        """Everything that waits, in one piece."""
        sent = b"".join(self.waiting)
        self.waiting.clear()
        self.news.clear()
        return sent
