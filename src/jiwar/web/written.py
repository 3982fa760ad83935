"""Something that was written, whichever system wrote it: for drawing attention to it, and for removing it.

A path names it as the session sees it (`web.onething`): circle, object and slot in one name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jiwar.circles.circle import Circle
from jiwar.circles.reports import Report
from jiwar.errors import NotThere
from jiwar.systems.forum import service as forum_service
from jiwar.systems.forum import view as forum_view
from jiwar.systems.rooms import service as rooms_service
from jiwar.systems.rooms import view as rooms_view

ID = 16
SLOT = 8
NAME = 2 * ID + SLOT


@dataclass(frozen=True)
class Written:
    """One post or message that stands."""

    obj: bytes
    slot: int
    author: bytes
    words: str
    system: Literal["forum", "rooms"]


def find(circle: Circle, obj: bytes, slot: int) -> Written:
    """What stands in a slot now. Raises NotThere when it was taken away, has expired or never was."""
    try:
        post = forum_view.post(circle, obj, slot)
    except NotThere:
        message = rooms_view.message(circle, obj, slot)
        return Written(obj, slot, message.author, message.text, "rooms")
    if post.fate != "stands":
        raise NotThere
    words = f"{post.title}\n{post.text}" if post.title else post.text
    return Written(obj, slot, post.author, words, "forum")


def stands(circle: Circle, report: Report) -> bool:
    """Whether what a report shows stands there now, by the same author."""
    try:
        found = find(circle, report.obj, report.slot)
    except NotThere:
        return False
    return report.persona in (b"", found.author) and found.words.startswith(report.words)


async def take_down(circle: Circle, obj: bytes, slot: int) -> None:
    """Remove it, for stewards. Raises NotThere, NotAllowed."""
    if find(circle, obj, slot).system == "forum":
        await forum_service.take_down(circle, obj, slot)
    else:
        await rooms_service.take_down(circle, obj, slot)
