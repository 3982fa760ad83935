"""The process that decodes one picture: bytes in, bytes out, and no more memory and time than it is given.

`python -m jiwar.pictures.decoder SHAPE`. It knows no key and no store. Before it looks at a byte it gives up what it
doesn't need: from then on the system opens no file, no connection and no process for it (setrlimit(2)), whatever a
decoder could be made to do. What it answers is encoded from pixels: no place, no time, no device, no thumbnail of
what was cut off.
"""

from __future__ import annotations

import copy  # noqa: F401 - Pillow asks for it late, when no file can be opened any more
import io
import os
import resource
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 24_000_000
MEMORY = 384 * 1024 * 1024
SECONDS = 8
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITIES = (78, 68, 58, 48)
REFUSED = 3
"""Exit code for what is no picture, or one too large."""


@dataclass(frozen=True)
class Shape:
    """What may come out: so many bytes, so many pixels of the longer side, whatever fits first; and how far back the
    process stands in the row for the processor."""

    largest: int
    widths: tuple[int, ...]
    nice: int


RECORD = Shape(48_000, (1024, 800, 640, 480), 10)
"""With what is said beside it and its seal it has to fit one record."""
LETTER = Shape(15_000, (640, 480, 360, 240), 19)
"""It has to fit one letter of a caller's, and comes from who isn't known: behind all others."""
SHAPES = {"record": RECORD, "letter": LETTER}
LARGEST = RECORD.largest

_DECODERS = (
    *("ImageOps", "ImageSequence", "TiffImagePlugin", "GifImagePlugin", "JpegImagePlugin", "MpoImagePlugin"),
    *("PngImagePlugin", "WebPImagePlugin", "BmpImagePlugin", "PpmImagePlugin", "ImageColor", "ImageFilter"),
)
"""What has to be loaded while a file can still be opened."""
_NOTHING = (
    *((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0)),
    (resource.RLIMIT_NOFILE, 0),
)
"""What it may have: no byte in a file, no image of its memory, no further process, and
no descriptor beyond the three that are open: a number would be free again once one of those is closed."""


def bounded(nice: int = RECORD.nice) -> None:
    """From here on nothing takes more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.nice(nice)
    for module in _DECODERS:
        import_module(f"PIL.{module}")
    for what, most in _NOTHING:
        resource.setrlimit(what, (most, most))


def drawn(raw: bytes, shape: Shape = RECORD) -> bytes:
    """The picture as it is meant to be seen, as a plain JPEG that fits. Raises ValueError, OSError."""
    from PIL import Image, ImageOps  # Not before the bounds stand.

    Image.MAX_IMAGE_PIXELS = None  # It would warn at one size and refuse at another; ours is one.
    with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError
        opened.thumbnail((shape.widths[0], shape.widths[0]))  # First, so that everything after it is small.
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
        seen = Image.new("RGB", upright.size, "white")
        seen.paste(upright, mask=upright.getchannel("A"))
    return _packed(seen, shape)


def _packed(seen: Image, shape: Shape) -> bytes:
    """As fine as fits. Raises ValueError."""
    for width in shape.widths:
        seen.thumbnail((width, width))
        for quality in QUALITIES:
            out = io.BytesIO()
            seen.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= shape.largest:
                return out.getvalue()
    raise ValueError


def main() -> int:
    """Exit code 0 with a picture on standard output, or REFUSED with nothing."""
    shape = SHAPES[sys.argv[1]] if len(sys.argv) > 1 else RECORD
    bounded(shape.nice)
    try:
        sys.stdout.buffer.write(drawn(sys.stdin.buffer.read(MOST_BYTES + 1), shape))
    except Exception:  # Whatever a decoder raises for bytes that somebody made up.
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
