"""A topic as it is shown: its posts a page at a time, quotes, the composer with what stands in it.

A page is thirty posts, or a part of them where they are long (`web.breaks`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from markupsafe import Markup, escape
from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.systems.forum import rules, view
from jiwar.systems.forum.model import NO_QUOTE
from jiwar.systems.forum.view import Beginning, ShownPost
from jiwar.web import breaks, onething
from jiwar.web.faces import NO_LETTER, colour, known_as, letter
from jiwar.web.known import Person, Said, TopicState
from jiwar.web.lately import Rows, beside
from jiwar.web.markdown import prose
from jiwar.web.opening import answered
from jiwar.web.reading import Reading
from jiwar.web.render import Filled
from jiwar.web.visit import Visit

LAST = "last"
"""Of the pages, or of a page's parts."""
NOT_GONE = Beginning(1, False)


@dataclass(frozen=True)
class Draft:
    """What stands in the composer: typed text, a note, the slot of what it quotes; in a topic that I began without a
    name, whether it goes out without one.
    """

    text: str = ""
    note: str = ""
    quote: int = NO_QUOTE
    preview: bool = False
    error: str = ""
    status: int = 200
    unnamed: bool = True


@dataclass
class Topic:
    """One page of a topic, or a part of it, that is being put together."""

    visit: Visit
    circle: Circle
    rows: Rows
    state: TopicState
    page: int
    posts: list[Said] = field(default_factory=list)
    part: int = 1
    parts: int = 1
    last_slot: int = -1
    began: Beginning = NOT_GONE

    @property
    def reading(self) -> Reading:
        return self.rows.reading

    @property
    def key(self) -> str:
        return self.visit.object_name(self.circle.id, self.state.obj)

    def person(self, persona: bytes, at: str = "") -> Person:
        """Who wrote here: whoever began a topic without a name has no page."""
        if persona != self.state.who_began:
            return self.rows.person(persona)
        return Person(str(escape(self.visit.say("Who began this"))), NO_LETTER, f"#p{at}")

    def called(self, persona: bytes) -> str:
        if persona == self.state.who_began:
            return self.visit.say("Who began this")
        return known_as(self.circle, persona, self.visit.reader.language)

    @property
    def is_mine_unnamed(self) -> bool:
        """Whether it was I who began it, without a name."""
        return bool(self.state.who_began) and self.reading.is_mine(self.state.who_began)

    @property
    def place(self) -> str:
        return f"{self.page}.{self.part}" if self.part > 1 else str(self.page)

    def older(self) -> str:
        """The path of what stands before this, if there is anything."""
        if self.part > 1:
            return self._at(f"{self.page}.{self.part - 1}" if self.part > 2 else str(self.page))
        return self._at(f"{self.page - 1}.{LAST}") if self.page > self.began.page else ""

    def newer(self) -> str:
        if self.part < self.parts:
            return self._at(f"{self.page}.{self.part + 1}")
        return self._at(str(self.page + 1)) if self.page < len(self.state.cover.pages) else ""

    def _at(self, place: str) -> str:
        return self.visit.site.paths.url("topic", topic=self.key, page=place)


def open_topic(visit: Visit, circle: Circle, obj: bytes, place: str) -> Topic:
    """A page: `place` is its number, with a part's after a point; LAST; or the name of a post that stands there.

    Without any of them it is where the first new post stands.
    """
    rows = Rows(visit, circle, named=False)
    state = rows.reading.topic(obj)
    page, _, part = place.partition(".")
    slot = _slot_sought(visit, circle, obj, page)
    if _number(page):
        at = min(_number(page), len(state.cover.pages))
    else:
        at = len(state.cover.pages) if page == LAST else rules.first_unread_page(state.cover, state.head, slot - 1)
    slots = rows.reading.slots(state, at)
    began = view.beginning(circle, obj, state.cover, state.head, slots if at == 1 else ())
    if at < began.page:
        at, slots = began.page, rows.reading.slots(state, began.page)
    posts = rows.reading.posts(obj, slots)
    parts = breaks.parts([post.about for post in posts])
    if LAST in (page, part):
        which = len(parts)
    else:
        which = min(_number(part) or 1, len(parts)) if _number(page) else _part_of(posts, parts, slot)
    _, last = rules.page_slots(state.cover, at, state.head)
    shown = parts[which - 1]
    last = posts[shown.stop].about.slot - 1 if shown.stop < len(posts) else last
    return Topic(visit, circle, rows, state, at, posts[shown.start : shown.stop], which, len(parts), last, began)


def _slot_sought(visit: Visit, circle: Circle, obj: bytes, name: str) -> int:
    """The slot of the post that is named, or of the first new one."""
    with suppress(NotThere):
        return onething.slot_named(visit, circle, obj, name)
    return circle.trail.read_up_to(obj) + 1


def _number(text: str) -> int:
    """A number from one on, or nought."""
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


