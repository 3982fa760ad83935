"""The development page: every component, light beside dark. Served only by a hub that runs in development."""

from starlette.responses import Response

from jiwar.errors import NotThere
from jiwar.web.app import At
from jiwar.web.frame import Frame, Reader
from jiwar.web.render import Page, Pages
from jiwar.web.respond import respond
from jiwar.web.visit import Visit


def components_page(pages: Pages, reader: Reader, frame: Frame) -> Page:
    """Render the page; the nine words of the key grid come from the catalogue."""
    say = reader.language.gettext
    nine = say("camel window orange drum ladder cloud jug boat comb").split()
    return pages.render("components.html", reader, frame, nine=nine)


async def show(visit: Visit) -> Response:
    """Raises NotThere outside development."""
    if not visit.site.development:
        raise NotThere
    page = components_page(visit.site.pages, visit.reader, visit.frame())
    return respond(page, visit.request.headers.get("accept-encoding", ""))


ROUTES = (At("components", "/components", show, public=True),)
