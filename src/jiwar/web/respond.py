"""Wraps a page in what every answer of the hub carries: strict headers and a size that says little.

- A compressed page is padded to a multiple of 2 KiB by an extra field in its gzip header (RFC 1952, 2.3.1.1), an
  uncompressed one to a multiple of 4 KiB by a comment at its end: who watches the wire sees steps, not pages.
- Nothing may be stored, framed, or fetched from elsewhere. The server must be started without its own Server header.
"""

import struct
import zlib
from collections.abc import Mapping

from starlette.responses import Response

from jiwar.web.render import Page

COMPRESSED_STEP = 2048
PLAIN_STEP = 4096
LEVEL = 4
MOST_CHOICES = 256
FLAG_EXTRA = 4
UNKNOWN_SYSTEM = 255
HEADER = struct.Struct("<BBBBIBBH")  # magic, method, flags, no time, no hint, system, length of the extra field
SUBFIELD = struct.Struct("<BBH")  # two letters that name the subfield, its length
_WORKER = {False: "'none'", True: "'self'"}
TRAILER = struct.Struct("<II")  # CRC-32, length
COMMENT = (b"<!--", b"-->")
FEATURES_OFF = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "interest-cohort"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get"),
    *("screen-wake-lock", "serial", "usb", "window-management", "xr-spatial-tracking"),
)
ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES_OFF),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def respond(
    page: Page, accept_encoding: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer that carries `page`; `accept_encoding` is the header the browser sent."""
    body = page.body
    extra = {"Content-Security-Policy": content_policy(page), "Vary": "Accept-Encoding", **(headers or {})}
    if accepts_gzip(accept_encoding):
        body, extra = padded_gzip(body), {**extra, "Content-Encoding": "gzip"}
    else:
        body = padded_plain(body)
    return Response(body, status, {**ALWAYS, **extra}, media_type="text/html")


def content_policy(page: Page) -> str:
    """Return the Content-Security-Policy of a page: its own style by nonce, its own host, and nothing else."""
    script = f"script-src 'self'; connect-src 'self'; worker-src {_WORKER[page.worker]}; " if page.script else ""
    return (
        f"default-src 'none'; style-src 'nonce-{page.nonce}'; img-src 'self'; {script}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding header allows gzip. One longer than any browser's allows nothing."""
    if len(header) > MOST_CHOICES:
        return False
    for choice in header.lower().split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        if name == "gzip":
            return not any(part.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for part in parameters)
    return False


def padded_gzip(body: bytes, step: int = COMPRESSED_STEP) -> bytes:
    """Compress `body` into a gzip member whose length is a multiple of `step`."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(body) + deflate.flush()
    padding = -(HEADER.size + SUBFIELD.size + len(packed) + TRAILER.size) % step
    header = HEADER.pack(0x1F, 0x8B, zlib.DEFLATED, FLAG_EXTRA, 0, 0, UNKNOWN_SYSTEM, SUBFIELD.size + padding)
    subfield = SUBFIELD.pack(*b"pd", padding) + bytes(padding)
    return header + subfield + packed + TRAILER.pack(zlib.crc32(body), len(body) & 0xFFFFFFFF)


def padded_plain(body: bytes, step: int = PLAIN_STEP) -> bytes:
    """Return `body` with a comment of spaces at its end that brings it to a multiple of `step`."""
    opening, closing = COMMENT
    spaces = b" " * (-(len(body) + len(opening) + len(closing)) % step)
    return b"".join((body, opening, spaces, closing))
