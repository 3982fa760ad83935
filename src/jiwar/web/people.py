"""Somebody in a group: my own name for them, muting, blocking, and what the care team can do.

There is no directory of members. Only the care team sees the list of handles, because it must be able to remove
somebody. That is what this page does, not what a key enforces: whoever is in a group holds its keys, and a changed
program could list the roster that stands in the group's own records (docs/threat-model.md says so).
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from jiwar.circles import guarding, keeping, leaving, pausing, people, returning, roles, vouches, window
from jiwar.circles.circle import Circle
from jiwar.circles.handles import HANDLE_LIMIT
from jiwar.circles.model import KNOWN, STEWARD, Member
from jiwar.errors import BadInput, NotAllowed, NotThere, Refused
from jiwar.web import messages, teams
from jiwar.web.app import At
from jiwar.web.limits import SLOW, WRITE
from jiwar.web.persons import cares, person
from jiwar.web.teams import NAMES, TEAMS
from jiwar.web.visit import Visit


def addressed(visit: Visit) -> tuple[Circle, Member]:
    """The circle and the person that the path names. Raises NotThere."""
    circle, short = visit.addressed("person")
    for one in circle.state.members:
        if one.persona[:16] == short:
            return circle, one
    raise NotThere


def came_back(circle: Circle, persona: bytes) -> tuple[int, int, bool] | None:
    """Of who has come back under their old name: the day, how many know them, whether I do; None for all others."""
    found = returning.of_new(circle, persona)
    return None if found is None else (found.day, len(found.confirmed), circle.log.persona.key in found.confirmed)


def for_care(visit: Visit) -> tuple[Circle, Member]:
    """The same for the care team, about somebody else who is in the group. Raises NotThere."""
    circle, target = addressed(visit)
    if not cares(circle) or not target.active or target.persona == circle.log.persona.key:
        raise NotThere
    return circle, target


async def show(visit: Visit) -> Response:
    return _page(visit, *addressed(visit))


def _page(visit: Visit, circle: Circle, target: Member, error: Refused | BadInput | None = None) -> Response:
    care = roles.care_of(circle) is not None
    return visit.page(
        "people/person.html",
        tab="more",
        status=messages.status(error) if error else 200,
        circle=visit.circle_name(circle.id),
        group=circle.name,
        who=person(visit, circle, target.persona),
        active=target.active,
        label=visit.form.typed("label") if error else people.label_of(circle, target.persona),
        limit=HANDLE_LIMIT,
        care=care,
        back=came_back(circle, target.persona),
        known=target.holds(KNOWN),
        vouches=target.active and bool(vouches.counted(circle)),
        said=any(one.persona == target.persona for one in vouches.mine(circle)),
        held=pausing.seen(circle, target.persona) is not None,
        latch=guarding.trusted_by(circle, target.persona) is not None,
        keeping=keeping.kept_for(circle, target.persona) is not None,
        trusted=guarding.place_of(circle, target.persona) is not None,
        teams=[_stance(visit, circle, target, role) for role in TEAMS if roles.is_open(circle, role)],
        error=visit.sentence(error) if error else "",
    )


@dataclass(frozen=True)
class Stance:
    """How somebody stands to a team: in it, or named and without its keys as far as I can see."""

    key: str
    name: str
    inside: bool
    waits: bool


def _stance(visit: Visit, circle: Circle, target: Member, role: int) -> Stance:
    inside, inner = target.holds(role), roles.held(circle, role)
    waits = inside and inner is not None and not roles.is_seated(inner, target.persona)
    return Stance(TEAMS[role], visit.say(NAMES[role]), inside, waits)


async def change(visit: Visit) -> Response:
    """Name, mute or block somebody, for myself alone."""
    visit.limit(WRITE)
    circle, target = addressed(visit)
    act = visit.form.choice("act", ("label", "mute", "unmute", "block", "unblock"))
    if target.persona == circle.log.persona.key:
        raise NotThere
    try:
        if act == "label":
            await people.label(circle, target.persona, visit.form.text("label"))
            visit.tell("Saved. Only I see it.")
        elif act == "mute":
            await people.mute(circle, target.persona, True)
            visit.tell("Muted: what they write is folded from now on.")
        elif act == "unmute":
            await people.mute(circle, target.persona, False)
            visit.tell("No longer muted: what they write is open again.")
        elif act == "block":
            await people.block(circle, target.persona, True)
            visit.tell("Blocked: what they write no longer shows here, and they don't learn of it.")
        else:
            await people.block(circle, target.persona, False)
            visit.tell("No longer blocked: what they write shows again.")
    except (BadInput, Refused) as error:
        return _page(visit, circle, target, error)
    return visit.go("person", person=visit.object_name(circle.id, target.persona[:16]))


# what the care team can do


async def everybody(visit: Visit) -> Response:
    """The list of handles. Raises NotThere for who is not in the care team."""
    circle = visit.circle()
    if not cares(circle):
        raise NotThere
    active = sorted((one for one in circle.state.members if one.active), key=lambda one: -one.since)
    rows = [person(visit, circle, one.persona) for one in active]
    return visit.page(
        "people/everybody.html", tab="more", circle=visit.circle_name(circle.id), group=circle.name, rows=rows
    )


def _confirm(visit: Visit, template: str) -> Response:
    circle, target = for_care(visit)
    role = teams.asked(visit)
    return visit.page(
        template,
        team=_stance(visit, circle, target, role),
        keys_here=roles.held(circle, role) is not None,
        tab="more",
        circle=visit.circle_name(circle.id),
        group=circle.name,
        who=person(visit, circle, target.persona),
    )


async def show_give(visit: Visit) -> Response:
    return _confirm(visit, "people/give.html")


async def give(visit: Visit) -> Response:
    """Name somebody to a team, and leave its keys in their box; where I have none, one of the team does that."""
    visit.limit(SLOW)
    circle, target = for_care(visit)
    role = teams.asked(visit)
    inner = roles.held(circle, role)
    if inner is not None and roles.is_seated(inner, target.persona):
        raise NotAllowed
    if not target.holds(role):
        await roles.give(circle, target.persona, role)
    if inner is not None:
        await roles.offer(circle, inner, target.persona)
        visit.tell("Asked. It begins once they have said yes.")
    else:
        visit.tell("Named. The keys follow when one of the team comes by.")
    await visit.member.flush()
    return _back(visit, circle, target)


async def show_take(visit: Visit) -> Response:
    return _confirm(visit, "people/take.html")


async def take(visit: Visit) -> Response:
    """Take somebody out of a team; its keys turn, by me or by the next of the team to come."""
    visit.limit(SLOW)
    circle, target = for_care(visit)
    role = teams.asked(visit)
    turns = roles.held(circle, role) is not None
    turned = await roles.take(circle, target.persona, role)
    await window.follow(turned)
    await visit.member.flush()
    if role == STEWARD:
        visit.tell("No longer in the care team, and the keys are renewed.")
    elif turns:
        visit.tell("No longer in the team, and its keys are renewed.")
    else:
        visit.tell("No longer in the team. Its keys are renewed when one of it comes by.")
    return _back(visit, turned, target)


async def show_remove(visit: Visit) -> Response:
    return _confirm(visit, "people/remove.html")


async def remove(visit: Visit) -> Response:
    """Remove somebody from the group; its keys turn."""
    visit.limit(SLOW)
    circle, target = for_care(visit)
    turned = await leaving.remove(circle, target.persona)
    await visit.member.flush()
    visit.tell("Removed, and the keys are renewed.")
    return visit.go("group_people", circle=visit.circle_name(turned.id))


def _back(visit: Visit, circle: Circle, target: Member) -> Response:
    return visit.go("person", person=visit.object_name(circle.id, target.persona[:16]))


ROUTES = (
    At("person", "/person/{person}", show, change),
    At("person_care", "/person/{person}/care", show_give, give),
    At("person_rest", "/person/{person}/rest", show_take, take),
    At("person_out", "/person/{person}/out", show_remove, remove),
    At("group_people", "/group/{circle}/people", everybody),
)
