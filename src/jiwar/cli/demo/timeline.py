"""When each thing of the demo happens, so that nothing lies in the future and every word fits its hour.

Pure. A moment is (day, step): days since 1970, and the steps of a day from morning to night, which the hub's clock
calls the part of the day. A thread that would reach past the present moment happened a day earlier as a whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from jiwar.cli.demo.content import Community, Post, Thread

Moment = tuple[int, int]
STEPS = ("morning", "noon", "afternoon", "evening", "night")
HOURS = (8.0, 12.0, 15.5, 20.0, 23.25)
"""An hour inside each step."""
_FIRST_HOURS = (5, 11, 14, 18, 23)
DAWN = -1
"""The step of a moment before today's morning."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something. `place` counts in the thread; `reaction` is for verb `react`."""

    moment: Moment
    verb: str
    by: str
    thread: int
    place: int
    reaction: str = ""


_IN_A_STEP = ("post", "edit", "react", "retract")


def moment_of(seconds: float, offset_hours: float) -> Moment:
    """The present moment. Days turn with UTC, steps with the community's hours: past midnight is still the night."""
    hour = seconds % 86_400 / 3_600 + offset_hours
    return int(seconds // 86_400), sum(hour >= first for first in _FIRST_HOURS) - 1


def acts(community: Community, now: Moment) -> list[Act]:
    """Everything that is said and done, in order."""
    found = [act for place, thread in enumerate(community.threads) for act in _acts_of(place, thread, now)]
    return sorted(found, key=lambda act: (act.moment, _IN_A_STEP.index(act.verb)))


def _acts_of(number: int, thread: Thread, now: Moment) -> Iterator[Act]:
    for place, (post, moment) in enumerate(zip(thread.posts, moments(thread, now), strict=True)):
        yield Act(moment, "post", post.by, number, place)
        if post.edited:
            yield Act(moment, "edit", post.by, number, place)
        if post.retracted:
            yield Act(min((moment[0] + 1, moment[1]), now), "retract", post.by, number, place)
        for reaction, people in post.reactions.items():
            for person in people:
                yield Act(moment, "react", person, number, place, reaction)


def moments(thread: Thread, now: Moment) -> list[Moment]:
    """When each post of a thread was written; never after `now`."""
    today, step = now
    early = step if step != DAWN else len(STEPS) - 1
    steps = [at for day, posts in groupby(thread.posts, _day) for at in _steps(list(posts), early if day == 0 else 4)]
    newest = max((at for at, post in zip(steps, thread.posts, strict=True) if post.day == 0), default=DAWN)
    back = 1 if newest > step else 0
    return [(today - post.day - back, at) for at, post in zip(steps, thread.posts, strict=True)]


def _day(post: Post) -> int:
    return post.day


def _steps(posts: list[Post], last: int) -> list[int]:
    """The steps of one day's posts: as written, or spread over the day, until `last`, where nothing is written."""
    if posts[0].part:
        return [STEPS.index(post.part) for post in posts]
    # The same for every run; other posts, another hour.
    start = zlib.crc32(posts[0].body.encode()) % min(last + 1, 4)
    return [min(start + place // 2, last) for place, _ in enumerate(posts)]


def arrivals(happened: list[Act], community: Community) -> dict[tuple[str, str], Moment]:
    """When each (person, circle) came in: with their first act there."""
    found: dict[tuple[str, str], Moment] = {}
    for act in happened:
        key = act.by, community.threads[act.thread].circle
        found.setdefault(key, act.moment)
    return found
