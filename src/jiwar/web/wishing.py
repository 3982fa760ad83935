"""Asking for something, or offering it, in two screens: write, then check and send.

What was typed goes from screen to screen in the form, a photo in the session (`web.chosen`); nothing is kept before
it is sent.
"""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import rights
from jiwar.circles.circle import Circle
from jiwar.circles.policy import AREA_LIMIT, MOST_ASKED
from jiwar.crypto.envelopes import SEED
from jiwar.errors import (
    BadChoice,
    BadInput,
    BadPicture,
    FileMissing,
    JiwarError,
    NoPhotoThere,
    PhotoGone,
    PhotosFull,
    Refused,
    TextTooLong,
    TooMuch,
)
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import rules, service
from jiwar.systems.needs.model import NEED, NO_DAY, NO_PART, OFFER, Need, Picture
from jiwar.systems.needs.pictures import ALT_LIMIT
from jiwar.systems.needs.rules import Wish
from jiwar.web import aidwords, chosen, messages, queue, waking
from jiwar.web.app import At
from jiwar.web.chosen import Chosen
from jiwar.web.limits import WRITE
from jiwar.web.needs import SIDES, called, helping
from jiwar.web.readers import AMONG_TRUSTED, DESK, GROUP, choices, where
from jiwar.web.uploads import PICTURE
from jiwar.web.visit import Visit

TYPED = 2 * rules.TEXT_LIMIT
VERBS = ("check", "change", "photo", "without", "send")
DAYS = 14
"""So many days are offered by name."""
ANSWERS = tuple(f"answer{at}" for at in range(MOST_ASKED))
FIELDS = (
    "text",
    "when",
    "area",
    "kind",
    "day",
    "part",
    "many",
    "often",
    "languages",
    "conditions",
    "reach",
    "case",
    chosen.FIELD,
    "readers",
    *ANSWERS,
)


def _typed(visit: Visit) -> dict[str, str]:
    """What stands in the form, or what it begins with."""
    form = visit.form
    if not form.ticked("text"):
        return dict.fromkeys(FIELDS, "") | {"when": rules.WEEK, "many": "1", "often": rules.ONCE}
    return {name: form.typed(name, TYPED) for name in FIELDS}


def _side(visit: Visit) -> str:
    return SIDES.get(visit.request.query_params.get("show", ""), NEED)


def _wish(visit: Visit, circle: Circle, side: str) -> Wish:
    """Raises BadChoice."""
    form, today = visit.form, visit.services.clock.day()
    day = form.number("day", today, today + DAYS) if form.typed("day") else NO_DAY
    return Wish(
        side=side,
        text=form.typed("text", TYPED),
        when=form.choice("when", rules.WHEN, rules.WEEK),
        area=form.typed("area", TYPED),
        kind=form.typed("kind", TYPED),
        day=day,
        part=form.number("part", 0, 4) if form.typed("part") and day != NO_DAY else NO_PART,
        many=form.number("many", 1, rules.MOST_MANY) if form.typed("many") else 1,
        often=form.choice("often", rules.OFTEN, rules.ONCE),
        languages=form.typed("languages", TYPED),
        conditions=form.typed("conditions", TYPED),
        reach=form.choice("reach", rules.REACH, ""),
        answers=_answers(visit, circle),
    )


def _answers(visit: Visit, circle: Circle) -> tuple[tuple[str, str], ...]:
    """What the group asks besides, with what was typed."""
    asked = zip(circle.charter.aid.questions, ANSWERS, strict=False)
    return tuple((question, visit.form.typed(name, TYPED)) for question, name in asked)


def _chosen(visit: Visit, circles: list[Circle]) -> tuple[Circle, str]:
    """The group that the form or the address names, or the first; and who reads it there."""
    named = visit.form.typed("circle") or visit.request.query_params.get("circle", "")
    asked = visit.stable(named) if named else circles[0].id
    found = next((one for one in circles if one.id.startswith(asked)), circles[0])
    # `meant`: chosen earlier, where nothing on the second screen could be.
    readers = visit.form.typed("readers") or visit.form.typed("meant")
    readers = readers or (AMONG_TRUSTED if found.membership.parent else GROUP)
    return next(one for one in circles if one.id == found.group), readers


def _groups(circles: list[Circle]) -> list[Circle]:
    return [one for one in circles if not one.membership.parent]


