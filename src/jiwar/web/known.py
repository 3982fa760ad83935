"""What a request knows of topics, posts, rooms, messages and people without opening, judging or rendering them again.

`web.reading` makes all of it; what is `Wire` lies beside a rendered part in its fragment.
"""

from __future__ import annotations

import msgspec
from markupsafe import escape

from jiwar.circles.circle import Circle
from jiwar.i18n import Language
from jiwar.systems.forum.model import TopicCover
from jiwar.systems.rooms.model import RoomCover
from jiwar.systems.rooms.view import RoomLine
from jiwar.web.faces import known_as, letter
from jiwar.web.fragments import Piece
from jiwar.wire.canonical import Wire


class Spoken(Wire, frozen=True):
    """What is known of a post or message without rendering it again.

    `refers` is the slot it quotes or answers, or -1; `people` are those who reacted, by word; `size` is what a post's
    text weighs on the wire; `cut` says that it only begins there.
    """

    slot: int
    day: int
    part: int
    keep: int
    author: bytes
    fate: str
    note: str
    excerpt: str
    refers: int
    people: tuple[tuple[str, tuple[bytes, ...]], ...]
    size: int = 0
    cut: bool = False

    @property
    def stands(self) -> bool:
        return self.fate == "stands"


class Begun(Wire, frozen=True):
    """What is known of an open room without judging it again."""

    slot: int
    opener: bytes
    room: RoomCover
    told: bool


class Listed(Wire, frozen=True):
    """What is known of a topic without judging it again: its cover, the last day on which it is listed, and whether
    nobody's name stands over it.
    """

    cover: TopicCover
    last_day: int
    unnamed: bool


class Said(msgspec.Struct, frozen=True):
    """A post or message, still with its holes."""

    piece: Piece
    about: Spoken


class TopicState(msgspec.Struct, frozen=True):
    """A topic as its row shows it."""

    obj: bytes
    head: int
    listed: Listed
    piece: Piece

    @property
    def cover(self) -> TopicCover:
        return self.listed.cover

    @property
    def who_began(self) -> bytes:
        """The one-off that began it, where no name stands over it."""
        return self.cover.author if self.listed.unnamed else b""


class RoomState(msgspec.Struct, frozen=True):
    """An open room as its row shows it; `opener` is empty for those whose keys begin later."""

    obj: bytes
    head: int
    slot: int
    opener: bytes
    room: RoomCover
    told: bool
    covered: bool
    piece: Piece

    @property
    def line(self) -> RoomLine:
        return RoomLine(self.obj, self.head, self.slot, self.room, self.opener, self.told, self.covered)


class Person(msgspec.Struct, frozen=True):
    """Somebody as I know them: name and letter escaped, and the path of their page in this session."""

    name: str
    letter: str
    path: str


def person(circle: Circle, persona: bytes, path: str, language: Language) -> Person:
    """Somebody as I know them."""
    name = known_as(circle, persona, language)
    return Person(str(escape(name)), str(escape(letter(name))), path)
