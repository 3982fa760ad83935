"""A hub as it is composed: one process for each secret, one secret for each folder, and a night that fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jiwar import node
from jiwar.clock import SetClock
from jiwar.errors import Busy, StoreDamaged
from jiwar.node import Config, Hub, memory_hub, open_hub
from jiwar.store.sqlite.store import Pace

pytestmark = pytest.mark.anyio
AT_ONCE = Pace(0, 0, 0, 0)


async def _open(folder: Path, data: str, clock: SetClock) -> Hub:
    return await open_hub(Config(folder / data, folder / "secret" / "hub"), clock, pace=AT_ONCE)


async def test_a_secret_of_another_folder_is_left_alone(tmp_path: Path) -> None:
    clock = SetClock()
    first = await _open(tmp_path, "data", clock)
    await first.close()
    before = (tmp_path / "secret" / "hub").read_bytes()
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            await _open(tmp_path, "other", clock)
    assert (tmp_path / "secret" / "hub").read_bytes() == before
    clock.forward(days=1)
    again = await _open(tmp_path, "data", clock)
    assert again.services.hub_id == first.services.hub_id
    await again.close()


async def test_two_hubs_do_not_share_a_secret(tmp_path: Path) -> None:
    clock = SetClock()
    first = await _open(tmp_path, "data", clock)
    before = (tmp_path / "secret" / "hub").read_bytes()
    for data in ("data", "other"):
        with pytest.raises(Busy):
            await _open(tmp_path, data, clock)
    assert (tmp_path / "secret" / "hub").read_bytes() == before
    await first.close()
    await (await _open(tmp_path, "data", clock)).close()


async def test_a_first_start_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut(self: Hub) -> None:
        raise OSError("no power")

    clock = SetClock()
    with monkeypatch.context() as patched:
        patched.setattr(Hub, "turn_day", cut)
        with pytest.raises(OSError, match="no power"):
            await _open(tmp_path, "data", clock)
    await (await _open(tmp_path, "data", clock)).close()


async def test_a_night_that_fails_is_not_the_last(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SetClock()
    hub = memory_hub(clock)
    tries, turn = asyncio.Queue[int](), hub.turn_day

    async def full_disk() -> None:
        tries.put_nowait(1)
        if tries.qsize() == 1:
            raise OSError("the disk is full")
        await turn()

    monkeypatch.setattr(node, "_TICK_SECONDS", 0.01)
    monkeypatch.setattr(node, "_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(hub, "turn_day", full_disk)
    hub.start_upkeep()
    clock.forward(days=1)
    async with asyncio.timeout(20):
        while tries.qsize() < 2:
            await asyncio.sleep(0.01)
    await hub.close()
    assert len(caplog.records) == 1
