"""The window, for who has no account: what it is about, the words and perhaps a photo, a short code; and coming back
with the code.

Three screens, no cookie, no script. How many may ask in an hour is counted for each window and for all, in RAM and of
nobody's address; who comes when it is full is told so, keeps what they wrote, and is acknowledged nothing.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from starlette.responses import Response

from jiwar.circles import callers, posted, window
from jiwar.circles.callers import TEXT_LIMIT, Talk
from jiwar.circles.fold import LONGEST_WAIT
from jiwar.circles.policy import Counter
from jiwar.circles.window import Poster
from jiwar.errors import (
    BadChoice,
    BadFormToken,
    BadInput,
    BadPicture,
    Busy,
    Full,
    JiwarError,
    NotThere,
    PhotosFull,
    PhraseLength,
    Refused,
    TooMuch,
)
from jiwar.keyring import phrase
from jiwar.keyring.persona import Persona
from jiwar.keyring.phrase import SHORT
from jiwar.web import aidwords, messages
from jiwar.web.app import Answer, At
from jiwar.web.crowd import begun, look_turned_away, turned_away
from jiwar.web.limits import EVERYBODY_ASKS, EVERYBODY_RETURNS, EVERYBODY_SHOWS, ONE_TICKET, ONE_WINDOW
from jiwar.web.tickets import Pass, T, Ticket
from jiwar.web.uploads import PICTURE
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


_TYPED = 2 * TEXT_LIMIT
WORDS_ALONE = _(
    "There is no place for a photo at the moment. The text can be handed in alone; the photo can follow later, "
    "with the six words."
)
_DIGITS = 5
"""Digits in a group."""


def is_open(visit: Visit) -> bool:
    """Whether there is a window on this hub."""
    return bool(posted.names(visit.services, window.LIST))


# 1: what it is about


async def show(visit: Visit) -> Response:
    posters = [
        (one.name, one.text, window.page_of(one.circle).hex(), _counters(visit, one))
        for one in window.everything(visit.services)
    ]
    return visit.page("desk/kinds.html", posters=posters, languages=visit.languages("desk"))


def _counters(visit: Visit, poster: Poster) -> list[tuple[str, str]]:
    return [(one.kind, aidwords.kind(visit, one.kind)) for one in poster.counters]


# 2 and 3: the words, and the code


async def ask(visit: Visit) -> Response:
    """Choose what it is about, or hand in what was written."""
    ticket = _handed_on(visit, "ticket", Ticket)
    if ticket is None:
        return turned_away(b"desk", visit) or _begin(visit)
    if (away := turned_away(ticket.seed, visit, ONE_TICKET)) is not None:
        return away
    try:
        async with visit.site.alone(ticket.seed):
            await _hand_in(visit, ticket)
    except (BadInput, Full, PhotosFull, Busy, NotThere) as error:
        return _write_page(visit, ticket, error)
    return _code_page(visit, ticket)


def _handed_on(visit: Visit, name: str, kind: type[T]) -> T | None:
    """What the screen before sealed for this one; None for what isn't ours, or rested too long."""
    with suppress(BadFormToken):
        return visit.site.tickets.read(visit.form.typed(name, 1_000), kind)
    return None


def _begin(visit: Visit) -> Response:
    """The box for what is chosen. Raises BadFormToken, BadChoice, NotThere."""
    if visit.form.ticked("ticket"):
        raise BadFormToken
    poster = _poster(visit, visit.form.typed("window", 32))
    kind = poster.counter(visit.form.text("kind")).kind
    return _write_page(visit, visit.site.tickets.new(window.page_of(poster.circle), kind))


def _poster(visit: Visit, name: str) -> Poster:
    """Raises NotThere."""
    try:
        return window.read(visit.services, bytes.fromhex(name))
    except ValueError:
        raise NotThere from None


async def _hand_in(visit: Visit, ticket: Ticket) -> None:
    """Keep a request, once for each ticket. Raises BadInput, Full, PhotosFull, Busy, NotThere when the window has
    closed.
    """
    site = visit.site
    if site.tickets.is_used(ticket):
        return
    poster = window.read(visit.services, ticket.page)
    text = visit.form.text("text", TEXT_LIMIT)
    callers.require_sound(poster, ticket.kind, text)
    _count(visit, poster)  # First: what finds no place here takes no photo's place from others.
    jpeg = await _photo(visit)
    seed = await site.accounts.stretch_code(site.tickets.code(ticket))
    await callers.ask(visit.services, poster, seed, ticket.kind, text, jpeg)
    site.tickets.use(ticket)


async def _photo(visit: Visit) -> bytes:
    """What came with the words, clean; empty where nothing did. Raises BadPicture, PhotosFull."""
    if not visit.form.file:
        return b""
    try:
        visit.site.limits.take(b"photos", EVERYBODY_SHOWS)
    except TooMuch:
        raise PhotosFull from None
    return await visit.site.window_darkroom.clean(visit.form.file)


def _said(visit: Visit, error: JiwarError) -> str:
    if isinstance(error, PhotosFull):
        return visit.say(WORDS_ALONE)
    return visit.sentence(error)


def _at(error: JiwarError | None) -> str:
    """Which box an error belongs to."""
    return "file" if isinstance(error, (BadPicture, PhotosFull)) else "text"


def _count(visit: Visit, poster: Poster) -> None:
    """One more at a window. Raises Full."""
    try:
        visit.site.limits.take(window.page_of(poster.circle), ONE_WINDOW)
        visit.site.limits.take(b"windows", EVERYBODY_ASKS)
    except TooMuch:
        raise Full from None


