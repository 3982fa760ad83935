"""A second notebook: an account of its own behind a key of its own, full of ordinary groups. Offered once.

The page is over as soon as somebody has used it or waved it off, and by itself a month after the key was made: that
it isn't there proves nothing.
"""

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.errors import BadInput, JiwarError, NotThere
from jiwar.keyring.phone import new_pin
from jiwar.web import messages, notebooks
from jiwar.web.app import At
from jiwar.web.keys import KeyChoice, Place, changed_choice, offer_keys, show_key
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit
from jiwar.web.whose import by_phone
from jiwar.wire.canonical import Wire, decode, encode

SLOT = "second"
DAYS = 30
"""How long after a key was made the page is there."""


class Draft(Wire, frozen=True):
    """What was chosen so far: the keys on offer, and the second number of a remembered phone."""

    keys: KeyChoice
    pin: str = ""


def is_offered(visit: Visit) -> bool:
    ring = visit.member.keyring
    return not ring.second_shown and visit.services.clock.day() - ring.made <= DAYS


def _require_offered(visit: Visit) -> None:
    """Raises NotThere."""
    if not is_offered(visit):
        raise NotThere


async def show(visit: Visit) -> Response:
    _require_offered(visit)
    return _page(visit)


def _page(visit: Visit, error: JiwarError | None = None) -> Response:
    return visit.page(
        "second/second.html",
        tab="more",
        status=messages.status(error) if error else 200,
        numbered=by_phone(visit),
        pin=visit.form.typed("pin", 20),
        error=visit.sentence(error) if error else "",
    )


async def begin(visit: Visit) -> Response:
    _require_offered(visit)
    if visit.form.ticked("no"):
        await visit.member.update(lambda ring: replace(ring, second_shown=True))
        return visit.go("mykey")
    typed = visit.form.typed("pin", 40).strip()
    try:
        pin = new_pin(typed) if typed and by_phone(visit) else ""
    except BadInput as error:
        return _page(visit, error)
    visit.session.write(SLOT, encode(Draft(offer_keys(visit.services.random), pin)))
    return visit.go("second_key")


def _draft(visit: Visit) -> Draft:
    """Raises NotThere."""
    kept = visit.session.read(SLOT)
    if kept is None:
        raise NotThere
    return decode(kept, Draft)


async def show_key_screen(visit: Visit) -> Response:
    _require_offered(visit)
    return show_key(visit, _draft(visit).keys, Place(2, 2, "second_key", "second"))


async def take_key(visit: Visit) -> Response:
    _require_offered(visit)
    draft = _draft(visit)
    changed = changed_choice(visit, draft.keys)
    if changed is not None:
        visit.session.write(SLOT, encode(replace(draft, keys=changed)))
        return visit.go("second_key")
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        _require_offered(visit)
        return await _fill(visit, draft)


async def _fill(visit: Visit, draft: Draft) -> Response:
    """Write the groups, then let both accounts name each other. A number that is taken is left out, and said."""
    member, accounts = visit.member, visit.site.accounts
    access = await accounts.stretch(draft.keys.phrase)
    ring = await notebooks.filled(visit.services, access, member.settings)
    await accounts.adopt(member, access, ring)
    visit.session.forget(SLOT)
    visit.tell("The second notebook is ready.")
    try:
        if draft.pin:
            await visit.site.phones.add(member, visit.phone, access, draft.pin)
    except BadInput as error:
        visit.tell(messages.MESSAGES[error.code][1])
    return visit.go("mykey")


ROUTES = (
    At("second", "/more/second", show, begin),
    At("second_key", "/more/second/key", show_key_screen, take_key),
)
