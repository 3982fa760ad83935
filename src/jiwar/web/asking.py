"""The page of somebody who asks to come into a group: waiting, an exchange with the care team, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import asking
from jiwar.circles.applicants import ACCEPT, APPLY, WORD, WORD_LIMIT, Application, Said
from jiwar.circles.fold import LONGEST_WAIT
from jiwar.errors import BadInput, NotThere, Refused
from jiwar.keyring.model import Membership
from jiwar.keyring.persona import Persona
from jiwar.web import groups, messages
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Word:
    """Something that was said, and whether by who asks; the care team speaks as one."""

    text: str
    day: int
    mine: bool


def words(said: list[Said] | tuple[Said, ...], persona: bytes) -> list[Word]:
    """What `persona` and the care team said to each other."""
    return [Word(one.line.text, one.day, one.sender == persona) for one in said if one.line.kind == WORD]


def answers(application: Application) -> list[tuple[str, str]]:
    return list(zip(application.questions, application.answers, strict=True))


def _addressed(visit: Visit) -> Membership:
    """The group that I wait for. Raises NotThere."""
    membership = groups.addressed(visit)
    if not (membership.waiting and membership.asked):
        raise NotThere
    return membership


async def show(visit: Visit) -> Response:
    membership = _addressed(visit)
    asking.has_read(visit.member, membership, asking.my_room(visit.member, membership))
    return _page(visit, membership)


def _page(visit: Visit, membership: Membership, error: BadInput | Refused | None = None) -> Response:
    me, said = Persona(membership.persona).key, asking.my_room(visit.member, membership)
    charter, declined = asking.open_door(visit.member, membership), asking.how_declined(said, me)
    begun = next((one.line.application for one in said if one.line.kind == APPLY and one.sender == me), None)
    return visit.page(
        "asking/asked.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(membership.circle),
        name=membership.alias or membership.name,
        letter=letter(membership.name),
        colour=colour(membership.circle),
        me=membership.handle,
        charter=charter,
        declined=declined,
        stale=charter is None and any(one.line.kind == ACCEPT and one.sender != me for one in said),
        over=not said,
        until=said[-1].day + LONGEST_WAIT if said else 0,
        answers=answers(begun) if begun else [],
        words=words(said, me),
        writes=asking.may_say(said, me) and asking.takes_letters(visit.member, membership),
        typed=visit.form.typed("word"),
        limit=WORD_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def say(visit: Visit) -> Response:
    """Add a word."""
    visit.limit(SLOW)
    membership = _addressed(visit)
    try:
        await asking.say(visit.member, membership, visit.form.text("word", WORD_LIMIT))
    except (BadInput, Refused) as error:
        return _page(visit, membership, error)
    visit.tell("It is with the care team.")
    return visit.go("asked", circle=visit.circle_name(membership.circle))


async def leave(visit: Visit) -> Response:
    """Take it back, or off the list when it is decided."""
    visit.limit(WRITE)
    await asking.withdraw(visit.member, _addressed(visit))
    visit.tell("It is off the list, and what was written is deleted.")
    return visit.go("groups")


ROUTES = (
    At("asked", "/asked/{circle}", show, say),
    At("asked_leave", "/asked/{circle}/leave", post=leave),
)
