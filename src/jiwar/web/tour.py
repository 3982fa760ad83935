"""Looking around: the groups that everybody may read about, a page for each, and the way into one.

A guest has no key, only a session, so that addresses are as unreadable as everybody's. What isn't published is not
there. Whoever goes in, or asks to, goes on as with an invitation (`web.joining`); a member finds such groups here as
well.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import asking, publishing, texts
from jiwar.circles.applicants import ANSWER_LIMIT
from jiwar.circles.publishing import Notice
from jiwar.errors import BadInput, NotThere
from jiwar.web import joining, messages
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.limits import EVERYBODY_LOOKS
from jiwar.web.visit import Visit

BEGINNING = 120


@dataclass(frozen=True)
class Row:
    """One group in the list."""

    key: str
    name: str
    letter: str
    colour: int
    beginning: str
    asked: bool


def open_groups(visit: Visit) -> list[Notice]:
    """What is published and not mine yet."""
    inside = visit.is_member()
    return [one for one in publishing.everything(visit.services) if not (inside and visit.member.has(one.circle))]


async def begin(visit: Visit) -> Response:
    """A guest's way in: a session that belongs to nobody."""
    if not visit.has_session():
        visit.site.limits.take_for_all(EVERYBODY_LOOKS)
        visit.new_session()
    visit.keep_language()
    return visit.go("tour")


async def show(visit: Visit) -> Response:
    rows = [
        Row(
            visit.name(publishing.page_of(one.circle)),
            one.name,
            letter(one.name),
            colour(one.circle),
            texts.excerpt(one.text, BEGINNING),
            one.is_asked,
        )
        for one in open_groups(visit)
    ]
    return visit.page("tour/list.html", tab="more", rows=rows, inside=visit.is_member())


def _notice(visit: Visit) -> Notice:
    """The published page that the path names. Raises NotThere, SignedOut."""
    return publishing.read(visit.services, visit.stable(visit.request.path_params["group"]))


async def show_group(visit: Visit) -> Response:
    notice = _notice(visit)
    if visit.is_member() and visit.member.has(notice.circle):
        return visit.go("groups")
    return _group_page(visit, notice)


@dataclass(frozen=True)
class _Question:
    """A question with what was typed as its answer."""

    field: str
    text: str
    typed: str

    @property
    def too_long(self) -> bool:
        return len(self.typed) > ANSWER_LIMIT


def _typed(visit: Visit, notice: Notice) -> list[tuple[str, str]]:
    """Every question with what was typed so far."""
    return [(one, visit.form.typed(f"answer{at}")) for at, one in enumerate(notice.questions)]


def _group_page(visit: Visit, notice: Notice, error: BadInput | None = None) -> Response:
    often = visit.is_member() and not asking.may_ask(visit.member.keyring, visit.reader.today)
    return visit.page(
        "tour/group.html",
        tab="more",
        status=messages.status(error) if error else 200,
        asked=notice.is_asked,
        often=often,
        questions=[_Question(f"answer{at}", one, typed) for at, (one, typed) in enumerate(_typed(visit, notice))],
        limit=ANSWER_LIMIT,
        error=visit.sentence(error) if error else "",
        key=visit.name(publishing.page_of(notice.circle)),
        group=notice.name,
        text=notice.text,
        rules=notice.rules,
    )


async def come_in(visit: Visit) -> Response:
    """Agree to the rules, and go on to a name; with answers, where people ask to come in.

    Raises InviteSpent when the group has closed its door meanwhile.
    """
    notice, answers = _notice(visit), tuple[str, ...]()
    if visit.is_member() and visit.member.has(notice.circle):
        raise NotThere
    if notice.is_asked:
        try:
            answers = asking.clean_answers(notice, (typed for _, typed in _typed(visit, notice)))
        except BadInput as error:
            return _group_page(visit, notice, error)
    return joining.begin(visit, "", notice.admission, answers)


ROUTES = (
    At("tour", "/around", show, begin, public=True, entrance=True),
    At("tour_group", "/around/{group}", show_group, come_in, public=True),
)
