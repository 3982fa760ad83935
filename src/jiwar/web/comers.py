"""Who comes, as far as it is known before a request is read: a member, or a stranger, and in which line.

A line for each page before sign-in and for each of asking and handing in there, so that a crowd at one keeps nobody
from another; one line for every other path. Who has begun, and holds a session or a ticket, stands in a line of
those.
Knows a session by what its table calls it, opens none, and keeps nothing of anybody who isn't in a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.requests import cookie_parser
from uvicorn._types import HTTPScope

from jiwar.i18n import LANGUAGES
from jiwar.web import crowd
from jiwar.web.app import At
from jiwar.web.crowd import Ready
from jiwar.web.respond import accepts_gzip
from jiwar.web.site import Site
from jiwar.web.turns import Place, Turns

_ELSEWHERE = At("", "")
_SIGNED_IN = "access"


class Comers:
    """Those of one hub, and their turns."""

    def __init__(self, site: Site, table: Sequence[At]) -> None:
        self._site = site
        self.turns = Turns()
        patterns = {site.paths.pattern(at.name): at for at in table if at.public}
        self._pages = {pattern: at for pattern, at in patterns.items() if "{" not in pattern}
        # One line for all links of a kind: a pattern ends for us where its first place begins.
        self._links = {pattern.partition("{")[0]: at for pattern, at in patterns.items() if "{" in pattern}

    def is_member(self, scope: HTTPScope) -> bool:
        """Whether somebody signed in asks: a cookie that the hub didn't give counts for nothing."""
        return self._site.services.sessions.holds(self._session(scope), _SIGNED_IN)

    def place(self, scope: HTTPScope, body: bytes) -> Place:
        """Where a stranger has to wait for their turn."""
        page, posting = self._page(scope["path"]), scope["method"] == "POST"
        name = self._session(scope)
        if posting and not name and page.begun is not None:
            name = page.begun(self._site, body)
        return Place((page.name, posting), name)

    def crowd(self, scope: HTTPScope) -> Ready:
        """What one too many is answered. A phone's language isn't looked up for it: that costs as much as a page."""
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("l", [""])[0]
        language = asked if asked in LANGUAGES else self._site.hub.front.language
        packed = accepts_gzip(_header(scope, b"accept-encoding"))
        return crowd.ready(self._site, self._page(scope["path"]).crowd, language, packed)

    def _page(self, path: str) -> At:
        return self._pages.get(path) or self._links.get(path[: path.rfind("/") + 1]) or _ELSEWHERE

    def _session(self, scope: HTTPScope) -> bytes:
        """What the table calls the session that a request shows; empty for none."""
        shown = cookie_parser(_header(scope, b"cookie")).get(self._site.cookie, "")
        try:
            return self._site.services.sessions.name(bytes.fromhex(shown)) if shown else b""
        except ValueError:
            return b""


def _header(scope: HTTPScope, wanted: bytes) -> str:
    """Read without Starlette's Request: that leaves a copy of all headers behind, where nobody empties it."""
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == wanted)
