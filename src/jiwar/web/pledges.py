"""«سأساعد» on pages: proposing, how far it has come on the page of a need, and each step after it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import oneoffs, rights, spoken
from jiwar.circles.agreeing import ACCEPT, CONFIRM, LINE_LIMIT, PROPOSE, Agreement
from jiwar.circles.circle import Circle
from jiwar.circles.rights import Standing
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.keyring.model import Case
from jiwar.systems.needs import pledging, view
from jiwar.systems.needs.model import NEED
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


@dataclass(frozen=True)
class Card:
    """One agreement on the page of a need: `to` names in this session what was proposed, `href` leads to the case."""

    to: str
    step: str
    mine: bool
    whole: bool
    text: str
    day: int
    standing: Standing
    href: str


def case_href(visit: Visit, circle: Circle, case: Case) -> str:
    return visit.site.paths.url("followup", followup=visit.object_name(circle.id, case.name))


def cards(visit: Visit, circle: Circle, obj: bytes) -> list[Card]:
    """Everything that is under way about a need, as far as it is mine to know. `mine`: I proposed it."""
    return [
        Card(
            visit.name(made.name),
            made.step,
            made.helper != made.other,
            made.whole,
            made.text,
            made.day,
            pledging.standing(circle, made),
            case_href(visit, circle, case) if case else "",
        )
        for made, case in pledging.agreements(circle, obj)
    ]


def news(visit: Visit, circle: Circle, obj: bytes, side: str) -> str:
    """What waits for me there, in a few words; nothing where nothing does."""
    for made, case in pledging.agreements(circle, obj):
        if said := _news(made, case, side):
            return visit.say(said)
    return ""


def _news(made: Agreement, case: Case | None, side: str) -> str:
    mine = made.helper != made.other
    if made.step == PROPOSE and not mine:
        return _("Somebody would help") if side == NEED else _("It would help somebody")
    if made.step == ACCEPT and mine:
        return _("Accepted: one more yes")
    return _("Both have said yes") if made.step == CONFIRM and case is None else ""


def addressed(visit: Visit) -> tuple[Circle, bytes]:
    """Raises NotThere, also where there are no needs any more."""
    circle, obj = visit.addressed("need")
    if not circle.charter.aid.on:
        raise NotThere
    return circle, obj


async def show_propose(visit: Visit) -> Response:
    circle, obj = addressed(visit)
    return _page(visit, circle, obj)


def _page(visit: Visit, circle: Circle, obj: bytes, error: JiwarError | None = None) -> Response:
    found = view.one(circle, obj)
    free = not pledging.agreements(circle, obj) and oneoffs.behind(circle, obj) is None
    if not (found.is_open and found.is_answered and free):
        raise NotThere
    return visit.page(
        "needs/pledge.html",
        tab="help",
        status=messages.status(error) if error else 200,
        here=visit.site.paths.url("need_pledge", need=visit.object_name(circle.id, obj)),
        back=visit.site.paths.url("need", need=visit.object_name(circle.id, obj)),
        side=found.need.side,
        title=aidwords.cut(found.need.text)[0],
        part=visit.form.typed("much") == "part",
        introduced=oneoffs.about(circle, obj) is None and rights.usable(circle) is not None,
        typed=visit.form.typed("text"),
        limit=LINE_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def propose(visit: Visit) -> Response:
    circle, obj = addressed(visit)
    visit.limit(WRITE)
    try:
        whole = visit.form.choice("much", ("whole", "part")) == "whole"
        await pledging.propose(circle, obj, whole, visit.form.typed("text"))
    except (BadInput, Refused) as error:
        return _page(visit, circle, obj, error)
    visit.tell("It has been sent, without a name.")
    await visit.member.flush()
    return visit.go("need", "agreed", need=visit.object_name(circle.id, obj))


async def answer(visit: Visit) -> Response:
    """The next step with one other: accept, confirm, open what both agreed on, or no."""
    async with visit.site.alone(visit.session.name):
        return await _answer(visit)


async def _answer(visit: Visit) -> Response:
    circle, obj = addressed(visit)
    verb, name = visit.form.typed("do"), visit.stable(visit.form.typed("to"))
    visit.limit(WRITE)
    if verb in ("confirm", "take"):
        spoken_here = visit.reader.language.code if visit.reader.language.code in spoken.LANGUAGES else "ar"
        confirmed = verb == "confirm"
        case = await (
            pledging.confirm(circle, obj, name, spoken_here) if confirmed else pledging.take(circle, obj, name)
        )
        await visit.member.flush()
        return visit.go("followup", followup=visit.object_name(circle.id, case.name))
    if verb == "accept":
        await pledging.accept(circle, obj, name)
        visit.tell("Accepted. The other side says yes once more, then it begins.")
    elif verb == "refuse":
        await pledging.refuse(circle, obj, name)
        visit.tell("Answered: not this time. No reason was given.")
    else:
        raise BadChoice
    await visit.member.flush()
    return visit.go("need", "agreed", need=visit.object_name(circle.id, obj))


ROUTES = (
    At("need_pledge", "/help/one/{need}/pledge", show_propose, propose),
    At("need_agree", "/help/one/{need}/agree", post=answer),
)
