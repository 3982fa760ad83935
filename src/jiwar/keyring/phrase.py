"""The code phrase: one integer below 2^99 in three forms, nine words, thirty digits, a QR of the digits.

Implements spec/protocol.md §3.1. 93 bits are secret, six are a checksum, so that a slip of the finger is told at
once and costs no slow hash. Word lists are public: naming the nearest word tells nobody anything. What has to last
days rather than years has a shorter shape, `SHORT`: six words or twenty digits, of which 60 bits are secret (§4.12).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import PHRASE_CHECK
from jiwar.crypto.random import Random, system_random
from jiwar.errors import PhraseLength, PhraseMistyped
from jiwar.keyring import wordlist

CHECK_BITS = 6
_LONGEST_INPUT = 400


@dataclass(frozen=True)
class Shape:
    """How long a phrase is, in its two written forms; what of it isn't the checksum is secret."""

    words: int
    digits: int

    @property
    def bits(self) -> int:
        return 11 * self.words

    @property
    def secret_bits(self) -> int:
        return self.bits - CHECK_BITS


KEY, SHORT = Shape(9, 30), Shape(6, 20)


def _check(secret: int) -> int:
    return digest(PHRASE_CHECK, secret.to_bytes(12, "big"))[0] >> (8 - CHECK_BITS)


def new_phrase(random: Random = system_random, shape: Shape = KEY) -> int:
    """A fresh phrase."""
    secret = int.from_bytes(random(12), "big") >> (96 - shape.secret_bits)
    return secret << CHECK_BITS | _check(secret)


def to_words(phrase: int, language: str, shape: Shape = KEY) -> tuple[str, ...]:
    """Its words, most significant first."""
    words = wordlist.load(language)
    return tuple(words.word(phrase >> 11 * place & 2047) for place in reversed(range(shape.words)))


def to_digits(phrase: int, shape: Shape = KEY) -> str:
    """Its digits."""
    return f"{phrase:0{shape.digits}d}"


def parse(text: str, language: str = "ar", shape: Shape = KEY) -> int:
    """Read a phrase in any form, separator, script of digits or list of words.

    `language` decides where two lists know the words equally well.

    Raises PhraseLength, UnknownWord, PhraseMistyped.
    """
    pieces = "".join(map(_kept, unicodedata.normalize("NFKC", text[:_LONGEST_INPUT]))).split()
    if not pieces:
        raise PhraseLength(found=0, wanted=shape.words)
    # Beside words, numbers are those of a list: «1. …».
    words = [piece for piece in pieces if not piece.isdecimal()]
    return _checked(_from_words(words, language, shape) if words else _from_digits("".join(pieces), shape), shape)


def _kept(character: str) -> str:
    """Letters, digits and marks; nothing for what can't be seen; a space for everything else."""
    category = unicodedata.category(character)
    if character.isalnum() or category == "Mn":
        return character
    return "" if category == "Cf" and character != "\u200b" else " "


def _from_digits(digits: str, shape: Shape) -> int:
    if len(digits) != shape.digits:
        raise PhraseLength(found=len(digits), wanted=shape.digits)
    return int(digits)


def _from_words(pieces: list[str], language: str, shape: Shape) -> int:
    if len(pieces) != shape.words:
        raise PhraseLength(found=len(pieces), wanted=shape.words)
    phrase = 0
    words = wordlist.load(_list_of(pieces, language))
    for position, piece in enumerate(pieces, 1):
        phrase = phrase << 11 | words.index(piece, position)
    return phrase


def _list_of(pieces: list[str], language: str) -> str:
    """The list that knows the most of the pieces; of equal ones the reader's own, then the first."""
    in_order = sorted(wordlist.LANGUAGES, key=lambda code: code != language)
    return max(in_order, key=lambda code: sum(piece in wordlist.load(code) for piece in pieces))


def _checked(phrase: int, shape: Shape) -> int:
    if phrase >> shape.bits or phrase & (1 << CHECK_BITS) - 1 != _check(phrase >> CHECK_BITS):
        raise PhraseMistyped
    return phrase
