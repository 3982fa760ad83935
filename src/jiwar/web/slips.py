"""An invitation as the inviter hands it on: a link to send or print, two words to say, the day it ends."""

from dataclasses import dataclass

from markupsafe import Markup

from jiwar.circles.invitations import Ticket
from jiwar.web.square import square
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire


class Slip(Wire, frozen=True):
    """What the session keeps of an invitation just written, until its page is left."""

    secret: str
    words: tuple[str, str]
    last_day: int


@dataclass(frozen=True)
class Shown:
    """The same as a page shows it."""

    link: str
    words: tuple[str, str]
    last_day: int
    square: Markup


def slip_of(ticket: Ticket) -> Slip:
    return Slip(ticket.secret, ticket.words, ticket.last_day)


def shown(visit: Visit, slip: Slip) -> Shown:
    link = visit.address("joining", secret=slip.secret)
    return Shown(link, slip.words, slip.last_day, square(link))
