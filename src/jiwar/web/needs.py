"""Needs and offers: the board of all my groups, mine, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import oneoffs
from jiwar.circles.circle import Circle
from jiwar.circles.model import MODERATOR, STEWARD
from jiwar.circles.rights import Standing
from jiwar.circles.words import WORD_LIMIT
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.systems.needs import rules, service, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.view import Line, Shown
from jiwar.web import aidwords, cursor, messages
from jiwar.web.app import At
from jiwar.web.lately import open_circles
from jiwar.web.limits import WRITE
from jiwar.web.visit import Visit

FROM_EACH = 30
"""Of one group in the list of all groups; the group's own list goes on."""
SHOWN = 30
SIDES = {"needs": NEED, "offers": OFFER}
_KIND, _AREA = b"kind:", b"area:"


@dataclass(frozen=True)
class Card:
    """One as the board shows it. `order` puts what is introduced first, then what is new, then what was said last."""

    title: str
    rest: str
    href: str
    kind: str
    urgent: bool
    when: str
    area: str
    many: int
    group: str
    new: bool
    standing: Standing
    order: tuple[bool, bool, int, int, int]


@dataclass(frozen=True)
class _Filter:
    """What the address asks for: a kind, an area."""

    kind: str | None
    area: str | None

    def takes(self, line: Line) -> bool:
        cover = line.cover
        return self.kind in (None, cover.kind) and self.area in (None, cover.area)


def _name(visit: Visit, what: bytes, word: str) -> str:
    """The name of a kind or an area in this session's addresses: no word of people stands in them."""
    return visit.name(what + word.encode())


def _asked(visit: Visit, place: str, what: bytes) -> str | None:
    """Raises NotThere."""
    named = visit.request.query_params.get(place, "")
    if not named:
        return None
    stable = visit.stable(named)
    if not stable.startswith(what):
        raise NotThere
    return stable[len(what) :].decode(errors="replace")


def helping(visit: Visit) -> list[Circle]:
    """My groups in which there are needs and offers."""
    return _with_aid(open_circles(visit)[0])


def _with_aid(circles: list[Circle]) -> list[Circle]:
    return [circle for circle in circles if circle.charter.aid.on]


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    side = SIDES.get(asked.get("show", ""), NEED)
    opened, _ = open_circles(visit)
    circles, wanted = _with_aid(opened), _Filter(_asked(visit, "kind", _KIND), _asked(visit, "area", _AREA))
    chosen = visit.circle(visit.stable(asked["circle"])) if asked.get("circle") else None
    if chosen is not None and not chosen.charter.aid.on:
        raise NotThere
    for circle in circles:
        await oneoffs.settle(circle)
    only = chosen or (circles[0] if len(circles) == 1 else None)
    named, older = [(circle, _lines(circle, side)) for circle in circles if only is None], ""
    if only is not None:
        lines, older = _page_of(visit, only, side, asked.get("before", ""))
        named = [(only, lines)]
    cards = [
        _card(visit, circle, line, len(circles) > 1)
        for circle, lines in named
        for line in lines
        if wanted.takes(line)
    ]
    cards.sort(key=lambda card: card.order, reverse=True)
    cut = SHOWN if only is None else None
    return _board(visit, side, circles, chosen, named, wanted, cards[:cut], older, groupless=not opened)


def _lines(circle: Circle, side: str) -> list[Line]:
    return view.lines(circle, side, view.rows(circle, side, limit=FROM_EACH))


def _page_of(visit: Visit, circle: Circle, side: str, before: str) -> tuple[list[Line], str]:
    """A page of one group, and what leads to the next."""
    rows = view.rows(circle, side, cursor.head_of(visit, circle, before))
    older = ""
    if len(rows) == view.PAGE:
        name = cursor.name_of(visit, circle, rows[-1].head)
        shown = next(word for word, one in SIDES.items() if one == side)
        older = visit.site.paths.url("help", show=shown, circle=visit.circle_name(circle.id), before=name)
    return view.lines(circle, side, rows), older


