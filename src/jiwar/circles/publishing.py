"""What strangers may read of a circle: one page in the store, signed by a steward, that follows the charter.

Implements spec/protocol.md §4.9. Stewards publish; whoever reaches the hub reads. A page stands under the hub secret,
all pages have one size, and one row lists them, in no order that tells anything.

- The page of an open circle carries the admission: whoever reads it may come in. The invitation's record, not the
  page, decides whether that still holds, so that a page kept from yesterday opens nothing that was closed since.
- Where people ask to come in (`asking`), it carries questions, the stewards' desk for strangers, and the number of a
  row in the store by which letters are admitted there: no key of the circle.
- It follows the charter, the weather and the keys at the next session of a steward; if none comes, it ends by itself.

Does not show a stranger that a page is the circle's: they have the hub's word for it. Members have the roster.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import charters, posted, roles
from jiwar.circles.circle import Circle
from jiwar.circles.fold import LONGEST_PUBLIC, MOST_PUBLIC, member_of
from jiwar.circles.founding import desks, write_own
from jiwar.circles.invitations import INVITED_FIRST, STEWARDS_FIRST, Admission, admission, invited
from jiwar.circles.member import Services
from jiwar.circles.model import ASKED, PUBLIC, STEWARD, Desk, Invite, OpenInvite
from jiwar.crypto.envelopes import public_key as kem_key
from jiwar.crypto.envelopes import require_sound_key as require_sound_kem
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, PUBLISHED, PUBLISHED_PAGE
from jiwar.crypto.signing import public_key, require_sound_key, verify
from jiwar.errors import BadChoice, BadInput, Conflict, Damaged, NotThere
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join

LIST = b"published".ljust(16, b"\0")
"""The row that names all published pages."""
MOST_PUBLISHED = 32
_FRESH_DAYS = 7
"""A page that ends sooner is written anew."""
_LEFT = 10
"""So is one by which fewer than so many may come in."""


class Notice(Wire, frozen=True):
    """What strangers read of a circle, and what lets them in or lets them ask."""

    version: int
    circle: bytes
    signer: bytes
    last_day: int
    name: str
    text: str
    rules: tuple[str, ...]
    questions: tuple[str, ...]
    admission: Admission
    signature: bytes = b""

    @property
    def is_asked(self) -> bool:
        """Whether whoever would like to come in asks the stewards."""
        return self.admission.mode == ASKED


def page_of(circle: bytes) -> bytes:
    """The name of a circle's page in the store."""
    return digest(PUBLISHED_PAGE, circle)[:16]


def listed(services: Services) -> tuple[bytes, ...]:
    """The names of all published pages."""
    return posted.names(services, LIST)


def read(services: Services, page: bytes) -> Notice:
    """What a published page says. Raises NotThere for none, for one that has ended, for what no steward writes."""
    if page not in listed(services):
        raise NotThere
    try:
        notice = decode(posted.value(services, page), Notice)
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
    admitted = notice.admission
    leads_here = (admitted.circle, admitted.parent) == (notice.circle, b"") and admitted.mode in (PUBLIC, ASKED)
    if notice.is_asked:
        require_sound_kem(admitted.inviter_kem)
        leads_here = leads_here and (len(admitted.inviter_inbox), len(admitted.proof)) == (32, 32)
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
        if not circle.charter.is_published or (circle.charter.is_open and _places(circle) < 1):
            await _withdraw(circle)
        elif not _is_current(circle):
            await _publish(circle)


def _places(circle: Circle) -> int:
    """How many may come in before the page is written again: a group that grows has three stewards first."""
    few = sum(one.is_steward for one in circle.state.members) < STEWARDS_FIRST
    return min(MOST_PUBLIC, INVITED_FIRST - invited(circle)) if few else MOST_PUBLIC


def standing(services: Services, circle: bytes) -> Notice | None:
    """What strangers can read of a circle now."""
    try:
        return read(services, page_of(circle))
    except NotThere:
        return None


