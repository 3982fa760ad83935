"""A new key, for when the nine words may have been seen: prove that it's me, meet the new one, type it once.

Nothing changes before the last of the three screens: until then the key before opens everything. Whoever comes by a
slip of key-keepers meets the last two, and opens nothing before them. What was begun and left is forgotten: somebody
else who finds the page open would move the account without proving anything.
"""

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import invitations, newkey
from jiwar.circles.member import Member
from jiwar.crypto.hashing import same
from jiwar.errors import BadInput, Busy, InviteSpent, JiwarError, PhraseUnknown, PinShape
from jiwar.keyring import phrase
from jiwar.keyring.account import Access
from jiwar.keyring.phone import read_pin
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.keys import KeyChoice, Place, changed_choice, offer_keys, require_own, show_key
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit
from jiwar.web.whose import by_phone
from jiwar.wire.canonical import Wire, decode, encode

SLOT = "new key"
STEPS = 3
SCREEN_SECONDS = 900.0
"""How long each screen waits: enough to write nine words down."""


class Draft(Wire, frozen=True):
    """The keys on offer, for whoever has proven that it's them; by a slip of key-keepers, its secret and what it
    opens. It is forgotten at `until`.
    """

    keys: KeyChoice
    slip: str = ""
    opens: tuple[bytes, bytes] = (b"", b"")
    until: float = 0.0


def _draft(visit: Visit) -> Draft | None:
    """None before it begins, once the account has moved, and when it was left for long."""
    kept = visit.session.read(SLOT)
    draft = None if kept is None else decode(kept, Draft)
    if draft is not None and draft.until <= visit.services.clock.monotonic():
        forget(visit)
        return None
    return draft


def _keep(visit: Visit, draft: Draft) -> None:
    until = visit.services.clock.monotonic() + SCREEN_SECONDS
    visit.session.write(SLOT, encode(replace(draft, until=until)))


def forget(visit: Visit) -> None:
    """Whoever goes on to something else begins anew."""
    visit.session.forget(SLOT)


def begin_with(visit: Visit, access: Access, slip: str) -> Response:
    """Go on with what a slip of key-keepers opens."""
    if not visit.has_session():
        visit.new_session()
    visit.keep_language()
    _offer(visit, Draft(KeyChoice(), slip, (access.locator, access.unlock)))
    return visit.go("new_key_words")


def _offer(visit: Visit, draft: Draft) -> None:
    _keep(visit, replace(draft, keys=offer_keys(visit.services.random)))


def _page(visit: Visit, template: str, error: JiwarError | None = None, said: str = "") -> Response:
    return visit.page(
        template,
        tab="more",
        status=messages.status(error) if error else 400 if said else 200,
        numbered=by_phone(visit),
        typed=visit.form.typed("key", 400),
        error=visit.sentence(error) if error else said,
        steps=STEPS,
    )


# 1: it's me


async def show(visit: Visit) -> Response:
    return _page(visit, "newkey/begin.html")


async def begin(visit: Visit) -> Response:
    visit.limit(SLOW)
    try:
        await _require_me(visit)
    except (BadInput, Busy) as error:
        return _page(visit, "newkey/begin.html", error)
    _offer(visit, Draft(KeyChoice()))
    return visit.go("new_key_words")


async def _require_me(visit: Visit) -> None:
    """By the key or, on a phone that remembers me, by its six digits. Raises BadInput, Busy."""
    if by_phone(visit):
        try:
            pin = read_pin(visit.form.typed("key", 400))
        except PinShape:
            pass
        else:
            return await visit.site.phones.prove(visit.member, visit.phone, pin)
    await require_own(visit)


# 2: the new key


async def show_words(visit: Visit) -> Response:
    draft = _draft(visit)
    return show_key(visit, draft.keys, Place(2, STEPS, "new_key_words", "mykey")) if draft else visit.go("mykey")


async def take_words(visit: Visit) -> Response:
    draft = _draft(visit)
    if draft is None:
        return visit.go("mykey")
    changed = changed_choice(visit, draft.keys)
    _keep(visit, replace(draft, keys=changed) if changed else draft)
    return visit.go("new_key_words" if changed else "new_key_typed")


# 3: typed once


async def show_typed(visit: Visit) -> Response:
    return _page(visit, "newkey/typed.html") if _draft(visit) else visit.go("mykey")


async def finish(visit: Visit) -> Response:
    """Move the account. A second tap finds it done."""
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        draft = _draft(visit)
        if draft is None:
            return visit.go("mykey")
        try:
            typed = phrase.parse(visit.form.typed("key", 400), visit.reader.language.code)
            if not same(phrase.to_digits(typed).encode(), phrase.to_digits(draft.keys.phrase).encode()):
                return _page(visit, "newkey/typed.html", said=visit.say("This is another key than the new one."))
            access = await visit.site.accounts.stretch(typed)
        except (BadInput, Busy) as error:
            return _page(visit, "newkey/typed.html", error)
        await _renew(visit, draft, access)
        forget(visit)
        if draft.slip:
            await invitations.withdraw(visit.services, draft.slip)
    visit.keep_phone(b"")
    visit.renew_later()
    visit.tell("From now on the new key opens everything, and the one before nothing.")
    return visit.go("mykey")


async def _renew(visit: Visit, draft: Draft, access: Access) -> None:
    """Move the account of whoever is signed in, or that of a slip. Raises InviteSpent for one that opens nothing now.

    The slip's way leads through a session of its own: that of the visitor belongs to the account only once it has its
    new key. Else a move that fails would leave them signed in by the key before, and its owner none the wiser.
    """
    if not draft.slip:
        await newkey.renew(visit.member, access)
        return
    sessions = visit.services.sessions
    cookie = sessions.start()
    try:
        before = Access(*draft.opens, visit.services.hub_id)
        await newkey.renew(await visit.site.accounts.begin(before, sessions.find(cookie)), access)
    except PhraseUnknown:
        raise InviteSpent from None
    finally:
        sessions.end(cookie)
    Member.begin(visit.services, visit.session, access)


ROUTES = (
    At("new_key", "/more/key/new", show, begin),
    At("new_key_words", "/more/key/new/words", show_words, take_words, public=True),
    At("new_key_typed", "/more/key/new/typed", show_typed, finish, public=True),
)