async def show(visit: Visit) -> Response:
    circles = helping(visit)
    return _write(visit, circles, _side(visit)) if circles else visit.go("help")


def _write(
    visit: Visit,
    circles: list[Circle],
    side: str,
    error: JiwarError | None = None,
    photo: Chosen | None = None,
) -> Response:
    reader, typed, (circle, wanted) = visit.reader, _typed(visit), _chosen(visit, circles)
    typed |= {chosen.FIELD: photo.mark.hex()} if photo else {}
    circles = _groups(circles)
    # Where several groups name their parts of town differently, everybody writes their own.
    areas = circles[0].charter.aid.areas if len(circles) == 1 else ()
    kinds = dict.fromkeys(one for each in circles for one in rules.kinds(each.charter.aid))
    today = reader.today
    return visit.page(
        "needs/write.html",
        tab="help",
        status=messages.status(error) if error else 200,
        offers=side == OFFER,
        here=visit.site.paths.url("help_new", show=_shown(side)),
        back=visit.site.paths.url("help", show=_shown(side)),
        circles=[(visit.circle_name(one.id), called(visit, one)) for one in circles],
        chosen=visit.circle_name(circle.id),
        typed=typed | {"readers": wanted},
        whens=[(one, visit.say(said)) for one, said in aidwords.WHEN.items()],
        areas=[("", visit.say("Anywhere")), *((one, one) for one in areas)] if areas else [],
        kinds=[("", visit.say("Not said")), *((one, aidwords.kind(visit, one)) for one in kinds)],
        days=[("", visit.say("Not said"))] + [(str(day), reader.day(day)) for day in range(today, today + DAYS)],
        parts=[("", visit.say("Not said"))] + [(str(part), reader.language.part(part)) for part in (1, 2, 3, 4, 0)],
        manys=[(str(one), reader.count(one, "%(n)s person", "%(n)s people")) for one in range(1, 21)],
        oftens=[(one, visit.say(said)) for one, said in aidwords.OFTEN.items()],
        watch=waking.line(visit, circle) if len(circles) == 1 and side == NEED else "",
        limits=rules,
        area_limit=AREA_LIMIT,
        reaches=[(one, visit.say(said)) for one, said in aidwords.REACH.items()],
        answers=ANSWERS,
        more=any(typed.get(one) for one in ("kind", "day", "part", "languages", "conditions", "reach")),
        error=visit.sentence(error) if error else "",
        at="text" if not 0 < len(visit.form.typed("text", TYPED).strip()) <= rules.TEXT_LIMIT else "area",
    )


def _shown(side: str) -> str:
    return next(word for word, one in SIDES.items() if one == side)


async def act(visit: Visit) -> Response:
    """Check, change again, put a photo beside it or leave it out, or send."""
    circles, side, verb = helping(visit), _side(visit), visit.form.choice("do", VERBS, "check")
    if not circles:
        return visit.go("help")
    circle, wanted = _chosen(visit, circles)
    try:
        wish = _wish(visit, circle, side)
        if verb == "change":
            return _write(visit, circles, side, photo=_brought(visit))
        visit.limit(WRITE)
        need = _as_it_would_be(visit, circle, wish)
    except (BadInput, Refused) as error:
        return _write(visit, circles, side, error)
    wanted, photo = visit.form.typed("readers") if verb == "send" else wanted, None
    try:
        photo = await _photo(visit, verb)
        if photo and wanted == DESK:
            raise NoPhotoThere
        if verb != "send":
            return _check(visit, circle, side, need, wanted, photo)
        await _send(circle, wish, wanted, photo)
    except (BadChoice, BadPicture, FileMissing, NoPhotoThere, PhotoGone, PhotosFull, TextTooLong, TooMuch) as error:
        return _check(visit, circle, side, need, wanted, photo or chosen.of_form(visit), error)
    except (BadInput, Refused) as error:
        return _write(visit, circles, side, error)
    return await _sent(visit, need, wanted)


def _brought(visit: Visit) -> Chosen | None:
    """The photo of a request at the desk, where its dispatcher said that it goes along; else the one that waits.
    Raises NotThere.
    """
    form = visit.form
    if not form.ticked("carry"):
        return chosen.of_form(visit)
    return chosen.hold(visit, Picture("", queue.photo(visit, form.typed("case"), form.typed("carry"))))


