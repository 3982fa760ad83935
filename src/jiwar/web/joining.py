"""Joining in five screens: two spoken words, whose phone, welcome and rules, my name here, my key.

Members need no new key and have said whose phone it is: for them there are three.

The link's page shows the cover alone and reads nothing: whoever previews links learns nothing and spends nothing.
"""

import re

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import asking, entering, handles, invitations, keeping, publishing, two_steps
from jiwar.circles.invitations import Admission
from jiwar.circles.member import Member
from jiwar.circles.model import ASKED, HIDDEN
from jiwar.errors import BadInput, Full, InviteSpent, JiwarError, NameTaken, SignedOut, TooMuch, WrongWords
from jiwar.web import messages, newkey, offers
from jiwar.web.app import At
from jiwar.web.keys import KeyChoice, Place, changed_choice, member_with, offer_keys, show_key
from jiwar.web.limits import EVERYBODY_COMES_IN, SLOW
from jiwar.web.visit import Visit
from jiwar.web.whose import SHARED_SECONDS, Whose, read_whose, settle
from jiwar.wire.canonical import Wire, decode, encode

SLOT = "joining"
SPOKEN = 2
BETWEEN_WORDS = re.compile(r"[\s,،.;؛+/\-–—]+")


class Draft(Wire, frozen=True):
    """What a newcomer holds and has chosen so far; gone once they are in. `answers` are for who lets them in."""

    secret: str
    admission: Admission
    names: tuple[str, ...] = ()
    handle: str = ""
    keys: KeyChoice = KeyChoice()
    shared: bool = False
    pin: str = ""
    answers: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        return self.admission.mode == ASKED


def _draft(visit: Visit) -> Draft:
    """Raises SignedOut when this visitor holds no invitation."""
    kept = visit.session.read(SLOT)
    if kept is None:
        raise SignedOut
    return decode(kept, Draft)


def _keep(visit: Visit, draft: Draft) -> None:
    visit.session.write(SLOT, encode(draft))


def _steps(visit: Visit) -> int:
    return 3 if visit.is_member() or _comes_back(visit) else 5


def _comes_back(visit: Visit) -> bool:
    """Whether the slip is one under an old name: words, name, new key."""
    kept = visit.session.read(SLOT) if visit.has_session() else None
    return kept is not None and bool(decode(kept, Draft).admission.handle)


# 1: two spoken words


async def show_words(visit: Visit) -> Response:
    return _words_page(visit)


def _words_page(visit: Visit, said: str = "", status: int = 200) -> Response:
    secret = visit.request.path_params["secret"]
    return visit.page(
        "joining/words.html",
        status=status,
        secret=secret,
        typed=visit.form.typed("words", 80),
        error=said,
        steps=_steps(visit),
        languages=visit.languages("joining", secret=secret),
    )


async def take_words(visit: Visit) -> Response:
    words = [word for word in BETWEEN_WORDS.split(visit.form.typed("words", 80)) if word]
    if len(words) != SPOKEN:
        return _words_page(visit, visit.say("Two words are needed here."), 400)
    secret = str(visit.request.path_params["secret"])
    try:
        opened = await invitations.unsealed(visit.services, visit.site.tries, secret, (words[0], words[1]))
        if access := keeping.read_slip(opened, visit.services.hub_id):
            return newkey.begin_with(visit, access, secret)
        admitted = invitations.read_admission(opened)
    except WrongWords as error:
        return _words_page(visit, visit.sentence(error), messages.status(error))
    return begin(visit, secret, admitted)


def begin(visit: Visit, secret: str, admitted: Admission, answers: tuple[str, ...] = ()) -> Response:
    """Go on with what was opened: by a link, or with no `secret` by a page that everybody may read."""
    if visit.is_member() and visit.member.has(admitted.circle):
        return visit.go("home")
    if not visit.has_session():
        visit.new_session()
    visit.keep_language()
    names = (admitted.handle,) if admitted.handle else _free_names(visit, admitted)
    _keep(visit, Draft(secret, admitted, names, answers=answers))
    if admitted.handle:
        return visit.go("joining_name")
    return _welcome(visit, secret) if visit.is_member() else visit.go("joining_phone")


