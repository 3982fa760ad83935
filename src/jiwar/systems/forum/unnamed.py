"""Topics without a name: begun by a one-off that a right introduces, answered by members under theirs.

Implements spec/protocol.md §9.13. What stands in the first slot of such a topic decides over all of it: where its
one-off didn't write that, where no right is good for it, where it was taken away or has expired, or where the charter
has none, the topic is there for nobody. Beside it, the one-off's own records and covers count like a member's.

A topic costs its reader one slot and one signature more than another. It has a collection of its own, so that a flood
of what nobody is shown pushes no topic out of a list.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles import answerable, oneoffs, rights, speech
from jiwar.circles.answerable import Sealed
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Aside, Together
from jiwar.circles.policy import ANSWERABLE, OFF
from jiwar.circles.speech import Standing
from jiwar.errors import BadInput, NamesOnly, NotCanonical, NotShown, NotThere
from jiwar.keyring.model import OneOff
from jiwar.log.covers import Folded
from jiwar.log.shelf import LAST_NUMBER
from jiwar.store.contract import RecordRow
from jiwar.systems.forum import rules
from jiwar.systems.forum.model import UNNAMED, Post, Unnamed
from jiwar.wire.canonical import decode, encode

LONGEST_DAYS = 30
"""The keys of a right's period outlive whatever it introduced."""
MOST_OPEN = 3
"""Of one person in one circle; what waits lies in the keyring, one at a time."""


class Here(Together):
    """The circle as it is for a topic without a name that may be shown; `first` is what began it."""

    def __init__(self, circle: Circle, obj: bytes, first: Standing) -> None:
        super().__init__(circle, obj)
        self.read_anew, self.first = circle.read_anew, first


# whose it is


def is_unnamed(circle: Circle, obj: bytes, author: bytes) -> bool:
    """Whether whoever began a topic is its one-off."""
    return oneoffs.object_of(circle.id, author) == obj


def speaks(circle: Circle) -> bool:
    """Whether it is a one-off that has the circle open, in its own topic."""
    return isinstance(circle, Aside) and circle.is_its_own(circle.log.persona.key)


def as_it_is(circle: Circle, folded: Folded) -> Circle:
    """The circle as it is for one topic: with its one-off, where it is one without a name. The log says which it is:
    a cover is whatever the last who answered wrote.

    Raises NotShown for such a topic that may be shown to nobody, NotCanonical where this reader can't tell.
    """
    if isinstance(circle, Aside) or not _is_among_them(circle, folded):
        return circle
    aside = Together(circle, folded.obj)
    rows = _first_rows(aside)
    first = _first(aside, rows)
    if circle.charter.unnamed == OFF or first is None or not may_be_shown(aside, first):
        raise NotShown if _can_be_judged(aside, rows, first) else NotCanonical
    return Here(circle, folded.obj, first)


def _can_be_judged(aside: Aside, rows: list[RecordRow], first: Standing | None) -> bool:
    """Whether everybody who can read what began a topic comes to the same, until the roster, the charter or the keys
    of rights are others.
    """
    if first is None:
        return not speech.is_closed_to(aside, rows)
    right = _right_then(first)
    return right is None or rights.keys_of(aside, right.period) is not None


def _is_among_them(circle: Circle, folded: Folded) -> bool:
    """Whether an object is of the collection of topics without a name: the one with this head."""
    rows = circle.log.covers(UNNAMED, folded.head + 1, 1)
    return bool(rows) and rows[0].obj == folded.obj


def may_be_shown(aside: Aside, first: Standing) -> bool:
    """Whether what stands in the first slot carries the topic: its one-off's, in a lane that ends, introduced, and
    answered for where the charter has it so.
    """
    own = aside.is_its_own(first.author) and first.fate == "stands" and 0 < first.keep <= LONGEST_DAYS
    return own and is_introduced(aside, first) and answers_as_chartered(aside, first)


def _first_rows(aside: Aside) -> list[RecordRow]:
    return aside.log.rows(aside.obj, 0, LAST_NUMBER, 1)


def _first(aside: Aside, rows: list[RecordRow]) -> Standing | None:
    """What stands in the slot that began a topic."""
    slots = speech.slots_of(rows)
    return next((speech.read_slot(aside, aside.obj, slot, rules.is_sound_post) for slot in slots), None)


