"""The photo beside a request or an offer: shown when somebody asks for it, added and taken away by who is behind it.

What comes in is decoded in a process of its own and encoded anew (`jiwar.pictures`): this one never looks into it.
"""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import oneoffs
from jiwar.circles.circle import Circle
from jiwar.errors import BadInput, JiwarError, NotThere
from jiwar.systems.needs import pictures, view
from jiwar.systems.needs.view import Shown
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.limits import PHOTO
from jiwar.web.pledges import addressed
from jiwar.web.respond import ALWAYS
from jiwar.web.uploads import PICTURE
from jiwar.web.visit import Visit

STEP = 4_096
"""A picture is sent in multiples of it: who watches the wire sees steps."""
_NOTHING_ELSE = {"Content-Disposition": "inline", "Content-Security-Policy": "default-src 'none'; sandbox"}


def _shown(circle: Circle, obj: bytes) -> tuple[Shown, bool]:
    """One that stands open, and whether it is mine. Raises NotThere."""
    own = oneoffs.behind(circle, obj) is not None
    found = view.mine(circle, obj) if own else view.one(circle, obj)
    if found.waits or not found.is_open:
        raise NotThere
    return found, own


async def show(visit: Visit) -> Response:
    return _page(visit, *addressed(visit))


def _page(visit: Visit, circle: Circle, obj: bytes, error: JiwarError | None = None) -> Response:
    found, own = _shown(circle, obj)
    photo = pictures.of(circle, found)
    if photo is None and not own:
        raise NotThere
    return visit.page(
        "needs/photo.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.object_name(circle.id, obj),
        offers=found.need.side == "offer",
        photo=photo,
        own=own,
        typed=visit.form.typed("alt"),
        limit=pictures.ALT_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def send(visit: Visit) -> Response:
    """The picture itself, for the page around it."""
    circle, obj = addressed(visit)
    photo = pictures.of(circle, _shown(circle, obj)[0])
    if photo is None:
        raise NotThere
    return alone(photo.jpeg)


def alone(jpeg: bytes) -> Response:
    """A picture as an answer of its own, which may do nothing."""
    # What stands behind the end of a JPEG file is no part of it.
    body = jpeg + bytes(-len(jpeg) % STEP)
    return Response(body, 200, {**ALWAYS, **_NOTHING_ELSE}, media_type="image/jpeg")


async def act(visit: Visit) -> Response:
    """Add one, in place of an older; or take it away."""
    circle, obj = addressed(visit)
    if oneoffs.behind(circle, obj) is None:
        raise NotThere
    verb = visit.form.choice("do", ("add", "remove"), "add")
    visit.limit(PHOTO)
    if verb == "remove":
        await pictures.take_away(circle, obj)
        visit.tell("The photo is gone.")
        return visit.go("need", need=visit.object_name(circle.id, obj))
    _shown(circle, obj)
    try:
        clean = await visit.site.darkroom.clean(visit.form.file)
        await pictures.add(circle, obj, clean, visit.form.text("alt", pictures.ALT_LIMIT))
    except BadInput as error:
        return _page(visit, circle, obj, error)
    visit.tell("The photo stands beside it.")
    return visit.go("need_photo", need=visit.object_name(circle.id, obj))


ROUTES = (
    At("need_photo", "/help/photo/{need}", show, act, upload=PICTURE),
    At("need_picture", "/help/picture/{need}", send),
)
