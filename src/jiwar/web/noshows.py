"""«لم يأتِ أحد»: what can be done from a case when nobody came; and what the care team reads of it, if it is told."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import noshows, roles
from jiwar.circles.cases import ENDED
from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.circles.model import STEWARD
from jiwar.circles.noshows import MORE_LIMIT, Missed, Told
from jiwar.errors import BadInput, JiwarError, NotThere, Refused
from jiwar.keyring.model import Case
from jiwar.systems.needs import pledging, view
from jiwar.systems.needs.model import OFFER
from jiwar.web import aidwords, cases, messages, teams
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.persons import person
from jiwar.web.visit import Visit


def _addressed(visit: Visit) -> tuple[Circle, Case]:
    """A case of mine that has not ended. Raises NotThere."""
    circle, case = cases.addressed(visit)
    if case.secret == ENDED:
        raise NotThere
    return circle, case


async def show(visit: Visit) -> Response:
    return _page(visit, *_addressed(visit))


def _page(visit: Visit, circle: Circle, case: Case, error: JiwarError | None = None) -> Response:
    name = visit.object_name(circle.id, case.name)
    return visit.page(
        "needs/nobody.html",
        tab="help",
        status=messages.status(error) if error else 200,
        here=visit.site.paths.url("followup_nobody", followup=name),
        back=visit.site.paths.url("followup", followup=name),
        title=cases.about(circle, case)[0],
        readers=[person(visit, circle, one.persona) for one in stewards(circle.state)]
        if noshows.can_be_told(circle)
        else [],
        told=case.told,
        typed=visit.form.typed("more"),
        limit=MORE_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def tell(visit: Visit) -> Response:
    """Tell the care team, from the page that says what it reads."""
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        circle, case = _addressed(visit)
        try:
            await pledging.tell_nobody_came(circle, case, visit.form.typed("more", 2 * MORE_LIMIT))
        except (BadInput, Refused) as error:
            return _page(visit, circle, case, error)
        await visit.member.flush()
    visit.tell("The care team reads it when it comes by. The other side isn't told.")
    return visit.go("followup", followup=visit.object_name(circle.id, case.name))


# the care team


@dataclass(frozen=True)
class Row:
    """What the care team reads of one that didn't come. need: leads to what it is about, while that is listed."""

    key: str
    title: str
    need: str
    offer: bool
    behind: bool
    told: tuple[Told, ...]
    introduced: int
    shown: tuple[str, ...]
    """Names of what is told here: what comes later is not done with by who saw this."""


def rows(visit: Visit, circle: Circle, care: Circle) -> list[Row]:
    return [_row(visit, circle, one) for one in noshows.waiting(circle, care)]


def _row(visit: Visit, circle: Circle, missed: Missed) -> Row:
    key = visit.object_name(circle.id, missed.told[0].eid)
    shown = tuple(visit.name(one.eid) for one in missed.told)
    said = (missed.behind, missed.told, missed.introduced, shown)
    try:
        found = view.one(circle, missed.obj)
    except NotThere:
        return Row(key, "", "", False, *said)
    need = visit.site.paths.url("need", need=visit.object_name(circle.id, missed.obj)) if found.is_open else ""
    return Row(key, aidwords.cut(found.need.text)[0], need, found.need.side == OFFER, *said)


async def settle(visit: Visit) -> Response:
    """What was shown of one that didn't come has been dealt with: those letters go, for the whole team."""
    circle, eid = visit.addressed("missed")
    care = roles.care_of(circle)
    shown = {visit.stable(name) for name in visit.form.several("shown")}
    found = [one for one in noshows.waiting(circle, care) if eid in (told.eid for told in one.told)] if care else []
    if care is None or not found:
        raise NotThere
    lying = {told.eid for told in found[0].told}
    await noshows.settle(care, lying & shown)
    if lying <= shown:
        visit.tell("Done: it is gone for the whole team.")
    else:
        visit.tell("What came in the meantime is still here.")
    return visit.go("care_reports", circle=visit.circle_name(circle.id), team=teams.TEAMS[STEWARD])


ROUTES = (
    At("followup_nobody", "/help/followup/{followup}/nobody", show, tell),
    At("care_missed", "/letter/{missed}/done", post=settle),
)
