"""A village with a fund."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, roles
from jiwar.circles.policy import Fund
from tests.world import Village, village


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    return await village(fund=Fund(True, "lira", 5))


@pytest.fixture
async def careful(here: Village) -> Village:
    """Where who is named later has no keys of before, as where keys have turned more often than a keyring holds."""
    inner = roles.open_role(here.founder.circle(here.circle))
    levels = tuple(replace(policy, newcomers_read_back=False) for policy in inner.charter.levels)
    await founding.change_charter(inner, replace(inner.charter, levels=levels))
    return here
