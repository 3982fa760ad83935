"""Writes down what goes into the templates of a page, so that the floor can render the same page from plain values.

A page is a score of parts. A part is one call of a template with its values; a value may be a text of Markdown, or
hold other parts. Parts that the hub keeps as sealed fragments have holes; here the holes are values like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from markupsafe import Markup

from jiwar.web import fragments, reading
from jiwar.web.frame import Frame, Reader
from jiwar.web.markdown import plain, prose
from jiwar.web.render import MARK, Filled, Page, Pages

Render = Callable[[str], Markup]


@dataclass(frozen=True)
class Text:
    """A text as somebody wrote it, and what renders it."""

    source: str
    render: Render


@dataclass(frozen=True)
class Holding:
    """A value with other parts in it: texts, and the numbers of parts."""

    pieces: tuple[str | int, ...]


@dataclass(frozen=True)
class Part:
    """One call of a template."""

    template: str
    reader: Reader
    frame: Frame
    plain: Mapping[str, Any]
    texts: Mapping[str, Text]
    holding: Mapping[str, Holding]

    def values(self, made: Sequence[str]) -> dict[str, Any]:
        """Its values, now that the parts it holds are made."""
        values = dict(self.plain)
        for name, text in self.texts.items():
            values[name] = text.render(text.source)
        for name, held in self.holding.items():
            values[name] = Markup("".join(one if isinstance(one, str) else made[one] for one in held.pieces))  # noqa: S704
        return values


@dataclass(frozen=True)
class Score:
    """A whole page: parts in the order in which they need each other, then the page around them."""

    parts: tuple[Part, ...]
    whole: Part

    def play(self, pages: Pages) -> Page:
        """Render the page from plain values."""
        made: list[str] = []
        for part in self.parts:
            made.append(pages.fragment(part.template, part.reader, part.frame, **part.values(made)))
        whole = self.whole
        return pages.render(whole.template, whole.reader, whole.frame, **whole.values(made))


@dataclass(frozen=True)
class _Call:
    template: str
    reader: Reader
    frame: Frame
    values: dict[str, Any]
    html: str


@dataclass
class Heard:
    """What happened while a page was made."""

    calls: list[_Call] = field(default_factory=list)
    fills: list[tuple[list[str], dict[str, str], str]] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    page: Page | None = None
    whole: _Call | None = None

    def score(self) -> Score:
        """The page that was made, as a score."""
        if self.whole is None:
            raise RuntimeError("no page was made")
        filled = [one for call in self.calls for one in self._filled(call)]
        order: list[_Call] = []
        self._need(self.whole, filled, order)
        made = {call.html: at for at, call in enumerate(order[:-1])}
        *parts, whole = (self._part(call, made) for call in order)
        return Score(tuple(parts), whole)

    def _filled(self, call: _Call) -> Iterator[_Call]:
        """A part as it stands on the page: with its holes filled, once for each time."""
        pieces = call.html.split(MARK)
        if len(pieces) == 1:
            yield call
            return
        for parts, given, html in self.fills:
            if parts == pieces:
                values = {name: _filled_in(value, given) for name, value in call.values.items()}
                yield _Call(call.template, call.reader, call.frame, values, html)

    def _need(self, call: _Call, known: list[_Call], order: list[_Call]) -> None:
        """Put in order whatever a call needs, then itself."""
        for value in call.values.values():
            if isinstance(value, str):
                for other in known:
                    if other.html and other.html in value and other not in order and other is not call:
                        self._need(other, known, order)
        order.append(call)

    def _part(self, call: _Call, made: Mapping[str, int]) -> Part:
        plain: dict[str, Any] = {}
        texts: dict[str, Text] = {}
        holding: dict[str, Holding] = {}
        for name, value in call.values.items():
            pieces = tuple(_split(value, made, call.html)) if isinstance(value, str) else ()
            if isinstance(value, str) and str(value) in self.texts:
                texts[name] = self.texts[str(value)]
            elif any(isinstance(piece, int) for piece in pieces):
                holding[name] = Holding(pieces)
            else:
                plain[name] = value
        return Part(call.template, call.reader, call.frame, plain, texts, holding)


def _filled_in(value: Any, given: Mapping[str, str]) -> Any:
    """A value with what fills its holes, also inside a dictionary."""
    if isinstance(value, dict):
        return {key: _filled_in(one, given) for key, one in value.items()}
    if not isinstance(value, Markup) or MARK not in value:
        return value
    parts = value.split(MARK)
    # A hole that nobody fills stands in a branch of the template that wasn't taken.
    return Markup("".join(given.get(part, "") if at % 2 else part for at, part in enumerate(parts)))  # noqa: S704


def _split(value: str, made: Mapping[str, int], own: str) -> Iterator[str | int]:
    """A value as texts and numbers of parts; the longest parts are looked for first."""
    for html in sorted(made, key=len, reverse=True):
        before, found, after = value.partition(html)
        if found and html != own:
            if before:
                yield from _split(before, made, own)
            yield made[html]
            if after:
                yield from _split(after, made, own)
            return
    yield str(value)


def _as_text(value: Any) -> Any:
    """The floor has no parts that are ready: it renders every page as one text."""
    return Markup(b"".join(value.parts).decode()) if isinstance(value, Filled) else value  # noqa: S704


@contextmanager
def heard(pages: Pages) -> Iterator[Heard]:
    """Listen to everything that is rendered with `pages` inside the block."""
    notes = Heard()
    fragment, render, fill = pages.fragment, pages.render, fragments.Piece.fill

    def hear_fragment(template: str, reader: Reader, frame: Frame, **values: Any) -> str:
        html = fragment(template, reader, frame, **values)
        notes.calls.append(_Call(template, reader, frame, values, html))
        return html

    def hear_page(template: str, reader: Reader, frame: Frame, **values: Any) -> Page:
        notes.page = render(template, reader, frame, **values)
        notes.whole = _Call(template, reader, frame, {name: _as_text(one) for name, one in values.items()}, "")
        return notes.page

    def hear_fill(piece: fragments.Piece, holes: Mapping[str, str]) -> bytes:
        html = fill(piece, holes)
        texts = [one.decode() if isinstance(one, bytes) else one for one in msgspec.msgpack.decode(piece.text)]
        notes.fills.append((texts, dict(holes), html.decode()))
        return html

    def hear_text(render_text: Render) -> Render:
        def hear(source: str) -> Markup:
            html = render_text(source)
            notes.texts[str(html)] = Text(source, render_text)
            return html

        return hear

    with ExitStack() as stack:
        for place, name, heard_instead in (
            (pages, "fragment", hear_fragment),
            (pages, "render", hear_page),
            (fragments.Piece, "fill", hear_fill),
            (reading, "prose", hear_text(prose)),
            (reading, "plain", hear_text(plain)),
        ):
            stack.enter_context(_instead(place, name, heard_instead))
        yield notes


@contextmanager
def _instead(place: object, name: str, value: object) -> Iterator[None]:
    """Put something in the place of a function for a while."""
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)
