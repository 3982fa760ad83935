"""Open visits and phones that remember me: this one, others, and the way to end each of them.

A visit is a line with a part of a day; nothing is known of the browser that it is open in.
"""

from starlette.responses import Response

from jiwar.errors import BadInput, JiwarError, NotThere
from jiwar.keyring import phrase
from jiwar.keyring.phone import new_pin
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.visit import Visit
from jiwar.web.whose import Whose, by_phone, settle

NAME_LIMIT = 30


async def show(visit: Visit) -> Response:
    return _page(visit)


def _page(visit: Visit, error: JiwarError | None = None, at: str = "") -> Response:
    own = visit.site.phones.locator(visit.phone) if visit.phone else b""
    today = visit.services.clock.day()
    phones = [one for one in visit.member.keyring.phones if one.until >= today]
    return visit.page(
        "phone/phones.html",
        tab="more",
        status=messages.status(error) if error else 200,
        here=next((one for one in phones if one.locator == own), None),
        since=visit.session.since,
        visits=[(visit.name(name), day, part) for name, day, part in visit.services.sessions.beside(visit.session)],
        others=[(visit.name(one.locator), one) for one in phones if one.locator != own],
        second=by_phone(visit),
        pin=visit.form.typed("pin", 20),
        typed=visit.form.typed("key", 400),
        error=visit.sentence(error) if error else "",
        at=at,
    )


async def remember(visit: Visit) -> Response:
    visit.limit(SLOW)
    try:
        pin = new_pin(visit.form.typed("pin", 40))
        await settle(visit, visit.member, Whose(pin=pin))
    except BadInput as error:
        return _page(visit, error, "pin")
    visit.tell("This phone is remembered for thirty days.")
    return visit.go("phones")


async def add_second(visit: Visit) -> Response:
    """Another key on this phone, under a number of its own."""
    visit.limit(SLOW)
    try:
        pin = new_pin(visit.form.typed("pin", 40))
        other = await visit.site.accounts.stretch(phrase.parse(visit.form.typed("key"), visit.reader.language.code))
        await visit.site.phones.add(visit.member, visit.phone, other, pin)
    except BadInput as error:
        return _page(visit, error, "second")
    visit.tell("Saved.")
    return visit.go("phones")


async def rename(visit: Visit) -> Response:
    visit.limit(WRITE)
    name = visit.form.text("name", NAME_LIMIT)
    await visit.site.phones.rename(visit.member, _addressed(visit), name)
    return visit.go("phones")


async def forget(visit: Visit) -> Response:
    """From here or from elsewhere. A visit that is open on the other phone goes on; the next asks for the key."""
    visit.limit(WRITE)
    locator = _addressed(visit)
    await visit.site.phones.end(visit.member, locator)
    if visit.phone and locator == visit.site.phones.locator(visit.phone):
        visit.keep_phone(b"")
    visit.tell("This phone is forgotten.")
    return visit.go("phones")


async def end_visit(visit: Visit) -> Response:
    """End one other visit of mine, or all of them."""
    visit.limit(WRITE)
    sessions, named = visit.services.sessions, visit.form.typed("visit", 100)
    names = [visit.stable(named)] if named else [name for name, _, _ in sessions.beside(visit.session)]
    for name in names:
        sessions.end_beside(visit.session, name)
    visit.tell("It is ended.")
    return visit.go("phones")


def _addressed(visit: Visit) -> bytes:
    """The row of one of my phones. Raises NotThere."""
    named = visit.form.typed("phone", 100)
    locator = visit.stable(named) if named else visit.site.phones.locator(visit.phone)
    if all(one.locator != locator for one in visit.member.keyring.phones):
        raise NotThere
    return locator


ROUTES = (
    At("phones", "/more/phones", show),
    At("visit_end", "/more/phones/visit", post=end_visit),
    At("phone_remember", "/more/phones/remember", post=remember),
    At("phone_second", "/more/phones/second", post=add_second),
    At("phone_name", "/more/phones/name", post=rename),
    At("phone_forget", "/more/phones/forget", post=forget),
)
