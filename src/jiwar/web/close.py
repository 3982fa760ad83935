"""Closing: the session ends at once, the page is the cover's own, and what was read is noted behind it."""

from starlette.responses import Response

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
        answer.headers["Clear-Site-Data"] = '"cache", "storage"' if visit.phone else '"cache", "cookies", "storage"'
    return answer


ROUTES = (At("close", "/close", post=close, public=True, entrance=True),)
