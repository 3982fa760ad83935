"""The board: needs or offers of all my groups, or of one, what is introduced and new first.

A card is opened, checked and rendered once for everybody who reads alike (`web.fragments`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from jiwar.circles import oneoffs, rights
from jiwar.circles.circle import Circle
from jiwar.errors import NotThere
from jiwar.store.contract import ObjectRow
from jiwar.systems.needs import rules, view
from jiwar.systems.needs.model import NEED
from jiwar.web import aidwords, cursor, narrowing, queue
from jiwar.web.app import At
from jiwar.web.figures import with_figures
from jiwar.web.fragments import Made, Piece, Sealed, Wanted, holes, reading
from jiwar.web.frame import Frame
from jiwar.web.fund import with_fund
from jiwar.web.lately import open_circles
from jiwar.web.narrowing import Narrowed
from jiwar.web.needs import SIDES, called, own_rows, settle, with_aid
from jiwar.web.render import Filled
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, encode

FROM_EACH = 30
"""Of one group in the list of all groups; the group's own list goes on."""
SHOWN = 30
MOST_READ = 4
"""Times so many that are read for a page."""
LEAST_BARE = 6
"""What comes without an introduction and is shown with the others in any case."""


class About(Wire, frozen=True):
    """What is known of a card without opening its cover again."""

    kind: str
    area: str
    introduced: bool
    said_day: int
    said_part: int


_abouts = msgspec.msgpack.Decoder(About)


@dataclass(frozen=True)
class Card:
    """One as the board shows it, still with its holes."""

    circle: Circle
    obj: bytes
    head: int
    new: bool
    about: About
    piece: Piece

    @property
    def order(self) -> tuple[bool, bool, int, int, int]:
        """What is introduced first, then what is new, then what was said last."""
        return self.about.introduced, self.new, self.about.said_day, self.about.said_part, self.head


class Shelf:
    """One group's cards of one side, for one reader."""

    def __init__(self, visit: Visit, circle: Circle, side: str) -> None:
        self._visit, self.circle, self._side = visit, circle, side
        self._sealed = Sealed(circle.log, reading(visit.reader), str(circle.sketch.through))

    @cached_property
    def _known(self) -> list[rights.Known]:
        return rights.all_keys(self.circle)

    @cached_property
    def _judged(self) -> bytes:
        return encode([(one.keys.period, one.since) for one in self._known])

    def page(self, before: int | None = None, bare: bool = False) -> tuple[list[Card], int | None]:
        """The next cards, and the head after which the list goes on.

        What comes without an introduction takes nobody's place: for what does, a few times as much is read. With
        `bare` only what doesn't, as it comes.
        """
        found: list[Card] = []
        for _ in range(1 if bare else MOST_READ):
            rows = view.rows(self.circle, self._side, before, FROM_EACH)
            found += [card for card in self._cards(rows) if not (bare and card.about.introduced)]
            before = rows[-1].head if len(rows) == FROM_EACH else None
            if before is None or sum(card.about.introduced for card in found) >= FROM_EACH:
                break
        return found, before

    def _cards(self, rows: list[ObjectRow]) -> list[Card]:
        pieces = self._sealed.recall_all(f"card {self._side}", [self._wanted(row) for row in rows])
        return [self._card(row, piece) for row, piece in zip(rows, pieces, strict=True) if piece]

    def _wanted(self, row: ObjectRow) -> Wanted:
        cover = row.cover
        return Wanted((cover.epoch, cover.keep, cover.day), (row, self._judged), partial(self._made, row))

    def _card(self, row: ObjectRow, piece: Piece) -> Card:
        new = view.is_new(self.circle, row) and oneoffs.behind(self.circle, row.obj) is None
        return Card(self.circle, row.obj, row.head, new, _abouts.decode(piece.meta), piece)

    def _made(self, row: ObjectRow) -> Made | None:
        line = view.line(self.circle, self._side, row, self._known)
        if line is None:
            return None
        visit, cover = self._visit, line.cover
        title, rest = aidwords.cut(cover.text)
        about = About(cover.kind, cover.area, line.standing != "none", cover.said_day, cover.said_part)
        html = _part(
            visit,
            "needs/_card.html",
            title=title,
            rest=rest,
            kind=aidwords.kind(visit, cover.kind),
            urgent=cover.kind in rules.URGENT or cover.when == rules.NOW,
            by_when=aidwords.when(visit, cover),
            cover=cover,
            standing=line.standing,
            **holes("href", "fresh", "group"),
        )
        return encode(about), html


