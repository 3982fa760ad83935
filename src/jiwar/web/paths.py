"""Every path of the hub goes through here: one table of names, so that a hub can write them its own way.

- The table maps a name ("topic") to a pattern with places in braces ("/talk/{topic}"); a place may say its kind as
  the router wants it ("{day:int}").
- What a path holds besides its places goes into the query.
Does not know what stands behind a path.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
_PLAIN = re.compile(r"[\w.~-]*", re.ASCII)


class Paths:
    """The paths of one hub."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._patterns = dict(patterns)
        # Texts and names of places by turns: a page has some fifty links.
        self._pieces = {name: PLACE.split(pattern) for name, pattern in patterns.items()}

    def pattern(self, name: str) -> str:
        """Return the pattern for the router. Raises: KeyError when no page has this name."""
        return self._patterns[name]

    def url(self, name: str, **values: object) -> str:
        """Return the path of a page. Raises: KeyError when the name or one of its places is missing."""
        pieces = self._pieces[name]
        if not values and len(pieces) == 1:
            return pieces[0]
        filled = list(pieces)
        for at in range(1, len(pieces), 2):
            filled[at] = _quoted(str(values.pop(pieces[at])))
        return "".join(filled) + (_query({key: str(value) for key, value in values.items()}) if values else "")


def _query(values: dict[str, str]) -> str:
    if all(map(_PLAIN.fullmatch, values.values())):
        return "?" + "&".join(f"{key}={value}" for key, value in values.items())
    return "?" + urlencode(values)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe="")