def _card(visit: Visit, circle: Circle, line: Line, named: bool) -> Card:
    cover, own = line.cover, oneoffs.behind(circle, line.obj) is not None
    title, rest = aidwords.cut(cover.text)
    new = not own and view.is_new(circle, line)
    return Card(
        title=title,
        rest=rest,
        href=visit.site.paths.url("need", need=visit.object_name(circle.id, line.obj)),
        kind=aidwords.kind(visit, cover.kind),
        urgent=cover.kind in rules.URGENT or cover.when == rules.NOW,
        when=aidwords.when(visit, cover),
        area=cover.area,
        many=cover.many,
        group=circle.name if named else "",
        new=new,
        standing=line.standing,
        order=(line.standing != "none", new, cover.said_day, cover.said_part, line.head),
    )


def _board(
    visit: Visit,
    side: str,
    circles: list[Circle],
    chosen: Circle | None,
    found: list[tuple[Circle, list[Line]]],
    wanted: _Filter,
    cards: list[Card],
    older: str,
    groupless: bool,
) -> Response:
    shown = next(word for word, one in SIDES.items() if one == side)
    kept = {"show": shown, **({"circle": visit.circle_name(chosen.id)} if chosen else {})}
    url, covers = visit.site.paths.url, [line.cover for _, lines in found for line in lines]
    kinds = sorted({cover.kind for cover in covers if cover.kind})
    areas = sorted({cover.area for cover in covers if cover.area})

    def at(kind: str | None, area: str | None) -> str:
        query = dict(kept)
        if kind is not None:
            query["kind"] = _name(visit, _KIND, kind)
        if area is not None:
            query["area"] = _name(visit, _AREA, area)
        return url("help", **query)

    by_kind = [(aidwords.kind(visit, one), at(one, wanted.area), wanted.kind == one) for one in kinds]
    by_area = [(one, at(wanted.kind, one), wanted.area == one) for one in areas]
    groups = [
        (
            one.name,
            url("help", show=shown, circle=visit.circle_name(one.id)),
            chosen is not None and one.id == chosen.id,
        )
        for one in circles
    ]
    return visit.page(
        "needs/board.html",
        tab="help",
        side=side,
        shown=shown,
        cards=cards,
        groupless=groupless,
        off=not circles,
        kinds=by_kind,
        areas=by_area,
        groups=groups if len(groups) > 1 else [],
        all_kinds=at(None, wanted.area),
        all_areas=at(wanted.kind, None),
        all_groups=url("help", show=shown),
        filtered=wanted.kind is not None or wanted.area is not None,
        older=older,
        mine=[mine for circle in circles for mine in own_rows(visit, circle)],
        circle=kept.get("circle", ""),
    )


# mine


@dataclass(frozen=True)
class Own:
    """One of mine, for a row: `soon` where I should say whether it is still wanted."""

    title: str
    href: str
    side: str
    waits: bool
    until: int
    soon: bool
    group: str
    words: int = 0
    theirs: bool = False

    @property
    def calls(self) -> bool:
        """Whether it waits for me."""
        return self.soon or bool(self.words)


def own_rows(visit: Visit, circle: Circle) -> list[Own]:
    """Everything of mine in a group that is open or waits, and what of others I have written about."""
    found = [(one, False) for one in view.all_mine(circle)] + [(one, True) for one in view.written_about(circle)]
    return [
        Own(
            aidwords.cut(one.need.text)[0],
            visit.site.paths.url("need", need=visit.object_name(circle.id, one.obj)),
            one.need.side,
            one.waits,
            one.until,
            not theirs and view.ends_soon(circle, one),
            circle.name,
            sum(thread.waits_for_me for thread in view.threads(circle, one.obj)),
            theirs,
        )
        for one, theirs in found
    ]


async def show_mine(visit: Visit) -> Response:
    circles = helping(visit)
    for circle in circles:
        await oneoffs.settle(circle)
    return visit.page(
        "needs/mine.html",
        tab="help",
        mine=[one for circle in circles for one in own_rows(visit, circle)],
        several=len(circles) > 1,
    )


# one


