"""Closing: the session ends at once, the page is the cover's own, and what was read is noted behind it."""

from collections.abc import Iterator

from starlette.responses import Response

from jiwar.circles.nudges import WEB
from jiwar.web.app import At
from jiwar.web.visit import Visit


async def close(visit: Visit) -> Response:
    """Leave nothing behind: the browser is asked to forget too, where it listens (https only).

    A remembered phone keeps its own cookie: closing ends a visit, not the memory.
    """
    if visit.is_member() and (write := visit.member.last_write()):
        visit.site.later(write)
    if visit.has_session():
        visit.end_session()
    answer = visit.go("door")
    if visit.site.secure:
        answer.headers["Clear-Site-Data"] = ", ".join(f'"{kind}"' for kind in _forgotten(visit))
    return answer


def _forgotten(visit: Visit) -> Iterator[str]:
    """What a browser is asked to clear. Of this site, "storage" holds nothing but the worker of reminders.

    Clearing it would end, without a word, what somebody chose: so it is asked for only where a member closes who
    isn't rung by a browser. Whose visit has ended by itself before isn't known.
    """
    yield "cache"
    if not visit.phone:
        yield "cookies"
    if visit.is_member() and visit.member.keyring.nudge.channel != WEB:
        yield "storage"


ROUTES = (At("close", "/close", post=close, public=True, entrance=True),)
