"""How somebody is shown: their name as I know it, and the letter and colour of the tile of a group or a person.

A colour comes from what is different in every group (a circle's id, a persona's key), so it links nobody.
"""

from __future__ import annotations

from typing import Protocol

from jiwar.circles.sketch import Sketch
from jiwar.i18n import Language

COLOURS = 6
NO_LETTER = "·"
"""On the tile of whoever has no name."""
_QUIET = "\"'«»“”()[]{}.,،-–_#@*"


def letter(name: str) -> str:
    """The first letter of a name."""
    return next((sign for sign in name if not sign.isspace() and sign not in _QUIET), NO_LETTER)


def colour(stable: bytes) -> int:
    """One of the soft pairs, 1..6."""
    return stable[:1].ljust(1, b"\0")[0] % COLOURS + 1


class Known(Protocol):
    """A circle, as far as names go."""

    @property
    def sketch(self) -> Sketch: ...

    def handle_of(self, persona: bytes) -> str: ...


def known_as(circle: Known, persona: bytes, language: Language) -> str:
    """How I know somebody; who left without a name has these words instead, a stranger has none."""
    name = circle.handle_of(persona)
    if name or circle.sketch.member(persona) is None:
        return name
    return language.gettext("Somebody who has left")
