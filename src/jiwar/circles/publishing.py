"""What strangers may read of an open circle: one page in the store, signed by a steward, that follows the charter.

Implements spec/protocol.md §4.9. Stewards publish; whoever reaches the hub reads. A page stands under the hub secret,
all pages have one size, and one row lists them, in no order that tells anything.

- The page carries the admission: whoever reads it may come in. The invitation's record, not the page, decides whether
  that still holds, so that a page kept from yesterday opens nothing that was closed since.
- It follows the charter, the weather and the keys at the next session of a steward; if none comes, it ends by itself.

Does not show a stranger that a page is the circle's: they have the hub's word for it. Members have the roster.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import charters
from jiwar.circles.circle import Circle
from jiwar.circles.fold import LONGEST_PUBLIC, MOST_PUBLIC, member_of
from jiwar.circles.founding import write_own
from jiwar.circles.invitations import INVITED_FIRST, STEWARDS_FIRST, Admission, admission, invited
from jiwar.circles.member import Services
from jiwar.circles.model import PUBLIC, Invite, OpenInvite
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import PUBLISHED, PUBLISHED_PAGE
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
    """What strangers read of a circle, and what lets them in."""

    version: int
    circle: bytes
    signer: bytes
    last_day: int
    name: str
    text: str
    rules: tuple[str, ...]
    admission: Admission
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
    """What a published page says. Raises NotThere for none, for one that has ended, for what no steward writes."""
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
    charters.require_sound_words(notice.name, notice.text, notice.rules)
    admitted = notice.admission
    leads_here = (admitted.circle, admitted.mode, admitted.parent) == (notice.circle, PUBLIC, b"")
    if notice.version != 1 or page_of(notice.circle) != page or not notice.text or not leads_here:
        raise BadChoice


def _signed(notice: Notice) -> bytes:
    return join(PUBLISHED, encode(replace(notice, signature=b"")))


def everything(services: Services) -> list[Notice]:
    """All published pages, by name."""
    found = []
    for page in listed(services):
        with suppress(NotThere):
            found.append(read(services, page))
    return sorted(found, key=lambda one: one.name)


async def follow(circle: Circle) -> None:
    """Bring the published page to what the charter, the weather and the keys say now. Raises Full, Conflict."""
    if not circle.is_steward:
        return
    async with circle.services.publishing:
        if not circle.charter.is_open or _places(circle) < 1:
            await _withdraw(circle)
        elif not _is_current(circle):
            await _publish(circle)


def _places(circle: Circle) -> int:
    """How many may come in before the page is written again: a group that grows has three stewards first."""
    few = sum(one.is_steward for one in circle.state.members) < STEWARDS_FIRST
    return min(MOST_PUBLIC, INVITED_FIRST - invited(circle)) if few else MOST_PUBLIC


def is_shown(circle: Circle) -> bool:
    """Whether strangers can read the circle's page now."""
    try:
        return bool(read(circle.services, page_of(circle.id)))
    except NotThere:
        return False


def _is_current(circle: Circle) -> bool:
    """Whether the page says what holds, is signed by somebody who may, and lets people in for long enough."""
    try:
        notice = read(circle.services, page_of(circle.id))
    except NotThere:
        return False
    charter, signer = circle.charter, member_of(circle.state, notice.signer)
    says_so = (notice.name, notice.text, notice.rules) == (charter.name, charter.public, charter.rules)
    fresh = notice.last_day - circle.services.clock.day() >= _FRESH_DAYS
    signed = signer is not None and signer.is_steward
    return says_so and fresh and signed and _admits(circle, notice.admission)


def _admits(circle: Circle, admitted: Admission) -> bool:
    standing = _invitation(circle, public_key(admitted.proof))
    if standing is None or admitted.level != circle.charter.level:
        return False
    left = standing.invite.uses - standing.used
    return left >= min(_LEFT, _places(circle)) and admitted.epochs[-1].epoch == circle.log.newest.epoch


def _invitation(circle: Circle, proof: bytes) -> OpenInvite | None:
    return next((one for one in circle.state.invites if one.invite.proof == proof), None)


async def _publish(circle: Circle) -> None:
    """Raises Full when the hub shows as many as it may."""
    store, page = circle.services.store, page_of(circle.id)
    names = {*listed(circle.services), page}
    if len(names) > MOST_PUBLISHED:
        raise Full
    last_day = circle.services.clock.day() + LONGEST_PUBLIC
    notice = _notice(circle, last_day, await _admit(circle, last_day))
    await store.put_page(page, pad(encode(notice), PAGE_SIZE))
    await store.put_page(LIST, encode(tuple(sorted(names))))


async def _admit(circle: Circle, last_day: int) -> Admission:
    """Write the invitation that the page carries; the one before it ends. Raises Conflict."""
    proof, number = circle.services.random(32), circle.services.random(32)
    await write_own(circle, "invite", encode(Invite(public_key(proof), number, PUBLIC, _places(circle), last_day, 0)))
    if _invitation(circle, public_key(proof)) is None:
        raise Conflict
    return admission(circle, proof, PUBLIC, last_day)


def _notice(circle: Circle, last_day: int, admitted: Admission) -> Notice:
    charter, persona = circle.charter, circle.log.persona
    words = charter.name, charter.public, charter.rules
    notice = Notice(1, circle.id, persona.key, last_day, *words, admitted)
    return replace(notice, signature=persona.sign(_signed(notice)))


async def withdraw(circle: Circle) -> None:
    """Take the page away: nothing of the circle is there for strangers any more."""
    async with circle.services.publishing:
        await _withdraw(circle)


async def _withdraw(circle: Circle) -> None:
    store, page, names = circle.services.store, page_of(circle.id), listed(circle.services)
    if page in names:
        await store.put_page(LIST, encode(tuple(name for name in names if name != page)))
        await store.remove_page(page)
