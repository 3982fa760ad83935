"""What I confided to the dispatchers: its page, with their answers, for as long as it lasts."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import confiding
from jiwar.circles.callers import TEXT_LIMIT
from jiwar.circles.circle import Circle
from jiwar.errors import BadInput, Refused
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.view import Confided
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.needs import called
from jiwar.web.visit import Visit


def _addressed(visit: Visit) -> tuple[Circle, Confided]:
    """Raises NotThere, also for what is somebody else's, or over."""
    circle, name = visit.addressed("need")
    return circle, view.confided(circle, name)


async def show(visit: Visit) -> Response:
    return _page(visit, *_addressed(visit))


def _page(visit: Visit, circle: Circle, found: Confided, error: BadInput | Refused | None = None) -> Response:
    need, talk = found.need, found.talk
    title, rest = aidwords.cut(need.text)
    return visit.page(
        "needs/confided.html",
        tab="help",
        status=messages.status(error) if error else 200,
        here=visit.site.paths.url("confided", need=visit.object_name(circle.id, found.name)),
        group=called(visit, circle),
        need=need,
        title=title,
        rest=rest,
        kind=aidwords.kind(visit, need.kind),
        urgent=need.kind in rules.URGENT or need.when == rules.NOW,
        by_when=aidwords.when(visit, need),
        reach=visit.say(aidwords.REACH[need.reach]) if need.reach else "",
        often="" if need.often == rules.ONCE else visit.say(aidwords.OFTEN[need.often]),
        said=[(one.line.text, one.day, one.sender == talk.caller) for one in talk.said[1:]],
        answered=not talk.is_with_dispatchers,
        anybody=confiding.desk(circle) is not None,
        until=talk.until,
        may_add=talk.may_add,
        typed=visit.form.typed("text", 2 * TEXT_LIMIT),
        limit=TEXT_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def act(visit: Visit) -> Response:
    """Say something more, or take all of it back."""
    circle, found = _addressed(visit)
    one = confiding.behind(circle, found.name)
    visit.limit(WRITE)
    if visit.form.choice("do", ("add", "withdraw")) == "withdraw":
        await confiding.take_back(circle, one)
        visit.tell("Taken back.")
        return visit.go("help_mine")
    try:
        await confiding.add(circle, one, visit.form.text("text", TEXT_LIMIT))
    except (BadInput, Refused) as error:
        return _page(visit, circle, found, error)
    visit.tell("It is kept.")
    return visit.go("confided", need=visit.object_name(circle.id, found.name))


ROUTES = (At("confided", "/help/confided/{need}", show, act),)
