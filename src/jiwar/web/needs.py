"""Needs and offers: mine, and the page of one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import attending, confiding, oneoffs, roles
from jiwar.circles.circle import Circle
from jiwar.circles.model import MODERATOR, STEWARD, TRUSTED
from jiwar.circles.thanks import LIMIT
from jiwar.circles.words import WORD_LIMIT
from jiwar.errors import BadChoice, BadInput, JiwarError, Refused
from jiwar.systems.needs import pictures, rules, service, thanking, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.view import Confided, Shown
from jiwar.web import aidwords, cases, messages, pledges, thanks, waking
from jiwar.web.app import At
from jiwar.web.lately import open_circles
from jiwar.web.limits import WRITE
from jiwar.web.persons import cares
from jiwar.web.pledges import addressed
from jiwar.web.visit import Visit

SIDES = {"needs": NEED, "offers": OFFER}


def helping(visit: Visit) -> list[Circle]:
    """My groups in which there are needs and offers."""
    return with_aid(open_circles(visit)[0])


def with_aid(circles: list[Circle]) -> list[Circle]:
    """Those of them in which there are any, each followed by its trusted people's circle where I am one."""
    found = []
    for circle in circles:
        if circle.charter.aid.on:
            inner = roles.held(circle, TRUSTED)
            found += [circle, *([inner] if inner else [])]
    return found


def with_cases(visit: Visit, circles: list[Circle]) -> list[Circle]:
    """Those circles, and whatever others of mine I have a follow-up in: it outlasts that needs are turned off."""
    found = {one.id: one for one in circles}
    for case in visit.member.keyring.cases:
        if case.circle not in found:
            with suppress(JiwarError):  # One that I was put out of; signing in looks after that.
                circle = Circle(visit.member, case.circle)
                circle.me  # noqa: B018 - raises Removed
                found[case.circle] = circle
    return list(found.values())


def called(visit: Visit, circle: Circle) -> str:
    """What a board's group is called: the trusted people of one have its name with theirs."""
    if not circle.membership.parent:
        return circle.name
    group = visit.member.membership(circle.group)
    return visit.reader.language.beside(group.alias or group.name, visit.say("Trusted people"))


async def settle(circle: Circle) -> None:
    """Look after what is mine there without a name."""
    await attending.settle(circle)
    await oneoffs.settle(circle)
    await confiding.settle(circle)


# mine


@dataclass(frozen=True)
class Own:
    """One of mine, for a row: `soon` where I should say whether it is still wanted, `confided` where only dispatchers
    read it.
    """

    title: str
    href: str
    side: str
    waits: bool
    until: int
    soon: bool
    group: str
    words: int = 0
    theirs: bool = False
    news: str = ""
    confided: bool = False

    @property
    def calls(self) -> bool:
        """Whether it waits for me."""
        return self.soon or bool(self.words or self.news)


def own_rows(visit: Visit, circle: Circle) -> list[Own]:
    """All of mine in a group that is open or waits, what of others I have written about, and what I confided."""
    found = [(one, False) for one in view.all_mine(circle)] + [(one, True) for one in view.written_about(circle)]
    return [
        Own(
            aidwords.cut(one.need.text)[0],
            visit.site.paths.url("need", need=visit.object_name(circle.id, one.obj)),
            one.need.side,
            one.waits,
            one.until,
            not theirs and view.ends_soon(circle, one),
            called(visit, circle),
            sum(thread.waits_for_me for thread in view.threads(circle, one.obj)),
            theirs,
            pledges.news(visit, circle, one.obj, one.need.side),
        )
        for one, theirs in found
    ] + [_confided_row(visit, circle, one) for one in view.all_confided(circle)]


def _confided_row(visit: Visit, circle: Circle, one: Confided) -> Own:
    return Own(
        aidwords.cut(one.need.text)[0],
        visit.site.paths.url("confided", need=visit.object_name(circle.id, one.name)),
        one.need.side,
        False,
        one.talk.until,
        False,
        called(visit, circle),
        int(not one.talk.is_with_dispatchers),
        confided=True,
    )


async def show_mine(visit: Visit) -> Response:
    circles = helping(visit)
    everywhere = with_cases(visit, circles)
    for circle in everywhere:
        await settle(circle)
    return visit.page(
        "needs/mine.html",
        tab="help",
        cases=[one for circle in everywhere for one in cases.rows(visit, circle, called(visit, circle))],
        thanked=[row for one in circles for row in thanks.rows(visit, one, called(visit, one))],
        watches=[(visit.circle_name(one.id), one.name, waking.mine_said(visit, one)) for one in circles],
        mine=[one for circle in circles for one in own_rows(visit, circle)],
        several=len(everywhere) > 1,
    )


# one


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
        group=called(visit, circle),
        need=need,
        shown=found,
        kind=aidwords.kind(visit, need.kind),
        urgent=need.kind in rules.URGENT or need.when == rules.NOW,
        by_when=aidwords.when(visit, need),
        reach=visit.say(aidwords.REACH[need.reach]) if need.reach else "",
        often="" if need.often == rules.ONCE else visit.say(aidwords.OFTEN[need.often]),
        outcome=visit.say(aidwords.OUTCOMES[need.outcome]) if need.outcome else "",
        outcomes=[(one, visit.say(said)) for one, said in aidwords.OUTCOMES.items()],
        thankable=own and not found.waits and thanking.has_somebody(circle, found.obj),
        thanks=visit.form.typed("thanks"),
        thanks_limit=LIMIT,
        sent=visit.form.typed("do"),
        own=own,
        circle=visit.circle_name(circle.id),
        watch=waking.line(visit, circle, need.kind) if own and rules.is_urgent(need) else "",
        soon=own and view.ends_soon(circle, found),
        photo=pictures.of(circle, found),
        brings=visit.services.later.brings(found.obj),
        fund=_fund(visit, circle, found),
        removes=not own and circle.me.holds(STEWARD | MODERATOR),
        talked=_talked(visit, circle, found.obj),
        deals=pledges.cards(visit, circle, found.obj),
        to=visit.form.typed("to"),
        typed=_word_typed(visit),
        limit=WORD_LIMIT,
        error=visit.sentence(error) if error else "",
    )


def _fund(visit: Visit, circle: Circle, found: Shown) -> str:
    """Where a steward writes it down for the fund; nothing for anybody else, and where there is none."""
    asks = found.need.side == NEED and not found.need.outcome and not circle.membership.parent
    if asks and circle.charter.fund.on and cares(circle):
        return visit.site.paths.url("fund_new", circle=visit.circle_name(circle.id))
    return ""


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
    elif verb == "thank":
        return await _end_with_thanks(visit, circle, obj)
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


async def _end_with_thanks(visit: Visit, circle: Circle, obj: bytes) -> Response:
    """It worked out, and whoever wrote about it reads a thank-you."""
    try:
        await thanking.end(circle, obj, visit.form.typed("thanks"))
    except BadInput as error:
        return _one_page(visit, circle, view.mine(circle, obj), own=True, error=error)
    visit.tell("Ended, with thanks. Its words are gone.")
    await visit.member.flush()
    return visit.go("help_mine")


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
    At("help_mine", "/help/mine", show_mine),
    At("need", "/help/one/{need}", show_one, act),
)
