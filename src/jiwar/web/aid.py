"""What the care team says of needs and offers in a group: whether there are any, kinds, parts of town."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.policy import AREA_LIMIT, ASKED_LIMIT, KIND_LIMIT, MOST_AREAS, MOST_ASKED, MOST_KINDS, Aid
from jiwar.errors import BadChoice, BadInput
from jiwar.systems.needs.rules import USUAL, kinds
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.care import back, caring, put
from jiwar.web.visit import Visit
from jiwar.web.wording import lines


async def show(visit: Visit) -> Response:
    return _page(visit, caring(visit))


def _page(visit: Visit, circle: Circle, at: str = "", error: BadInput | None = None) -> Response:
    form, aid = visit.form, circle.charter.aid
    chosen = form.several("kind") if error else kinds(aid)
    return visit.page(
        "care/aid.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        on=form.typed("on") == "yes" if error else aid.on,
        usual=[(one, visit.say(aidwords.KINDS[one]), one in chosen) for one in USUAL],
        own=form.typed("own") if error else "\n".join(one for one in chosen if one not in USUAL),
        areas=form.typed("areas") if error else "\n".join(aid.areas),
        most_areas=MOST_AREAS,
        questions=form.typed("questions") if error else "\n".join(aid.questions),
        most_questions=MOST_ASKED,
        at=at,
        error=visit.sentence(error) if error else "",
    )


async def write(visit: Visit) -> Response:
    circle, form, at = caring(visit), visit.form, "own"
    try:
        chosen = [one for one in USUAL if one in form.several("kind")]
        own = lines(form, "own", KIND_LIMIT, MOST_KINDS)
        wanted = tuple(dict.fromkeys([*chosen, *own]))
        if len(wanted) > MOST_KINDS:
            raise BadChoice
        at = "areas"
        areas = tuple(dict.fromkeys(lines(form, "areas", AREA_LIMIT, MOST_AREAS)))
        at = "questions"
        questions = tuple(dict.fromkeys(lines(form, "questions", ASKED_LIMIT, MOST_ASKED)))
        on = form.choice("on", ("yes", "no")) == "yes"
        aid = Aid(on, () if wanted == USUAL else wanted, areas, questions)
    except BadInput as error:
        return _page(visit, circle, at, error)
    await put(visit, circle, replace(circle.charter, aid=aid))
    visit.tell("Saved. It holds from now on.")
    return back(visit, circle)


ROUTES = (At("care_aid", "/group/{circle}/help", show, write),)
