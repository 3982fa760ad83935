"""A new key, for when the nine words may have been seen: prove that it's me, meet the new one, type it once.

Nothing changes before the last of the three screens: until then the key before opens everything.
"""

from starlette.responses import Response

from jiwar.circles import newkey
from jiwar.crypto.hashing import same
from jiwar.errors import BadInput, Busy, JiwarError, PinShape
from jiwar.keyring import phrase
from jiwar.keyring.phone import read_pin
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.keys import KeyChoice, Place, changed_choice, offer_keys, require_own, show_key
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit
from jiwar.web.whose import by_phone
from jiwar.wire.canonical import decode, encode

SLOT = "new key"
STEPS = 3


def _choice(visit: Visit) -> KeyChoice | None:
    """The keys on offer, for whoever has proven that it's them; gone once one of them opens the account."""
    kept = visit.session.read(SLOT)
    return None if kept is None else decode(kept, KeyChoice)


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
    visit.session.write(SLOT, encode(offer_keys(visit.services.random)))
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
    choice = _choice(visit)
    return show_key(visit, choice, Place(2, STEPS, "new_key_words", "mykey")) if choice else visit.go("mykey")


async def take_words(visit: Visit) -> Response:
    choice = _choice(visit)
    if choice is None:
        return visit.go("mykey")
    changed = changed_choice(visit, choice)
    if changed is None:
        return visit.go("new_key_typed")
    visit.session.write(SLOT, encode(changed))
    return visit.go("new_key_words")


# 3: typed once


async def show_typed(visit: Visit) -> Response:
    return _page(visit, "newkey/typed.html") if _choice(visit) else visit.go("mykey")


async def finish(visit: Visit) -> Response:
    """Move the account. A second tap finds it done."""
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        choice = _choice(visit)
        if choice is None:
            return visit.go("mykey")
        try:
            typed = phrase.parse(visit.form.typed("key", 400), visit.reader.language.code)
            if not same(phrase.to_digits(typed).encode(), phrase.to_digits(choice.phrase).encode()):
                return _page(visit, "newkey/typed.html", said=visit.say("This is another key than the new one."))
            access = await visit.site.accounts.stretch(typed)
        except (BadInput, Busy) as error:
            return _page(visit, "newkey/typed.html", error)
        await newkey.renew(visit.member, access)
        visit.session.forget(SLOT)
    visit.keep_phone(b"")
    visit.renew_later()
    visit.tell("From now on the new key opens everything, and the one before nothing.")
    return visit.go("mykey")


ROUTES = (
    At("new_key", "/more/key/new", show, begin),
    At("new_key_words", "/more/key/new/words", show_words, take_words),
    At("new_key_typed", "/more/key/new/typed", show_typed, finish),
)
