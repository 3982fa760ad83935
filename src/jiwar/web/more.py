"""The last tab: what is needed now and then; and the picture that every browser asks for, which there is none of."""

from starlette.responses import Response

from jiwar.web.app import At
from jiwar.web.respond import ALWAYS
from jiwar.web.visit import Visit


async def show(visit: Visit) -> Response:
    groups = len(visit.member.memberships())
    return visit.page("more/more.html", tab="more", groups=groups)


async def no_picture(visit: Visit) -> Response:
    return Response(None, 204, ALWAYS)


ROUTES = (At("more", "/more", show), At("favicon", "/favicon.ico", no_picture, public=True))
