"""What the ledger comes to, folded from its records. Pure.

Implements spec/protocol.md §9.11. One function a kind; what doesn't count is passed over, so that two stewards with
the same records have the same ledger.

- The order of the log decides. Nothing is handed over without the yes of two, twice, or beyond what there is.
- A page of the ledger begins with a `fund` or `carried`. Whoever knows the page before takes a `carried` only if it
  says what they reckoned themselves; whoever can't read that far back begins with it, and comes to the same. What is
  open goes on, and what hasn't arrived yet; what is over stays behind, for who can read it there (`past`).
- Figures change where a period of 28 days begins, and only if nobody or at least `FEWEST` were given something since
  the last ones: otherwise the difference between two figures would be what one person got.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from jiwar.circles.rights import period_of
from jiwar.errors import NotCanonical
from jiwar.log.shelf import Opened
from jiwar.store.contract import KEPT
from jiwar.systems.fund.model import (
    KINDS,
    Agreed,
    Asked,
    Carried,
    Closed,
    FundBegun,
    Handed,
    Income,
    Totals,
    Waiting,
)
from jiwar.systems.fund.rules import (
    ARRIVED,
    ASKS,
    ENOUGH,
    FEWEST,
    MOST_AMOUNT,
    MOST_OPEN,
    MOST_TOTAL,
    MOST_UNDER_WAY,
    OUTCOMES,
    PERSONA,
    SEAL,
)
from jiwar.wire.canonical import decode

NEVER = -1
NOTHING = Totals()
LONG = 400
"""Records that count after which a new page is begun. One is when keys have turned, too: who comes then reads no
other.
"""


@dataclass(frozen=True)
class Entry:
    """Something that came in (without a `kind`) or is to be handed over. `handed` is the day, or NEVER."""

    number: int
    day: int
    author: bytes
    kind: str
    amount: int
    seal: bytes
    yes: tuple[bytes, ...] = ()
    handed: int = NEVER
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return bool(self.kind) and not self.outcome and self.handed < 0

    @property
    def is_under_way(self) -> bool:
        """Whether it was handed over, and nobody has said yet that it arrived."""
        return self.handed >= 0 and not self.outcome

    @property
    def is_agreed(self) -> bool:
        return len(self.yes) >= ENOUGH


@dataclass
class Ledger:
    """A page of the ledger as far as it was read. `begins` is the number of its first record, -1 before there is one;
    `epoch` that record's; `seen` are the ids of those that count; `past`: what was over on the pages before.
    `first` and `carrier`: the number and author of a page with which the reading began, on that author's word.
    `astray`: the numbers of pages that were due and said something else than was reckoned here.
    """

    begins: int = -1
    epoch: int = 0
    now: Totals = NOTHING
    shown: Totals = NOTHING
    before: Totals = NOTHING
    entries: dict[int, Entry] = field(default_factory=dict)
    past: list[Entry] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    first: int = -1
    carrier: bytes = b""
    astray: set[int] = field(default_factory=set)

    @property
    def length(self) -> int:
        """How many records count behind the first."""
        return len(self.seen) - 1

    @property
    def balance(self) -> int:
        return self.now.came - self.now.went

    def known(self, kind: str, amount: int, seal: bytes) -> int:
        """The number of the very same entry, on whichever page; 0, which no entry has, where there is none."""
        wanted = (kind, amount, seal)
        return next((one.number for one in self.everything if (one.kind, one.amount, one.seal) == wanted), 0)

    def carrier_of(self, number: int) -> bytes:
        """On whose word an entry stands here, with its yeses; nobody's where I read it myself."""
        return self.carrier if number < self.first else b""

    @property
    def everything(self) -> list[Entry]:
        """All entries that were read, those of the pages before too, in their order."""
        return sorted([*self.past, *self.entries.values()], key=lambda one: one.number)

    @property
    def open(self) -> list[Entry]:
        return [one for one in self.entries.values() if one.is_open]

    @property
    def going_on(self) -> list[Entry]:
        """What the next page takes along: what is open, and of what is under way those with the highest numbers."""
        under_way = [one for one in self.entries.values() if one.is_under_way]
        return sorted([*self.open, *under_way[-MOST_UNDER_WAY:]], key=lambda one: one.number)


