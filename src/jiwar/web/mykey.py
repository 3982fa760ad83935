"""My key: what it is, six words to compare with a friend, this visit, and the way to be forgotten."""

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import leaving, spoken
from jiwar.circles.circle import Circle
from jiwar.circles.heartbeat import is_overdue
from jiwar.crypto.hashing import same
from jiwar.errors import BadInput, BadProof, Busy, JiwarError, LastSteward, PhraseUnknown
from jiwar.keyring import phrase
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit

LANGUAGES = ("ar", "en")


@dataclass(frozen=True)
class Seen:
    """What a member and a friend compare about one group: in both languages, for they may read different ones."""

    name: str
    words: dict[str, tuple[str, ...]]
    last_sign: int
    overdue: bool
    sound: bool


async def show(visit: Visit) -> Response:
    return _page(visit)


def _page(visit: Visit, error: JiwarError | None = None, said: str = "") -> Response:
    return visit.page(
        "mykey/mykey.html",
        tab="more",
        status=messages.status(error) if error else 200,
        seen=[seen for one in visit.member.memberships() if not one.waiting and (seen := _seen(visit, one.circle))],
        typed=visit.form.typed("key", 400),
        error=said or (visit.sentence(error) if error else ""),
    )


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


async def forget_me(visit: Visit) -> Response:
    """Leave every group, then delete the account. Nothing happens unless the typed key is this account's own."""
    member = visit.member
    visit.limit(SLOW)
    try:
        wanted = phrase.parse(visit.form.typed("key"), visit.reader.language.code)
        access = await visit.site.accounts.stretch(wanted)
        if not same(access.locator + access.unlock, visit.session.read("access") or b""):
            raise PhraseUnknown
        _require_replaceable(visit)
    except LastSteward as error:
        return _page(
            visit, error, visit.say("Somebody else has to join the care team of “%(group)s” first.") % error.fields
        )
    except (BadInput, Busy) as error:
        return _page(visit, error)
    for one in member.memberships():
        await _leave(visit, one.circle)
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


async def _leave(visit: Visit, circle: bytes) -> None:
    """Go from one group; who waits, or was removed meanwhile, only forgets it."""
    try:
        await leaving.leave(Circle(visit.member, circle))
    except LastSteward:
        raise
    except JiwarError:
        await visit.member.forget_circle(circle)


ROUTES = (At("mykey", "/more/key", show), At("forget_me", "/more/key/forget", post=forget_me))
