"""Take a picture in: nothing of it is kept but its pixels, and nothing decodes it where keys are."""

from __future__ import annotations

import asyncio
import sys

from jiwar.errors import BadPicture, TooMuch
from jiwar.pictures.decoder import LARGEST, MOST_BYTES
from jiwar.pictures.jpeg import require_plain

SECONDS = 30.0
MOST_WAITING = 8


class Darkroom:
    """One picture at a time: the memory of one decoder is what a small machine can spare."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def clean(self, raw: bytes) -> bytes:
        """A plain JPEG of at most LARGEST bytes. Raises BadPicture, TooMuch (as many wait as may)."""
        if not 0 < len(raw) <= MOST_BYTES:
            raise BadPicture
        if self._waiting >= MOST_WAITING:
            raise TooMuch
        self._waiting += 1
        try:
            async with self._turn:
                return await _developed(raw)
        finally:
            self._waiting -= 1


async def _developed(raw: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "jiwar.pictures.decoder"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await process.communicate(raw)
    except TimeoutError:
        raise BadPicture from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or len(answer) > LARGEST:
        raise BadPicture
    require_plain(answer)
    return answer