def _standing(visit: Visit, ticket: Ticket) -> Counter | None:
    """What the window says of it now; None when it has closed, or asks for other things."""
    try:
        return window.read(visit.services, ticket.page).counter(ticket.kind)
    except (NotThere, BadChoice):
        return None


def _write_page(visit: Visit, ticket: Ticket, error: JiwarError | None = None) -> Response:
    """The box, with what was typed, whatever became of the window meanwhile."""
    counter, full = _standing(visit, ticket), isinstance(error, (Full, Busy))
    return visit.page(
        "desk/write.html",
        status=503 if full else messages.status(error) if error else 200,
        kind=aidwords.kind(visit, ticket.kind),
        advice=counter.advice if counter else "",
        closed=counter is None,
        ticket=visit.site.tickets.write(ticket),
        typed=visit.form.typed("text", _TYPED),
        limit=TEXT_LIMIT,
        full=full,
        at=_at(error),
        error=_said(visit, error) if error and counter and not full else "",
    )


def _code_page(visit: Visit, ticket: Ticket) -> Response:
    code = visit.site.tickets.code(ticket)
    digits = phrase.to_digits(code, SHORT)
    return visit.page(
        "desk/code.html",
        words=phrase.to_words(code, visit.reader.language.code, SHORT),
        digits=" ".join(digits[at : at + _DIGITS] for at in range(0, SHORT.digits, _DIGITS)),
        days=LONGEST_WAIT,
    )


# coming back


async def show_back(visit: Visit) -> Response:
    return _back_page(visit)


def _back_page(visit: Visit, error: JiwarError | None = None) -> Response:
    said = ""
    if isinstance(error, PhraseLength):
        said = visit.say("Six words or twenty digits, please.")
    elif isinstance(error, NotThere):
        said = visit.say("Nothing lies under these words. Perhaps one is another, or its time is over.")
    elif error is not None:
        said = visit.sentence(error)
    return visit.page(
        "desk/back.html",
        status=messages.status(error) if error else 200,
        typed=visit.form.typed("code", 400),
        error=said,
        languages=visit.languages("desk_back"),
    )


async def come_back(visit: Visit) -> Response:
    """Read what was said since, with the code; then add to it, or take it back.

    Words that were never given, and those whose request is gone, are answered alike, by the same steps.
    """
    come = _handed_on(visit, "pass", Pass)
    if come is None:
        return turned_away(b"back", visit) or await _try(visit)
    return turned_away(Persona(come.caller).key, visit, ONE_TICKET) or await _act(visit, come)


async def _try(visit: Visit) -> Response:
    """Raises BadFormToken."""
    if visit.form.ticked("pass"):
        raise BadFormToken
    try:
        code = phrase.parse(visit.form.typed("code", 400), visit.reader.language.code, SHORT)
        visit.site.limits.take_for_all(EVERYBODY_RETURNS)
        seed = await visit.site.accounts.stretch_code(code)
        return _talk_page(visit, visit.site.tickets.let_in(seed), _talk(visit, seed))
    except (BadInput, Busy, NotThere) as error:
        return _back_page(visit, error)


def _talk(visit: Visit, seed: bytes) -> Talk:
    """Raises NotThere."""
    persona = Persona(seed)
    return callers.read(visit.services, persona.room, persona.key)


async def _act(visit: Visit, come: Pass) -> Response:
    if visit.form.choice("do", ("add", "leave"), "add") == "leave":
        await callers.take_back(visit.services, Persona(come.caller).room)
        return visit.page("desk/gone.html")
    try:
        poster = window.standing(visit.services, _talk(visit, come.caller).circle)
        if poster is None:
            raise Full
        text = visit.form.text("text", TEXT_LIMIT)
        _count(visit, poster)
        jpeg = await _photo(visit)
        await callers.add(visit.services, poster, come.caller, text, jpeg)
    except (BadInput, Refused) as error:
        return _talk_page(visit, come, _talk(visit, come.caller), error)
    return _talk_page(visit, come, _talk(visit, come.caller), added=True)


def _talk_page(
    visit: Visit, come: Pass, talk: Talk, error: BadInput | Refused | None = None, added: bool = False
) -> Response:
    poster = window.standing(visit.services, talk.circle)
    full = isinstance(error, Full)
    return visit.page(
        "desk/talk.html",
        status=503 if full else messages.status(error) if error else 200,
        name=poster.name if poster else visit.say("Help desk"),
        kind=aidwords.kind(visit, talk.kind),
        said=[(one.line.text, one.day, one.sender == talk.caller, bool(one.jpeg)) for one in talk.said],
        until=talk.until,
        come=visit.site.tickets.write(come),
        may_add=poster is not None and talk.may_add,
        may_show=talk.may_show,
        added=added,
        answered=not talk.is_with_dispatchers,
        typed="" if added else visit.form.typed("text", _TYPED),
        limit=TEXT_LIMIT,
        full=full,
        at=_at(error),
        error=_said(visit, error) if error and not full else "",
    )


def _entrance(name: str, path: str, get: Answer, post: Answer, what: bytes) -> At:
    gate = partial(look_turned_away, what)
    return At(name, path, get, post, public=True, entrance=True, upload=PICTURE, gate=gate, crowd="desk", begun=begun)


ROUTES = (
    _entrance("desk", "/desk", show, ask, b"desk"),
    _entrance("desk_back", "/desk/back", show_back, come_back, b"back"),
)
