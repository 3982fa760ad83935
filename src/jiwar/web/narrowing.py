"""Narrowing a list of needs to a kind or a part of town, by names of this session: no address holds words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jiwar.errors import NotThere
from jiwar.web import aidwords
from jiwar.web.visit import Visit

_KIND, _AREA = b"kind:", b"area:"
Link = tuple[str, str, bool]
"""What it says, where it leads, whether it is chosen."""


@dataclass(frozen=True)
class Narrowed:
    """What the address asks for: a kind, an area; None for all."""

    kind: str | None
    area: str | None

    @property
    def at_all(self) -> bool:
        return self.kind is not None or self.area is not None

    def takes(self, kind: str, area: str) -> bool:
        return self.kind in (None, kind) and self.area in (None, area)


def asked(visit: Visit) -> Narrowed:
    """Raises NotThere."""
    return Narrowed(_asked(visit, "kind", _KIND), _asked(visit, "area", _AREA))


def _asked(visit: Visit, place: str, what: bytes) -> str | None:
    """Raises NotThere."""
    named = visit.request.query_params.get(place, "")
    if not named:
        return None
    stable = visit.stable(named)
    if not stable.startswith(what):
        raise NotThere
    return stable[len(what) :].decode(errors="replace")


@dataclass(frozen=True)
class Ways:
    """Links to narrower lists, and to those of all kinds and of all areas."""

    kinds: list[Link]
    areas: list[Link]
    all_kinds: str
    all_areas: str


def ways(visit: Visit, now: Narrowed, found: Iterable[tuple[str, str]], url: Callable[[dict[str, str]], str]) -> Ways:
    """For what is found, (kind, area) each; `url` makes an address of a query."""

    def at(kind: str | None, area: str | None) -> str:
        named = {"kind": (_KIND, kind), "area": (_AREA, area)}
        return url({key: visit.name(what + word.encode()) for key, (what, word) in named.items() if word is not None})

    listed = list(found)
    kinds, areas = sorted({one for one, _ in listed if one}), sorted({one for _, one in listed if one})
    return Ways(
        [(aidwords.kind(visit, one), at(one, now.area), now.kind == one) for one in kinds],
        [(one, at(now.kind, one), now.area == one) for one in areas],
        at(None, now.area),
        at(now.kind, None),
    )
