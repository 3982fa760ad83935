"""What the site knows, doesn't know and doesn't promise: crypto sentences that are true of what exists, plainly."""

from starlette.responses import Response

from jiwar.web.app import At
from jiwar.web.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.page("about/about.html", tab="more", inside=bool(visit.member))


ROUTES = (At("about", "/more/about", show),)
