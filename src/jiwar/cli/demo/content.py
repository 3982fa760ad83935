"""What the demo is about: people and circles, read from the files beside this one.

Days count backwards from today. Nothing here knows a hub.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody, with a name for each circle (by its slug) and the circles they look after."""

    id: str
    handles: dict[str, str]
    steward: tuple[str, ...] = ()
    founder: bool = False
    newcomer: bool = False
    language: str = "ar"


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An opening, a reply or a message. `quote` and `reply_to` are places in the thread, from 0."""

    by: str
    day: int
    body: str
    part: str = ""
    quote: int | None = None
    reply_to: int | None = None
    reactions: dict[str, tuple[str, ...]] = {}
    edited: bool = False
    retracted: bool = False


class Thread(msgspec.Struct, frozen=True):
    """A topic (`keep` 0: as long as the circle keeps topics) or a room."""

    circle: str
    title: str
    posts: tuple[Post, ...]
    note: str = ""
    keep: int = 0

    @property
    def is_room(self) -> bool:
        return self.keep > 0


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody asks for or offers, without a name."""

    by: str
    circle: str
    side: str
    day: int
    text: str
    when: str
    kind: str = ""
    area: str = ""
    many: int = 1
    often: str = "once"
    languages: str = ""
    conditions: str = ""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody answers under their name in a topic that has none."""

    by: str
    day: int
    body: str


class Unnamed(msgspec.Struct, frozen=True):
    """A topic without a name."""

    circle: str
    by: str
    day: int
    title: str
    body: str
    note: str
    answers: tuple[Answer, ...]


class AtTheWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that can be asked for at a window, with what helps at once; or what somebody asked there."""

    kind: str
    text: str


class WindowScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The window of a circle: in whose name, who answers there, and what was asked lately."""

    name: str
    text: str
    dispatchers: tuple[str, ...]
    ready: tuple[str, ...]
    counter: tuple[AtTheWindow, ...]
    caller: tuple[AtTheWindow, ...]


class InTheFund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the fund (`kind` "income", or what is asked for), how many stewards have said yes to it, whether it
    was handed over, and how it ended."""

    day: int
    kind: str
    amount: int
    text: str
    yes: int = 0
    handed: bool = False
    outcome: str = ""


class FundScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fund of a circle: its currency, to what figures are rounded, and what its stewards wrote down."""

    currency: str
    step: int
    entry: tuple[InTheFund, ...]


class CircleScript(msgspec.Struct, frozen=True):
    """A circle before anything is said in it. Strangers read `public` where they may come in, or ask to: `questions`
    are what they answer then. `hour`: when they come together, if they do. `window`: where people without an account
    ask; `fund`: their money in common."""

    slug: str
    card: str
    name: str
    about: str
    rules: tuple[str, ...]
    notes: tuple[str, ...]
    access: str
    public: str
    questions: tuple[str, ...]
    hour: int | None
    window: WindowScript | None
    fund: FundScript | None


class Community(msgspec.Struct, frozen=True):
    """Everything that is played."""

    name: str
    people: tuple[Person, ...]
    circles: tuple[CircleScript, ...]
    threads: tuple[Thread, ...]
    board: tuple[Asked, ...] = ()
    unnamed: tuple[Unnamed, ...] = ()

    def person(self, name: str) -> Person:
        return next(person for person in self.people if person.id == name)

    def members(self, slug: str) -> list[Person]:
        return [person for person in self.people if slug in person.handles]

    def stewards(self, slug: str) -> list[Person]:
        return [person for person in self.people if slug in person.steward]


def _post(raw: dict[str, Any]) -> Post:
    post = {key: value for key, value in raw.items() if key not in ("title", "note", "reply")}
    return msgspec.convert({**post, "body": post["body"].strip()}, Post)


def _threads(circle: dict[str, Any]) -> list[Thread]:
    slug = circle["slug"]
    topics = [
        Thread(slug, raw["title"], tuple(map(_post, [raw, *raw["reply"]])), raw.get("note", ""))
        for raw in circle.get("topic", [])
    ]
    rooms = [
        Thread(slug, raw["name"], tuple(map(_post, raw["message"])), keep=raw["keep"])
        for raw in circle.get("room", [])
    ]
    return topics + rooms


def _unnamed(circle: dict[str, Any]) -> list[Unnamed]:
    return [
        Unnamed(
            *(circle["slug"], raw["by"], raw["day"], raw["title"], raw["body"].strip(), raw.get("note", "")),
            msgspec.convert(raw["answer"], tuple[Answer, ...]),
        )
        for raw in circle.get("unnamed", [])
    ]


def _circle(raw: dict[str, Any]) -> CircleScript:
    return CircleScript(
        slug=raw["slug"],
        card=raw["card"],
        name=raw["name"],
        about=raw["about"].strip(),
        rules=tuple(raw["rules"]),
        notes=tuple(raw.get("note", [])),
        access=raw["access"],
        public=raw.get("public", "").strip(),
        questions=tuple(raw.get("questions", [])),
        hour=raw.get("hour"),
        window=msgspec.convert(raw["window"], WindowScript) if "window" in raw else None,
        fund=msgspec.convert(raw["fund"], FundScript) if "fund" in raw else None,
    )


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))


def load() -> Community:
    """The whole demo."""
    folder = files("jiwar.cli.demo")
    community = _read(folder / "community.toml")
    parts = [folder / "circles" / f"{name}.toml" for name in community["community"]["circles"]]
    circles = [raw for file in parts for raw in _read(file)["circle"]]
    return Community(
        name=community["community"]["name"],
        people=msgspec.convert(community["persona"], tuple[Person, ...]),
        circles=tuple(map(_circle, circles)),
        threads=tuple(thread for raw in circles for thread in _threads(raw)),
        unnamed=tuple(one for raw in circles for one in _unnamed(raw)),
        board=msgspec.convert(_read(folder / "board.toml")["wish"], tuple[Asked, ...]),
    )


def shortened(community: Community, threads: int) -> Community:
    """The same people with less to say: so many threads of each circle, the most telling ones first."""
    chosen: list[Thread] = []
    for circle in community.circles:
        own = [thread for thread in community.threads if thread.circle == circle.slug]
        chosen += sorted(own, key=_commonness)[:threads]
    return msgspec.structs.replace(community, threads=tuple(chosen))


def _commonness(thread: Thread) -> tuple[bool, bool, int]:
    """Low for rooms, and for short topics in which somebody thought again."""
    changed = any(post.edited or post.retracted for post in thread.posts)
    return not thread.is_room, not changed, len(thread.posts)
