"""What the program offers ready-made: founding cards, questions, names to choose from. All of it may be edited."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jiwar.circles.model import HIDDEN, LINK
from jiwar.crypto.random import Random

CARDS = ("close", "neighbours", "support", "working")
"""In the order in which a founder sees them."""
ACCESS = {"close": LINK, "neighbours": LINK, "support": HIDDEN, "working": LINK}
"""How each card lets people in: by a link with keys, or in two steps."""


@dataclass(frozen=True)
class Card:
    """One founding card in one language: what a founder reads, and what the group starts with."""

    key: str
    title: str
    sentence: str
    name: str
    about: str
    rules: tuple[str, ...]
    topic_title: str
    topic_body: str


def cards(language: str) -> dict[str, Card]:
    """The cards as a reader of the language sees them."""
    return {key: _read(key, language) for key in CARDS}


@cache
def _read(key: str, language: str) -> Card:
    found = _table()[key].get(language) or _table()[key]["en"]
    topic = found["first_topic"]
    return Card(
        key=key,
        title=found["title"],
        sentence=found["sentence"],
        name=found["name"],
        about=found["about"].strip(),
        rules=tuple(found["rules"]),
        topic_title=topic["title"],
        topic_body=topic["body"].strip(),
    )


@cache
def _table() -> dict[str, dict[str, dict]]:  # type: ignore[type-arg]
    return tomllib.loads(files("jiwar.circles").joinpath("rules", "cards.toml").read_text("utf-8"))


@cache
def names(language: str) -> tuple[str, ...]:
    """Everyday words that may be somebody's name in a group."""
    return tuple(files("jiwar.circles").joinpath("names", f"{language}.txt").read_text("utf-8").splitlines())


@dataclass(frozen=True)
class Prompt:
    """A question for one day of a group's first week, ready to be sent: a title, and a line under it."""

    title: str
    text: str


NOTHING_READY = Prompt("", "")


@cache
def week(card: str, language: str) -> tuple[Prompt, ...]:
    """The seven questions of a founding card."""
    found = _weeks()[card]
    return tuple(Prompt(*pair) for pair in found.get(language) or found["en"])


@cache
def week_titles(card: str, day: int) -> frozenset[str]:
    """What the question of one day is called once it is sent, in every language: with plain spaces."""
    return frozenset(" ".join(pairs[day][0].split()) for pairs in _weeks()[card].values())


@cache
def _weeks() -> dict[str, dict[str, list[list[str]]]]:
    return tomllib.loads(files("jiwar.circles").joinpath("rules", "weeks.toml").read_text("utf-8"))


def question(language: str, day: int) -> str:
    """The question of a day: they take turns."""
    asked = _questions().get(language) or _questions()["en"]
    return asked[day % len(asked)]


@cache
def _questions() -> dict[str, list[str]]:
    return tomllib.loads(files("jiwar.circles").joinpath("rules", "questions.toml").read_text("utf-8"))


def some_names(language: str, random: Random, number: int = 3, other_than: Iterable[str] = ()) -> tuple[str, ...]:
    """A few different names, drawn at random: none of those that were offered before."""
    before = set(other_than)
    listed = [name for name in names(language) if name not in before]
    drawn: list[str] = []
    while len(drawn) < number:
        one = listed[int.from_bytes(random(4), "big") % len(listed)]
        if one not in drawn:
            drawn.append(one)
    return tuple(drawn)