def _is_current(circle: Circle) -> bool:
    """Whether the page says what holds, is signed by somebody who may, and lets people in for long enough."""
    notice = standing(circle.services, circle.id)
    if notice is None:
        return False
    charter, signer = circle.charter, member_of(circle.state, notice.signer)
    says_so = (notice.name, notice.text, notice.rules) == (charter.name, charter.public, charter.rules)
    says_so = says_so and notice.questions == charter.questions and notice.is_asked == (not charter.is_open)
    fresh = notice.last_day - circle.services.clock.day() >= _FRESH_DAYS
    signed = signer is not None and signer.is_steward
    leads = _reaches if notice.is_asked else _admits
    return says_so and fresh and signed and leads(circle, notice.admission)


def _admits(circle: Circle, admitted: Admission) -> bool:
    found = _invitation(circle, public_key(admitted.proof))
    if found is None or admitted.level != circle.charter.level:
        return False
    left = found.invite.uses - found.used
    return left >= min(_LEFT, _places(circle)) and admitted.epochs[-1].epoch == circle.log.newest.epoch


def _reaches(circle: Circle, admitted: Admission) -> bool:
    """Whether a stranger's letter comes to where stewards read now; who can't tell leaves the page as it is."""
    try:
        circle.services.store.invite(admitted.proof)
    except NotThere:
        return False
    desk = _desk(circle)
    return desk is None or (admitted.inviter_kem, admitted.inviter_inbox) == (desk.kem, desk.inbox)


def _desk(circle: Circle) -> Desk | None:
    """Where strangers write to the stewards; None for a steward who has not taken the keys."""
    care = roles.care_of(circle)
    if care is None:
        return None
    newest = desks(care)[0]
    return Desk(STEWARD, kem_key(newest.seed), digest(INBOX, newest.strangers))


def _invitation(circle: Circle, proof: bytes) -> OpenInvite | None:
    return next((one for one in circle.state.invites if one.invite.proof == proof), None)


async def _publish(circle: Circle) -> None:
    """Raises Full when the hub shows as many as it may."""
    page = page_of(circle.id)
    posted.require_place(circle.services, LIST, page, MOST_PUBLISHED)
    last_day, before = circle.services.clock.day() + LONGEST_PUBLIC, standing(circle.services, circle.id)
    admitted = await (_admit if circle.charter.is_open else _take_letters)(circle, last_day)
    await posted.put(circle.services, LIST, page, encode(_notice(circle, last_day, admitted)))
    await _take_no_letters(circle, before)


async def _admit(circle: Circle, last_day: int) -> Admission:
    """Write the invitation that the page carries; the one before it ends. Raises Conflict."""
    proof, number = circle.services.random(32), circle.services.random(32)
    await write_own(circle, "invite", encode(Invite(public_key(proof), number, PUBLIC, _places(circle), last_day, 0)))
    if _invitation(circle, public_key(proof)) is None:
        raise Conflict
    return admission(circle, proof, PUBLIC, last_day)


async def _take_letters(circle: Circle, last_day: int) -> Admission:
    """Let strangers write to the stewards. Raises Conflict for a steward who has not taken the keys."""
    services, charter, desk = circle.services, circle.charter, _desk(circle)
    if desk is None:
        raise Conflict
    number = await posted.admit_letters(services, last_day)
    return Admission(
        circle=circle.id,
        shelf=b"",
        index_key=b"",
        parent=b"",
        role=0,
        name=charter.name,
        level=charter.level,
        epochs=(),
        fold_from=0,
        fold_digest=b"",
        proof=number,
        mode=ASKED,
        last_day=last_day,
        inviter=circle.log.persona.key,
        inviter_kem=desk.kem,
        inviter_inbox=desk.inbox,
    )


async def _take_no_letters(circle: Circle, before: Notice | None) -> None:
    """By a page that is over nobody writes any more."""
    if before is not None and before.is_asked:
        await circle.services.store.remove_invite(before.admission.proof)


def _notice(circle: Circle, last_day: int, admitted: Admission) -> Notice:
    charter, persona = circle.charter, circle.log.persona
    words = charter.name, charter.public, charter.rules, charter.questions
    notice = Notice(1, circle.id, persona.key, last_day, *words, admitted)
    return replace(notice, signature=persona.sign(_signed(notice)))


async def withdraw(circle: Circle) -> None:
    """Take the page away: nothing of the circle is there for strangers any more."""
    async with circle.services.publishing:
        await _withdraw(circle)


async def _withdraw(circle: Circle) -> None:
    await _take_no_letters(circle, standing(circle.services, circle.id))
    await posted.take_away(circle.services, LIST, page_of(circle.id))
