"""The care team's page of a group: its words, its weather and what holds in it, keys, handing over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import answering, pausing, people, publishing, reports, roles, window
from jiwar.circles.charters import (
    IDLE_MINUTES,
    LONGEST_INVITE,
    MOST_USES,
    MOST_VOUCHES,
    VOUCH_DAYS,
    WELCOME_DAYS,
)
from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.circles.founding import change_charter
from jiwar.circles.model import ASKED, STEWARD, Charter
from jiwar.circles.policy import LEVELS, Inviters, Levels, Policy, Welcome
from jiwar.circles.turning import turn_where_due
from jiwar.errors import LastSteward, NotThere, Refused
from jiwar.keyring.epochs import LANES
from jiwar.systems.fund import view as fund
from jiwar.web import messages, opening, teams
from jiwar.web.app import At
from jiwar.web.forms import Form
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.persons import cares, person
from jiwar.web.teams import NAMES, TEAMS
from jiwar.web.visit import Visit
from jiwar.web.week import is_ready

MOST_LEVEL = len(LEVELS) - 1


def caring(visit: Visit) -> Circle:
    """The group that the path names, for its care team. Raises NotThere."""
    circle = visit.circle()
    if not cares(circle):
        raise NotThere
    return circle


def back(visit: Visit, circle: Circle, page: str = "care") -> Response:
    return visit.go(page, circle=visit.circle_name(circle.id))


async def show(visit: Visit) -> Response:
    circle = caring(visit)
    role = roles.open_role(circle)
    team, asking = stewards(circle.state), answering.requests(circle, role)
    return visit.page(
        "care/page.html",
        tab="more",
        key=visit.circle_name(circle.id),
        name=circle.name,
        level=circle.charter.level,
        reports=reports.all_waiting(circle, STEWARD, role),
        asked=bool(asking) or circle.charter.access == ASKED,
        asking=sum(one.waits_for_us for one in asking),
        due=circle.state.changed_since_rotation or role.state.changed_since_rotation,
        openings=opening.rows(visit, circle, role),
        held=[person(visit, circle, one.persona) for one in pausing.all_seen(circle)],
        few=len(team) < 3,
        week=is_ready(circle),
        fund=circle.charter.fund.on,
        money=fund.waiting(role) if circle.charter.fund.on else 0,
        alone=len(team) == 1,
        teams=[(TEAMS[one], visit.say(NAMES[one]), roles.is_open(circle, one)) for one in TEAMS if one != STEWARD],
    )


async def put(visit: Visit, circle: Circle, charter: Charter) -> None:
    """Put a charter in force that differs; who wrote it has agreed to it."""
    if charter == circle.charter:
        return
    visit.limit(WRITE)
    await change_charter(circle, charter)
    await people.agree(circle, circle.charter.edition)
    await publishing.follow(circle)
    await window.follow(circle)


# weather and what holds in it


async def show_weather(visit: Visit) -> Response:
    circle = caring(visit)
    return visit.page(
        "care/weather.html",
        tab="more",
        key=visit.circle_name(circle.id),
        group=circle.name,
        level=circle.charter.level,
        rows=_rows(circle.charter.levels),
        levels=circle.charter.levels,
    )


@dataclass(frozen=True)
class Value:
    """One value of the policy at all levels, for a line of the table."""

    name: str
    values: tuple[int | bool | str, ...]


def _rows(levels: Levels) -> list[Value]:
    read: dict[str, Callable[[Policy], int | bool | str]] = {
        "topics": lambda one: one.topic_days,
        "rooms": lambda one: one.room_days,
        "back": lambda one: one.newcomers_read_back,
        "inviters": lambda one: one.inviters,
        "days": lambda one: one.invite_days,
        "uses": lambda one: one.invite_uses,
        "idle": lambda one: one.idle_minutes,
        "new": lambda one: one.welcome.days,
        "known": lambda one: one.welcome.known,
        "greeter": lambda one: one.welcome.greeter,
        "moderator": lambda one: one.welcome.moderator,
        "vouches": lambda one: one.welcome.vouches,
        "counts": lambda one: one.welcome.vouch_days,
        "published": lambda one: one.published,
    }
    return [Value(name, tuple(value(one) for one in levels)) for name, value in read.items()]


async def set_weather(visit: Visit) -> Response:
    """Raise or lower the level: one of the care team is enough, for now."""
    circle = caring(visit)
    await put(visit, circle, replace(circle.charter, level=visit.form.number("level", 0, MOST_LEVEL)))
    visit.tell("Saved. It holds from now on.")
    return back(visit, circle, "care_weather")


def _asked_level(visit: Visit) -> int:
    """Raises NotThere."""
    text = visit.request.path_params["level"]
    if text not in map(str, range(len(LEVELS))):
        raise NotThere
    return int(text)


async def show_values(visit: Visit) -> Response:
    circle, level, count = caring(visit), _asked_level(visit), visit.reader.count
    many = range(1, MOST_VOUCHES + 1)
    return visit.page(
        "care/values.html",
        tab="more",
        key=visit.circle_name(circle.id),
        group=circle.name,
        level=level,
        now=level == circle.charter.level,
        row=circle.charter.levels[level],
        lanes=[(one, count(one, "%(n)s day", "%(n)s days")) for one in LANES],
        holds=[(one, count(one, "%(n)s day", "%(n)s days")) for one in range(1, LONGEST_INVITE + 1)],
        uses=[(one, count(one, "%(n)s person", "%(n)s people")) for one in range(1, MOST_USES + 1)],
        news=[(one, count(one, "%(n)s day", "%(n)s days")) for one in WELCOME_DAYS],
        counts=[(one, count(one, "%(n)s day", "%(n)s days")) for one in VOUCH_DAYS],
        enough=[(0, visit.say("Not by words"))] + [(one, count(one, "%(n)s person", "%(n)s people")) for one in many],
        each=[(one, visit.reader.n(one)) for one in many],
        rests=[(one, count(one, "%(n)s minute", "%(n)s minutes")) for one in IDLE_MINUTES],
    )


async def write_values(visit: Visit) -> Response:
    """Change what holds at one level. What is written keeps the day it was given; the new one is for what follows."""
    circle, level, form = caring(visit), _asked_level(visit), visit.form
    row = Policy(
        topic_days=int(form.choice("topics", tuple(map(str, LANES)))),
        room_days=int(form.choice("rooms", tuple(map(str, LANES)))),
        newcomers_read_back=form.choice("back", ("yes", "no")) == "yes",
        inviters=_inviters(form),
        invite_days=form.number("days", 1, LONGEST_INVITE),
        invite_uses=form.number("uses", 1, MOST_USES),
        idle_minutes=int(form.choice("idle", tuple(map(str, IDLE_MINUTES)))),
        welcome=Welcome(
            int(form.choice("new", tuple(map(str, WELCOME_DAYS)))),
            form.number("known", 0, MOST_VOUCHES),
            form.number("greeter", 0, MOST_VOUCHES),
            form.number("moderator", 0, MOST_VOUCHES),
            int(form.choice("counts", tuple(map(str, VOUCH_DAYS)))),
            form.number("vouches", 1, MOST_VOUCHES),
        ),
        published=form.choice("published", ("yes", "no")) == "yes",
    )
    first, second, third, fourth = (row if at == level else one for at, one in enumerate(circle.charter.levels))
    await put(visit, circle, replace(circle.charter, levels=(first, second, third, fourth)))
    visit.tell("Saved. It holds from now on.")
    return back(visit, circle, "care_weather")


def _inviters(form: Form) -> Inviters:
    chosen = form.choice("inviters", ("members", "stewards", "nobody"))
    return "members" if chosen == "members" else "stewards" if chosen == "stewards" else "nobody"


# keys, and handing over


async def turn(visit: Visit) -> Response:
    """Turn the keys now, where somebody has gone."""
    visit.limit(SLOW)
    circle = caring(visit)
    role = roles.open_role(circle)
    if await turn_where_due(role, role):
        role = roles.open_role(circle)
    await turn_where_due(circle, role)
    await publishing.follow(visit.circle())
    await window.follow(visit.circle())
    await visit.member.flush()
    visit.tell("The keys are renewed.")
    return back(visit, circle)


def _resting(visit: Visit) -> tuple[Circle, int]:
    """The group, and the role of mine to lay down. Raises NotThere."""
    circle, role = visit.circle(), teams.asked(visit)
    if roles.held(circle, role) is None:
        raise NotThere
    return circle, role


async def show_rest(visit: Visit) -> Response:
    return _rest(visit, *_resting(visit))


def _rest(visit: Visit, circle: Circle, role: int, error: Refused | None = None) -> Response:
    inner = roles.open_role(circle, role)
    named = len(circle.state.holders(role))
    return visit.page(
        "care/rest.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        team=TEAMS[role],
        last=named == 1,
        alone=named == 1 if role == STEWARD else named > 1 and not roles.others_stay(inner),
    )


async def rest(visit: Visit) -> Response:
    """Lay my part in a team down; the others turn the keys."""
    circle, role = _resting(visit)
    try:
        await roles.lay_down(circle, role)
        await window.follow(circle)
    except LastSteward as error:
        return _rest(visit, circle, role, error)
    if role == STEWARD:
        visit.tell("Thank you for the care. The others carry it on.")
    else:
        visit.tell("Thank you. It is laid down.")
    return visit.go("group", circle=visit.circle_name(circle.id))


ROUTES = (
    At("care", "/group/{circle}/care", show),
    At("care_weather", "/group/{circle}/sky", show_weather, set_weather),
    At("care_values", "/group/{circle}/sky/{level}", show_values, write_values),
    At("care_keys", "/group/{circle}/keys", post=turn),
    At("care_rest", "/group/{circle}/rest", show_rest, rest),
)
