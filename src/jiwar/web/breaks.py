"""Where a page of a topic breaks when its posts are long: fourteen kibibytes on the wire are all it may take.

- A page of thirty posts (`systems.forum.rules`) is shown in parts; a part takes what fits it, in the posts' order.
- What counts is what a post weighs for everybody: neither reactions nor the names that a reader gave. So a post stays
  in its part while nothing before it on its page is worded anew or erased.
- A post that would fill a part alone is shown by its beginning; the post's own page shows it whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

ROOM = 6_000
"""Bytes that posts may take of the fourteen kibibytes; the frame and the list beside them take the rest."""
POST, VOICE, QUOTE = 60, 65, 110
"""Compressed: what stands around every text, somebody who speaks for the first time, a quote."""
WHOLE, BEGINNING = 5_000, 1_500
"""Characters up to which a post is shown whole among others, and how many of a longer one."""


class Weighed(Protocol):
    """What has to be known of a post."""

    @property
    def author(self) -> bytes: ...
    @property
    def size(self) -> int: ...
    @property
    def refers(self) -> int: ...


def size(html: str) -> int:
    """What a rendered text weighs on the wire."""
    return len(zlib.compress(html.encode()))


def beginning(text: str) -> str:
    """A text as it is shown among others: whole, or cut at the end of a line or a word."""
    if len(text) <= WHOLE:
        return text
    start = text[:BEGINNING]
    at = max(start.rfind("\n", BEGINNING // 2), 0) or max(start.rfind(" "), 0) or BEGINNING
    return text[:at].rstrip() + " …"


def parts(posts: Sequence[Weighed]) -> list[range]:
    """The parts of a page: which of its posts stand in each. There is always one."""
    starts, heard, taken = [0], set[bytes](), 0
    for at, post in enumerate(posts):
        weight = _weight(post, heard)
        if at > starts[-1] and taken + weight > ROOM:
            starts.append(at)
            heard, taken = set(), 0
            weight = _weight(post, heard)
        heard.add(post.author)
        taken += weight
    return [range(first, last) for first, last in pairwise([*starts, len(posts)])]


def _weight(post: Weighed, heard: set[bytes]) -> int:
    return POST + post.size + (VOICE if post.author not in heard else 0) + (QUOTE if post.refers >= 0 else 0)
