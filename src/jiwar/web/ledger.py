"""The care team's pages of the fund: the ledger, a new entry, and one entry with everything to do about it.

Who gives or gets anything stands nowhere; who of the team wrote it down and who said yes, the team sees.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import roles
from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.errors import BadAmount, BadChoice, BadInput, BeforeMyTime, NotThere, Refused, TextMissing
from jiwar.log.shelf import LAST_NUMBER
from jiwar.sheets.cells import read_amount
from jiwar.systems.fund import rules, service, view
from jiwar.systems.fund.ledger import NEVER, Entry
from jiwar.systems.fund.model import Told
from jiwar.systems.fund.rules import AMISS, ARRIVED, DROPPED, ENOUGH, HELP, MOST_AMOUNT, REFUSED, SPENT, TEXT_LIMIT
from jiwar.systems.needs import view as needs
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.care import caring
from jiwar.web.limits import WRITE
from jiwar.web.persons import person
from jiwar.web.visit import CIRCLE_NAME, Visit

INCOME = "income"
MOST_SHOWN = 30
TYPED = 2 * TEXT_LIMIT


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


KINDS = {
    INCOME: _("Came in"),
    HELP: _("Help for somebody"),
    SPENT: _("Money back"),
    AMISS: _("Missing at a count"),
}
OUTCOMES = {
    ARRIVED: _("It arrived"),
    DROPPED: _("No longer needed"),
    REFUSED: _("Not agreed to"),
}
PARTS = {
    "open": _("Waits for the yes of two"),
    "agreed": _("Agreed, to be handed over"),
    "handed": _("Handed over"),
    "came": KINDS[INCOME],
    "ended": _("Closed"),
}


def _keeping(circle: Circle) -> Circle:
    """The care team's circle, in which the ledger stands. Raises NotThere."""
    inner = roles.care_of(circle)
    if inner is None or not circle.charter.fund.on:
        raise NotThere
    return inner


# the ledger


@dataclass(frozen=True)
class Row:
    """One entry in the list; `mine` where my yes or somebody's hand is wanted."""

    href: str
    title: str
    kind: str
    amount: int
    day: int
    wants: bool
    outcome: str


def _part(entry: Entry) -> str:
    if not entry.kind:
        return "came"
    if entry.outcome:
        return "ended"
    if entry.handed != NEVER:
        return "handed"
    return "agreed" if entry.is_agreed else "open"


def standing(visit: Visit, entry: Entry) -> str:
    """How an entry stands, in words."""
    return visit.say(OUTCOMES[entry.outcome] if entry.outcome else PARTS[_part(entry)])


def _row(visit: Visit, circle: Circle, entry: Entry, told: Told | None) -> Row:
    kind = visit.say(KINDS[entry.kind or INCOME])
    return Row(
        href=visit.site.paths.url("fund_entry", entry=_name(visit, circle, entry.number)),
        title=aidwords.cut(told.text)[0] if told else kind,
        kind=kind if told else "",
        amount=entry.amount,
        day=entry.day if entry.handed == NEVER else entry.handed,
        wants=view.wants(entry, circle.log.persona.key),
        outcome=visit.say(OUTCOMES[entry.outcome]) if entry.outcome else "",
    )


def _name(visit: Visit, circle: Circle, number: int) -> str:
    return visit.object_name(circle.id, number.to_bytes(16, "big"))


@dataclass(frozen=True)
class Shown:
    """A part of the account: its latest rows, and where all of them stand, if not here."""

    title: str
    rows: list[Row]
    href: str


