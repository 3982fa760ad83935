"""The door: what a stranger sees, and the way back in with a key. One screen, one box, any form of the key."""

from starlette.responses import Response

from jiwar.circles import heartbeat, leaving, reports
from jiwar.circles.member import Member
from jiwar.errors import BadInput, Busy, JiwarError, PhraseUnknown, TextMissing
from jiwar.keyring import phrase
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.limits import EVERYBODY_SIGNS_IN
from jiwar.web.visit import Visit


async def show(visit: Visit) -> Response:
    if visit.is_member():
        return visit.go("home")
    return _door(visit)


def _door(visit: Visit, error: JiwarError | None = None) -> Response:
    return visit.page(
        "door/door.html",
        status=messages.status(error) if error else 200,
        typed=visit.form.typed("key", 400),
        error=visit.sentence(error) if error else "",
        languages=visit.languages("door"),
    )


async def come_in(visit: Visit) -> Response:
    """A slip of the finger is told before anything slow or counted happens."""
    try:
        if not visit.form.typed("key").strip():
            raise TextMissing
        wanted = phrase.parse(visit.form.typed("key"), visit.reader.language.code)
        visit.site.limits.take_for_all(EVERYBODY_SIGNS_IN)
        member = await _member(visit, wanted)
    except (BadInput, Busy) as error:
        return _door(visit, error)
    await leaving.turn_all_due(member)
    await heartbeat.beat_everywhere(member)
    await reports.clear_all_desks(member)
    return visit.go("home")


async def _member(visit: Visit, wanted: int) -> Member:
    """A way in that fails leaves no session. Raises PhraseUnknown, Busy."""
    session = visit.new_session()
    try:
        return await visit.site.accounts.sign_in(wanted, session)
    except (PhraseUnknown, Busy):
        visit.end_session()
        raise


ROUTES = (At("door", "/", show, come_in, public=True, entrance=True),)