class _Passed(Exception):
    """This record doesn't count."""


def _require(sound: bool) -> None:
    if not sound:
        raise _Passed


def fold(records: Iterable[Opened]) -> Ledger | None:
    """The ledger, from those of its records whose authors might write them, in order; None before it begins."""
    ledger = Ledger()
    for record in records:
        try:
            _apply(ledger, record)
        except (_Passed, NotCanonical):
            continue
    return None if ledger.begins < 0 else ledger


def _apply(ledger: Ledger, record: Opened) -> None:
    kind = KINDS.get(record.kind)
    _require(kind in _RULES and record.slot == record.number and record.keep == KEPT)
    _require(record.rid not in ledger.seen)
    body = decode(record.body, _kind_of(record))
    _require(ledger.begins >= 0 or isinstance(body, FundBegun | Carried))
    _turn(ledger, period_of(record.day))
    _RULES[type(body)](ledger, record, body)
    ledger.seen.add(record.rid)


def _kind_of(record: Opened) -> type[Any]:
    return KINDS[record.kind]


def _turn(ledger: Ledger, period: int) -> None:
    """A period has begun since the last record: figures may tell what there was then."""
    if ledger.begins < 0 or period <= ledger.now.period:
        return
    if _may_be_shown(ledger.shown, ledger.now):
        # The beginning of the next period, however long nothing was written after: whoever reckons says the same day.
        ledger.before, ledger.shown = ledger.shown, replace(ledger.now, period=ledger.now.period + 1)
    ledger.now = replace(ledger.now, period=period)


def _may_be_shown(shown: Totals, now: Totals) -> bool:
    times = now.times - shown.times
    return (now.came, now.went) != (shown.came, shown.went) and (times == 0 or times >= FEWEST)


def _fund(ledger: Ledger, record: Opened, _: FundBegun) -> None:
    _require(ledger.begins < 0)
    nothing = Totals(period_of(record.day))
    _begin(ledger, record, Carried(nothing, nothing, nothing))


def _carried(ledger: Ledger, record: Opened, body: Carried) -> None:
    _require(_is_sound_page(body) and body.now.period == period_of(record.day))
    _require(_are_sound(body.open, record.number, body.now.period))
    if ledger.begins < 0:
        ledger.first, ledger.carrier = record.number, record.author
    else:
        _require(is_due(ledger, record.epoch))
        _require_reckoned(ledger, record, body)
    _begin(ledger, record, body)


def _require_reckoned(ledger: Ledger, record: Opened, body: Carried) -> None:
    if body != page_of(ledger):
        ledger.astray.add(record.number)
        raise _Passed


def is_due(ledger: Ledger, epoch: int) -> bool:
    """Whether a new page may begin with a record of this epoch: at another time it would only hide what is over."""
    return epoch > ledger.epoch or ledger.length >= LONG


def _begin(ledger: Ledger, record: Opened, page: Carried) -> None:
    ledger.begins, ledger.epoch = record.number, record.epoch
    ledger.now, ledger.shown, ledger.before = page.now, page.shown, page.before
    going_on = {one.number: _going_on(one) for one in page.open}
    ledger.past += [one for one in ledger.entries.values() if one.number not in going_on]
    ledger.entries, ledger.seen = going_on, set()


def _going_on(one: Waiting) -> Entry:
    return Entry(one.number, one.day, one.author, one.kind, one.amount, one.seal, one.yes, one.handed)


def page_of(ledger: Ledger) -> Carried:
    """What the next page begins with."""
    going_on = (
        Waiting(one.number, one.day, one.author, one.kind, one.amount, one.seal, one.yes, one.handed)
        for one in ledger.going_on
    )
    return Carried(ledger.now, ledger.shown, ledger.before, tuple(going_on))


def next_page(ledger: Ledger, today: int) -> Carried:
    """The same, as a record of today has to say it."""
    copied = replace_fields(ledger)
    _turn(copied, period_of(today))
    return page_of(copied)


