"""A page as a browser without a script takes it apart: elements in what they stand in, forms with what they send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Button = tuple[str, str, str]
"""Its name, its value, its words."""
CONTROLS = {"input", "textarea", "select", "button"}
SPACES = re.compile("[ \t\n\r\f]+")
"""What a browser runs together; the narrow space of French is none of it."""


@dataclass(eq=False)
class Element:
    """One element: its attributes, what it stands in, the text inside it."""

    tag: str
    at: dict[str, str]
    inside: tuple[Element, ...]
    texts: list[str] = field(default_factory=list)
    own: str = ""
    """The text that stands in it and in no element inside it."""

    @property
    def text(self) -> str:
        return SPACES.sub(" ", "".join(self.texts)).strip(" ")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in EMPTY:
            self._open.append(self.found[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.texts.append(data)
        if self._open:
            self._open[-1].own += data


def elements(html: str) -> list[Element]:
    """Every element, in the order of the page."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


@dataclass
class Form:
    """One form: where it goes, the text of what it stands in, what it sends by itself, and its buttons."""

    action: str
    method: str
    beside: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def path(self) -> str:
        return urlsplit(self.action).path


class Markup:
    """A page that was taken apart."""

    def __init__(self, html: str) -> None:
        self.elements = elements(html)
        self._forms = {
            id(one): Form(
                one.at.get("action", ""), one.at.get("method", "get"), one.inside[-1].text if one.inside else ""
            )
            for one in self.of("form")
        }
        for one in self.elements:
            owner = self.owner(one) if one.tag in CONTROLS else None
            if owner is not None:
                self._add(self._forms[id(owner)], one)

    def of(self, *tags: str) -> Iterator[Element]:
        return (one for one in self.elements if one.tag in tags)

    @property
    def forms(self) -> list[Form]:
        return list(self._forms.values())

    @property
    def links(self) -> list[Element]:
        return [one for one in self.of("a") if "href" in one.at]

    def owner(self, control: Element) -> Element | None:
        """The form that a field or button belongs to: the one it names, else the one it stands in."""
        if "form" in control.at:
            return next((one for one in self.of("form") if one.at.get("id") == control.at["form"]), None)
        return next((one for one in reversed(control.inside) if one.tag == "form"), None)

    def _add(self, form: Form, one: Element) -> None:
        name, kind = one.at.get("name", ""), one.at.get("type", "")
        if one.tag == "button":
            form.buttons.append((name, one.at.get("value", ""), one.text))
        elif name and one.tag == "textarea":
            form.fields.append((name, "".join(one.texts).removeprefix("\n")))
        elif name and one.tag == "select":
            form.fields.append((name, self._chosen(one)))
        elif name and (kind not in ("radio", "checkbox") or "checked" in one.at):
            form.fields.append((name, one.at.get("value", "")))

    def _chosen(self, select: Element) -> str:
        options = [one for one in self.of("option") if select in one.inside]
        chosen = [one for one in options if "selected" in one.at] or options[:1]
        return chosen[0].at.get("value", "") if chosen else ""
