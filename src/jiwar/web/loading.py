"""Loads templates for one language and settles there and then what never changes.

- `_("...")`, `_p("context", "...")`, `c("...")`, `icon("...")` and `drawing("...")` become constants; a label with
  values becomes the translated sentence and one call that fills it in.
- Imported macros are copied in, so that they can write numbers and days as the reader wants them.
"""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from jiwar.i18n import Language
from jiwar.web.drawings import drawing
from jiwar.web.icons import icon
from jiwar.web.inlining import inline_macros
from jiwar.web.look import Look
from jiwar.web.uses import constants

FOLDER = Path(__file__).with_name("templates")


def environment(language: Language, look: Look, folders: tuple[Path, ...] = (FOLDER,)) -> Environment:
    """Return the one Jinja environment of a language."""
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, cache_size=-1, loader=SettlingLoader(Settler(language, look), folders),
    )  # fmt: skip
    made.code_generator_class = Direct
    made.globals = {"fill": fill, "range": range}
    return made


def fill(sentence: str, **values: object) -> Markup:
    """Put values into the `%(name)s` places of a label; what is not markup is escaped."""
    return Markup(escape(sentence)) % values  # noqa: S704 - the sentence is escaped, and so is each value


class Direct(CodeGenerator):
    """Writes a call as a call: nothing that templates call asks for their context, and Jinja would look each time."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if forward_caller or node.dyn_args is not None or node.dyn_kwargs is not None:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        for named in node.kwargs:
            self.write(f"{named.key}=")
            self.visit(named.value, frame)
            self.write(", ")
        self.write(")")


class SettlingLoader(BaseLoader):
    """Reads template files and lets a settler work on the syntax tree before it is compiled."""

    def __init__(self, settler: "Settler", folders: tuple[Path, ...]) -> None:
        self._settler = settler
        self._files = FileSystemLoader(folders)
        self._macros: dict[str, nodes.Template] = {}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, path, current = self._files.get_source(environment, template)
        return source, path, current

    def list_templates(self) -> list[str]:
        return self._files.list_templates()

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:
        source, path, _ = self.get_source(environment, name)
        tree = inline_macros(environment.parse(source, name, path), lambda other: self._parse(environment, other))
        code = environment.compile(self._settler.visit(tree), name, path)
        return environment.template_class.from_code(environment, code, globals or {})

    def _parse(self, environment: Environment, name: str) -> nodes.Template:
        """The tree of a file of macros; read once, since nearly every page takes some of it."""
        if name not in self._macros:
            source, path, _ = self.get_source(environment, name)
            self._macros[name] = environment.parse(source, name, path)
        return self._macros[name]


class Settler(NodeTransformer):
    """Replaces calls whose answer is known at load time."""

    def __init__(self, language: Language, look: Look) -> None:
        self._language = language
        self._look = look

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        settle = self._settlers().get(node.node.name) if isinstance(node.node, nodes.Name) else None
        return settle(node) if settle else node

    def _settlers(self) -> dict[str, Callable[[nodes.Call], nodes.Node]]:
        names = self._look.class_names
        return {
            "_": lambda call: self._label(call, self._language.gettext),
            "_p": lambda call: self._label(call, self._language.pgettext),
            "c": lambda call: _const(call, names(*constants(call))),
            "icon": lambda call: _markup(call, icon(constants(call)[0], names, *constants(call)[1:])),
            "drawing": lambda call: _unless_sparing(
                _markup(call, drawing(constants(call)[0], names, *constants(call)[1:]))
            ),
        }

    def _label(self, call: nodes.Call, translate: Callable[..., str]) -> nodes.Node:
        values, call.kwargs = call.kwargs, []
        sentence = _const(call, translate(*constants(call)))
        if not values:
            return sentence
        filler = nodes.Name("fill", "load", lineno=call.lineno)
        return nodes.Call(filler, [sentence], values, None, None, lineno=call.lineno)


def _const(call: nodes.Call, text: str) -> nodes.Const:
    return nodes.Const(text, lineno=call.lineno)


def _unless_sparing(drawn: nodes.Expr) -> nodes.Expr:
    """A drawing is left out of the pages of who wants little data."""
    line = drawn.lineno
    sparing = nodes.Getattr(nodes.Name("reader", "load", lineno=line), "sparing", "load", lineno=line)
    return nodes.CondExpr(sparing, nodes.Const("", lineno=line), drawn, lineno=line)


def _markup(call: nodes.Call, markup: Markup) -> nodes.Expr:
    return nodes.MarkSafe(nodes.Const(str(markup), lineno=call.lineno), lineno=call.lineno)
