"""My key: what it is, six words to compare with a friend, this visit, and the way to goodbye."""

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import spoken
from jiwar.circles.circle import Circle
from jiwar.circles.heartbeat import is_overdue
from jiwar.errors import BadProof, JiwarError
from jiwar.i18n import LANGUAGES
from jiwar.web import newkey
from jiwar.web.app import At
from jiwar.web.second import is_offered
from jiwar.web.visit import Visit


@dataclass(frozen=True)
class Seen:
    """What a member and a friend compare about one group: in every language, for they may read different ones."""

    name: str
    words: dict[str, tuple[str, ...]]
    last_sign: int
    overdue: bool
    sound: bool


async def show(visit: Visit) -> Response:
    newkey.forget(visit)
    seen = [seen for one in visit.member.memberships() if not one.waiting and (seen := _seen(visit, one.circle))]
    return visit.page("mykey/mykey.html", tab="more", seen=seen, second=is_offered(visit))


def _seen(visit: Visit, circle: bytes) -> Seen | None:
    """None for a group that can't be opened (any more)."""
    try:
        opened = Circle(visit.member, circle)
        state, folded = opened.log.state, opened.state
    except JiwarError:
        return None
    try:
        opened.check_tree()
        sound = True
    except BadProof:
        sound = False
    words = {code: spoken.compare(state.root, state.size, code) for code in LANGUAGES}
    return Seen(opened.name, words, folded.last_heartbeat, is_overdue(opened), sound)


ROUTES = (At("mykey", "/more/key", show),)
