"""Pictures as cameras, drawing programs and enemies make them, each by code."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from jiwar.pictures.decoder import MOST_BYTES

PLACE = b"31.7767,35.2345"
"""A word of whoever took the picture; it must come out of none."""


def photo(size: tuple[int, int] = (640, 480), kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture with something in it."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    picture.paste((200, 40, 40), (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, **options)
    return out.getvalue()


def several() -> bytes:
    """A photo of a phone that keeps two in one file."""
    out = io.BytesIO()
    first, second = (Image.open(io.BytesIO(photo(size))) for size in ((640, 480), (320, 240)))
    first.save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """A picture that no encoder makes small."""
    out = io.BytesIO()
    Image.effect_noise(size, 120).save(out, "PNG")
    return out.getvalue()


def located(orientation: int = 1) -> bytes:
    """A photo that says where, when and by what it was taken, and holds a small one of what was cut off."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = orientation, "camera", PLACE.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 46.0, 36.0)
    return photo(exif=exif.tobytes(), comment=PLACE, icc_profile=PLACE * 20)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes = b"", *, depth: int = 8, colour: int = 0, more: bytes = b"") -> bytes:
    """A PNG with a head of its own choice."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    """A few kilobytes that say they are a wall."""
    packer = zlib.compressobj(9)
    line, packed = b"\0" * (width + 1), []
    for _ in range(min(height, 2_000)):
        packed.append(packer.compress(line))
    return png(width, height, b"".join(packed) + packer.flush())


def _gif(width: int, height: int, body: bytes = b"") -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + body + b";"


def _riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


_JPEG, _PNG = photo(), photo(kind="PNG")
CLEAN: dict[str, Callable[[], bytes]] = {
    "a photo": photo,
    "a photo with a place": located,
    "two photos in one file": several,
    "a photo in grey": lambda: photo(mode="L"),
    "a photo in print colours": lambda: photo(mode="CMYK"),
    "a photo that loads in steps": lambda: photo(progressive=True),
    "a photo of one pixel": lambda: photo((1, 1)),
    "a photo of one line": lambda: photo((3_000, 1)),
    "a large photo": lambda: photo((5_000, 4_000)),
    "noise that is hard to pack": lambda: noise((1_400, 1_400)),
    "a drawing": lambda: photo(kind="PNG"),
    "a drawing with a palette": lambda: photo(kind="PNG", mode="P"),
    "a drawing in black and white": lambda: photo(kind="PNG", mode="1"),
    "a drawing that is partly clear": lambda: photo(kind="PNG", mode="RGBA"),
    "a drawing in sixteen bits": lambda: png(8, 8, zlib.compress(b"\0" * 136), depth=16),
    "a grey drawing that is partly clear": lambda: photo(kind="PNG", mode="LA"),
    "a drawing with words in it": lambda: png(
        8, 8, zlib.compress(b"\0" * 72), more=chunk(b"tEXt", b"where\0" + PLACE)
    ),
    "a drawing with packed words": lambda: png(
        8, 8, zlib.compress(b"\0" * 72), more=chunk(b"zTXt", b"where\0\0" + zlib.compress(PLACE))
    ),
    "a drawing with exif": lambda: png(8, 8, zlib.compress(b"\0" * 72), more=chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0")),
    "a picture of the web": lambda: photo(kind="WEBP"),
    "a picture of the web without loss": lambda: photo(kind="WEBP", lossless=True, mode="RGBA"),
    "a moving picture": lambda: photo(kind="GIF", mode="P"),
    "a photo with words behind its end": lambda: _JPEG + PLACE,
    "a photo that is an archive as well": lambda: _JPEG + b"PK\x05\x06" + bytes(18),
    "a photo with a page behind its end": lambda: _JPEG + b"<script>alert(1)</script>",
    "a photo with a comment": lambda: _JPEG[:2] + segment(0xFE, PLACE) + _JPEG[2:],
    "a photo with an application's words": lambda: _JPEG[:2] + segment(0xEB, PLACE) + _JPEG[2:],
    "a photo with a thumbnail": lambda: (
        _JPEG[:2] + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x04\x04" + PLACE[:1] * 48) + _JPEG[20:]
    ),
    "a photo with a segment of no length": lambda: _JPEG[:2] + b"\xff\xe1\0\0" + _JPEG[2:],
    "a photo with a broken exif": lambda: _JPEG[:2] + segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff") + _JPEG[2:],
}
"""What has to come out as a plain picture."""

REFUSED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a text": lambda: "صورة".encode(),
    "noughts": lambda: bytes(1_000),
    "more bytes than are taken": lambda: _JPEG + bytes(MOST_BYTES),
    "a photo's beginning": lambda: _JPEG[:4],
    "half a photo": lambda: _JPEG[: len(_JPEG) // 2],
    "a photo without tables": lambda: _JPEG[:2] + _JPEG[_JPEG.index(b"\xff\xda") :],
    "a photo of no width": lambda: _resized(0, 480),
    "a photo of no height": lambda: _resized(640, 0),
    "a photo as large as can be said": lambda: _resized(65_535, 65_535),
    "half a drawing": lambda: _PNG[: len(_PNG) // 2],
    "a drawing with a wrong sum": lambda: _PNG[:29] + b"\0\0\0\0" + _PNG[33:],
    "a drawing of no width": lambda: png(0, 8),
    "a drawing wider than any wall": lambda: bomb(60_000, 60_000),
    "a drawing as wide as can be said": lambda: png(2**31 - 1, 1, zlib.compress(b"\0")),
    "a drawing with negative sides": lambda: png(2**31 + 5, 2**31 + 5, zlib.compress(b"\0")),
    "a drawing of unknown depth": lambda: png(8, 8, zlib.compress(b"\0" * 72), depth=7),
    "a drawing of unknown colour": lambda: png(8, 8, zlib.compress(b"\0" * 72), colour=9),
    "a drawing with no pixels": lambda: png(800, 800),
    "a drawing whose pixels are no pixels": lambda: png(800, 800, b"x" * 400),
    "a drawing with words that unpack to a wall": lambda: png(
        8, 8, b"", more=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))
    ),
    "a drawing with a colour profile that unpacks to a wall": lambda: png(
        8, 8, b"", more=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))
    ),
    "a moving picture as large as can be said": lambda: _gif(65_535, 65_535),
    "a moving picture without a frame": lambda: _gif(8, 8),
    "a picture of the web without a body": lambda: _riff(b""),
    "a picture of the web with a wrong body": lambda: _riff(b"VP8 " + struct.pack("<I", 400) + bytes(400)),
    "a picture of the web as large as can be said": lambda: _riff(
        b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff" * 6
    ),
    "a drawing of lines": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
    "a page description": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "a document": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "a picture of another time": lambda: photo(kind="TIFF"),
    "a bitmap": lambda: photo(kind="BMP"),
    "an icon": lambda: photo((32, 32), kind="ICO"),
    "a list of pictures": lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(100),
    "a film": lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "a phone's own format": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    "a sound": lambda: b"ID3\x04\0\0\0\0\0\0" + bytes(100),
    "an archive": lambda: b"PK\x03\x04" + bytes(100),
    "a program": lambda: b"\x7fELF" + bytes(100),
    "a web page that calls itself a photo": lambda: b"\xff\xd8\xff<html><script>alert(1)</script>",
}
"""What has to be refused."""


def _resized(width: int, height: int) -> bytes:
    """A photo whose frame says other sides."""
    at = _JPEG.index(b"\xff\xc0")
    return _JPEG[: at + 5] + struct.pack(">HH", height, width) + _JPEG[at + 9 :]
