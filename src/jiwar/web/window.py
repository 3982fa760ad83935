"""What the care team says of the window at which people ask who have no account: in whose name, about what, and what
everybody reads there at once."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import roles
from jiwar.circles.charters import NAME_LIMIT
from jiwar.circles.circle import Circle
from jiwar.circles.model import DISPATCHER
from jiwar.circles.policy import (
    ADVICE_LIMIT,
    MOST_COUNTERS,
    MOST_READY,
    READY_LIMIT,
    WINDOW_TEXT_LIMIT,
    Counter,
    HelpDesk,
)
from jiwar.circles.texts import line, passage
from jiwar.errors import BadChoice, BadInput, TextMissing, TextTooLong
from jiwar.systems.needs.rules import kinds
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.care import back, caring, put
from jiwar.web.visit import Visit
from jiwar.web.wording import lines


async def show(visit: Visit) -> Response:
    return _page(visit, caring(visit))


def _kinds(circle: Circle) -> list[str]:
    """What may be asked for at the window: what the board knows, and what stands there already."""
    standing = [one.kind for one in circle.charter.window.counters]
    return list(dict.fromkeys([*kinds(circle.charter.aid), *standing]))


def _page(visit: Visit, circle: Circle, at: str = "", error: BadInput | None = None) -> Response:
    form, standing = visit.form, circle.charter.window
    advice = {one.kind: one.advice for one in standing.counters}
    chosen = form.several("kind") if error else advice
    counters = [
        (one, aidwords.kind(visit, one), one in chosen, f"advice{n}", form.typed(f"advice{n}") if error else known)
        for n, one in enumerate(_kinds(circle))
        for known in [advice.get(one, "")]
    ]
    return visit.page(
        "care/window.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        on=form.typed("on") == "yes" if error else standing.on,
        name=form.typed("name") if error else standing.name,
        text=form.typed("text") if error else standing.text,
        counters=counters,
        ready=form.typed("ready") if error else "\n".join(standing.ready),
        limits=(NAME_LIMIT, WINDOW_TEXT_LIMIT, ADVICE_LIMIT),
        most=MOST_COUNTERS,
        team=roles.is_open(circle, DISPATCHER),
        weather=circle.charter.policy.published,
        at=at,
        error=visit.sentence(error) if error else "",
    )


async def write(visit: Visit) -> Response:
    circle, form, at = caring(visit), visit.form, "name"
    try:
        on = form.choice("on", ("yes", "no")) == "yes"
        name = line(form.text("name", NAME_LIMIT), NAME_LIMIT, required=on)
        at = "text"
        text = passage(form.text("text", WINDOW_TEXT_LIMIT), WINDOW_TEXT_LIMIT, required=False)
        at = "kind"
        counters = _counters(visit, circle)
        if on and not counters:
            raise TextMissing
        if len(counters) > MOST_COUNTERS:
            raise BadChoice
        at = "ready"
        ready = lines(form, "ready", READY_LIMIT, MOST_READY)
    except BadInput as error:
        return _page(visit, circle, at, error)
    await put(visit, circle, replace(circle.charter, window=HelpDesk(on, name, text, counters, ready)))
    visit.tell("Saved. It holds from now on.")
    return back(visit, circle)


def _counters(visit: Visit, circle: Circle) -> tuple[Counter, ...]:
    """What was chosen, each with what is shown at once. Raises TextTooLong."""
    form, chosen = visit.form, visit.form.several("kind")
    found = []
    for n, one in enumerate(_kinds(circle)):
        advice = passage(form.typed(f"advice{n}", 2 * ADVICE_LIMIT), 2 * ADVICE_LIMIT, required=False)
        if len(advice) > ADVICE_LIMIT:
            raise TextTooLong(limit=ADVICE_LIMIT)
        if one in chosen:
            found.append(Counter(one, advice))
    return tuple(found)


ROUTES = (At("care_window", "/group/{circle}/window", show, write),)
