"""Rendered parts of pages, kept sealed, with holes for what is one reader's own.

A post or a row of a list is opened, checked and rendered once for everybody who reads alike (language, digits,
months, day); what differs from reader to reader (names they gave, their own reactions, paths of their session) is
left out of it as a hole and filled in on the way out. The cache is `jiwar.log.fragments`: what it keeps opens only
under the key that opens the record itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
from markupsafe import Markup

from jiwar.crypto.hashing import digester
from jiwar.crypto.labels import FRAGMENT
from jiwar.crypto.sealing import OuterKey
from jiwar.errors import Damaged, NotCanonical, Unopenable
from jiwar.log.shelf import ShelfLog
from jiwar.web.frame import Reader
from jiwar.wire.canonical import Wire, encode

MARK = "\x00"
"""Stands on both sides of a hole's name. No text of people holds it (`circles.texts`)."""
Place = tuple[int, int, int]
"""Epoch, lane and day: what the key of a record or cover hangs on."""


class Piece(Wire, frozen=True):
    """A rendered part: texts and names of holes by turns, and what pages want to know about it without opening it."""

    meta: bytes
    parts: tuple[str, ...]

    def fill(self, holes: Mapping[str, str]) -> str:
        """The part for one reader. A hole that is not given is a mistake of the page."""
        filled = list(self.parts)
        for at in range(1, len(filled), 2):
            filled[at] = holes[filled[at]]
        return "".join(filled)


Made = tuple[bytes, str]
_pieces = msgspec.msgpack.Decoder(Piece)
_NOTHING = Piece(b"", ())


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
        self._keys: dict[Place, OuterKey | None] = {}
        self._names: dict[str, Callable[[bytes], bytes]] = {}

    def recall(self, place: Place, kind: str, stored: object, make: Callable[[], Made | None]) -> Piece | None:
        """The part that was made of some stored rows, or that `make` makes now.

        None when the place's key is gone, or when there is nothing to show.
        """
        key = self._keys[place] if place in self._keys else self._key(place)
        if key is None:
            return None
        name = self._name(kind)(encode(stored))
        kept = self._log.fragments.get(key, name)
        piece = _pieces.decode(kept) if kept else self._make(key, name, make)
        return piece if piece.parts else None

    def _name(self, kind: str) -> Callable[[bytes], bytes]:
        """What names the fragments of one kind, from what is stored."""
        if kind not in self._names:
            self._names[kind] = digester(FRAGMENT, self._way, kind)
        return self._names[kind]

    def _make(self, key: OuterKey, name: bytes, make: Callable[[], Made | None]) -> Piece:
        try:
            made = make()
        except (Damaged, NotCanonical):
            return _NOTHING
        piece = Piece(made[0], tuple(made[1].split(MARK))) if made else _NOTHING
        self._log.fragments.put(key, name, encode(piece))
        return piece

    def _key(self, place: Place) -> OuterKey | None:
        try:
            key = OuterKey(self._log.fragment_key(*place, self._way))
        except Unopenable:
            key = None
        self._keys[place] = key
        return key


def joined(parts: Iterable[str]) -> Markup:
    """Rendered parts one after the other."""
    return Markup("".join(parts))  # noqa: S704 - rendered by templates of ours
