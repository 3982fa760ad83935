"""What a charter may say, and how its editions follow each other. Pure.

Implements spec/protocol.md §4.3. Every edition has a number; `rules_edition` is the one in which the words that
people agree to changed last, so that a change of the weather asks nobody to agree again.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.model import ASKED, HIDDEN, LINK, OPEN, Charter
from jiwar.circles.policy import (
    ADVICE_LIMIT,
    AREA_LIMIT,
    ASKED_LIMIT,
    CURRENCY_LIMIT,
    KIND_LIMIT,
    MOST_AREAS,
    MOST_ASKED,
    MOST_COUNTERS,
    MOST_KINDS,
    MOST_READY,
    READY_LIMIT,
    STEPS,
    UNNAMED_WAYS,
    WINDOW_TEXT_LIMIT,
    Aid,
    Counter,
    Fund,
    HelpDesk,
    Policy,
    Welcome,
)
from jiwar.circles.texts import is_clean
from jiwar.clock import HOURS
from jiwar.errors import BadChoice, TextMissing, TextTooLong
from jiwar.keyring.epochs import LANES

NAME_LIMIT = 60
ABOUT_LIMIT = 2_000
RULE_LIMIT = 300
MOST_RULES = 24
NOTE_LIMIT = 60
MOST_NOTES = 24
PUBLIC_LIMIT = 1_200
QUESTION_LIMIT = 160
MOST_QUESTIONS = 3
WAYS_IN = (LINK, HIDDEN, ASKED, OPEN)
LONGEST_INVITE = 7
"""Days: the link stays in somebody's history and chat log, and an image of the disk may be older than its use."""
MOST_USES = 10
IDLE_MINUTES = (5, 10, 20)
WELCOME_DAYS = (1, 7, 30)
VOUCH_DAYS = (30, 90, 365)
MOST_VOUCHES = 9


def require_sound(charter: Charter) -> None:
    """Raises TextMissing, TextTooLong, BadChoice: a charter that would break pages or keys never comes into force."""
    require_sound_words(charter.name, charter.public, charter.rules, charter.questions)
    _require_short([charter.about], ABOUT_LIMIT, 1)
    _require_short(charter.notes, NOTE_LIMIT, MOST_NOTES)
    if charter.access not in WAYS_IN or not 0 <= charter.level < len(charter.levels):
        raise BadChoice
    if charter.hour is not None and not 0 <= charter.hour < HOURS:
        raise BadChoice
    for policy in charter.levels:
        _require_sound_row(policy)
    if charter.unnamed not in UNNAMED_WAYS:
        raise BadChoice
    _require_sound_aid(charter.aid)
    _require_sound_window(charter.window)
    _require_sound_fund(charter.fund)


def _require_sound_aid(aid: Aid) -> None:
    _require_short(aid.kinds, KIND_LIMIT, MOST_KINDS)
    _require_short(aid.areas, AREA_LIMIT, MOST_AREAS)
    _require_short(aid.questions, ASKED_LIMIT, MOST_ASKED)


def _require_sound_window(window: HelpDesk) -> None:
    if window.on and not (window.name and window.counters):
        raise TextMissing
    _require_short_posted(window.name, window.text, window.counters)
    _require_short(window.ready, READY_LIMIT, MOST_READY)


def _require_sound_fund(fund: Fund) -> None:
    if fund.on and not fund.currency:
        raise TextMissing
    _require_short([fund.currency], CURRENCY_LIMIT, 1)
    if fund.step not in STEPS:
        raise BadChoice


def require_sound_posted(name: str, text: str, counters: tuple[Counter, ...]) -> None:
    """What strangers read at an open window. Raises TextMissing, TextTooLong, BadChoice."""
    if not name or not counters:
        raise TextMissing
    _require_short_posted(name, text, counters)


def _require_short_posted(name: str, text: str, counters: tuple[Counter, ...]) -> None:
    kinds = [one.kind for one in counters]
    if not all(kinds):
        raise TextMissing
    _require_short([name], NAME_LIMIT, 1)
    _require_short([text], WINDOW_TEXT_LIMIT, 1)
    _require_short(kinds, KIND_LIMIT, MOST_COUNTERS)
    _require_short([one.advice for one in counters], ADVICE_LIMIT, MOST_COUNTERS)


def require_sound_words(name: str, public: str, rules: tuple[str, ...], questions: tuple[str, ...]) -> None:
    """What of a charter strangers may read, where it is published. Raises TextMissing, TextTooLong, BadChoice."""
    if not name:
        raise TextMissing
    _require_short([name], NAME_LIMIT, 1)
    _require_short([public], PUBLIC_LIMIT, 1)
    _require_short(rules, RULE_LIMIT, MOST_RULES)
    _require_short(questions, QUESTION_LIMIT, MOST_QUESTIONS)


def _require_short(texts: list[str] | tuple[str, ...], limit: int, most: int) -> None:
    if len(texts) > most:
        raise BadChoice
    if any(len(text) > limit for text in texts):
        raise TextTooLong(limit=limit)
    if not all(map(is_clean, texts)):
        raise BadChoice


def _require_sound_row(policy: Policy) -> None:
    """Lanes that have keys, invitations that end, sessions that rest."""
    sound = (
        policy.topic_days in LANES
        and policy.room_days in LANES
        and 1 <= policy.invite_days <= LONGEST_INVITE
        and 1 <= policy.invite_uses <= MOST_USES
        and policy.idle_minutes in IDLE_MINUTES
        and _is_sound_welcome(policy.welcome)
    )
    if not sound:
        raise BadChoice


def _is_sound_welcome(welcome: Welcome) -> bool:
    enough = (welcome.known, welcome.greeter, welcome.moderator)
    return (
        welcome.days in WELCOME_DAYS
        and all(0 <= one <= MOST_VOUCHES for one in enough)
        and welcome.vouch_days in VOUCH_DAYS
        and 1 <= welcome.vouches <= MOST_VOUCHES
    )


def _agreed_words(charter: Charter) -> tuple[str, tuple[str, ...]]:
    return charter.about, charter.rules


def next_edition(standing: Charter, wanted: Charter) -> Charter:
    """`wanted` as the edition after `standing`."""
    edition = standing.edition + 1
    changed = _agreed_words(standing) != _agreed_words(wanted)
    return replace(wanted, edition=edition, rules_edition=edition if changed else standing.rules_edition)


def require_next(standing: Charter, wanted: Charter) -> None:
    """Raises BadChoice unless the numbers of `wanted` are those that follow."""
    if wanted != next_edition(standing, wanted):
        raise BadChoice
