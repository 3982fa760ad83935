"""A picture beside a need or an offer: by its one-off, in one size, gone with it.

Implements spec/protocol.md §9.5. It stands in the slot of what it belongs to, under the same day and lane: so it can
be opened no longer, and whoever removes what was said there removes it too. A reader takes nothing for a picture that
a cleaner of ours (`jiwar.pictures`) could not have made.
"""

from __future__ import annotations

from jiwar.circles import oneoffs, speech
from jiwar.circles.circle import Circle
from jiwar.circles.oneoffs import Aside
from jiwar.circles.texts import is_sound, line
from jiwar.errors import BadPicture, NotCanonical, NotThere, Unopenable
from jiwar.log.shelf import Entry, Opened
from jiwar.pictures.decoder import LARGEST
from jiwar.pictures.jpeg import require_plain
from jiwar.store.contract import RecordRow
from jiwar.systems.needs import view
from jiwar.systems.needs.model import PICTURE, Picture
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import pad, unpad

SIZE = 49_152
"""Bytes of every picture's body."""
ALT_LIMIT = 160


def of(circle: Circle, shown: Shown) -> Picture | None:
    """What stands beside one that is open; the last one where there are several."""
    if shown.waits or not shown.is_open:
        return None
    aside = Aside(circle, shown.obj)
    _, opened = _beside(aside, shown)
    found = [picture for one in opened if (picture := _read(one)) is not None]
    return found[-1] if found else None


async def add(circle: Circle, obj: bytes, jpeg: bytes, alt: str) -> None:
    """Put a clean picture beside mine, in place of an older one. At once; durable when it returns.

    Raises NotThere (also while it waits), TextTooLong, BadPicture.
    """
    shown = view.mine(circle, obj)
    if shown.waits or not shown.is_open:
        raise NotThere
    _require_sound(jpeg)
    body = pad(encode(Picture(line(alt, ALT_LIMIT, required=False), jpeg)), SIZE)
    aside = oneoffs.as_one_off(circle, obj)
    own, older = _beside(aside, shown)
    await aside.log.append(Entry(obj, PICTURE, body, own.keep, slot=own.slot, day=own.day))
    await speech.erase_own(aside, obj, older)


async def take_away(circle: Circle, obj: bytes) -> None:
    """Erase what stands beside mine. Raises NotThere."""
    shown = view.mine(circle, obj)
    if not shown.waits:
        aside = oneoffs.as_one_off(circle, obj)
        await speech.erase_own(aside, obj, _beside(aside, shown)[1])


def _beside(aside: Aside, shown: Shown) -> tuple[RecordRow, list[Opened]]:
    """The row that began it, and what its one-off put beside it, in order. Raises NotThere."""
    rows = aside.log.rows(shown.obj, shown.slot, shown.slot, 1)
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
