"""How files look: size, names, what a module may hold, and what no tracked file may say."""

import ast
import re

from tests.house.project import SOURCE, here, text_of, tracked_files

LONGEST_FILE = 400
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
DOCSTRING_ONLY = [SOURCE / layer / "__init__.py" for layer in ("crypto", "store", "keyring", "log", "systems")]

# Written in pieces, so that this file does not match itself.
INDEX_HOSTS = [
    "pypi" + r"\.org",
    "python" + "hosted",
    "npmjs" + r"\.",
    "debian" + r"\.org",
    "docker" + r"\.io",
]
INDEX_OPTIONS = ["(?<!emit)--(extra-)?" + "index-url", "--trusted" + "-host", "--find" + "-links"]
MACHINE_PATHS = [r"(?<![\w.-])/" + folder + "/" for folder in ("work", "root", r"home/\w+", "Users", "opt/wheels")]
NEVER = re.compile("|".join(INDEX_HOSTS + INDEX_OPTIONS + MACHINE_PATHS))


def test_no_source_file_is_two_things() -> None:
    files = [file for suffix in ("*.py", "*.html", "*.js") for file in SOURCE.rglob(suffix)]
    assert [here(file) for file in files if len(text_of(file).splitlines()) > LONGEST_FILE] == []


def test_no_module_is_a_drawer() -> None:
    assert [here(file) for file in SOURCE.rglob("*") if file.suffix in {"", ".py"} and file.stem in DRAWERS] == []


def test_core_packages_hold_only_their_docstring() -> None:
    for file in DOCSTRING_ONLY:
        body = ast.parse(text_of(file)).body
        assert len(body) == 1, here(file)
        assert ast.get_docstring(ast.parse(text_of(file))), here(file)


def test_every_module_says_what_it_is() -> None:
    silent = [here(file) for file in SOURCE.rglob("*.py") if not ast.get_docstring(ast.parse(text_of(file)))]
    assert silent == []


def test_input_is_not_checked_by_assert() -> None:
    asserting = [
        f"{here(file)}:{node.lineno}"
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(text_of(file)))
        if isinstance(node, ast.Assert)
    ]
    assert asserting == []


def test_no_except_is_bare_or_catches_everything() -> None:
    broad = [
        f"{here(file)}:{node.lineno}"
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(text_of(file)))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert broad == []


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "BaseException")


def test_no_file_names_an_index_or_a_machine() -> None:
    found = {}
    for file in tracked_files():
        words = [match.group() for match in NEVER.finditer(text_of(file))]
        if words:
            found[here(file)] = words
    assert found == {}


def test_nothing_is_left_to_do_later() -> None:
    marks = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b")
    assert [here(file) for file in tracked_files() if marks.search(text_of(file))] == []
