"""What members wrote to a team: it reads it, also that nobody came, and is done with it after a second look."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import reports, roles
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.errors import NotThere
from jiwar.web import noshows, teams, written
from jiwar.web.app import At
from jiwar.web.persons import Person, person
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """A report as the team reads it."""

    key: str
    day: int
    sender: Person
    about: Person
    known: bool
    words: str
    stands: bool
    reason: str
    more: str


def _row(visit: Visit, circle: Circle, one: reports.Received) -> Row:
    return Row(
        key=visit.object_name(circle.id, one.eid),
        day=one.day,
        sender=person(visit, circle, one.sender),
        about=person(visit, circle, one.report.persona),
        known=bool(one.report.persona),
        words=one.report.words,
        stands=written.stands(circle, one.report),
        reason=one.report.reason,
        more=one.report.more,
    )


async def show(visit: Visit) -> Response:
    circle, role = visit.circle(), teams.asked(visit)
    inner = roles.held(circle, role)
    if inner is None or role not in reports.READERS:
        raise NotThere
    rows = [_row(visit, circle, one) for one in reports.waiting(circle, inner)]
    key, team = visit.circle_name(circle.id), teams.team(visit, circle, role)
    missed = noshows.rows(visit, circle, inner) if role == STEWARD else []
    return visit.page("care/reports.html", tab="more", key=key, team=team, rows=rows, missed=missed)


@dataclass(frozen=True)
class _Found:
    circle: Circle
    role: int
    inner: Circle
    report: reports.Received


def _addressed(visit: Visit) -> _Found:
    """The report that the path names, on a desk of mine. Raises NotThere, also when it is settled."""
    circle, eid = visit.addressed("report")
    for role, inner in roles.all_held(circle):
        for one in reports.waiting(circle, inner) if role in reports.READERS else ():
            if one.eid == eid:
                return _Found(circle, role, inner, one)
    raise NotThere


async def look_again(visit: Visit) -> Response:
    """Nothing brings a report back: what it says is shown once more before it goes."""
    found = _addressed(visit)
    key, row = visit.circle_name(found.circle.id), _row(visit, found.circle, found.report)
    return visit.page("care/settle.html", tab="more", key=key, team=teams.TEAMS[found.role], one=row)


async def settle(visit: Visit) -> Response:
    """A report has been dealt with: its letter goes, and what it is about if the team says so."""
    found = _addressed(visit)
    circle, one = found.circle, found.report
    if visit.form.ticked("take_down") and written.stands(circle, one.report):
        await written.take_down(circle, one.report.obj, one.report.slot)
        visit.tell("The words are removed, and the copy with them.")
    else:
        visit.tell("Done: the copy is gone for the whole team.")
    await reports.settle(found.inner, one.eid)
    return visit.go("care_reports", circle=visit.circle_name(circle.id), team=teams.TEAMS[found.role])


ROUTES = (
    At("care_reports", "/group/{circle}/letters", show),
    At("care_settle", "/letter/{report}", look_again, settle),
)
