"""Copies imported macros into the template that imports them.

A copied macro sees the page's values and costs nothing until it is called; an import would run the whole file of
macros for every page. Only what is named, and what that needs in turn, is copied.
"""

from collections.abc import Callable
from copy import deepcopy

from jinja2 import nodes

Parse = Callable[[str], nodes.Template]


def inline_macros(tree: nodes.Template, parse: Parse) -> nodes.Template:
    """Replace every `{% from "..." import ... %}` at the top of a template by the macros themselves.

    Raises: LookupError when a macro is not there, ValueError when it or its whole file comes under another name.
    """
    for module in tree.find_all(nodes.Import):
        raise ValueError(f"line {module.lineno}: macros are imported one by one")
    present = {node.name for node in tree.body if isinstance(node, nodes.Macro)}
    body: list[nodes.Node] = []
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            body += [macro for macro in _wanted(node, parse) if macro.name not in present]
            present |= {macro.name for macro in body if isinstance(macro, nodes.Macro)}
        else:
            body.append(node)
    tree.body = body
    return tree


def _wanted(node: nodes.FromImport, parse: Parse) -> list[nodes.Macro]:
    if not isinstance(node.template, nodes.Const) or not all(isinstance(name, str) for name in node.names):
        raise ValueError(f"line {node.lineno}: macros are imported from a written-out name, under their own names")
    there = {macro.name: macro for macro in parse(node.template.value).body if isinstance(macro, nodes.Macro)}
    wanted: dict[str, nodes.Macro] = {}
    waiting = [name for name in node.names if isinstance(name, str)]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = there[name]
            waiting += [used.name for used in there[name].find_all(nodes.Name) if used.name in there]
    kept: dict[int, object] = {id(node.environment): node.environment}
    return [deepcopy(macro, kept) for name, macro in there.items() if name in wanted]
