"""What strangers may read of a circle: one page in the store, signed by a steward, that follows the charter.

Implements spec/protocol.md §4.8. Stewards publish; whoever reaches the hub reads. A page stands under the hub secret,
all pages have one size, and one row lists them, in no order that tells anything.

- The page of an open circle carries the admission: whoever reads it may come in. The invitation's record, not the
  page, decides whether that still holds, so that a page kept from yesterday opens nothing that was closed since.
- The page of a circle that is asked carries where to write to its stewards, and a ticket that admits letters.
- It follows the charter, the weather and the keys at the next session of a steward, and ends by itself when none comes.

Does not show that a page is the circle's to somebody outside: they have the hub's word for it. Members have the roster.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import charters
from jiwar.circles.circle import Circle
from jiwar.circles.fold import LONGEST_PUBLIC, MOST_PUBLIC, member_of, stewards
from jiwar.circles.founding import desks, write_own
from jiwar.circles.invitations import INVITE_SIZE, INVITED_FIRST, STEWARDS_FIRST, Admission, admission, invited
from jiwar.circles.member import Services
from jiwar.circles.model import ASKED, OPEN, PUBLIC, Desk, Invite, OpenInvite
from jiwar.crypto.envelopes import public_key as kem_key
from jiwar.crypto.envelopes import require_sound_key as require_sound_kem
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, PUBLISHED, PUBLISHED_PAGE
from jiwar.crypto.signing import public_key, require_sound_key, verify
from jiwar.errors import BadChoice, BadInput, Conflict, Damaged, Full, NotThere
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join, pad, unpad

LIST = b"published".ljust(16, b"\0")
"""The row that names all published pages."""
MOST_PUBLISHED = 32
PAGE_SIZE = 49_152
_FRESH_DAYS = 7
"""A page that ends sooner is written anew."""
_LEFT = 10
"""So is one by which fewer than so many may come in."""


class Notice(Wire, frozen=True):
    """What strangers read of a circle, and what lets them in or lets them ask. `desk` and `ticket` are those of a
    circle that is asked, `admission` that of an open one."""

    version: int
    circle: bytes
    signer: bytes
    last_day: int
    name: str
    text: str
    rules: tuple[str, ...]
    questions: tuple[str, ...]
    access: str
    desk: Desk | None
    ticket: bytes
    admission: Admission | None
    signature: bytes = b""


def page_of(circle: bytes) -> bytes:
    """The name of a circle's page in the store."""
    return digest(PUBLISHED_PAGE, circle)[:16]


def listed(services: Services) -> tuple[bytes, ...]:
    """The names of all published pages."""
    try:
        return decode(services.store.page(LIST), tuple[bytes, ...])
    except NotThere:
        return ()


def read(services: Services, page: bytes) -> Notice:
    """What a published page says. Raises NotThere for none, for one that has ended, and for what no steward writes."""
    if page not in listed(services):
        raise NotThere
    try:
        notice = decode(unpad(services.store.page(page)), Notice)
        _require_sound(notice, page)
    except (BadInput, Damaged):
        raise NotThere from None
    if notice.last_day < services.clock.day():
        raise NotThere
    return notice


def _require_sound(notice: Notice, page: bytes) -> None:
    """Raises BadInput, BadSignature."""
    require_sound_key(notice.signer)
    verify(notice.signer, notice.signature, _signed(notice))
    charters.require_sound_words(notice.name, notice.text, notice.rules, notice.questions)
    open_to_all, asked = notice.access == OPEN, notice.access == ASKED
    admitted = notice.admission
    sound = (
        notice.version == 1
        and page_of(notice.circle) == page
        and bool(notice.text)
        and (open_to_all or asked)
        and (admitted is not None) == open_to_all
        and (notice.desk is not None) == asked
        and len(notice.ticket) == 32 * asked
        and (admitted is None or (admitted.circle, admitted.mode, admitted.parent) == (notice.circle, PUBLIC, b""))
    )
    if not sound:
        raise BadChoice
    if notice.desk is not None:
        require_sound_kem(notice.desk.kem)


def _signed(notice: Notice) -> bytes:
    return join(PUBLISHED, encode(replace(notice, signature=b"")))


def everything(services: Services) -> list[Notice]:
    """All published pages, by name."""
    found = []
    for page in listed(services):
        with suppress(NotThere):
            found.append(read(services, page))
    return sorted(found, key=lambda one: one.name)


def notice_of(services: Services, circle: bytes) -> Notice:
    """The published page of a circle. Raises NotThere."""
    return read(services, page_of(circle))


def admission_of(notice: Notice) -> Admission:
    """What lets whoever likes into an open circle. Raises NotThere."""
    if notice.admission is None:
        raise NotThere
    return notice.admission


