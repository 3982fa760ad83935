"""The process that decodes one picture: bytes in, bytes out, and no more memory and time than it is given.

`python -m jiwar.pictures.decoder`. It knows no key and no store, and opens no file and no connection. What it answers
is encoded from pixels: no place, no time, no device, no thumbnail of what was cut off.
"""

from __future__ import annotations

import io
import resource
import sys

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 24_000_000
MEMORY = 512 * 1024 * 1024
SECONDS = 20
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LARGEST = 56 * 1024
"""Bytes of what comes out: with its seal it has to fit one record."""
WIDTHS = (1280, 1024, 800, 640, 480)
QUALITIES = (78, 68, 58, 48)
REFUSED = 3
"""Exit code for what is no picture, or one too large."""


def bounded() -> None:
    """From here on nothing takes more; nothing is written to a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drawn(raw: bytes) -> bytes:
    """The picture as it is meant to be seen, as a plain JPEG of at most LARGEST bytes. Raises ValueError, OSError."""
    from PIL import Image, ImageOps  # Not before the bounds stand.

    Image.MAX_IMAGE_PIXELS = None  # It would warn at one size and refuse at another; ours is one.
    with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError
        opened.draft("RGB", (WIDTHS[0], WIDTHS[0]))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((WIDTHS[0], WIDTHS[0]))
        seen = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA")
        seen.paste(clear, mask=clear.getchannel("A"))
    for width in WIDTHS:
        seen.thumbnail((width, width))
        for quality in QUALITIES:
            out = io.BytesIO()
            seen.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= LARGEST:
                return out.getvalue()
    raise ValueError


def main() -> int:
    """Exit code 0 with a picture on standard output, or REFUSED with nothing."""
    bounded()
    try:
        sys.stdout.buffer.write(drawn(sys.stdin.buffer.read(MOST_BYTES + 1)))
    except Exception:  # Whatever a decoder raises for bytes that somebody made up.
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
