"""Key-keepers: choose three, see who they are; begin for somebody and write the slip; and stop what was begun."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from starlette.responses import Response

from jiwar.circles import keepers, keeping
from jiwar.circles.circle import Circle
from jiwar.circles.model import Member
from jiwar.errors import BadInput, Conflict, JiwarError, NotThere
from jiwar.keyring.model import Kept
from jiwar.store.held import DAY_MINUTES
from jiwar.web.app import At
from jiwar.web.inviting import hand_over
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.people import addressed
from jiwar.web.persons import Person, person
from jiwar.web.visit import Visit

PLACES = ("first", "second", "third")


@dataclass
class _Found:
    """What stands on my page."""

    names: list[Person] = field(default_factory=list)
    group: str = ""
    groups: list[tuple[str, str]] = field(default_factory=list)
    keeps: list[tuple[Person, str]] = field(default_factory=list)


# mine


async def show(visit: Visit) -> Response:
    """Who they are, in which groups they can be chosen, and whose key I keep."""
    mine, found = visit.member.keyring.keepers, _Found()
    for one in visit.member.memberships():
        with suppress(JiwarError):
            circle = Circle(visit.member, one.circle)
            if one.circle == mine.circle:
                found.names, found.group = [person(visit, circle, each) for each in mine.personas], circle.name
            if keepers.may_choose(circle) and len(_others(circle)) >= keepers.KEEPERS:
                there = visit.site.paths.url("keepers_choose", circle=visit.circle_name(one.circle))
                found.groups.append((there, circle.name))
            kept = keeping.all_kept(circle)
            found.keeps += [(person(visit, circle, each.persona), circle.name) for each in kept]
    return visit.page("keepers/mine.html", tab="more", chosen=bool(mine.name), found=found)


def _others(circle: Circle) -> list[Member]:
    return [one for one in circle.state.members if one.active and one.persona != circle.log.persona.key]


async def take_back(visit: Visit) -> Response:
    visit.limit(WRITE)
    await keepers.take_back(visit.member)
    visit.tell("Taken back: they are asked to forget.")
    return visit.go("keepers")


async def show_choose(visit: Visit) -> Response:
    return _choosing(visit, visit.circle())


def _choosing(visit: Visit, circle: Circle, said: str = "") -> Response:
    if not keepers.may_choose(circle) or len(_others(circle)) < keepers.KEEPERS:
        raise NotThere
    people = sorted((person(visit, circle, one.persona) for one in _others(circle)), key=lambda one: one.name)
    return visit.page(
        "keepers/choose.html",
        tab="more",
        status=400 if said else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        people=[("", "—"), *((one.key, one.name) for one in people)],
        chosen=[visit.form.typed(place, 100) for place in PLACES],
        error=said,
    )


async def choose(visit: Visit) -> Response:
    visit.limit(SLOW)
    circle = visit.circle()
    named = [visit.form.typed(place, 100) for place in PLACES]
    keys = {visit.object_name(circle.id, one.persona[:16]): one.persona for one in _others(circle)}
    try:
        await keepers.choose(circle, tuple(keys[name] for name in named if name in keys))
    except BadInput:
        return _choosing(visit, circle, visit.say("Three different people, please."))
    visit.tell("Chosen. A word to the three, by another way, tells them what it is for.")
    return visit.go("keepers")


# for somebody else


def _kept(visit: Visit) -> tuple[Circle, Member, Kept]:
    """Somebody whose key I keep. Raises NotThere."""
    circle, target = addressed(visit)
    kept = keeping.kept_for(circle, target.persona)
    if kept is None:
        raise NotThere
    return circle, target, kept


async def show_keeping(visit: Visit) -> Response:
    return _keeping(visit)


def _keeping(visit: Visit, said: str = "") -> Response:
    circle, target, kept = _kept(visit)
    others: list[Person] = [person(visit, circle, half.other) for half in kept.halves]
    return visit.page(
        "keepers/keep.html",
        tab="more",
        status=409 if said else 200,
        who=person(visit, circle, target.persona),
        others=others,
        ready=keeping.opened(circle, target.persona) is not None,
        until=kept.begun // DAY_MINUTES if keeping.waits(circle, kept) else 0,
        error=said,
    )


async def keep(visit: Visit) -> Response:
    """Begin the day, or write the slip after it."""
    visit.limit(SLOW)
    circle, target, _ = _kept(visit)
    if visit.form.choice("act", ("begin", "slip")) == "begin":
        try:
            await keeping.begin(circle, target.persona)
        except (Conflict, NotThere):
            return _keeping(visit, visit.say("It can't begin now: it has begun already, or they are no longer here."))
        visit.tell("Begun. After a day one of the two others can write the slip.")
        return visit.go("keeping", person=visit.object_name(circle.id, target.persona[:16]))
    try:
        accounts, language = visit.site.accounts, visit.reader.language.code
        ticket = await keeping.give_back(circle, accounts, target.persona, language)
    except NotThere:
        return _keeping(
            visit, visit.say("It opens nothing now: a new key was made meanwhile, or the account is closed.")
        )
    return await hand_over(visit, circle, ticket)


# what was begun for mine


def begun_in(visit: Visit) -> Circle | None:
    """The group in which somebody has begun to open my account."""
    circle = visit.member.keyring.keepers.circle
    with suppress(JiwarError):
        opened = Circle(visit.member, circle) if circle else None
        return opened if opened and keepers.begun(opened) else None
    return None


async def show_begun(visit: Visit) -> Response:
    circle = visit.circle()
    found = keepers.begun(circle)
    if not found:
        raise NotThere
    return visit.page(
        "keepers/stop.html",
        key=visit.circle_name(circle.id),
        who=person(visit, circle, found[0].by),
        day_of=found[0].minute // DAY_MINUTES,
        over=any(one.minute * 60 <= visit.services.clock.seconds() for one in found),
    )


async def stop(visit: Visit) -> Response:
    """That was not me."""
    visit.limit(SLOW)
    circle = visit.circle()
    try:
        await keepers.stop(circle)
    except NotThere:
        visit.tell("The day is over. A new key makes what they hold open nothing.")
        return visit.go("new_key")
    visit.tell("Stopped. Everything here is as it was.")
    return visit.go("keepers")


ROUTES = (
    At("keepers", "/more/key/keepers", show, take_back),
    At("keepers_choose", "/group/{circle}/keepers", show_choose, choose),
    At("keepers_begun", "/group/{circle}/begun", show_begun, stop),
    At("keeping", "/person/{person}/keeping", show_keeping, keep),
)
