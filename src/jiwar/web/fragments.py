"""Rendered parts of pages, kept sealed, with holes for what is one reader's own.

A post or a row of a list is opened, checked and rendered once for everybody who reads alike (language, digits,
months, day); what differs from reader to reader (names they gave, their own reactions, paths of their session) is
left out of it as a hole and filled in on the way out. The cache is `jiwar.log.fragments`: what it keeps opens only
under the key that opens the record itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from jiwar.crypto.hashing import digester
from jiwar.crypto.labels import FRAGMENT
from jiwar.crypto.sealing import OuterKey
from jiwar.errors import Damaged, NotCanonical, Unopenable
from jiwar.log.shelf import ShelfLog
from jiwar.web.frame import Reader
from jiwar.web.render import MARK
from jiwar.wire.canonical import Wire, encode

Place = tuple[int, int, int]
"""Epoch, lane and day: what the key of a record or cover hangs on."""


class Piece(Wire, frozen=True):
    """A rendered part, and what pages want to know about it without opening it. `text` is empty where nothing shows.

    It stays encoded: a page asks about more parts than it shows.
    """

    meta: bytes
    text: bytes

    def fill(self, holes: Mapping[str, str]) -> bytes:
        """The part for one reader. A hole that is not given is a mistake of the page."""
        return b"".join([one if isinstance(one, bytes) else holes[one].encode() for one in _texts.decode(self.text)])


Made = tuple[bytes, str]
_texts: msgspec.msgpack.Decoder[list[bytes | str]] = msgspec.msgpack.Decoder()
"""Of a part: its texts as they go out, and between them the names of its holes, which the type tells apart."""
_pieces = msgspec.msgpack.Decoder(Piece)
_together = msgspec.msgpack.Decoder(tuple[Piece, ...])
_NOTHING = Piece(b"", b"")


class Wanted(NamedTuple):
    """A part to be recalled: the place of what it was made of, those stored rows, and how it is made.

    `make` gives None where there is nothing to show; what it can't read now (Damaged, NotCanonical) isn't kept.
    """

    place: Place
    stored: object
    make: Callable[[], Made | None]


def hole(name: str) -> Markup:
    """What a template is given in place of a value that differs from reader to reader."""
    return Markup(f"{MARK}{name}{MARK}")  # noqa: S704 - filled in with markup of ours


def holes(*names: str) -> dict[str, Markup]:
    return {name: hole(name) for name in names}


def reading(reader: Reader) -> str:
    """What readers of one fragment have in common."""
    return f"{reader.language.way} {reader.digits} {reader.months} {reader.today}"


class Sealed:
    """The fragments of one circle's shelf for one way of reading, during one request.

    `roster` changes whenever somebody comes, goes, changes role, or has words that wait: other records show then.
    """

    def __init__(self, log: ShelfLog, way: str, roster: str) -> None:
        self._log, self._way = log, f"{way} {roster}"
        self._keys: dict[tuple[Place, ...], OuterKey | None] = {}
        self._names: dict[str, Callable[[bytes], bytes]] = {}

    def recall(self, kind: str, wanted: Wanted) -> Piece | None:
        """The part that was made of some stored rows, or that is made now.

        None when the place's key is gone, or when there is nothing to show.
        """
        return _shown(self._alone(kind, wanted))

    def recall_all(self, kind: str, wanted: Sequence[Wanted]) -> list[Piece | None]:
        """The same for the parts of one page. They are kept together as well, under a key that hangs on all their
        places: opening thirty one by one takes four times as long.
        """
        key = self._key(*dict.fromkeys(one.place for one in wanted)) if len(wanted) > 1 else None
        if key is None:
            return [self.recall(kind, one) for one in wanted]
        name = self._name(f"{kind}, together")(encode([one.stored for one in wanted]))
        kept = self._log.fragments.get(key, name)
        if kept:
            return [_shown(piece) for piece in _together.decode(kept)]
        pieces = [self._alone(kind, one) for one in wanted]
        if all(pieces):
            self._log.fragments.put(key, name, encode(pieces))
        return [_shown(piece) for piece in pieces]

    def _alone(self, kind: str, wanted: Wanted) -> Piece | None:
        """A part that may be empty; None for what can't be read now."""
        key = self._key(wanted.place)
        if key is None:
            return None
        name = self._name(kind)(encode(wanted.stored))
        kept = self._log.fragments.get(key, name)
        return _pieces.decode(kept) if kept else self._make(key, name, wanted.make)

    def _name(self, kind: str) -> Callable[[bytes], bytes]:
        """What names the fragments of one kind, from what is stored."""
        if kind not in self._names:
            self._names[kind] = digester(FRAGMENT, self._way, kind)
        return self._names[kind]

    def _make(self, key: OuterKey, name: bytes, make: Callable[[], Made | None]) -> Piece | None:
        try:
            made = make()
        except (Damaged, NotCanonical):
            return None
        piece = Piece(made[0], encode(_texts_of(made[1]))) if made else _NOTHING
        self._log.fragments.put(key, name, encode(piece))
        return piece

    def _key(self, *places: Place) -> OuterKey | None:
        """What seals what was made of some places; None when the key of one of them is gone."""
        if places not in self._keys:
            try:
                self._keys[places] = OuterKey(self._log.fragment_key(self._way, *places))
            except Unopenable:
                self._keys[places] = None
        return self._keys[places]


def _texts_of(rendered: str) -> list[bytes | str]:
    return [one if at % 2 else one.encode() for at, one in enumerate(rendered.split(MARK))]


def _shown(piece: Piece | None) -> Piece | None:
    return piece if piece and piece.text else None
