"""The table: one line a measurement, with the ratio that counts, the target it is held against, and the spread."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.scale import Scale

COLUMNS = ("row", "this", "against", "ratio", "target", "met", "sizes")


@dataclass(frozen=True)
class Samples:
    """What several short windows measured of one thing."""

    values: tuple[float, ...]
    unit: str = ""

    @property
    def median(self) -> float:
        return median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        return f"{shown(self.median)} {self.unit} ({shown(low)}-{shown(high)})"


@dataclass(frozen=True)
class Row:
    """One line. `most` and `least` are targets for the ratio, or for the value itself where there is no floor;
    `closes` says what would close the gap to a target that is missed."""

    name: str
    this: str
    against: str = ""
    ratio: float | None = None
    least: float | None = None
    most: float | None = None
    sizes: str = ""
    closes: str = ""

    @property
    def target(self) -> str:
        if self.least is not None:
            return f"≥ {shown(self.least)}"
        return f"≤ {shown(self.most)}" if self.most is not None else ""

    @property
    def met(self) -> str:
        """yes or no; empty where nothing is asked."""
        if self.ratio is None or not self.target:
            return ""
        good = self.ratio >= self.least if self.least is not None else self.ratio <= (self.most or 0.0)
        return "yes" if good else "NO"

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else shown(self.ratio)
        return (self.name, self.this, self.against, ratio, self.target, self.met, self.sizes)


def measured(name: str, measure: Callable[[Scale], list[Row]], scale: Scale) -> list[Row]:
    """The rows of one measure; what went wrong is a row as well, so that half an hour of others isn't lost."""
    try:
        return measure(scale)
    except Exception:
        traceback.print_exc()
        return [Row(name, "broke off", ratio=0.0, least=1.0, closes="see what was printed while it was measured")]


def shown(number: float) -> str:
    """A number with about three digits that mean something."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def as_markdown(rows: Sequence[Row]) -> str:
    """The table as it stands in results.md, and under it what would close each target that is missed."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    missed = [f"- **{row.name}**: {row.closes or 'nothing known'}." for row in rows if row.met == "NO"]
    closing = ["", "What would close what is missed:", "", *missed] if missed else []
    return "\n".join([*lines, *closing]) + "\n"
