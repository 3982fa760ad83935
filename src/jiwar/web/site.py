"""The web side of one hub, made once: templates, languages, paths, what strangers see."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

from jiwar.circles.accounts import Accounts
from jiwar.circles.invitations import Tries
from jiwar.circles.member import Services
from jiwar.circles.phones import Phones
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import SESSION_NAME
from jiwar.errors import JiwarError
from jiwar.i18n import Language, load_languages
from jiwar.node import Hub
from jiwar.pictures.clean import Darkroom
from jiwar.web.limits import Limits
from jiwar.web.look import load_look
from jiwar.web.paths import Paths
from jiwar.web.render import Pages
from jiwar.web.tickets import Tickets
from jiwar.web.tidying import Tidying
from jiwar.web.uploads import AT_ONCE, STRANGERS_AT_ONCE
from jiwar.web.waiting import MOST_PHOTOS, MOST_TABLES, PHOTO, TABLE, Waiting


class OpenPage(Protocol):
    """A page that stays open (`web.live`)."""

    def end(self) -> None:
        """Have it ask again."""

    async def is_left(self) -> bool:
        """Whether nobody reads it any more."""


@dataclass
class Site:
    """What every visit uses."""

    hub: Hub
    services: Services
    accounts: Accounts
    phones: Phones
    tries: Tries
    limits: Limits
    languages: dict[str, Language]
    pages: Pages
    paths: Paths
    cookie: str
    lasting: str
    tickets: Tickets
    secure: bool
    development: bool
    tidying: Tidying = field(default_factory=Tidying)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    moment: dict[object, Any] = field(default_factory=dict)
    """What this turn of the loop has rendered for many readers (`web.live`); emptied at its end."""
    crowd: dict[tuple[str, str, bool], Any] = field(default_factory=dict)
    """Answers that stand ready while too many ask (`web.crowd`), by place, language and compression."""
    streams: dict[bytes, set[OpenPage]] = field(default_factory=dict)
    """Open streams, by session."""
    tables: Waiting = field(default_factory=partial(Waiting, TABLE, MOST_TABLES))
    photos: Waiting = field(default_factory=partial(Waiting, PHOTO, MOST_PHOTOS))
    """What waits between two screens: tables (`web.bringing`), photos (`web.chosen`)."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a table is read: one at a time."""
    carrying: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    """Held while a form with a file is in RAM."""
    handing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(STRANGERS_AT_ONCE))
    """The same for who has no account."""
    darkroom: Darkroom = field(default_factory=Darkroom)
    window_darkroom: Darkroom = field(default_factory=partial(Darkroom, "letter", STRANGERS_AT_ONCE))
    """Photos of who has no account: in a lane apart, behind all others."""
    turns: WeakValueDictionary[bytes, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def alone(self, session: bytes) -> asyncio.Lock:
        """Held during what takes seconds and may be done once: a second tap waits and finds it done."""
        return self.turns.setdefault(session, asyncio.Lock())

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Let something finish behind an answer that must not wait for it."""
        task = asyncio.ensure_future(_quietly(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def end_streams(self) -> None:
        """Open pages ask again: before the server stops, which would wait for them and then cut them off."""
        for pages in self.streams.values():
            for page in pages:
                page.end()

    async def settle(self) -> None:
        """Wait for what is still being finished: before the hub closes."""
        await asyncio.gather(*self.tasks)

    @property
    def cover(self) -> str:
        """The harmless name that stands in titles and bars."""
        return self.hub.front.cover


async def _quietly(work: Coroutine[None, None, None]) -> None:
    """What can't be written any more is lost quietly: nobody waits for the answer."""
    with contextlib.suppress(JiwarError):
        await work


def load_pages(hub: Hub) -> Pages:
    """The templates: those of the hub's own language ready to be rendered, others when they are asked for."""
    pages = Pages(load_look(), load_languages(), lambda: hub.services.random(16).hex())
    pages.load_all([hub.front.language])
    return pages


def make_site(
    hub: Hub,
    patterns: Sequence[tuple[str, str]],
    secure: bool = False,
    development: bool = False,
    pages: Pages | None = None,
) -> Site:
    """Compose the web side over a running hub. `secure` says that people reach it by https.

    `pages` that are loaded already may be handed in: they belong to the program, not to the hub.
    """
    services = hub.services
    names = digest(SESSION_NAME, services.hub_id)
    name, lasting = names[:5].hex(), names[5:10].hex()
    return Site(
        hub=hub,
        services=services,
        accounts=hub.accounts,
        phones=hub.phones,
        tries=hub.tries,
        limits=Limits(services.clock),
        languages=load_languages(),
        pages=pages or load_pages(hub),
        paths=Paths(dict(patterns)),
        cookie=f"__Host-{name}" if secure else name,
        lasting=f"__Host-{lasting}" if secure else lasting,
        tickets=Tickets(services.clock, services.random),
        secure=secure,
        development=development,
    )
