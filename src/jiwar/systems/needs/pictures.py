"""A picture beside a need or an offer: by its one-off, in one size, gone with it.

Implements spec/protocol.md §9.5. One that comes with the words stands in the slot behind theirs, one that is added
later in theirs; both under the words' day and lane, so that it can be opened no longer. Whoever removes what was said
removes it too. A reader takes nothing for a picture that a cleaner of ours (`jiwar.pictures`) could not have made.
"""

from __future__ import annotations

from jiwar.circles import oneoffs, speech
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Aside, With
from jiwar.circles.texts import is_sound, line
from jiwar.errors import BadPicture, NotCanonical, NotThere, Unopenable
from jiwar.log.shelf import LAST_NUMBER, Entry, Opened
from jiwar.pictures.decoder import LARGEST
from jiwar.pictures.jpeg import require_plain
from jiwar.store.contract import RecordRow
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.model import PICTURE, Need, Picture
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import pad, unpad

SIZE = 49_152
"""Bytes of every picture's body."""
ALT_LIMIT = 160
BEHIND = 3
"""Slots behind the words in which one is looked for that came with them: anybody can write there."""


def of(circle: Circle, shown: Shown) -> Picture | None:
    """What stands beside one that is open; the last one where there are several."""
    if shown.waits or not shown.is_open:
        return None
    aside = Aside(circle, shown.obj)
    found = [picture for one in _beside(aside, shown)[1] if (picture := _read(one)) is not None]
    return found[-1] if found else None


def body_of(picture: Picture) -> bytes:
    """What is written of a picture. Raises TextTooLong, BadPicture."""
    _require_sound(picture.jpeg)
    return pad(encode(Picture(line(picture.alt, ALT_LIMIT, required=False), picture.jpeg)), SIZE)


def coming_with(need: Need, picture: Picture, day: int, part: int) -> With:
    """What a need brings along that has a picture from the beginning. Raises TextTooLong, BadPicture."""
    return With(PICTURE, body_of(picture), encode(rules.cover(need, day, part, photo=True)))


async def add(circle: Circle, obj: bytes, jpeg: bytes, alt: str) -> None:
    """Put a clean picture beside mine, in place of an older one. At once; durable when it returns.

    Raises NotThere (also while it waits), TextTooLong, BadPicture.
    """
    shown = view.mine(circle, obj)
    if shown.waits or not shown.is_open:
        raise NotThere
    await _put(circle, shown, body_of(Picture(alt, jpeg)))


async def take_away(circle: Circle, obj: bytes) -> None:
    """Erase what stands beside mine, and have lists say so. Raises NotThere."""
    shown = view.mine(circle, obj)
    if not shown.waits and of(circle, shown) is not None:
        await _put(circle, shown, b"")


async def _put(circle: Circle, shown: Shown, body: bytes) -> None:
    """A picture, or none, in place of what stands there."""
    aside = oneoffs.as_one_off(circle, shown.obj)
    own, older = _beside(aside, shown)
    cover = encode(rules.cover(shown.need, shown.day, max(shown.part, 0), photo=bool(body)))
    entry = Entry(shown.obj, PICTURE, body, own.keep, slot=own.slot, day=own.day)
    await aside.log.append(entry, lambda _: cover)
    await speech.erase_own(aside, shown.obj, older)


async def erase(circle: Circle, shown: Shown) -> None:
    """Leave nothing beside mine, before its words go."""
    aside = oneoffs.as_one_off(circle, shown.obj)
    await speech.erase_own(aside, shown.obj, _beside(aside, shown)[1])


async def take_down(circle: Circle, shown: Shown) -> None:
    """Remove what stands in slots of its own, as a steward or moderator. Raises NotAllowed."""
    aside = Aside(circle, shown.obj)
    own, found = _beside(aside, shown)
    for slot in sorted({one.slot for one in found} - {own.slot}):
        await speech.take_down_rows(aside, shown.obj, aside.log.rows(shown.obj, slot, slot, 1))


def _beside(aside: Aside, shown: Shown) -> tuple[RecordRow, list[Opened]]:
    """The row that began it, and what its one-off put beside or behind it, in order. Raises NotThere."""
    rows = aside.log.rows(shown.obj, shown.slot, LAST_NUMBER, 1 + BEHIND)
    if not rows:
        raise NotThere
    opened = aside.log.readable(shown.obj, [row for row in rows if row.value])
    counting = speech.what_counts(rows[0], opened, speech.judge_of(aside))
    return rows[0], [one for one in counting if one.kind == PICTURE and aside.is_its_own(one.author)]


def _read(one: Opened) -> Picture | None:
    try:
        return read(one.body)
    except NotCanonical:
        return None


def read(body: bytes) -> Picture:
    """A body as `add` makes it. Raises NotCanonical."""
    try:
        picture = decode(unpad(body), Picture)
        _require_sound(picture.jpeg)
    except (Unopenable, BadPicture):
        raise NotCanonical from None
    if len(body) != SIZE or not is_sound(picture.alt, ALT_LIMIT, required=False):
        raise NotCanonical
    return picture


def _require_sound(jpeg: bytes) -> None:
    if len(jpeg) > LARGEST:
        raise BadPicture
    require_plain(jpeg)
