"""Words that are said: two beside an invitation, six to compare what two people see.

The lists hold 256 words a language, easy to say on a bad line. They count for nothing against a stolen disk; a link
carries its own secret (spec §4.6).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import CASE, COMPARE_WORDS
from jiwar.crypto.random import Random
from jiwar.keyring.wordlist import fold

COMPARED = 6
LANGUAGES = ("ar", "en", "fr")
"""Those that have a list."""


@cache
def words(language: str) -> tuple[str, ...]:
    """The list of a language."""
    text = files("jiwar.circles").joinpath("spoken", f"{language}.txt").read_text("utf-8")
    return tuple(text.split())


def pick(language: str, random: Random) -> tuple[str, str]:
    """Two different words."""
    chosen = words(language)
    first = random(1)[0]
    second = random(1)[0]
    return chosen[first], chosen[second if second != first else (first + 1) % 256]


def compare(root: bytes, size: int, language: str) -> tuple[str, ...]:
    """Six words that stand for what a reader has seen of a circle: 48 bits of its tree's root."""
    chosen = words(language)
    return tuple(chosen[byte] for byte in digest(COMPARE_WORDS, root, size)[:COMPARED])


def known_by(secret: bytes, language: str) -> tuple[str, str]:
    """Two different words that two who share a secret know each other by: one asks, one answers (16 bits)."""
    chosen, (asked, answered) = words(language), derive(secret, CASE, "words", length=2)
    return chosen[asked], chosen[answered if answered != asked else (asked + 1) % 256]


__all__ = ["LANGUAGES", "compare", "fold", "known_by", "pick", "words"]
