"""New faces on Home: what the first days show to one, and to those who greet them.

Nothing stands greyed out before somebody new: there is a welcome, one person to ask, one room, one question.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.circles import newcomers
from jiwar.circles.circle import Circle
from jiwar.circles.model import GREETER, STEWARD, Member
from jiwar.errors import Damaged, NotThere, RoomClosed
from jiwar.web.lately import Rows
from jiwar.web.offers import question
from jiwar.web.persons import Person, person
from jiwar.web.visit import Visit

LOOKED_AT = 30
"""Messages of the room for new faces among which a greeting is looked for."""
WEEK = range(7, 10)
"""Days after which one is told that a week has passed: who doesn't come every day reads it too."""


@dataclass(frozen=True)
class Arrival:
    """What somebody new sees of a group."""

    name: str
    about: str
    href: str
    host: Person
    parlour: str
    question: str
    answer: str


@dataclass(frozen=True)
class Face:
    """Somebody new whom nobody has greeted yet."""

    name: str
    href: str


def parlour(visit: Visit, circle: Circle) -> bytes:
    """The room for new faces, if there is one that is open."""
    try:
        return Rows(visit, circle).reading.room(circle.state.parlour).obj if circle.state.parlour else b""
    except (NotThere, RoomClosed, Damaged):
        return b""


def arrival(visit: Visit, circle: Circle) -> Arrival | None:
    """A group into which I have just come; None where I have not. Who stays unknown for longer isn't told so."""
    if newcomers.days_here(circle, circle.me) >= circle.policy.welcome.days or not newcomers.is_new(
        circle, circle.me
    ):
        return None
    hosts = [one for one in newcomers.hosts(circle) if one.persona not in circle.membership.blocked]
    if not hosts:
        return None
    url, room = visit.site.paths.url, parlour(visit, circle)
    place = url("room", room=visit.object_name(circle.id, room)) + "#say" if room else ""
    return Arrival(
        name=circle.name,
        about=next(iter(circle.charter.about.splitlines()), ""),
        href=url("group", circle=visit.circle_name(circle.id)),
        # The same one for as long as somebody is new, and not the same for all.
        host=person(visit, circle, hosts[circle.me.since % len(hosts)].persona),
        parlour=place,
        question=question(visit.reader.language.code, visit.services.clock.day()),
        answer=place or url("new_topic", circle=visit.circle_name(circle.id)),
    )


def has_been_here_for_a_week(circle: Circle) -> bool:
    return newcomers.days_here(circle, circle.me) in WEEK and not circle.me.holds(STEWARD)


def waiting(visit: Visit, circle: Circle) -> list[Face]:
    """New faces for those who greet them: the welcome team, or the care team where there is none."""
    if circle.me not in newcomers.hosts(circle):
        return []
    room, welcome = parlour(visit, circle), circle.policy.welcome.days
    faces = [one for one in newcomers.new_faces(circle) if newcomers.days_here(circle, one) < welcome]
    greeted = _last_greeting(visit, circle, room) if room and faces else -1
    return [
        Face(circle.handle_of(one.persona), _greet(visit, circle, room, one)) for one in faces if one.since > greeted
    ]


def _last_greeting(visit: Visit, circle: Circle, room: bytes) -> int:
    """The number of the newest message in the room by somebody who greets: who came before it has been greeted."""
    hosts = {one.persona for one in (*circle.state.holders(GREETER), *circle.state.holders(STEWARD))}
    said = Rows(visit, circle).reading.messages(room, LOOKED_AT)
    return max((one.about.slot for one in said if one.about.stands and one.about.author in hosts), default=-1)


def _greet(visit: Visit, circle: Circle, room: bytes, face: Member) -> str:
    name, url = visit.object_name(circle.id, face.persona[:16]), visit.site.paths.url
    if not room:
        return url("team", circle=visit.circle_name(circle.id), team="welcome")
    return url("room", room=visit.object_name(circle.id, room), greet=name) + "#say"
