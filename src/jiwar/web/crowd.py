"""What the pages at the window answer while too many ask: a few bytes that were made ready, so that members' pages
stay quick. Nothing is kept, and the page says so.

How many pages are drawn in a second is counted for all together, for asking and for coming back apart, in RAM; no
crowd keeps whoever has begun, and holds a ticket or a pass, from what they wrote or from deleting it. The
answer is drawn once a second for each language, and holds nothing of who asks; whoever has a session gets one of
their own, because its bar carries their form token.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.errors import TooMuch
from jiwar.web.limits import PAGES_AT_A_WINDOW, Rate
from jiwar.web.respond import accepts_gzip
from jiwar.web.visit import Visit

_SECONDS = 1.0
_STATUS = 503


@dataclass(frozen=True)
class _Ready:
    made: float
    body: bytes
    headers: dict[str, str]


def look_turned_away(what: bytes, visit: Visit) -> Response | None:
    """The same for a page that is only looked at. A form is opened first: it may hold what somebody wrote."""
    return None if visit.request.method == "POST" else turned_away(what, visit)


def turned_away(what: bytes, visit: Visit, rate: Rate = PAGES_AT_A_WINDOW) -> Response | None:
    """The answer for one too many, or None for whoever may go on. Who has begun is counted for themselves."""
    try:
        visit.site.limits.take(what, rate)
        return None
    except TooMuch:
        return _drawn(visit) if visit.has_session() else _same_for_all(visit)


def _same_for_all(visit: Visit) -> Response:
    packed = accepts_gzip(visit.request.headers.get("accept-encoding", ""))
    key, now = (visit.stranger_language(), packed), visit.services.clock.monotonic()
    ready = visit.site.crowd.get(key)
    if ready is None or now - ready.made > _SECONDS:
        drawn = _drawn(visit)
        ready = visit.site.crowd[key] = _Ready(now, bytes(drawn.body), dict(drawn.headers))
    # One of its own for everybody: what a visit sets on it, a cookie, would go to the next.
    return Response(ready.body, _STATUS, ready.headers)


def _drawn(visit: Visit) -> Response:
    return visit.page("desk/crowd.html", status=_STATUS)
