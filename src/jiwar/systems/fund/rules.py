"""What a form of the fund may say, what its words are bound by, and how figures are rounded for the group. Pure.

Implements spec/protocol.md §9.11.
"""

from __future__ import annotations

from jiwar.circles.policy import STEPS
from jiwar.circles.rounded import is_large_enough, rounded
from jiwar.circles.texts import is_sound, passage
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import FUND_TOLD
from jiwar.errors import BadAmount, BadChoice
from jiwar.systems.fund.model import UNSAID, Carried, Figures, Told

HELP, SPENT, AMISS = "help", "spent", "amiss"
ASKS = (HELP, SPENT, AMISS)
"""For what is asked: help for somebody, money back for who spent it for others, and what is missing at a count."""
ARRIVED, DROPPED, REFUSED = "arrived", "dropped", "refused"
OUTCOMES = (DROPPED, REFUSED)
"""How an entry ends that nothing was handed over for; `ARRIVED` is for the others."""
ENOUGH = 2
"""Stewards who have to say yes."""
FEWEST = 3
"""Hand-overs that figures hide in."""
MOST_AMOUNT = 10**9
MOST_TOTAL = 10**15
MOST_OPEN = 60
MOST_UNDER_WAY = 60
"""Entries handed over, not arrived yet, that go on to the next page."""
TEXT_LIMIT = 400
TOLD_DAYS = 90
FIGURES_DAYS = 365
NONCE, SEAL, OBJECT, PERSONA = 16, 32, 16, 32


def require_amount(amount: int) -> None:
    """Raises BadAmount."""
    if not 0 < amount <= MOST_AMOUNT:
        raise BadAmount(most=MOST_AMOUNT)


def require_kind(kind: str) -> None:
    """Raises BadChoice."""
    if kind not in ASKS:
        raise BadChoice


def seal_of(told: Told) -> bytes:
    """What binds an entry to its words, so that nobody changes what others have said yes to."""
    return digest(FUND_TOLD, told.nonce, told.text, told.need)


def new_told(nonce: bytes, text: str, need: bytes = b"") -> Told:
    """Words for an entry that has no number yet. Raises TextMissing, TextTooLong."""
    return Told(0, nonce, passage(text, TEXT_LIMIT), need)


def is_sound_told(told: Told) -> bool:
    """Whether `new_told` could have made it."""
    sizes = len(told.nonce) == NONCE and len(told.need) in (0, OBJECT)
    return sizes and is_sound(told.text, TEXT_LIMIT, lines=True)


# what the group may know


def figures(page: Carried, step: int, people: int) -> Figures | None:
    """What a group of so many is told of a page as it stands today; None while there is nothing yet.

    What came in is not told: it would be the sum of the others.
    """
    shown, before = page.shown, page.before
    if (shown.came, shown.went) == (0, 0):
        return None
    went = _cut(shown.went - before.went, step) if is_large_enough(people) else UNSAID
    return Figures(shown.period, before.period, step, _cut(shown.came - shown.went, step), went)


def _cut(amount: int, step: int) -> int:
    return rounded(amount, step) or 0


def is_sound_figures(told: Figures) -> bool:
    """Whether `figures` could have made it."""
    if told.step not in STEPS or not 0 <= told.since < told.period:
        return False
    amounts = (told.balance, 0 if told.went == UNSAID else told.went)
    return all(0 <= one <= MOST_TOTAL and one % told.step == 0 for one in amounts)
