"""A group's page: what it is, its rules, who cares for it, and what I can do here."""

from __future__ import annotations

from starlette.responses import Response

from jiwar.circles import answering, glance, people, reports, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.entering import take_keys
from jiwar.circles.fold import may_invite, stewards
from jiwar.circles.model import HIDDEN, STEWARD
from jiwar.circles.two_steps import who_waits
from jiwar.errors import BadInput, NotThere, Refused
from jiwar.web import teams
from jiwar.web.app import At
from jiwar.web.faces import colour, letter
from jiwar.web.limits import WRITE
from jiwar.web.persons import cares, person
from jiwar.web.teams import TEAMS
from jiwar.web.visit import Visit


def paragraphs(text: str) -> list[str]:
    """The lines of a plain text, each a paragraph of its own direction."""
    return [line for line in text.splitlines() if line.strip()]


async def show(visit: Visit) -> Response:
    circle = visit.circle()
    charter, care, key = circle.charter, cares(circle), visit.circle_name(circle.id)
    found = teams.teams(visit, circle)
    return visit.page(
        "group/page.html",
        tab="more",
        key=key,
        talk=visit.site.paths.url("talk", circle=key),
        name=circle.name,
        letter=letter(circle.name),
        colour=colour(circle.id),
        own_name=charter.name if circle.membership.alias else "",
        about=paragraphs(charter.about),
        rules=charter.rules,
        rules_edition=charter.rules_edition,
        changed=people.rules_have_changed(circle),
        notes=charter.notes,
        size=glance.size(circle),
        since=glance.last_new_face(circle),
        hour=charter.hour,
        teams=found,
        team=stewards(circle.state),
        me=person(visit, circle, circle.log.persona.key),
        may_invite=may_invite(circle.state, circle.log.persona.key),
        waiting=len(who_waits(circle)) if charter.access == HIDDEN else 0,
        care=care,
        fund=charter.fund.on,
        board=charter.aid.on,
        asking=_asking(circle),
        reports=[(TEAMS[role], reports.all_waiting(circle, role, inner)) for role, inner in roles.all_held(circle)],
        due=care and circle.state.changed_since_rotation,
    )


def _asking(circle: Circle) -> int:
    """How many who ask to come in wait for the care team."""
    inner = roles.care_of(circle)
    return sum(one.waits_for_us for one in answering.requests(circle, inner)) if inner else 0


async def agree(visit: Visit) -> Response:
    """Agree to the rules that the page showed."""
    visit.limit(WRITE)
    circle = visit.circle()
    await people.agree(circle, visit.form.number("edition", 0, circle.charter.edition))
    visit.tell("Thank you. These are our rules now.")
    return visit.go("group", circle=visit.circle_name(circle.id))


async def join_care(visit: Visit) -> Response:
    """Take the keys of a team that asked for me."""
    circle, role = visit.circle(), teams.asked(visit)
    if await take_keys(visit.member, circle.membership, role) is None:
        raise NotThere
    key = visit.circle_name(circle.id)
    if role == STEWARD:
        visit.tell("Welcome to the care team.")
        return visit.go("care", circle=key)
    visit.tell("Welcome to the team.")
    return visit.go("team", circle=key, team=teams.TEAMS[role])


async def decline_care(visit: Visit) -> Response:
    """Not now: the role is laid down before its keys were taken."""
    circle = visit.circle()
    await roles.lay_down(circle, teams.asked(visit))
    await window.follow(circle)
    visit.tell("All right: not now.")
    return visit.go("group", circle=visit.circle_name(circle.id))


# for me alone


async def show_mine(visit: Visit) -> Response:
    return _mine(visit, visit.circle())


def _mine(visit: Visit, circle: Circle, error: str = "") -> Response:
    membership = circle.membership
    known = [one.persona for one in membership.labels] + [*membership.muted, *membership.blocked]
    met = [person(visit, circle, persona) for persona in dict.fromkeys(known)]
    return visit.page(
        "group/mine.html",
        tab="more",
        key=visit.circle_name(circle.id),
        name=circle.name,
        alias=visit.form.typed("alias") if error else membership.alias,
        charter_name=circle.charter.name,
        me=person(visit, circle, circle.log.persona.key),
        people=[one for one in met if one.name],
        error=error,
    )


async def name_it(visit: Visit) -> Response:
    """Give the group a name that only I see."""
    visit.limit(WRITE)
    circle = visit.circle()
    try:
        await people.name_circle(circle, visit.form.text("alias"))
    except (BadInput, Refused) as error:
        return _mine(visit, circle, visit.sentence(error))
    visit.tell("Saved. Only I see it.")
    return visit.go("group", circle=visit.circle_name(circle.id))


ROUTES = (
    At("group", "/group/{circle}", show),
    At("group_agree", "/group/{circle}/agree", post=agree),
    At("group_care_join", "/group/{circle}/join", post=join_care),
    At("group_care_decline", "/group/{circle}/decline", post=decline_care),
    At("group_mine", "/group/{circle}/mine", show_mine, name_it),
)