def beginning(aside: Aside) -> int:
    """The slot of what began a topic, as the log has it. Raises NotThere."""
    first = _first(aside, _first_rows(aside))
    if first is None:
        raise NotThere
    return first.slot


def is_introduced(aside: Aside, first: Standing) -> bool:
    """Whether somebody of the circle is behind what stands there. What rights don't reach yet doesn't count."""
    right = _right_then(first)
    if right is None:
        return False
    known = rights.keys_of(aside, right.period)
    place = (right, first.author, first.day, first.slot)
    return known is not None and rights.standing(aside, [known], *place) in ("member", "familiar")


def _right_then(first: Standing) -> rights.Right | None:
    """The right in a topic's first post, if it could have been good on its day."""
    right = _right(first.body)
    periods = rights.period_of(first.day), rights.period_of(first.day - 1)
    return right if right is not None and rights.is_sound(right) and right.period in periods else None


def answers_as_chartered(aside: Aside, first: Standing) -> bool:
    """Whether two of today's stewards can open who began it, wherever that has to be so: also for what began before
    the charter said so, or by a program that doesn't seal.
    """
    return aside.charter.unnamed != ANSWERABLE or bool(sealed_in(aside, first).recipients)


def sealed_in(circle: Circle, first: Standing) -> Sealed:
    """Who began a topic, sealed, where two of today's stewards are among those who can open it; else nothing."""
    sealed = whatever_is_sealed(first)
    return sealed if answerable.is_answered_for(circle, sealed) else answerable.NONE


def whatever_is_sealed(first: Standing | None) -> Sealed:
    """Who began a topic, sealed, whatever became of those who can open it since; else nothing."""
    said = _said(first.body) if first else None
    return said.sealed if said and answerable.is_sound(said.sealed) else answerable.NONE


def _right(body: bytes) -> rights.Right | None:
    """The right in a topic's first post, if it carries any."""
    said = _said(body)
    return said.right if said else None


def _said(body: bytes) -> Unnamed | None:
    """What began a topic without a name, if a body is that."""
    try:
        return decode(oneoffs.unsized(body), Unnamed)
    except BadInput:
        return None


# what it says


def body(circle: Circle, post: Post, first: bytes = b"") -> bytes:
    """How a post is written: a one-off's in the one size, and the first one with all that stood beside it. Raises
    TextTooLong.
    """
    if not speaks(circle):
        return encode(post)
    before = _said(first)
    return oneoffs.sized(encode(rules.fitting(post) if before is None else replace(before, post=rules.fitting(post))))


def first_body(circle: Circle) -> bytes:
    """What stands in the slot that began a one-off's topic, as it is written; nothing of any other."""
    first = _first(circle, _first_rows(circle)) if isinstance(circle, Aside) else None
    return first.body if first else b""


def is_sized(circle: Circle, standing: Standing) -> bool:
    """Whether what stands has the one size, where it is a one-off's."""
    own = isinstance(circle, Aside) and circle.is_its_own(standing.author)
    return not own or len(standing.body) in (0, oneoffs.SIZE)


# mine


def all_mine(circle: Circle) -> list[OneOff]:
    """My one-offs that began a topic, the latest first."""
    return oneoffs.mine(circle, (UNNAMED,))


def waiting(one: OneOff) -> Post:
    """What one of mine says that has not come yet."""
    return decode(one.body, Unnamed).post


def require_some(circle: Circle) -> None:
    """Raises NamesOnly where the charter has no topics without a name."""
    if circle.charter.unnamed == OFF:
        raise NamesOnly


def right_to_begin(circle: Circle) -> rights.Found | None:
    """A right of mine for a topic that begins today, if there is one."""
    return rights.usable(circle) if circle.charter.unnamed != OFF else None


def answers(circle: Circle) -> bool:
    """Whether a topic that begins here today has to be answerable."""
    return circle.charter.unnamed == ANSWERABLE


def is_full(circle: Circle) -> bool:
    """Whether no further topic of mine fits, or one of mine waits still."""
    own = all_mine(circle)
    return len(own) >= MOST_OPEN or any(one.kind for one in own)
