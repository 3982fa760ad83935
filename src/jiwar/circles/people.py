"""What I keep about the people of a circle, and about the circle itself, for myself alone.

Implements spec/protocol.md §3.2. All of it stands in my keyring and nowhere else: nobody learns that they were muted,
blocked or given another name.

- *Muted*: what they write is folded away, and can be opened.
- *Blocked*: what they write is not shown to me.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.circle import Circle
from jiwar.circles.handles import HANDLE_LIMIT
from jiwar.errors import Full, TextTooLong
from jiwar.keyring.model import Label, Membership

MOST_LABELS = 64
MOST_MUTED = 64
MOST_BLOCKED = 64
ALIAS_LIMIT = 60


def _one_line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    if len(line) > limit:
        raise TextTooLong(limit=limit)
    return line


async def keep(circle: Circle, membership: Membership) -> None:
    """Keep what I have decided about a circle. Raises KeyringFull."""
    await circle.member.change_membership(circle.id, lambda _: membership)
    circle.membership = circle.member.membership(circle.id)


async def name_circle(circle: Circle, text: str) -> None:
    """Give the circle a name that only I see; an empty one takes it away. Raises TextTooLong, KeyringFull."""
    alias = _one_line(text, ALIAS_LIMIT)
    await keep(circle, replace(circle.membership, alias="" if alias == circle.charter.name else alias))


def label_of(circle: Circle, persona: bytes) -> str:
    """My private name for somebody, or nothing."""
    return next((one.text for one in circle.membership.labels if one.persona == persona), "")


async def label(circle: Circle, persona: bytes, text: str) -> None:
    """Give somebody a name that only I see; an empty one takes it away. Raises TextTooLong, Full, KeyringFull."""
    line = _one_line(text, HANDLE_LIMIT)
    others = tuple(one for one in circle.membership.labels if one.persona != persona)
    if line and len(others) >= MOST_LABELS:
        raise Full
    labels = (*others, Label(persona, line)) if line else others
    await keep(circle, replace(circle.membership, labels=labels))


def _with(standing: tuple[bytes, ...], persona: bytes, on: bool, most: int) -> tuple[bytes, ...]:
    others = tuple(one for one in standing if one != persona)
    if on and len(others) >= most:
        raise Full
    return (*others, persona) if on else others


async def mute(circle: Circle, persona: bytes, on: bool) -> None:
    """Fold away what somebody writes, or no longer. Raises Full, KeyringFull."""
    muted = _with(circle.membership.muted, persona, on, MOST_MUTED)
    await keep(circle, replace(circle.membership, muted=muted))


async def block(circle: Circle, persona: bytes, on: bool) -> None:
    """No longer see what somebody writes, or see it again. Raises Full, KeyringFull."""
    blocked = _with(circle.membership.blocked, persona, on, MOST_BLOCKED)
    await keep(circle, replace(circle.membership, blocked=blocked))


def rules_have_changed(circle: Circle) -> bool:
    """Whether the words that I agreed to are no longer those that hold."""
    return circle.charter.rules_edition > circle.membership.agreed


async def agree(circle: Circle, edition: int) -> None:
    """Agree to the rules as they stood in `edition`, which I have read."""
    seen = max(circle.membership.agreed, min(edition, circle.charter.edition))
    await keep(circle, replace(circle.membership, agreed=seen))