async def show(visit: Visit) -> Response:
    circle = caring(visit)
    inner, key = _keeping(circle), visit.circle_name(circle.id)
    page = view.ledger(inner)
    entries = page.everything[::-1] if page else []
    parts = {part: [one for one in entries if _part(one) == part] for part in PARTS}
    wanted = visit.request.query_params.get("part", "")
    if parts.get(wanted):
        return _part_page(visit, circle, inner, wanted, parts[wanted])
    shown = {part: found if part in ("open", "agreed") else found[:MOST_SHOWN] for part, found in parts.items()}
    words = view.told(inner, [one for found in shown.values() for one in found])
    unread = page is None and view.is_before_my_time(inner)
    return visit.page(
        "fund/book.html",
        tab="more",
        key=key,
        group=circle.name,
        currency=circle.charter.fund.currency,
        unread=visit.sentence(BeforeMyTime()) if unread else "",
        nothing=not (entries or unread),
        balance=page.balance if page else 0,
        parts={
            part: Shown(
                visit.say(PARTS[part]),
                [_row(visit, circle, one, words.get(one.number)) for one in found],
                visit.site.paths.url("fund_book", circle=key, part=part) if len(found) < len(parts[part]) else "",
            )
            for part, found in shown.items()
        },
        alone=len(stewards(circle.state)) < ENOUGH,
        days=rules.TOLD_DAYS,
    )


