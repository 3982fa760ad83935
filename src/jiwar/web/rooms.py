"""A room: its newest messages, writing into it, and what can be done about one message.

Without a script the page has a link that asks for what is new; with one, `web.live` sends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.systems.rooms import rules, service, view
from jiwar.systems.rooms.model import NO_REPLY
from jiwar.web import live, messages, onething
from jiwar.web.app import At
from jiwar.web.bubbles import Thread
from jiwar.web.faces import colour, letter
from jiwar.web.forum import _chosen as chosen_circle
from jiwar.web.known import RoomState
from jiwar.web.lately import Rows, beside, open_circles
from jiwar.web.limits import WRITE
from jiwar.web.render import Filled
from jiwar.web.respond import ALWAYS
from jiwar.web.teams import TEAMS
from jiwar.web.visit import Visit

TYPED = 2 * rules.TEXT_LIMIT


@dataclass(frozen=True)
class Draft:
    """What stands in the composer: typed text, and the slot of what it answers."""

    text: str = ""
    answers: int = NO_REPLY
    error: str = ""
    status: int = 200


@dataclass(frozen=True)
class Opened:
    """A room that a page is about."""

    visit: Visit
    circle: Circle
    rows: Rows
    state: RoomState

    @property
    def key(self) -> str:
        return self.visit.object_name(self.circle.id, self.state.obj)


def opened(visit: Visit) -> Opened:
    circle, obj = visit.addressed("room")
    rows = Rows(visit, circle, named=False)
    return Opened(visit, circle, rows, rows.reading.room(obj))


async def show(visit: Visit) -> Response:
    """The newest messages, or older ones; with `greet` a greeting stands in the composer already."""
    asked = visit.request.query_params
    if asked.get("fresh"):
        # A browser doesn't ask again for the address that it shows when the link differs by nothing but the anchor.
        return visit.go("room", "end", room=visit.request.path_params["room"])
    text = ""
    if asked.get("greet"):
        text = visit.reader.language.greeting(visit.services.clock.part())
    room = opened(visit)
    if asked.get("greet", "yes") != "yes":
        text = visit.say("%(greeting)s, %(name)s!") % {"greeting": text, "name": _handle(room, asked["greet"])}
    return _page(room, Draft(text), asked.get("before", ""))


def _handle(room: Opened, named: str) -> str:
    """Whom a greeting is for, by their own name there: mine for them is nobody else's to read. Raises NotThere."""
    stable = room.visit.stable(named)
    for one in room.circle.state.members:
        if stable == room.circle.id[:16] + one.persona[:16] and one.handle:
            return one.handle
    raise NotThere


def _page(room: Opened, draft: Draft, before: str = "") -> Response:
    visit, circle, state, url = room.visit, room.circle, room.state, room.visit.site.paths.url
    read = circle.trail.read_up_to(state.obj)
    shown_most = visit.reader.most(view.SHOWN)
    said = room.rows.reading.messages(state.obj, shown_most, _slot_before(room, before))
    thread = Thread(room.rows.reading, state.obj, room.rows.person)
    shown = Filled(thread.whole(said, read if state.head > read else -1))
    older = ""
    if len(said) >= shown_most:
        older = url("room", room=room.key, before=onething.name(visit, circle, state.obj, said[0].about.slot))
    if not before:
        circle.has_seen(state.obj, state.head)
    keep = rules.kept_days(state.room, circle.policy)
    live = not before and (not visit.reader.sparing or "live" in visit.request.query_params)
    return visit.page(
        "rooms/chat.html",
        tab="talk",
        script=live,
        status=draft.status,
        key=room.key,
        name=state.room.name,
        group=circle.name,
        hour=circle.charter.hour,
        letter=letter(circle.name),
        colour=colour(circle.id),
        talk=way_back(visit, circle),
        keep=keep,
        said=shown,
        any=bool(said),
        older=older,
        newest=url("room", room=room.key) + "#end" if before else "",
        refresh=url("room", room=room.key, fresh=1),
        live=url("room_live", room=room.key) if live else "",
        follow=url("room", room=room.key, live=1) if visit.reader.sparing and not (live or before) else "",
        draft=draft,
        answered=Filled([thread.quote(draft.answers)]) if draft.answers != NO_REPLY else "",
        lines="" if visit.reader.narrow else beside(room.rows, state.obj),
        begin="" if circle.membership.parent else url("new_topic", circle=visit.circle_name(circle.id)),
        tend=url("room_tend", room=room.key) if view.may_tend(circle, state.opener) else "",
    )


def way_back(visit: Visit, circle: Circle) -> str:
    """The list in which the room stands: the group's talks, or the page of the team whose room it is."""
    key = visit.circle_name(circle.group)
    if circle.membership.parent:
        return visit.site.paths.url("team", circle=key, team=TEAMS[circle.membership.role])
    return visit.site.paths.url("talk", circle=key)


def _slot_before(room: Opened, before: str) -> int | None:
    """The slot below which the page begins; its name belongs to this session and this room."""
    if not before:
        return None
    stable = room.visit.stable(before)
    if stable[: -onething.SLOT] != room.circle.id[:16] + room.state.obj:
        raise NotThere
    return int.from_bytes(stable[-onething.SLOT :], "big")


# doing


