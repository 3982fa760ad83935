"""What a page puts on that its style sheet doesn't know.

Each page carries the part of the sheet that its template uses. What comes in ready, from a fragment that was rendered
before, can use more: then it stands there undressed, and nothing else notices.
"""

from __future__ import annotations

import re
from functools import cache

from jiwar.web.look import Look, load_look
from jiwar.web.stylesheet import CLASS, NEGATION

WORN = re.compile(r'\bclass="([^"]*)"')
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@cache
def _selectors() -> tuple[tuple[str, frozenset[str]], ...]:
    """Every selector of the sheet that needs a class, with the classes that it needs."""
    every = (part for rule in load_look().rules for part in rule.selectors)
    return tuple((part, frozenset(needs)) for part in every if (needs := CLASS.findall(NEGATION.sub("", part))))


def undressed(html: str, look: Look) -> set[str]:
    """The selectors that a page wears the classes for and carries no rule of; none for what is no whole page."""
    sheet = STYLE.search(html)
    if sheet is None:
        return set()
    own = {look.class_name(name): name for name in look.known()}
    worn = {own[name] for names in WORN.findall(html) for name in names.split() if name in own}
    carried = set(re.split(r"[{},;]", sheet[1]))
    return {part for part, needs in _selectors() if needs <= worn and _written(part, look) not in carried}


def _written(selector: str, look: Look) -> str:
    return CLASS.sub(lambda found: "." + look.class_name(found[1]), selector)
