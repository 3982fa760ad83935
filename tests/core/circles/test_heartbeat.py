"""The daily sign of a steward: left once a day, by stewards, and missed after two days."""

import pytest

from jiwar.circles import heartbeat
from jiwar.circles.turning import turn_where_due
from jiwar.errors import JiwarError
from tests.world import Village

pytestmark = pytest.mark.anyio


async def test_a_steward_leaves_one_a_day(here: Village) -> None:
    size = here.founder.circle(here.circle).log.state.size
    for who in here.everybody * 2:
        await heartbeat.beat_everywhere(who.member)
    circle = here.member.circle(here.circle)
    assert circle.log.state.size == size + 1
    assert circle.state.last_heartbeat == here.world.clock.day()
    await here.world.pass_days(1)
    await heartbeat.beat(here.steward.circle(here.circle))
    assert here.member.circle(here.circle).log.state.size == size + 2


async def test_members_are_told_after_two_days_without(here: Village) -> None:
    assert not heartbeat.is_overdue(here.member.circle(here.circle))
    await heartbeat.beat_everywhere(here.founder.member)
    for days, overdue in ((2, False), (1, True)):
        await here.world.pass_days(days)
        assert heartbeat.is_overdue(here.member.circle(here.circle)) == overdue


async def test_a_circle_that_cannot_be_opened_keeps_nobody_from_the_others(here: Village) -> None:
    other = await here.world.found(here.founder)
    shelf = here.founder.member.membership(here.circle).shelf
    kept = here.world.hub._shelves.pop(shelf)
    with pytest.raises(JiwarError):
        here.founder.circle(here.circle)
    await heartbeat.beat_everywhere(here.founder.member)
    here.world.hub._shelves[shelf] = kept
    assert here.founder.circle(other).state.last_heartbeat == here.world.clock.day()
    assert here.founder.circle(here.circle).state.last_heartbeat == 0


async def test_a_member_turns_nothing(here: Village) -> None:
    circle = here.member.circle(here.circle)
    assert not await turn_where_due(circle, circle)
