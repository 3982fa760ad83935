"""What needs and offers are called on pages: kinds, hurry, how often, outcomes; and how one is cut for a list."""

from __future__ import annotations

import re

from jiwar.systems.needs.model import NO_DAY, NO_PART, Need, NeedCover
from jiwar.systems.needs.rules import EASY, NONE, NOW, ONCE, OVER, TODAY, WEEK, WORKED
from jiwar.web.visit import Visit

_HEADLINE = 70
_SENTENCE = re.compile(r"(.{8,70}?)[.!?؟\n]\s*", re.DOTALL)


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


KINDS = {
    "housing": _("Housing"),
    "thrown_out": _("A place tonight"),
    "transport": _("Transport"),
    "medicine": _("Medicine"),
    "urgent_medicine": _("Medicine within three days"),
    "money": _("Money"),
    "food": _("Food"),
    "company": _("Company"),
    "legal": _("Legal advice"),
    "papers": _("Papers"),
    "technical": _("Technical help"),
    "translation": _("Translation"),
    "care": _("Care"),
    "blackmail": _("Blackmail"),
}
WHEN = {NOW: _("Now"), TODAY: _("Today"), WEEK: _("This week"), EASY: _("No hurry")}
OFTEN = {ONCE: _("Once"), "days": _("Every day"), "weeks": _("Every week"), "months": _("Every month")}
REACH = {
    "": _("Not said"),
    "word": _("By a word here"),
    "chat": _("In a chat of our own"),
    "meeting": _("In a public place"),
}
OUTCOMES = {WORKED: _("It worked out"), OVER: _("No longer needed"), NONE: _("Nobody was found")}


def kind(visit: Visit, code: str) -> str:
    """A usual kind in the reader's language; the group's own as it is."""
    return visit.say(KINDS[code]) if code in KINDS else code


def when(visit: Visit, one: Need | NeedCover) -> str:
    """By when it is needed: the day, with its part where it has one, or how much hurry there is."""
    if one.day == NO_DAY:
        return visit.say(WHEN[one.when])
    return visit.reader.day(one.day) if one.part == NO_PART else visit.reader.moment(one.day, one.part)


def cut(text: str) -> tuple[str, str]:
    """The first sentence, where it is short enough for a headline, and the rest."""
    found = _SENTENCE.match(text)
    if found and text[found.end() :]:
        return found.group(1), text[found.end() :]
    if len(text) <= _HEADLINE + 30 or " " not in text[:_HEADLINE]:
        return text, ""
    head = text[:_HEADLINE].rpartition(" ")[0]
    return head + "…", "…" + text[len(head) :]
