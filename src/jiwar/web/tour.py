"""Looking around: the groups that are open to everybody, a page for each, and the way into one.

A guest has no key, only a session, so that addresses are as unreadable as everybody's. What isn't published is not
there. Whoever goes in goes on as with an invitation (`web.joining`); a member finds open groups here as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import publishing, texts
from jiwar.circles.publishing import Notice
from jiwar.errors import NotThere
from jiwar.web import joining
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.limits import EVERYBODY_LOOKS
from jiwar.web.visit import Visit

BEGINNING = 120


@dataclass(frozen=True)
class Row:
    """One open group in the list."""

    key: str
    name: str
    letter: str
    colour: int
    beginning: str


def open_groups(visit: Visit) -> list[Notice]:
    """What is published and not mine yet."""
    inside = visit.is_member()
    return [one for one in publishing.everything(visit.services) if not (inside and visit.member.has(one.circle))]


async def begin(visit: Visit) -> Response:
    """A guest's way in: a session that belongs to nobody."""
    if not visit.has_session():
        visit.site.limits.take_for_all(EVERYBODY_LOOKS)
        visit.new_session()
    visit.keep_language()
    return visit.go("tour")


async def show(visit: Visit) -> Response:
    rows = [
        Row(
            visit.name(publishing.page_of(one.circle)),
            one.name,
            letter(one.name),
            colour(one.circle),
            texts.excerpt(one.text, BEGINNING),
        )
        for one in open_groups(visit)
    ]
    return visit.page("tour/list.html", tab="more", rows=rows, inside=visit.is_member())


def _notice(visit: Visit) -> Notice:
    """The published page that the path names. Raises NotThere, SignedOut."""
    return publishing.read(visit.services, visit.stable(visit.request.path_params["group"]))


async def show_group(visit: Visit) -> Response:
    notice = _notice(visit)
    return visit.page(
        "tour/group.html",
        tab="more",
        key=visit.name(publishing.page_of(notice.circle)),
        group=notice.name,
        text=notice.text,
        rules=notice.rules,
    )


async def come_in(visit: Visit) -> Response:
    """Agree to the rules, and go on to a name. Raises InviteSpent when the group has closed its door meanwhile."""
    notice = _notice(visit)
    if visit.is_member() and visit.member.has(notice.circle):
        raise NotThere
    return joining.begin(visit, "", notice.admission)


ROUTES = (
    At("tour", "/around", show, begin, public=True, entrance=True),
    At("tour_group", "/around/{group}", show_group, come_in, public=True),
)
