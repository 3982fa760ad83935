"""Teams: what people call a role and those who hold it; the page of each, with the room in which they talk.

What a team's page shows of its room and its letters comes from its role circle: it is there for who has its keys.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import newcomers, reports, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.entering import keys_arrived
from jiwar.circles.model import DISPATCHER, GREETER, MODERATOR, STEWARD, TRUSTED
from jiwar.errors import BadChoice, NotAllowed, NotThere
from jiwar.systems.desk import view as requests
from jiwar.systems.rooms import rules, service
from jiwar.web import greeting
from jiwar.web.app import At
from jiwar.web.lately import Rows, as_list
from jiwar.web.limits import SLOW
from jiwar.web.persons import Person, person
from jiwar.web.render import Filled
from jiwar.web.visit import Visit

TEAMS = {STEWARD: "care", MODERATOR: "order", GREETER: "welcome", DISPATCHER: "dispatch", TRUSTED: "trusted"}
"""What stands for a role in paths and forms."""


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


NAMES = {
    STEWARD: _("Care team"),
    MODERATOR: _("Moderators"),
    GREETER: _("Welcome team"),
    DISPATCHER: _("Dispatchers"),
    TRUSTED: _("Trusted people"),
}
"""What people call those who hold a role; their room is named after it."""


def role_of(team: str) -> int:
    """Raises BadChoice."""
    found = next((role for role, name in TEAMS.items() if name == team), None)
    if found is None:
        raise BadChoice
    return found


def asked(visit: Visit) -> int:
    """The role that a form or a path's question names; the care team where neither does. Raises BadChoice."""
    return role_of(visit.form.typed("team") or visit.request.query_params.get("team", "") or TEAMS[STEWARD])


@dataclass(frozen=True)
class Team:
    """A team as a row shows it."""

    role: int
    key: str
    name: str
    mine: bool
    offered: bool
    on_its_way: bool
    people: tuple[Person, ...]


def team(visit: Visit, circle: Circle, role: int) -> Team:
    people = tuple(person(visit, circle, one.persona) for one in circle.state.holders(role))
    mine = roles.held(circle, role) is not None
    named = circle.me.holds(role) and not mine
    offered = named and keys_arrived(visit.member, circle.membership, role) is not None
    return Team(role, TEAMS[role], visit.say(NAMES[role]), mine, offered, named and not offered, people)


def teams(visit: Visit, circle: Circle) -> list[Team]:
    """Every team that there is in a group."""
    return [team(visit, circle, role) for role in TEAMS if roles.is_open(circle, role)]


def _addressed(visit: Visit) -> tuple[Circle, int]:
    """The circle and the role that the path names. Raises NotThere."""
    try:
        return visit.circle(), role_of(visit.request.path_params["team"])
    except BadChoice:
        raise NotThere from None


async def show(visit: Visit) -> Response:
    circle, role = _addressed(visit)
    inner = roles.held(circle, role)
    dispatches = inner is not None and role == DISPATCHER
    return visit.page(
        "teams/page.html",
        tab="more",
        key=visit.circle_name(circle.id),
        group=circle.name,
        team=team(visit, circle, role),
        open=roles.is_open(circle, role),
        care=roles.care_of(circle) is not None,
        desk=role in reports.READERS,
        reports=reports.all_waiting(circle, role, inner) if inner else 0,
        queue=visit.site.paths.url("queue", circle=visit.circle_name(circle.id)) if dispatches else "",
        asked=requests.wanting(inner) if inner and dispatches else 0,
        board=_board(visit, circle, inner) if inner and role == TRUSTED else "",
        rooms=_rooms(visit, inner) if inner else None,
        parlour=_parlour(visit, circle) if role == GREETER else "",
        may_host=role == GREETER and newcomers.may_host(circle),
        waits=[one.key for one in _unseated(visit, circle, inner, role)] if inner else [],
    )


def _board(visit: Visit, circle: Circle, inner: Circle) -> str:
    """The path of what is asked and offered among them, where there is any such thing in the group."""
    return visit.site.paths.url("help", circle=visit.circle_name(inner.id)) if circle.charter.aid.on else ""


def _unseated(visit: Visit, circle: Circle, inner: Circle, role: int) -> list[Person]:
    """Who was named and has not taken the keys yet."""
    named = circle.state.holders(role)
    return [person(visit, circle, one.persona) for one in named if not roles.is_seated(inner, one.persona)]


def _parlour(visit: Visit, circle: Circle) -> str:
    """The path of the room for new faces, if there is one."""
    room = greeting.parlour(visit, circle)
    return visit.site.paths.url("room", room=visit.object_name(circle.id, room)) if room else ""


def _rooms(visit: Visit, inner: Circle) -> Filled:
    rows = Rows(visit, inner, named=False)
    return as_list(rows.room(room) for room in rows.reading.rooms())


async def act(visit: Visit) -> Response:
    """Begin a team, as one of the care team; or open the room of one that I am in."""
    visit.limit(SLOW)
    circle, role = _addressed(visit)
    if visit.form.ticked("parlour"):
        return await _open_parlour(visit, circle)
    inner = roles.held(circle, role)
    if inner is None:
        inner = await roles.open_circle(circle, role)
        await window.follow(circle)
        visit.tell("It is there, with one in it so far.")
    if not Rows(visit, inner).reading.rooms():
        await service.open_room(inner, visit.say(NAMES[role]), rules.keeps(inner.policy)[-1])
    await visit.member.flush()
    return visit.go("team", circle=visit.circle_name(circle.id), team=TEAMS[role])


async def _open_parlour(visit: Visit, circle: Circle) -> Response:
    """Open the room in which new faces are greeted, in the group itself."""
    if not newcomers.may_host(circle) or greeting.parlour(visit, circle):
        raise NotAllowed
    obj = await service.open_room(circle, visit.say("New faces"), rules.keeps(circle.policy)[-1])
    await newcomers.open_parlour(circle, obj)
    await visit.member.flush()
    return visit.go("room", room=visit.object_name(circle.id, obj))


ROUTES = (At("team", "/group/{circle}/team/{team}", show, act),)
