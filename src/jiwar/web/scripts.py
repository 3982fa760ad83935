"""Gives out the scripts: what a browser runs for a member. Strangers get none: two hubs would share its bytes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import Response

from jiwar.errors import NotThere
from jiwar.web.respond import ALWAYS, accepts_gzip, padded_gzip
from jiwar.web.visit import Visit

_HEADERS = {**ALWAYS, "Vary": "Accept-Encoding", "Content-Security-Policy": "default-src 'none'"}
"""A worker is held to the policy that its own script comes with: it may ask nobody, not even this hub."""


def give(visit: Visit, file: Path) -> Response:
    """Raises NotThere for strangers."""
    if not visit.is_member():
        raise NotThere
    if not accepts_gzip(visit.request.headers.get("accept-encoding", "")):
        return Response(file.read_bytes(), 200, _HEADERS, media_type="text/javascript")
    return Response(_packed(file), 200, {**_HEADERS, "Content-Encoding": "gzip"}, media_type="text/javascript")


@cache
def _packed(file: Path) -> bytes:
    """Without padding: it is the same for everybody and tells nothing by its size."""
    return padded_gzip(file.read_bytes(), step=1)
