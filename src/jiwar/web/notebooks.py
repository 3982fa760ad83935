"""Filling a second notebook: ordinary groups, made as all groups are, with talk of the last weeks in them.

The texts come with the program; which of them, by whom and when is drawn at random. Who else writes in them is made
for it and dropped (`circles.apart`): their personas, names and signatures stand in the groups as anybody's do.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from jiwar.circles.apart import Apart
from jiwar.circles.circle import Circle
from jiwar.circles.founding import first_charter, found_circle
from jiwar.circles.heartbeat import beat
from jiwar.circles.member import Member, Services
from jiwar.circles.model import LINK
from jiwar.crypto.random import Random
from jiwar.keyring.account import Access
from jiwar.keyring.model import Keyring, Settings
from jiwar.systems.forum.service import reply, start_topic
from jiwar.web import offers

BOOKS, TOPICS, OTHERS = 2, 3, 3
DAYS = 24
"""How far back the talk begins."""
CARD = "neighbours"
HOUR, DAY = 3_600.0, 86_400
T = TypeVar("T")


@cache
def _shelf(language: str) -> list[dict[str, Any]]:
    text = files("jiwar.web").joinpath("notebooks", f"{language}.toml").read_text("utf-8")
    books: list[dict[str, Any]] = tomllib.loads(text)["books"]
    return books


def _draw(random: Random, among: list[T], number: int) -> list[T]:
    """Some of them, in any order."""
    left, drawn = list(among), list[T]()
    while left and len(drawn) < number:
        drawn.append(left.pop(_below(random, len(left))))
    return drawn


def _below(random: Random, bound: int) -> int:
    return int.from_bytes(random(4), "big") % bound


@dataclass(frozen=True)
class _Act:
    """One thing said on a day; no text for the beginning of a topic."""

    day: int
    topic: int
    text: str


def _acts(random: Random, topics: list[dict[str, Any]], first: int, today: int) -> list[_Act]:
    """The talk of one group in the order of time; each topic is answered within some days."""
    acts = []
    for at, topic in enumerate(topics):
        day = first + 1 + at * (today - first - 4) // len(topics) + _below(random, 4)
        for text in ("", *topic["replies"]):
            acts.append(_Act(min(day, today - 1), at, text))
            day += 1 + _below(random, 2)
    return sorted(acts, key=lambda act: (act.day, act.text != ""))


async def filled(services: Services, access: Access, settings: Settings) -> Keyring:
    """The keyring of a second notebook, full of ordinary groups; it is nowhere yet but in the answer."""
    random, today = services.random, services.clock.day()
    first = today - DAYS + _below(random, 4)
    apart = Apart.beside(services, first)
    owner = await apart.somebody(settings, access)
    for book in _draw(random, _shelf(settings.language), BOOKS):
        apart.clock.now = first * DAY + 18 * HOUR
        await _write(apart, owner, book, first, today)
    await owner.flush(now=True)
    return owner.keyring


async def _write(apart: Apart, owner: Member, book: dict[str, Any], first: int, today: int) -> None:
    random, language = apart.services.random, owner.settings.language
    names = offers.some_names(language, random, OTHERS + 1)
    charter = first_charter(CARD, book["name"], book["about"], tuple(book["rules"]), LINK)
    mine = await found_circle(owner, charter, names[0])
    speakers = [owner]
    for name in names[1:]:
        guest = await apart.somebody(owner.settings)
        await apart.join(Circle(owner, mine.id), guest, name, language)
        speakers.append(guest)
    topics = _draw(random, book["topics"], TOPICS)
    begun: dict[int, bytes] = {}
    for act in _acts(random, topics, first, today):
        _go_on_to(apart, act.day)
        circle = Circle(speakers[_below(random, len(speakers))], mine.id)
        if act.text:
            await reply(circle, begun[act.topic], act.text)
        else:
            begun[act.topic] = await start_topic(circle, topics[act.topic]["title"], topics[act.topic]["text"])
    _read(Circle(owner, mine.id), list(begun.values()))
    await beat(Circle(owner, mine.id))


def _go_on_to(apart: Apart, day: int) -> None:
    """A little later on the same day, or the morning of another one."""
    later = apart.clock.now + HOUR
    if not apart.clock.day() == later // DAY == day:
        later = day * DAY + (9 + _below(apart.services.random, 6)) * HOUR
    apart.clock.now = later


def _read(circle: Circle, topics: list[bytes]) -> None:
    """The owner has read everything."""
    for obj in topics:
        rows = circle.log.rows(obj, 0, 2**62, 100)
        circle.has_seen(obj, max(row.number for row in rows))
