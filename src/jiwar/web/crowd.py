"""What is answered while too many ask: a few bytes that were made ready, so that members' pages stay quick. Nothing
is kept, and the page says so.

How many pages are drawn at the window in a second is counted for all together, for asking and for coming back apart,
in RAM; no crowd keeps whoever has begun, and holds a ticket or a pass, from what they wrote or from deleting it. The
answer is drawn once a second for each language, and holds nothing of who asks; whoever has a session gets one of
their own, because its bar carries their form token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from jiwar.errors import BadFormToken, TooMuch
from jiwar.web.limits import PAGES_AT_A_WINDOW, Rate
from jiwar.web.respond import accepts_gzip
from jiwar.web.site import Site
from jiwar.web.visit import Visit

_SECONDS = 1.0
_STATUS = 503
_STATUS_LINE = b"HTTP/1.1 503 Service Unavailable\r\n"
_TICKET = re.compile(
    rb'(?:(?:^|&)(?:ticket|pass)=|name="(?:ticket|pass)"\r\n\r\n)([0-9a-f]{1,1000})(?:&|\r\n|$)', re.ASCII
)
"""As a form without a file sends it, and as one with a file does, before the file."""
_HIDDEN = 4096
"""Bytes in which it stands: a page's hidden fields come before what somebody types."""


@dataclass(frozen=True)
class Ready:
    """One answer, for the application and as bytes for who stands outside it."""

    made: float
    body: bytes
    headers: dict[str, str]
    head: bytes
    """Without the empty line that ends it."""


def look_turned_away(what: bytes, visit: Visit) -> Response | None:
    """The same for a page that is only looked at. A form is opened first: it may hold what somebody wrote."""
    return None if visit.request.method == "POST" else turned_away(what, visit)


def turned_away(what: bytes, visit: Visit, rate: Rate = PAGES_AT_A_WINDOW) -> Response | None:
    """The answer for one too many, or None for whoever may go on. Who has begun is counted for themselves."""
    try:
        visit.site.limits.take(what, rate)
        return None
    except TooMuch:
        return _drawn(visit, "desk") if visit.has_session() else _same_for_all(visit)


def _same_for_all(visit: Visit) -> Response:
    packed = accepts_gzip(visit.request.headers.get("accept-encoding", ""))
    answer = ready(visit.site, "desk", visit.stranger_language(), packed)
    # One of its own for everybody: what a visit sets on it, a cookie, would go to the next.
    return Response(answer.body, _STATUS, answer.headers)


def ready(site: Site, where: str, language: str, packed: bool) -> Ready:
    """The answer that stands ready. `where`: the page that it leads to."""
    key, now = (where, language, packed), site.services.clock.monotonic()
    kept: Ready | None = site.crowd.get(key)
    if kept is None or now - kept.made > _SECONDS:
        drawn = _drawn(_nobody(site, language, packed), where)
        lines = [name + b": " + value + b"\r\n" for name, value in drawn.raw_headers]
        kept = Ready(now, bytes(drawn.body), dict(drawn.headers), b"".join([_STATUS_LINE, *lines]))
        site.crowd[key] = kept
    return kept


def _nobody(site: Site, language: str, packed: bool) -> Visit:
    """A visit of whoever it may be."""
    headers = [(b"accept-encoding", b"gzip")] if packed else []
    asked = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": f"l={language}".encode(),
        "headers": headers,
    }
    return Visit(site, Request(asked))


def _drawn(visit: Visit, where: str) -> Response:
    return visit.page("frame/crowd.html", status=_STATUS, where=where)


def begun(site: Site, body: bytearray) -> bytes:
    """A name for whoever hands in a form with a ticket or a pass; empty for who holds none."""
    found = _TICKET.search(body, 0, _HIDDEN)
    try:
        return site.tickets.holder(found[1].decode()) if found else b""
    except BadFormToken:
        return b""
