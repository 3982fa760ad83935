"""Reminders: how to be told, outside of this site, that there is something new in my groups; off unless chosen."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import nudges, texts
from jiwar.circles.nudges import ENDPOINT_LIMIT, TEXT_LIMIT, Target
from jiwar.clock import HOURS
from jiwar.errors import BadChoice, BadInput
from jiwar.keyring.model import Nudge
from jiwar.web.app import At
from jiwar.web.lately import open_circles
from jiwar.web.limits import SLOW, TRIAL
from jiwar.web.visit import Visit


async def show(visit: Visit) -> Response:
    return _page(visit, visit.member.keyring.nudge)


def _page(visit: Visit, chosen: Nudge, error: BadInput | None = None) -> Response:
    ways = visit.site.hub.bell.ways
    refused = visit.say("This is no address that a reminder can go to.")
    return visit.page(
        "settings/reminders.html",
        tab="more",
        status=200 if error is None else 400,
        chosen=chosen,
        channels=ways.channels,
        shut=ways.shut,
        hours=_hours(visit),
        limit=ENDPOINT_LIMIT,
        text_limit=TEXT_LIMIT,
        error="" if error is None else refused if isinstance(error, BadChoice) else visit.sentence(error),
    )


def _hours(visit: Visit) -> list[tuple[str, str]]:
    """Every hour in words, with the groups that come together then."""
    circles, _ = open_circles(visit)
    groups = [(one.charter.hour, one.name) for one in circles]
    named = {hour: [name for its, name in groups if its == hour] for hour in range(HOURS)}
    return [(str(hour), _in_words(visit, hour, names)) for hour, names in named.items()]


def _in_words(visit: Visit, hour: int, groups: list[str]) -> str:
    words = visit.reader.hour(hour)
    if not groups:
        return words
    return visit.say("%(hour)s · together: %(groups)s") % {"hour": words, "groups": " · ".join(groups)}


async def save(visit: Visit) -> Response:
    """Begin, change or end; what was refused is shown again."""
    visit.limit(SLOW)
    form, bell, member = visit.form, visit.site.hub.bell, visit.member
    channel = form.choice("channel", ("", *bell.ways.channels))
    hour, typed = form.number("hour", 0, HOURS - 1), form.typed("endpoint", ENDPOINT_LIMIT)
    try:
        own, ready = form.typed("own"), form.typed("ready")
        text = texts.line(own if own.strip() else ready, TEXT_LIMIT, required=bool(channel))
        endpoint = form.text("endpoint", ENDPOINT_LIMIT, required=bool(channel))
        if channel:
            bell.ways.check(channel, endpoint)
    except BadInput as error:
        return _page(visit, Nudge(channel, typed, hour, form.typed("own", TEXT_LIMIT)), error)
    wanted = Nudge(channel, endpoint, hour, text) if channel else Nudge()
    if channel and form.ticked("try"):
        visit.limit(TRIAL)
    await nudges.choose(member, bell.key, wanted)
    if channel and form.ticked("try"):
        target = Target(channel, endpoint, hour, text)
        bell.try_once(nudges.seal_target(bell.key, visit.site.hub.services.hub_id, target))
        visit.tell("Saved. The first one is on its way.")
    else:
        visit.tell("Saved.")
    return visit.go("reminders")


ROUTES = (At("reminders", "/more/settings/reminders", show, save),)
