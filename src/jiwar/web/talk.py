"""Talk: topics and rooms of all my groups in one list, what is new first."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.systems.forum.rules import PAGE
from jiwar.web import cursor
from jiwar.web.app import At
from jiwar.web.lately import Rows, as_list, group_names, in_order, open_circles
from jiwar.web.render import Filled
from jiwar.web.unnamed import any_unnamed, settle
from jiwar.web.visit import Visit

FROM_EACH = 20
"""Topics of one group in the list of all groups; the group's own list goes on."""
SHOWN = 30
ALL, NEW, ROOMS = "all", "new", "rooms"


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    if asked.get("circle"):
        circle = visit.circle(visit.stable(asked["circle"]))
        await settle([circle])
        return _of_one(visit, circle, asked.get("before", ""))
    circles, _ = open_circles(visit)
    await settle(circles)
    if len(circles) == 1 and not asked:
        return _of_one(visit, circles[0], "")
    return _of_all(visit, circles, asked.get("show", ALL))


def _of_all(visit: Visit, circles: list[Circle], wanted: str) -> Response:
    lines = [line for circle in circles for line in Rows(visit, circle).lines(FROM_EACH)]
    if wanted == NEW:
        lines = [line for line in lines if line.unread]
    elif wanted == ROOMS:
        lines = [line for line in lines if line.is_room]
    shown = in_order(lines)[: visit.reader.most(SHOWN)]
    return _page(
        visit,
        [(circle.id, circle.name) for circle in circles],
        as_list(shown),
        wanted=wanted,
        unnamed=any_unnamed(circles),
    )


def _of_one(visit: Visit, circle: Circle, before: str) -> Response:
    """One group's list, with all its older topics on further pages."""
    rows = Rows(visit, circle, named=False)
    most = visit.reader.most(PAGE)
    topics = rows.reading.topics(cursor.head_of(visit, circle, before), most)
    lines = [rows.topic(topic) for topic in topics]
    if not before:
        lines = in_order(lines + [rows.room(room) for room in rows.reading.rooms()])
    older = ""
    if len(topics) == most:
        name = cursor.name_of(visit, circle, topics[-1].head)
        older = visit.site.paths.url("talk", circle=visit.circle_name(circle.id), before=name)
    return _page(
        visit,
        group_names(visit, circle),
        as_list(lines),
        circle=circle,
        older=older,
        first=not before,
        unnamed=any_unnamed([circle]),
    )


def _page(
    visit: Visit,
    named: list[tuple[bytes, str]],
    lines: Filled,
    wanted: str = "",
    circle: Circle | None = None,
    older: str = "",
    first: bool = True,
    unnamed: bool = False,
) -> Response:
    url = visit.site.paths.url
    groups = [
        (name, url("talk", circle=visit.circle_name(one)), circle is not None and one == circle.id)
        for one, name in named
    ]
    key = visit.circle_name(circle.id) if circle else ""
    return visit.page(
        "talk/list.html",
        tab="talk",
        lines=lines,
        wanted=wanted or (ALL if circle is None else ""),
        several=len(named) > 1,
        groups=groups,
        name=circle.name if circle else "",
        begin=url("new_topic", **({"circle": key} if key else {})),
        begin_room=url("new_room", **({"circle": key} if key else {})),
        newest=url("talk", circle=key) if not first else "",
        older=older,
        mine=url("topics_mine") if unnamed else "",
        groupless=not named,
    )


ROUTES = (At("talk", "/talk", show),)
