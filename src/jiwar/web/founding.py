"""Founding a community in six screens: link, what it is, one of four cards, my name, my key, two more for the care.

What was filled in waits sealed in the session; nothing of it stands in an address. The code is spent with the key.
"""

from base64 import b32decode
from binascii import Error as NotBase32

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.circles.founding import first_charter, found_circle
from jiwar.circles.handles import sound_handle
from jiwar.circles.heartbeat import beat
from jiwar.circles.invitations import invite
from jiwar.circles.model import Charter
from jiwar.circles.policy import FIRST_LEVEL, FIRST_LEVELS
from jiwar.errors import BadInput, InviteSpent, SignedOut, TextMissing
from jiwar.systems.forum.service import start_topic
from jiwar.web import messages, offers
from jiwar.web.app import At
from jiwar.web.keys import KeyChoice, Place, changed_choice, member_with, offer_keys, show_key
from jiwar.web.limits import SLOW
from jiwar.web.slips import Slip, shown, slip_of
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, decode, encode

SLOT = "founding"
STEPS = 6
STEWARDS = 2
NAME_LIMIT, ABOUT_LIMIT = 40, 400


class Draft(Wire, frozen=True):
    """What a founder has filled in so far; `circle` is its id once it is founded."""

    code: bytes
    name: str = ""
    about: str = ""
    card: str = offers.CARDS[0]
    handle: str = ""
    names: tuple[str, ...] = ()
    keys: KeyChoice = KeyChoice()
    circle: bytes = b""
    slips: tuple[Slip, ...] = ()


def _draft(visit: Visit) -> Draft:
    """Raises SignedOut when this visitor is founding nothing."""
    kept = visit.session.read(SLOT)
    if kept is None:
        raise SignedOut
    return decode(kept, Draft)


def _keep(visit: Visit, draft: Draft) -> None:
    visit.session.write(SLOT, encode(draft))


def _code(visit: Visit) -> bytes:
    """Raises InviteSpent for what was never a code, as for one that is used up."""
    text = str(visit.request.path_params["code"])
    try:
        return b32decode(text.upper() + "=" * (-len(text) % 8))
    except (NotBase32, ValueError):
        raise InviteSpent from None


# 1: the link


async def show_start(visit: Visit) -> Response:
    code = visit.request.path_params["code"]
    return visit.page("founding/start.html", code=code, languages=visit.languages("founding", code=code))


async def start(visit: Visit) -> Response:
    code = _code(visit)
    visit.site.hub.require_founding_code(code)
    if not visit.has_session():
        visit.new_session()
    visit.keep_language()
    names = offers.some_names(visit.reader.language.code, visit.services.random)
    _keep(visit, Draft(code, names=names))
    return visit.go("founding_about")


# 2: what it is


async def show_about(visit: Visit) -> Response:
    draft = _draft(visit)
    return visit.page("founding/about.html", name=draft.name, about=draft.about, error="", at="")


async def take_about(visit: Visit) -> Response:
    draft, form, at = _draft(visit), visit.form, "name"
    try:
        name = form.text("name", NAME_LIMIT)
        at = "about"
        about = form.text("about", ABOUT_LIMIT)
    except BadInput as error:
        return visit.page(
            "founding/about.html",
            status=messages.status(error),
            name=form.typed("name"),
            about=form.typed("about"),
            error=visit.sentence(error),
            at=at,
        )
    _keep(visit, replace(draft, name=name, about=about))
    return visit.go("founding_card")


# 3: one of four cards


async def show_card(visit: Visit) -> Response:
    draft = _draft(visit)
    first = {key: FIRST_LEVELS[key][FIRST_LEVEL[key]] for key in offers.CARDS}
    cards = offers.cards(visit.reader.language.code)
    return visit.page("founding/card.html", cards=cards, chosen=draft.card, first=first, access=offers.ACCESS)


async def take_card(visit: Visit) -> Response:
    _keep(visit, replace(_draft(visit), card=visit.form.choice("card", offers.CARDS)))
    return visit.go("founding_name")


# 4: my name here


async def show_name(visit: Visit) -> Response:
    draft = _draft(visit)
    own = "" if draft.handle in draft.names else draft.handle
    return _name_page(visit, draft, own)


