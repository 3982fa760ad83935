"""The look of one hub: its style sheet, and the one function that every class name goes through.

- A hub hands in its own names for classes; two hubs that hand in different names share no class.
- A class the sheet does not know is refused, so that a page can't ask for a look that isn't there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from jiwar.web.stylesheet import Rule, cut, read_rules

SHEET = Path(__file__).with_name("look.css")


@dataclass(frozen=True)
class Look:
    """The rules of the sheet, and this hub's name for each class (a class without one keeps its own)."""

    rules: tuple[Rule, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        written = [self.names.get(name, name) for name in self.known()]
        if len(set(written)) != len(written):
            raise ValueError("two classes would be written alike")

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(name for rule in self.rules for name in rule.classes())

    def known(self) -> set[str]:
        return set(self._known)

    def class_name(self, name: str) -> str:
        """Return what this hub writes for the class `name`.

        Raises: LookupError when the sheet has no such class.
        """
        if name not in self._known:
            raise LookupError(f"look.css has no class {name!r}")
        return self.names.get(name, name)

    def class_names(self, names: str) -> str:
        return " ".join(self.class_name(name) for name in names.split())

    def style(self, classes: Iterable[str]) -> str:
        """Return the part of the sheet for a page with these classes."""
        return cut(self.rules, frozenset(classes), self.class_name)


def load_look(names: Mapping[str, str] | None = None, sheet: Path = SHEET) -> Look:
    """Return the project's look under a hub's class names."""
    return Look(read_rules(sheet.read_text(encoding="utf-8")), names or {})