def _part_page(visit: Visit, circle: Circle, inner: Circle, part: str, found: list[Entry]) -> Response:
    """A page of one part, the latest first."""
    key, url = visit.circle_name(circle.id), visit.site.paths.url
    pages, asked = -(-len(found) // MOST_SHOWN), visit.request.query_params.get("page", "")
    at = min(pages, max(1, int(asked))) if asked.isdecimal() and len(asked) < 4 else 1
    rows = found[(at - 1) * MOST_SHOWN : at * MOST_SHOWN]
    words = view.told(inner, rows)
    newer = url("fund_book", circle=key, part=part, page=at - 1) if at > 1 else ""
    older = url("fund_book", circle=key, part=part, page=at + 1) if at < pages else ""
    return visit.page(
        "fund/part.html",
        tab="more",
        key=key,
        title=visit.say(PARTS[part]),
        currency=circle.charter.fund.currency,
        entries=[_row(visit, circle, one, words.get(one.number)) for one in rows],
        place=(at, pages, older, newer),
    )


# a new entry


async def show_new(visit: Visit) -> Response:
    circle = caring(visit)
    _keeping(circle)
    return _new(visit, circle)


def _new(visit: Visit, circle: Circle, at: str = "", error: BadInput | Refused | None = None) -> Response:
    form = visit.form
    return visit.page(
        "fund/new.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        currency=circle.charter.fund.currency,
        kind=form.typed("kind") if form.typed("kind") in KINDS else HELP,
        amount=form.typed("amount", 40),
        text=form.typed("text", TYPED),
        need=form.typed("need"),
        once=form.typed("once") or visit.name(visit.services.random(rules.NONCE)),
        limit=TEXT_LIMIT,
        at=at,
        error=visit.sentence(error) if error else "",
    )


async def write(visit: Visit) -> Response:
    """Write an entry down; or show the form with what another page knows already."""
    circle, form = caring(visit), visit.form
    inner, at = _keeping(circle), "kind"
    if form.choice("do", ("begin", "write"), "write") == "begin":
        return _new(visit, circle)
    visit.limit(WRITE)
    try:
        kind = form.choice("kind", tuple(KINDS))
        at = "amount"
        amount = _amount(form.typed("amount", 40))
        at = "text"
        text = form.text("text", TEXT_LIMIT, required=True)
        need = _need(visit, circle, form.typed("need"))
        once = visit.stable(form.typed("once"))[: rules.NONCE]
        number = await _write(inner, once, kind, amount, text, need)
    except (BadInput, Refused) as error:
        return _new(visit, circle, at, error)
    await visit.member.flush()
    visit.tell("Written down.")
    if kind == INCOME:
        return visit.go("fund_book", circle=visit.circle_name(circle.id))
    return visit.go("fund_entry", entry=_name(visit, circle, number))


async def _write(inner: Circle, once: bytes, kind: str, amount: int, text: str, need: bytes) -> int:
    """`once` makes one entry of two taps."""
    if kind == INCOME:
        return await service.income(inner, once, amount, text)
    return await service.ask(inner, once, kind, amount, text, need)


def _amount(typed: str) -> int:
    """Raises TextMissing, BadAmount."""
    if not typed.strip():
        raise TextMissing
    amount = read_amount(typed)
    if amount is None:
        raise BadAmount(most=MOST_AMOUNT)
    rules.require_amount(amount)
    return amount


def _need(visit: Visit, circle: Circle, named: str) -> bytes:
    """The request on the board that the form names; none where it is gone, or another group's."""
    with suppress(NotThere):
        both = visit.stable(named) if named else b""
        if both[:CIRCLE_NAME] == circle.id[:CIRCLE_NAME]:
            return needs.one(circle, both[CIRCLE_NAME:]).obj
    return b""


# one entry


def _addressed(visit: Visit) -> tuple[Circle, Circle, view.Shown]:
    """The entry that the path names. Raises NotThere."""
    both = visit.stable(visit.request.path_params["entry"])
    circle, number = visit.circle(both[:CIRCLE_NAME]), int.from_bytes(both[CIRCLE_NAME:], "big")
    inner = _keeping(circle)
    if number > LAST_NUMBER:  # The name of something else.
        raise NotThere
    return circle, inner, view.one(inner, number)


async def show_entry(visit: Visit) -> Response:
    return _entry(visit, *_addressed(visit))


def _entry(
    visit: Visit, circle: Circle, inner: Circle, found: view.Shown, error: BadInput | Refused | None = None
) -> Response:
    entry, page = found.entry, view.ledger(inner)
    return visit.page(
        "fund/entry.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        here=visit.site.paths.url("fund_entry", entry=_name(visit, circle, entry.number)),
        currency=circle.charter.fund.currency,
        entry=entry,
        part=_part(entry),
        kind=visit.say(KINDS[entry.kind or INCOME]),
        standing=standing(visit, entry),
        told=found.told,
        past=found.is_past,
        carrier=person(visit, circle, found.carrier).name if found.carrier else "",
        need=_need_link(visit, circle, found.told),
        author=person(visit, circle, entry.author).name,
        yes=[person(visit, circle, persona).name for persona in entry.yes],
        mine=inner.log.persona.key in entry.yes,
        enough=entry.amount <= (page.balance if page else 0),
        balance=page.balance if page else 0,
        alone=len(stewards(circle.state)) < ENOUGH,
        error=visit.sentence(error) if error else "",
    )


def _need_link(visit: Visit, circle: Circle, told: Told | None) -> str:
    """Where the request stands that it is about, if it is still there."""
    with suppress(NotThere):
        if told and told.need:
            needs.one(circle, told.need)
            return visit.site.paths.url("need", need=visit.object_name(circle.id, told.need))
    return ""


async def act(visit: Visit) -> Response:
    """Say yes, hand over, close."""
    circle, inner, found = _addressed(visit)
    verb = visit.form.choice("do", ("agree", "hand", "close"))
    visit.limit(WRITE)
    try:
        await _do(visit, inner, found.entry, verb)
    except (BadInput, Refused) as error:
        return _entry(visit, circle, inner, view.one(inner, found.entry.number), error)
    await visit.member.flush()
    return visit.go("fund_entry", entry=visit.request.path_params["entry"])


async def _do(visit: Visit, inner: Circle, entry: Entry, verb: str) -> None:
    """A second tap changes nothing and says nothing. Raises BadChoice, NotAllowed."""
    if verb == "agree":
        if inner.log.persona.key not in entry.yes:
            await service.agree(inner, entry.number)
        visit.tell("My yes is written down.")
    elif verb == "hand":
        if entry.handed == NEVER:
            await service.hand(inner, entry.number)
        visit.tell("Written down: it was handed over.")
    else:
        outcome = visit.form.choice("outcome", (ARRIVED,) if entry.handed != NEVER else rules.OUTCOMES)
        if not entry.kind:
            raise BadChoice
        if not entry.outcome:
            await service.close(inner, entry.number, outcome)
        visit.tell("Closed. What it was for is gone.")


ROUTES = (
    At("fund_book", "/group/{circle}/fund/book", show),
    At("fund_new", "/group/{circle}/fund/new", show_new, write),
    At("fund_entry", "/fund/{entry}", show_entry, act),
)
