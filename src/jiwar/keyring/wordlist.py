"""The word lists of the code phrase: 2,048 everyday words a language, found by their first four letters.

Implements spec/protocol.md §3.1. The rules of curation are in words/README.md.

- A word's number is its line. The lists are frozen: a changed line would change what people keep on paper.
- Words are compared folded, so that vowel marks, letter variants and capitals never keep anybody out.
- The first four letters, folded, belong to one word only.
- The lists are public: to name the nearest word tells nobody anything.

Does not know what a phrase is, and keeps nothing of what was typed: an error holds a list's word, not the person's.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from jiwar.errors import UnknownWord

LANGUAGES = ("ar", "en", "fr")
PREFIX = 4
_LONGEST = 8

# Hamza and madda on a carrier fall with the marks. What has no decomposition is named: alef wasla, tatweel, and the
# yeh and kaf of Persian and Kurdish keyboards, the two ligatures of French.
_LETTERS = str.maketrans({"ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ـ": None, "œ": "oe", "æ": "ae"})
_DROPPED = {"Mn", "Me", "Cf"}


def fold(text: str) -> str:
    """Return the form in which words are compared: no marks, no direction controls, one form of each letter."""
    # Decomposed before and after case is folded: each step can uncover work for the other.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in apart if unicodedata.category(letter) not in _DROPPED)
    return unicodedata.normalize("NFKC", bare.translate(_LETTERS))


@dataclass(frozen=True, slots=True)
class Wordlist:
    """The list of one language, in its fixed order; `folded` is sorted and says the same, word by word."""

    language: str
    words: tuple[str, ...] = field(repr=False)
    folded: tuple[str, ...] = field(repr=False)

    def word(self, index: int) -> str:
        """Return the word of a number."""
        if index < 0:
            raise IndexError(index)
        return self.words[index]

    def index(self, text: str, position: int = 1) -> int:
        """Return the number of a word, typed whole or from its first four letters on.

        Raises: UnknownWord, with the position given and the nearest word of the list.
        """
        typed = fold(text).strip()
        place = self._place(typed)
        if place is None:
            raise UnknownWord(position=position, suggestion=self._nearest(typed))
        return place

    def __contains__(self, text: str) -> bool:
        """Whether it is a word of this list, typed whole or from its first four letters on."""
        return self._place(fold(text).strip()) is not None

    def _place(self, typed: str) -> int | None:
        place = bisect_left(self.folded, typed)
        return place if place < len(self.folded) and _stands_for(typed, self.folded[place]) else None

    def _nearest(self, typed: str) -> str:
        # More letters than any word has tell nothing, and would let a long input cost a long search.
        typed = typed[: _LONGEST + 1]
        best, nearest = (len(typed), _LONGEST + len(typed)), 0
        for place, word in enumerate(self.folded):
            distance = _distance(typed, word, best[0])
            if distance < best:
                best, nearest = distance, place
        return self.words[nearest]


def _stands_for(typed: str, word: str) -> bool:
    return typed == word or (len(typed) >= PREFIX and word.startswith(typed))


def _distance(typed: str, word: str, limit: int) -> tuple[int, int]:
    """Count the slips between what was typed and the word's beginning, then and the whole word.

    A slip is a letter too many, missing or wrong, or two neighbours swapped. Gives up above the limit.
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, 1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and other == typed[i - 2]:
                slips = min(slips, earlier[j - 2] + 1)
            row.append(slips)
        if min(row) > limit and min(before) > limit:
            break
    return min(row), row[-1]


@cache
def load(language: str) -> Wordlist:
    """Return the list of one of LANGUAGES; it is read once."""
    if language not in LANGUAGES:
        raise ValueError(language)
    text = files("jiwar.keyring").joinpath("words", f"{language}.txt").read_text("utf-8")
    words = tuple(text.split())
    return Wordlist(language, words, tuple(fold(word) for word in words))
