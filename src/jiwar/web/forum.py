"""A topic: reading it, answers, quotes, words to a post; beginning one; and the page of one post.

All buttons of a page belong to one form, so that what was being typed is never lost, and thirty posts don't carry
thirty forms.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from jiwar.circles import oneoffs, people
from jiwar.circles.circle import Circle
from jiwar.circles.policy import OFF
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.systems.forum import rules, service, unnamed, view
from jiwar.systems.forum.model import NO_QUOTE
from jiwar.web import messages, onething, week
from jiwar.web.app import At
from jiwar.web.forms import Form
from jiwar.web.lately import Rows, open_circles
from jiwar.web.limits import WRITE
from jiwar.web.markdown import prose
from jiwar.web.offers import NOTHING_READY, Prompt
from jiwar.web.topics import LAST, Draft, Topic, fill, open_topic, topic_page
from jiwar.web.unnamed import NOBODY, TYPED, look_again, send
from jiwar.web.visit import Visit


async def show(visit: Visit) -> Response:
    circle, obj = visit.addressed("topic")
    opened = open_topic(visit, circle, obj, visit.request.query_params.get("page", ""))
    return topic_page(opened, Draft())


# doing


async def act(visit: Visit) -> Response:
    """One of the page's buttons: send, preview, quote, a word to a post, or more about a post."""
    circle, obj = visit.addressed("topic")
    verb, slot, at = onething.pressed(visit.form)
    page = visit.form.typed("page")
    if verb == "send":
        return await _send(visit, circle, obj)
    if verb == "open":
        return visit.go("post", post=onething.name(visit, circle, obj, slot))
    if verb in rules.REACTIONS:
        visit.limit(WRITE)
        await service.react(circle, obj, slot, verb)
        await visit.member.flush()
        if not visit.form.typed("text", TYPED):
            return visit.go("topic", f"p{at}", topic=visit.object_name(circle.id, obj), page=page)
    quote = {"quote": slot, "unquote": NO_QUOTE}.get(verb, _quote_typed(visit))
    draft = replace(_typed(visit), quote=quote, preview=verb == "preview")
    try:
        if draft.preview:
            visit.limit(WRITE)  # Rendering what somebody made to be slow costs as much as sending it.
    except Refused as error:
        draft = _failed(visit, draft, error)
    return topic_page(open_topic(visit, circle, obj, page), draft)


def _quote_typed(visit: Visit) -> int:
    typed = visit.form.typed("quote")
    return onething.slot_of(typed) if typed else NO_QUOTE


def _typed(visit: Visit) -> Draft:
    form = visit.form
    text, note = form.typed("text", TYPED), form.typed("note")
    return Draft(text, note, _quote_typed(visit), unnamed=form.typed("as") != "me")


async def _send(visit: Visit, circle: Circle, obj: bytes) -> Response:
    draft, own = _typed(visit), oneoffs.behind(circle, obj) is not None
    try:
        visit.limit(WRITE)
        writer = service.as_who_began(circle, obj) if own and draft.unnamed else circle
        await service.reply(writer, obj, draft.text, draft.note, draft.quote)
    except (BadInput, Refused) as error:
        return topic_page(open_topic(visit, circle, obj, visit.form.typed("page")), _failed(visit, draft, error))
    await visit.member.flush()
    return visit.go("topic", "end", topic=visit.object_name(circle.id, obj), page=LAST)


def _failed(visit: Visit, draft: Draft, error: JiwarError) -> Draft:
    return replace(draft, preview=False, error=visit.sentence(error), status=messages.status(error))


# beginning


async def show_new(visit: Visit) -> Response:
    circle = _chosen(visit)
    return _new(visit, circle, ready=week.asked_for(visit, circle))


def _chosen(visit: Visit) -> Circle | None:
    """The group that the address asks for, or my only one."""
    asked = visit.request.query_params.get("circle", "")
    if asked:
        return visit.circle(visit.stable(asked))
    circles, _ = open_circles(visit)
    return circles[0] if len(circles) == 1 else None


def _new(
    visit: Visit,
    circle: Circle | None,
    error: JiwarError | None = None,
    preview: bool = False,
    ready: Prompt = NOTHING_READY,
) -> Response:
    circles, _ = open_circles(visit)
    if not circles:
        return visit.go("talk")
    form = visit.form
    chosen = form.typed("circle") or (visit.circle_name(circle.id) if circle else "")
    return visit.page(
        "forum/new.html",
        tab="talk",
        status=messages.status(error) if error else 200,
        circles=[(visit.circle_name(one.id), one.name) for one in circles],
        chosen=chosen,
        notes=circle.charter.notes if circle else (),
        days=circle.policy.topic_days if circle else 0,
        title=form.typed("title") or ready.title,
        text=form.typed("text", TYPED) or ready.text,
        note=form.typed("note"),
        asked=form.typed("day") or visit.request.query_params.get("day", ""),
        preview=prose(form.typed("text", TYPED)) if preview else "",
        unnamed=[one.name for one in circles if one.charter.unnamed != OFF],
        nobody=form.typed("as") == NOBODY,
        limits=rules,
        error=visit.sentence(error) if error else "",
        at=_wrong(form) if isinstance(error, BadInput) else "",
    )


