"""The rules of needs and offers: what one may say, how long it stands, how its cover follows. Pure.

Implements spec/protocol.md §9.5.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from msgspec.structs import replace

from jiwar.circles import rights
from jiwar.circles.oneoffs import SIZE, unsized
from jiwar.circles.policy import AREA_LIMIT, ASKED_LIMIT, KIND_LIMIT, MOST_ASKED, Aid
from jiwar.circles.rights import Right
from jiwar.circles.texts import excerpt, is_sound, line, passage
from jiwar.crypto.envelopes import require_sound_key
from jiwar.errors import BadChoice, BadInput, BadSignature, NotCanonical, TextTooLong
from jiwar.keyring.epochs import LANES
from jiwar.systems.needs.model import NEED, NO_DAY, NO_PART, OFFER, Need, NeedCover
from jiwar.wire.canonical import decode, encode

USUAL = (
    *("housing", "thrown_out", "transport", "medicine", "urgent_medicine", "money", "food", "company", "legal"),
    *("papers", "technical", "translation", "care", "blackmail"),
)
"""Kinds that a charter begins with; it may have others, in the group's own words."""
URGENT = frozenset({"thrown_out", "urgent_medicine", "blackmail"})
NOW, TODAY, WEEK, EASY = WHEN = ("now", "today", "week", "easy")
ONCE = "once"
OFTEN = (ONCE, "days", "weeks", "months")
WORKED, OVER, NONE = OUTCOMES = ("worked", "over", "none")
"""It worked out; it is no longer needed; nobody was found."""
REACH = ("", "word", "chat", "meeting")
"""How somebody would rather be reached: unsaid; by a word here; in a chat of their own; in a public place."""
TEXT_LIMIT, LANGUAGES_LIMIT, CONDITIONS_LIMIT, ANSWER_LIMIT = 600, 60, 200, 100
EXCERPT = 160
MOST_MANY = 99
LAST_DAY = 2_900_000
"""Calendars end soon after."""
FURTHEST = 90
"""Days ahead that a need may name."""
PARTS = range(5)
SIDES = (NEED, OFFER)
_DAYS = {NOW: 1, TODAY: 1, WEEK: 7, EASY: 30}
COORDINATES = re.compile(r"\d{1,3}[.,٫]\d{3,}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form sent."""

    side: str
    text: str
    when: str = WEEK
    area: str = ""
    kind: str = ""
    day: int = NO_DAY
    part: int = NO_PART
    many: int = 1
    often: str = ONCE
    languages: str = ""
    conditions: str = ""
    reach: str = ""
    answers: tuple[tuple[str, str], ...] = ()


def kinds(aid: Aid) -> tuple[str, ...]:
    """What is asked for in a circle."""
    return aid.kinds or USUAL


def new_need(wish: Wish, aid: Aid, today: int, kem: bytes, inbox: bytes, right: Right = rights.NONE) -> Need:
    """Raises TextMissing, TextTooLong, BadChoice (also for coordinates: an area is a name)."""
    area = line(wish.area, AREA_LIMIT, required=False)
    _require(wish.side in SIDES and wish.when in WHEN and wish.often in OFTEN and 1 <= wish.many <= MOST_MANY)
    _require(not wish.kind or wish.kind in kinds(aid))
    _require(not area or not aid.areas or area in aid.areas)
    _require(not COORDINATES.search(area))
    _require(wish.day == NO_DAY or today <= wish.day <= today + FURTHEST)
    _require(wish.part == NO_PART or (wish.day != NO_DAY and wish.part in PARTS))
    _require(wish.reach in REACH and all(question in aid.questions for question, _ in wish.answers))
    need = Need(
        side=wish.side,
        text=passage(wish.text, TEXT_LIMIT),
        kind=wish.kind,
        area=area,
        when=wish.when,
        day=wish.day,
        part=wish.part,
        many=wish.many,
        often=wish.often,
        languages=line(wish.languages, LANGUAGES_LIMIT, required=False),
        conditions=line(wish.conditions, CONDITIONS_LIMIT, required=False),
        outcome="",
        kem=kem,
        inbox=inbox,
        right=right,
        reach=wish.reach,
        answers=_answered(wish),
    )
    if len(encode(need)) >= SIZE:
        raise TextTooLong(limit=TEXT_LIMIT)
    return need


def _answered(wish: Wish) -> tuple[tuple[str, str], ...]:
    """The questions that have an answer. Raises TextTooLong."""
    answers = ((question, line(answer, ANSWER_LIMIT, required=False)) for question, answer in wish.answers)
    return tuple((question, answer) for question, answer in answers if answer)


def _require(sound: bool) -> None:
    if not sound:
        raise BadChoice


def wish_of(need: Need) -> Wish:
    """What a form would have sent for it."""
    return Wish(
        *(need.side, need.text, need.when, need.area, need.kind, need.day, need.part, need.many, need.often),
        *(need.languages, need.conditions, need.reach, need.answers),
    )


def still(wish: Wish, aid: Aid, today: int) -> Wish:
    """The same wish, without what doesn't hold any more: a day that is over, a kind or an area that went."""
    passed = wish.day != NO_DAY and wish.day < today
    return dataclasses.replace(
        wish,
        day=NO_DAY if passed else wish.day,
        part=NO_PART if passed else wish.part,
        kind=wish.kind if wish.kind in kinds(aid) else "",
        area=wish.area if not aid.areas or wish.area in aid.areas else "",
        answers=tuple((question, answer) for question, answer in wish.answers if question in aid.questions),
    )


def is_urgent(need: Need) -> bool:
    """Whether it wakes people: it is asked for, not offered, and wanted at once, or of a kind that always is."""
    return need.side == NEED and (need.kind in URGENT or need.when == NOW)


def beside(need: Need) -> bytes:
    """Everything of a need but its words, for who is told of it in a letter that has them already."""
    return encode(replace(need, text=""))


def told(text: str, more: bytes) -> Need:
    """What a letter said: its words, and `beside`. Raises NotCanonical."""
    need = replace(decode(more, Need), text=text)
    if not _is_sound(need) or need.outcome:
        raise NotCanonical
    return need


def ended(need: Need, outcome: str) -> Need:
    """It with its outcome, and nothing of what it said. Raises BadChoice."""
    _require(outcome in OUTCOMES)
    gone = replace(need, text="", area="", languages="", conditions="", day=NO_DAY, part=NO_PART)
    return replace(gone, reach="", answers=(), outcome=outcome)


def lane(need: Need, today: int, longest: int) -> int:
    """For how many days it stands: by its hurry, not over before the day that it names, and no longer than the policy
    says.
    """
    wanted = max(_DAYS[need.when], need.day - today)
    return next((days for days in LANES if days >= wanted and days <= longest), min(longest, LANES[-1]))


def read(body: bytes) -> Need:
    """A body as `new_need` or `ended` make it, in the one size. Raises NotCanonical."""
    need = decode(unsized(body), Need)
    if not _is_sound(need):
        raise NotCanonical
    return need


def is_sound_need(body: bytes) -> bool:
    """Whether a body says something."""
    try:
        return bool(read(body))
    except NotCanonical:
        return False


def _is_sound(need: Need) -> bool:
    # What is a kind or an area in this circle may have changed since: any short word stands.
    return (
        need.side in SIDES
        and need.when in WHEN
        and need.often in OFTEN
        and need.outcome in ("", *OUTCOMES)
        and is_sound(need.text, TEXT_LIMIT, lines=True, required=not need.outcome)
        and is_sound(need.kind, KIND_LIMIT, required=False)
        and is_sound(need.area, AREA_LIMIT, required=False)
        and not COORDINATES.search(need.area)
        and is_sound(need.languages, LANGUAGES_LIMIT, required=False)
        and is_sound(need.conditions, CONDITIONS_LIMIT, required=False)
        and 1 <= need.many <= MOST_MANY
        and _is_sound_day(need.day, need.part)
        and len(need.inbox) == 32
        and _is_sound_key(need.kem)
        and rights.is_sound(need.right)
        and need.reach in REACH
        and _are_sound_answers(need.answers)
    )


def _are_sound_answers(answers: tuple[tuple[str, str], ...]) -> bool:
    # What is asked in this circle may have changed since, as with kinds.
    return len(answers) <= MOST_ASKED and all(
        is_sound(question, ASKED_LIMIT) and is_sound(answer, ANSWER_LIMIT) for question, answer in answers
    )


def _is_sound_day(day: int, part: int) -> bool:
    return 0 <= day <= LAST_DAY and (part == NO_PART or (day != NO_DAY and part in PARTS))


def _is_sound_key(kem: bytes) -> bool:
    try:
        require_sound_key(kem)
    except (BadInput, BadSignature):
        return False
    return True


def cover(need: Need, day: int, part: int, photo: bool = False) -> NeedCover:
    """What lists show of it."""
    return NeedCover(
        *(need.side, excerpt(need.text, EXCERPT), need.kind, need.area, need.when, need.day, need.part, need.many),
        *(day, part, need.right, photo),
    )


def taken_away(side: str) -> NeedCover:
    """What lists show of one whose words are gone: nothing."""
    return NeedCover(side, "", "", "", EASY, NO_DAY, NO_PART, 1, 0, 0)


def is_sound_cover(shown: NeedCover) -> bool:
    """Whether `cover` could have made it."""
    return (
        shown.side in SIDES
        and shown.when in WHEN
        and is_sound(shown.text, EXCERPT + 1, required=False)
        and is_sound(shown.kind, KIND_LIMIT, required=False)
        and is_sound(shown.area, AREA_LIMIT, required=False)
        and 1 <= shown.many <= MOST_MANY
        and _is_sound_day(shown.day, shown.part)
        and shown.said_day >= 0
        and shown.said_part in PARTS
        and rights.is_sound(shown.right)
    )
