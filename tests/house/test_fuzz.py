"""Every function that takes bytes or text apart by itself is reached by a target of `tests/fuzz`."""

import ast
import importlib
from collections.abc import Iterator
from functools import reduce

from jiwar.wire.canonical import Wire
from tests.fuzz.sealed import structures
from tests.fuzz.targets import TARGETS
from tests.house.project import SOURCE

TAKE_APART = {
    *("b16decode", "b32decode", "b64decode", "urlsafe_b64decode", "a85decode", "fromhex", "unhexlify", "parse_qs"),
    *("unpad", "unseal", "unseal_outer", "open_with", "decrypt", "decompress", "unpack", "unpack_from"),
}
"""Calls by which bytes of others become something. `decode` and `reread` of structures are one target for all."""
OF_OUR_OWN = {
    "keyring.session.Session.read": "what this process sealed and keeps in RAM",
    "log.fragments.Fragments.get": "what this process sealed and keeps in RAM",
    "store.sqlite.accounts._parted": "a row that the outer layer of this hub vouches for",
}


def _functions(tree: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{name}.{child.name}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}.{child.name}", child


def _called(function: ast.AST) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def _decoders() -> set[str]:
    found = set()
    for file in SOURCE.rglob("*.py"):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        if not module.startswith("cli."):
            functions = _functions(ast.parse(file.read_bytes()), module)
            found |= {name for name, function in functions if _called(function) & TAKE_APART}
    return found


REACHED = {name for target in TARGETS.values() for name in target.reaches}


def test_every_decoder_is_a_target() -> None:
    """A new one gets a line in `tests/fuzz/targets.py`, with a target that calls it."""
    assert _decoders() - REACHED - set(OF_OUR_OWN) == set()


def test_every_name_in_the_list_is_there() -> None:
    for name in (*REACHED, *OF_OUR_OWN):
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            try:
                module = importlib.import_module("jiwar." + ".".join(parts[:cut]))
            except ModuleNotFoundError:
                continue
            reduce(getattr, parts[cut:], module)
            break


def test_every_structure_is_tried() -> None:
    assert len(structures()) > 50
    assert all(issubclass(kind, Wire) for kind in structures())
    assert len(structures()) <= 256, "the first byte chooses among them"
