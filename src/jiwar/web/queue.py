"""The dispatchers' pages: the queue of what came through the window or from members, and one request with everything
to do about it.

They see what is needed, and no persona: who asks at a window has none, and a member is a one-off here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import roles, texts
from jiwar.circles.callers import TEXT_LIMIT, Said
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.model import DISPATCHER
from jiwar.errors import BadChoice, BadInput, NotThere, Refused
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.desk import service, view
from jiwar.systems.desk.model import NOBODY
from jiwar.systems.desk.rules import MOST_OPEN, NOTE_LIMIT
from jiwar.systems.desk.view import Open
from jiwar.web import aidwords, meeting, messages
from jiwar.web.app import At
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.persons import Person, person
from jiwar.web.photos import alone
from jiwar.web.told import told
from jiwar.web.visit import CIRCLE_NAME, Visit

BEGINNING = 90
PARTS = ("new", "mine", "others", "waiting", "done")
FEW, PAGE = 6, 24
"""Rows of each part in the whole queue, and on a page of one part."""
MOST_LINES = 10_000
_MOVED = 409
"""Something was said that the page with the button didn't show."""


@dataclass(frozen=True)
class Row:
    """One request in the queue. `photo`: one came with it."""

    href: str
    kind: str
    beginning: str
    day: int
    holder: str
    part: str
    inside: bool
    photo: bool


def inner_of(circle: Circle) -> Circle:
    """Raises NotThere for who is no dispatcher, or has not taken the keys."""
    inner = roles.held(circle, DISPATCHER)
    if inner is None:
        raise NotThere
    return inner


def _name(visit: Visit, circle: Circle, slot: int) -> str:
    return visit.object_name(circle.id, slot.to_bytes(16, "big"))


def _row(visit: Visit, circle: Circle, one: Open) -> Row:
    return Row(
        href=visit.site.paths.url("case", case=_name(visit, circle, one.standing.slot)),
        kind=aidwords.kind(visit, one.talk.kind) or visit.say("Not said"),
        beginning=texts.excerpt(one.talk.said[0].line.text, BEGINNING),
        day=one.talk.said[0].day,
        holder=_holder(visit, circle, one),
        part=one.part,
        inside=one.standing.case.inside,
        photo=any(line.jpeg for line in one.talk.said),
    )


def _holder(visit: Visit, circle: Circle, one: Open) -> str:
    """Who looks after it, where that is somebody who is here."""
    holder = one.standing.holder
    return person(visit, circle, holder).name if holder and member_of(circle.state, holder) else ""


@dataclass(frozen=True)
class Queue:
    """A queue of mine, as a row shows it."""

    href: str
    group: str
    waiting: int


def mine(visit: Visit, circles: list[Circle]) -> list[Queue]:
    """The queues of those groups where I am a dispatcher."""
    held = [(circle, inner) for circle in circles if (inner := roles.held(circle, DISPATCHER)) is not None]
    url = visit.site.paths.url
    return [
        Queue(url("queue", circle=visit.circle_name(circle.id)), circle.name, view.wanting(inner))
        for circle, inner in held
    ]


@dataclass(frozen=True)
class Shown:
    """A part of the queue: some of its rows, how many there are, and where all of them stand, if not here."""

    rows: list[Row]
    total: int
    href: str


def _shown(visit: Visit, circle: Circle, part: str, found: list[Open]) -> Shown:
    """The beginning of a part: what has waited longest; of those that are done, the latest."""
    few = list(reversed(found[-2 * FEW :])) if part == "done" else found[:FEW]
    href = visit.site.paths.url("queue", circle=visit.circle_name(circle.id), part=part)
    return Shown([_row(visit, circle, one) for one in few], len(found), href if len(few) < len(found) else "")


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    inner = inner_of(circle)
    found = await view.queue(inner)
    parts = {part: [one for one in found if one.part == part] for part in PARTS}
    wanted = visit.request.query_params.get("part", "")
    if parts.get(wanted):
        return _part_page(visit, circle, wanted, parts[wanted])
    load, holders = view.workload(found), circle.state.holders(DISPATCHER)
    return visit.page(
        "desk/queue.html",
        tab="help",
        key=visit.circle_name(circle.id),
        parts={part: _shown(visit, circle, part, among) for part, among in parts.items() if among},
        load=[(person(visit, circle, one.persona), load[one.persona]) for one in holders],
        closed=not circle.charter.has_window,
        lying=view.lying(inner),
        plan=visit.site.paths.url("plan", circle=visit.circle_name(circle.id)) if circle.charter.aid.on else "",
        most=MOST_OPEN if sum(one.part != "done" for one in found) >= MOST_OPEN else 0,
    )


