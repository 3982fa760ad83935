"""Going in three ways: leaving, leaving without a name, and erasing everything first; from one group or from all.

From all of them the account is deleted as well. Nothing happens before it is sure that every group can be left.
"""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import asking, boxes, erasing, leaving, roles
from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.circles.founding import BOX
from jiwar.errors import BadInput, Busy, JiwarError, LastSteward
from jiwar.keyring.model import Membership
from jiwar.systems.forum import service as forum
from jiwar.systems.needs import service as needs
from jiwar.systems.rooms import service as rooms
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.keys import require_own
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit

LEAVE, NAMELESS, ERASE = WAYS = ("leave", "nameless", "erase")
WITHDRAWALS = (forum.withdraw, rooms.withdraw, needs.withdraw)
"""What each system clears of somebody who erases everything."""


async def part(circle: Circle, way: str) -> None:
    """Go from one group. Raises LastSteward."""
    leaving.require_may_leave(circle)
    if way == ERASE:
        for one in (circle, *(inner for _, inner in roles.all_held(circle))):
            for withdraw in WITHDRAWALS:
                await withdraw(one)
        await erasing.empty_box(circle, BOX)
    await leaving.leave(circle, nameless=way != LEAVE)


# one group


async def show_leave(visit: Visit) -> Response:
    return _leave(visit, visit.circle())


def _leave(visit: Visit, circle: Circle) -> Response:
    team = stewards(circle.state)
    others = sum(one.active for one in circle.state.members) > 1
    return visit.page(
        "group/leave.html",
        tab="more",
        key=visit.circle_name(circle.id),
        name=circle.name,
        last=circle.is_steward and len(team) == 1 and others,
    )


async def leave(visit: Visit) -> Response:
    circle, way = visit.circle(), visit.form.choice("way", WAYS)
    visit.limit(SLOW)
    try:
        await part(circle, way)
    except LastSteward:
        return _leave(visit, circle)
    visit.tell("That was the goodbye: the group is out of my key.")
    return visit.go("groups")


# all groups, and the key


async def show_forget(visit: Visit) -> Response:
    return _forget(visit)


def _forget(visit: Visit, error: JiwarError | None = None, said: str = "") -> Response:
    return visit.page(
        "mykey/forget.html",
        tab="more",
        status=messages.status(error) if error else 200,
        way=visit.form.typed("way") or LEAVE,
        typed=visit.form.typed("key", 400),
        error=said or (visit.sentence(error) if error else ""),
    )


async def forget_me(visit: Visit) -> Response:
    """Leave every group, then delete the account. Nothing happens unless the typed key is this account's own."""
    visit.limit(SLOW)
    try:
        way = visit.form.choice("way", WAYS)
        wanted = await require_own(visit)
        _require_replaceable(visit)
    except LastSteward as error:
        return _forget(
            visit, error, visit.say("Somebody else has to join the care team of “%(group)s” first.") % error.fields
        )
    except (BadInput, Busy) as error:
        return _forget(visit, error)
    for one in visit.member.memberships():
        await _part(visit, one, way)
    await visit.site.accounts.forget(wanted)
    visit.end_session()
    return visit.page("mykey/goodbye.html")


def _require_replaceable(visit: Visit) -> None:
    """Raises LastSteward, with the group's name, before anything is left."""
    for one in visit.member.memberships():
        if not one.waiting and visit.member.role_circle_of(one.circle) is not None:
            circle = Circle(visit.member, one.circle)
            try:
                leaving.require_may_leave(circle)
            except LastSteward:
                raise LastSteward(group=circle.name) from None


async def _part(visit: Visit, membership: Membership, way: str) -> None:
    """Go from one group; who asked to come in takes that back; who waits, or was removed, only forgets it."""
    if membership.waiting and membership.asked:
        await asking.withdraw(visit.member, membership)
        return
    try:
        await part(Circle(visit.member, membership.circle), way)
    except LastSteward:
        raise
    except JiwarError:
        await boxes.forget_circle(visit.member, membership.circle)


ROUTES = (
    At("group_leave", "/group/{circle}/leave", show_leave, leave),
    At("forget_me", "/more/key/forget", show_forget, forget_me),
)
