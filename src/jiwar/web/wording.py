"""A group's words, for its care team: name, text, rules, content notes, what strangers may read, and its hour."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import publishing
from jiwar.circles.charters import (
    ABOUT_LIMIT,
    MOST_NOTES,
    MOST_QUESTIONS,
    MOST_RULES,
    NAME_LIMIT,
    NOTE_LIMIT,
    PUBLIC_LIMIT,
    QUESTION_LIMIT,
    RULE_LIMIT,
    WAYS_IN,
)
from jiwar.circles.circle import Circle
from jiwar.clock import HOURS
from jiwar.errors import BadChoice, BadInput, TextTooLong
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.care import back, caring, put
from jiwar.web.forms import Form
from jiwar.web.visit import Visit

FIELDS = ("name", "about", "rules", "notes", "public", "questions", "access", "hour")
NO_HOUR = ""


async def show_words(visit: Visit) -> Response:
    circle = caring(visit)
    charter = circle.charter
    typed = {
        "name": charter.name,
        "about": charter.about,
        "rules": "\n".join(charter.rules),
        "notes": "\n".join(charter.notes),
        "public": charter.public,
        "questions": "\n".join(charter.questions),
        "access": charter.access,
        "hour": NO_HOUR if charter.hour is None else str(charter.hour),
    }
    return _words(visit, circle, typed)


def _words(
    visit: Visit, circle: Circle, typed: dict[str, str], at: str = "", error: BadInput | None = None
) -> Response:
    return visit.page(
        "care/words.html",
        tab="more",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        typed=typed,
        most_rules=MOST_RULES,
        most_questions=MOST_QUESTIONS,
        name_limit=NAME_LIMIT,
        hours=[(NO_HOUR, visit.say("No hour"))] + [(str(hour), visit.reader.hour(hour)) for hour in range(HOURS)],
        shown=publishing.standing(circle.services, circle.id) is not None,
        at=at,
        error=visit.sentence(error) if error else "",
    )


async def write_words(visit: Visit) -> Response:
    circle = caring(visit)
    form, charter, at = visit.form, circle.charter, "name"
    try:
        name = " ".join(form.text("name", NAME_LIMIT, required=True).split())
        at = "about"
        about = form.text("about", ABOUT_LIMIT)
        at = "rules"
        rules = lines(form, "rules", RULE_LIMIT, MOST_RULES)
        at = "notes"
        notes = lines(form, "notes", NOTE_LIMIT, MOST_NOTES)
        at = "public"
        public = form.text("public", PUBLIC_LIMIT)
        at = "questions"
        questions = lines(form, "questions", QUESTION_LIMIT, MOST_QUESTIONS)
        at = "access"
        access = form.choice("access", WAYS_IN)
        at = "hour"
        chosen = form.choice("hour", (NO_HOUR, *map(str, range(HOURS))))
    except BadInput as error:
        typed = {field: form.typed(field, 20_000) for field in FIELDS}
        return _words(visit, circle, typed, at, error)
    hour = None if chosen == NO_HOUR else int(chosen)
    words = {"about": about, "rules": rules, "notes": notes, "public": public, "questions": questions}
    await put(visit, circle, replace(charter, name=name, access=access, hour=hour, **words))
    visit.tell("Saved.")
    return back(visit, circle)


def lines(form: Form, name: str, limit: int, most: int) -> tuple[str, ...]:
    """One thing a line. Raises TextTooLong, BadChoice for too many lines."""
    typed = [" ".join(line.split()) for line in form.text(name, (limit + 1) * most).splitlines()]
    kept = tuple(line for line in typed if line)
    if len(kept) > most:
        raise BadChoice
    if any(len(line) > limit for line in kept):
        raise TextTooLong(limit=limit)
    return kept


ROUTES = (At("care_words", "/group/{circle}/words", show_words, write_words),)
