"""The key from memory, while its owner is still in: failing changes nothing.

Home asks on a few days after the key was made; the page is there on every day.
"""

from starlette.responses import Response

from jiwar.errors import BadInput, Busy, JiwarError, PhraseUnknown
from jiwar.keyring import practice
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.keys import require_own
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.visit import Visit
from jiwar.web.whose import by_phone

NEVER, LATER = "never", "later"


def is_due(visit: Visit) -> bool:
    return practice.is_due(visit.member.keyring, visit.services.clock.day())


async def show(visit: Visit) -> Response:
    return _page(visit)


def _page(visit: Visit, error: JiwarError | None = None) -> Response:
    """After a slip what was typed doesn't come back: the next try is from memory as well."""
    said = ""
    if error is not None:
        said = (
            visit.say("Not quite: this is another key.")
            if isinstance(error, PhraseUnknown)
            else visit.sentence(error)
        )
    return visit.page(
        "mykey/practice.html",
        tab="more",
        status=messages.status(error) if error else 200,
        error=said,
        numbered=by_phone(visit),
    )


async def recall(visit: Visit) -> Response:
    visit.limit(SLOW)
    try:
        await require_own(visit)
    except (BadInput, Busy) as error:
        return _page(visit, error)
    today = visit.services.clock.day()
    await visit.member.update(lambda ring: practice.recalled(ring, today))
    visit.tell("That is the key, from memory. Thank you.")
    return visit.go("home")


async def put_off(visit: Visit) -> Response:
    """Later, or no more."""
    visit.limit(WRITE)
    never, today = visit.form.choice("when", (LATER, NEVER)) == NEVER, visit.services.clock.day()
    await visit.member.update(lambda ring: practice.no_more(ring) if never else practice.later(ring, today))
    return visit.go("home")


ROUTES = (
    At("practice", "/more/key/practice", show, recall),
    At("practice_later", "/more/key/later", post=put_off),
)
