"""A topic: its posts a page at a time, answers, quotes, words to a post; and beginning one.

All buttons of a page belong to one form, so that what was being typed is never lost, and thirty posts don't carry
thirty forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.systems.forum import rules, service, view
from jiwar.systems.forum.model import NO_QUOTE
from jiwar.systems.forum.view import Beginning, ShownPost
from jiwar.web import messages, onething
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.forms import Form
from jiwar.web.fragments import joined
from jiwar.web.lately import Rows, beside, open_circles
from jiwar.web.limits import WRITE
from jiwar.web.markdown import prose
from jiwar.web.reading import Reading, Said, TopicState
from jiwar.web.visit import Visit

LAST = "last"
TYPED = 2 * rules.TEXT_LIMIT
"""A text that is too long is shown again rather than cut."""
NOT_GONE = Beginning(1, False)


@dataclass(frozen=True)
class Draft:
    """What stands in the composer: typed text, a note, the slot of what it quotes."""

    text: str = ""
    note: str = ""
    quote: int = NO_QUOTE
    preview: bool = False
    error: str = ""
    status: int = 200


@dataclass
class _Topic:
    """One page of a topic that is being put together."""

    visit: Visit
    circle: Circle
    rows: Rows
    state: TopicState
    page: int
    posts: list[Said] = field(default_factory=list)
    began: Beginning = NOT_GONE

    @property
    def reading(self) -> Reading:
        return self.rows.reading

    @property
    def key(self) -> str:
        return self.visit.object_name(self.circle.id, self.state.obj)


# showing


async def show(visit: Visit) -> Response:
    circle, obj = visit.addressed("topic")
    opened = _open(visit, circle, obj, visit.request.query_params.get("page", ""))
    return _page(opened, Draft())


def _open(visit: Visit, circle: Circle, obj: bytes, page: str) -> _Topic:
    rows = Rows(visit, circle, named=False)
    state = rows.reading.topic(obj)
    began = view.beginning(circle, obj, state.cover, state.head)
    if page == LAST:
        at = len(state.cover.pages)
    elif page.isascii() and page.isdigit():
        at = min(max(int(page[:4]), 1), len(state.cover.pages))
    else:
        at = rules.first_unread_page(state.cover, state.head, circle.trail.read_up_to(obj))
    at = max(at, began.page)
    return _Topic(visit, circle, rows, state, at, rows.reading.posts(state, at), began)


def _page(topic: _Topic, draft: Draft) -> Response:
    visit, cover, circle = topic.visit, topic.state.cover, topic.circle
    read = circle.trail.read_up_to(topic.state.obj)
    posts = _filled(topic, read)
    _, last = rules.page_slots(cover, topic.page, topic.state.head)
    circle.has_seen(topic.state.obj, last)
    url, pages, key = visit.site.paths.url, len(cover.pages), topic.key
    return visit.page(
        "forum/topic.html",
        tab="talk",
        script=True,
        status=draft.status,
        key=key,
        title=cover.title,
        name=circle.name,
        talk=url("talk", circle=visit.circle_name(circle.id)),
        replies=cover.posts - 1,
        last_day=topic.state.last_day,
        posts=posts,
        page=topic.page,
        pages=pages,
        older=url("topic", topic=key, page=topic.page - 1) if topic.page > topic.began.page else "",
        newer=url("topic", topic=key, page=topic.page + 1) if topic.page < pages else "",
        draft=draft,
        quoted=joined([_quoted(topic, draft.quote)]) if draft.quote != NO_QUOTE else "",
        preview=_preview(topic, draft) if draft.preview else None,
        notes=circle.charter.notes,
        lines=beside(topic.rows, topic.state.obj),
        begin=url("new_topic", circle=visit.circle_name(circle.id)),
    )


def _filled(topic: _Topic, read: int) -> Markup:
    """The posts of the page with what is this reader's own; the first new one is marked, and where some have gone."""
    say, part = topic.visit.say, topic.reading.part
    parts, marked = [], topic.state.head <= read
    if topic.began.is_gone and topic.page == topic.began.page:
        text = say("The beginning's time is up. The rest is here.")
        parts.append(part("rooms/_rule.html", id="", text=text, fade=True))
    for at, post in enumerate(topic.posts, 1):
        if not marked and post.about.slot > read:
            marked = True
            if at > 1:
                parts.append(part("rooms/_rule.html", id="new", text=say("New since"), fade=False))
        parts.append(_fill(topic, post, at))
    return joined(parts)


def _fill(topic: _Topic, post: Said, at: int) -> str:
    about = post.about
    who = topic.rows.person(about.author)
    given = {"at": str(at), "person": who.path, "name": who.name, "letter": who.letter, "quoted": ""}
    if about.refers != NO_QUOTE:
        given["quoted"] = _quoted(topic, about.refers)
    html = post.piece.fill(given | topic.reading.pressed(about))
    if about.author in topic.circle.membership.muted:
        return topic.reading.part("forum/_muted.html", name=Markup(f"<bdi>{who.name}</bdi>"), post=Markup(html))  # noqa: S704 - both are ours
    return html


