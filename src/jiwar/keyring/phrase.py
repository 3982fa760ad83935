"""The code phrase: one integer below 2^99 in three forms, nine words, thirty digits, a QR of the digits.

Implements spec/protocol.md §3.1. 93 bits are secret, six are a checksum, so that a slip of the finger is told at
once and costs no slow hash. Word lists are public: naming the nearest word tells nobody anything.
"""

from __future__ import annotations

import unicodedata

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import PHRASE_CHECK
from jiwar.crypto.random import Random, system_random
from jiwar.errors import PhraseLength, PhraseMistyped
from jiwar.keyring import wordlist

SECRET_BITS = 93
CHECK_BITS = 6
PHRASE_BITS = SECRET_BITS + CHECK_BITS
WORDS = 9
DIGITS = 30
_LONGEST_INPUT = 400


def _check(secret: int) -> int:
    return digest(PHRASE_CHECK, secret.to_bytes(12, "big"))[0] >> (8 - CHECK_BITS)


def new_phrase(random: Random = system_random) -> int:
    """A fresh phrase."""
    secret = int.from_bytes(random(12), "big") >> (96 - SECRET_BITS)
    return secret << CHECK_BITS | _check(secret)


def to_words(phrase: int, language: str) -> tuple[str, ...]:
    """Nine words, most significant first."""
    words = wordlist.load(language)
    return tuple(words.word(phrase >> 11 * place & 2047) for place in reversed(range(WORDS)))


def to_digits(phrase: int) -> str:
    """Thirty digits."""
    return f"{phrase:0{DIGITS}d}"


def parse(text: str, language: str = "ar") -> int:
    """Read a phrase in any form, separator, script of digits or list of words.

    `language` decides where two lists know the words equally well.

    Raises PhraseLength, UnknownWord, PhraseMistyped.
    """
    pieces = "".join(map(_kept, unicodedata.normalize("NFKC", text[:_LONGEST_INPUT]))).split()
    if not pieces:
        raise PhraseLength(found=0, wanted=WORDS)
    # Beside words, numbers are those of a list: «1. …».
    words = [piece for piece in pieces if not piece.isdecimal()]
    return _checked(_from_words(words, language) if words else _from_digits("".join(pieces)))


def _kept(character: str) -> str:
    """Letters, digits and marks; nothing for what can't be seen; a space for everything else."""
    category = unicodedata.category(character)
    if character.isalnum() or category == "Mn":
        return character
    return "" if category == "Cf" and character != "\u200b" else " "


def _from_digits(digits: str) -> int:
    if len(digits) != DIGITS:
        raise PhraseLength(found=len(digits), wanted=DIGITS)
    return int(digits)


def _from_words(pieces: list[str], language: str) -> int:
    if len(pieces) != WORDS:
        raise PhraseLength(found=len(pieces), wanted=WORDS)
    phrase = 0
    words = wordlist.load(_list_of(pieces, language))
    for position, piece in enumerate(pieces, 1):
        phrase = phrase << 11 | words.index(piece, position)
    return phrase


def _list_of(pieces: list[str], language: str) -> str:
    """The list that knows the most of the pieces; of equal ones the reader's own, then the first."""
    in_order = sorted(wordlist.LANGUAGES, key=lambda code: code != language)
    return max(in_order, key=lambda code: sum(piece in wordlist.load(code) for piece in pieces))


def _checked(phrase: int) -> int:
    if phrase >> PHRASE_BITS or phrase & (1 << CHECK_BITS) - 1 != _check(phrase >> CHECK_BITS):
        raise PhraseMistyped
    return phrase
