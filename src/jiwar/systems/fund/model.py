"""What stewards write down of a group's money, in their own role circle; and the figures that the group reads.

Implements spec/protocol.md §9.11. The ledger holds amounts and who of the stewards said yes, and is kept; what an
entry is for stands apart, expires, and is emptied when the entry is closed. Nobody who gives or gets anything is
named anywhere: there is no field for it.
"""

from __future__ import annotations

from jiwar.wire.canonical import Wire

FUND, INCOME, ASKED, AGREED, HANDED, CLOSED = "fund", "income", "asked", "agreed", "handed", "closed"
CARRIED, TOLD, FIGURES = "carried", "told", "figures"
UNSAID = -1


class FundBegun(Wire, frozen=True):
    """The body of the `fund`: the first record of an object of the fund's, which stays."""


class Income(Wire, frozen=True):
    """The body of an `income`. `book` is the number of the record with which the ledger began that its writer saw;
    `seal` binds what was told of it (`Told`).
    """

    book: int
    amount: int
    seal: bytes


class Asked(Wire, frozen=True):
    """The body of an `asked`: so much is to be handed over, for something of a `kind` (`rules.KINDS`)."""

    book: int
    kind: str
    amount: int
    seal: bytes


class Agreed(Wire, frozen=True):
    """The body of an `agreed`: its author says yes to the entry with this number."""

    entry: int


class Handed(Wire, frozen=True):
    """The body of a `handed`: its author has handed it over."""

    entry: int


class Closed(Wire, frozen=True):
    """The body of a `closed`: nothing more comes of the entry."""

    entry: int
    outcome: str


class Totals(Wire, frozen=True):
    """What had come in and been handed over when a period began, and in how many times."""

    period: int = 0
    came: int = 0
    went: int = 0
    times: int = 0


class Waiting(Wire, frozen=True):
    """An entry that is not over when a page ends, with the yeses that were said to it. `handed` is the day, or -1."""

    number: int
    day: int
    author: bytes
    kind: str
    amount: int
    seal: bytes
    yes: tuple[bytes, ...]
    handed: int


class Carried(Wire, frozen=True):
    """The body of a `carried`: a new page of the ledger, with what the old one came to. `now` is in the period of the
    day; `shown` and `before` are what figures tell, and what those before them told; `open` goes on, by its numbers:
    what waits for a yes, for a hand, or to arrive.
    """

    now: Totals
    shown: Totals
    before: Totals
    open: tuple[Waiting, ...] = ()


class Told(Wire, frozen=True):
    """The body of a `told`: what an entry is for, or where it came from. `need` is the object of a request on the
    board, where it is about one.
    """

    entry: int
    nonce: bytes
    text: str
    need: bytes


class Figures(Wire, frozen=True):
    """The body of the `figures` in the group, as they were when a period began; `since` is that of those before.

    Amounts are multiples of `step`, cut down; 0 stands for everything below it. `went` is UNSAID in a small group.
    """

    period: int
    since: int
    step: int
    balance: int
    went: int


KINDS: dict[str, type[Wire]] = {
    FUND: FundBegun,
    INCOME: Income,
    ASKED: Asked,
    AGREED: Agreed,
    HANDED: Handed,
    CLOSED: Closed,
    CARRIED: Carried,
    TOLD: Told,
    FIGURES: Figures,
}
