"""What a server says of mistakes: which kind and where, never with which values."""

from __future__ import annotations

import asyncio
import gc
import logging
import logging.config
from collections.abc import Iterator

import pytest

from jiwar.web.serve import LOGGING


@pytest.fixture
def root() -> Iterator[None]:
    """The root logger of the tests, put back afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.usefixtures("root")
def test_a_mistake_that_nobody_waited_for_is_told_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise ValueError("a word of somebody's")

    async def forget() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        del task
        gc.collect()

    logging.config.dictConfig(LOGGING)
    asyncio.run(forget())
    said = capsys.readouterr().err
    assert "ValueError at test_serve.py" in said
    assert "somebody" not in said


@pytest.mark.usefixtures("root")
def test_a_mistake_in_a_page_is_told_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(LOGGING)
    try:
        raise KeyError("a word of somebody's")
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    said = capsys.readouterr().err
    assert said == "Exception in ASGI application\nKeyError at test_serve.py:" + said.rpartition(":")[2]
