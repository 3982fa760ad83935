"""Answerable topics: what everybody is told of who can open one, and the page on which two of the care team do it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import roles
from jiwar.circles.circle import Circle
from jiwar.errors import BadInput, Damaged, NotThere, Refused
from jiwar.systems.forum import opening, unnamed, view
from jiwar.systems.forum.opening import NOBODY, REASON_LIMIT, Asked
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.faces import known_as
from jiwar.web.limits import WRITE
from jiwar.web.persons import Person, person
from jiwar.web.visit import Visit

VERBS = ("ask", "agree", "look", "decline", "withdraw")
_ID = 16


# what everybody is told


@dataclass(frozen=True)
class Answered:
    """What a topic's page says: for whom the name is sealed, stewards still or not; the day on which two of them
    opened it, or 0; the page for that, for those who can.
    """

    names: tuple[str, ...]
    day: int
    href: str


def answered(visit: Visit, circle: Circle, here: Circle, obj: bytes) -> Answered | None:
    """`here`: the circle as it is for this topic."""
    if not isinstance(here, unnamed.Here):
        return None
    names = _names(visit, circle, unnamed.whatever_is_sealed(here.first).recipients)
    if not any(names):
        return None
    mine = circle.log.persona.key in unnamed.sealed_in(here, here.first).recipients
    can_open = mine and roles.care_of(circle) is not None
    href = visit.site.paths.url("opening", topic=visit.object_name(circle.id, obj)) if can_open else ""
    return Answered(tuple(filter(None, names)), opening.told(circle, obj), href)


def _names(visit: Visit, circle: Circle, personas: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(known_as(circle, one, visit.reader.language) for one in personas)


# the care team


@dataclass(frozen=True)
class Row:
    """What was asked about one topic, for the care team's page; `mine`: it waits for my word."""

    href: str
    title: str
    by: str
    mine: bool
    done: bool


def rows(visit: Visit, circle: Circle, inner: Circle) -> list[Row]:
    me = circle.log.persona.key
    return [
        Row(
            visit.site.paths.url("opening", topic=visit.object_name(circle.id, one.topic)),
            _title(circle, one.topic),
            known_as(circle, one.by, visit.reader.language),
            bool(one.to_open) if one.by == me else one.is_open and one.awaits(me),
            bool(one.agreed),
        )
        for one in opening.all_asked(inner)
    ]


def _title(circle: Circle, topic: bytes) -> str:
    """Empty for a topic that is gone."""
    try:
        return view.topic(circle, topic).cover.title
    except NotThere:
        return ""


@dataclass(frozen=True)
class Asking:
    """What was asked, as I see it.

    to_open: who agreed since I asked and looked; agrees: I did. who: whoever began the topic, where I opened that;
    `nobody`: what came together names none.
    """

    key: str
    by: Person
    day: int
    reason: str
    agreed: tuple[str, ...]
    declined: tuple[str, ...]
    mine: bool
    to_open: tuple[str, ...]
    agrees: bool
    awaits_me: bool
    open: bool
    who: Person | None
    nobody: bool


def _addressed(visit: Visit) -> tuple[Circle, Circle, bytes]:
    """The circle, its care team's, and the topic that the path names. Raises NotThere."""
    circle, topic = visit.addressed("topic")
    inner = roles.care_of(circle)
    if inner is None:
        raise NotThere
    return circle, inner, topic


async def show(visit: Visit) -> Response:
    return _page(visit, *_addressed(visit))


def _page(visit: Visit, circle: Circle, inner: Circle, topic: bytes, error: str = "", status: int = 200) -> Response:
    asked, me = opening.about(inner, topic), circle.log.persona.key
    names, may_ask = tuple[str, ...](), False
    try:
        here = opening.here(circle, topic)
        recipients = unnamed.sealed_in(here, here.first).recipients
        names = _names(visit, circle, tuple(one for one in recipients if one != me))
        may_ask = me in recipients and not any(one.by == me or one.awaits(me) or one.agreed for one in asked)
    except NotThere:
        if not asked:
            raise
    key, title = visit.object_name(circle.id, topic), _title(circle, topic)
    return visit.page(
        "care/opening.html",
        tab="talk",
        status=status,
        key=visit.circle_name(circle.id),
        here=visit.site.paths.url("opening", topic=key),
        topic=visit.site.paths.url("topic", topic=key) if title else "",
        title=title,
        names=names,
        asked=[_asking(visit, circle, one) for one in asked],
        may_ask=may_ask,
        typed=visit.form.typed("reason", 2 * REASON_LIMIT),
        limit=REASON_LIMIT,
        error=error,
    )


def _asking(visit: Visit, circle: Circle, one: Asked) -> Asking:
    who, me = opening.opened(circle, one), circle.log.persona.key
    return Asking(
        key=visit.object_name(circle.id, one.obj),
        by=person(visit, circle, one.by),
        day=one.said.day,
        reason=one.said.reason,
        agreed=_names(visit, circle, tuple(one.agreed)),
        declined=_names(visit, circle, tuple(sorted(one.declined))),
        mine=one.by == me,
        to_open=_names(visit, circle, tuple(one.to_open)) if one.by == me else (),
        agrees=me in one.agreed,
        awaits_me=one.awaits(me) and one.is_open,
        open=one.is_open,
        who=person(visit, circle, who) if who else None,
        nobody=who == NOBODY,
    )


async def act(visit: Visit) -> Response:
    """Ask with a reason; agree, which tells everybody; look at what comes of it, as who asked; decline; or withdraw
    what I asked.
    """
    circle, inner, topic = _addressed(visit)
    verb = visit.form.choice("do", VERBS)
    try:
        visit.limit(WRITE)
        if verb == "ask":
            await opening.ask(circle, inner, topic, visit.form.typed("reason", 2 * REASON_LIMIT))
        else:
            await _answer(visit, circle, inner, verb)
    except (BadInput, Refused) as error:
        return _page(visit, circle, inner, topic, visit.sentence(error), messages.status(error))
    except Damaged:
        said = visit.say("What was sealed here for me doesn't open. Another one who can open it may have more luck.")
        return _page(visit, circle, inner, topic, said, 409)
    await visit.member.flush()
    if verb == "withdraw":
        visit.tell("Withdrawn.")
        return visit.go("care", circle=visit.circle_name(circle.id))
    return visit.go("opening", topic=visit.object_name(circle.id, topic))


async def _answer(visit: Visit, circle: Circle, inner: Circle, verb: str) -> None:
    asking = visit.stable(visit.form.typed("asking"))[_ID:]
    if verb == "agree":
        await opening.agree(circle, inner, asking)
    elif verb == "look":
        await opening.look(circle, inner, asking)
    elif verb == "decline":
        await opening.decline(inner, asking)
    else:
        await opening.withdraw(inner, asking)


ROUTES = (At("opening", "/talk/name/{topic}", show, act),)
