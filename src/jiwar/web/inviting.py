"""Inviting: writing an invitation, handing it on, taking it back, and letting in who waits at a hidden group."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import invitations
from jiwar.circles.circle import Circle
from jiwar.circles.fold import may_invite
from jiwar.circles.invitations import Ticket
from jiwar.circles.model import HIDDEN, LETTER, OpenInvite
from jiwar.circles.two_steps import Waiting, let_in, turn_away, who_waits
from jiwar.errors import JiwarError, NotThere, Refused, StewardsFirst
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.faces import known_as, letter
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.persons import cares
from jiwar.web.slips import Slip, shown, slip_of
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, decode, encode

SLOT = "slip"


class Kept(Wire, frozen=True):
    """The invitations just written, until their page is left: their secrets stand nowhere else."""

    circle: bytes
    slips: tuple[Slip, ...]


@dataclass(frozen=True)
class Row:
    """An open invitation in the list. The proof names it, as the session sees it."""

    key: str
    last_day: int
    left: int
    mine: bool
    by: str
    sent: bool


@dataclass(frozen=True)
class Guest:
    """Somebody who waits for keys."""

    key: str
    handle: str
    letter: str
    day: int


def _row(visit: Visit, circle: Circle, one: OpenInvite) -> Row:
    return Row(
        key=visit.object_name(circle.id, one.invite.proof[:16]),
        last_day=one.invite.last_day,
        left=one.invite.uses - one.used,
        mine=one.by == circle.log.persona.key,
        by=known_as(circle, one.by, visit.reader.language),
        sent=one.invite.mode == LETTER,
    )


async def show(visit: Visit) -> Response:
    return _page(visit, visit.circle())


def _page(visit: Visit, circle: Circle, error: JiwarError | None = None) -> Response:
    policy = circle.policy
    hidden = circle.charter.access == HIDDEN
    most = 1 if hidden else policy.invite_uses
    waiting = who_waits(circle) if hidden else []
    guests = [
        Guest(visit.object_name(circle.id, one.eid), one.asking.handle, letter(one.asking.handle), one.day)
        for one in waiting
    ]
    return visit.page(
        "inviting/page.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        name=circle.name,
        allowed=may_invite(circle.state, circle.log.persona.key),
        hidden=hidden,
        days=policy.invite_days,
        uses=[(one, visit.reader.count(one, "For %(n)s person", "For %(n)s people")) for one in range(1, most + 1)],
        guests=guests,
        rows=[_row(visit, circle, one) for one in invitations.mine(circle)],
        error=visit.sentence(error) if error else "",
        stewards_first=isinstance(error, StewardsFirst),
        care=cares(circle),
    )


async def write(visit: Visit) -> Response:
    """Write an invitation; what has to be handed on is shown on a page of its own."""
    visit.limit(SLOW)
    circle = visit.circle()
    most = circle.policy.invite_uses
    uses = visit.form.number("uses", 1, most) if visit.form.ticked("uses") else 1
    try:
        ticket = await invitations.invite(circle, visit.reader.language.code, uses)
    except Refused as error:
        return _page(visit, circle, error)
    return await hand_over(visit, circle, ticket)


async def hand_over(visit: Visit, circle: Circle, *tickets: Ticket) -> Response:
    """Show what has to be handed on, on a page of its own."""
    visit.session.write(SLOT, encode(Kept(circle.id, tuple(map(slip_of, tickets)))))
    await visit.member.flush()
    return visit.go("invite_slip", circle=visit.circle_name(circle.id))


async def show_slip(visit: Visit) -> Response:
    circle = visit.circle()
    kept = visit.session.read(SLOT)
    if kept is None or decode(kept, Kept).circle != circle.id:
        return visit.go("invite", circle=visit.circle_name(circle.id))
    slips = [shown(visit, one) for one in decode(kept, Kept).slips]
    hidden = circle.charter.access == HIDDEN
    key = visit.circle_name(circle.id)
    return visit.page(
        "inviting/slip.html", tab="more", script=True, key=key, name=circle.name, slips=slips, hidden=hidden
    )


async def leave_slip(visit: Visit) -> Response:
    """It has been handed on: forget it."""
    visit.session.forget(SLOT)
    return visit.go("invite", circle=visit.request.path_params["circle"])


async def revoke(visit: Visit) -> Response:
    visit.limit(WRITE)
    circle, short = visit.addressed("invitation")
    for one in invitations.mine(circle):
        if one.invite.proof[:16] == short:
            await invitations.revoke(circle, one.invite.proof)
            await visit.member.flush()
            visit.tell("Taken back: its link opens nothing any more.")
            return visit.go("invite", circle=visit.circle_name(circle.id))
    raise NotThere


async def answer(visit: Visit) -> Response:
    """Let somebody in, or let their request lapse."""
    visit.limit(SLOW)
    circle, eid = visit.addressed("guest")
    guest = _guest(circle, eid)
    if visit.form.choice("answer", ("in", "not_now")) == "in":
        await let_in(circle, guest)
        visit.tell("The door is open to them; the keys lie ready.")
    else:
        await turn_away(circle, guest)
        visit.tell("The door stays closed this time.")
    await visit.member.flush()
    return visit.go("invite", circle=visit.circle_name(circle.id))


def _guest(circle: Circle, eid: bytes) -> Waiting:
    for one in who_waits(circle):
        if one.eid == eid:
            return one
    raise NotThere


ROUTES = (
    At("invite", "/group/{circle}/invite", show, write),
    At("invite_slip", "/group/{circle}/slip", show_slip, leave_slip),
    At("invite_revoke", "/invitation/{invitation}", post=revoke),
    At("invite_answer", "/guest/{guest}", post=answer),
)
