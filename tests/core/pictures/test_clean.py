"""Pictures come in as pixels alone, whatever was sent; what can be none is refused, in bounded memory and time."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from jiwar.errors import BadPicture, PhotosFull
from jiwar.pictures import clean as module
from jiwar.pictures.clean import Darkroom
from jiwar.pictures.decoder import LARGEST, LETTER, MEMORY, RECORD, SHAPES, drawn
from jiwar.pictures.jpeg import require_plain
from tests.core.pictures import making
from tests.core.pictures.making import CLEAN, PLACE, REFUSED, located, photo, segment

pytestmark = pytest.mark.anyio
_MEASURED = (
    "import resource, runpy, sys\n"
    "try:\n    runpy.run_module('jiwar.pictures.decoder', run_name='__main__')\n"
    "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
)


def seen(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


@pytest.mark.parametrize("name", CLEAN)
async def test_a_picture_comes_out_as_its_pixels(name: str) -> None:
    raw = await Darkroom().clean(CLEAN[name]())
    require_plain(raw)
    assert 0 < len(raw) <= LARGEST
    assert PLACE not in raw
    out = seen(raw)
    assert (out.format, out.mode, dict(out.getexif())) == ("JPEG", "RGB", {})
    assert max(out.size) <= 1024
    assert set(out.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("name", CLEAN)
async def test_for_a_letter_it_comes_out_smaller(name: str) -> None:
    raw = await Darkroom("letter").clean(CLEAN[name]())
    require_plain(raw)
    assert 0 < len(raw) <= LETTER.largest
    assert PLACE not in raw
    assert max(seen(raw).size) <= LETTER.widths[0]


async def test_no_more_wait_than_may() -> None:
    room = Darkroom("letter", 2)
    came = await asyncio.gather(*(room.clean(photo((9, 9))) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in came] == [bytes, bytes, PhotosFull]
    assert await room.clean(photo((9, 9)))


def test_whom_nobody_knows_stands_behind_all_others_and_there_are_forty_hostile_pictures() -> None:
    assert LETTER.nice > RECORD.nice
    assert len(REFUSED) >= 40


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", REFUSED)
async def test_what_can_be_no_picture_is_refused(name: str, shape: str) -> None:
    with pytest.raises(BadPicture):
        await Darkroom(shape).clean(REFUSED[name]())


@pytest.mark.parametrize("name", [*CLEAN, *REFUSED])
def test_memory_is_bounded_whatever_was_sent(name: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED], input=(CLEAN | REFUSED)[name](), capture_output=True, env={}, check=False
    )
    assert int(ran.stderr.split()[-1]) * 1024 < MEMORY


@pytest.mark.parametrize(("orientation", "corner"), [(1, "left"), (3, "right"), (6, "right"), (8, "left")])
async def test_a_photo_stands_upright_without_what_said_so(orientation: int, corner: str) -> None:
    """The red field lies in the upper left of the photo as it was taken."""
    out = seen(await Darkroom().clean(located(orientation)))
    assert (out.width > out.height) == (orientation in (1, 3))
    left, right = (_redness(out, share) for share in (0.375, 0.625))
    assert (left > right) == (corner == "left")


def _redness(out: Image.Image, share: float) -> int:
    """In a column, at the height where the red field lies or would lie."""
    column = [out.getpixel((int(out.width * share), int(out.height * row))) for row in (0.375, 0.625)]
    return max(pixel[0] - pixel[1] for pixel in column if isinstance(pixel, tuple))


async def test_what_is_clear_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert seen(await Darkroom().clean(out.getvalue())).getpixel((10, 10)) == (255, 255, 255)


def test_two_photos_with_one_sight_become_one_picture() -> None:
    assert drawn(located()) == drawn(photo())


# the process


async def test_no_key_of_the_hub_is_in_its_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIWAR_SECRET", "/somewhere")
    given_: list[dict[str, Any]] = []
    real = asyncio.create_subprocess_exec

    async def note(*command: str, **options: Any) -> asyncio.subprocess.Process:
        given_.append(options)
        return await real(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", note)
    await Darkroom().clean(photo())
    assert [options["env"] for options in given_] == [{}]


async def test_a_decoder_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.5)
    real, started = asyncio.create_subprocess_exec, []

    async def sleep(*command: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await real("/bin/sleep", "60", **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleep)
    with pytest.raises(BadPicture):
        await Darkroom().clean(photo())
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


async def test_a_decoder_that_answers_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    real, started = asyncio.create_subprocess_exec, []

    async def flood(*command: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await real("/bin/sh", "-c", "cat >/dev/null; exec cat /dev/zero", **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", flood)
    with pytest.raises(BadPicture):
        await asyncio.wait_for(Darkroom().clean(photo()), 5)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


async def test_who_goes_away_takes_the_decoder_along(monkeypatch: pytest.MonkeyPatch) -> None:
    real, started = asyncio.create_subprocess_exec, []

    async def sleep(*command: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await real("/bin/sleep", "60", **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleep)
    asked = asyncio.create_task(Darkroom().clean(photo()))
    while not started:
        await asyncio.sleep(0.01)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


async def test_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    room, together, most = Darkroom(), 0, 0
    real = module._developed

    async def count(raw: bytes, shape: str) -> bytes:
        nonlocal together, most
        together += 1
        most = max(most, together)
        try:
            return await real(raw, shape)
        finally:
            together -= 1

    monkeypatch.setattr(module, "_developed", count)
    assert all(await asyncio.gather(*(room.clean(photo((9, 9))) for _ in range(3))))
    assert most == 1


_TRIED = """
import os, socket
from jiwar.pictures.decoder import bounded, drawn
bounded()
import os
os.close(0)  # Its number is free again.
for tried in (lambda: open("/etc/hostname"), socket.socket, os.pipe, lambda: os.dup(0)):
    try:
        tried()
    except OSError:
        continue
    raise SystemExit("opened")
