"""Who comes, as far as it is known before a request is read: a member, or a stranger, and in which line.

A line for each page before sign-in and for each of asking and handing in there, so that a crowd at one keeps nobody
from another; one line for every other path. Who has begun, and holds a session or a ticket, stands in a line of
those.
Knows a session by what its table calls it, opens none, and keeps nothing of anybody who isn't in a line. What it
reads of a request, it finds without taking the request apart: whoever comes writes what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from uvicorn._types import HTTPScope

from jiwar.i18n import LANGUAGES
from jiwar.keyring.session import COOKIE
from jiwar.web import crowd
from jiwar.web.app import At
from jiwar.web.crowd import Ready
from jiwar.web.respond import accepts_gzip
from jiwar.web.site import Site
from jiwar.web.turns import Place, Turns

_ELSEWHERE = At("", "")
_SIGNED_IN = "access"
_LANGUAGE = re.compile(rb"(?:^|&)l=([^&]+)")
_MOST_QUERY = 256
"""Bytes of a query that are looked at."""


class Comers:
    """Those of one hub, and their turns."""

    def __init__(self, site: Site, table: Sequence[At]) -> None:
        self._site = site
        self.turns = Turns()
        self.gathered = 0
        """Bytes of strangers' forms that nobody reads yet."""
        # The name first: that is looked for quickly. No other cookie's may end in it.
        name = re.escape(site.cookie.encode())
        self._cookie = re.compile(rb"%b=(?<![^; ]%b=)([0-9a-f]{%d})(?![^; ])" % (name, name, 2 * COOKIE))
        self._forms = {_first(site.paths.pattern(at.name)) for at in table if at.post is not None}
        patterns = {site.paths.pattern(at.name): at for at in table if at.public}
        self._pages = {pattern: at for pattern, at in patterns.items() if "{" not in pattern}
        # One line for all links of a kind: a pattern ends for us where its first place begins.
        self._links = {pattern.partition("{")[0]: at for pattern, at in patterns.items() if "{" in pattern}

    def session(self, scope: HTTPScope) -> bytes:
        """What the table calls the session that a request shows; empty for none."""
        shown = b""
        for header in _headers(scope, b"cookie"):
            for found in self._cookie.finditer(header):
                shown = found[1]
        return self._site.services.sessions.name(bytes.fromhex(shown.decode())) if shown else b""

    def is_member(self, session: bytes) -> bool:
        """Whether somebody signed in asks: a cookie that the hub didn't give counts for nothing."""
        return self._site.services.sessions.holds(session, _SIGNED_IN)

    def reads_form(self, scope: HTTPScope) -> bool:
        """Whether a page may be there that reads what is handed in."""
        return scope["method"] == "POST" and _first(scope["path"]) in self._forms

    def place(self, scope: HTTPScope, session: bytes, body: bytearray) -> Place:
        """Where a stranger has to wait for their turn."""
        page, posting = self._page(scope["path"]), scope["method"] == "POST"
        name = session
        if posting and not name and page.begun is not None:
            name = page.begun(self._site, body)
        return Place((page.name, posting), name)

    def went_away(self) -> None:
        """Somebody did, before their turn: what they left behind is collected as after an answer."""
        self._site.tidying.later()

    def crowd(self, scope: HTTPScope) -> Ready:
        """What one too many is answered. A phone's language isn't looked up for it: that costs as much as a page."""
        found = _LANGUAGE.search(scope["query_string"], 0, _MOST_QUERY)
        asked = found[1].decode("latin-1") if found else ""
        language = asked if asked in LANGUAGES else self._site.hub.front.language
        packed = accepts_gzip(next(_headers(scope, b"accept-encoding"), b"").decode("latin-1"))
        return crowd.ready(self._site, self._page(scope["path"]).crowd, language, packed)

    def _page(self, path: str) -> At:
        return self._pages.get(path) or self._links.get(path[: path.rfind("/") + 1]) or _ELSEWHERE


def _first(path: str) -> str:
    """The first piece of a path."""
    return path[1:].partition("/")[0]


def _headers(scope: HTTPScope, wanted: bytes) -> Iterator[bytes]:
    """Read without Starlette's Request: that leaves a copy of all headers behind, where nobody empties it."""
    return (value for name, value in scope["headers"] if name == wanted)
