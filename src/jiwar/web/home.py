"""Home: what waits for me, two things to do, and what is new in my groups."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from jiwar.circles import glance, people
from jiwar.circles.asking import is_answered
from jiwar.circles.circle import Circle
from jiwar.circles.entering import keys_arrived
from jiwar.errors import BadProof
from jiwar.web import cases, greeting, practice, thanks, together, unnamed, week
from jiwar.web.app import At
from jiwar.web.faces import colour, known_as, letter
from jiwar.web.keepers import begun_in
from jiwar.web.known import RoomState, TopicState
from jiwar.web.lately import Lately, Rows, open_circles
from jiwar.web.needs import own_rows, settle, with_aid, with_cases
from jiwar.web.offers import question
from jiwar.web.returning import followed
from jiwar.web.visit import Visit

FOR_ME = 3
GROUPS = 8
FROM_EACH = 12
"""Topics of each group that are looked at."""
NEW_DAYS = 7


@dataclass(frozen=True)
class ForMe:
    """Something that waits for me: answers to what I began, or somebody who quoted me."""

    title: str
    href: str
    answers: int
    by: str
    order: tuple[int, int, int]


@dataclass(frozen=True)
class Group:
    """One of my groups, with what is new in it."""

    name: str
    href: str
    letter: str
    colour: int
    unread: int
    last: Markup
    topic: str
    order: tuple[int, int, int]


@dataclass(frozen=True)
class Alert:
    """The one band at the top: kind, and where it leads."""

    kind: str
    name: str = ""
    href: str = ""


@dataclass(frozen=True)
class _Seen:
    """What home read of one circle."""

    rows: Rows
    topics: list[TopicState]
    rooms: list[tuple[RoomState, Lately]]


def _look(visit: Visit, circle: Circle) -> _Seen:
    rows = Rows(visit, circle)
    rooms = [(room, rows.lately(room)) for room in rows.reading.rooms()]
    return _Seen(rows, rows.reading.topics(limit=FROM_EACH), rooms)


async def show(visit: Visit) -> Response:
    circles, damaged = open_circles(visit)
    damaged |= any(not _is_whole(circle) for circle in circles)
    seen = [_look(visit, circle) for circle in circles]
    mine = sorted((one for each in seen for one in _for_me(visit, each)), key=lambda one: one.order, reverse=True)
    groups = sorted((_group(visit, each) for each in seen), key=lambda one: one.order, reverse=True)
    helping = with_aid(circles)
    boards = with_cases(visit, helping)
    for circle in boards:
        await settle(circle)
    await unnamed.settle(circles)
    cared = [one for circle in boards for one in cases.rows(visit, circle) if one.waits][:FOR_ME]
    ending = [one for circle in helping for one in own_rows(visit, circle) if one.calls][:FOR_ME]
    thanked = [one for circle in helping for one in thanks.rows(visit, circle)][:FOR_ME]
    faces = [one for circle in circles for one in greeting.waiting(visit, circle)][:FOR_ME]
    arrivals = (greeting.arrival(visit, circle) for circle in sorted(circles, key=lambda one: -one.membership.joined))
    return visit.page(
        "home/home.html",
        tab="home",
        part=visit.services.clock.part(),
        together=together.today(visit, circles),
        alert=_alert(visit, circles, damaged),
        mine=mine[: max(0, FOR_ME - len(faces) - len(ending) - len(cared) - len(thanked))],
        thanked=thanked,
        ending=ending,
        cared=cared,
        faces=faces,
        arrival=next((one for one in arrivals if one), None),
        week=next((one for each in seen if (one := week.on_home(visit, each.rows.circle, each.topics))), None),
        question=question(visit.reader.language.code, visit.services.clock.day()),
        groups=groups[:GROUPS],
        begin=visit.site.paths.url("new_topic"),
        helping=bool(helping),
        greet=_greeting_place(visit, seen),
        quiet=not (mine or ending or cared or thanked) and not any(group.unread for group in groups),
        groupless=not circles,
        practice=practice.is_due(visit),
    )


def _is_whole(circle: Circle) -> bool:
    """Whether the circle's log has only grown since I was here."""
    try:
        circle.check_tree()
    except BadProof:
        return False
    return True


