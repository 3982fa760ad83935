"""The fund as the whole group sees it, in figures without names; and whether there is one, as the team settles it.

A ledger of money that lies in somebody's hand: no page here pays anybody anything.
"""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.policy import CURRENCY_LIMIT, STEPS, Fund
from jiwar.circles.rights import PERIOD_DAYS, period_of
from jiwar.circles.texts import line
from jiwar.errors import BadInput, NotThere
from jiwar.systems.fund import view
from jiwar.systems.fund.rules import FEWEST
from jiwar.systems.needs.rules import kinds
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.care import back, caring, put
from jiwar.web.persons import cares
from jiwar.web.visit import Visit

MONEY = "money"


def with_fund(visit: Visit, circles: list[Circle]) -> list[tuple[str, str]]:
    """Those of my groups that have one: where it stands, and the group's name."""
    url = visit.site.paths.url
    return [
        (url("fund", circle=visit.circle_name(one.id)), one.name)
        for one in circles
        if not one.membership.parent and one.charter.fund.on
    ]


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    if not circle.charter.fund.on:
        raise NotThere
    aid, today = circle.charter.aid, visit.services.clock.day()
    return visit.page(
        "fund/page.html",
        tab="more",
        key=visit.circle_name(circle.id),
        group=circle.name,
        currency=circle.charter.fund.currency,
        figures=view.figures(circle),
        period=PERIOD_DAYS,
        next_day=(period_of(today) + 1) * PERIOD_DAYS,
        fewest=FEWEST,
        asks=aid.on,
        money_kind=MONEY if MONEY in kinds(aid) else "",
        care=cares(circle),
    )


# as the care team settles it


async def show_settings(visit: Visit) -> Response:
    return _page(visit, caring(visit))


def _page(visit: Visit, circle: Circle, error: BadInput | None = None) -> Response:
    form, standing = visit.form, circle.charter.fund
    return visit.page(
        "care/fund.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        on=form.typed("on") == "yes" if error else standing.on,
        stands=standing.on,
        currency=form.typed("currency") if error else standing.currency,
        step=form.typed("step") if error else str(standing.step),
        steps=[(str(one), visit.reader.n(one)) for one in STEPS],
        limit=CURRENCY_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def write(visit: Visit) -> Response:
    circle, form = caring(visit), visit.form
    try:
        on = form.choice("on", ("yes", "no")) == "yes"
        step = int(form.choice("step", tuple(map(str, STEPS))))
        currency = line(form.text("currency", CURRENCY_LIMIT), CURRENCY_LIMIT, required=on)
    except BadInput as error:
        return _page(visit, circle, error)
    await put(visit, circle, replace(circle.charter, fund=Fund(on, currency, step)))
    visit.tell("Saved. It holds from now on.")
    return visit.go("fund_book", circle=visit.circle_name(circle.id)) if on else back(visit, circle)


ROUTES = (
    At("fund", "/group/{circle}/fund", show),
    At("care_fund", "/group/{circle}/fund/settings", show_settings, write),
)
