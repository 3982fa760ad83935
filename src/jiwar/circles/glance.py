"""What a circle shows of its size and growth: words, never numbers.

A count of members tells who watches over a shoulder, or takes a phone, more than anybody needs (product.md §2).
"""

from __future__ import annotations

from typing import Literal

from jiwar.circles.circle import Circle

Size = Literal["small", "tens", "hundreds"]
Since = Literal["week", "month", ""]
_TENS, _HUNDREDS = 10, 100
_WEEK, _MONTH = 7, 31


def size(circle: Circle) -> Size:
    """The size of a circle, in three steps."""
    active = sum(member.active for member in circle.state.members)
    return "small" if active < _TENS else "tens" if active < _HUNDREDS else "hundreds"


def last_new_face(circle: Circle) -> Since:
    """When somebody came in last: this week, this month, or longer ago."""
    latest = max((member.day for member in circle.state.members if member.active), default=0)
    days = circle.services.clock.day() - latest
    return "week" if days < _WEEK else "month" if days < _MONTH else ""
