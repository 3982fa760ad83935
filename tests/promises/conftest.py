"""Applies the mutation that the environment names, and tells a promise that broke from a test that did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jiwar.errors import JiwarError
from tests.mutants.mutation import apply_from_environment, chosen
from tests.mutants.verdict import WRONG_REASON
from tests.world import Village, village

BROKEN_PROMISE = (AssertionError, JiwarError, pytest.fail.Exception)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Before the first test and the first fixture."""
    if any("promises" in item.path.parts for item in session.items):
        try:
            apply_from_environment()
        except LookupError as error:
            pytest.exit(f"the mutation can't be applied: {error}", returncode=WRONG_REASON)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Under a mutation only a broken promise counts as red."""
    report = yield
    if chosen() and call.excinfo and not call.excinfo.errisinstance(BROKEN_PROMISE):
        if not call.excinfo.errisinstance(pytest.skip.Exception):
            pytest.exit(f"failed for another reason: {call.excinfo.exconly()}", returncode=WRONG_REASON)
    return report


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """A circle with a founder, a second steward and a member."""
    return await village()