async def follow(circle: Circle, role: Circle) -> None:
    """Bring the published page to what the charter, the weather and the keys say now. Raises Full, Conflict."""
    if not circle.is_steward:
        return
    async with circle.services.publishing:
        standing = _standing(circle)
        if not circle.charter.is_published or (circle.charter.is_open and _places(circle) < 1):
            await _withdraw(circle.services, circle.id, standing)
        elif standing is None or not _is_current(circle, role, standing):
            await _publish(circle, role, standing)


def _standing(circle: Circle) -> Notice | None:
    try:
        return notice_of(circle.services, circle.id)
    except NotThere:
        return None


def _places(circle: Circle) -> int:
    """How many may come in before the page is written again: a group that grows has three stewards first."""
    few = len(stewards(circle.state)) < STEWARDS_FIRST
    return min(MOST_PUBLIC, INVITED_FIRST - invited(circle)) if few else MOST_PUBLIC


def _is_current(circle: Circle, role: Circle, notice: Notice) -> bool:
    charter, signer = circle.charter, member_of(circle.state, notice.signer)
    says = (notice.name, notice.text, notice.rules, notice.questions, notice.access)
    fresh = notice.last_day - circle.services.clock.day() >= _FRESH_DAYS
    if says != (charter.name, charter.public, charter.rules, charter.questions, charter.access) or not fresh:
        return False
    if signer is None or not signer.is_steward:
        return False
    return _still_admits(circle, notice) if charter.is_open else _still_reaches(circle, role, notice)


def _still_admits(circle: Circle, notice: Notice) -> bool:
    admitted = admission_of(notice)
    standing = _invitation(circle, public_key(admitted.proof))
    if standing is None or admitted.level != circle.charter.level:
        return False
    left = standing.invite.uses - standing.used
    return left >= min(_LEFT, _places(circle)) and admitted.epochs[-1].epoch == circle.log.newest.epoch


def _invitation(circle: Circle, proof: bytes) -> OpenInvite | None:
    return next((one for one in circle.state.invites if one.invite.proof == proof), None)


def _still_reaches(circle: Circle, role: Circle, notice: Notice) -> bool:
    try:
        circle.services.store.invite(notice.ticket)
    except NotThere:
        return False
    return notice.desk == asking_desk(role)


def asking_desk(role: Circle) -> Desk:
    """Where strangers write to the stewards: the newest desk, in a box of its own."""
    newest = desks(role)[0]
    return Desk(kem_key(newest.seed), digest(INBOX, newest.asking))


async def _publish(circle: Circle, role: Circle, standing: Notice | None) -> None:
    """Raises Full when the hub shows as many as it may."""
    services, page = circle.services, page_of(circle.id)
    names = {*listed(services), page}
    if len(names) > MOST_PUBLISHED:
        raise Full
    last_day = services.clock.day() + LONGEST_PUBLIC
    desk, ticket, admitted = None, b"", None
    if circle.charter.is_open:
        admitted = await _admit(circle, last_day)
    else:
        desk, ticket = asking_desk(role), services.random(32)
        # A row like that of every invitation; what it holds opens nothing, its number admits a letter.
        await services.store.put_invite(ticket, last_day, services.random(INVITE_SIZE))
    await services.store.put_page(page, pad(encode(_notice(circle, last_day, desk, ticket, admitted)), PAGE_SIZE))
    await services.store.put_page(LIST, encode(tuple(sorted(names))))
    if standing is not None and standing.ticket:
        await services.store.remove_invite(standing.ticket)


async def _admit(circle: Circle, last_day: int) -> Admission:
    """Write the invitation that the page carries; the one before it ends. Raises Conflict."""
    proof, number = circle.services.random(32), circle.services.random(32)
    body = Invite(public_key(proof), number, PUBLIC, _places(circle), last_day, 0)
    await write_own(circle, "invite", encode(body))
    if _invitation(circle, public_key(proof)) is None:
        raise Conflict
    return admission(circle, proof, PUBLIC, last_day)


def _notice(circle: Circle, last_day: int, desk: Desk | None, ticket: bytes, admitted: Admission | None) -> Notice:
    charter, persona = circle.charter, circle.log.persona
    words = (charter.name, charter.public, charter.rules, charter.questions)
    notice = Notice(1, circle.id, persona.key, last_day, *words, charter.access, desk, ticket, admitted)
    return replace(notice, signature=persona.sign(_signed(notice)))


async def withdraw(circle: Circle) -> None:
    """Take the page away: nothing of the circle is there for strangers any more."""
    async with circle.services.publishing:
        await _withdraw(circle.services, circle.id, _standing(circle))


async def _withdraw(services: Services, circle: bytes, standing: Notice | None) -> None:
    page, names = page_of(circle), listed(services)
    if page not in names:
        return
    await services.store.put_page(LIST, encode(tuple(name for name in names if name != page)))
    await services.store.remove_page(page)
    if standing is not None and standing.ticket:
        await services.store.remove_invite(standing.ticket)
