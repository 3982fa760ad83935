"""Reads the style sheet and cuts the part that one page needs.

- `/* @slice name */` starts a section. A selector goes along when every class it needs is in use; one without a class
  goes along when it stands in the base section or its section has any class selector in use.
- Custom properties that nothing kept refers to are left out.
Does not know templates or names of hubs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"/\*.*?\*/|[{}]|[^{}/]+|/", re.DOTALL)
SLICE_MARK = re.compile(r"/\*\s*@slice\s+([\w-]+)")
CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
NEGATION = re.compile(r":not\([^)]*\)")
CUSTOM_PROPERTY = re.compile(r"var\((--[\w-]+)")
ALWAYS = "base"


@dataclass(frozen=True)
class Rule:
    """One rule: its section, the media condition around it, its selectors and its declarations, all shortened."""

    section: str
    media: str
    selectors: tuple[str, ...]
    declarations: tuple[str, ...]

    def classes(self) -> set[str]:
        return {name for selector in self.selectors for name in CLASS.findall(selector)}


def read_rules(text: str) -> tuple[Rule, ...]:
    """Split a sheet into rules. At-rules other than @media are not understood and refused."""
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[Rule]:
    section, media, selectors, pending = ALWAYS, "", "", ""
    for piece in TOKEN.findall(text):
        if piece.startswith("/*"):
            mark = SLICE_MARK.match(piece)
            section = mark.group(1) if mark else section
        elif piece == "{" and pending.strip().startswith("@"):
            media, pending = _media(pending), ""
        elif piece == "{":
            selectors, pending = pending, ""
        elif piece == "}" and selectors:
            yield Rule(section, media, _selectors(selectors), _declarations(pending))
            selectors, pending = "", ""
        elif piece == "}":
            media = pending = ""
        else:
            pending += piece


def _media(prelude: str) -> str:
    condition = _spaces(prelude)
    if not condition.startswith("@media "):
        raise ValueError(f"only @media is understood, not {condition!r}")
    return condition.replace(": ", ":")


def _selectors(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\s*([>+~])\s*", r"\1", _spaces(part)) for part in text.split(","))


def _declarations(text: str) -> tuple[str, ...]:
    parts = (re.sub(r"\s*([:,])\s*", r"\1", _spaces(part)) for part in text.split(";"))
    return tuple(part for part in parts if part)


def _spaces(text: str) -> str:
    return " ".join(text.split())


def cut(rules: Iterable[Rule], used: frozenset[str], rename: Callable[[str], str]) -> str:
    """Return the shortened sheet for a page that uses the classes `used`, with every class renamed."""
    kept = list(_kept(list(rules), used))
    referred = {name for rule in kept for text in rule.declarations for name in CUSTOM_PROPERTY.findall(text)}
    return _join(_written(kept, referred, rename))


def _kept(rules: list[Rule], used: frozenset[str]) -> Iterator[Rule]:
    live = {ALWAYS} | {
        rule.section for rule in rules for part in rule.selectors if _needs(part) and _needs(part) <= used
    }
    for rule in rules:
        parts = tuple(part for part in rule.selectors if _wanted(part, used, rule.section in live))
        if parts:
            yield Rule(rule.section, rule.media, parts, rule.declarations)


def _wanted(selector: str, used: frozenset[str], live: bool) -> bool:
    needs = _needs(selector)
    return needs <= used if needs else live


def _needs(selector: str) -> set[str]:
    return set(CLASS.findall(NEGATION.sub("", selector)))


def _written(kept: list[Rule], referred: set[str], rename: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for rule in kept:
        lines = [
            line for line in rule.declarations if not line.startswith("--") or line.partition(":")[0] in referred
        ]
        selectors = ",".join(CLASS.sub(lambda found: "." + rename(found.group(1)), part) for part in rule.selectors)
        if lines:
            yield rule.media, f"{selectors}{{{';'.join(lines)}}}"


def _join(written: Iterator[tuple[str, str]]) -> str:
    sheet, open_media = [], ""
    for media, text in written:
        if media != open_media:
            sheet.append("}" * bool(open_media) + (f"{media}{{" if media else ""))
            open_media = media
        sheet.append(text)
    return "".join(sheet) + "}" * bool(open_media)