def _name_page(visit: Visit, draft: Draft, own: str, error: BadInput | None = None) -> Response:
    return visit.page(
        "founding/name.html",
        status=messages.status(error) if error else 200,
        names=draft.names,
        chosen=draft.handle or draft.names[0],
        own=own,
        error=visit.sentence(error) if error else "",
        keyless=visit.is_member(),
    )


async def take_name(visit: Visit) -> Response:
    draft, form = _draft(visit), visit.form
    if form.ticked("others"):
        language, random = visit.reader.language.code, visit.services.random
        _keep(visit, replace(draft, names=offers.some_names(language, random, other_than=draft.names), handle=""))
        return visit.go("founding_name")
    try:
        handle = sound_handle(form.typed("own") if form.typed("own").strip() else form.typed("name"))
    except BadInput as error:
        return _name_page(visit, draft, form.typed("own"), error)
    keys = draft.keys if draft.keys.offered else offer_keys(visit.services.random)
    _keep(visit, replace(draft, handle=handle, keys=keys))
    return await _finish(visit) if visit.is_member() else visit.go("founding_key")


# 5: my key


async def show_key_screen(visit: Visit) -> Response:
    draft = _draft(visit)
    if draft.circle:
        return visit.go("founding_stewards")
    return show_key(visit, draft.keys, Place(5, STEPS, "founding_key", "founding_name"))


async def take_key(visit: Visit) -> Response:
    draft = _draft(visit)
    changed = None if draft.circle else changed_choice(visit, draft.keys)
    if changed is None:
        return await _finish(visit)
    _keep(visit, replace(draft, keys=changed))
    return visit.go("founding_key")


async def _finish(visit: Visit) -> Response:
    """Make the account and the circle, once. Raises InviteSpent."""
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        draft = _draft(visit)
        if not draft.circle:
            await _found(visit, draft)
    return visit.go("founding_stewards")


async def _found(visit: Visit, draft: Draft) -> None:
    if not draft.handle:
        raise TextMissing
    card = offers.cards(visit.reader.language.code)[draft.card]
    visit.site.hub.require_founding_code(draft.code)
    async with member_with(visit, draft.keys) as member:
        await visit.site.hub.spend_founding_code(draft.code)
        circle = await found_circle(member, _charter(card, draft), draft.handle)
    await beat(circle)
    await start_topic(circle, card.topic_title, card.topic_body)
    _keep(visit, replace(draft, circle=circle.id, keys=KeyChoice()))


def _charter(card: offers.Card, draft: Draft) -> Charter:
    return first_charter(
        draft.card, draft.name or card.name, draft.about or card.about, card.rules, offers.ACCESS[draft.card]
    )


# 6: two more for the care


async def show_stewards(visit: Visit) -> Response:
    draft = _draft(visit)
    circle = Circle(visit.member, draft.circle)
    slips = [shown(visit, slip) for slip in draft.slips]
    return visit.page("founding/stewards.html", script=True, group=circle.name, slips=slips)


async def invite_stewards(visit: Visit) -> Response:
    """Write two ordinary invitations: the care team is offered to who has come in by them."""
    async with visit.site.alone(visit.session.name):
        draft = _draft(visit)
        if not draft.slips:
            circle = Circle(visit.member, draft.circle)
            language = visit.reader.language.code
            slips = tuple([slip_of(await invite(circle, language)) for _ in range(STEWARDS)])
            _keep(visit, replace(draft, slips=slips))
    return visit.go("founding_stewards")


async def leave_founding(visit: Visit) -> Response:
    """Done: forget the slips and go in."""
    visit.session.forget(SLOT)
    return visit.go("home")


ROUTES = (
    At("founding", "/start/{code}", show_start, start, public=True, entrance=True),
    At("founding_about", "/starting/about", show_about, take_about, public=True),
    At("founding_card", "/starting/card", show_card, take_card, public=True),
    At("founding_name", "/starting/name", show_name, take_name, public=True),
    At("founding_key", "/starting/key", show_key_screen, take_key, public=True),
    At("founding_stewards", "/starting/two", show_stewards, invite_stewards, public=True),
    At("founding_done", "/starting/done", post=leave_founding, public=True),
)
