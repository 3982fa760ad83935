"""One circle as a request reads it: topics, posts, rooms and messages as sealed fragments.

What somebody reads is opened, checked and rendered at most once for all who read alike (`web.fragments`); what is
theirs alone is filled in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial

import msgspec
from markupsafe import Markup

from jiwar.circles import oneoffs, rights, texts
from jiwar.circles.circle import Circle
from jiwar.circles.policy import OFF
from jiwar.errors import NotShown, NotThere, RoomClosed
from jiwar.store.contract import KEPT, ObjectRow, RecordRow
from jiwar.systems.forum import rules as forum_rules
from jiwar.systems.forum import unnamed
from jiwar.systems.forum import view as forum
from jiwar.systems.rooms import rules as rooms_rules
from jiwar.systems.rooms import view as rooms
from jiwar.web import breaks
from jiwar.web.faces import colour
from jiwar.web.fragments import Made, Piece, Sealed, Wanted, hole, holes, reading
from jiwar.web.frame import Frame, Reader
from jiwar.web.known import Begun, Listed, Person, RoomState, Said, Spoken, TopicState
from jiwar.web.markdown import plain, prose
from jiwar.web.site import Site
from jiwar.wire.canonical import encode

EXCERPT = 90
Slot = tuple[RecordRow, ...]
_listed = msgspec.msgpack.Decoder(Listed)
_rooms = msgspec.msgpack.Decoder(Begun)
_known = msgspec.msgpack.Decoder(Spoken)


class Reading:
    """One circle, for one reader."""

    def __init__(self, site: Site, reader: Reader, circle: Circle) -> None:
        self.site, self.reader, self.circle = site, reader, circle
        self.way = reading(reader)
        self._around: dict[bytes, Circle] = {}

    @cached_property
    def me(self) -> bytes:
        return self.circle.log.persona.key

    @cached_property
    def _mine(self) -> frozenset[bytes]:
        """The keys under which I talk here: my own, and those of topics that I began without a name."""
        return frozenset([self.me, *(oneoffs.persona_of(one).key for one in unnamed.all_mine(self.circle))])

    def is_mine(self, author: bytes) -> bool:
        return author in self._mine

    def here(self, obj: bytes) -> Circle:
        """The circle as it is for one topic. Raises NotThere."""
        if obj not in self._around:
            self._around[obj] = forum.here(self.circle, obj)
        return self._around[obj]

    @cached_property
    def _sealed(self) -> Sealed:
        return Sealed(self.circle.log, self.way, f"{self.circle.sketch.through} {self.kept_from_me}")

    @property
    def kept_from_me(self) -> str:
        """Whose words wait, and not for themselves: who reads the same otherwise doesn't read alike."""
        return " ".join(one.persona.hex() for one in self.circle.held_back)

    def begin_again(self) -> None:
        """Look at the roster anew: a live view outlives many changes."""
        for name in ("_sealed", "_judged"):
            self.__dict__.pop(name, None)

    @cached_property
    def _frame(self) -> Frame:
        """Fragments hold nothing of a session."""
        return Frame(self.site.cover, self.site.paths.url)

    def part(self, template: str, **values: object) -> str:
        """Render a part of a page."""
        return self.site.pages.fragment(template, self.reader, self._frame, **values)

    def outline(self, template: str, **values: object) -> str:
        """The same, rendered once for the whole hub: with holes for whatever is anybody's own."""
        return self.site.pages.outline(template, self.reader, self._frame, **values)

    def behind(self, who: Person, said: bytes) -> bytes:
        """What somebody muted said, closed until it is asked for."""
        name, post = Markup(f"<bdi>{who.name}</bdi>"), Markup(said.decode())  # noqa: S704 - both are ours
        return self.part("forum/_muted.html", name=name, post=post).encode()

    # topics

    @cached_property
    def _judged(self) -> tuple[int, ...]:
        """By which keys of rights topics without a name are judged, where there are any."""
        if self.circle.charter.unnamed == OFF:
            return ()
        return tuple(one.number for one in rights.all_keys(self.circle))

    def _topics(self, rows: Sequence[ObjectRow]) -> list[TopicState]:
        """Topics by their stored covers, without those that can't be read, or are gone."""
        judged = self._judged
        wanted = [
            Wanted((row.cover.epoch, row.cover.keep, row.cover.day), (row, judged), partial(self._topic, row))
            for row in rows
        ]
        pieces = self._sealed.recall_all("topic", wanted)
        return [
            TopicState(row.obj, row.head, _listed.decode(piece.meta), piece)
            for row, piece in zip(rows, pieces, strict=True)
            if piece
        ]

    def _topic(self, row: ObjectRow) -> Made | None:
        try:
            topic = forum.open_topic(self.circle, row)
        except NotShown:
            return None
        if topic.is_gone:
            return None
        given = holes("href", "lead", "group", "quiet", "current", "fresh")
        nameless = unnamed.is_unnamed(self.circle, row.obj, topic.cover.author)
        listed = Listed(topic.cover, topic.last_day(), nameless)
        return encode(listed), self.part("talk/_topic.html", cover=topic.cover, nameless=nameless, **given)

    def topic(self, obj: bytes) -> TopicState:
        """Raises NotThere."""
        found = self._topics([self.circle.log.cover(obj)])
        if not found:
            raise NotThere
        return found[0]

    def topics(self, before: int | None = None, limit: int = forum_rules.PAGE) -> list[TopicState]:
        return forum.latest(self.circle, before, limit, self._topics)

    @cached_property
    def _marks(self) -> dict[bytes, int]:
        """How far I had read everything when this request began."""
        return {mark.obj: mark.number for mark in self.circle.trail.marks}

    def unread(self, topic: TopicState) -> int:
        read = max(self._marks.get(topic.obj, 0), self.circle.trail.base)
        if self.is_mine(topic.cover.author):  # What a one-off of mine wrote, I have not marked as read.
            read = max(read, forum_rules.began_in(topic.cover, topic.head))
        return forum_rules.unread(topic.cover, topic.head, read)

    # posts

    def slots(self, topic: TopicState, page: int) -> list[Slot]:
        """What stands on a page, still sealed."""
        first, last = forum_rules.page_slots(topic.cover, page, topic.head)
        return forum.slots(self.circle, topic.obj, first, last)

    def posts(self, obj: bytes, slots: Sequence[Slot]) -> list[Said]:
        """The posts of a page that can be read and that I want to read."""
        wanted = [self._spoken(obj, slot, partial(self._post, obj, slot, False)) for slot in slots]
        return self._wanted(map(_said, self._sealed.recall_all("post", wanted)))

    def _wanted(self, said: Iterable[Said | None]) -> list[Said]:
        return [one for one in said if one and one.about.author not in self.circle.membership.blocked]

    def post(self, obj: bytes, slot: Slot, whole: bool = False) -> Said | None:
        """A post by its stored rows; None when it can't be read. If not `whole`, a very long one only begins."""
        wanted = self._spoken(obj, slot, partial(self._post, obj, slot, whole))
        return _said(self._sealed.recall("whole post" if whole else "post", wanted))

    def one_post(self, obj: bytes, slot: int, whole: bool = False) -> Said | None:
        """A post by its slot."""
        return next((self.post(obj, rows, whole) for rows in forum.slots(self.circle, obj, slot, slot)), None)

    @staticmethod
    def _spoken(obj: bytes, slot: Slot, make: Callable[[], Made | None]) -> Wanted:
        own = slot[0]
        return Wanted((own.epoch, own.keep, own.day), (obj, slot), make)

    def _post(self, obj: bytes, slot: Slot, whole: bool) -> Made | None:
        found = forum.read_post(self.here(obj), obj, slot)
        if found is None:
            return None
        shown = found.text if whole else breaks.beginning(found.text)
        text = prose(shown)
        about = Spoken(
            slot=found.slot,
            day=found.day,
            part=found.part,
            keep=slot[0].keep,
            author=found.author,
            fate=found.fate,
            note=found.note,
            excerpt=texts.excerpt(text.striptags(), EXCERPT),
            refers=found.quote,
            people=found.reactions,
            size=breaks.size(text),
            cut=shown != found.text,
        )
        given = holes("at", "person", "name", "letter", "quoted") | (holes("alone") if about.cut else {"alone": ""})
        html = self.part("forum/_post.html", post=found, text=text, **_looks(about, forum_rules.REACTIONS), **given)
        return encode(about), html

    # rooms

    def rooms(self) -> list[RoomState]:
        """The open rooms, the liveliest first."""
        found = [state for state in map(self.room_state, rooms.room_rows(self.circle)) if state is not None]
        return rooms_rules.listed(found, rooms.is_steward(self.circle))

    def room(self, obj: bytes) -> RoomState:
        """Raises NotThere, RoomClosed."""
        found = self.room_state(self.circle.log.cover(obj))
        if found is None:
            rooms.room(self.circle, obj)
            raise NotThere
        return found

    def room_state(self, row: ObjectRow) -> RoomState | None:
        """A room by its stored cover and first slot; None when it can't be read, or is closed."""
        first = rooms.first_slot(self.circle, row.obj)
        if not first:
            return None
        holds = self.circle.log.holds(first[0].epoch)
        stored = (row.obj, row.cover, row.head >= self.circle.log.newest.begins, first)
        epoch = first[0].epoch if holds else row.cover.epoch
        piece = self._sealed.recall("room", Wanted((epoch, KEPT, 0), stored, partial(self._room, row, first)))
        if piece is None:
            return None
        begun = _rooms.decode(piece.meta)
        covered = begun.told and rooms.is_current(self.circle, row)
        return RoomState(row.obj, row.head, begun.slot, begun.opener, begun.room, begun.told, covered, piece)

    def _room(self, row: ObjectRow, first: Slot) -> Made | None:
        try:
            found = rooms.open_room(self.circle, row, first)
        except RoomClosed:
            return None
        given = holes("href", "lead", "group", "quiet", "current", "fresh", "last", "last_at")
        known = Begun(found.slot, found.opener, found.room, found.told)
        return encode(known), self.part("talk/_room.html", room=found.room, **given)

    def messages(self, obj: bytes, limit: int, before: int | None = None, after: int = -1) -> list[Said]:
        """The newest messages that can be read and that I want to read, oldest first."""
        slots = rooms.newest_rows(self.circle, obj, limit, before, after)
        return self._wanted(self.message(obj, slot) for slot in slots)

    def message(self, obj: bytes, slot: Slot) -> Said | None:
        """A message by its stored rows; None when it can't be read."""
        return _said(self._sealed.recall("message", self._spoken(obj, slot, partial(self._message, obj, slot))))

    def one_message(self, obj: bytes, slot: int) -> Said | None:
        """A message by its slot; None also for what has disappeared."""
        rows = rooms.newest_rows(self.circle, obj, 1, slot + 1, slot - 1)
        return self.message(obj, rows[0]) if rows else None

    def _message(self, obj: bytes, slot: Slot) -> Made | None:
        found = rooms.read_message(self.circle, obj, slot)
        if found is None:
            return None
        about = Spoken(
            slot=found.slot,
            day=found.day,
            part=found.part,
            keep=found.keep,
            author=found.author,
            fate=found.fate,
            note="",
            excerpt=texts.excerpt(found.text, EXCERPT),
            refers=found.reply_to,
            people=found.reactions,
        )
        given = {"message": found, "text": plain(found.text), **holes("side", "by", "answered")}
        return encode(about), self.part("rooms/_message.html", **_looks(about, rooms_rules.REACTIONS), **given)

    # what fills the holes

    def pressed(self, said: Spoken) -> dict[str, str]:
        """Which reactions are mine."""
        return {f"mine {word}": "true" if self.me in people else "false" for word, people in said.people}


def _said(piece: Piece | None) -> Said | None:
    return Said(piece, _known.decode(piece.meta)) if piece else None


def _looks(about: Spoken, words: tuple[str, ...]) -> dict[str, object]:
    """What posts and messages show alike: colour and reactions."""
    counts = dict.fromkeys(words, 0) | {word: len(people) for word, people in about.people}
    mine = {word: hole(f"mine {word}") for word in words}
    return {"colour": colour(about.author or b"\0"), "words": words, "counts": counts, "mine": mine,
            "bare": not about.people}  # fmt: skip
