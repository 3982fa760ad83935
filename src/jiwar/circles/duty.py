"""The duty ring: who can be woken when something is urgent, and what whoever asks may be told beforehand.

Implements spec/protocol.md §8.3. Somebody who can be woken says in which hours of the week and for what, under the
epoch's key and without a name (`nudges.Left`): so the circle can say honestly whether anybody is there now, and
nobody learns who. What is said beforehand comes from these hours alone; no figure is made up.

Whoever asks hands over what wakes those on watch; the hub rings when the request stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from jiwar.circles import nudges, texts
from jiwar.circles.circle import Circle
from jiwar.circles.nudges import CONFIDED, MOST_MARKS, TEXT_LIMIT, Left, mark
from jiwar.clock import HOURS, WEEK_HOURS
from jiwar.errors import BadChoice
from jiwar.keyring.model import Duty, Window

MOST_WINDOWS = 2
_CONFIDED = mark(CONFIDED)


@dataclass(frozen=True)
class Watch:
    """Whether somebody can be woken `now`; else in how many full hours the next one can, or `ahead` is -1: nobody."""

    now: bool
    ahead: int


def _willing(found: Iterator[Left], kind: bytes, confided: bool) -> Iterator[Left]:
    """Those of them who can be woken for that at some hour; for what no kind was said of, all. For what is `confided`
    only those who say that they are dispatchers: nobody else would find anything.
    """
    for one in found:
        kinds = set(one.kinds) - {_CONFIDED}
        if one.hours and (kind in (mark(""), *kinds) or not kinds) and (_CONFIDED in one.kinds or not confided):
            yield one


def _at(left: Left, hour: int) -> bool:
    return bool(left.hours[hour // 8] >> hour % 8 & 1)


def on_watch(circle: Circle, kind: bytes, confided: bool = False) -> frozenset[bytes]:
    """What wakes those who can be woken at this hour, sealed to the hub; me as well, if I am one of them.

    Whose phone stays silent would tell whoever carries the rings, or compares them, who asked.
    """
    hour = circle.services.clock.week_hour()
    return frozenset(one.sealed for one in _willing(nudges.all_left(circle), kind, confided) if _at(one, hour))


def watch(circle: Circle, kind: str = "", confided: bool = False) -> Watch:
    """What can be said to whoever asks now."""
    hour, willing = circle.services.clock.week_hour(), list(_willing(nudges.of_others(circle), mark(kind), confided))
    found = (ahead for ahead in range(WEEK_HOURS) if any(_at(one, (hour + ahead) % WEEK_HOURS) for one in willing))
    ahead = next(found, -1)
    return Watch(ahead == 0, ahead)


def mine(circle: Circle) -> Duty | None:
    """When I can be woken here."""
    return next((one for one in circle.member.keyring.nudge.duties if one.circle == circle.id), None)


async def stand(circle: Circle, key: bytes, windows: tuple[Window, ...], kinds: tuple[str, ...], alarm: str) -> None:
    """Let myself be woken here, in these hours, for these kinds; without windows, not any more. `key`: the hub's.

    `alarm`: the text, the same in all my circles. Raises BadChoice where I have no channel, TextMissing, TextTooLong,
    KeyringFull.
    """
    nudge = circle.member.keyring.nudge
    sound = all(0 < one.days < 128 and 0 <= one.start < HOURS and 0 < one.hours <= HOURS for one in windows)
    if not (nudge.channel and sound and len(windows) <= MOST_WINDOWS and len(kinds) <= MOST_MARKS):
        raise BadChoice
    others = tuple(one for one in nudge.duties if one.circle != circle.id)
    duties = (*others, Duty(circle.id, windows, kinds)) if windows else others
    text = texts.line(alarm, TEXT_LIMIT) if windows else nudge.alarm
    await nudges.choose(circle.member, key, replace(nudge, duties=duties, alarm=text))
