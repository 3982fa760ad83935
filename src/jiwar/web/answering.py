"""Who asks to come into a group, for its care team: the list, and one request with its answers and its end."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import answering, roles
from jiwar.circles.answering import Request
from jiwar.circles.applicants import DECLINED, WORD_LIMIT
from jiwar.circles.circle import Circle
from jiwar.errors import BadInput, Conflict, NotThere, Refused, StewardsFirst
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.asking import answers, words
from jiwar.web.faces import colour, letter
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One request in the list. `state` is new, ours (the next word is theirs) or open (the keys were sent)."""

    key: str
    name: str
    letter: str
    colour: int
    day: int
    state: str


def _care(circle: Circle) -> Circle:
    """Raises NotThere for who is no steward, or has not taken the keys."""
    care = roles.care_of(circle)
    if care is None:
        raise NotThere
    return care


def _row(visit: Visit, circle: Circle, one: Request) -> Row:
    state = "open" if one.is_accepted else "new" if one.waits_for_us else "ours"
    name = one.application.handle
    return Row(visit.object_name(circle.id, one.eid), name, letter(name), colour(one.persona), one.day, state)


async def show_all(visit: Visit) -> Response:
    circle = visit.circle()
    rows = [_row(visit, circle, one) for one in answering.requests(circle, _care(circle))]
    return visit.page("asking/all.html", tab="more", key=visit.circle_name(circle.id), name=circle.name, rows=rows)


def _addressed(visit: Visit) -> tuple[Circle, Circle, Request]:
    """The request that the path names. Raises NotThere, also when it is decided, taken back or over."""
    circle, eid = visit.addressed("applicant")
    care = _care(circle)
    for one in answering.requests(circle, care):
        if one.eid == eid:
            return circle, care, one
    raise NotThere


async def show(visit: Visit) -> Response:
    circle, _, one = _addressed(visit)
    return _page(visit, circle, one)


def _page(
    visit: Visit, circle: Circle, one: Request, error: BadInput | Refused | Conflict | None = None, at: str = ""
) -> Response:
    return visit.page(
        "asking/one.html",
        tab="more",
        status=messages.status(error) if error else 200,
        group=visit.circle_name(circle.id),
        one=_row(visit, circle, one),
        answers=answers(one.application),
        words=words(one.said, one.persona),
        ways=DECLINED,
        typed=visit.form.typed("word"),
        limit=WORD_LIMIT,
        error=visit.sentence(error) if error else "",
        at=at,
        stewards_first=isinstance(error, StewardsFirst),
    )


async def write(visit: Visit) -> Response:
    """Ask back."""
    visit.limit(SLOW)
    circle, _, one = _addressed(visit)
    try:
        await answering.write_back(circle, one, visit.form.text("word", WORD_LIMIT))
    except (BadInput, Refused) as error:
        return _page(visit, circle, one, error, "word")
    visit.tell("Sent. The answer will stand here.")
    return visit.go("applicant", applicant=visit.object_name(circle.id, one.eid))


async def let_in(visit: Visit) -> Response:
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        circle, _, one = _addressed(visit)
        try:
            await answering.accept(circle, one)
        except (Refused, Conflict) as error:
            return _page(visit, circle, one, error)
    await visit.member.flush()
    visit.tell("The door is open to them; the keys lie ready.")
    return visit.go("applicants", circle=visit.circle_name(circle.id))


async def decline(visit: Visit) -> Response:
    visit.limit(SLOW)
    circle, care, one = _addressed(visit)
    await answering.decline(circle, care, one, visit.form.choice("how", DECLINED))
    visit.tell("Answered. What was written is deleted.")
    return visit.go("applicants", circle=visit.circle_name(circle.id))


ROUTES = (
    At("applicants", "/group/{circle}/asking", show_all),
    At("applicant", "/applicant/{applicant}", show, write),
    At("applicant_in", "/applicant/{applicant}/in", post=let_in),
    At("applicant_no", "/applicant/{applicant}/no", post=decline),
)
