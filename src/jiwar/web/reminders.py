"""Reminders: how to be told, outside of this site, that there is something new in my groups; off unless chosen.

A browser's own push service needs the one thing that no page can do without a script (`browser.js`): to ask the
browser for an address. Both that script and the worker which it leaves behind (`worker.js`) are for members only.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.circles import nudges, texts
from jiwar.circles.nudges import ENDPOINT_LIMIT, MAIL, PUSH, TEXT_LIMIT, WEB, Target
from jiwar.clock import HOURS
from jiwar.crypto.webpush import to_text
from jiwar.errors import BadChoice, BadInput
from jiwar.keyring.model import Nudge
from jiwar.nudging.webpush import read_subscription
from jiwar.web import scripts
from jiwar.web.app import At
from jiwar.web.lately import open_circles
from jiwar.web.limits import SLOW, TRIAL
from jiwar.web.visit import Visit

MODES = ("daily", "urgent")
SCRIPT, WORKER = Path(__file__).with_name("browser.js"), Path(__file__).with_name("worker.js")


async def show(visit: Visit) -> Response:
    return _page(visit, visit.member.keyring.nudge)


def _page(visit: Visit, chosen: Nudge, error: BadInput | None = None) -> Response:
    bell = visit.site.hub.bell
    ways, name, before = bell.ways, nudges.browser_name(visit.member), visit.member.keyring.nudge.channel
    web = WEB in (*ways.channels, before)  # What it left is taken away also where it may not be chosen any more.
    none = visit.say("This browser gave no address. It needs JavaScript and leave to show notifications.")
    refused = none if chosen.channel == WEB else visit.say("This is no address that a reminder can go to.")
    return visit.page(
        "settings/reminders.html",
        tab="more",
        status=200 if error is None else 400,
        worker=web,
        before=before,
        chosen=chosen,
        typed="" if chosen.channel == WEB else chosen.endpoint,
        browser=chosen.endpoint if chosen.channel == WEB else "",
        key=bell.signer.point(name) if web else "",
        name=to_text(name),
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
    together = visit.say("together: %(groups)s") % {"groups": visit.reader.language.beside(*groups)}
    return visit.reader.language.beside(words, together)


async def save(visit: Visit) -> Response:
    """Begin, change or end; what was refused is shown again."""
    visit.limit(SLOW)
    form, bell, member = visit.form, visit.site.hub.bell, visit.member
    channel = form.choice("channel", ("", *bell.ways.channels))
    if not channel:
        await nudges.choose(member, bell.key, Nudge())
        visit.tell("Saved.")
        return visit.go("reminders")
    daily = form.choice("mode", MODES, MODES[0]) == MODES[0]
    field = "browser" if channel == WEB else "endpoint"
    hour, typed = form.number("hour", 0, HOURS - 1), form.typed(field, ENDPOINT_LIMIT)
    try:
        own, ready = form.typed("own"), form.typed("ready")
        text = texts.line(own if own.strip() else ready, TEXT_LIMIT)
        endpoint = form.text(field, ENDPOINT_LIMIT, required=channel in (PUSH, MAIL))
        bell.ways.check(channel, endpoint)
        if channel == WEB and read_subscription(endpoint).name != nudges.browser_name(member):
            raise BadChoice
    except BadInput as error:
        return _page(visit, Nudge(channel, typed, hour, form.typed("own", TEXT_LIMIT), daily=daily), error)
    if form.ticked("try"):
        visit.limit(TRIAL)
    before = member.keyring.nudge
    wanted = replace(before, channel=channel, endpoint=endpoint, hour=hour, text=text, daily=daily)
    await nudges.choose(member, bell.key, wanted)
    if form.ticked("try"):
        target = Target(channel, endpoint, hour, text)
        bell.try_once(nudges.seal_target(bell.key, visit.site.hub.services.hub_id, target))
        visit.tell("Saved. The first one is on its way.")
    else:
        visit.tell("Saved.")
    return visit.go("reminders")


async def script(visit: Visit) -> Response:
    return scripts.give(visit, SCRIPT)


async def worker(visit: Visit) -> Response:
    return scripts.give(visit, WORKER)


ROUTES = (
    At("reminders", "/more/settings/reminders", show, save),
    At("browser_script", "/more/settings/reminders/a.js", script),
    At("browser_worker", "/more/settings/reminders/b.js", worker, by_itself=True),
)