def _is_sound_page(page: Carried) -> bool:
    """No more went than came, and what was shown came before."""
    steps = (NOTHING, page.before, page.shown, page.now)
    grows = all(
        earlier.came <= later.came and earlier.went <= later.went and earlier.times <= later.times
        for earlier, later in pairwise(steps)
    )
    in_bounds = all(0 <= one.went <= one.came <= MOST_TOTAL and one.times <= MOST_TOTAL for one in steps)
    return grows and in_bounds and 0 <= page.before.period <= page.shown.period <= page.now.period + 1


def _are_sound(going_on: tuple[Waiting, ...], number: int, period: int) -> bool:
    """Whether a page could have left these open or under way before the record with this number, of this period."""
    places = [-1, *(one.number for one in going_on), number]
    handed = [one for one in going_on if one.handed != NEVER]
    few = len(going_on) - len(handed) <= MOST_OPEN and len(handed) <= MOST_UNDER_WAY
    in_order = all(earlier < later for earlier, later in pairwise(places))
    days = [*(one.day for one in going_on), *(one.handed for one in handed)]
    in_time = all(0 <= day and period_of(day) <= period for day in days)
    agreed = all(len(one.yes) >= ENOUGH for one in handed)
    return (
        few
        and in_order
        and in_time
        and agreed
        and all(
            one.kind in ASKS
            and 0 < one.amount <= MOST_AMOUNT
            and (len(one.seal), len(one.author)) == (SEAL, PERSONA)
            and len(set(one.yes)) == len(one.yes)
            and all(len(persona) == PERSONA for persona in one.yes)
            for one in going_on
        )
    )


def _income(ledger: Ledger, record: Opened, body: Income) -> None:
    _require(body.book == ledger.begins and ledger.now.came + body.amount <= MOST_TOTAL)
    _enter(ledger, record, "", body.amount, body.seal)
    ledger.now = replace(ledger.now, came=ledger.now.came + body.amount)


def _asked(ledger: Ledger, record: Opened, body: Asked) -> None:
    _require(body.book == ledger.begins and body.kind in ASKS and len(ledger.open) < MOST_OPEN)
    _enter(ledger, record, body.kind, body.amount, body.seal)


def _enter(ledger: Ledger, record: Opened, kind: str, amount: int, seal: bytes) -> None:
    _require(0 < amount <= MOST_AMOUNT and len(seal) == SEAL)
    ledger.entries[record.number] = Entry(record.number, record.day, record.author, kind, amount, seal)


def _standing(ledger: Ledger, number: int) -> Entry:
    """An entry that waits for something."""
    entry = ledger.entries.get(number)
    if entry is None or not _waits(entry):
        raise _Passed
    return entry


def _waits(entry: Entry) -> bool:
    return entry.is_open


def _has_said_yes(entry: Entry, author: bytes) -> bool:
    return author in entry.yes


def _is_covered(ledger: Ledger, entry: Entry) -> bool:
    return entry.amount <= ledger.balance


def _agreed(ledger: Ledger, record: Opened, body: Agreed) -> None:
    entry = _standing(ledger, body.entry)
    _require(not _has_said_yes(entry, record.author))
    ledger.entries[entry.number] = replace_fields(entry, yes=(*entry.yes, record.author))


def _handed(ledger: Ledger, record: Opened, body: Handed) -> None:
    entry = _standing(ledger, body.entry)
    _require(entry.is_agreed and _is_covered(ledger, entry))
    ledger.entries[entry.number] = replace_fields(entry, handed=record.day)
    ledger.now = replace(ledger.now, went=ledger.now.went + entry.amount, times=ledger.now.times + 1)


def _closed(ledger: Ledger, record: Opened, body: Closed) -> None:
    entry = ledger.entries.get(body.entry)
    if entry is None or not entry.kind or entry.outcome:
        raise _Passed
    _require(body.outcome in ((ARRIVED,) if entry.handed >= 0 else OUTCOMES))
    ledger.entries[entry.number] = replace_fields(entry, outcome=body.outcome)


_RULES: dict[Any, Callable[[Ledger, Opened, Any], None]] = {
    FundBegun: _fund,
    Carried: _carried,
    Income: _income,
    Asked: _asked,
    Agreed: _agreed,
    Handed: _handed,
    Closed: _closed,
}
