"""Size and growth of a circle, in words."""

import pytest

from jiwar.circles import glance
from jiwar.circles.invitations import Tries
from jiwar.clock import SetClock
from tests.circles.naming import name_steward
from tests.systems.company import Company, join

pytestmark = pytest.mark.anyio


async def test_size_goes_in_steps(company: Company) -> None:
    assert glance.size(company.palm()) == "small"
    await name_steward(company, "fig")
    await name_steward(company, "lamp")
    for at in range(7):
        await join(company, Tries(), f"guest{at}", f"ضيف{at}")
    assert glance.size(company.palm()) == "tens"


async def test_the_last_new_face_is_this_week_this_month_or_longer_ago(company: Company, clock: SetClock) -> None:
    assert glance.last_new_face(company.palm()) == "week"
    palm = company.palm()
    today = clock.now
    for days, word in [(6, "week"), (7, "month"), (30, "month"), (31, "")]:
        clock.now = today + days * 86_400
        assert glance.last_new_face(palm) == word
