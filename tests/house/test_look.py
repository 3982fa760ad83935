"""Styles and templates stay within what the oldest phones know and what the content policy allows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.project import SOURCE, here, text_of

STYLES = sorted((SOURCE / "web").rglob("*.css"))
TEMPLATES = sorted((SOURCE / "web").rglob("*.html"))

# What it says -> how it looks. Left and right belong to one language; the rest is unknown to a phone of 2019.
NOT_IN_A_DECLARATION = {
    "a side of one language": r"^(margin|padding|border|scroll-margin)-(left|right)\b",
    "a corner of one language": r"^border-\w+-(left|right)-radius",
    "text to one side": r"^(text-align|float|clear):(left|right)",
    "inset": r"^inset\b",
    "a logical shorthand": r"^(margin|padding|border)-(inline|block):",
    "a logical corner": r"^border-(start|end)-(start|end)-radius",
    "min(), max() or clamp()": r"(?<![\w-])(min|max|clamp)\(",
    "aspect-ratio": r"^aspect-ratio:",
    "a request or a picture in the address": r"url\((?!['\"]?#)|@import|data:",
}
NOT_IN_A_SELECTOR = {
    ":has, :is or :where": r":(has|is|where)\(",
    "nesting": r"&",
    ":focus-visible in a list": r":focus-visible[^{]*,|,[^{]*:focus-visible",
    "a layer or a container": r"@(layer|container)",
}


@dataclass(frozen=True)
class Rule:
    """One innermost block of a style sheet."""

    selector: str
    declarations: tuple[str, ...]


def _rules(css: str) -> Iterator[Rule]:
    plain = re.sub(r"/\*.*?\*/|\{[{%#].*?[}%#]\}", "", css, flags=re.DOTALL)
    for selector, body in re.findall(r"([^{};]*)\{([^{}]*)\}", plain):
        declarations = (re.sub(r"\s*:\s*", ":", part.strip(), count=1) for part in body.split(";"))
        yield Rule(selector.strip(), tuple(part for part in declarations if part))


def faults_of(css: str) -> list[str]:
    """Return what in the style sheet an old phone or the other writing direction would trip over."""
    return [fault for rule in _rules(css) for fault in _faults(rule)]


def _faults(rule: Rule) -> Iterator[str]:
    for what, pattern in NOT_IN_A_SELECTOR.items():
        if re.search(pattern, rule.selector):
            yield f"{what}: {rule.selector}"
    for declaration in rule.declarations:
        for what, pattern in NOT_IN_A_DECLARATION.items():
            if re.search(pattern, declaration) and "[dir" not in rule.selector:
                yield f"{what}: {rule.selector} {{ {declaration} }}"
    properties = {declaration.partition(":")[0] for declaration in rule.declarations}
    if len(properties & {"left", "right"}) == 1 and "[dir" not in rule.selector:
        yield f"left or right alone: {rule.selector}"
    grid = any(re.match(r"display:(inline-)?grid|grid-", declaration) for declaration in rule.declarations)
    if properties & {"gap", "row-gap", "column-gap"} and not grid:
        yield f"a gap outside a grid: {rule.selector}"


def styles_of(file: Path) -> str:
    """Return the styles that a template carries."""
    return "\n".join(re.findall(r"<style[^>]*>(.*?)</style>", text_of(file), flags=re.DOTALL))


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 4px }",
        "a { padding-right:0 }",
        "a{text-align:left}",
        "a { inset-inline: 0 }",
        "a { margin-inline: 4px }",
        "a { display: flex; gap: 8px }",
        "a:has(b) { color: red }",
        ":is(a, b) { color: red }",
        "a { width: min(10px, 50%) }",
        "a { font-size: clamp(1rem, 2vw, 2rem) }",
        "a { left: 0 }",
        "a { border-start-start-radius: 8px }",
        "a:focus, a:focus-visible { outline: 0 }",
        "@media (min-width: 60em) { a { margin-right: 4px } }",
        "a { background: url(https://example.com/a.png) }",
        "a { background: url(data:image/png;base64,AA) }",
    ],
)
def test_a_fault_is_found(css: str) -> None:
    assert faults_of(css)


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-inline-start: 4px; padding-inline-end: 0; text-align: start }",
        "a { left: 0; right: 0 }",
        "[dir=rtl] a { right: 0 }",
        "a { display: grid; gap: 8px; grid-template-columns: repeat(2, minmax(0, 1fr)) }",
        "a { border-inline-start: 4px solid }",
        "a:focus { outline: 3px solid } a:focus:not(:focus-visible) { outline: 0 }",
        "@media (min-width: 60em) { a { max-width: 40rem } }",
        "a { width: calc(100% - 8px) } /* margin-left: 0 */",
    ],
)
def test_what_old_phones_know_is_left_alone(css: str) -> None:
    assert faults_of(css) == []


def test_there_are_styles_and_templates() -> None:
    assert STYLES
    assert TEMPLATES


@pytest.mark.parametrize("file", STYLES, ids=here)
def test_a_style_sheet_has_no_fault(file: Path) -> None:
    assert faults_of(text_of(file)) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=here)
def test_a_template_stays_within_the_content_policy(file: Path) -> None:
    text = text_of(file)
    assert faults_of(styles_of(file)) == []
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []
    assert re.findall(r"""["'(=]\s*(?:data|javascript):""", text) == []
    assert re.findall(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", text) == []
