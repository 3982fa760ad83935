"""Walking through the XML of a part, within bounds.

No document type is taken, so there are no entities, no attributes by default and nothing to fetch. Names lose their
prefix: what writes tables uses one vocabulary in each part.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers.expat import ExpatError, ParserCreate

from jiwar.errors import SheetTooLarge, SheetUnreadable, SheetUnsafe

DEEPEST = 64
MOST_ELEMENTS = 400_000
"""Of one part: half a second's work."""
Begin = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Said = Callable[[str], None]


def _nothing(text: str) -> None: ...


def walk(part: bytes, begin: Begin, end: End = _nothing, said: Said = _nothing) -> None:
    """Call `begin`, `said` and `end` as elements and text come.

    Raises SheetUnreadable for what is no XML, SheetUnsafe for a document type, SheetTooLarge.
    """
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    depth = count = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise SheetTooLarge
        begin(_local(name), {_local(one): value for one, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, said
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(part, True)
    except ExpatError:
        raise SheetUnreadable from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*declared: object) -> None:
    raise SheetUnsafe