def _wrong(form: Form) -> str:
    """The field that was refused."""
    if not 0 < len(form.typed("title").strip()) <= rules.TITLE_LIMIT:
        return "title"
    return "note" if len(form.typed("note").strip()) > rules.NOTE_LIMIT else "text"


async def begin(visit: Visit) -> Response:
    form = visit.form
    circle = visit.circle(visit.stable(form.typed("circle")))
    try:
        visit.limit(WRITE)
        if form.typed("do") in ("preview", "change"):
            return _new(visit, circle, preview=form.typed("do") == "preview")
        if form.typed("as") == NOBODY:
            return await send(visit, circle) if form.typed("do") == "confirm" else look_again(visit, circle)
        obj = await service.start_topic(circle, form.typed("title"), form.typed("text", TYPED), form.typed("note"))
    except (BadInput, Refused) as error:
        return _new(visit, circle, error)
    await week.sent(visit, circle)
    await visit.member.flush()
    return visit.go("topic", topic=visit.object_name(circle.id, obj))


# one post


async def show_post(visit: Visit) -> Response:
    return _post_page(visit, *onething.addressed(visit, "post"))


def _post_page(visit: Visit, circle: Circle, obj: bytes, slot: int, error: JiwarError | None = None) -> Response:
    """More about a post: all words to it, and what its author and the care team can do."""
    rows = Rows(visit, circle, named=False)
    state, post = rows.reading.topic(obj), rows.reading.one_post(obj, slot, whole=True)
    if post is None or not post.about.stands:
        raise NotThere
    topic = Topic(visit, circle, rows, state, rules.page_of(state.cover, slot))
    return onething.page(
        visit,
        circle,
        post,
        fill(topic, post, 1),
        "forum/post.html",
        error,
        unnamed=post.about.author == state.who_began,
        mine=post.about.author == state.who_began and topic.is_mine_unnamed,
        here=visit.request.path_params["post"],
        back=visit.site.paths.url("topic", topic=topic.key, page=visit.request.path_params["post"]),
        title=state.cover.title,
        typed=_wording(visit, circle, obj, slot),
        limits=rules,
        notes=circle.charter.notes,
    )


def _wording(visit: Visit, circle: Circle, obj: bytes, slot: int) -> dict[str, str]:
    """What stands in the form for a new wording."""
    if visit.form.ticked("text"):
        return {name: visit.form.typed(name, TYPED) for name in ("title", "text", "note")}
    post = view.post(circle, obj, slot)
    title = post.title if view.is_first(circle, obj, slot) else ""
    return {"title": title, "text": post.text, "note": post.note}


async def act_post(visit: Visit) -> Response:
    circle, obj, slot = onething.addressed(visit, "post")
    form = visit.form
    verb, _, _ = onething.pressed(form)
    if verb == "quote":
        return topic_page(open_topic(visit, circle, obj, visit.request.path_params["post"]), Draft(quote=slot))
    if verb == "open":
        return visit.go("post", post=visit.request.path_params["post"])
    visit.limit(WRITE)
    writer, author = _writer(circle, obj, slot)
    try:
        if verb == "send":
            await service.edit(writer, obj, slot, form.typed("text", TYPED), form.typed("note"), form.typed("title"))
        elif verb == "retract" and writer is not circle and view.is_first(circle, obj, slot):
            await service.take_back(circle, obj)
        elif verb == "retract":
            await service.retract(writer, obj, slot)
        elif verb in ("mute", "unmute") and unnamed.is_unnamed(circle, obj, author):
            await people.mute(circle, author, verb == "mute")
        elif verb == "takedown":
            await service.take_down(circle, obj, slot)
        elif verb in rules.REACTIONS:
            await service.react(circle, obj, slot, verb)
        else:
            raise BadChoice
    except BadInput as error:
        return _post_page(visit, circle, obj, slot, error)
    await visit.member.flush()
    return _back(visit, circle, obj, slot)


def _writer(circle: Circle, obj: bytes, slot: int) -> tuple[Circle, bytes]:
    """The circle as whoever wrote a post has it open, if that was me, with or without a name; and the author."""
    author, own = view.post(circle, obj, slot).author, oneoffs.behind(circle, obj)
    if own is None or author != oneoffs.persona_of(own).key:
        return circle, author
    return service.as_who_began(circle, obj), author


def _back(visit: Visit, circle: Circle, obj: bytes, slot: int) -> Response:
    """To the page where the post stands, or to the list when its topic went with it."""
    try:
        view.topic(circle, obj)
    except NotThere:
        return visit.go("talk", circle=visit.circle_name(circle.id))
    return visit.go("topic", topic=visit.object_name(circle.id, obj), page=onething.name(visit, circle, obj, slot))


ROUTES = (
    At("new_topic", "/new/topic", show_new, begin),
    At("post", "/talk/post/{post}", show_post, act_post),
    At("topic", "/talk/{topic}", show, act),
)
