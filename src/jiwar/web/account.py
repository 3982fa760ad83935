"""Taking the account of the fund along as a table, for the care team: days and amounts.

What entries are for is left out: here it goes after its days, on somebody's device it would stay. So are the names of
who wrote and agreed.
"""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import roles
from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.systems.fund import view
from jiwar.systems.fund.ledger import NEVER, Entry, Ledger
from jiwar.web import tables
from jiwar.web.app import At
from jiwar.web.care import caring
from jiwar.web.ledger import INCOME, KINDS, standing
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


HEADERS = (_("Written down on"), _("What it is"), _("Amount"), _("Handed over on"), _("How it stands"))


def _opened(visit: Visit) -> tuple[Circle, Circle]:
    """The group and its care team's circle. Raises NotThere."""
    circle = caring(visit)
    inner = roles.care_of(circle)
    if inner is None or not circle.charter.fund.on:
        raise NotThere
    return circle, inner


async def show(visit: Visit) -> Response:
    circle, _inner = _opened(visit)
    return visit.page("fund/take.html", tab="more", key=visit.circle_name(circle.id))


async def act(visit: Visit) -> Response:
    circle, inner = _opened(visit)
    visit.limit(SLOW)
    currency = circle.charter.fund.currency
    heads = [visit.say(header) for header in HEADERS]
    heads[2] = visit.reader.language.beside(heads[2], currency)
    return await tables.file(visit, [heads, *rows(visit, view.ledger(inner))], visit.say("The fund"))


def rows(visit: Visit, page: Ledger | None) -> list[list[str]]:
    """What stands in the ledger, in its order, between what was there before and what there is."""
    if page is None:
        return []
    entries = page.everything
    came = sum(one.amount for one in entries if not one.kind)
    went = sum(one.amount for one in entries if one.handed != NEVER)
    before = ["", visit.say("From before"), str(page.balance - came + went), "", ""]
    now = ["", visit.say("In the fund"), str(page.balance), "", ""]
    return [before, *(_row(visit, one) for one in entries), now]


def _row(visit: Visit, entry: Entry) -> list[str]:
    handed = entry.handed != NEVER
    return [
        tables.iso(entry.day),
        visit.say(KINDS[entry.kind or INCOME]),
        str(entry.amount),
        tables.iso(entry.handed) if handed else "",
        standing(visit, entry) if entry.kind else "",
    ]


ROUTES = (At("fund_take", "/group/{circle}/fund/take", show, act),)
