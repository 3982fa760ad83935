"""The verbs of the fund: write down what came in and what is asked for, say yes, hand over, close; tell the group.

Implements spec/protocol.md §9.11. `inner` is the stewards' role circle everywhere. What somebody else's record made
void a moment before is refused after it was written: the order of the log decides, not who pressed first.
"""

from __future__ import annotations

from jiwar.circles import nudges, roles, speech, still
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.errors import BeforeMyTime, Conflict, Full, NotAllowed, NotThere
from jiwar.log.shelf import Entry, Opened
from jiwar.store.contract import KEPT, RecordRow
from jiwar.systems.fund import rules, view
from jiwar.systems.fund.ledger import Ledger, is_due, next_page
from jiwar.systems.fund.model import (
    AGREED,
    ASKED,
    CARRIED,
    CLOSED,
    FIGURES,
    FUND,
    HANDED,
    INCOME,
    TOLD,
    Agreed,
    Asked,
    Closed,
    FundBegun,
    Handed,
    Income,
    Told,
)
from jiwar.wire.canonical import Wire, encode


async def income(inner: Circle, nonce: bytes, amount: int, text: str) -> int:
    """Something came in; returns its number, the same for the very same with this `nonce`.

    Raises BadAmount, TextMissing, TextTooLong, BeforeMyTime, Conflict.
    """
    rules.require_amount(amount)
    told = rules.new_told(nonce, text)
    book = await _book(inner)
    seal = rules.seal_of(told)
    return book.known("", amount, seal) or await _enter(inner, INCOME, Income(book.begins, amount, seal), told)


async def ask(inner: Circle, nonce: bytes, kind: str, amount: int, text: str, need: bytes = b"") -> int:
    """Something is to be handed over; returns its number, the same for the very same with this `nonce`.

    Raises BadChoice, BadAmount, TextMissing, TextTooLong, Full (too many are open), BeforeMyTime, Conflict.
    """
    rules.require_kind(kind)
    rules.require_amount(amount)
    told = rules.new_told(nonce, text, need)
    book = await _book(inner)
    seal = rules.seal_of(told)
    if known := book.known(kind, amount, seal):
        return known
    if len(book.open) >= rules.MOST_OPEN:
        raise Full
    number = await _enter(inner, ASKED, Asked(book.begins, kind, amount, seal), told)
    nudges.ring(inner)
    return number


async def _book(inner: Circle) -> Ledger:
    """The page that stands, carried on where that is due, begun where there is none.

    Raises BeforeMyTime, Conflict.
    """
    if view.is_before_my_time(inner):
        raise BeforeMyTime
    standing = await _carried_on(inner)
    if standing is None:
        await still.begin(inner, view.ledger_object(inner), FUND, FundBegun())
        standing = view.ledger(inner)
    if standing is None:  # What is there lies under keys that nobody here has any more.
        await _append(inner, FUND, FundBegun())
        standing = view.ledger(inner)
    if standing is None:
        raise Conflict
    return standing


async def _carried_on(inner: Circle) -> Ledger | None:
    """The page that stands, a new one where that is due; untrue ones go.

    The words of what goes on are told anew first and emptied under older keys last: wherever it breaks off, nothing
    stands on a page whose words nobody new can read, and whoever comes next does the rest.
    """
    standing = view.ledger(inner)
    if standing is None:
        return None
    await _erase(inner, view.ledger_object(inner), view.astray(inner, standing))
    await _tell_anew(inner, standing)
    if is_due(standing, inner.log.newest.epoch):
        await _turn_page(inner, standing)
    await _empty_spent(inner)
    return view.ledger(inner)


async def _turn_page(inner: Circle, standing: Ledger) -> None:
    """Begin the next page; take it back where somebody wrote in between, so that it is not what was reckoned."""
    record = await _append(inner, CARRIED, next_page(standing, inner.services.clock.day()))
    page = view.ledger(inner)
    if page is None or page.begins != record.number:
        await speech.erase_own(inner, view.ledger_object(inner), [record])