def _welcome(visit: Visit, secret: str) -> Response:
    """Whoever came by the page that everybody may read has agreed to the rules there."""
    return visit.go("joining_welcome" if secret else "joining_name")


def _free_names(visit: Visit, admitted: Admission, other_than: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Three names that nobody in the group has; after some tries, whatever was drawn."""
    services, language = visit.services, visit.reader.language.code
    drawn = offers.some_names(language, services.random, 12, other_than)
    free = [name for name in drawn if entering.name_is_free(services, admitted, name)]
    return tuple(free[:3] or drawn[:3])


# 2: mine or shared?


async def show_phone(visit: Visit) -> Response:
    draft = _draft(visit)
    return _phone_page(visit, draft, draft.shared, draft.pin)


def _phone_page(visit: Visit, draft: Draft, shared: bool, pin: str, error: JiwarError | None = None) -> Response:
    return visit.page(
        "joining/phone.html",
        status=messages.status(error) if error else 200,
        shared=shared,
        pin=pin,
        error=visit.sentence(error) if error else "",
        at=2 if draft.secret else 3,
        steps=_steps(visit),
    )


async def take_phone(visit: Visit) -> Response:
    draft = _draft(visit)
    try:
        whose = read_whose(visit)
    except BadInput as error:
        return _phone_page(visit, draft, False, visit.form.typed("pin", 20), error)
    if whose.shared:
        visit.session.rest_at_most(SHARED_SECONDS)
    _keep(visit, replace(draft, shared=whose.shared, pin=whose.pin))
    return _welcome(visit, draft.secret)


# 3: welcome and rules


async def show_welcome(visit: Visit) -> Response:
    draft = _draft(visit)
    admitted = draft.admission
    if admitted.mode == ASKED:
        return _to_group(visit, admitted)
    charter = entering.charter_seen_by(visit.services, admitted)
    # On a shared phone this may be all of a first visit: what was opened can be opened again.
    until = admitted.last_day if draft.shared and draft.secret else 0
    return visit.page("joining/welcome.html", group=admitted.name, charter=charter, steps=_steps(visit), until=until)


def _to_group(visit: Visit, admitted: Admission) -> Response:
    """Whoever asks to come in has read the group's page for everybody."""
    return visit.go("tour_group", group=visit.name(publishing.page_of(admitted.circle)))


async def agree(visit: Visit) -> Response:
    _draft(visit)
    return visit.go("joining_name")


# 4: my name here


async def show_name(visit: Visit) -> Response:
    draft = _draft(visit)
    return _name_page(visit, draft, "" if draft.handle in draft.names else draft.handle)


def _name_page(visit: Visit, draft: Draft, own: str, error: JiwarError | None = None) -> Response:
    return visit.page(
        "joining/name.html",
        status=messages.status(error) if error else 200,
        names=draft.names,
        chosen=draft.handle or draft.names[0],
        back=draft.admission.handle,
        group=draft.admission.name,
        own=own,
        error=visit.sentence(error) if error else "",
        steps=_steps(visit),
        keyless=visit.is_member(),
        asks=draft.asks,
    )


async def take_name(visit: Visit) -> Response:
    draft, form = _draft(visit), visit.form
    if draft.admission.handle:
        return await _take(visit, draft, draft.admission.handle)
    if form.ticked("others"):
        _keep(visit, replace(draft, names=_free_names(visit, draft.admission, draft.names), handle=""))
        return visit.go("joining_name")
    try:
        handle = handles.sound_handle(form.typed("own") if form.typed("own").strip() else form.typed("name"))
        if not entering.name_is_free(visit.services, draft.admission, handle):
            raise NameTaken
    except (BadInput, NameTaken) as error:
        return _name_page(visit, draft, form.typed("own"), error)
    return await _take(visit, draft, handle)


async def _take(visit: Visit, draft: Draft, handle: str) -> Response:
    """The name is settled; members have a key, others choose one."""
    keys = draft.keys if draft.keys.offered else offer_keys(visit.services.random)
    _keep(visit, replace(draft, handle=handle, keys=keys))
    return await _finish(visit) if visit.is_member() else visit.go("joining_key")


# 5: my key


async def show_key_screen(visit: Visit) -> Response:
    if _is_in(visit):
        return visit.go("home")
    draft = _draft(visit)
    if not draft.handle or visit.is_member():
        return visit.go("joining_name")
    return show_key(visit, draft.keys, Place(_steps(visit), _steps(visit), "joining_key", "joining_name"))


async def take_key(visit: Visit) -> Response:
    if _is_in(visit):
        return visit.go("home")
    draft = _draft(visit)
    changed = changed_choice(visit, draft.keys)
    if changed is None:
        return await _finish(visit)
    _keep(visit, replace(draft, keys=changed))
    return visit.go("joining_key")


async def _finish(visit: Visit) -> Response:
    """Make the account if there is none, and enter, once. A name taken meanwhile is asked for again."""
    visit.limit(SLOW)
    async with visit.site.alone(visit.session.name):
        if _is_in(visit):
            return visit.go("home")
        draft = _draft(visit)
        if not draft.handle:
            return visit.go("joining_name")
        try:
            arrived = await _enter(visit, draft)
        except NameTaken as error:
            return _name_page(visit, draft, draft.handle, error)
        visit.session.forget(SLOT)
        await settle(visit, visit.member, Whose(draft.shared, draft.pin))
    return visit.go_to(arrived)


def _is_in(visit: Visit) -> bool:
    """Whether an earlier tap on the last button has done it all."""
    return visit.is_member() and visit.session.read(SLOT) is None


async def _enter(visit: Visit, draft: Draft) -> str:
    """Return the path that shows where the newcomer is now. Raises NameTaken, InviteSpent, KeyringFull."""
    services, admitted, url = visit.services, draft.admission, visit.site.paths.url
    inside = visit.is_member()
    if not draft.secret and not inside:
        visit.site.limits.take_for_all(EVERYBODY_COMES_IN)
    async with member_with(visit, draft.keys) as member:
        if admitted.mode == HIDDEN:
            await two_steps.ask_to_enter(member, admitted, invitations.number_of(draft.secret), draft.handle)
            return url("groups")
        if draft.asks:
            return await _ask(visit, draft, member, inside)
        circle = await entering.enter(member, admitted, draft.handle)
    if draft.secret and invitations.is_used_up(circle, admitted.proof):
        visit.site.later(services.store.remove_invite(invitations.number_of(draft.secret)))
    return url("home")


async def _ask(visit: Visit, draft: Draft, member: Member, inside: bool) -> str:
    """Whoever has made a key for it keeps the key, also where nobody can be asked just now."""
    url, circle = visit.site.paths.url, draft.admission.circle
    notice = publishing.standing(visit.services, circle)
    try:
        if notice is None:
            raise InviteSpent
        await asking.ask(member, notice, draft.handle, draft.answers)
    except (BadInput, Full, InviteSpent, TooMuch):
        visit.tell("It could not be handed over: the group takes no more requests just now. Another day it may.")
        return url("groups")
    # With a new key the session gets a new cookie at the next page, and other names: there is no other way yet.
    visit.tell("It is with the care team.")
    return url("asked", circle=visit.circle_name(circle)) if inside else url("groups")


ROUTES = (
    At("joining", "/in/{secret}", show_words, take_words, public=True, entrance=True),
    At("joining_phone", "/joining/phone", show_phone, take_phone, public=True),
    At("joining_welcome", "/joining/welcome", show_welcome, agree, public=True),
    At("joining_name", "/joining/name", show_name, take_name, public=True),
    At("joining_key", "/joining/key", show_key_screen, take_key, public=True),
)