def _part(visit: Visit, template: str, **values: object) -> str:
    """Render a part of the page; it holds nothing of a session."""
    return visit.site.pages.fragment(template, visit.reader, Frame(visit.site.cover, visit.site.paths.url), **values)


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    side = SIDES.get(asked.get("show", ""), NEED)
    opened, _ = open_circles(visit)
    circles, wanted = with_aid(opened), narrowing.asked(visit)
    chosen = visit.circle(visit.stable(asked["circle"])) if asked.get("circle") else None
    if chosen is not None and not chosen.charter.aid.on:
        raise NotThere
    for circle in circles:
        await settle(circle)
    only, older = chosen or (circles[0] if len(circles) == 1 else None), ""
    bare = asked.get("bare") == "yes"
    if only is not None:
        found, older = _page_of(visit, only, side, asked.get("before", ""), bare)
    else:
        found = [card for circle in circles for card in Shelf(visit, circle, side).page(bare=bare)[0]]
    taken = (card for card in found if wanted.takes(card.about.kind, card.about.area))
    cards = sorted(taken, key=lambda card: card.order, reverse=True)
    introduced = sum(card.about.introduced for card in cards)
    cut = len(cards) if bare else max(SHOWN, introduced if only else 0, min(introduced, SHOWN) + LEAST_BARE)
    hidden = any(not card.about.introduced for card in cards[cut:])
    return _board(visit, side, circles, chosen, found, wanted, cards[:cut], older, hidden, groupless=not opened)


def _page_of(visit: Visit, circle: Circle, side: str, before: str, bare: bool) -> tuple[list[Card], str]:
    """A page of one group, and what leads to the next."""
    cards, last = Shelf(visit, circle, side).page(cursor.head_of(visit, circle, before), bare)
    if last is None:
        return cards, ""
    place = {"before": cursor.name_of(visit, circle, last), **({"bare": "yes"} if bare else {})}
    return cards, visit.site.paths.url("help", show=_shown(side), circle=visit.circle_name(circle.id), **place)


def _shown(side: str) -> str:
    return next(word for word, one in SIDES.items() if one == side)


def _filled(visit: Visit, cards: list[Card], named: bool) -> Filled:
    """The cards with what is this reader's own."""
    fresh = _part(visit, "needs/_fresh.html") if cards else ""
    groups = {
        one.circle.id: str(Markup("<span><bdi>{}</bdi></span>").format(called(visit, one.circle))) for one in cards
    }
    return Filled(
        card.piece.fill(
            {
                "href": visit.site.paths.url("need", need=visit.object_name(card.circle.id, card.obj)),
                "fresh": fresh if card.new else "",
                "group": groups[card.circle.id] if named else "",
            }
        )
        for card in cards
    )


def _board(
    visit: Visit,
    side: str,
    circles: list[Circle],
    chosen: Circle | None,
    found: list[Card],
    wanted: Narrowed,
    cards: list[Card],
    older: str,
    hidden: bool,
    groupless: bool,
) -> Response:
    shown = _shown(side)
    kept = {"show": shown, **({"circle": visit.circle_name(chosen.id)} if chosen else {})}
    url = visit.site.paths.url
    about = [(card.about.kind, card.about.area) for card in found]
    ways = narrowing.ways(visit, wanted, about, lambda query: url("help", **kept, **query))
    groups = [
        (
            called(visit, one),
            url("help", show=shown, circle=visit.circle_name(one.id)),
            chosen is not None and one.id == chosen.id,
        )
        for one in circles
    ]
    return visit.page(
        "needs/board.html",
        tab="help",
        queues=queue.mine(visit, circles),
        funds=with_fund(visit, circles),
        figures=with_figures(visit, circles),
        side=side,
        shown=shown,
        cards=_filled(visit, cards, len(circles) > 1),
        groupless=groupless,
        off=not circles,
        kinds=ways.kinds,
        areas=ways.areas,
        groups=groups if len(groups) > 1 else [],
        all_kinds=ways.all_kinds,
        all_areas=ways.all_areas,
        all_groups=url("help", show=shown),
        filtered=wanted.at_all,
        older=older,
        bare=url("help", bare="yes", **kept) if hidden else "",
        beside=[] if visit.reader.narrow else [mine for circle in circles for mine in own_rows(visit, circle)],
        circle=kept.get("circle", ""),
    )


ROUTES = (At("help", "/help", show),)
