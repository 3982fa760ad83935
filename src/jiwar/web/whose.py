"""Mine or shared? The question at every way in, and what follows from the answer.

On a shared phone nothing is remembered and ten minutes of rest end the visit. On one's own, six digits of one's own
choice let the phone remember; the visit then rests for five minutes, and the digits open the next one.
"""

from dataclasses import dataclass

from jiwar.circles.member import Member
from jiwar.circles.phones import SLOT
from jiwar.keyring.phone import new_pin
from jiwar.web.visit import Visit

WHOSE = ("own", "shared")
SHARED_SECONDS, REMEMBERED_SECONDS = 10 * 60, 5 * 60


@dataclass(frozen=True)
class Whose:
    """The answer: a shared phone, or an own one, to be remembered by a new PIN, or remembered already."""

    shared: bool = False
    pin: str = ""
    remembered: bool = False


def by_phone(visit: Visit) -> bool:
    """Whether this visit was opened on a phone that remembers the account, or let it remember."""
    return visit.phone != b"" and visit.session.read(SLOT) is not None


def read_whose(visit: Visit) -> Whose:
    """Raises BadChoice, PinShape."""
    shared = visit.form.choice("on", WHOSE, "own") == "shared"
    typed = visit.form.typed("pin", 40).strip()
    return Whose(shared, new_pin(typed) if typed and not shared else "")


async def settle(visit: Visit, member: Member, whose: Whose) -> None:
    """Let the answer hold for a visit that has just begun. Raises KeyringFull, Busy."""
    if whose.pin:
        visit.keep_phone(await visit.site.phones.remember(member, whose.pin, old=visit.phone))
    if whose.shared:
        visit.session.rest_at_most(SHARED_SECONDS)
    elif whose.pin or whose.remembered:
        visit.session.rest_at_most(REMEMBERED_SECONDS)
