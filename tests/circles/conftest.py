"""A circle with a steward and two members, made by the real code over a memory store."""

from __future__ import annotations

import pytest

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
