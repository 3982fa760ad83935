"""Finds which classes a template can put on its page.

A template uses what stands in it, in what it extends and includes, and in those macros it calls, its own or imported.
A macro is copied into the page that imports it, so what it calls without importing it is what the page imports.
Reads the template before labels and classes are replaced. Names of templates have to be written out, not computed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from jiwar.web.drawings import drawing_classes
from jiwar.web.icons import icon_classes

Constants = list[str]


@dataclass
class Part:
    """What one macro, or the rest of a template, uses itself."""

    classes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


@dataclass
class Template:
    """One template: its own part, its macros, and what it takes from others."""

    body: Part
    macros: Mapping[str, Part]
    imported: Mapping[str, tuple[str, str]]
    joined: frozenset[str]


class Uses:
    """Answers for whole pages; `parse` gives the syntax tree of a template by its name."""

    def __init__(self, parse: Callable[[str], nodes.Template]) -> None:
        self._parse = parse
        self._templates: dict[str, Template] = {}

    def classes(self, template: str) -> frozenset[str]:
        """Return every class that a page made from `template` may carry."""
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        waiting = [(template, "")]
        while waiting:
            place = waiting.pop()
            if place not in seen:
                seen.add(place)
                part, onward = self._follow(self._read(template), *place)
                found |= part.classes
                waiting.extend(onward)
        return frozenset(found)

    def _read(self, name: str) -> Template:
        return self._templates.get(name) or self._templates.setdefault(name, read_template(self._parse(name)))

    def _follow(self, page: Template, name: str, macro: str) -> tuple[Part, list[tuple[str, str]]]:
        template = self._read(name)
        part = template.macros[macro] if macro else template.body
        known = {**page.imported, **template.imported}
        onward = [(name, own) for own in part.names & template.macros.keys()]
        onward += [known[other] for other in part.names & known.keys() - template.macros.keys()]
        if not macro:
            onward += [(joined, "") for joined in template.joined]
        return part, onward


def read_template(tree: nodes.Template) -> Template:
    """Sort a syntax tree into parts."""
    macros = {macro.name: _part(macro.body) for macro in tree.find_all(nodes.Macro)}
    imported = {
        name: (_constant(node.template), name)
        for node in tree.find_all(nodes.FromImport)
        for name in node.names
        if isinstance(name, str)
    }
    joined = {_constant(node.template) for node in tree.find_all(nodes.Extends)}
    joined |= {_constant(node.template) for node in tree.find_all(nodes.Include)}
    return Template(_part(tree.body), macros, imported, frozenset(joined))


def _part(body: Iterable[nodes.Node]) -> Part:
    part = Part()
    for node in _outside_macros(body):
        if isinstance(node, nodes.Name):
            part.names.add(node.name)
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
            part.classes |= _classes(node.node.name, node)
    return part


def _outside_macros(body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    for node in body:
        if not isinstance(node, nodes.Macro):
            yield node
            yield from _outside_macros(node.iter_child_nodes())


def _classes(function: str, call: nodes.Call) -> set[str]:
    if function == "c":
        return set(constants(call)[0].split())
    if function == "icon":
        return icon_classes(*constants(call))
    if function == "drawing":
        return drawing_classes(*constants(call))
    return set()


def constants(call: nodes.Call) -> Constants:
    """Return the plain arguments of a call that is settled at load time.

    Raises: ValueError when one of them is not a constant string.
    """
    found = [arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
    if len(found) != len(call.args) or not found or call.kwargs:
        raise ValueError(f"line {call.lineno}: the arguments have to be written out as strings")
    return found


def _constant(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"line {node.lineno}: the name of a template has to be written out")
