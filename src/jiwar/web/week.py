"""The first week of a group, for its care team: a question for each day, what lies ready besides, paper to print.

Nothing here has to be done, and nothing comes again that was put away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import firstweek, invitations
from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.circles.invitations import Ticket
from jiwar.errors import NotThere, Refused
from jiwar.web import offers
from jiwar.web.app import At
from jiwar.web.inviting import hand_over
from jiwar.web.known import TopicState
from jiwar.web.lately import Rows
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.offers import NOTHING_READY, Prompt
from jiwar.web.persons import cares
from jiwar.web.visit import Visit

TWO = 2
LOOKED_AT = 60
"""Topics among which a question is looked for that somebody else of the care team has written."""


@dataclass(frozen=True)
class Asked:
    """The question of one day."""

    day: int
    title: str
    href: str
    written: bool
    away: bool


@dataclass(frozen=True)
class Offer:
    """Today's question as Home offers it."""

    day: int
    title: str
    group: str
    href: str
    away: str


def is_ready(circle: Circle) -> bool:
    """Whether the group began with a card that has a week."""
    return circle.charter.card in offers.CARDS


def _circle(visit: Visit) -> Circle:
    """The group that the path names, for its care team. Raises NotThere."""
    circle = visit.circle()
    if not cares(circle) or not is_ready(circle):
        raise NotThere
    return circle


def _day(text: str) -> int:
    """A day of the week, counted from nought; -1 for anything else."""
    return int(text) if text in map(str, range(firstweek.DAYS)) else -1


def _asked(visit: Visit, circle: Circle, topics: Sequence[TopicState], day: int) -> Asked:
    card = circle.charter.card
    titles = offers.week_titles(card, day)
    return Asked(
        day,
        offers.week(card, visit.reader.language.code)[day].title,
        visit.site.paths.url("new_topic", circle=visit.circle_name(circle.id), day=day),
        written=any(topic.cover.title in titles for topic in topics),
        away=firstweek.is_away(circle, day),
    )


def on_home(visit: Visit, circle: Circle, topics: Sequence[TopicState]) -> Offer | None:
    """Today's question of a group that I look after, while its first week lasts and the question is open."""
    day = firstweek.day_of(circle)
    if day >= firstweek.DAYS or not is_ready(circle) or not cares(circle):
        return None
    one = _asked(visit, circle, topics, day)
    if one.written or one.away:
        return None
    away = visit.site.paths.url("week", circle=visit.circle_name(circle.id))
    return Offer(day, one.title, circle.name, one.href, away)


def asked_for(visit: Visit, circle: Circle | None) -> Prompt:
    """What the composer is filled with: the question of the day that its address names."""
    day = _day(visit.request.query_params.get("day", ""))
    if circle is None or day < 0 or not is_ready(circle):
        return NOTHING_READY
    return offers.week(circle.charter.card, visit.reader.language.code)[day]


async def sent(visit: Visit, circle: Circle) -> None:
    """A topic was begun: was it a question of the week, it is done."""
    day = _day(visit.form.typed("day"))
    if day >= 0 and not firstweek.is_away(circle, day):
        await firstweek.put_away(circle, day)


async def show(visit: Visit) -> Response:
    circle = _circle(visit)
    topics = Rows(visit, circle).reading.topics(limit=LOOKED_AT)
    came, few = invitations.invited(circle), invitations.is_small(circle)
    return visit.page(
        "week/page.html",
        tab="more",
        key=visit.circle_name(circle.id),
        name=circle.name,
        today=firstweek.day_of(circle),
        questions=[_asked(visit, circle, topics, day) for day in range(firstweek.DAYS)],
        edited=circle.charter.rules_edition > 0,
        came=came > 0,
        few=few,
        places=came + TWO <= invitations.INVITED_FIRST or circle.charter.later,
        later=circle.charter.later,
        team=len(stewards(circle.state)),
        wanted=invitations.STEWARDS_FIRST,
    )


async def put_away(visit: Visit) -> Response:
    """Be done with a day's question."""
    visit.limit(WRITE)
    circle = _circle(visit)
    await firstweek.put_away(circle, visit.form.number("day", 0, firstweek.DAYS - 1))
    await visit.member.flush()
    if visit.form.typed("from") == "home":
        return visit.go("home")
    return visit.go("week", circle=visit.circle_name(circle.id))


async def invite_two(visit: Visit) -> Response:
    """Two ordinary invitations, for two who are to join the care team, on one page to send, say and print."""
    visit.limit(SLOW)
    circle = _circle(visit)
    language = visit.reader.language.code
    tickets: list[Ticket] = []
    try:
        for _ in range(TWO):
            tickets.append(await invitations.invite(circle, language))
    except Refused:
        if not tickets:
            raise
        # What was written stands, and its secret nowhere but here.
        visit.tell("Only one could be written. The second one another day.")
    return await hand_over(visit, circle, *tickets)


async def grow(visit: Visit) -> Response:
    """Say "later": the group may grow with a small care team."""
    visit.limit(WRITE)
    circle = _circle(visit)
    await firstweek.grow(circle)
    visit.tell("Later, then. Invitations go on.")
    return visit.go("week", circle=visit.circle_name(circle.id))


async def show_paper(visit: Visit) -> Response:
    return visit.page("week/paper.html", tab="more")


ROUTES = (
    At("week", "/group/{circle}/week", show, put_away),
    At("week_two", "/group/{circle}/two", post=invite_two),
    At("week_later", "/group/{circle}/later", post=grow),
    At("paper", "/more/paper", show_paper),
)
