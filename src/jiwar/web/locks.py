"""A lock with somebody I trust: given, taken back, used in two taps; and an account that sleeps while I travel."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import guarding
from jiwar.circles.circle import Circle
from jiwar.circles.model import Member
from jiwar.clock import hour_of
from jiwar.errors import BadInput, Busy, JiwarError, NotThere, Refused
from jiwar.store.guard import CLOSED_HOURS, SLOTS
from jiwar.web import messages
from jiwar.web.app import At
from jiwar.web.keys import require_own
from jiwar.web.limits import SLOW, WRITE, Rate
from jiwar.web.people import addressed
from jiwar.web.persons import person
from jiwar.web.visit import Visit

NIGHTS = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90)
"""How long an account may sleep: until the beginning of that day."""
EVERYBODY_LOCKS = Rate(12, 5.0)
"""Each time every account is looked at."""


@dataclass(frozen=True)
class Holder:
    """Somebody to whom I gave a lock."""

    name: str
    group: str
    place: int
    href: str


def _other(visit: Visit) -> tuple[Circle, Member]:
    """Somebody else who is in the group. Raises NotThere."""
    circle, target = addressed(visit)
    if not target.active or target.persona == circle.log.persona.key:
        raise NotThere
    return circle, target


def _page(visit: Visit, template: str, circle: Circle, target: Member, error: JiwarError | None = None) -> Response:
    place = guarding.place_of(circle, target.persona)
    return visit.page(
        template,
        tab="more",
        status=messages.status(error) if error else 200,
        who=person(visit, circle, target.persona),
        place=place,
        left=SLOTS - len(visit.member.keyring.friends),
        days=CLOSED_HOURS // 24,
        error=visit.sentence(error) if error else "",
    )


# giving and taking back


async def show_trust(visit: Visit) -> Response:
    return _page(visit, "locks/trust.html", *_other(visit))


async def trust(visit: Visit) -> Response:
    """Let somebody close my account for three days, or no longer."""
    visit.limit(SLOW)
    circle, target = _other(visit)
    place = guarding.place_of(circle, target.persona)
    try:
        if visit.form.choice("act", ("give", "back")) == "give":
            if place is None:
                await guarding.give(circle, target.persona)
            visit.tell("Given: it stands on my page in their group, with two taps.")
        elif place is not None:
            await guarding.take_back(visit.member, place)
            visit.tell("Taken back: what they hold closes nothing any more.")
    except Refused as error:
        return _page(visit, "locks/trust.html", circle, target, error)
    return visit.go("trust", person=visit.object_name(circle.id, target.persona[:16]))


# using it: act, confirm


async def show_latch(visit: Visit) -> Response:
    circle, target = _other(visit)
    if guarding.trusted_by(circle, target.persona) is None:
        raise NotThere
    return _page(visit, "locks/latch.html", circle, target)


async def latch(visit: Visit) -> Response:
    """Close somebody's account, or wake it where they said so."""
    visit.limit(SLOW)
    visit.site.limits.take_for_all(EVERYBODY_LOCKS)
    circle, target = _other(visit)
    try:
        if visit.form.choice("act", ("close", "wake")) == "close":
            await guarding.close(circle, target.persona)
            visit.tell("Closed for three days. Who tries the key now is told that it opens nothing.")
        else:
            await guarding.wake(circle, target.persona)
            visit.tell("Awake: the key opens again.")
    except Refused as error:
        return _page(visit, "locks/latch.html", circle, target, error)
    return visit.go("person", person=visit.object_name(circle.id, target.persona[:16]))


# all of mine


async def show_locks(visit: Visit) -> Response:
    keyring = visit.member.keyring
    holders = [_holder(visit, one.circle, one.persona, one.place) for one in keyring.friends]
    return visit.page("locks/locks.html", tab="more", holders=holders, most=SLOTS, was_closed=keyring.was_closed)


def _holder(visit: Visit, circle: bytes, persona: bytes, place: int) -> Holder:
    """A holder in a group that can't be opened any more still has a slot."""
    try:
        opened = Circle(visit.member, circle)
        who = person(visit, opened, persona)
        return Holder(who.name, opened.name, place, visit.site.paths.url("trust", person=who.key))
    except JiwarError:
        return Holder("", "", place, "")


async def change_locks(visit: Visit) -> Response:
    """Take one back, or note that I know that my account was closed."""
    visit.limit(WRITE)
    if visit.form.text("act") == "seen":
        await guarding.has_read(visit.member)
    else:
        await guarding.take_back(visit.member, visit.form.number("place", 0, SLOTS - 1))
        visit.tell("Taken back: what they hold closes nothing any more.")
    return visit.go("locks")


# sleeping


async def show_sleep(visit: Visit) -> Response:
    return _sleep(visit)


def _sleep(visit: Visit, error: JiwarError | None = None) -> Response:
    today, count = visit.reader.today, visit.reader.count
    nights = [(one, count(one, "%(n)s night", "%(n)s nights"), visit.reader.day(today + one)) for one in NIGHTS]
    return visit.page(
        "locks/sleep.html",
        tab="more",
        status=messages.status(error) if error else 200,
        nights=nights,
        chosen=visit.form.typed("nights") or "7",
        friends=len(visit.member.keyring.friends),
        wakes=visit.form.ticked("wakes") or error is None,
        typed=visit.form.typed("key", 400),
        error=visit.sentence(error) if error else "",
    )


async def sleep(visit: Visit) -> Response:
    """Close my own account until a day, by its own key: whoever comes back then has to have it."""
    visit.limit(SLOW)
    try:
        nights = int(visit.form.choice("nights", tuple(map(str, NIGHTS))))
        await require_own(visit)
    except (BadInput, Busy) as error:
        return _sleep(visit, error)
    now = hour_of(visit.services.clock)
    until = (now // 24 + nights) * 24
    await guarding.sleep(visit.member, until, wakes=visit.form.ticked("wakes"))
    visit.end_session()
    return visit.page("locks/asleep.html")


ROUTES = (
    At("trust", "/person/{person}/trust", show_trust, trust),
    At("latch", "/person/{person}/latch", show_latch, latch),
    At("locks", "/more/safety/friends", show_locks, change_locks),
    At("sleep", "/more/safety/away", show_sleep, sleep),
)
