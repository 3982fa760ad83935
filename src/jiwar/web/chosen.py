"""The photo that somebody has chosen for what they are about to ask or offer, until they send it.

It is cleaned when it is uploaded, and waits in the session: nothing of it is on a disk before it is sent. The form
carries a mark that says which photo is its own, so that none goes with another page's words.
"""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles.texts import line
from jiwar.errors import NotThere, PhotoGone
from jiwar.systems.needs.model import Picture
from jiwar.systems.needs.pictures import ALT_LIMIT
from jiwar.web.app import At
from jiwar.web.limits import PHOTO
from jiwar.web.photos import alone
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, decode, encode

FIELD = "photo"
_MARK = 8


class Chosen(Wire, frozen=True):
    """A photo on its way, and what the form says that it belongs to."""

    mark: bytes
    picture: Picture


def _waiting(visit: Visit) -> Chosen | None:
    kept = visit.site.photos.read(visit.session)
    return decode(kept, Chosen) if kept else None


def of_form(visit: Visit) -> Chosen | None:
    """What waits for the form that was sent."""
    found = _waiting(visit)
    return found if found and found.mark.hex() == visit.form.typed(FIELD) else None


def hold(visit: Visit, picture: Picture) -> Chosen:
    """Have a picture wait for a form, in place of any other."""
    made = Chosen(visit.services.random(_MARK), picture)
    visit.site.photos.keep(visit.services.sessions, visit.session, encode(made))
    return made


def let_go(visit: Visit) -> None:
    visit.site.photos.let_go(visit.session)


async def take(visit: Visit) -> Chosen | None:
    """What the form brings: a file, other words for the one that waits, or nothing new.

    Raises BadPicture, TextTooLong, TooMuch, PhotosFull; PhotoGone where the one that the form means no longer waits.
    """
    found, form = of_form(visit), visit.form
    alt = line(form.typed("alt", 2 * ALT_LIMIT), ALT_LIMIT, required=False)
    if form.file:
        visit.limit(PHOTO)
        return hold(visit, Picture(alt, await visit.site.darkroom.clean(form.file)))
    if found is None and form.typed(FIELD):
        raise PhotoGone
    if found is None or not form.ticked("alt") or alt == found.picture.alt:
        return found
    return hold(visit, Picture(alt, found.picture.jpeg))


async def show(visit: Visit) -> Response:
    """The picture itself, for the second screen."""
    found = _waiting(visit)
    if found is None:
        raise NotThere
    return alone(found.picture.jpeg)


ROUTES = (At("help_new_picture", "/help/new/photo", show),)
