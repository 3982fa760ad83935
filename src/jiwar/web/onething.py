"""More about one post or message: which button of a page was pressed, and the page of a single thing.

The number of a record never stands in a path: a button carries it in the form, the thing's own page has a name of
this session.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.model import MODERATOR, STEWARD
from jiwar.errors import BadChoice, JiwarError, NotThere
from jiwar.web import messages
from jiwar.web.forms import Form
from jiwar.web.known import Said
from jiwar.web.render import Filled
from jiwar.web.visit import Visit

SLOT = 8
_LARGEST = 2**62
_ID = 16


def slot_of(text: str) -> int:
    """A slot as a form carries it. Raises BadChoice."""
    if not text.isascii() or not text.isdigit() or int(text[:20]) >= _LARGEST:
        raise BadChoice
    return int(text[:20])


def pressed(form: Form) -> tuple[str, int, str]:
    """The button: its verb, the slot it is about (0 for the whole page) and where that stands on the page."""
    verb, _, rest = form.typed("do").partition(":")
    slot, _, at = rest.partition(":")
    return verb or "send", slot_of(slot) if slot else 0, at if at.isascii() and at.isdigit() else ""


def name(visit: Visit, circle: Circle, obj: bytes, slot: int) -> str:
    """This session's name for one thing."""
    return visit.name(circle.id[:_ID] + obj + slot.to_bytes(SLOT, "big"))


def addressed(visit: Visit, place: str) -> tuple[Circle, bytes, int]:
    """The circle, object and slot that the path names. Raises NotThere."""
    stable = visit.stable(visit.request.path_params[place])
    if len(stable) != 2 * _ID + SLOT:
        raise NotThere
    return visit.circle(stable[:_ID]), stable[_ID : 2 * _ID], int.from_bytes(stable[2 * _ID :], "big")


def slot_named(visit: Visit, circle: Circle, obj: bytes, name: str) -> int:
    """The slot that a name of this session stands for, in this object alone. Raises NotThere."""
    stable = visit.stable(name)
    if len(stable) != 2 * _ID + SLOT or stable[: 2 * _ID] != circle.id[:_ID] + obj:
        raise NotThere
    return int.from_bytes(stable[2 * _ID :], "big")


def page(
    visit: Visit,
    circle: Circle,
    said: Said,
    html: bytes,
    template: str,
    error: JiwarError | None,
    unnamed: bool = False,
    mine: bool = False,
    **values: Any,
) -> Response:
    """The page of one thing, with what its author, others and the care team can do. `here` is its name. What whoever
    began a topic without a name wrote is `unnamed`, and may be `mine` all the same.
    """
    author = said.about.author
    mine = mine or author == circle.log.persona.key
    return visit.page(
        template,
        tab="talk",
        status=messages.status(error) if error else 200,
        shown=Filled([html]),
        mine=mine,
        care=circle.me.holds(STEWARD | MODERATOR) and not mine,
        report="" if mine or circle.membership.parent else visit.site.paths.url("report", about=values["here"]),
        muted=author in circle.membership.muted,
        mutes=unnamed and not mine,
        person=""
        if mine or unnamed
        else visit.site.paths.url("person", person=visit.object_name(circle.group, author[:_ID])),
        error=visit.sentence(error) if error else "",
        **values,
    )
