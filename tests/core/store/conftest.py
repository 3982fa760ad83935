"""Every test that asks for `store` runs over each store there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jiwar.clock import SetClock
from jiwar.store.contract import Store
from jiwar.store.memory import MemoryStore
from tests.core.store.making import TODAY
from tests.core.store.places import open_sqlite


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(TODAY)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, anyio_backend, clock: SetClock, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    made = await open_sqlite(tmp_path / "data", clock)
    yield made
    await made.close()
