"""Turns a template and its values into a page.

- One Jinja environment a language; labels, class names and icons are settled when a template is loaded.
- Undefined names are errors; everything from people is escaped.
- Each page carries its own slice of the style sheet, found from what the template uses.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import nodes
from markupsafe import Markup

from jiwar.i18n import LANGUAGES, Language
from jiwar.web.frame import Frame, Reader
from jiwar.web.loading import FOLDER, environment
from jiwar.web.look import Look
from jiwar.web.uses import Uses

MARK = "\x00"
"""Stands on both sides of a hole's name. No text of people holds it (`circles.texts`)."""


class Filled:
    """Parts of a page, rendered and filled in already, one after the other.

    They are bytes: the bulk of a page, that is neither decoded nor encoded again on its way out.
    """

    def __init__(self, parts: Iterable[bytes | str]) -> None:
        self.parts = [part if isinstance(part, bytes) else part.encode() for part in parts]

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        raise TypeError(
            "put in by its name alone: in a part, or inside of another value, it would be shown as an object"
        )


@dataclass(frozen=True)
class Page:
    """A rendered page, and what its headers have to say about it."""

    body: bytes
    nonce: str
    script: bool
    worker: bool = False
    """Whether its script may leave one behind that works when no page is open."""


class Pages:
    """All templates of the hub in all its languages. `new_nonce` makes the style nonce of one page."""

    def __init__(
        self,
        look: Look,
        languages: Mapping[str, Language],
        new_nonce: Callable[[], str],
        folders: tuple[Path, ...] = (FOLDER,),
    ) -> None:
        self.look = look
        self._new_nonce = new_nonce
        self._environments = {code: environment(language, look, folders) for code, language in languages.items()}
        self._uses = Uses(self._parse)
        self._styles: dict[str, Markup] = {}
        self._outlines: dict[tuple[object, ...], str] = {}

    def names(self) -> list[str]:
        """Return the templates that are pages; those whose name starts with an underscore are parts."""
        every = next(iter(self._environments.values())).list_templates()
        return [name for name in every if not name.rpartition("/")[2].startswith("_")]

    def load_all(self, ways: Iterable[str] = LANGUAGES) -> None:
        """Load every page in some languages, so that a wrong one stops the start and not a reader.

        In another language, or with the words of a region, a page is loaded when it is first asked for: the template
        is the same, and each language that is loaded takes six megabytes.
        """
        for name in self.names():
            self.style(name)
            for way in ways:
                self._environments[way].get_template(name)

    def style(self, template: str) -> Markup:
        """Return the slice of the sheet that a page made from `template` carries."""
        if template not in self._styles:
            self._styles[template] = Markup(self.look.style(self._uses.classes(template)))  # noqa: S704 - our own sheet
        return self._styles[template]

    def classes(self, template: str) -> frozenset[str]:
        return self._uses.classes(template)

    def class_names(self, names: str) -> str:
        """What this hub writes for some classes, for the little that is put together outside a template."""
        return self.look.class_names(names)

    def render(self, template: str, reader: Reader, frame: Frame, **context: object) -> Page:
        """Render a page. Templates see `frame`, `url`, `reader` and its `n`, `count`, `day`, `moment`, `when`.

        In the place of what is `Filled` the template sees a hole, or nothing where that is empty.
        """
        nonce = self._new_nonce()
        loaded = self._environments[reader.language.way].get_template(template)
        filled = {name: value for name, value in context.items() if isinstance(value, Filled)}
        context |= {name: _hole(nonce, name) if value else "" for name, value in filled.items()}
        text = loaded.render(
            reader=reader, frame=frame, url=frame.url, nonce=nonce, style=self.style(template),
            n=reader.n, count=reader.count, day=reader.day, moment=reader.moment, when=reader.when,
            **context,
        )  # fmt: skip
        return Page(_put_in(text, nonce, filled), nonce, bool(frame.script), frame.worker)

    def fragment(self, template: str, reader: Reader, frame: Frame, **context: object) -> str:
        """Render a part of a page, such as one message, without head, bars and style."""
        loaded = self._environments[reader.language.way].get_template(template)
        return loaded.render(
            reader=reader, frame=frame, url=frame.url,
            n=reader.n, count=reader.count, day=reader.day, moment=reader.moment, when=reader.when,
            **context,
        )  # fmt: skip

    def outline(self, template: str, reader: Reader, frame: Frame, **context: object) -> str:
        """Render a small part and remember it: a few values of the program's own, holes for all others."""
        name = (template, reader.language.way, *context.items())
        if name not in self._outlines:
            self._outlines[name] = self.fragment(template, reader, frame, **context)
        return self._outlines[name]

    def _parse(self, name: str) -> nodes.Template:
        made = next(iter(self._environments.values()))
        source = made.loader.get_source(made, name)[0] if made.loader else ""
        return made.parse(source, name)


def _hole(nonce: str, name: str) -> Markup:
    """Named by the page's nonce: nobody who wrote what stands there knew it."""
    return Markup(f"{MARK}{nonce} {name}{MARK}")  # noqa: S704 - a number and a name of ours


def _put_in(text: str, nonce: str, filled: Mapping[str, Filled]) -> bytes:
    first, *rest = text.split(f"{MARK}{nonce} ")
    pieces = [first.encode()]
    for part in rest:
        name, _, after = part.partition(MARK)
        pieces += filled[name].parts
        pieces.append(after.encode())
    return b"".join(pieces)