def addressed(visit: Visit) -> tuple[Circle, bytes]:
    """Raises NotThere, also where there are no needs any more."""
    circle, obj = visit.addressed("need")
    if not circle.charter.aid.on:
        raise NotThere
    return circle, obj


async def show_one(visit: Visit) -> Response:
    circle, obj = addressed(visit)
    own = oneoffs.behind(circle, obj) is not None
    found = view.mine(circle, obj) if own else view.one(circle, obj)
    if not found.waits:
        circle.has_seen(obj, found.head)
    return _one_page(visit, circle, found, own)


@dataclass(frozen=True)
class Talked:
    """Words with one other, (text, day, whether it was mine) each; `to` names the other in this session."""

    to: str
    words: list[tuple[str, int, bool]]


def _talked(visit: Visit, circle: Circle, obj: bytes) -> list[Talked]:
    return [
        Talked(visit.name(one.other), [(said.word.text, said.day, said.sender != one.other) for said in one.words])
        for one in view.threads(circle, obj)
    ]


def _one_page(visit: Visit, circle: Circle, found: Shown, own: bool, error: JiwarError | None = None) -> Response:
    need = found.need
    return visit.page(
        "needs/one.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.object_name(circle.id, found.obj),
        back=visit.site.paths.url("help", show=next(word for word, one in SIDES.items() if one == need.side)),
        group=circle.name,
        need=need,
        shown=found,
        kind=aidwords.kind(visit, need.kind),
        urgent=need.kind in rules.URGENT or need.when == rules.NOW,
        by_when=aidwords.when(visit, need),
        often="" if need.often == rules.ONCE else visit.say(aidwords.OFTEN[need.often]),
        outcome=visit.say(aidwords.OUTCOMES[need.outcome]) if need.outcome else "",
        outcomes=[(one, visit.say(said)) for one, said in aidwords.OUTCOMES.items()],
        own=own,
        soon=own and view.ends_soon(circle, found),
        removes=not own and circle.me.holds(STEWARD | MODERATOR),
        talked=_talked(visit, circle, found.obj),
        to=visit.form.typed("to"),
        typed=_word_typed(visit),
        limit=WORD_LIMIT,
        error=visit.sentence(error) if error else "",
    )


async def act(visit: Visit) -> Response:
    """End mine, take it back, ask again; or remove one, as the care team or a moderator."""
    circle, obj = addressed(visit)
    verb = visit.form.typed("do")
    visit.limit(WRITE)
    if verb == "word":
        return await _say(visit, circle, obj)
    if verb in rules.OUTCOMES:
        await service.end(circle, obj, verb)
        visit.tell("Ended. Its words are gone.")
    elif verb == "withdraw":
        await service.take_back(circle, obj)
        visit.tell("Taken back.")
    elif verb == "renew":
        await service.renew(circle, obj)
        visit.tell("Asked for again. It appears within the hour.")
    elif verb == "takedown":
        await service.take_down(circle, obj)
        visit.tell("Removed.")
    else:
        raise BadChoice
    await visit.member.flush()
    return visit.go("help") if verb == "takedown" else visit.go("help_mine")


def _word_typed(visit: Visit) -> str:
    """Each box of the page has a name of its own."""
    return visit.form.typed(f"word{visit.form.typed('at', 2)}", 2 * WORD_LIMIT)


async def _say(visit: Visit, circle: Circle, obj: bytes) -> Response:
    """A word to whoever is behind it, or back to who wrote."""
    named = visit.form.typed("to")
    try:
        await service.send_word(circle, obj, _word_typed(visit), visit.stable(named) if named else b"")
    except (BadInput, Refused) as error:
        own = oneoffs.behind(circle, obj) is not None
        return _one_page(visit, circle, view.mine(circle, obj) if own else view.one(circle, obj), own, error)
    visit.tell("It has been sent, without a name.")
    await visit.member.flush()
    return visit.go("need", "said", need=visit.object_name(circle.id, obj))


ROUTES = (
    At("help", "/help", show),
    At("help_mine", "/help/mine", show_mine),
    At("need", "/help/one/{need}", show_one, act),
)
