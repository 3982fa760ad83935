"""What is going on in my groups: topics and rooms as rows of a list, what is new first.

Home, Talk and the lists beside a talk stand on it. For each circle it reads the newest topics once, the rooms once
and each room once; how much was ever written there makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import msgspec
from markupsafe import escape

from jiwar.circles.circle import Circle
from jiwar.errors import Damaged, NotThere, Removed
from jiwar.systems.forum.rules import MOST_RECENT
from jiwar.systems.rooms.rules import MOST_UNREAD
from jiwar.web.faces import colour, known_as, letter
from jiwar.web.fragments import hole
from jiwar.web.known import Person, RoomState, Spoken, TopicState, person
from jiwar.web.reading import Reading
from jiwar.web.render import Filled
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, encode, reread

BESIDE = 8
"""Rows of the list that stands beside a topic or room on a wide screen."""
_NEVER = (-1, 0)
_SLOT = "groups"


class Line(msgspec.Struct, frozen=True):
    """One row of a list. `order` puts what is new first, then the last word; `fill` makes the row that is shown."""

    fill: Callable[[], bytes]
    unread: int
    order: tuple[bool, int, int, int]
    is_room: bool
    current: bool = False


class Lately(msgspec.Struct, frozen=True):
    """What was said in a room since I was there: how much of it, and the newest that still stands."""

    unread: int
    last: Spoken | None


class Rows:
    """Makes the rows of one circle. With `named` the circle's name stands in them."""

    def __init__(self, visit: Visit, circle: Circle, named: bool = True) -> None:
        self.visit, self.circle, self._named = visit, circle, named
        self.reading = Reading(visit.site, visit.reader, circle)
        self._url, self._class = visit.site.paths.url, visit.site.pages.class_names
        self._people: dict[bytes, Person] = {}

    @cached_property
    def lead(self) -> str:
        """The circle's letter at the start of a row."""
        tile = self.reading.outline("talk/_lead.html", letter=hole("letter"), colour=colour(self.circle.id))
        return tile.replace(hole("letter"), escape(letter(self.circle.name)))

    @cached_property
    def _group(self) -> str:
        between = self.visit.reader.language.between
        return f"<bdi>{escape(self.circle.name)}</bdi>{between}" if self._named else ""

    @cached_property
    def _quiet(self) -> str:
        return " " + self._class("read")

    @cached_property
    def _new(self) -> str:
        return f'<span class="{self._class("unseen")}"> {escape(self.visit.say("new"))}</span>'

    def _row(self, href: str, unread: int, most: int, current: bool) -> dict[str, str]:
        fresh = ""
        if unread:
            fresh = self.visit.reader.n(min(unread, most)) + ("+" if unread > most else "") + self._new
        return {
            "href": href + ("#new" if unread else "#end"),
            "lead": self.lead,
            "group": self._group,
            "quiet": "" if unread else self._quiet,
            "current": ' aria-current="true"' if current else "",
            "fresh": fresh,
        }

    def person(self, persona: bytes) -> Person:
        """Somebody as I know them, with the path of their page."""
        if persona not in self._people:
            path = self._url("person", person=self.visit.object_name(self.circle.group, persona[:16]))
            self._people[persona] = person(self.circle, persona, path, self.visit.reader.language)
        return self._people[persona]

    def topic(self, topic: TopicState, current: bytes = b"") -> Line:
        unread = self.reading.unread(topic)

        def fill() -> bytes:
            href = self._url("topic", topic=self.visit.object_name(self.circle.id, topic.obj))
            return topic.piece.fill(self._row(href, unread, MOST_RECENT, topic.obj == current))

        order = (unread > 0, topic.cover.last_day, topic.cover.last_part, topic.head)
        return Line(fill, unread, order, False, topic.obj == current)

    def lately(self, room: RoomState) -> Lately:
        """Opens at most the newest thirty messages after the mark, or one."""
        read = self.circle.trail.read_up_to(room.obj)
        new = room.head > read
        said = self.reading.messages(room.obj, MOST_UNREAD if new else 1, after=read if new else -1)
        standing = [one.about for one in said if one.about.stands]
        unread = sum(one.author != self.reading.me for one in standing) if new else 0
        return Lately(unread, standing[-1] if standing else None)

    def room(self, room: RoomState, current: bytes = b"") -> Line:
        lately = self.lately(room)
        last = lately.last
        day, part = (last.day, max(last.part, 0)) if last else _NEVER

        def fill() -> bytes:
            href = self._url("room", room=self.visit.object_name(self.circle.id, room.obj))
            given = self._row(href, lately.unread, MOST_UNREAD - 1, room.obj == current)
            given["last"] = self.words(last) if last else str(escape(self.visit.say("Nothing said lately")))
            given["last_at"] = str(escape(self.visit.reader.when(day, part))) if last else ""
            return room.piece.fill(given)

        return Line(fill, lately.unread, (lately.unread > 0, day, part, room.head), True, room.obj == current)

    def words(self, said: Spoken) -> str:
        """Who said it, and how it begins; somebody muted only by name."""
        name = escape(known_as(self.circle, said.author, self.visit.reader.language))
        muted = said.author in self.circle.membership.muted
        return f"<bdi>{name}</bdi>" + ("" if muted else f": <bdi>{escape(said.excerpt)}</bdi>")

    def lines(self, limit: int, current: bytes = b"") -> list[Line]:
        """The newest topics, and all rooms."""
        found = [self.topic(topic, current) for topic in self.reading.topics(limit=limit)]
        return found + [self.room(room, current) for room in self.reading.rooms()]


class _Groups(Wire, frozen=True):
    """The circles that opened when this session last looked at all of them, under one edition of its keyring."""

    edition: int
    names: tuple[tuple[bytes, str], ...]


def group_names(visit: Visit, known: Circle) -> list[tuple[bytes, str]]:
    """Ids and names of my circles, for a page about one of them: the others are not opened for it."""
    raw = visit.session.read(_SLOT)
    groups = reread(raw, _Groups) if raw else None
    if groups is None or groups.edition != visit.member.keyring.edition or (known.id, known.name) not in groups.names:
        return [(circle.id, circle.name) for circle in open_circles(visit)[0]]
    return list(groups.names)


def open_circles(visit: Visit) -> tuple[list[Circle], bool]:
    """My circles that open, and whether one of them has another past than the one I saw."""
    opened, damaged = [], False
    for membership in visit.member.memberships():
        if membership.waiting:
            continue
        try:
            circle = Circle(visit.member, membership.circle)
            circle.me  # noqa: B018 - raises Removed where I am out but the keys have not turned yet
            opened.append(circle)
        except (Removed, NotThere):
            continue
        except Damaged:
            damaged = True
    names = tuple((circle.id, circle.name) for circle in opened)
    visit.session.write(_SLOT, encode(_Groups(visit.member.keyring.edition, names)))
    return opened, damaged


def in_order(lines: Iterable[Line]) -> list[Line]:
    """What is new first, then by the day and part of the last word."""
    return sorted(lines, key=lambda line: line.order, reverse=True)


def as_list(lines: Iterable[Line]) -> Filled:
    return Filled(line.fill() for line in lines)


def beside(rows: Rows, current: bytes) -> Filled:
    """The list that stands beside a topic or room of the same circle; the open one, read by now, stays in it."""
    lines = in_order(rows.lines(BESIDE, current))
    others = [line for line in lines if not line.current][: BESIDE - 1]
    return as_list(line for line in lines if line.current or line in others)
