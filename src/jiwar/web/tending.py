"""A room's name and end, for who opened it and for the care team."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.errors import BadInput, JiwarError, NotAllowed
from jiwar.systems.rooms import rules, service, view
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.faces import known_as
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.persons import cares
from jiwar.web.rooms import Opened, opened, way_back
from jiwar.web.visit import Visit


def _tended(visit: Visit) -> Opened:
    """The room, for who may name and end it. Raises NotThere, NotAllowed."""
    room = opened(visit)
    if not view.may_tend(room.circle, room.state.opener):
        raise NotAllowed
    return room


async def show_tend(visit: Visit) -> Response:
    return _tend(_tended(visit))


def _tend(room: Opened, error: JiwarError | None = None) -> Response:
    visit, name = room.visit, room.state.room.name
    return visit.page(
        "rooms/tend.html",
        tab="talk",
        status=messages.status(error) if error else 200,
        key=room.key,
        name=name,
        typed=visit.form.typed("name") if error else name,
        opener=known_as(room.circle, room.state.opener, visit.reader.language),
        limits=rules,
        error=visit.sentence(error) if error else "",
    )


async def rename(visit: Visit) -> Response:
    visit.limit(WRITE)
    room = _tended(visit)
    try:
        await service.rename(room.circle, room.state.obj, visit.form.typed("name"))
    except BadInput as error:
        return _tend(room, error)
    await visit.member.flush()
    return visit.go("room", "end", room=room.key)


async def show_close(visit: Visit) -> Response:
    room = _tended(visit)
    care = cares(room.circle)
    return visit.page("rooms/close.html", tab="talk", key=room.key, name=room.state.room.name, care=care)


async def close(visit: Visit) -> Response:
    visit.limit(SLOW)
    room = _tended(visit)
    await service.close(room.circle, room.state.obj)
    await visit.member.flush()
    visit.tell("This chat was ended.")
    return visit.go_to(way_back(visit, room.circle))


ROUTES = (
    At("room_tend", "/room/{room}/about", show_tend, rename),
    At("room_close", "/room/{room}/end", show_close, close),
)
