"""A word to both sides of a pair in the dispatchers' plan: "this could fit", each without a name.

To what stands on the board it goes as any word does, from a one-off; to what was asked at the desk, as the desk's
answer. What stands at the desk alone is not quoted to the other side: its words were for dispatchers.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import oneoffs, texts
from jiwar.circles.circle import Circle
from jiwar.circles.words import WORD_LIMIT
from jiwar.errors import BadInput, NotThere, Refused, TextMissing
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.desk import service as desk
from jiwar.systems.desk import view as desk_view
from jiwar.systems.needs import service, view
from jiwar.systems.needs.view import Thread
from jiwar.web import aidwords, messages, planning
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.queue import inner_of
from jiwar.web.visit import CIRCLE_NAME, Visit

FIELDS = ("need", "offer")


@dataclass(frozen=True)
class Side:
    """One of the two: `slot` where it stands at the desk, else -1. `heard`: there is somebody to be written to."""

    field: str
    name: bytes
    slot: int
    title: str
    rest: str
    href: str
    mine: bool
    heard: bool


def _addressed(visit: Visit) -> tuple[Circle, Circle, list[Side]]:
    """Raises NotThere, also for who is no dispatcher, and when one of the two has gone."""
    named = [visit.stable(visit.request.path_params[field]) for field in FIELDS]
    circle = visit.circle(named[0][:CIRCLE_NAME])
    if any(one[:CIRCLE_NAME] != circle.id[:CIRCLE_NAME] for one in named):
        raise NotThere
    inner = inner_of(circle)
    return circle, inner, [_side(visit, circle, inner, *one) for one in zip(FIELDS, named, strict=True)]


def _side(visit: Visit, circle: Circle, inner: Circle, field: str, named: bytes) -> Side:
    """Raises NotThere."""
    name, url = named[CIRCLE_NAME:], visit.site.paths.url
    slot, address = int.from_bytes(name, "big"), visit.object_name(circle.id, name)
    if slot <= LAST_NUMBER:
        one = desk_view.one(inner, slot)
        if not planning.is_planned(one) or planning.cover_of(circle, one).side != field:
            raise NotThere
        title, rest = aidwords.cut(one.talk.said[0].line.text)
        return Side(field, name, slot, title, rest, url("case", case=address), False, True)
    found = view.one(circle, name)
    if not found.is_open or found.need.side != field:
        raise NotThere
    title, rest = aidwords.cut(found.need.text)
    mine = oneoffs.behind(circle, name) is not None
    return Side(field, name, -1, title, rest, url("need", need=address), mine, found.is_answered and not mine)


def _first_words(visit: Visit, other: Side) -> str:
    """What the box for one side begins with."""
    if other.slot >= 0:
        return visit.say("Something that is not on the board could fit. Is it still so? Then more follows.")
    if other.field == "offer":
        return visit.say("This could fit: “%(title)s”. It stands among the offers.") % {"title": other.title}
    return visit.say("Here it could help: “%(title)s”. It stands among the requests.") % {"title": other.title}


async def show(visit: Visit) -> Response:
    circle, _, sides = _addressed(visit)
    return _page(
        visit, circle, sides, {one.field: _first_words(visit, sides[1 - at]) for at, one in enumerate(sides)}
    )


def _page(
    visit: Visit, circle: Circle, sides: list[Side], typed: dict[str, str], error: BadInput | Refused | None = None
) -> Response:
    names = {one.field: visit.object_name(circle.id, one.name) for one in sides}
    return visit.page(
        "desk/pair.html",
        tab="help",
        status=messages.status(error) if error else 200,
        plan=visit.site.paths.url("plan", circle=visit.circle_name(circle.id)),
        here=visit.site.paths.url("pair", **names),
        sides=sides,
        typed=typed,
        limit=WORD_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def write(visit: Visit) -> Response:
    """Write to one or both; what has been sent is not sent again when the other finds no room."""
    circle, inner, sides = _addressed(visit)
    visit.limit(SLOW)
    typed = {one.field: visit.form.typed(one.field, 2 * WORD_LIMIT) for one in sides}
    try:
        to = [(one, texts.passage(typed[one.field], WORD_LIMIT)) for one in sides if one.heard and typed[one.field]]
        if not to:
            raise TextMissing
        async with visit.site.alone(visit.session.name):
            for one, text in to:
                await _say(circle, inner, one, text)
                typed[one.field] = ""
    except (BadInput, Refused) as error:
        return _page(visit, circle, sides, typed, error)
    await visit.member.flush()
    visit.tell("It has been sent, without a name.")
    return visit.go("plan", circle=visit.circle_name(circle.id))


async def _say(circle: Circle, inner: Circle, side: Side, text: str) -> None:
    """Two taps say it once. Raises BadInput, Refused."""
    if side.slot >= 0:
        now = desk_view.one(inner, side.slot)
        last = now.talk.said[-1]
        if (last.sender == now.talk.caller, last.line.text) != (False, text):
            await desk.answer(inner, now, text)
    elif not any(_is_mine(one, text) for one in view.threads(circle, side.name)):
        await service.send_word(circle, side.name, text)


def _is_mine(thread: Thread, text: str) -> bool:
    """Whether the last word was mine, and this one."""
    return not thread.waits_for_me and thread.words[-1].word.text == text


ROUTES = (At("pair", "/help/fit/{need}/{offer}", show, write),)
