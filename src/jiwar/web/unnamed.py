"""Topics without a name: the second look before one goes out, those of mine, and whether a group has any."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import answerable, oneoffs, rights
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.circles.policy import OFF, UNNAMED_WAYS
from jiwar.errors import NotThere
from jiwar.keyring.model import OneOff
from jiwar.systems.forum import opening, rules, service, unnamed, view
from jiwar.web.app import At
from jiwar.web.care import back, caring, put
from jiwar.web.faces import known_as
from jiwar.web.lately import open_circles
from jiwar.web.limits import WRITE
from jiwar.web.markdown import prose
from jiwar.web.visit import Visit

NOBODY = "nobody"
TYPED = 2 * rules.TEXT_LIMIT
"""A text that is too long is shown again rather than cut."""
_ID = 16


# the second look


def look_again(visit: Visit, circle: Circle) -> Response:
    """As it will look, and what being without a name means. Raises TextMissing, TextTooLong, NamesOnly."""
    unnamed.require_some(circle)
    form = visit.form
    typed = {name: form.typed(name, TYPED) for name in ("circle", "title", "text", "note", "day")}
    post = rules.fitting(rules.new_topic(typed["title"], typed["text"], typed["note"]))
    return visit.page(
        "forum/check.html",
        tab="talk",
        group=circle.name,
        typed=typed,
        title=post.title,
        text=prose(post.text),
        note=post.note,
        introduced=unnamed.right_to_begin(circle) is not None,
        answers=_answers(visit, circle),
        answered=not unnamed.answers(circle) or answerable.can_be(circle),
        full=unnamed.is_full(circle),
        most=unnamed.MOST_OPEN,
        left=rights.left(circle) - 1,
        days=min(circle.policy.topic_days, unnamed.LONGEST_DAYS),
    )


def _answers(visit: Visit, circle: Circle) -> list[str]:
    """Of whom two together can open who began it, where that is so."""
    team = circle.state.holders(STEWARD) if unnamed.answers(circle) else []
    return [known_as(circle, one.persona, visit.reader.language) for one in team]


async def send(visit: Visit, circle: Circle) -> Response:
    """Raises as `service.start_unnamed` does."""
    form = visit.form
    await service.start_unnamed(circle, form.typed("title"), form.typed("text", TYPED), form.typed("note"))
    visit.tell("It is kept, and appears within the hour, without a name.")
    return visit.go("topics_mine")


# mine


@dataclass(frozen=True)
class Own:
    """A topic of mine without a name, for a card: `href` where it stands, `text` while it waits, neither where it was
    removed; `opened` is the day on which two opened that it is mine.
    """

    name: str
    title: str
    group: str
    href: str = ""
    text: str = ""
    until: int = 0
    opened: int = 0


def _own(visit: Visit, circle: Circle, one: OneOff) -> Own:
    obj = oneoffs.object_named(one)
    name = visit.object_name(circle.id, obj)
    if one.kind and not circle.log.has(obj):
        waits = unnamed.waiting(one)
        return Own(name, waits.title, circle.name, text=waits.text)
    opened = opening.told(circle, obj)
    try:
        found = view.topic(circle, obj)
    except NotThere:
        return Own(name, "", circle.name, opened=opened)
    href = visit.site.paths.url("topic", topic=name)
    return Own(name, found.cover.title, circle.name, href, until=found.last_day(), opened=opened)


async def settle(circles: list[Circle]) -> None:
    """Look after what is mine in some groups without a name."""
    for circle in circles:
        if unnamed.all_mine(circle):
            await oneoffs.settle(circle)


def any_unnamed(circles: list[Circle]) -> bool:
    """Whether a topic can be begun without a name in some group, or is mine there still."""
    return any(one.charter.unnamed != OFF or unnamed.all_mine(one) for one in circles)


async def show_mine(visit: Visit) -> Response:
    circles, _ = open_circles(visit)
    await settle(circles)
    mine = [_own(visit, circle, one) for circle in circles for one in unnamed.all_mine(circle)]
    return visit.page(
        "forum/mine.html", tab="talk", mine=mine, several=len(circles) > 1, begin=visit.site.paths.url("new_topic")
    )


async def take_back(visit: Visit) -> Response:
    stable = visit.stable(visit.form.typed("do"))
    circle = visit.circle(stable[:_ID])
    visit.limit(WRITE)
    await service.take_back(circle, stable[_ID:])
    await visit.member.flush()
    visit.tell("Taken back.")
    return visit.go("topics_mine")


# whether there are any


async def show_care(visit: Visit) -> Response:
    circle = caring(visit)
    return visit.page(
        "care/unnamed.html",
        tab="more",
        key=visit.circle_name(circle.id),
        group=circle.name,
        way=circle.charter.unnamed,
    )


async def write_care(visit: Visit) -> Response:
    circle = caring(visit)
    await put(visit, circle, replace(circle.charter, unnamed=visit.form.choice("unnamed", UNNAMED_WAYS)))
    visit.tell("Saved. It holds from now on.")
    return back(visit, circle)


ROUTES = (
    At("topics_mine", "/talk/mine", show_mine, take_back),
    At("care_unnamed", "/group/{circle}/topics", show_care, write_care),
)
