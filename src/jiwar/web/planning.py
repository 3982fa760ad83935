"""The plan, for dispatchers: for everything on a group's board and at its desk what could fit, of all that is
offered, each with why, what is urgent first.

It is worked out when somebody comes to the page, from what lists and the desk's queue show, in parts between which
others are served, and beside the event loop. Nothing is written, and nobody is told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.texts import excerpt
from jiwar.errors import NotThere
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.desk import view as desk_view
from jiwar.systems.desk.view import Open
from jiwar.systems.needs import fitting, rules, view
from jiwar.systems.needs.model import NEED, OFFER, NeedCover
from jiwar.systems.needs.rules import TODAY
from jiwar.web import aidwords, narrowing
from jiwar.web.app import At
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.queue import inner_of
from jiwar.web.suggesting import why
from jiwar.web.visit import Visit

SHOWN = 20
LARGE = 400
"""Needs and offers together from which on a plan costs more than a page."""
_NO_PART = 0


@dataclass(frozen=True)
class Item:
    """A need or an offer of the plan: on the board, by its object; or at the desk, by its slot as such a name."""

    name: bytes
    cover: NeedCover

    @property
    def at_desk(self) -> bool:
        return int.from_bytes(self.name, "big") <= LAST_NUMBER


def _slot(one: Open) -> bytes:
    return one.standing.slot.to_bytes(16, "big")


async def _items(circle: Circle, inner: Circle, side: str) -> list[Item]:
    """Everything of one side that stands open; of the desk what nobody has put on the board yet."""
    found = []
    for part in view.whole(circle, side):
        found += [Item(line.obj, line.cover) for line in part]
        await asyncio.sleep(0)
    for one in await desk_view.queue(inner):
        cover = cover_of(circle, one)
        if cover.side == side and is_planned(one):
            found.append(Item(_slot(one), cover))
    return found


def is_planned(one: Open) -> bool:
    """Whether a request at the desk waits for something, and nobody has put it on the board yet."""
    return one.part != "done" and not one.standing.made


def cover_of(circle: Circle, one: Open) -> NeedCover:
    """What lists would show of a request at the desk; who has no account says what it is about, and words."""
    first = one.talk.said[0]
    asked = view.asked(circle, one.talk) if one.standing.case.inside else None
    if asked is not None:
        return rules.cover(asked[0], first.day, _NO_PART)
    text = excerpt(first.line.text, rules.EXCERPT)
    return replace(rules.taken_away(NEED), text=text, kind=one.talk.kind, when=TODAY, said_day=first.day)


@dataclass(frozen=True)
class Row:
    """A need with what could fit it; nothing where nothing does."""

    title: str
    href: str
    kind: str
    by_when: str
    area: str
    urgent: bool
    at_desk: bool
    offer: str = ""
    offer_href: str = ""
    why: str = ""
    both: str = ""


def _href(visit: Visit, circle: Circle, item: Item) -> str:
    name, url = visit.object_name(circle.id, item.name), visit.site.paths.url
    return url("case", case=name) if item.at_desk else url("need", need=name)


def _row(visit: Visit, circle: Circle, need: Item, offer: Item | None) -> Row:
    cover = need.cover
    row = Row(
        aidwords.cut(cover.text)[0],
        _href(visit, circle, need),
        aidwords.kind(visit, cover.kind),
        aidwords.when(visit, cover),
        cover.area,
        fitting.hurry(cover) == fitting.MOST_HURRY,
        need.at_desk,
    )
    if offer is None:
        return row
    names = visit.object_name(circle.id, need.name), visit.object_name(circle.id, offer.name)
    return Row(
        *(row.title, row.href, row.kind, row.by_when, row.area, row.urgent, row.at_desk),
        aidwords.cut(offer.cover.text)[0],
        _href(visit, circle, offer),
        why(visit, cover, offer.cover),
        visit.site.paths.url("pair", need=names[0], offer=names[1]),
    )


def _page_number(visit: Visit, pages: int) -> int:
    asked = visit.request.query_params.get("page", "")
    return min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    inner = inner_of(circle)
    if not circle.charter.aid.on:
        raise NotThere
    visit.limit(WRITE)  # Before anything is read: the board comes whole.
    needs, offers = [await _items(circle, inner, side) for side in (NEED, OFFER)]
    if len(needs) + len(offers) > LARGE:
        visit.limit(SLOW)
    covers = [one.cover for one in needs], [one.cover for one in offers]
    plan = await asyncio.to_thread(fitting.whole, *covers, visit.services.clock.day())
    wanted, key = narrowing.asked(visit), visit.circle_name(circle.id)
    taken = [one for one in plan if wanted.takes(needs[one[0]].cover.kind, needs[one[0]].cover.area)]
    pages = max(1, -(-len(taken) // SHOWN))
    page = _page_number(visit, pages)
    url = visit.site.paths.url
    about = [(one.cover.kind, one.cover.area) for one in needs]
    rows = [
        _row(visit, circle, needs[need], None if offer is None else offers[offer])
        for need, offer in taken[(page - 1) * SHOWN : page * SHOWN]
    ]
    asked = {key: one for key, one in visit.request.query_params.items() if key in ("kind", "area")}

    def at(number: int) -> str:
        return url("plan", circle=key, page=str(number), **asked) if 1 <= number <= pages else ""

    return visit.page(
        "desk/plan.html",
        tab="help",
        queue=url("queue", circle=key),
        group=circle.name,
        rows=rows,
        ways=narrowing.ways(visit, wanted, about, lambda query: url("plan", circle=key, **query)),
        filtered=wanted.at_all,
        everything=url("plan", circle=key),
        page=page,
        pages=pages,
        before=at(page - 1),
        after=at(page + 1),
    )


ROUTES = (At("plan", "/group/{circle}/desk/plan", show),)
