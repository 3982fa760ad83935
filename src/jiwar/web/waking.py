"""The duty ring of a group: when I can be woken and for what; and what whoever asks is told of it."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import duty
from jiwar.circles.circle import Circle
from jiwar.circles.model import DISPATCHER
from jiwar.circles.nudges import TEXT_LIMIT
from jiwar.clock import HOURS
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere
from jiwar.i18n import WEEKDAYS
from jiwar.keyring.model import Duty, Window
from jiwar.systems.needs import rules
from jiwar.web import aidwords, messages
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.visit import Visit

DAYS = (6, 0, 1, 2, 3, 4, 5)
"""A week as it is written here: from Sunday on; Monday is 0."""
NIGHT = Window(0, 22, 9)
"""What the form begins with."""


def line(visit: Visit, circle: Circle, kind: str = "") -> str:
    """What is so, from the hours that others have given: nobody's name, and no figure."""
    found = duty.watch(circle, kind)
    if found.now:
        return visit.say("Somebody can be woken at this hour, and is rung when it appears, if not a moment before.")
    if found.ahead < 0:
        return visit.say("Nobody has said so far that they can be woken for this.")
    hour = circle.services.clock.hour() + found.ahead
    when = {"day": visit.reader.day(visit.reader.today + hour // HOURS), "hour": visit.reader.hour(hour % HOURS)}
    return visit.say("Nobody can be woken now; somebody can from here on: %(day)s, %(hour)s.") % when


def line_of_dispatchers(visit: Visit, circle: Circle, kind: str) -> str:
    """The same where dispatchers alone are asked."""
    if duty.watch(circle, kind, confided=True).now:
        return visit.say("One of them can be woken at this hour, and is rung.")
    return visit.say("None of them can be woken at this hour.")


def mine_said(visit: Visit, circle: Circle) -> str:
    """How it stands with me."""
    if duty.mine(circle) is None:
        return visit.say("I am not woken")
    return visit.say("I can be woken at some hours")


def _addressed(visit: Visit) -> Circle:
    """Raises NotThere, also where there are no needs."""
    circle = visit.circle()
    if not circle.charter.aid.on:
        raise NotThere
    return circle


async def show(visit: Visit) -> Response:
    circle = _addressed(visit)
    return _page(visit, circle, duty.mine(circle) or Duty(circle.id, ()), visit.member.keyring.nudge.alarm)


def _page(visit: Visit, circle: Circle, mine: Duty, alarm: str, error: JiwarError | None = None) -> Response:
    day, begun = visit.reader.language, duty.mine(circle) is not None
    windows = [*mine.windows, *[NIGHT] * duty.MOST_WINDOWS][: duty.MOST_WINDOWS]
    return visit.page(
        "needs/duty.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        channel=bool(visit.member.keyring.nudge.channel),
        allowed=bool(visit.site.hub.bell.ways.channels),
        begun=begun,
        dispatches=circle.me.holds(DISPATCHER),
        windows=[(one.days, str(one.start), str((one.start + one.hours) % HOURS)) for one in windows],
        days=[(one, day.gettext(WEEKDAYS[one])) for one in DAYS],
        hours=[(str(hour), visit.reader.hour(hour)) for hour in range(HOURS)],
        kinds=[(one, aidwords.kind(visit, one), one in mine.kinds) for one in rules.kinds(circle.charter.aid)],
        alarm=alarm or visit.say("The kettle is on"),
        limit=TEXT_LIMIT,
        error=_sentence(visit, error) if error else "",
    )


def _sentence(visit: Visit, error: JiwarError) -> str:
    none = visit.say("At least one day is needed, and a way to be reminded.")
    return none if isinstance(error, BadChoice) else visit.sentence(error)


async def save(visit: Visit) -> Response:
    """Begin, change or end; what was refused is shown again."""
    visit.limit(SLOW)
    circle, key, form = _addressed(visit), visit.site.hub.bell.key, visit.form
    verb = form.choice("do", ("save", "end"))
    if verb == "end":
        await duty.stand(circle, key, (), (), "")
        visit.tell("Saved. Nobody wakes me here any more.")
        return visit.go("help_mine")
    windows, alarm = _windows(visit), form.typed("alarm", 2 * TEXT_LIMIT)
    named = rules.kinds(circle.charter.aid)
    kinds = tuple(one for one in named if one in form.several("kinds"))
    try:
        if not windows:
            raise BadChoice
        await duty.stand(circle, key, windows, kinds, alarm)
    except BadInput as error:
        return _page(visit, circle, Duty(circle.id, windows, kinds), alarm, error)
    visit.tell("Saved.")
    return visit.go("help_duty", circle=visit.circle_name(circle.id))


def _windows(visit: Visit) -> tuple[Window, ...]:
    """Those with a day; from an hour to itself is a whole day. Raises BadChoice."""
    form, found = visit.form, []
    for at in range(duty.MOST_WINDOWS):
        ticked = {day for day in DAYS if str(day) in form.several(f"days{at}")}
        start, end = (form.number(f"{name}{at}", 0, HOURS - 1) for name in ("from", "to"))
        if ticked:
            found.append(Window(sum(1 << day for day in ticked), start, (end - start) % HOURS or HOURS))
    return tuple(found)


ROUTES = (At("help_duty", "/help/duty/{circle}", show, save),)
