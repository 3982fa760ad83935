"""What members wrote to the care team: the team reads it, and is done with it after a second look."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import leaving, reports
from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.web import written
from jiwar.web.app import At
from jiwar.web.group import Person, cares, person
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """A report as the team reads it."""

    key: str
    day: int
    sender: Person
    about: Person
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
        words=one.report.words,
        stands=written.stands(circle, one.report),
        reason=one.report.reason,
        more=one.report.more,
    )


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    if not cares(circle):
        raise NotThere
    rows = [_row(visit, circle, one) for one in reports.waiting(circle, leaving.open_role(circle))]
    return visit.page("care/reports.html", tab="more", key=visit.circle_name(circle.id), rows=rows)


def _addressed(visit: Visit) -> tuple[Circle, Circle, reports.Received]:
    """The circle, its care team's, and the report that the path names. Raises NotThere, also when it is settled."""
    circle, eid = visit.addressed("report")
    if not cares(circle):
        raise NotThere
    role = leaving.open_role(circle)
    for one in reports.waiting(circle, role):
        if one.eid == eid:
            return circle, role, one
    raise NotThere


async def look_again(visit: Visit) -> Response:
    """Nothing brings a report back: what it says is shown once more before it goes."""
    circle, _, one = _addressed(visit)
    key, row = visit.circle_name(circle.id), _row(visit, circle, one)
    return visit.page("care/settle.html", tab="more", key=key, one=row)


async def settle(visit: Visit) -> Response:
    """A report has been dealt with: its letter goes, and what it is about if the team says so."""
    circle, role, one = _addressed(visit)
    if visit.form.ticked("take_down") and written.stands(circle, one.report):
        await written.take_down(circle, one.report.obj, one.report.slot)
        visit.tell("The words are removed, and the copy with them.")
    else:
        visit.tell("Done: the copy is gone for the whole team.")
    await reports.settle(role, one.eid)
    return visit.go("care_reports", circle=visit.circle_name(circle.id))


ROUTES = (
    At("care_reports", "/group/{circle}/letters", show),
    At("care_settle", "/letter/{report}", look_again, settle),
)
