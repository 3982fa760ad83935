"""The screen on which somebody meets their key: five on offer, one at a time, none of them kept after the choice.

Used by founding, by joining and for a new key; the five stay sealed in the session until one is taken.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles.member import Member
from jiwar.crypto.hashing import same
from jiwar.crypto.random import Random
from jiwar.errors import PhraseUnknown
from jiwar.keyring import phrase
from jiwar.keyring.model import Settings
from jiwar.web.square import square
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire

OFFERED = 5
"""One out of five costs the key fewer than three of its 93 secret bits."""
GROUP, LINE = 5, 15
"""Digits are shown in groups of so many, and in lines of so many."""


class KeyChoice(Wire, frozen=True):
    """The keys on offer, as digits, and which of them is on the screen."""

    offered: tuple[str, ...] = ()
    at: int = 0

    @property
    def phrase(self) -> int:
        return phrase.parse(self.offered[self.at])


@dataclass(frozen=True)
class Place:
    """Where in its flow the screen stands, and which page takes its form."""

    step: int
    steps: int
    page: str
    back: str


def offer_keys(random: Random) -> KeyChoice:
    """Five fresh keys."""
    return KeyChoice(tuple(phrase.to_digits(phrase.new_phrase(random)) for _ in range(OFFERED)))


def changed_choice(visit: Visit, choice: KeyChoice) -> KeyChoice | None:
    """The choice after the form, or None when the one on the screen was taken. Raises BadChoice."""
    if visit.form.ticked("others"):
        return offer_keys(visit.services.random)
    if visit.form.ticked("key"):
        return KeyChoice(choice.offered, visit.form.number("key", 0, OFFERED - 1))
    return None


@asynccontextmanager
async def member_with(visit: Visit, choice: KeyChoice) -> AsyncIterator[Member]:
    """Whoever is signed in, or else a new account for the key on the screen, durable when the block ends."""
    if visit.is_member():
        yield visit.member
        return
    settings = Settings(language=visit.reader.language.code)
    async with visit.site.accounts.opening(choice.phrase, visit.session, settings) as member:
        visit.renew_later()
        yield member


async def require_own(visit: Visit) -> int:
    """The key that was typed once more, if it is this account's own. Raises BadInput, Busy."""
    typed = phrase.parse(visit.form.typed("key", 400), visit.reader.language.code)
    access = await visit.site.accounts.stretch(typed)
    if not same(access.locator + access.unlock, visit.session.read("access") or b""):
        raise PhraseUnknown
    return typed


def show_key(visit: Visit, choice: KeyChoice, place: Place) -> Response:
    """The screen itself."""
    digits = phrase.to_digits(choice.phrase)
    return visit.page(
        "keys/choose.html",
        words=phrase.to_words(choice.phrase, visit.reader.language.code),
        lines=[" ".join(_cut(line, GROUP)) for line in _cut(digits, LINE)],
        square=square(digits),
        offered=len(choice.offered),
        at=choice.at,
        place=place,
    )


def _cut(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]
