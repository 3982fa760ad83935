"""A circle with a steward, two members and somebody outside, made by the real code over a memory store."""

from __future__ import annotations

import pytest

from jiwar.circles.circle import Circle
from jiwar.clock import SetClock
from tests.systems.company import Company, gather


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(20_000, hour=19.0)


@pytest.fixture
async def company(anyio_backend: str, clock: SetClock) -> Company:
    """Return the people of one circle; each call of `company.palm()` is another request of theirs."""
    return await gather(clock)


@pytest.fixture
def palm(company: Company) -> Circle:
    """The founder, a steward."""
    return company.palm()


@pytest.fixture
def fig(company: Company) -> Circle:
    return company.fig()
