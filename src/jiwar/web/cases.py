"""«متابعة»: what two who have agreed have together, with its recognition words, its steps and its end."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import attending, cases, oneoffs, roles
from jiwar.circles.cases import SAY_LIMIT, STEP_LIMIT, Opened, Shown
from jiwar.circles.circle import Circle
from jiwar.circles.model import DISPATCHER
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.keyring.model import Case
from jiwar.systems.needs import view
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.pledges import case_href
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


STEPS = {
    cases.NAME: _("The name in the group"),
    cases.REACH: _("A way to be reached"),
    cases.PLACE: _("The place"),
}


@dataclass(frozen=True)
class Row:
    """A case of mine, for a list. `title`: of what it is about, as long as that is listed."""

    title: str
    href: str
    waits: bool
    over: bool
    group: str
    until: int


@dataclass(frozen=True)
class StepShown:
    """A step as the page shows it; `typed` and `error` where its box was sent and not taken."""

    step: str
    label: str
    opened: Opened
    typed: str
    error: str


def rows(visit: Visit, circle: Circle, group: str = "") -> list[Row]:
    """All my cases from a group, called so."""
    found = [cases.show(circle, case) for case in cases.mine(circle)]
    return [
        Row(
            about(circle, one.case)[0],
            case_href(visit, circle, one.case),
            one.waits_for_me,
            one.is_over,
            group,
            one.last_day,
        )
        for one in found
    ]


def about(circle: Circle, case: Case) -> tuple[str, bool]:
    """The headline of what it is about, and whether that is still listed."""
    try:
        found = view.mine(circle, case.obj) if oneoffs.behind(circle, case.obj) else view.one(circle, case.obj)
    except NotThere:
        return "", False
    return aidwords.cut(found.need.text)[0], found.is_open


def addressed(visit: Visit) -> tuple[Circle, Case]:
    """Raises NotThere."""
    circle, name = visit.addressed("followup")
    return circle, cases.named(circle, name)


async def show(visit: Visit) -> Response:
    circle, case = addressed(visit)
    await attending.settle(circle)
    return _page(visit, circle, cases.named(circle, case.name))


def _page(visit: Visit, circle: Circle, case: Case, error: JiwarError | None = None) -> Response:
    shown, (title, listed) = cases.show(circle, case), about(circle, case)
    return visit.page(
        "needs/case.html",
        tab="help",
        status=messages.status(error) if error else 200,
        here=visit.site.paths.url("followup", followup=visit.object_name(circle.id, case.name)),
        shown=shown,
        title=title,
        desk=_desk(visit, circle, case),
        need=visit.site.paths.url("need", need=visit.object_name(circle.id, case.obj)) if listed else "",
        steps=[] if shown.is_over else [_step(visit, shown, step, error) for step in cases.STEPS],
        typed=visit.form.typed("text", 2 * SAY_LIMIT),
        thanks=visit.form.typed("thanks"),
        limit=SAY_LIMIT,
        step_limit=STEP_LIMIT,
        error=visit.sentence(error) if error and not visit.form.typed("step") else "",
        sent=visit.form.typed("do"),
        nobody=_nobody(visit, circle, shown),
    )


def _desk(visit: Visit, circle: Circle, case: Case) -> str:
    """Where a dispatcher answers for whom they asked this; nothing for others."""
    if not case.asks or circle.membership.parent or roles.held(circle, DISPATCHER) is None:
        return ""
    return visit.site.paths.url("queue", circle=visit.circle_name(circle.id))


def _nobody(visit: Visit, circle: Circle, shown: Shown) -> str:
    """The path on which one says that nobody came, as long as that can be."""
    if shown.is_over or shown.has_arrived(mine=True):
        return ""
    return visit.site.paths.url("followup_nobody", followup=visit.object_name(circle.id, shown.case.name))


def _step(visit: Visit, shown: Shown, step: str, error: JiwarError | None) -> StepShown:
    sent = error is not None and visit.form.typed("step") == step
    typed, said = visit.form.typed(f"open-{step}") if sent else "", visit.sentence(error) if sent and error else ""
    return StepShown(step, visit.say(STEPS[step]), shown.step(step), typed, said)


async def act(visit: Visit) -> Response:
    """Say something, open a step, say that one has arrived; or end it, without a reason."""
    async with visit.site.alone(visit.session.name):
        return await _act(visit)


async def _act(visit: Visit) -> Response:
    circle, case = addressed(visit)
    verb = visit.form.typed("do")
    visit.limit(WRITE)
    if verb == "end":
        await attending.end(circle, case)
        visit.tell("Ended. Nothing of it is left here.")
        return visit.go("help_mine")
    try:
        await _do(visit, circle, case, verb)
    except (BadInput, Refused) as error:
        return _page(visit, circle, case, error)
    await visit.member.flush()
    return visit.go("followup", "said", followup=visit.object_name(circle.id, case.name))


async def _do(visit: Visit, circle: Circle, case: Case, verb: str) -> None:
    if verb == "say":
        await attending.say(circle, case, visit.form.typed("text", 2 * SAY_LIMIT))
    elif verb == "open":
        step = visit.form.typed("step")
        await attending.open_step(circle, case, step, visit.form.typed(f"open-{step}"))
    elif verb == "show":
        await attending.tell(circle, case)
    elif verb == "arrived":
        await attending.arrive(circle, case)
    elif verb == "thank":
        await attending.thank(circle, case, visit.form.typed("thanks"))
    else:
        raise BadChoice


ROUTES = (At("followup", "/help/followup/{followup}", show, act),)