def _quoted(topic: _Topic, slot: int) -> str:
    """What a post quotes, as it stands now; on another page it costs one read."""
    here = next(((at, post) for at, post in enumerate(topic.posts, 1) if post.about.slot == slot), None)
    post = here[1] if here else topic.reading.one_post(topic.state.obj, slot)
    if post is None or not post.about.stands or post.about.author in topic.circle.membership.blocked:
        return topic.reading.part("forum/_quote.html", name="", href="", excerpt=topic.visit.say("No longer here."))
    about, url = post.about, topic.visit.site.paths.url
    if here:
        href = f"#p{here[0]}"
    else:
        href = url("topic", topic=topic.key, page=rules.page_of(topic.state.cover, slot))
    excerpt = topic.visit.say("Note: %(note)s") % {"note": about.note} if about.note else about.excerpt
    name = topic.circle.handle_of(about.author)
    return topic.reading.part("forum/_quote.html", name=name, href=href, excerpt=excerpt)


def _preview(topic: _Topic, draft: Draft) -> dict[str, object]:
    """The post as it would look."""
    clock, me = topic.visit.services.clock, topic.reading.me
    post = ShownPost(0, clock.day(), clock.part(), me, "stands", "", draft.text, draft.note, draft.quote, False, ())
    name = topic.circle.me.handle
    quoted = joined([_quoted(topic, draft.quote)]) if draft.quote != NO_QUOTE else ""
    return {"post": post, "text": prose(draft.text), "name": name, "letter": letter(name), "colour": colour(me),
            "quoted": quoted}  # fmt: skip


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
    draft = Draft(visit.form.typed("text", TYPED), visit.form.typed("note"), quote, verb == "preview")
    return _page(_open(visit, circle, obj, page), draft)


def _quote_typed(visit: Visit) -> int:
    typed = visit.form.typed("quote")
    return onething.slot_of(typed) if typed else NO_QUOTE


async def _send(visit: Visit, circle: Circle, obj: bytes) -> Response:
    form = visit.form
    draft = Draft(form.typed("text", TYPED), form.typed("note"), _quote_typed(visit))
    try:
        visit.limit(WRITE)
        await service.reply(circle, obj, draft.text, draft.note, draft.quote)
    except (BadInput, Refused) as error:
        return _page(_open(visit, circle, obj, form.typed("page")), _failed(visit, draft, error))
    await visit.member.flush()
    return visit.go("topic", "end", topic=visit.object_name(circle.id, obj), page=LAST)


def _failed(visit: Visit, draft: Draft, error: JiwarError) -> Draft:
    return Draft(draft.text, draft.note, draft.quote, False, visit.sentence(error), messages.status(error))


# beginning


async def show_new(visit: Visit) -> Response:
    return _new(visit, _chosen(visit))


def _chosen(visit: Visit) -> Circle | None:
    """The group that the address asks for, or my only one."""
    asked = visit.request.query_params.get("circle", "")
    if asked:
        return visit.circle(visit.stable(asked))
    circles, _ = open_circles(visit)
    return circles[0] if len(circles) == 1 else None


def _new(visit: Visit, circle: Circle | None, error: JiwarError | None = None, preview: bool = False) -> Response:
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
        title=form.typed("title"),
        text=form.typed("text", TYPED),
        note=form.typed("note"),
        preview=prose(form.typed("text", TYPED)) if preview else "",
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
    if form.typed("do") == "preview":
        return _new(visit, circle, preview=True)
    try:
        visit.limit(WRITE)
        obj = await service.start_topic(circle, form.typed("title"), form.typed("text", TYPED), form.typed("note"))
    except (BadInput, Refused) as error:
        return _new(visit, circle, error)
    await visit.member.flush()
    return visit.go("topic", topic=visit.object_name(circle.id, obj))


# one post


async def show_post(visit: Visit) -> Response:
    return _post_page(visit, *onething.addressed(visit, "post"))


def _post_page(visit: Visit, circle: Circle, obj: bytes, slot: int, error: JiwarError | None = None) -> Response:
    """More about a post: all words to it, and what its author and the care team can do."""
    rows = Rows(visit, circle, named=False)
    state, post = rows.reading.topic(obj), rows.reading.one_post(obj, slot)
    if post is None or not post.about.stands:
        raise NotThere
    topic = _Topic(visit, circle, rows, state, rules.page_of(state.cover, slot), [])
    return onething.page(
        visit,
        circle,
        post,
        _fill(topic, post, 1),
        "forum/post.html",
        error,
        here=visit.request.path_params["post"],
        back=visit.site.paths.url("topic", topic=topic.key, page=topic.page),
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
        return _page(_open(visit, circle, obj, ""), Draft(quote=slot))
    if verb == "open":
        return visit.go("post", post=visit.request.path_params["post"])
    visit.limit(WRITE)
    try:
        if verb == "send":
            await service.edit(circle, obj, slot, form.typed("text", TYPED), form.typed("note"), form.typed("title"))
        elif verb == "retract":
            await service.retract(circle, obj, slot)
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


def _back(visit: Visit, circle: Circle, obj: bytes, slot: int) -> Response:
    """To the page where the post stands, or to the list when its topic went with it."""
    try:
        topic = view.topic(circle, obj)
    except NotThere:
        return visit.go("talk", circle=visit.circle_name(circle.id))
    page = rules.page_of(topic.cover, slot)
    return visit.go("topic", topic=visit.object_name(circle.id, obj), page=page)


ROUTES = (
    At("new_topic", "/new/topic", show_new, begin),
    At("post", "/talk/post/{post}", show_post, act_post),
    At("topic", "/talk/{topic}", show, act),
)