async def _tell_anew(inner: Circle, page: Ledger) -> None:
    """Whoever is named later may have no keys but the newest."""
    anew = view.told(inner, page.going_on, inner.log.newest.epoch)
    for number, said in view.told(inner, page.going_on).items():
        if number not in anew:
            await _tell(inner, said)


async def _empty_spent(inner: Circle) -> None:
    """Raises NotAllowed for who holds no control seed."""
    page = view.ledger(inner)
    if page is not None:
        await _erase(inner, view.told_object(inner), view.spent(inner, page))


async def _erase(inner: Circle, obj: bytes, rows: list[RecordRow]) -> None:
    """Raises NotAllowed for who holds no control seed."""
    if rows:
        await speech.erase_rows(inner, obj, rows, speech.control_seed_of(inner))


async def _tell(inner: Circle, said: Told) -> None:
    """What an entry is for."""
    obj = view.told_object(inner)
    await still.begin(inner, obj, FUND, FundBegun())
    await inner.log.append(Entry(obj, TOLD, encode(said), rules.TOLD_DAYS))
    inner.keep_trail(inner.trail)


async def _append(inner: Circle, kind: str, body: Wire) -> Opened:
    record = await inner.log.append(Entry(view.ledger_object(inner), kind, encode(body), KEPT))
    inner.keep_trail(inner.trail)
    return record


async def _enter(inner: Circle, kind: str, body: Wire, told: Told) -> int:
    """An entry, and its words apart. Raises Conflict when a new page began in between."""
    number = (await _append(inner, kind, body)).number
    await _tell(inner, Told(number, told.nonce, told.text, told.need))
    try:
        view.one(inner, number)
    except NotThere:
        raise Conflict from None
    return number


async def agree(inner: Circle, number: int) -> None:
    """Say yes, once, to what I can read. Raises NotThere, NotAllowed also where nothing waits for it any more."""
    found = view.one(inner, number)
    if not found.entry.is_open or found.told is None:
        raise NotAllowed
    await _append(inner, AGREED, Agreed(number))
    if inner.log.persona.key not in view.one(inner, number).entry.yes:
        raise NotAllowed


async def hand(inner: Circle, number: int) -> None:
    """It was handed over. Raises NotThere, NotAllowed without the yes of two, or beyond what there is."""
    entry = view.one(inner, number).entry
    if not entry.is_open or not entry.is_agreed:
        raise NotAllowed
    await _append(inner, HANDED, Handed(number))
    if view.one(inner, number).entry.handed < 0:
        raise NotAllowed


async def close(inner: Circle, number: int, outcome: str) -> None:
    """Nothing more comes of it, and its words go. Raises NotThere, NotAllowed."""
    if view.one(inner, number).is_past:
        raise NotAllowed
    await _append(inner, CLOSED, Closed(number, outcome))
    if not view.one(inner, number).entry.outcome:
        raise NotAllowed
    await _empty_spent(inner)


# looking after it


async def look_after(circle: Circle, inner: Circle) -> None:
    """Begin a new page where that is due, empty words that have to go, and tell the group what may be told."""
    standing = await _carried_on(inner) if circle.charter.fund.on else None
    if standing is not None:
        await tell(circle, standing)


async def tell(circle: Circle, ledger: Ledger) -> None:
    """Publish the figures in the group, unless they stand there."""
    page = next_page(ledger, circle.services.clock.day())
    people = sum(one.active for one in circle.state.members)
    wanted, standing = rules.figures(page, circle.charter.fund.step, people), view.figures(circle)
    if wanted is None or wanted == standing:
        return
    obj = view.figures_object(circle)
    await still.begin(circle, obj, FUND, FundBegun())
    await circle.log.append(Entry(obj, FIGURES, encode(wanted), rules.FIGURES_DAYS))
    circle.keep_trail(circle.trail)


async def look_after_everywhere(member: Member) -> None:
    """Done when a steward comes back."""
    await roles.wherever_held(member, look_after)
