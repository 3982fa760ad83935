"""What the tests of the core share."""

import pytest

from tests.world import Village, World, village


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """A circle with a founder, a second steward and a member."""
    return await village()