"""


def test_a_decoder_opens_no_file_and_no_connection() -> None:
    ran = subprocess.run([sys.executable, "-c", _TRIED], capture_output=True, env={}, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_hub_does_not_load_what_decodes() -> None:
    said = "import sys, jiwar.web.serve; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], env={}, check=False).returncode == 0


# what a taken decoder could answer


def _frame(raw: bytes) -> bytes:
    """The head of a frame, up to height and width."""
    at = raw.index(b"\xff\xc0")
    return raw[at : at + 9]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        drawn(located()) + PLACE,
        drawn(photo())[:2] + segment(0xFE, PLACE) + drawn(photo())[2:],
        drawn(photo())[:2] + segment(0xE1, b"Exif\0\0" + PLACE) + drawn(photo())[2:],
        drawn(photo())[:2] + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc") + drawn(photo())[20:],
        drawn(photo())[:-2] + b"\xff\xd9" + drawn(photo()),
        drawn(photo())[:-2] + b"\xff\xd8" + b"\xff\xd9",
        drawn(photo())[:-2] + b"\xff",
        photo(progressive=True),
        photo(kind="PNG"),
        drawn(photo()).replace(_frame(drawn(photo())), _frame(drawn(photo()))[:5] + b"\xff\xdc\xff\xdc", 1),
    ],
    ids=range(12),
)
def test_only_a_plain_picture_is_taken_from_it(answer: bytes) -> None:
    with pytest.raises(BadPicture):
        require_plain(answer)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_bytes_of_any_kind_are_plain_or_refused(data: st.DataObject) -> None:
    """What passes still decodes to nothing but pixels: nothing but tables and one scan is in it."""
    raw = bytearray(_SOUND)
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for tried in (bytes(raw), bytes(raw[:cut])):
        try:
            require_plain(tried)
        except BadPicture:
            continue
        assert tried[:2] + tried[-2:] == b"\xff\xd8\xff\xd9"


_SOUND = drawn(making.photo((40, 30)))
