"""Take a picture in: nothing of it is kept but its pixels, and nothing decodes it where keys are."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from jiwar.errors import BadPicture, PhotosFull
from jiwar.pictures.decoder import LARGEST, MOST_BYTES, SHAPES
from jiwar.pictures.jpeg import require_plain

SECONDS = 30.0
MOST_HERE = 8


class Darkroom:
    """One picture at a time: the memory of one decoder is what a small machine can spare. Who comes next waits, where
    no more than `most` are here already.
    """

    def __init__(self, shape: str = "record", most: int = MOST_HERE) -> None:
        self._shape, self._most, self._here = shape, most, 0
        self._turn = asyncio.Semaphore(1)

    async def clean(self, raw: bytes) -> bytes:
        """A plain JPEG of the shape. Raises BadPicture, PhotosFull."""
        if not 0 < len(raw) <= MOST_BYTES:
            raise BadPicture
        if self._here >= self._most:
            raise PhotosFull
        self._here += 1
        try:
            async with self._turn:
                answer = await _developed(raw, self._shape)
        finally:
            self._here -= 1
        require_plain(answer)
        return answer


async def _developed(raw: bytes, shape: str) -> bytes:
    """What a process of its own makes of it. It is killed with the answer, with its time, and when the task that
    waits for it is cancelled; where nobody cancels that task, as with a browser that goes away, with its time."""
    process = await _begun(shape)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _asked(process, raw)
            if len(answer) > SHAPES[shape].largest or await process.wait() != 0:
                raise BadPicture
            return answer
    except TimeoutError:
        raise BadPicture from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _begun(shape: str) -> asyncio.subprocess.Process:
    """Raises PhotosFull where the system has no room for a further process."""
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "jiwar.pictures.decoder", shape),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
    except OSError:
        raise PhotosFull from None


async def _asked(process: asyncio.subprocess.Process, raw: bytes) -> bytes:
    """Hand the picture over, and read no more than may be answered: one that was taken over may say anything."""
    if process.stdin is None or process.stdout is None:
        raise BadPicture
    answer = bytearray()
    with suppress(BrokenPipeError, ConnectionResetError):  # It refuses before it has read everything.
        process.stdin.write(raw)
        await process.stdin.drain()
        process.stdin.close()
    while len(answer) <= LARGEST and (part := await process.stdout.read(LARGEST)):
        answer += part
    return bytes(answer)