async def act(visit: Visit) -> Response:
    """One of the page's buttons: send, answer, a word to a message, or more about one."""
    verb, slot, _ = onething.pressed(visit.form)
    room = opened(visit)
    circle, obj = room.circle, room.state.obj
    draft = Draft(visit.form.typed("text", TYPED), _answered(visit))
    if verb == "seen":
        circle.has_seen(obj, room.state.head)
        return Response(None, 204, ALWAYS)
    if verb == "send":
        return await _send(room, draft)
    if verb == "open":
        return visit.go("message", message=onething.name(visit, circle, obj, slot))
    if verb in rules.REACTIONS:
        visit.limit(WRITE)
        await service.react(circle, obj, slot, verb)
        await visit.member.flush()
        if live.is_quiet(visit):
            return Response(None, 204, ALWAYS)
        if not draft.text:
            return visit.go("room", "end", room=room.key)
    elif verb not in ("quote", "unquote"):
        raise BadChoice
    answers = {"quote": slot, "unquote": NO_REPLY}.get(verb, draft.answers)
    return _page(opened(visit), Draft(draft.text, answers))


def _answered(visit: Visit) -> int:
    typed = visit.form.typed("quote")
    return onething.slot_of(typed) if typed else NO_REPLY


async def _send(room: Opened, draft: Draft) -> Response:
    visit = room.visit
    try:
        visit.limit(WRITE)
        await service.write_into(room.circle, room.state.line, draft.text, draft.answers)
    except (BadInput, Refused) as error:
        failed = Draft(draft.text, draft.answers, visit.sentence(error), messages.status(error))
        return _page(opened(visit), failed)
    await visit.member.flush()
    if live.is_quiet(visit):
        return Response(None, 204, ALWAYS)
    return visit.go("room", "end", room=room.key)


# opening a room


async def show_new(visit: Visit) -> Response:
    return _new(visit, chosen_circle(visit))


def _new(visit: Visit, circle: Circle | None, error: JiwarError | None = None) -> Response:
    circles, _ = open_circles(visit)
    if not circles:
        return visit.go("talk")
    chosen = circle or circles[0]
    return visit.page(
        "rooms/new.html",
        tab="talk",
        status=messages.status(error) if error else 200,
        circles=[(visit.circle_name(one.id), one.name) for one in circles],
        chosen=visit.form.typed("circle") or visit.circle_name(chosen.id),
        keeps=rules.KEEPS,
        keep=visit.form.typed("keep") or str(rules.keeps(chosen.policy)[-1]),
        name=visit.form.typed("name"),
        limits=rules,
        error=visit.sentence(error) if error else "",
        wrong=isinstance(error, BadInput),
    )


async def begin(visit: Visit) -> Response:
    form = visit.form
    circle = visit.circle(visit.stable(form.typed("circle")))
    try:
        visit.limit(WRITE)
        keep = min(form.number("keep", rules.KEEPS[0], rules.KEEPS[-1]), rules.keeps(circle.policy)[-1])
        obj = await service.open_room(circle, form.typed("name"), keep)
    except (BadInput, Refused) as error:
        return _new(visit, circle, error)
    await visit.member.flush()
    return visit.go("room", room=visit.object_name(circle.id, obj))


# one message


async def show_message(visit: Visit) -> Response:
    return _message_page(visit, *onething.addressed(visit, "message"))


def _message_page(visit: Visit, circle: Circle, obj: bytes, slot: int, error: JiwarError | None = None) -> Response:
    rows = Rows(visit, circle, named=False)
    state, said = rows.reading.room(obj), rows.reading.one_message(obj, slot)
    if said is None or not said.about.stands:
        raise NotThere
    thread = Thread(rows.reading, obj, rows.person)
    text = visit.form.typed("text", TYPED) if visit.form.ticked("text") else view.message(circle, obj, slot).text
    return onething.page(
        visit,
        circle,
        said,
        thread.alone(said),
        "rooms/message.html",
        error,
        here=visit.request.path_params["message"],
        back=visit.site.paths.url("room", room=visit.object_name(circle.id, obj)) + "#end",
        name=state.room.name,
        text=text,
        limits=rules,
    )


async def act_message(visit: Visit) -> Response:
    circle, obj, slot = onething.addressed(visit, "message")
    verb, _, _ = onething.pressed(visit.form)
    rows = Rows(visit, circle, named=False)
    room = Opened(visit, circle, rows, rows.reading.room(obj))
    if verb == "quote":
        return _page(room, Draft(answers=slot))
    if verb == "open":
        return visit.go("message", message=visit.request.path_params["message"])
    visit.limit(WRITE)
    try:
        if verb == "send":
            await service.edit(circle, obj, slot, visit.form.typed("text", TYPED))
        elif verb == "retract":
            await service.unsend(circle, obj, slot)
        elif verb == "takedown":
            await service.take_down(circle, obj, slot)
        elif verb in rules.REACTIONS:
            await service.react(circle, obj, slot, verb)
        else:
            raise BadChoice
    except BadInput as error:
        return _message_page(visit, circle, obj, slot, error)
    await visit.member.flush()
    return visit.go("room", "end", room=visit.object_name(circle.id, obj))


ROUTES = (
    At("new_room", "/new/room", show_new, begin),
    At("message", "/room/message/{message}", show_message, act_message),
    At("room", "/room/{room}", show, act),
    At("room_live", "/room/{room}/live", live.stream),
    At("script", "/live.js", live.script),
)
