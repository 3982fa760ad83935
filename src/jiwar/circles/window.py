"""The window: one published page by which people without an account write to a circle's dispatchers.

Implements spec/protocol.md §4.13. It says in whose name it stands, what can be asked for, and the key and box of the
dispatchers' role circle, signed by one of them. It is the key that stands in the circle's own `desk` record, so that
every member, and whoever reads the log with a program of their own, can compare the two.

- Dispatchers put it up and renew it, as the only ones who have its keys; it follows the charter and the weather.
- When a dispatcher goes, the record is struck, and the page with it: nothing is written to a key that they hold. The
  next of the others puts it up again.

Does not show a stranger whose window it is: they have the hub's word for it.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import charters, posted, roles
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import desks
from jiwar.circles.member import Services
from jiwar.circles.model import DISPATCHER
from jiwar.circles.policy import Counter
from jiwar.crypto.envelopes import public_key, require_sound_key
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, WINDOW, WINDOW_PAGE
from jiwar.crypto.signing import require_sound_key as require_sound_signer
from jiwar.crypto.signing import verify
from jiwar.errors import BadChoice, BadInput, Damaged, NotThere
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join

LIST = b"windows".ljust(16, b"\0")
"""The row that names all windows."""
MOST_WINDOWS = 8
LONGEST = 14
"""Days that a page stands: no dispatcher for so long, and the window closes by itself."""
_FRESH_DAYS = 7


class Poster(Wire, frozen=True):
    """What strangers read at a window, and where their words go. `number` admits letters to the store."""

    version: int
    circle: bytes
    signer: bytes
    last_day: int
    name: str
    text: str
    counters: tuple[Counter, ...]
    kem: bytes
    inbox: bytes
    number: bytes
    signature: bytes = b""

    def counter(self, kind: str) -> Counter:
        """Raises BadChoice."""
        found = next((one for one in self.counters if one.kind == kind), None)
        if found is None:
            raise BadChoice
        return found


def page_of(circle: bytes) -> bytes:
    """The name of a window's page in the store."""
    return digest(WINDOW_PAGE, circle)[:16]


def read(services: Services, page: bytes) -> Poster:
    """Raises NotThere for none, for one that has ended, for what no dispatcher writes."""
    if page not in posted.names(services, LIST):
        raise NotThere
    try:
        poster = decode(posted.value(services, page), Poster)
        _require_sound(poster, page)
    except (BadInput, Damaged):
        raise NotThere from None
    if poster.last_day < services.clock.day():
        raise NotThere
    return poster


def _require_sound(poster: Poster, page: bytes) -> None:
    """Raises BadInput, BadSignature."""
    require_sound_signer(poster.signer)
    verify(poster.signer, poster.signature, _signed(poster))
    charters.require_sound_posted(poster.name, poster.text, poster.counters)
    require_sound_key(poster.kem)
    places = (len(poster.inbox), len(poster.number))
    if poster.version != 1 or page_of(poster.circle) != page or places != (32, 32):
        raise BadChoice


def _signed(poster: Poster) -> bytes:
    return join(WINDOW, encode(replace(poster, signature=b"")))


def everything(services: Services) -> list[Poster]:
    """All windows that are open, by name."""
    found = []
    for page in posted.names(services, LIST):
        with suppress(NotThere):
            found.append(read(services, page))
    return sorted(found, key=lambda one: (one.name, one.circle))


def standing(services: Services, circle: bytes) -> Poster | None:
    """The window of a circle, if it is open."""
    try:
        return read(services, page_of(circle))
    except NotThere:
        return None


async def follow(circle: Circle) -> None:
    """Bring the window to what charter, weather, roster and keys say now. Raises Full.

    Whoever isn't a dispatcher can only take away what shouldn't stand.
    """
    services, inner = circle.services, roles.held(circle, DISPATCHER)
    async with services.publishing:
        if not circle.charter.has_window or not _is_the_circles(circle):
            await _take_away(services, circle.id)
        if inner is not None and circle.charter.has_window and not _is_current(circle, inner):
            await _put_up(circle, inner)


def _is_the_circles(circle: Circle) -> bool:
    """Whether what stands leads to the key that the circle's own record names, by somebody who holds the role."""
    poster, desk = standing(circle.services, circle.id), circle.state.desk_of(DISPATCHER)
    if poster is None or desk is None:
        return False
    signer = member_of(circle.state, poster.signer)
    return poster.kem == desk.kem and signer is not None and signer.holds(DISPATCHER)


def _is_current(circle: Circle, inner: Circle) -> bool:
    poster, wanted, newest = standing(circle.services, circle.id), circle.charter.window, desks(inner)[0]
    if poster is None or not _is_the_circles(circle):
        return False
    try:
        circle.services.store.invite(poster.number)
    except NotThere:
        return False
    fresh = poster.last_day - circle.services.clock.day() >= _FRESH_DAYS
    says_so = (poster.name, poster.text, poster.counters) == (wanted.name, wanted.text, wanted.counters)
    return fresh and says_so and poster.inbox == digest(INBOX, newest.strangers)


async def _put_up(circle: Circle, inner: Circle) -> None:
    """Raises Full when the hub shows as many as it may."""
    services, page, before = circle.services, page_of(circle.id), standing(circle.services, circle.id)
    desk = circle.state.desk_of(DISPATCHER)
    newest = desks(inner)[0]
    if desk is None or desk.kem != public_key(newest.seed):
        return  # The role's keys have moved on; it is put up by the session that says so (`roles.follow`).
    posted.require_place(services, LIST, page, MOST_WINDOWS)
    last_day, wanted, persona = services.clock.day() + LONGEST, circle.charter.window, circle.log.persona
    number = await posted.admit_letters(services, last_day)
    said = (wanted.name, wanted.text, wanted.counters)
    poster = Poster(1, circle.id, persona.key, last_day, *said, desk.kem, digest(INBOX, newest.strangers), number)
    poster = replace(poster, signature=persona.sign(_signed(poster)))
    await posted.put(services, LIST, page, encode(poster))
    if before is not None:
        await services.store.remove_invite(before.number)


async def take_away(circle: Circle) -> None:
    """Close the window: nothing of it is there for strangers any more."""
    async with circle.services.publishing:
        await _take_away(circle.services, circle.id)


async def _take_away(services: Services, circle: bytes) -> None:
    before = standing(services, circle)
    await posted.take_away(services, LIST, page_of(circle))
    if before is not None:
        await services.store.remove_invite(before.number)