def _for_me(visit: Visit, seen: _Seen) -> list[ForMe]:
    """New answers in topics that I began, and new posts that quote me."""
    reading, circle, found = seen.rows.reading, seen.rows.circle, []
    for topic in seen.topics:
        cover, read = topic.cover, circle.trail.read_up_to(topic.obj)
        calls = [call for call in cover.calls if reading.is_mine(call.persona) and call.since > read]
        answers = reading.unread(topic) if reading.is_mine(cover.author) else 0
        if answers or calls:
            href = visit.site.paths.url("topic", topic=visit.object_name(circle.id, topic.obj)) + "#new"
            by = "" if answers else known_as(circle, cover.last_author, visit.reader.language)
            order = (cover.last_day, cover.last_part, topic.head)
            found.append(ForMe(cover.title, href, answers, by, order))
    return found


def _group(visit: Visit, seen: _Seen) -> Group:
    circle, reading = seen.rows.circle, seen.rows.reading
    unread = sum(map(reading.unread, seen.topics)) + sum(lately.unread for _, lately in seen.rooms)
    topic = max(seen.topics, key=lambda one: (one.cover.last_day, one.cover.last_part, one.head), default=None)
    said = max((lately.last for _, lately in seen.rooms if lately.last), key=lambda one: one.slot, default=None)
    last, title, order = Markup(""), "", (-1, 0, -1)
    if topic is not None:
        title, order = topic.cover.title, (topic.cover.last_day, topic.cover.last_part, topic.head)
    if said is not None and (said.day, max(said.part, 0), said.slot) > order:
        last, title = Markup(seen.rows.words(said)), ""  # noqa: S704 - escaped where it is made
        order = (said.day, max(said.part, 0), said.slot)
    href = visit.site.paths.url("talk", circle=visit.circle_name(circle.id))
    return Group(circle.name, href, letter(circle.name), colour(circle.id), unread, last, title, order)


def _greeting_place(visit: Visit, seen: list[_Seen]) -> str:
    """The liveliest room, or where one is opened."""
    url = visit.site.paths.url
    lively = [
        ((lately.last.day, max(lately.last.part, 0)) if lately.last else (-1, 0), each.rows.circle.id, room.obj)
        for each in seen
        for room, lately in each.rooms
    ]
    if not lively:
        return url("new_room") if seen else ""
    _, circle, obj = max(lively)
    return url("room", room=visit.object_name(circle, obj), greet="yes") + "#say"


def _alert(visit: Visit, circles: list[Circle], damaged: bool) -> Alert | None:
    """At most one: what can't be undone first, then what somebody waits for, then a new face."""
    url, today = visit.site.paths.url, visit.services.clock.day()
    if damaged:
        return Alert("damaged")
    if visit.member.keyring.was_closed:
        return Alert("closed", href=url("locks"))
    if before := followed(visit):
        return Alert("followed", before.name, url("return_stop", circle=visit.circle_name(before.id)))
    if opening := begun_in(visit):
        return Alert("begun", opening.name, url("keepers_begun", circle=visit.circle_name(opening.id)))
    for membership in visit.member.memberships():
        if membership.waiting and keys_arrived(visit.member, membership):
            return Alert("arrived", membership.alias or membership.name, url("groups"))
        if membership.waiting and membership.asked and is_answered(visit.member, membership):
            there = url("asked", circle=visit.circle_name(membership.circle))
            return Alert("answered", membership.alias or membership.name, there)
    for circle in circles:
        if people.rules_have_changed(circle):
            return Alert("rules", circle.name, url("group", circle=visit.circle_name(circle.id)))
    for circle in circles:
        if greeting.has_been_here_for_a_week(circle):
            return Alert("week", circle.name, url("group", circle=visit.circle_name(circle.id)))
    for circle in circles:
        came = circle.membership.joined
        if glance.last_new_face(circle) == "week" and today - came >= NEW_DAYS:
            return Alert("face", circle.name, url("talk", circle=visit.circle_name(circle.id)))
    return None


ROUTES = (At("home", "/home", show),)