def _part_of(posts: list[Said], parts: list[range], slot: int) -> int:
    """The part, counted from 1, with the first post from a slot on; the last one when none comes after it."""
    at = next((at for at, post in enumerate(posts) if post.about.slot >= slot), len(posts) - 1)
    return next((which for which, part in enumerate(parts, 1) if at in part), len(parts))


def topic_page(topic: Topic, draft: Draft) -> Response:
    visit, cover, circle = topic.visit, topic.state.cover, topic.circle
    read = circle.trail.read_up_to(topic.state.obj)
    posts = _filled(topic, read)
    circle.has_seen(topic.state.obj, topic.last_slot)
    url, pages, key, nameless = visit.site.paths.url, len(cover.pages), topic.key, bool(topic.state.who_began)
    return visit.page(
        "forum/topic.html",
        tab="talk",
        script=not visit.reader.sparing,
        status=draft.status,
        key=key,
        title=cover.title,
        name=circle.name,
        talk=url("talk", circle=visit.circle_name(circle.id)),
        replies=cover.posts - 1,
        last_day=topic.state.listed.last_day,
        unnamed=nameless,
        answer=answered(visit, circle, topic.reading.here(topic.state.obj), topic.state.obj) if nameless else None,
        may_be_unnamed=topic.is_mine_unnamed,
        posts=posts,
        page=topic.page,
        pages=pages,
        part=topic.part,
        parts=topic.parts,
        place=topic.place,
        older=topic.older(),
        newer=topic.newer(),
        draft=draft,
        quoted=Filled([_quoted(topic, draft.quote)]) if draft.quote != NO_QUOTE else "",
        preview=_preview(topic, draft) if draft.preview else None,
        notes=circle.charter.notes,
        lines="" if visit.reader.narrow else beside(topic.rows, topic.state.obj),
        begin=url("new_topic", circle=visit.circle_name(circle.id)),
    )


def _filled(topic: Topic, read: int) -> Filled:
    """The posts of the page with what is this reader's own; the first new one is marked, and where some have gone."""
    say, part = topic.visit.say, topic.reading.part
    parts: list[bytes | str] = []
    marked = topic.state.head <= read
    if topic.began.is_gone and (topic.page, topic.part) == (topic.began.page, 1):
        text = say("The beginning's time is up. The rest is here.")
        parts.append(part("rooms/_rule.html", id="", text=text, fade=True))
    for at, post in enumerate(topic.posts, 1):
        if not marked and post.about.slot > read:
            marked = True
            if at > 1:
                parts.append(part("rooms/_rule.html", id="new", text=say("New since"), fade=False))
        parts.append(fill(topic, post, at))
    return Filled(parts)


def fill(topic: Topic, post: Said, at: int) -> bytes:
    about = post.about
    who = topic.person(about.author, str(at))
    given = {"at": str(at), "person": who.path, "name": who.name, "letter": who.letter, "quoted": ""}
    if about.refers != NO_QUOTE:
        given["quoted"] = _quoted(topic, about.refers)
    if about.cut:
        alone = onething.name(topic.visit, topic.circle, topic.state.obj, about.slot)
        given["alone"] = topic.visit.site.paths.url("post", post=alone)
    html = post.piece.fill(given | topic.reading.pressed(about))
    if about.author in topic.circle.membership.muted:
        return topic.reading.behind(who, html)
    return html


def _quoted(topic: Topic, slot: int) -> str:
    """What a post quotes, as it stands now; on another page it costs one read."""
    here = next(((at, post) for at, post in enumerate(topic.posts, 1) if post.about.slot == slot), None)
    post = here[1] if here else topic.reading.one_post(topic.state.obj, slot)
    if post is None or not post.about.stands or post.about.author in topic.circle.membership.blocked:
        return topic.reading.part("forum/_quote.html", name="", href="", excerpt=topic.visit.say("No longer here."))
    about, url = post.about, topic.visit.site.paths.url
    if here:
        href = f"#p{here[0]}"
    else:
        there = onething.name(topic.visit, topic.circle, topic.state.obj, slot)
        href = url("topic", topic=topic.key, page=there)
    excerpt = topic.visit.say("Note: %(note)s") % {"note": about.note} if about.note else about.excerpt
    name = topic.called(about.author)
    return topic.reading.part("forum/_quote.html", name=name, href=href, excerpt=excerpt)


def _preview(topic: Topic, draft: Draft) -> dict[str, object]:
    """The post as it would look."""
    clock, me = topic.visit.services.clock, topic.reading.me
    if topic.is_mine_unnamed and draft.unnamed:
        me = topic.state.who_began
    post = ShownPost(0, clock.day(), clock.part(), me, "stands", "", draft.text, draft.note, draft.quote, False, ())
    name = topic.called(me) if me == topic.state.who_began else topic.circle.me.handle
    quoted = Markup(_quoted(topic, draft.quote)) if draft.quote != NO_QUOTE else ""  # noqa: S704 - it is ours
    sign = NO_LETTER if me == topic.state.who_began else letter(name)
    return {"post": post, "text": prose(draft.text), "name": name, "letter": sign, "colour": colour(me),
            "quoted": quoted}  # fmt: skip
