"""A bell that has rung."""

from __future__ import annotations

import asyncio

from jiwar.nudging.bell import Bell


async def look(bell: Bell) -> None:
    """One look, until everything that is sent by then has arrived or failed."""
    bell.look()
    await asyncio.gather(*bell._sendings)
