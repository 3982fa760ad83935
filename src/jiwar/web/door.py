"""The door: what a stranger sees, and the way back in, with a key in any form or a remembered phone's six digits.

One screen each. Whose phone it is stands beside the box: on a shared one there are digits only, and a shorter rest.
"""

from contextlib import suppress

from starlette.responses import Response

from jiwar.circles import (
    answering,
    attending,
    guarding,
    heartbeat,
    issuing,
    keeping,
    leaving,
    nudges,
    publishing,
    reports,
    rights,
    speech,
    vouches,
)
from jiwar.circles.member import Member
from jiwar.errors import BadInput, Busy, JiwarError, PhoneForgotten, PhraseUnknown, TextMissing
from jiwar.keyring import phrase
from jiwar.keyring.phone import read_pin
from jiwar.systems.desk import service as desk_service
from jiwar.systems.fund import service as fund_service
from jiwar.systems.needs import counting
from jiwar.web import desk, messages
from jiwar.web.app import At
from jiwar.web.limits import EVERYBODY_SIGNS_IN
from jiwar.web.visit import Visit
from jiwar.web.whose import Whose, read_whose, settle


async def show(visit: Visit) -> Response:
    if visit.is_member():
        return visit.go("home")
    by_key = visit.request.query_params.get("by") == "key"
    return _pin_page(visit) if visit.phone and not by_key else _door(visit)


def _door(visit: Visit, error: JiwarError | None = None) -> Response:
    return visit.page(
        "door/door.html",
        status=messages.status(error) if error else 200,
        typed=visit.form.typed("key", 400),
        digits=visit.form.typed("digits", 60),
        pin=visit.form.typed("pin", 20),
        shared=visit.form.typed("on", 10) == "shared",
        error=visit.sentence(error) if error else "",
        at_pin=error is not None and error.code.startswith("pin.") and not isinstance(error, PhoneForgotten),
        languages=visit.languages("door"),
        tour=bool(publishing.listed(visit.services)),
        desk=desk.is_open(visit),
    )


async def come_in(visit: Visit) -> Response:
    """A slip of the finger is told before anything slow or counted happens."""
    try:
        whose = read_whose(visit)
        typed = visit.form.typed("digits" if whose.shared else "key").strip() or visit.form.typed("key").strip()
        if not typed:
            raise TextMissing
        wanted = phrase.parse(typed, visit.reader.language.code)
        visit.site.limits.take_for_all(EVERYBODY_SIGNS_IN)
        member = await _member(visit, wanted)
    except (BadInput, Busy) as error:
        return _door(visit, error)
    return await _inside(visit, member, whose)


async def _inside(visit: Visit, member: Member, whose: Whose) -> Response:
    await settle(visit, member, whose)
    await leaving.turn_all_due(member)
    await heartbeat.beat_everywhere(member)
    await vouches.gather_everywhere(member)
    await issuing.look_after_everywhere(member)
    await rights.look_after_everywhere(member)
    await attending.look_after_everywhere(member)
    await reports.clear_all_desks(member)
    await answering.clear_all_desks(member)
    await guarding.gather_everywhere(member)
    await keeping.gather_everywhere(member)
    await speech.erase_removed_everywhere(member)
    await desk_service.gather_everywhere(member)
    await fund_service.look_after_everywhere(member)
    await counting.look_after_everywhere(member)
    with suppress(JiwarError):  # A keyring that is full keeps nobody at the door.
        await nudges.renew(member, visit.site.hub.bell.key)
    return visit.go("home")


async def _member(visit: Visit, wanted: int) -> Member:
    """A way in that fails leaves no session. Raises PhraseUnknown, Busy."""
    session = visit.new_session()
    try:
        return await visit.site.accounts.sign_in(wanted, session)
    except (PhraseUnknown, Busy):
        visit.end_session()
        raise


# a remembered phone


def _pin_page(visit: Visit, error: JiwarError | None = None) -> Response:
    return visit.page(
        "door/pin.html",
        status=messages.status(error) if error else 200,
        error=visit.sentence(error) if error else "",
        languages=visit.languages("door"),
    )


async def come_back(visit: Visit) -> Response:
    """Six digits. The last of five wrong ones takes the memory away, and the page is the door again."""
    try:
        pin = read_pin(visit.form.typed("pin", 40))
        visit.site.limits.take_for_all(EVERYBODY_SIGNS_IN)
        member = await _remembered(visit, pin)
    except PhoneForgotten as error:
        visit.keep_phone(b"")
        return _door(visit, error)
    except (BadInput, Busy) as error:
        return _pin_page(visit, error)
    return await _inside(visit, member, Whose(remembered=True))


async def _remembered(visit: Visit, pin: str) -> Member:
    """Raises PinWrong, PhoneForgotten, Busy."""
    phone, session = visit.phone, visit.new_session()
    try:
        return await visit.site.phones.come_back(phone, pin, session)
    except (BadInput, Busy):
        visit.end_session()
        raise


async def forget_here(visit: Visit) -> Response:
    """Whoever holds the phone may have it forget: that opens nothing, and asks for the key again."""
    await visit.site.phones.forget(visit.phone)
    visit.keep_phone(b"")
    return visit.go("door")


ROUTES = (
    At("door", "/", show, come_in, public=True, entrance=True),
    At("come_back", "/back", post=come_back, public=True, entrance=True),
    At("forget_here", "/forget", post=forget_here, public=True, entrance=True),
)
