"""Draws a text as a QR square inside the page: no picture is fetched, and none is stored."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import segno
from markupsafe import Markup

QUIET = 3
"""Modules of white around the square; the frame that the style sheet draws adds the rest."""


def square(text: str) -> Markup:
    """Return the inline SVG of a text. Thirty digits fit the smallest square there is (version 1-M)."""
    code = segno.make_qr(text, error="m", boost_error=False)
    path = "".join(_runs(code.matrix))
    side = len(code.matrix) + 2 * QUIET
    return Markup(  # noqa: S704 - numbers only
        f'<svg viewBox="0 0 {side} {side}" aria-hidden="true">'
        f'<path fill="#000" stroke="none" shape-rendering="crispEdges" d="{path}"/></svg>'
    )


def _runs(matrix: Iterable[Iterable[int]]) -> Iterator[str]:
    """One rectangle for each run of dark modules."""
    for y, line in enumerate(matrix, QUIET):
        x = QUIET
        for dark, run in groupby(bit & 1 for bit in line):
            length = sum(1 for _ in run)
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length