async def _photo(visit: Visit, verb: str) -> Chosen | None:
    """The photo that goes along, as the form says. Raises as `chosen.take` does; FileMissing where one was to be
    put there.
    """
    if verb == "without":
        chosen.let_go(visit)
        return None
    photo = await chosen.take(visit)
    if verb == "photo" and photo is None:
        raise FileMissing
    return photo


async def _send(circle: Circle, wish: Wish, wanted: str, photo: Chosen | None) -> None:
    """Raises BadInput, Refused."""
    if wanted == DESK:
        await service.confide(where(circle, wanted), wish)
    else:
        await service.ask(where(circle, wanted), wish, photo.picture if photo else None)


async def _sent(visit: Visit, need: Need, wanted: str) -> Response:
    chosen.let_go(visit)
    if wanted == DESK:
        visit.tell("It is kept, and lies with the dispatchers, without a name.")
        return visit.go("help_mine")
    await queue.made(visit, visit.form.typed("case"))
    if rules.is_urgent(need):
        visit.tell("It is kept, and appears within six minutes, without a name.")
    else:
        visit.tell("It is kept, and appears within the hour, without a name.")
    return visit.go("help_mine")


def _as_it_would_be(visit: Visit, circle: Circle, wish: Wish) -> Need:
    """What would be said, by a one-off that is never used. Raises TextMissing, TextTooLong, BadChoice."""
    nobody = Persona(visit.services.random(SEED)[:32])
    return rules.new_need(wish, circle.charter.aid, visit.services.clock.day(), nobody.kem_key, bytes(32))


def _at(error: JiwarError | None) -> str:
    """Which box an error belongs to; who reads it is chosen in none that a link could lead to."""
    if isinstance(error, (BadChoice, NoPhotoThere)):
        return ""
    return "alt" if isinstance(error, TextTooLong) else "file"


def _check(
    visit: Visit,
    circle: Circle,
    side: str,
    need: Need,
    wanted: str,
    photo: Chosen | None = None,
    error: JiwarError | None = None,
) -> Response:
    title, rest = aidwords.cut(need.text)
    urgent, typed, asked = rules.is_urgent(need), _typed(visit), circle.charter.aid.questions
    typed |= {chosen.FIELD: photo.mark.hex() if photo else "", "meant": wanted or visit.form.typed("meant")}
    # What dispatchers make a request of is theirs already, and only words are sealed to them.
    every = choices(visit, circle, urgent, need.kind)
    readers = [one for one in every if one.value != DESK or not (typed["case"] or photo)]
    return visit.page(
        "needs/check.html",
        tab="help",
        status=messages.status(error) if error else 200,
        photo=photo.picture if photo else None,
        alt=visit.form.typed("alt", 2 * ALT_LIMIT) if error or not photo else photo.picture.alt,
        alt_limit=ALT_LIMIT,
        error=visit.sentence(error) if error else "",
        at="alt"
        if isinstance(error, TextTooLong)
        else ""
        if isinstance(error, (BadChoice, NoPhotoThere))
        else "file",
        offers=side == OFFER,
        here=visit.site.paths.url("help_new", show=_shown(side)),
        circle=visit.circle_name(circle.id),
        group=circle.name,
        readers=readers,
        chosen=wanted,  # What isn't offered leaves nothing chosen: never more readers than were meant.
        boards_alone=bool(photo) and not typed["case"] and len(readers) < len(every),
        typed=typed,
        questions=[(name, question, typed[name]) for name, question in zip(ANSWERS, asked, strict=False)],
        answer_limit=rules.ANSWER_LIMIT,
        title=title,
        rest=rest,
        need=need,
        kind=aidwords.kind(visit, need.kind),
        by_when=aidwords.when(visit, need),
        reach=visit.say(aidwords.REACH[need.reach]) if need.reach else "",
        often="" if need.often == rules.ONCE else visit.say(aidwords.OFTEN[need.often]),
        urgent=urgent,
        watch=waking.line(visit, circle, need.kind),
        introduced=rights.usable(circle) is not None,
        left=rights.left(circle) - 1,
        days=rules.lane(need, visit.services.clock.day(), circle.policy.topic_days),
    )


ROUTES = (At("help_new", "/help/new", show, act, upload=PICTURE),)
