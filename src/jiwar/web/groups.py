"""My groups: the list, keys that are on their way, groups that closed, and founding a new one."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import asking, boxes, glance, leaving, texts
from jiwar.circles.charters import NAME_LIMIT, WAYS_IN
from jiwar.circles.circle import Circle
from jiwar.circles.entering import keys_arrived, take_keys
from jiwar.circles.founding import first_charter, found_circle
from jiwar.circles.handles import HANDLE_LIMIT, sound_handle
from jiwar.circles.model import Charter
from jiwar.errors import BadInput, Damaged, InviteSpent, JiwarError, KeyringFull, NameTaken, NotThere, Removed
from jiwar.keyring.model import Membership
from jiwar.web import messages, tour
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.limits import SLOW
from jiwar.web.offers import ACCESS, CARDS, cards, some_names
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One group in the list. `state` is open, waiting, arrived or closed."""

    name: str
    state: str
    key: str
    letter: str
    colour: int
    handle: str
    size: str = ""
    since: str = ""
    asked: bool = False
    answered: bool = False


def _row(visit: Visit, membership: Membership) -> Row:
    name = membership.alias or membership.name
    state, size, since = "waiting", "", ""
    if membership.waiting:
        come = (asking.open_door if membership.asked else keys_arrived)(visit.member, membership)
        state = "arrived" if come else "waiting"
    else:
        try:
            circle = Circle(visit.member, membership.circle)
            name, size, since, state = circle.name, glance.size(circle), glance.last_new_face(circle), "open"
            circle.me  # noqa: B018 - raises Removed where I am out but the keys have not turned yet
        except (Removed, NotThere, Damaged):
            state = "closed"
    key = visit.circle_name(membership.circle)
    asked = membership.asked
    answered = membership.waiting and asked and asking.is_answered(visit.member, membership)
    place = (letter(name), colour(membership.circle), membership.handle)
    return Row(name, state, key, *place, size, since, asked, answered)


async def groups(visit: Visit) -> Response:
    return _list(visit)


def _list(visit: Visit, error: str = "") -> Response:
    rows = [_row(visit, one) for one in visit.member.memberships()]
    return visit.page("groups/list.html", tab="more", rows=rows, error=error, tour=bool(tour.open_groups(visit)))


def addressed(visit: Visit) -> Membership:
    """The membership that the path names, open or not. Raises NotThere."""
    short = visit.stable(visit.request.path_params["circle"])
    for one in visit.member.memberships():
        if one.circle[:16] == short:
            return one
    raise NotThere


async def take(visit: Visit) -> Response:
    """Enter with the keys that have come."""
    membership = addressed(visit)
    if not membership.waiting:
        raise NotThere
    visit.limit(SLOW)
    try:
        if visit.form.ticked("handle"):
            membership = replace(membership, handle=sound_handle(visit.form.typed("handle")))
        circle = await take_keys(visit.member, membership)
    except (BadInput, NameTaken) as error:
        return _other_name(visit, membership, error)
    except InviteSpent as error:
        return _list(visit, visit.sentence(error))
    if circle is None:
        return visit.go("groups")
    if membership.asked:
        await asking.leave_room(visit.services, membership)
    return visit.go("group", circle=visit.circle_name(circle.id))


def _other_name(visit: Visit, membership: Membership, error: JiwarError) -> Response:
    return visit.page(
        "groups/name.html",
        tab="more",
        status=messages.status(error),
        key=visit.circle_name(membership.circle),
        typed=visit.form.typed("handle") or membership.handle,
        error=visit.sentence(error),
    )


async def forget(visit: Visit) -> Response:
    """Take a group that closed, or that I no longer wait for, out of my keyring."""
    membership = addressed(visit)
    if membership.asked or _row(visit, membership).state in ("open", "arrived"):
        raise NotThere
    await leaving.forget_roles(visit.member, membership.circle)
    await boxes.forget_circle(visit.member, membership.circle)
    visit.tell("It is off the list.")
    return visit.go("groups")


async def choose(visit: Visit) -> Response:
    """First step of a new group: one of four cards."""
    return _cards(visit)


def _cards(visit: Visit, error: str = "") -> Response:
    offered = cards(visit.reader.language.code)
    return visit.page("groups/cards.html", tab="more", cards=offered, error=error)


async def found(visit: Visit) -> Response:
    """Second step: name, way in, my name; then the group is there."""
    form = visit.form
    try:
        key = form.choice("card", CARDS)
    except BadInput as error:
        return _cards(visit, visit.sentence(error))
    if not form.ticked("access") or form.ticked("others"):
        return _naming(visit, key)
    try:
        charter = _charter(visit, key)
    except BadInput as error:
        return _naming(visit, key, ("group", visit.sentence(error)))
    try:
        handle = sound_handle(form.typed("own") if form.typed("own").strip() else form.typed("name"))
    except BadInput as error:
        return _naming(visit, key, ("own", visit.sentence(error)))
    return await _found(visit, key, charter, handle)


async def _found(visit: Visit, key: str, charter: Charter, handle: str) -> Response:
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        try:
            circle = await found_circle(visit.member, charter, handle)
        except KeyringFull as error:
            return _naming(visit, key, ("group", visit.sentence(error)))
    return visit.go("group", circle=visit.circle_name(circle.id))


def _charter(visit: Visit, key: str) -> Charter:
    card = cards(visit.reader.language.code)[key]
    name = texts.line(visit.form.typed("group"), NAME_LIMIT)
    return first_charter(key, name, card.about, card.rules, visit.form.choice("access", WAYS_IN))


def _naming(visit: Visit, key: str, error: tuple[str, str] = ("", "")) -> Response:
    """The second step's form, with what was typed before."""
    language, form = visit.reader.language.code, visit.form
    card = cards(language)[key]
    again = form.ticked("access")
    offers = [one[:HANDLE_LIMIT] for one in form.several("offer")[:3]]
    if form.ticked("others") or len(offers) < 3:
        offers = list(some_names(language, visit.services.random, other_than=offers))
    typed = {
        "group": form.typed("group") if again else card.name,
        "access": form.typed("access") or ACCESS[key],
        "name": form.typed("name") if form.typed("name") in offers else offers[0],
        "own": form.typed("own"),
    }
    return visit.page(
        "groups/naming.html",
        tab="more",
        status=400 if error[1] else 200,
        card=card,
        offers=offers,
        typed=typed,
        error=error,
    )


ROUTES = (
    At("groups", "/groups", groups),
    At("group_keys", "/groups/keys/{circle}", post=take),
    At("group_forget", "/groups/forget/{circle}", post=forget),
    At("group_new", "/groups/new", choose, found),
)