def _part_page(visit: Visit, circle: Circle, part: str, found: list[Open]) -> Response:
    """A page of one part, the oldest first."""
    pages, key, url = -(-len(found) // PAGE), visit.circle_name(circle.id), visit.site.paths.url
    asked = visit.request.query_params.get("page", "")
    page = min(pages, max(1, int(asked))) if asked.isdecimal() and len(asked) < 4 else 1
    older = url("queue", circle=key, part=part, page=page - 1) if page > 1 else ""
    newer = url("queue", circle=key, part=part, page=page + 1) if page < pages else ""
    return visit.page(
        "desk/part.html",
        tab="help",
        back=url("queue", circle=key),
        part=part,
        total=len(found),
        rows=[_row(visit, circle, one) for one in found[(page - 1) * PAGE : page * PAGE]],
        place=(page, pages, older, newer),
    )


async def made(visit: Visit, case: str) -> None:
    """A request was made for the board of the one that a form names, if it names one that is still there."""
    with suppress(NotThere):
        if case:
            _, inner, one = _named(visit, visit.stable(case))
            await service.made(inner, one)


def _photo_name(visit: Visit, line: Said) -> str:
    return visit.name(line.eid) if line.jpeg else ""


def photo(visit: Visit, case: str, name: str) -> bytes:
    """A photo of the request that a form or a path names. Raises NotThere."""
    return _named(visit, visit.stable(case))[2].talk.photo(visit.stable(name))


def _photo_asked_for(visit: Visit) -> bytes:
    return photo(visit, visit.request.path_params["case"], visit.request.path_params["photo"])


async def show_photo(visit: Visit) -> Response:
    """One photo, when somebody asks for it."""
    _photo_asked_for(visit)
    names = visit.request.path_params
    return visit.page("desk/photo.html", tab="help", case=names["case"], photo=names["photo"])


async def send_photo(visit: Visit) -> Response:
    """The picture itself, for the page around it."""
    return alone(_photo_asked_for(visit))


def _named(visit: Visit, both: bytes) -> tuple[Circle, Circle, Open]:
    """Raises NotThere."""
    circle, slot = visit.circle(both[:CIRCLE_NAME]), int.from_bytes(both[CIRCLE_NAME:], "big")
    inner = inner_of(circle)
    if slot > LAST_NUMBER:  # The name of something else.
        raise NotThere
    return circle, inner, view.one(inner, slot)


async def look(visit: Visit) -> Response:
    """Take in what lies at the window."""
    circle = visit.circle()
    visit.limit(SLOW)
    await service.gather(circle, inner_of(circle))
    return visit.go("queue", circle=visit.circle_name(circle.id))


def _addressed(visit: Visit) -> tuple[Circle, Circle, Open]:
    """The request that the path names. Raises NotThere, also when it was taken back or is over."""
    return _named(visit, visit.stable(visit.request.path_params["case"]))


async def show_case(visit: Visit) -> Response:
    circle, inner, one = _addressed(visit)
    return _page(visit, circle, inner, one)


@dataclass(frozen=True)
class _Note:
    by: str
    day: int
    text: str


def _page(
    visit: Visit,
    circle: Circle,
    inner: Circle,
    one: Open,
    error: BadInput | Refused | None = None,
    at: str = "",
    begun: str | None = None,
    moved: bool = False,
    answered: bool = False,
) -> Response:
    name, asked = _name(visit, circle, one.standing.slot), told(visit, circle, one.talk, one.standing.case.inside)
    notes = [_Note(person(visit, circle, said.author).name, said.day, said.text) for said in one.standing.notes]
    return visit.page(
        "desk/case.html",
        tab="help",
        status=_MOVED if moved else messages.status(error) if error else 200,
        queue=visit.site.paths.url("queue", circle=visit.circle_name(circle.id)),
        here=visit.site.paths.url("case", case=name),
        name=name,
        one=_row(visit, circle, one),
        mine=one.standing.holder == inner.log.persona.key and one.part != "done",
        said=[
            (line.line.text, line.day, line.sender == one.talk.caller, _photo_name(visit, line))
            for line in one.talk.said
        ],
        until=one.talk.until,
        others=[(each.key, each.name) for each in _others(visit, circle, inner)],
        notes=notes,
        ready=circle.charter.window.ready,
        meetings=meeting.meetings(visit, circle),
        aid=circle.charter.aid.on,
        told=asked,
        begin=asked.wish | {"do": "change", "circle": visit.circle_name(circle.id), "case": name},
        made=one.standing.made,
        photo=next((_photo_name(visit, line) for line in reversed(one.talk.said) if line.jpeg), ""),
        typed={
            "text": begun if begun is not None else visit.form.typed("text", 2 * TEXT_LIMIT),
            "note": visit.form.typed("note"),
        },
        seen=len(one.talk.said),
        moved=moved,
        answered=answered,
        limit=TEXT_LIMIT,
        note_limit=NOTE_LIMIT,
        at=at,
        error=visit.sentence(error) if error else "",
    )


def _others(visit: Visit, circle: Circle, inner: Circle) -> list[Person]:
    """To whom it can be handed over: the other dispatchers who have the keys."""
    seated = [one for one in circle.state.holders(DISPATCHER) if roles.is_seated(inner, one.persona)]
    return [person(visit, circle, one.persona) for one in seated if one.persona != inner.log.persona.key]


async def act(visit: Visit) -> Response:
    """Answer, answer and close, note, take, hand over, put back, close."""
    circle, inner, one = _addressed(visit)
    verb, _, of = visit.form.typed("do").partition(":")
    if verb in ("ready", "words"):
        return _page(visit, circle, inner, one, begun=meeting.begun(visit, circle, verb, of))
    verb = visit.form.choice("do", ("answer", "finish", "note", "take", "hand", "back", "close"))
    if verb in ("answer", "finish", "close") and len(one.talk.said) != visit.form.number("seen", 0, MOST_LINES):
        return _page(visit, circle, inner, one, moved=True)
    visit.limit(WRITE)
    try:
        if verb == "finish" and (now := await _finish(visit, inner, one)) is not None:
            return _page(visit, circle, inner, now, begun="", moved=True, answered=True)
        if verb != "finish":
            await _do(visit, circle, inner, one, verb)
    except (BadInput, Refused) as error:
        return _page(visit, circle, inner, one, error, "note" if verb == "note" else "text")
    if verb in ("finish", "close", "back"):
        return visit.go("queue", circle=visit.circle_name(circle.id))
    return visit.go("case", case=visit.request.path_params["case"])


async def _finish(visit: Visit, inner: Circle, one: Open) -> Open | None:
    """Answer, and close; how it stands now where a word came between, which the page with the button didn't show: it
    stays open, answered. Raises BadInput, Refused.
    """
    await service.answer(inner, one, visit.form.text("text", TEXT_LIMIT))
    now = view.one(inner, one.standing.slot)
    if len(now.talk.said) != len(one.talk.said) + 1:
        return now
    await service.close(inner, now)
    visit.tell("Answered, and done.")
    return None


async def _do(visit: Visit, circle: Circle, inner: Circle, one: Open, verb: str) -> None:
    """Raises BadInput, Refused."""
    if verb == "answer":
        await service.answer(inner, one, visit.form.text("text", TEXT_LIMIT))
        visit.tell("The answer lies under the words.")
    elif verb == "note":
        await service.note(inner, one, visit.form.text("note", NOTE_LIMIT))
    elif verb == "take":
        await service.hand(inner, one, inner.log.persona.key)
    elif verb == "hand":
        await service.hand(inner, one, _chosen(visit, circle, inner))
        visit.tell("Handed over.")
    elif verb == "back":
        await service.hand(inner, one, NOBODY)
    else:
        await service.close(inner, one)
        visit.tell("Done. The answer can be read for some days more.")


def _chosen(visit: Visit, circle: Circle, inner: Circle) -> bytes:
    """The dispatcher whom the form names. Raises BadChoice."""
    named = visit.form.typed("to")
    for one in circle.state.holders(DISPATCHER):
        if roles.is_seated(inner, one.persona) and person(visit, circle, one.persona).key == named:
            return one.persona
    raise BadChoice


ROUTES = (
    At("queue", "/group/{circle}/desk", show, look),
    At("case", "/case/{case}", show_case, act),
    At("case_photo", "/case/{case}/photo/{photo}", show_photo),
    At("case_picture", "/case/{case}/picture/{photo}", send_photo),
)
